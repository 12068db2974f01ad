/* A shell as a process: where its commands come from, traps, its end. */
#include "fakes/docker/proc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_SIZE = 512, SOURCE_CHUNK = 512 };

void shell_init(struct machine *machine, struct proc *proc)
{
    if (proc->shell == NULL) {
        proc->shell = pool_take(machine->pool, sizeof *proc->shell);
    }
    proc->shell->shell_pid = proc->pid;
    proc->shell->next_job = 1;
}

void shell_complain(struct machine *machine, struct proc *proc, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    proc_printf(machine, proc, 2, "%s: %s\n", proc->shell->name.length == 0 ? "sh" : proc->shell->name.bytes, message);
}

static void set_trap(struct machine *machine, struct shell *shell, int number, const char *text)
{
    char *old = shell->traps[number];

    if (old != NULL) {
        pool_give(machine->pool, old, strlen(old) + 1);
    }
    shell->traps[number] = NULL;
    if (text != NULL) {
        size_t size = strlen(text) + 1;

        shell->traps[number] = memcpy(pool_take(machine->pool, size), text, size);
        shell->has_traps = true;
    }
}

static void free_functions(struct machine *machine, struct shell *shell)
{
    while (shell->functions != NULL) {
        struct function *function = shell->functions;

        shell->functions = function->next;
        script_release(machine->pool, function->script);
        pool_give(machine->pool, function, sizeof *function);
    }
}

void shell_free(struct machine *machine, struct proc *proc)
{
    struct shell *shell = proc->shell;

    if (shell == NULL) {
        return;
    }
    while (shell->top != NULL) {
        shell_pop(machine, proc);
    }
    for (int number = 0; number < SIGNAL_COUNT; number++) {
        set_trap(machine, shell, number, NULL);
    }
    free_functions(machine, shell);
    text_free(machine->pool, &shell->name);
    text_free(machine->pool, &shell->parameters);
    text_free(machine->pool, &shell->line);
    pool_give(machine->pool, shell, sizeof *shell);
    proc->shell = NULL;
}

/* ---- frames -------------------------------------------------------------------------------------------------- */

struct frame *shell_push(struct machine *machine, struct proc *proc, const struct node *node)
{
    struct shell *shell = proc->shell;
    struct frame *frame;

    if (shell->depth >= FRAME_MAX) {
        shell_complain(machine, proc, "maximum nesting exceeded");
        shell->status = EXIT_USAGE;
        shell->unwind = UNWIND_EXIT;
        return NULL;
    }
    frame = pool_take(machine->pool, sizeof *frame);
    frame->node = node;
    frame->below = shell->top;
    frame->tested = shell->top != NULL && shell->top->tested;
    shell->top = frame;
    shell->depth++;
    return frame;
}

static void free_state(struct machine *machine, struct command_state *state)
{
    text_free(machine->pool, &state->text);
    text_free(machine->pool, &state->other);
}

void shell_pop(struct machine *machine, struct proc *proc)
{
    struct shell *shell = proc->shell;
    struct frame *frame = shell->top;

    shell_restore_files(machine, proc, frame);
    variables_restore(machine, proc, &frame->assigned);
    variables_restore(machine, proc, &frame->locals);
    if (frame->kind == FRAME_FUNCTION) {
        text_free(machine->pool, &shell->parameters);
        shell->parameters = frame->parameters;
        frame->parameters = (struct text){0};
    }
    if (frame->kind == FRAME_FUNCTION && shell->unwind == UNWIND_RETURN) {
        shell->unwind = UNWIND_NONE;
    }
    if (frame->kind == FRAME_TRAP && shell->unwind == UNWIND_NONE) {
        shell->status = frame->status;
    }
    shell->top = frame->below;
    shell->depth--;
    open_release(machine, frame->capture);
    script_release(machine->pool, frame->script);
    text_free(machine->pool, &frame->fields);
    text_free(machine->pool, &frame->results);
    text_free(machine->pool, &frame->result);
    text_free(machine->pool, &frame->parameters);
    free_state(machine, &frame->state);
    pool_give(machine->pool, frame, sizeof *frame);
}

/* Takes the caller's hold of the script. */
void shell_push_script(struct machine *machine, struct proc *proc, struct script *script, enum frame_kind kind)
{
    struct frame *frame = NULL;

    if (script->error != NULL) {
        shell_complain(machine, proc, "%s", script->error);
        proc->shell->status = EXIT_USAGE;
        if (!proc->shell->interactive) {
            proc->shell->unwind = UNWIND_EXIT;
        }
    } else if (script->root != NULL) {
        frame = shell_push(machine, proc, script->root);
    }
    if (frame == NULL) {
        script_release(machine->pool, script);
        return;
    }
    frame->kind = kind;
    frame->script = script;
    frame->status = proc->shell->status;
}

/* The script that a node of the shell's top frame belongs to. */
static struct script *holding_script(const struct shell *shell)
{
    const struct frame *frame = shell->top;

    while (frame != NULL && frame->script == NULL) {
        frame = frame->below;
    }
    return frame == NULL ? NULL : frame->script;
}

static void copy_functions(struct machine *machine, struct shell *shell, const struct shell *from)
{
    struct function **link = &shell->functions;

    for (const struct function *function = from->functions; function != NULL; function = function->next) {
        struct function *copy = pool_take(machine->pool, sizeof *copy);

        *copy = *function;
        copy->next = NULL;
        script_hold(copy->script);
        *link = copy;
        link = &copy->next;
    }
}

void shell_fork(struct machine *machine, struct proc *proc, const struct proc *parent, const struct node *node)
{
    const struct shell *from = parent->shell;
    struct script *script = holding_script(from);
    struct shell *shell;
    struct frame *frame;

    shell_init(machine, proc);
    shell = proc->shell;
    shell->is_started = true;
    text_add(machine->pool, &shell->name, text_string(&from->name), from->name.length);
    text_add(machine->pool, &shell->parameters, text_string(&from->parameters), from->parameters.length);
    text_add(machine->pool, &proc->arguments, text_string(&parent->arguments), parent->arguments.length);
    copy_functions(machine, shell, from);
    shell->shell_pid = from->shell_pid;
    shell->last_background = from->last_background;
    shell->errexit = from->errexit;
    shell->nounset = from->nounset;
    shell->xtrace = from->xtrace;
    shell->noglob = from->noglob;
    for (int number = 1; number < SIGNAL_COUNT; number++) {
        if (from->traps[number] != NULL && from->traps[number][0] == '\0') {
            set_trap(machine, shell, number, "");
        }
    }
    shell->status = node == NULL ? 0 : from->status;
    frame = node == NULL ? NULL : shell_push(machine, proc, node);
    if (frame != NULL && script != NULL) {
        script_hold(script);
        frame->script = script;
        frame->is_last = true;
        frame->tested = from->top->tested;
        frame->kind = FRAME_SCRIPT;
    }
}

/* ---- where commands come from -------------------------------------------------------------------------------- */

static void push_text(struct machine *machine, struct proc *proc, const char *text, size_t length, bool is_last)
{
    struct script *script = script_parse(machine->pool, text, (uint32_t)length);
    bool is_wrong = script->error != NULL;

    shell_push_script(machine, proc, script, FRAME_SCRIPT);
    if (!is_wrong && proc->shell->top != NULL) {
        proc->shell->top->is_last = is_last;
    }
}

static void set_option(struct shell *shell, char option, bool on)
{
    switch (option) {
    case 'e':
        shell->errexit = on;
        break;
    case 'u':
        shell->nounset = on;
        break;
    case 'x':
        shell->xtrace = on;
        break;
    case 'f':
        shell->noglob = on;
        break;
    case 'i':
        shell->interactive = on;
        break;
    default:
        break;
    }
}

/* A file's text as the script. */
static void start_file(struct machine *machine, struct proc *proc, const char *path)
{
    int error;
    struct open_file *file = open_path(machine, proc, path, REDIRECT_READ, &error);
    struct text text = {0};
    char chunk[SOURCE_CHUNK];
    int64_t length;

    if (file == NULL) {
        shell_complain(machine, proc, "can't open '%s': %s", path, proc_error_text(error));
        proc->shell->status = EXIT_USAGE;
        proc->shell->unwind = UNWIND_EXIT;
        return;
    }
    while ((length = open_read(machine, file, chunk, sizeof chunk)) > 0) {
        text_add(machine->pool, &text, chunk, (size_t)length);
    }
    text_cut(&proc->shell->name, 0);
    text_add_string(machine->pool, &proc->shell->name, path);
    push_text(machine, proc, text_string(&text), text.length, false);
    text_free(machine->pool, &text);
    open_release(machine, file);
}

static bool input_is_terminal(const struct machine *machine, const struct proc *proc)
{
    const struct open_file *file = proc->files[0];

    return machine->tty && file != NULL && (file->kind == OPEN_INPUT || file->kind == OPEN_OUTPUT);
}

static void note_level(struct machine *machine, struct proc *proc)
{
    const char *held = variable_get(proc, "SHLVL");
    char level[NUMBER_SIZE];

    snprintf(level, sizeof level, "%d", held == NULL ? 1 : (int)((unsigned)strtol(held, NULL, 10) + 1));
    (void)variable_set(machine, proc, "SHLVL", level, true);
    (void)variable_set(machine, proc, "PWD", text_string(&proc->folder), true);
}

/* From arguments: sh [-c TEXT [NAME ARG…]] [-euxil] [FILE ARG…]. */
static void start(struct machine *machine, struct proc *proc)
{
    struct shell *shell = proc->shell;
    const struct text *arguments = &proc->arguments;
    uint32_t index = 1;
    bool has_command = false;
    const char *argument;

    text_add_string(machine->pool, &shell->name, text_string_at(arguments, 0));
    while ((argument = text_string_at(arguments, index)) != NULL && (argument[0] == '-' || argument[0] == '+') &&
           argument[1] != '\0') {
        index++;
        if (strcmp(argument, "--") == 0) {
            break;
        }
        if (strcmp(argument, "-o") == 0 || strcmp(argument, "+o") == 0) {
            index++;
        }
        for (uint32_t i = 1; argument[1] != '-' && argument[i] != '\0'; i++) {
            has_command |= argument[i] == 'c';
            set_option(shell, argument[i], argument[0] == '-');
        }
    }
    note_level(machine, proc);
    const char *text = has_command ? text_string_at(arguments, index++) : NULL;
    const char *name = text_string_at(arguments, index);

    for (uint32_t i = index + 1; text_string_at(arguments, i) != NULL; i++) {
        text_append_string(machine->pool, &shell->parameters, text_string_at(arguments, i));
    }
    if (has_command && text == NULL) {
        shell_complain(machine, proc, "-c requires an argument");
        shell->status = EXIT_USAGE;
        shell->unwind = UNWIND_EXIT;
    } else if (has_command) {
        if (name != NULL) {
            text_cut(&shell->name, 0);
            text_add_string(machine->pool, &shell->name, name);
        }
        push_text(machine, proc, text, strlen(text), true);
    } else if (name != NULL) {
        start_file(machine, proc, name);
    } else {
        shell->reads_input = true;
        shell->interactive |= input_is_terminal(machine, proc);
    }
}

static const char *continued_prompt = "> ";

/* "\w \$ ": the folder, `~` for HOME. */
static void prompt(struct machine *machine, struct proc *proc)
{
    const char *own = variable_get(proc, "PS1");
    const char *home = variable_get(proc, "HOME");
    const char *folder = text_string(&proc->folder);
    size_t length = home == NULL ? 0 : strlen(home);
    bool is_home =
        length > 1 && strncmp(folder, home, length) == 0 && (folder[length] == '\0' || folder[length] == '/');

    if (proc->shell->line.length > 0) {
        proc_printf(machine, proc, 2, "%s", continued_prompt);
    } else if (own != NULL && strchr(own, '\\') == NULL) {
        proc_printf(machine, proc, 2, "%s", own);
    } else {
        proc_printf(machine, proc, 2, "%s%s # ", is_home ? "~" : "", is_home ? folder + length : folder);
    }
    if (machine->raw.length == 0) {
        proc_printf(machine, proc, 2, "\033[6n"); /* where is the cursor? busybox's line editing asks so */
    }
    proc->shell->is_prompted = true;
    machine->is_editing = true;
}

static void end_input(struct machine *machine, struct proc *proc)
{
    struct shell *shell = proc->shell;

    if (shell->line.length > 0) {
        push_text(machine, proc, shell->line.bytes, shell->line.length, false);
        text_free(machine->pool, &shell->line);
        return;
    }
    shell->unwind = UNWIND_EXIT;
}

static enum step next_command(struct machine *machine, struct proc *proc)
{
    struct shell *shell = proc->shell;
    int got;

    if (!shell->reads_input) {
        shell->unwind = UNWIND_EXIT;
        return STEP_ON;
    }
    if (shell->interactive && !shell->is_prompted) {
        prompt(machine, proc);
        return STEP_ON;
    }
    got = proc_read_line(machine, proc, 0, &shell->line);
    if (got < 0) {
        return STEP_BLOCKED;
    }
    shell->is_prompted = false;
    if (got == 0) {
        end_input(machine, proc);
        return STEP_ON;
    }
    struct script *script = script_parse(machine->pool, shell->line.bytes, shell->line.length);

    if (script->error != NULL && script->incomplete) {
        script_release(machine->pool, script);
        return STEP_ON;
    }
    text_free(machine->pool, &shell->line);
    shell_push_script(machine, proc, script, FRAME_SCRIPT);
    return STEP_ON;
}

/* ---- traps --------------------------------------------------------------------------------------------------- */

static void push_trap(struct machine *machine, struct proc *proc, int number)
{
    const char *text = proc->shell->traps[number];

    if (text != NULL && text[0] != '\0') {
        shell_push_script(machine, proc, script_parse(machine->pool, text, (uint32_t)strlen(text)), FRAME_TRAP);
    }
}

/* Traps are performed between commands (POSIX XCU 2.11). */
static bool start_caught_trap(struct machine *machine, struct proc *proc)
{
    struct shell *shell = proc->shell;
    bool is_between = shell->top == NULL || (shell->top->phase == 0 && shell->top->command == NULL);

    for (int number = 1; is_between && shell->caught != 0 && number < SIGNAL_COUNT - 1; number++) {
        if ((shell->caught >> number & 1) != 0) {
            shell->caught &= ~((uint64_t)1 << number);
            push_trap(machine, proc, number);
            return true;
        }
    }
    return false;
}

static void finish(struct machine *machine, struct proc *proc)
{
    struct shell *shell = proc->shell;

    while (shell->top != NULL) {
        shell_pop(machine, proc);
    }
    if (!shell->is_exiting && shell->traps[0] != NULL) {
        shell->is_exiting = true;
        shell->reads_input = false;
        shell->unwind = UNWIND_NONE;
        push_trap(machine, proc, 0);
        return;
    }
    proc_exit(machine, proc, shell->status);
}

enum step shell_step(struct machine *machine, struct proc *proc)
{
    struct shell *shell = proc->shell;

    if (!shell->is_started) {
        shell->is_started = true;
        start(machine, proc);
        return STEP_ON;
    }
    if (shell->unwind == UNWIND_EXIT) {
        finish(machine, proc);
        return STEP_ON;
    }
    if (start_caught_trap(machine, proc)) {
        return STEP_ON;
    }
    if (shell->top == NULL) {
        shell->unwind = UNWIND_NONE;
        return next_command(machine, proc);
    }
    return shell_run(machine, proc);
}
