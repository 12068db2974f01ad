/* Performs a tree, step by step: POSIX XCU 2.9. What is under way lies in frames; a step looks at the top one. */
#include "fakes/docker/proc.h"

#include <string.h>

void shell_check_errexit(struct proc *proc, const struct frame *frame)
{
    struct shell *shell = proc->shell;

    if (shell->status != 0 && shell->errexit && !frame->tested && shell->unwind == UNWIND_NONE) {
        shell->unwind = UNWIND_EXIT;
    }
}

bool shell_job_is_running(struct machine *machine, struct proc *proc, int job, int *status)
{
    struct proc *next;

    for (struct proc *child = machine->first; child != NULL; child = child->next) {
        if (child->parent == proc->pid && child->job == job && !child->is_over) {
            return true;
        }
    }
    for (struct proc *child = machine->first; child != NULL; child = next) {
        next = child->next;
        if (child->parent == proc->pid && child->job == job) {
            *status = child->status;
            proc_reap(machine, child);
        }
    }
    return false;
}

/* ---- compound commands --------------------------------------------------------------------------------------- */

/* Children in the background that are over are kept for `wait`, but not without bound. */
static void forget_old_children(struct machine *machine, const struct proc *proc)
{
    enum { KEPT_MAX = 16 };
    struct proc *oldest = NULL;
    uint32_t count = 0;

    for (struct proc *child = machine->first; child != NULL; child = child->next) {
        if (child->parent == proc->pid && child->is_over) {
            oldest = oldest == NULL ? child : oldest;
            count++;
        }
    }
    if (count > KEPT_MAX) {
        proc_reap(machine, oldest);
    }
}

static void start_background(struct machine *machine, struct proc *proc, const struct node *node)
{
    forget_old_children(machine, proc);
    struct proc *child = proc_fork(machine, proc);

    if (child == NULL) {
        shell_complain(machine, proc, "can't fork: Resource temporarily unavailable");
        proc->shell->status = EXIT_USAGE;
        return;
    }
    child->job = proc->shell->next_job++;
    child->is_background = true;
    shell_fork(machine, child, proc, node);
    if (!proc->shell->interactive && child->files[0] != NULL && child->files[0]->kind == OPEN_INPUT) {
        open_release(machine, child->files[0]);
        child->files[0] = open_new(machine, OPEN_NULL);
    }
    proc->shell->last_background = child->pid;
    proc->shell->status = 0;
}

static void push_part(struct machine *machine, struct proc *proc, const struct node *node, bool tested, bool is_last)
{
    struct frame *pushed = shell_push(machine, proc, node);

    if (pushed != NULL) {
        pushed->tested = tested;
        pushed->is_last = is_last;
    }
}

static enum step run_list(struct machine *machine, struct proc *proc, struct frame *frame)
{
    if (frame->phase == 0) {
        frame->phase = 1;
        if (frame->node->background) {
            start_background(machine, proc, frame->node->first);
        } else {
            push_part(machine, proc, frame->node->first, frame->tested, frame->is_last && frame->node->next == NULL);
        }
        return STEP_ON;
    }
    if (proc->shell->unwind != UNWIND_NONE || frame->node->next == NULL) {
        shell_pop(machine, proc);
    } else {
        frame->node = frame->node->next;
        frame->phase = 0;
    }
    return STEP_ON;
}

static enum step run_and_or(struct machine *machine, struct proc *proc, struct frame *frame)
{
    bool goes_on = proc->shell->unwind == UNWIND_NONE && (proc->shell->status == 0) == (frame->node->kind == NODE_AND);

    if (frame->phase == 0) {
        push_part(machine, proc, frame->node->first, true, false);
    } else if (frame->phase == 1 && goes_on) {
        push_part(machine, proc, frame->node->second, frame->tested, frame->is_last);
    } else {
        shell_pop(machine, proc);
        return STEP_ON;
    }
    frame->phase++;
    return STEP_ON;
}

static enum step run_if(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct shell *shell = proc->shell;
    const struct node *branch = shell->status == 0 ? frame->node->second : frame->node->third;

    if (frame->phase == 1) {
        push_part(machine, proc, frame->node->first, true, false);
        frame->phase = 2;
    } else if (frame->phase == 2 && shell->unwind == UNWIND_NONE && branch != NULL) {
        push_part(machine, proc, branch, frame->tested, frame->is_last && frame->node->redirects == NULL);
        frame->phase = 3;
    } else {
        if (frame->phase == 2 && shell->unwind == UNWIND_NONE) {
            shell->status = 0;
        }
        shell_pop(machine, proc);
    }
    return STEP_ON;
}

/* After a loop's body or condition: whether the loop goes on. */
static bool loop_goes_on(struct shell *shell)
{
    if (shell->unwind == UNWIND_NONE) {
        return true;
    }
    if (shell->unwind != UNWIND_BREAK && shell->unwind != UNWIND_CONTINUE) {
        return false;
    }
    if (--shell->unwind_levels > 0) {
        return false;
    }
    bool goes_on = shell->unwind == UNWIND_CONTINUE;

    shell->unwind = UNWIND_NONE;
    return goes_on;
}

static enum step run_while(struct machine *machine, struct proc *proc, struct frame *frame)
{
    enum { START = 1, TESTED = 2, DONE = 3 };
    struct shell *shell = proc->shell;
    bool is_unwinding = shell->unwind != UNWIND_NONE;

    if (frame->phase == START) {
        push_part(machine, proc, frame->node->first, true, false);
        frame->phase = TESTED;
        return STEP_ON;
    }
    if (frame->phase == DONE) {
        frame->status = shell->status;
        frame->phase = START;
        if (!loop_goes_on(shell)) {
            shell_pop(machine, proc);
        }
        return STEP_ON;
    }
    if (is_unwinding) {
        frame->phase = START;
        if (!loop_goes_on(shell)) {
            shell_pop(machine, proc);
        }
    } else if ((shell->status == 0) != frame->node->flag) {
        push_part(machine, proc, frame->node->second, frame->tested, false);
        frame->phase = DONE;
    } else {
        shell->status = frame->status;
        shell_pop(machine, proc);
    }
    return STEP_ON;
}

static enum step run_for(struct machine *machine, struct proc *proc, struct frame *frame)
{
    enum { START = 1, NEXT = 2, DONE = 3 };
    struct shell *shell = proc->shell;

    if (frame->phase == START) {
        bool ok = true;

        if (frame->node->flag) {
            ok = expand_words(machine, proc, frame, frame->node->words, &frame->fields);
        } else {
            text_add(machine->pool, &frame->fields, text_string(&shell->parameters), shell->parameters.length);
        }
        shell->status = ok ? 0 : 1;
        frame->status = shell->status;
        frame->phase = NEXT;
    } else if (frame->phase == DONE) {
        frame->status = shell->status;
        frame->phase = NEXT;
        if (!loop_goes_on(shell)) {
            shell_pop(machine, proc);
        }
    } else if (frame->at < frame->fields.length) {
        const char *item = frame->fields.bytes + frame->at;

        frame->at = text_next_string(&frame->fields, frame->at);
        (void)variable_set(machine, proc, frame->node->name, item, false);
        push_part(machine, proc, frame->node->second, frame->tested, false);
        frame->phase = DONE;
    } else {
        shell->status = frame->status;
        shell_pop(machine, proc);
    }
    return STEP_ON;
}

static const struct node *fitting_item(struct machine *machine, struct proc *proc, struct frame *frame,
                                       const char *word)
{
    for (const struct node *item = frame->node->first; item != NULL; item = item->next) {
        for (const struct word *words = item->words; words != NULL; words = words->next) {
            struct text pattern = {0};

            (void)expand_pattern(machine, proc, frame, words, &pattern);
            bool fits = shell_pattern_fits(text_string(&pattern), word);

            text_free(machine->pool, &pattern);
            if (fits) {
                return item;
            }
        }
    }
    return NULL;
}

static enum step run_case(struct machine *machine, struct proc *proc, struct frame *frame)
{
    if (frame->phase == 1) {
        struct text word = {0};
        const struct node *item;

        (void)expand_word(machine, proc, frame, frame->node->words, &word);
        item = fitting_item(machine, proc, frame, text_string(&word));
        text_free(machine->pool, &word);
        proc->shell->status = 0;
        frame->phase = 2;
        if (item != NULL && item->second != NULL) {
            push_part(machine, proc, item->second, frame->tested, frame->is_last && frame->node->redirects == NULL);
        }
        return STEP_ON;
    }
    shell_pop(machine, proc);
    return STEP_ON;
}

static enum step run_subshell(struct machine *machine, struct proc *proc, struct frame *frame)
{
    if (frame->phase == 1) {
        struct proc *child = proc_fork(machine, proc);

        if (child == NULL) {
            shell_complain(machine, proc, "can't fork: Resource temporarily unavailable");
            proc->shell->status = EXIT_USAGE;
            shell_pop(machine, proc);
            return STEP_ON;
        }
        child->job = frame->job = proc->shell->next_job++;
        shell_fork(machine, child, proc, frame->node->first);
        frame->phase = 2;
        return STEP_ON;
    }
    if (shell_job_is_running(machine, proc, frame->job, &proc->shell->status)) {
        return STEP_BLOCKED;
    }
    shell_check_errexit(proc, frame);
    shell_pop(machine, proc);
    return STEP_ON;
}

static enum step run_group(struct machine *machine, struct proc *proc, struct frame *frame)
{
    if (frame->phase == 1) {
        push_part(machine, proc, frame->node->first, frame->tested, frame->is_last && frame->node->redirects == NULL);
        frame->phase = 2;
    } else {
        shell_pop(machine, proc);
    }
    return STEP_ON;
}

static void start_pipeline(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct open_file *input = NULL;

    frame->job = proc->shell->next_job++;
    for (const struct node *node = frame->node->first; node != NULL; node = node->next) {
        struct proc *child = proc_fork(machine, proc);
        struct open_file *reader = NULL;

        if (child == NULL) {
            shell_complain(machine, proc, "can't fork: Resource temporarily unavailable");
            break;
        }
        if (input != NULL) {
            open_release(machine, child->files[0]);
            child->files[0] = input;
        }
        if (node->next != NULL) {
            open_release(machine, child->files[1]);
            open_pipe(machine, &reader, &child->files[1]);
        }
        input = reader;
        child->job = frame->job;
        shell_fork(machine, child, proc, node);
    }
    open_release(machine, input);
}

static enum step run_pipeline(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct shell *shell = proc->shell;

    if (frame->phase == 0) {
        frame->phase = 1;
        if (frame->node->first->next != NULL) {
            start_pipeline(machine, proc, frame);
        } else {
            push_part(machine, proc, frame->node->first, true, false);
        }
        return STEP_ON;
    }
    if (frame->job != 0 && shell_job_is_running(machine, proc, frame->job, &shell->status)) {
        return STEP_BLOCKED;
    }
    if (frame->node->flag && shell->unwind == UNWIND_NONE) {
        shell->status = shell->status == 0;
    } else {
        shell_check_errexit(proc, frame);
    }
    shell_pop(machine, proc);
    return STEP_ON;
}

static enum step define_function(struct machine *machine, struct proc *proc, const struct frame *frame)
{
    struct shell *shell = proc->shell;
    struct function *function = shell->functions;
    const struct frame *holder = frame;

    while (function != NULL && strcmp(function->node->name, frame->node->name) != 0) {
        function = function->next;
    }
    while (holder->script == NULL) {
        holder = holder->below;
    }
    if (function == NULL) {
        function = pool_take(machine->pool, sizeof *function);
        function->next = shell->functions;
        shell->functions = function;
    }
    script_hold(holder->script);
    script_release(machine->pool, function->script);
    function->script = holder->script;
    function->node = frame->node;
    shell->status = 0;
    shell_pop(machine, proc);
    return STEP_ON;
}

void shell_call(struct machine *machine, struct proc *proc, struct frame *caller, const struct function *function)
{
    struct shell *shell = proc->shell;
    struct frame *frame = shell_push(machine, proc, function->node->first);

    if (frame == NULL) {
        return;
    }
    frame->kind = FRAME_FUNCTION;
    frame->script = function->script;
    script_hold(frame->script);
    frame->parameters = shell->parameters;
    shell->parameters = (struct text){0};
    for (uint32_t at = text_next_string(&caller->fields, 0); at < caller->fields.length;
         at = text_next_string(&caller->fields, at)) {
        text_append_string(machine->pool, &shell->parameters, caller->fields.bytes + at);
    }
}

/* Phase 0 of compound commands: command substitutions and redirections. */
static enum step prepare(struct machine *machine, struct proc *proc, struct frame *frame)
{
    bool is_done;
    enum step step = shell_substitute(machine, proc, frame, &is_done);

    if (!is_done) {
        return step;
    }
    frame->phase = 1;
    if (!shell_redirect(machine, proc, frame, frame->node->redirects)) {
        proc->shell->status = 1;
        shell_check_errexit(proc, frame);
        shell_pop(machine, proc);
    }
    return STEP_ON;
}

enum step shell_run(struct machine *machine, struct proc *proc)
{
    static enum step (*const run[])(struct machine *, struct proc *, struct frame *) = {
        [NODE_IF] = run_if,     [NODE_WHILE] = run_while,       [NODE_FOR] = run_for,
        [NODE_CASE] = run_case, [NODE_SUBSHELL] = run_subshell, [NODE_GROUP] = run_group,
    };
    struct frame *frame = proc->shell->top;

    switch (frame->node->kind) {
    case NODE_COMMAND:
        return shell_run_command(machine, proc, frame);
    case NODE_LIST:
        return run_list(machine, proc, frame);
    case NODE_AND:
    case NODE_OR:
        return run_and_or(machine, proc, frame);
    case NODE_PIPELINE:
        return run_pipeline(machine, proc, frame);
    case NODE_FUNCTION:
        return define_function(machine, proc, frame);
    default:
        return frame->phase == 0 ? prepare(machine, proc, frame) : run[frame->node->kind](machine, proc, frame);
    }
}
