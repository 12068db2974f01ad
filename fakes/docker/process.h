/* What runs inside a container: a model of busybox's shell and commands, so that logs, wait, exec, attach, top, changes
 * and exits are what they would be on the real Engine (https://docs.docker.com/engine/api/v1.41/; busybox:
 * https://busybox.net/downloads/BusyBox.html; the shell: POSIX XCU 2).
 *
 * A process is one container's start or one exec: the command and everything it starts. It has no thread and reads no
 * clock: its owner says what time it is (ms), hands over input and signals, and calls process_pass() when
 * process_next_ms() is due. All state lies in a pool (pool.h), by which a copy of the memory is a copy; after the end
 * nothing is left there. Work per pass is bounded: a loop that never sleeps uses up PROCESS_STEPS_PER_MS and goes on
 * one virtual millisecond later. Output goes to a callback and is kept nowhere.
 *
 * The same spec, input, signals and instants give the same output and exit code.
 */
#ifndef DRYDOCK_FAKES_DOCKER_PROCESS_H
#define DRYDOCK_FAKES_DOCKER_PROCESS_H

#include "core/effect.h"
#include "fakes/docker/pool.h"
#include "fakes/docker/process_files.h"

enum { PROCESS_STEPS_PER_MS = 4000, PROCESS_INPUT_MAX = 65536 };

enum process_stream { PROCESS_STDOUT = 1, PROCESS_STDERR = 2 }; /* as in the Engine's multiplexed streams */

enum process_state { PROCESS_NONE, PROCESS_RUNNING, PROCESS_EXITED };

struct process_spec {
    const char *const *argv; /* entrypoint and command, NULL at the end; empty: a service (see script) */
    const char *const
        *env; /* "NAME=value", NULL at the end; may be NULL. PATH, HOME, HOSTNAME, TERM as given or default */
    const char *working_dir; /* NULL: / */
    const char *hostname;    /* NULL: none */
    const char *user;        /* "name", "uid", "uid:gid"; NULL: root */
    bool tty, open_stdin;
    bool is_exec;      /* not PID 1: TERM ends it; its pids start at first_pid */
    bool runs_unknown; /* a program that is not in commands.def is a service that runs for ever, not an error */
    int first_pid;     /* 0: 1, or for an exec a number nobody else has */
    /* What a scenario says instead of the command; NULL: the command is performed. An object:
     *   exitCode   number, 0 when missing; with `after` missing and no exitCode it runs for ever
     *   after      ms after the start at which it exits
     *   oomKilled  true: it exits with 137 and process->oom_killed
     *   output     [{after: ms, stream: "stdout"|"stderr", text}] in order of `after`
     *   ignores    ["TERM", …] signals that do nothing (KILL never)
     *   onSignal   {"TERM": {after: ms, exitCode, output: text}}: what it does at a signal; once `after` is over it
     *              exits, unless exitCode is missing
     * Signals not named: TERM, INT, QUIT end it with 0 (a program that shuts down in good order), the others as for a
     * process without handlers. The value must outlive the process. */
    const struct value *script;
};

/* Where output goes during a pass. */
struct process_io {
    void *context;
    /* `ms` is the instant of the writing, at most the pass's. A terminal writes everything to PROCESS_STDOUT. */
    void (*output)(void *context, int64_t ms, enum process_stream stream, const char *bytes, size_t length);
    /* `kill` of a pid that is none of this process's own: true when the container has it. NULL: it has none. */
    bool (*kill)(void *context, int pid, int signal);
};

struct process {
    enum process_state state;
    int exit_code; /* 0–255 */
    bool oom_killed;
    bool paused;
    int64_t started_ms, finished_ms;
    int64_t paused_ms; /* since when */
    int64_t frozen_ms; /* how long in all, before that */
    struct pool *pool;
    struct machine *machine; /* NULL: a script, or over */
    const struct value *script;
    uint32_t script_output; /* next of script.output */
    int64_t ends_ms;        /* a script's end, in its own time; INT64_MAX: never */
    int script_exit;
    struct text script_text; /* to be written */
};

/* Whether the Engine could start this: 0, or the exit code (127: not found, 126: not executable) and in `message` (of
 * `size` bytes) what runc says, as it is in the Engine's error after "OCI runtime create failed: runc create failed: "
 * or "OCI runtime exec failed: exec failed: ". An exec that fails has exit code 126 whatever this says (Engine 20.10).
 */
int process_can_start(const struct process_spec *spec, const struct process_files *files, char *message, size_t size);

/* Starts it at this instant. Nothing is performed before the first pass, which is due at once. `files` must outlive it;
 * whatever the spec points to, the script aside, is copied. */
void process_start(struct process *process, const struct process_spec *spec, struct pool *pool,
                   struct process_files *files, int64_t now_ms);
/* When it has something to do by itself; INT64_MAX: never (it waits for input or signals, is paused, or over). May be
 * in the past: then a pass is due. */
int64_t process_next_ms(const struct process *process);
/* Performs what is due up to now, in order. */
void process_pass(struct process *process, int64_t now_ms, const struct process_io *io);
/* Bytes for its standard input (or its terminal); how many it took: what is left must be handed over later. A pass is
 * due then. Input is lost when it has no open stdin. */
size_t process_input(struct process *process, const char *bytes, size_t length);
void process_input_end(struct process *process);
/* A signal from outside (docker kill, docker stop). To PID 1 only what it handles gets through, but for KILL. KILL
 * works at once, also on a paused one; others when a pass is made. */
void process_signal(struct process *process, int number, int64_t now_ms);
void process_pause(struct process *process, int64_t now_ms);
void process_unpause(struct process *process, int64_t now_ms);
void process_resize(struct process *process, uint32_t rows, uint32_t columns);
/* For `docker top`: calls back for each process, PID 1 (or the exec's own) first; `arguments` is its command line. */
void process_list(const struct process *process, void *context,
                  void (*entry)(void *context, int pid, int parent, const char *arguments));
/* Gives back everything (the container is removed); it is PROCESS_NONE afterwards. */
void process_free(struct process *process);
/* The number of a signal's name ("KILL", "SIGKILL") or number; −1: none. */
int process_signal_number(const char *name);

#endif
