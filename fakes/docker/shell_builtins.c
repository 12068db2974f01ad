/* The commands that are part of the shell: POSIX XCU 2.14, and what busybox's ash has beside these. */
#include "fakes/docker/proc.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEN = 10, STATUS_MASK = 255 };

static const char *argument(const struct frame *frame, uint32_t index)
{
    return text_string_at(&frame->fields, index);
}

static enum step done(struct proc *proc, int status)
{
    proc->shell->status = status;
    return STEP_ON;
}

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* ---- control
 * --------------------------------------------------------------------------------------------------------- */

static enum step run_nothing(struct machine *machine, struct proc *proc, struct frame *frame)
{
    (void)machine;
    return done(proc, strcmp(argument(frame, 0), "false") == 0);
}

static enum step run_leaving(struct machine *machine, struct proc *proc, struct frame *frame)
{
    bool exits = strcmp(argument(frame, 0), "exit") == 0;
    const char *text = argument(frame, 1);

    if (text != NULL && !is_number(text)) {
        shell_complain(machine, proc, "%s: line 0: Illegal number: %s", argument(frame, 0), text);
        proc->shell->unwind = UNWIND_EXIT;
        return done(proc, EXIT_USAGE);
    }
    if (text != NULL) {
        proc->shell->status = (int)(strtoul(text, NULL, TEN) & STATUS_MASK);
    }
    proc->shell->unwind = exits ? UNWIND_EXIT : UNWIND_RETURN;
    return STEP_ON;
}

static enum step run_loop_control(struct machine *machine, struct proc *proc, struct frame *frame)
{
    const char *levels = argument(frame, 1);
    bool is_in_loop = false;

    (void)machine;
    for (const struct frame *below = frame->below; below != NULL; below = below->below) {
        is_in_loop |= below->node->kind == NODE_WHILE || below->node->kind == NODE_FOR;
    }
    if (is_in_loop) {
        proc->shell->unwind = argument(frame, 0)[0] == 'b' ? UNWIND_BREAK : UNWIND_CONTINUE;
        proc->shell->unwind_levels =
            levels == NULL ? 1 : atoi(levels); // NOLINT(bugprone-unchecked-string-to-number-conversion)
    }
    return done(proc, 0);
}

static enum step run_eval(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct text text = {0};

    if (frame->state.phase++ > 0) {
        return STEP_ON;
    }
    for (uint32_t i = 1; argument(frame, i) != NULL; i++) {
        text_printf(machine->pool, &text, "%s%s", i > 1 ? " " : "", argument(frame, i));
    }
    proc->shell->status = 0;
    shell_push_script(machine, proc, script_parse(machine->pool, text_string(&text), text.length), FRAME_SCRIPT);
    text_free(machine->pool, &text);
    return STEP_ON;
}

static enum step run_source(struct machine *machine, struct proc *proc, struct frame *frame)
{
    const char *path = argument(frame, 1);
    struct text text = {0};
    int error = ENOENT;
    struct open_file *file;

    if (frame->state.phase++ > 0 || path == NULL) {
        return STEP_ON;
    }
    file = open_path(machine, proc, path, REDIRECT_READ, &error);
    if (file == NULL) {
        shell_complain(machine, proc, "%s: line 0: can't open '%s': %s", argument(frame, 0), path,
                       proc_error_text(error));
        proc->shell->unwind = proc->shell->interactive ? UNWIND_NONE : UNWIND_EXIT;
        return done(proc, EXIT_USAGE);
    }
    char chunk[BUFSIZ];
    int64_t length;

    while ((length = open_read(machine, file, chunk, sizeof chunk)) > 0) {
        text_add(machine->pool, &text, chunk, (size_t)length);
    }
    open_release(machine, file);
    proc->shell->status = 0;
    shell_push_script(machine, proc, script_parse(machine->pool, text_string(&text), text.length), FRAME_SCRIPT);
    text_free(machine->pool, &text);
    return STEP_ON;
}

/* The arguments from `first` on are the command: they take this frame's place. */
static void shift_fields(struct machine *machine, struct frame *frame, uint32_t first)
{
    uint32_t at = 0;

    (void)machine;
    while (first-- > 0) {
        at = text_next_string(&frame->fields, at);
    }
    text_drop_front(&frame->fields, at);
}

static enum step run_exec(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct text arguments = {0};
    int status;

    if (argument(frame, 1) == NULL) {
        shell_keep(machine, proc);
        return done(proc, 0);
    }
    shift_fields(machine, frame, 1);
    text_add(machine->pool, &arguments, frame->fields.bytes, frame->fields.length);
    shell_keep(machine, proc);
    status = proc_exec_arguments(machine, proc, &arguments);
    if (status != 0) {
        shell_complain(machine, proc, "exec: line 0: %s: %s", arguments.bytes,
                       status == EXIT_NOT_FOUND ? "not found" : "Permission denied");
        proc->shell->unwind = UNWIND_EXIT;
        proc->shell->status = status;
    }
    text_free(machine->pool, &arguments);
    return STEP_ON;
}

static enum step run_command(struct machine *machine, struct proc *proc, struct frame *frame)
{
    const char *option = argument(frame, 1);
    const struct builtin *builtin;
    const struct command *command;
    struct text path = {0};
    bool is_script;
    bool is_type = strcmp(argument(frame, 0), "type") == 0;
    bool asks = is_type || (option != NULL && strcasecmp(option, "-v") == 0);
    const char *name = argument(frame, is_type ? 1 : 2);

    if (!asks || name == NULL) {
        shift_fields(machine, frame, 1);
        frame->phase = 1; /* performed again without the word `command` */
        if (frame->fields.length == 0) {
            frame->phase = 2;
            text_append_string(machine->pool, &frame->fields, "true");
        }
        return STEP_ON;
    }
    builtin = shell_builtin_find(name);
    if (builtin != NULL) {
        proc_printf(machine, proc, 1, is_type ? "%s is a shell builtin\n" : "%s\n", name);
        return done(proc, 0);
    }
    int status = command_look_up(machine, proc, name, &command, &is_script, &path);

    if (status == 0 && is_type) {
        proc_printf(machine, proc, 1, "%s is %s\n", name, path.bytes);
    } else if (status == 0) {
        proc_printf(machine, proc, 1, "%s\n", path.bytes);
    } else if (is_type) {
        proc_printf(machine, proc, 1, "%s: not found\n", name);
    }
    text_free(machine->pool, &path);
    return done(proc, status);
}

/* ---- variables and options -----------------------------------------------------------------------------------------
 */

static void list_exported(struct machine *machine, struct proc *proc)
{
    for (const struct variable *variable = proc->variables; variable != NULL; variable = variable->next) {
        if (variable->exported && variable->value != NULL) {
            proc_printf(machine, proc, 1, "export %s='%s'\n", variable->name, variable->value);
        }
    }
}

/* export, readonly, local: NAME or NAME=VALUE each. */
static enum step run_declare(struct machine *machine, struct proc *proc, struct frame *frame)
{
    const char *what = argument(frame, 0);
    struct frame *call = frame;
    const char *word;

    while (call != NULL && call->kind != FRAME_FUNCTION) {
        call = call->below;
    }
    if (argument(frame, 1) == NULL || strcmp(argument(frame, 1), "-p") == 0) {
        list_exported(machine, proc);
        return done(proc, 0);
    }
    for (uint32_t i = 1; (word = argument(frame, i)) != NULL; i++) {
        const char *equals = strchr(word, '=');
        struct text name = {0};

        text_add(machine->pool, &name, word, equals == NULL ? strlen(word) : (size_t)(equals - word));
        if (!shell_is_name_start(name.bytes[0])) {
            shell_complain(machine, proc, "%s: line 0: %s: bad variable name", what, name.bytes);
            text_free(machine->pool, &name);
            proc->shell->unwind = UNWIND_EXIT;
            return done(proc, EXIT_USAGE);
        }
        if (what[0] == 'l' && call != NULL) {
            variable_save(machine, proc, name.bytes, &call->locals);
        }
        if (equals != NULL || what[0] != 'l') {
            if (!variable_set(machine, proc, name.bytes, equals == NULL ? variable_get(proc, name.bytes) : equals + 1,
                              what[0] == 'e')) {
                text_free(machine->pool, &name);
                return done(proc, 1);
            }
        }
        if (what[0] == 'r') {
            variable_find(proc, name.bytes)->read_only = true;
        }
        text_free(machine->pool, &name);
    }
    return done(proc, 0);
}

static void remove_function(struct machine *machine, struct proc *proc, const char *name)
{
    struct function **link = &proc->shell->functions;

    while (*link != NULL && strcmp((*link)->node->name, name) != 0) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        struct function *function = *link;

        *link = function->next;
        script_release(machine->pool, function->script);
        pool_give(machine->pool, function, sizeof *function);
    }
}

static enum step run_unset(struct machine *machine, struct proc *proc, struct frame *frame)
{
    bool is_function = argument(frame, 1) != NULL && strcmp(argument(frame, 1), "-f") == 0;
    const char *name;

    for (uint32_t i = 1; (name = argument(frame, i)) != NULL; i++) {
        const struct variable *variable = variable_find(proc, name);

        if (variable != NULL && variable->read_only) {
            shell_complain(machine, proc, "unset: line 0: %s: is read only", name);
            return done(proc, EXIT_USAGE);
        }
        if (name[0] != '-' && is_function) {
            remove_function(machine, proc, name);
        } else if (name[0] != '-') {
            variable_remove(machine, proc, name);
        }
    }
    return done(proc, 0);
}

static void set_long_option(struct shell *shell, const char *name, bool on)
{
    if (strcmp(name, "errexit") == 0) {
        shell->errexit = on;
    } else if (strcmp(name, "nounset") == 0) {
        shell->nounset = on;
    } else if (strcmp(name, "xtrace") == 0) {
        shell->xtrace = on;
    } else if (strcmp(name, "noglob") == 0) {
        shell->noglob = on;
    }
}

static void list_variables(struct machine *machine, struct proc *proc)
{
    for (const struct variable *variable = proc->variables; variable != NULL; variable = variable->next) {
        if (variable->value != NULL) {
            proc_printf(machine, proc, 1, "%s='%s'\n", variable->name, variable->value);
        }
    }
}

static enum step run_set(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct shell *shell = proc->shell;
    uint32_t index = 1;
    const char *word = argument(frame, 1);
    bool replaces = false;

    if (word == NULL) {
        list_variables(machine, proc);
        return done(proc, 0);
    }
    while ((word = argument(frame, index)) != NULL && (word[0] == '-' || word[0] == '+') && word[1] != '\0') {
        bool on = word[0] == '-';

        index++;
        if (strcmp(word, "--") == 0) {
            replaces = true;
            break;
        }
        if (word[1] == 'o') {
            set_long_option(shell, argument(frame, index) == NULL ? "" : argument(frame, index), on);
            index++;
            continue;
        }
        for (uint32_t i = 1; word[i] != '\0'; i++) {
            shell->errexit = word[i] == 'e' ? on : shell->errexit;
            shell->nounset = word[i] == 'u' ? on : shell->nounset;
            shell->xtrace = word[i] == 'x' ? on : shell->xtrace;
            shell->noglob = word[i] == 'f' ? on : shell->noglob;
        }
    }
    if (replaces || argument(frame, index) != NULL) {
        text_cut(&shell->parameters, 0);
        for (; argument(frame, index) != NULL; index++) {
            text_append_string(machine->pool, &shell->parameters, argument(frame, index));
        }
    }
    return done(proc, 0);
}

static enum step run_shift(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct text *parameters = &proc->shell->parameters;
    uint32_t count = argument(frame, 1) == NULL ? 1 : (uint32_t)strtoul(argument(frame, 1), NULL, TEN);

    (void)machine;
    if (count > text_string_count(parameters)) {
        return done(proc, 1);
    }
    while (count-- > 0) {
        text_drop_front(parameters, text_next_string(parameters, 0));
    }
    return done(proc, 0);
}

static enum step run_let(struct machine *machine, struct proc *proc, struct frame *frame)
{
    int64_t value = 0;

    for (uint32_t i = 1; argument(frame, i) != NULL; i++) {
        if (!shell_arithmetic(machine, proc, argument(frame, i), &value)) {
            return done(proc, EXIT_USAGE);
        }
    }
    return done(proc, value == 0);
}

/* ---- folders
 * ---------------------------------------------------------------------------------------------------------- */

static enum step run_cd(struct machine *machine, struct proc *proc, struct frame *frame)
{
    const char *to = argument(frame, 1) == NULL ? variable_get(proc, "HOME") : argument(frame, 1);
    struct text absolute = {0};
    bool shows = false;

    if (to != NULL && strcmp(to, "-") == 0) {
        to = variable_get(proc, "OLDPWD");
        shows = true;
    }
    proc_path(machine, proc, to == NULL ? "/" : to, &absolute);
    if (process_files_status(machine->files, absolute.bytes).kind != FILE_FOLDER) {
        shell_complain(machine, proc, "cd: line 0: can't cd to %s: %s", to,
                       process_files_status(machine->files, absolute.bytes).kind == FILE_NONE
                           ? proc_error_text(ENOENT)
                           : proc_error_text(ENOTDIR));
        text_free(machine->pool, &absolute);
        return done(proc, EXIT_USAGE);
    }
    (void)variable_set(machine, proc, "OLDPWD", text_string(&proc->folder), false);
    (void)variable_set(machine, proc, "PWD", absolute.bytes, false);
    text_free(machine->pool, &proc->folder);
    proc->folder = absolute;
    if (shows) {
        proc_printf(machine, proc, 1, "%s\n", absolute.bytes);
    }
    return done(proc, 0);
}

static enum step run_umask(struct machine *machine, struct proc *proc, struct frame *frame)
{
    if (argument(frame, 1) == NULL) {
        proc_printf(machine, proc, 1, "0022\n");
    }
    return done(proc, 0);
}

/* ---- signals and children
 * ---------------------------------------------------------------------------------------------- */

static void list_traps(struct machine *machine, struct proc *proc)
{
    for (int number = 0; number < SIGNAL_COUNT; number++) {
        const char *text = proc->shell->traps[number];

        if (text != NULL) {
            proc_printf(machine, proc, 1, "trap -- '%s' %s\n", text, number == 0 ? "EXIT" : proc_signal_name(number));
        }
    }
}

static void set_trap(struct machine *machine, struct shell *shell, int number, const char *text)
{
    if (shell->traps[number] != NULL) {
        pool_give(machine->pool, shell->traps[number], strlen(shell->traps[number]) + 1);
        shell->traps[number] = NULL;
    }
    if (text != NULL) {
        size_t size = strlen(text) + 1;

        shell->traps[number] = memcpy(pool_take(machine->pool, size), text, size);
        shell->has_traps = true;
    }
}

static enum step run_trap(struct machine *machine, struct proc *proc, struct frame *frame)
{
    uint32_t index = 1;
    const char *text = argument(frame, 1);
    const char *name;
    int status = 0;

    if (text != NULL && strcmp(text, "--") == 0) {
        text = argument(frame, ++index);
    }
    if (text == NULL) {
        list_traps(machine, proc);
        return done(proc, 0);
    }
    bool resets = strcmp(text, "-") == 0 || (argument(frame, index + 1) == NULL && proc_signal_number(text) >= 0);

    index += argument(frame, index + 1) == NULL ? 0 : 1;
    for (; (name = argument(frame, index)) != NULL; index++) {
        int number = proc_signal_number(name);

        if (number < 0) {
            shell_complain(machine, proc, "trap: line 0: %s: invalid signal specification", name);
            status = 1;
        } else if (number != SIGKILL && number != SIGSTOP) {
            set_trap(machine, proc->shell, number, resets ? NULL : text);
        }
    }
    return done(proc, status);
}

static bool kill_one(struct machine *machine, struct proc *proc, const char *text, int number)
{
    char *end;
    long pid = strtol(text, &end, TEN);
    struct proc *target;
    const struct process_io *io = machine->io;

    if (*end != '\0' || end == text) {
        proc_printf(machine, proc, 2, "%s: invalid number '%s'\n", proc->shell == NULL ? "kill" : "sh", text);
        return false;
    }
    target = pid == 0 ? proc : proc_find(machine, (int)(pid < 0 ? -pid : pid));
    if (target != NULL && (!target->is_over || number == 0)) {
        proc_signal(target, number, false);
        return true;
    }
    if (target == NULL && io->kill != NULL && io->kill(io->context, (int)pid, number)) {
        return true;
    }
    proc_printf(machine, proc, 2, "%s: can't kill pid %ld: No such process\n", proc->shell == NULL ? "kill" : "sh",
                pid);
    return false;
}

int shell_kill(struct machine *machine, struct proc *proc, const struct text *arguments)
{
    uint32_t index = 1;
    int number = SIGTERM;
    const char *word = text_string_at(arguments, 1);
    int status = 0;

    if (word != NULL && strcmp(word, "-l") == 0) {
        for (int i = 1; proc_signal_name(i) != NULL; i++) {
            proc_printf(machine, proc, 1, "%2d) %s\n", i, proc_signal_name(i));
        }
        return 0;
    }
    if (word != NULL && word[0] == '-' && word[1] != '\0') {
        const char *name = strcmp(word, "-s") == 0 ? text_string_at(arguments, ++index) : word + 1;

        index++;
        number = name == NULL ? -1 : proc_signal_number(name);
        if (number < 0) {
            proc_printf(machine, proc, 2, "%s: bad signal name '%s'\n", proc->shell == NULL ? "kill" : "sh",
                        name == NULL ? "" : name);
            return 1;
        }
    }
    if (text_string_at(arguments, index) == NULL) {
        proc_printf(machine, proc, 2, "%s: you need to specify whom to kill\n", proc->shell == NULL ? "kill" : "sh");
        return 1;
    }
    for (; (word = text_string_at(arguments, index)) != NULL; index++) {
        status |= !kill_one(machine, proc, word[0] == '%' ? "0" : word, number);
    }
    return status;
}

static enum step run_kill(struct machine *machine, struct proc *proc, struct frame *frame)
{
    return done(proc, shell_kill(machine, proc, &frame->fields));
}

/* wait [PID…]: POSIX: a trapped signal ends it at once. */
static enum step run_wait(struct machine *machine, struct proc *proc, struct frame *frame)
{
    const char *which = argument(frame, 1 + (uint32_t)frame->state.number);
    int status = 0;

    for (int number = 1; number < SIGNAL_COUNT - 1; number++) {
        if ((proc->shell->caught >> number & 1) != 0) {
            return done(proc, EXIT_SIGNAL + number);
        }
    }
    if (which != NULL) {
        struct proc *child = proc_find(machine, atoi(which)); // NOLINT(bugprone-unchecked-string-to-number-conversion)

        if (child == NULL || child->parent != proc->pid) {
            return done(proc, EXIT_NOT_FOUND);
        }
        if (!child->is_over) {
            return STEP_BLOCKED;
        }
        status = child->status;
        shell_report_death(machine, proc, child->death);
        proc_reap(machine, child);
        frame->state.number++;
        if (argument(frame, 1 + (uint32_t)frame->state.number) != NULL) {
            return run_wait(machine, proc, frame); // NOLINT(misc-no-recursion): as many as there are arguments
        }
        return done(proc, status);
    }
    for (struct proc *child = machine->first; child != NULL; child = child->next) {
        if (child->parent == proc->pid && !child->is_over) {
            return STEP_BLOCKED;
        }
    }
    return done(proc, 0);
}

static enum step run_jobs(struct machine *machine, struct proc *proc, struct frame *frame)
{
    (void)frame;
    for (const struct proc *child = machine->first; child != NULL; child = child->next) {
        if (child->parent == proc->pid && !child->is_over && child->is_background) {
            proc_printf(machine, proc, 1, "[%d]+  Running                 %s\n", child->job,
                        text_string(&child->arguments));
        }
    }
    return done(proc, 0);
}

/* ---- read
 * --------------------------------------------------------------------------------------------------------------- */

static void assign_fields(struct machine *machine, struct proc *proc, struct frame *frame, uint32_t index, char *line)
{
    const char *separators = variable_get(proc, "IFS");
    const char *name = argument(frame, index) == NULL ? "REPLY" : argument(frame, index);

    separators = separators == NULL ? " \t\n" : separators;
    do {
        const char *next = argument(frame, ++index);

        line += strspn(line, separators);
        size_t length = next == NULL ? strlen(line) : strcspn(line, separators);

        while (next == NULL && length > 0 && strchr(separators, line[length - 1]) != NULL) {
            length--;
        }
        bool is_more = line[length] != '\0';

        line[length] = '\0';
        (void)variable_set(machine, proc, name, line, false);
        line += length + is_more;
        name = next;
    } while (name != NULL);
}

static enum step run_read(struct machine *machine, struct proc *proc, struct frame *frame)
{
    uint32_t index = 1;
    bool is_raw = false;
    const char *word;
    struct text *line = &frame->state.text;

    while ((word = argument(frame, index)) != NULL && word[0] == '-' && word[1] != '\0') {
        index++;
        is_raw |= strchr(word, 'r') != NULL;
        if (strchr("ptnd", word[strlen(word) - 1]) != NULL) {
            if (word[1] == 'p' && frame->state.phase == 0) {
                proc_printf(machine, proc, 2, "%s", argument(frame, index));
            }
            index++;
        }
    }
    frame->state.phase = 1;
    if (proc->shell->caught != 0) {
        return done(proc, EXIT_SIGNAL);
    }
    int got = proc_read_line(machine, proc, 0, line);

    if (got < 0) {
        return STEP_BLOCKED;
    }
    if (got == 1) {
        text_cut(line, line->length - 1);
        if (!is_raw && line->length > 0 && line->bytes[line->length - 1] == '\\') {
            text_cut(line, line->length - 1);
            return STEP_BLOCKED;
        }
    }
    if (line->bytes == NULL) {
        text_add_string(machine->pool, line, "");
    }
    assign_fields(machine, proc, frame, index, line->bytes);
    return done(proc, got == 1 ? 0 : 1);
}

/* ---- commands that are builtins for speed
 * ------------------------------------------------------------------------------ */

static enum step run_as_command(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct text arguments = proc->arguments;
    struct command_state state = proc->state;
    const struct command *command = command_find(frame->fields.bytes);

    proc->arguments = frame->fields;
    proc->state = frame->state;
    (void)command->step(machine, proc);
    frame->state = proc->state;
    proc->state = state;
    proc->arguments = arguments;
    return done(proc, proc->status);
}

static const struct builtin builtins[] = {
    {":", true, run_nothing},
    {"true", false, run_nothing},
    {"false", false, run_nothing},
    {"exit", true, run_leaving},
    {"return", true, run_leaving},
    {"break", true, run_loop_control},
    {"continue", true, run_loop_control},
    {"eval", true, run_eval},
    {".", true, run_source},
    {"source", true, run_source},
    {"exec", true, run_exec},
    {"command", false, run_command},
    {"type", false, run_command},
    {"export", true, run_declare},
    {"readonly", true, run_declare},
    {"local", false, run_declare},
    {"unset", true, run_unset},
    {"set", true, run_set},
    {"shift", true, run_shift},
    {"let", false, run_let},
    {"cd", false, run_cd},
    {"umask", false, run_umask},
    {"trap", true, run_trap},
    {"kill", false, run_kill},
    {"wait", false, run_wait},
    {"jobs", false, run_jobs},
    {"read", false, run_read},
    {"echo", false, run_as_command},
    {"printf", false, run_as_command},
    {"test", false, run_as_command},
    {"[", false, run_as_command},
    {"[[", false, run_as_command},
    {"pwd", false, run_as_command},
    {"ulimit", false, run_nothing},
    {"hash", false, run_nothing},
    {"alias", false, run_nothing},
    {"times", true, run_nothing},
};

const struct builtin *shell_builtin_find(const char *name)
{
    for (uint32_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++) {
        if (strcmp(builtins[i].name, name) == 0) {
            return &builtins[i];
        }
    }
    return NULL;
}
