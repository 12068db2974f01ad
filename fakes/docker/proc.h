/* The Unix processes of one container start or exec, as shell and commands see them. Internal to process.c and the
 * files beside it.
 *
 * Everything is in pieces of one pool. A process that cannot go on is asked again after each step of another: what it
 * waits for is not noted, but for the instant it sleeps until.
 */
#ifndef DRYDOCK_FAKES_DOCKER_PROC_H
#define DRYDOCK_FAKES_DOCKER_PROC_H

#include "fakes/docker/commands.h"
#include "fakes/docker/process.h"
#include "fakes/docker/process_files.h"
#include "fakes/docker/shell_tree.h"

enum {
    FD_COUNT = 10,
    SIGNAL_COUNT = 65,
    PROC_MAX = 64,     /* at once */
    PIPE_SIZE = 16384, /* a writer waits when as much lies in a pipe */
    FRAME_MAX = 200,   /* a shell's depth */
    EXIT_USAGE = 2,    /* of the shell: bad syntax, bad use of a builtin */
    EXIT_NOT_EXECUTABLE = 126,
    EXIT_NOT_FOUND = 127,
    EXIT_SIGNAL = 128, /* plus the signal's number */
    NUMBER_SIZE = 24,  /* digits of any int64_t, sign and NUL */
};

enum step { STEP_ON, STEP_BLOCKED };

enum open_kind {
    OPEN_NULL,
    OPEN_ZERO,
    OPEN_INPUT,
    OPEN_OUTPUT,
    OPEN_ERROR,
    OPEN_PIPE_READ,
    OPEN_PIPE_WRITE,
    OPEN_FILE,
    OPEN_TEXT
};

struct pipe_buffer {
    struct text data;
    uint32_t readers, writers; /* open files */
};

/* An open file description; shared by count. */
struct open_file {
    uint32_t holders;
    enum open_kind kind;
    bool appends;
    struct pipe_buffer *pipe;
    struct text text; /* the path; what a here-document says */
    uint64_t offset;
};

struct variable {
    struct variable *next;
    char *name, *value; /* in the pool; value NULL: unset, but exported or local */
    bool exported, read_only;
};

struct function {
    struct function *next;
    const struct node *node;
    struct script *script; /* held */
};

/* What a command that is no part of the shell has to remember between steps. */
struct command_state {
    uint32_t phase;
    int64_t count, number, until;
    bool flag;
    struct text text, other;
};

enum unwind { UNWIND_NONE, UNWIND_BREAK, UNWIND_CONTINUE, UNWIND_RETURN, UNWIND_EXIT };

struct saved_files {
    struct open_file *files[FD_COUNT];
    bool is_saved[FD_COUNT];
};

/* What a frame stands for. */
enum frame_kind {
    FRAME_NODE,     /* its node */
    FRAME_FUNCTION, /* a call: parameters and locals are the caller's again after it */
    FRAME_SCRIPT,   /* eval, `.`, a line of input: it holds the script */
    FRAME_TRAP,     /* a trap's script; the status is what it was before, after it */
};

struct frame {
    struct frame *below;
    enum frame_kind kind;
    const struct node *node;
    uint32_t phase;
    bool is_last; /* nothing comes after it: its command may take the shell's place */
    bool tested;  /* a failure in it is no reason for `set -e` */
    int status;
    int job;             /* children that it waits for; 0: none */
    uint32_t at;         /* in fields */
    struct text fields;  /* words of a command, list of a `for` */
    struct text results; /* of its node's command substitutions, in order */
    struct text result;  /* of the one at hand */
    const struct part *command;
    struct open_file *capture;
    struct saved_files *saved;
    struct script *script;
    struct text parameters;
    struct variable *locals;    /* the caller's variables of these names */
    struct variable *assigned;  /* the same, for assignments before a builtin */
    struct command_state state; /* of a builtin */
};

struct shell {
    struct frame *top;
    uint32_t depth;
    struct function *functions;
    struct text name;          /* $0 */
    struct text parameters;    /* $1 … */
    char *traps[SIGNAL_COUNT]; /* 0: EXIT. NULL: default, "": ignored */
    uint64_t caught;           /* signals whose trap is to be run */
    int status;
    int substitution_status;
    enum unwind unwind;
    int unwind_levels;
    int last_background;
    int next_job;
    int shell_pid; /* $$ */
    bool errexit, nounset, xtrace, noglob;
    bool reads_input; /* commands come from standard input */
    bool interactive;
    bool is_started; /* its arguments have been looked at */
    bool is_prompted;
    bool is_exiting; /* the EXIT trap has been started */
    bool has_traps;
    struct text line; /* input that is no whole command yet */
};

struct proc {
    struct proc *next; /* by pid */
    int pid, parent;
    int job; /* of the parent's */
    bool is_over, is_stopped;
    bool is_init; /* signals without a handler do nothing */
    bool is_background;
    uint64_t pending;         /* signals: 1 << number; taken before and after each step */
    uint64_t pending_outside; /* of these, from outside the container */
    int status;               /* exit status, once over */
    int death;                /* the signal that ended it, or 0 */
    int64_t wake_ms;          /* INT64_MAX: not by the clock */
    struct open_file *files[FD_COUNT];
    struct text folder; /* working directory */
    struct text arguments;
    const struct command *command; /* NULL: a shell */
    struct command_state state;
    struct text printed; /* by the command, not yet written */
    struct variable *variables;
    struct shell *shell; /* NULL: a command */
};

struct machine {
    struct pool *pool;
    struct process_files *files;
    struct proc *first;
    int next_pid, init_pid;
    int64_t now_ms;
    int64_t start_ms;
    bool is_init;
    bool tty;
    bool is_editing; /* the shell edits a line */
    bool is_input_over;
    bool is_end_typed; /* ^D on an empty line */
    bool has_open_stdin;
    bool has_news; /* a pass is due: it has started, or input or a signal came */
    bool is_busy;  /* it goes on one millisecond later */
    bool oom_killed;
    uint32_t escape; /* inside an escape sequence: how far */
    uint32_t rows, columns;
    struct text raw;   /* typed, but not looked at */
    struct text typed; /* the line that is being typed */
    struct pipe_buffer input;
    struct text hostname, user;
    const struct process_io *io; /* during a pass only */
};

/* ---- processes (proc.c) -------------------------------------------------------------------------------------- */

/* A child with the parent's files, folder and variables; NULL when there are too many. */
struct proc *proc_fork(struct machine *machine, struct proc *parent);
struct proc *proc_new(struct machine *machine);
struct proc *proc_find(const struct machine *machine, int pid);
void proc_exit(struct machine *machine, struct proc *proc, int status);
/* Takes one that is over out of the table. */
void proc_reap(struct machine *machine, struct proc *proc);
/* It works at the process's next step. */
void proc_signal(struct proc *proc, int number, bool from_outside);
/* Becomes the command of a list of arguments. `command` NULL: a shell. */
void proc_exec(struct machine *machine, struct proc *proc, const struct text *arguments, const struct command *command);
enum step proc_step(struct machine *machine, struct proc *proc);
void proc_sleep_until(struct proc *proc, int64_t ms);

/* ---- the terminal (terminal.c) ------------------------------------------------------------------------------- */

/* Looks at what was typed: echoes it, edits the line, turns ^C and ^D into what they mean. false: nothing was there. */
bool terminal_take(struct machine *machine);
/* Output that a terminal shows. */
void terminal_write(struct machine *machine, const char *bytes, size_t length);

/* ---- files (proc_files.c) ------------------------------------------------------------------------------------ */

struct open_file *open_new(struct machine *machine, enum open_kind kind);
struct open_file *open_hold(struct open_file *file);
void open_release(struct machine *machine, struct open_file *file);
/* Both ends of a new pipe. */
void open_pipe(struct machine *machine, struct open_file **reader, struct open_file **writer);
/* NULL and *error (an errno) when it cannot be opened. `path` as given. */
struct open_file *open_path(struct machine *machine, const struct proc *proc, const char *path, enum redirect_kind mode,
                            int *error);
/* Bytes read, 0 at the end, −1: nothing there yet, −errno − 1 otherwise. */
int64_t proc_read(struct machine *machine, const struct proc *proc, int fd, char *bytes, size_t size);
/* 0, or an errno; EPIPE is a SIGPIPE. */
int proc_write(struct machine *machine, struct proc *proc, int fd, const char *bytes, size_t length);
/* Writes what has been printed. */
int proc_flush(struct machine *machine, struct proc *proc);
int open_write(struct machine *machine, struct open_file *file, const char *bytes, size_t length);
int64_t open_read(struct machine *machine, struct open_file *file, char *bytes, size_t size);
/* Whether a pipe behind one of its outputs is full. */
bool proc_output_is_full(const struct proc *proc);
void proc_printf(struct machine *machine, struct proc *proc, int fd, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* A line from standard input, byte by byte as a shell must, appended to `line`: 1: whole, 0: the end, −1: not yet. */
int proc_read_line(struct machine *machine, struct proc *proc, int fd, struct text *line);
/* The absolute, normal path; links followed. Appended to an empty text. */
void proc_path(struct machine *machine, const struct proc *proc, const char *path, struct text *absolute);
const char *proc_error_text(int error);

/* ---- a shell (shell_*.c) ------------------------------------------------------------------------------------- */

void shell_init(struct machine *machine, struct proc *proc);
/* A subshell that performs a node of its parent's script, which it holds (NULL: what the parent's top frame holds). */
void shell_fork(struct machine *machine, struct proc *proc, const struct proc *parent, const struct node *node);
void shell_free(struct machine *machine, struct proc *proc);
enum step shell_step(struct machine *machine, struct proc *proc);
void shell_push_script(struct machine *machine, struct proc *proc, struct script *script, enum frame_kind kind);
/* NULL when the shell is too deep, which has been said and ends it. */
struct frame *shell_push(struct machine *machine, struct proc *proc, const struct node *node);
/* One step of the frame on top. */
enum step shell_run(struct machine *machine, struct proc *proc);
/* Command substitutions of the frame's node. */
enum step shell_substitute(struct machine *machine, struct proc *proc, struct frame *frame, bool *is_done);
/* Opens what redirections say; what was there before goes to frame->saved. false: it has been said why not. */
bool shell_redirect(struct machine *machine, struct proc *proc, struct frame *frame, const struct redirect *redirects);
void shell_restore_files(struct machine *machine, struct proc *proc, struct frame *frame);
/* What redirections and assignments of all frames have changed stays so (exec). */
void shell_keep(struct machine *machine, struct proc *proc);
enum step shell_run_command(struct machine *machine, struct proc *proc, struct frame *frame);
void shell_check_errexit(struct proc *proc, const struct frame *frame);
void shell_call(struct machine *machine, struct proc *proc, struct frame *caller, const struct function *function);
/* What would run for a name: 0, EXIT_NOT_FOUND or EXIT_NOT_EXECUTABLE. *is_script: the file's text is for sh. */
int command_look_up(struct machine *machine, const struct proc *proc, const char *name, const struct command **command,
                    bool *is_script, struct text *path);
/* Makes the process perform arguments: the exit status when it cannot, 0 when it will. */
int proc_exec_arguments(struct machine *machine, struct proc *proc, const struct text *arguments);
void shell_pop(struct machine *machine, struct proc *proc);
void shell_complain(struct machine *machine, struct proc *proc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Whether a child with this job is still there; those that are over are reaped, the last one's status noted. */
bool shell_job_is_running(struct machine *machine, struct proc *proc, int job, int *status);

const char *variable_get(const struct proc *proc, const char *name); /* NULL: unset */
struct variable *variable_find(const struct proc *proc, const char *name);
/* false: it is read-only, and that has been said. `value` NULL: unset. */
bool variable_set(struct machine *machine, struct proc *proc, const char *name, const char *value, bool export);
void variable_remove(struct machine *machine, struct proc *proc, const char *name);
/* Puts what a variable is now on a list, to be put back. */
void variable_save(struct machine *machine, struct proc *proc, const char *name, struct variable **saved);
void variables_restore(struct machine *machine, struct proc *proc, struct variable **saved);
/* Drops such a list. */
void variables_forget(struct machine *machine, struct variable **saved);
/* $name, also of the special ones, appended; false: unset. */
bool shell_parameter(struct machine *machine, const struct proc *proc, const char *name, struct text *value);

/* Words as fields, appended to a list. false: an error, which has been said. */
bool expand_words(struct machine *machine, struct proc *proc, const struct frame *frame, const struct word *words,
                  struct text *fields);
/* One word without splitting, appended. */
bool expand_word(struct machine *machine, struct proc *proc, const struct frame *frame, const struct word *word,
                 struct text *result);
/* The same, as a pattern: quoted characters with a backslash. */
bool expand_pattern(struct machine *machine, struct proc *proc, const struct frame *frame, const struct word *word,
                    struct text *pattern);
/* The value of an arithmetic expression (POSIX XCU 2.6.4). false: an error, which has been said. */
bool shell_arithmetic(struct machine *machine, struct proc *proc, const char *expression, int64_t *value);
/* Does a pattern (its quoted characters behind a backslash) fit? */
bool shell_pattern_fits(const char *pattern, const char *text);

/* What ash says of a child that a signal ended. */
void shell_report_death(struct machine *machine, struct proc *proc, int number);

struct builtin {
    const char *name;
    bool special; /* POSIX XCU 2.14: its assignments stay */
    /* The arguments, its name first, are frame->fields. The exit status goes to proc->shell->status. */
    enum step (*run)(struct machine *machine, struct proc *proc, struct frame *frame);
};

const struct builtin *shell_builtin_find(const char *name);
/* kill [-SIGNAL] PID…: the exit status. */
int shell_kill(struct machine *machine, struct proc *proc, const struct text *arguments);
/* The number of a signal by name (with or without SIG) or number; −1: none. */
int proc_signal_number(const char *name);
const char *proc_signal_name(int number); /* without SIG; NULL: none */

#endif
