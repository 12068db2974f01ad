/* Simple commands: POSIX XCU 2.9.1. */
#include "fakes/docker/proc.h"

#include <signal.h>
#include <string.h>

enum phase { SUBSTITUTING, STARTING, BUILTIN, CHILD, CALLED };

static const struct function *function_find(const struct proc *proc, const char *name)
{
    const struct function *function = proc->shell->functions;

    while (function != NULL && strcmp(function->node->name, name) != 0) {
        function = function->next;
    }
    return function;
}

/* ---- what a name stands for ---------------------------------------------------------------------------------- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static int look_at(struct machine *machine, const struct proc *proc, const char *path, const struct command **command,
                   bool *is_script)
{
    struct text absolute = {0};

    proc_path(machine, proc, path, &absolute);
    struct file_status status = process_files_status(machine->files, absolute.bytes);

    *is_script = status.executable && status.size > 0;
    *command = status.executable ? command_find(*is_script ? "sh" : base_name(absolute.bytes)) : NULL;
    text_free(machine->pool, &absolute);
    if (status.kind == FILE_NONE) {
        return EXIT_NOT_FOUND;
    }
    return *command == NULL ? EXIT_NOT_EXECUTABLE : 0;
}

int command_look_up(struct machine *machine, const struct proc *proc, const char *name, const struct command **command,
                    bool *is_script, struct text *path)
{
    const char *folders = variable_get(proc, "PATH");

    *command = NULL;
    *is_script = false;
    if (strchr(name, '/') != NULL) {
        text_add_string(machine->pool, path, name);
        return look_at(machine, proc, name, command, is_script);
    }
    while (folders != NULL && *folders != '\0' && *name != '\0') {
        size_t length = strcspn(folders, ":");

        text_cut(path, 0);
        text_add(machine->pool, path, folders, length);
        text_printf(machine->pool, path, "%s%s", length == 0 ? "" : "/", name);
        if (look_at(machine, proc, path->bytes, command, is_script) == 0) {
            return 0;
        }
        folders += length;
        folders += *folders == ':';
    }
    return EXIT_NOT_FOUND;
}

int proc_exec_arguments(struct machine *machine, struct proc *proc, const struct text *arguments)
{
    const struct command *command;
    struct text path = {0};
    struct text all = {0};
    bool is_script;
    int status = command_look_up(machine, proc, text_string(arguments), &command, &is_script, &path);

    if (status == 0) {
        if (is_script) {
            text_append_string(machine->pool, &all, "sh");
            text_append_string(machine->pool, &all, path.bytes);
            uint32_t rest = text_next_string(arguments, 0);

            text_add(machine->pool, &all, arguments->bytes + rest, arguments->length - rest);
        } else {
            text_add(machine->pool, &all, arguments->bytes, arguments->length);
        }
        proc_exec(machine, proc, &all, command);
    }
    text_free(machine->pool, &path);
    text_free(machine->pool, &all);
    return status;
}

/* ---- performing one ------------------------------------------------------------------------------------------ */

static bool assign(struct machine *machine, struct proc *proc, struct frame *frame, bool stays, bool export)
{
    bool ok = true;

    for (const struct word *word = frame->node->words; word != NULL && word->assigned != NULL && ok;
         word = word->next) {
        struct text value = {0};

        if (!stays) {
            variable_save(machine, proc, word->assigned, &frame->assigned);
        }
        ok = expand_word(machine, proc, frame, word, &value) &&
             variable_set(machine, proc, word->assigned, text_string(&value), export);
        text_free(machine->pool, &value);
    }
    return ok;
}

static enum step end_command(struct machine *machine, struct proc *proc, struct frame *frame)
{
    shell_check_errexit(proc, frame);
    shell_pop(machine, proc);
    return STEP_ON;
}

static enum step fail(struct machine *machine, struct proc *proc, struct frame *frame, int status, bool ends_shell)
{
    proc->shell->status = status;
    if (ends_shell && !proc->shell->interactive) {
        proc->shell->unwind = UNWIND_EXIT;
    }
    return end_command(machine, proc, frame);
}

static void trace(struct machine *machine, struct proc *proc, const struct frame *frame)
{
    struct text line = {0};

    if (!proc->shell->xtrace) {
        return;
    }
    text_add_string(machine->pool, &line, "+");
    for (uint32_t at = 0; at < frame->fields.length; at = text_next_string(&frame->fields, at)) {
        text_printf(machine->pool, &line, " %s", frame->fields.bytes + at);
    }
    text_add_char(machine->pool, &line, '\n');
    (void)proc_write(machine, proc, 2, line.bytes, line.length);
    text_free(machine->pool, &line);
}

/* The shell's own process becomes the command, as ash does with the last one of `sh -c`. */
static bool may_replace(const struct proc *proc, const struct frame *frame)
{
    return frame->is_last && !proc->shell->has_traps && !proc->shell->interactive;
}

static void complain_missing(struct machine *machine, struct proc *proc, const char *name, int status)
{
    shell_complain(machine, proc, "%s: %s", name, status == EXIT_NOT_FOUND ? "not found" : "Permission denied");
}

static enum step start_external(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct text path = {0};
    const struct command *command;
    bool is_script;
    int status = command_look_up(machine, proc, frame->fields.bytes, &command, &is_script, &path);

    text_free(machine->pool, &path);
    if (status != 0) {
        complain_missing(machine, proc, frame->fields.bytes, status);
        return fail(machine, proc, frame, status, false);
    }
    if (may_replace(proc, frame)) {
        struct text arguments = {0};

        text_add(machine->pool, &arguments, frame->fields.bytes, frame->fields.length);
        shell_keep(machine, proc);
        (void)proc_exec_arguments(machine, proc, &arguments);
        text_free(machine->pool, &arguments);
        return STEP_ON;
    }
    struct proc *child = proc_fork(machine, proc);

    if (child == NULL) {
        shell_complain(machine, proc, "can't fork: Resource temporarily unavailable");
        return fail(machine, proc, frame, EXIT_USAGE, false);
    }
    child->job = frame->job = proc->shell->next_job++;
    (void)proc_exec_arguments(machine, child, &frame->fields);
    frame->phase = CHILD;
    return STEP_ON;
}

static enum step start_builtin(struct machine *machine, struct proc *proc, struct frame *frame,
                               const struct builtin *builtin)
{
    if (!assign(machine, proc, frame, builtin->special, false)) {
        return fail(machine, proc, frame, 1, builtin->special);
    }
    frame->phase = BUILTIN;
    return STEP_ON;
}

static enum step start(struct machine *machine, struct proc *proc, struct frame *frame)
{
    const struct word *words = frame->node->words;
    struct shell *shell = proc->shell;
    bool ok = true;

    while (words != NULL && words->assigned != NULL) {
        words = words->next;
    }
    if (frame->fields.length == 0) { /* else the words behind `command` */
        if (!expand_words(machine, proc, frame, words, &frame->fields)) {
            return fail(machine, proc, frame, EXIT_USAGE, true);
        }
        trace(machine, proc, frame);
        ok = shell_redirect(machine, proc, frame, frame->node->redirects);
    }
    const struct builtin *builtin = frame->fields.length == 0 ? NULL : shell_builtin_find(frame->fields.bytes);

    if (!ok) {
        return fail(machine, proc, frame, builtin != NULL && builtin->special ? EXIT_USAGE : 1,
                    builtin != NULL && builtin->special);
    }
    if (frame->fields.length == 0) {
        shell->status = frame->node->commands == NULL ? 0 : shell->substitution_status;
        if (!assign(machine, proc, frame, true, false)) {
            return fail(machine, proc, frame, EXIT_USAGE, true);
        }
        return end_command(machine, proc, frame);
    }
    const struct function *function = function_find(proc, frame->fields.bytes);

    if (builtin != NULL && (builtin->special || function == NULL)) {
        return start_builtin(machine, proc, frame, builtin);
    }
    if (!assign(machine, proc, frame, false, true)) {
        return fail(machine, proc, frame, 1, false);
    }
    if (function != NULL) {
        frame->phase = CALLED;
        shell_call(machine, proc, frame, function);
        return STEP_ON;
    }
    return start_external(machine, proc, frame);
}

void shell_report_death(struct machine *machine, struct proc *proc, int number)
{
    static const struct {
        int number;
        const char *text;
    } deaths[] = {{SIGHUP, "Hangup"},
                  {SIGQUIT, "Quit"},
                  {SIGABRT, "Aborted"},
                  {SIGKILL, "Killed"},
                  {SIGALRM, "Alarm clock"},
                  {SIGSEGV, "Segmentation fault"},
                  {SIGTERM, "Terminated"},
                  {SIGUSR1, "User defined signal 1"},
                  {SIGUSR2, "User defined signal 2"}};

    for (uint32_t i = 0; i < sizeof deaths / sizeof deaths[0]; i++) {
        if (number == deaths[i].number) {
            proc_printf(machine, proc, 2, "%s\n", deaths[i].text);
        }
    }
}

static enum step await_child(struct machine *machine, struct proc *proc, struct frame *frame)
{
    int status = 0;
    int death = 0;

    for (const struct proc *child = machine->first; child != NULL; child = child->next) {
        death = child->parent == proc->pid && child->job == frame->job ? child->death : death;
    }
    if (shell_job_is_running(machine, proc, frame->job, &status)) {
        return STEP_BLOCKED;
    }
    proc->shell->status = status;
    shell_report_death(machine, proc, death);
    return end_command(machine, proc, frame);
}

enum step shell_run_command(struct machine *machine, struct proc *proc, struct frame *frame)
{
    bool is_done;
    enum step step;

    switch ((enum phase)frame->phase) {
    case SUBSTITUTING:
        step = shell_substitute(machine, proc, frame, &is_done);
        frame->phase = is_done ? STARTING : SUBSTITUTING;
        return step;
    case STARTING:
        return start(machine, proc, frame);
    case BUILTIN:
        step = shell_builtin_find(frame->fields.bytes)->run(machine, proc, frame);
        if (step == STEP_ON && proc->shell != NULL && proc->shell->top == frame && frame->phase == BUILTIN) {
            return end_command(machine, proc, frame);
        }
        return step;
    case CHILD:
        return await_child(machine, proc, frame);
    default:
        return end_command(machine, proc, frame);
    }
}
