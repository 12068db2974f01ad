/* The commands that are part of the shell: POSIX XCU 2.14, and what busybox's ash has beside these. */
#include "fakes/docker/shell_builtin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEN = 10, STATUS_MASK = 255 };

const char *builtin_argument(const struct frame *frame, uint32_t index)
{
    return text_string_at(&frame->fields, index);
}

enum step builtin_done(struct proc *proc, int status)
{
    proc->shell->status = status;
    return STEP_ON;
}

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* ---- control ------------------------------------------------------------------------------------------------- */

static enum step run_nothing(struct machine *machine, struct proc *proc, struct frame *frame)
{
    (void)machine;
    return builtin_done(proc, strcmp(builtin_argument(frame, 0), "false") == 0);
}

static enum step run_leaving(struct machine *machine, struct proc *proc, struct frame *frame)
{
    bool exits = strcmp(builtin_argument(frame, 0), "exit") == 0;
    const char *text = builtin_argument(frame, 1);

    if (text != NULL && !is_number(text)) {
        shell_complain(machine, proc, "%s: line 0: Illegal number: %s", builtin_argument(frame, 0), text);
        proc->shell->unwind = UNWIND_EXIT;
        return builtin_done(proc, EXIT_USAGE);
    }
    if (text != NULL) {
        proc->shell->status = (int)(strtoul(text, NULL, TEN) & STATUS_MASK);
    }
    proc->shell->unwind = exits ? UNWIND_EXIT : UNWIND_RETURN;
    return STEP_ON;
}

static enum step run_loop_control(struct machine *machine, struct proc *proc, struct frame *frame)
{
    const char *levels = builtin_argument(frame, 1);
    bool is_in_loop = false;

    (void)machine;
    for (const struct frame *below = frame->below; below != NULL; below = below->below) {
        is_in_loop |= below->node->kind == NODE_WHILE || below->node->kind == NODE_FOR;
    }
    if (is_in_loop) {
        proc->shell->unwind = builtin_argument(frame, 0)[0] == 'b' ? UNWIND_BREAK : UNWIND_CONTINUE;
        proc->shell->unwind_levels = levels == NULL ? 1 : (int)strtol(levels, NULL, 10);
    }
    return builtin_done(proc, 0);
}

static enum step run_eval(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct text text = {0};

    if (frame->state.phase++ > 0) {
        return STEP_ON;
    }
    for (uint32_t i = 1; builtin_argument(frame, i) != NULL; i++) {
        text_printf(machine->pool, &text, "%s%s", i > 1 ? " " : "", builtin_argument(frame, i));
    }
    proc->shell->status = 0;
    shell_push_script(machine, proc, script_parse(machine->pool, text_string(&text), text.length), FRAME_SCRIPT);
    text_free(machine->pool, &text);
    return STEP_ON;
}

static enum step run_source(struct machine *machine, struct proc *proc, struct frame *frame)
{
    const char *path = builtin_argument(frame, 1);
    struct text text = {0};
    int error = ENOENT;
    struct open_file *file;

    if (frame->state.phase++ > 0 || path == NULL) {
        return STEP_ON;
    }
    file = open_path(machine, proc, path, REDIRECT_READ, &error);
    if (file == NULL) {
        shell_complain(machine, proc, "%s: line 0: can't open '%s': %s", builtin_argument(frame, 0), path,
                       proc_error_text(error));
        proc->shell->unwind = proc->shell->interactive ? UNWIND_NONE : UNWIND_EXIT;
        return builtin_done(proc, EXIT_USAGE);
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

    if (builtin_argument(frame, 1) == NULL) {
        shell_keep(machine, proc);
        return builtin_done(proc, 0);
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
    const char *option = builtin_argument(frame, 1);
    const struct builtin *builtin;
    const struct command *command;
    struct text path = {0};
    bool is_script;
    bool is_type = strcmp(builtin_argument(frame, 0), "type") == 0;
    bool asks = is_type || (option != NULL && strcasecmp(option, "-v") == 0);
    const char *name = builtin_argument(frame, is_type ? 1 : 2);

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
        return builtin_done(proc, 0);
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
    return builtin_done(proc, status);
}

/* ---- commands that are builtins for speed -------------------------------------------------------------------- */

static enum step run_as_command(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct text arguments = proc->arguments;
    struct command_state state = proc->state;
    const struct command *command = command_find(frame->fields.bytes);

    proc->arguments = frame->fields;
    proc->state = frame->state;
    (void)command->step(machine, proc);
    (void)proc_flush(machine, proc);
    frame->state = proc->state;
    proc->state = state;
    proc->arguments = arguments;
    return builtin_done(proc, proc->status);
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
    {"export", true, builtin_declare},
    {"readonly", true, builtin_declare},
    {"local", false, builtin_declare},
    {"unset", true, builtin_unset},
    {"set", true, builtin_set},
    {"shift", true, builtin_shift},
    {"let", false, builtin_let},
    {"cd", false, builtin_cd},
    {"umask", false, builtin_umask},
    {"trap", true, builtin_trap},
    {"kill", false, builtin_kill},
    {"wait", false, builtin_wait},
    {"jobs", false, builtin_jobs},
    {"read", false, builtin_read},
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
