/* Builtins about signals and children: POSIX XCU trap, kill, wait, jobs. */
#include "fakes/docker/shell_builtin.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { TEN = 10 };

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

enum step builtin_trap(struct machine *machine, struct proc *proc, struct frame *frame)
{
    uint32_t index = 1;
    const char *text = builtin_argument(frame, 1);
    const char *name;
    int status = 0;

    if (text != NULL && strcmp(text, "--") == 0) {
        text = builtin_argument(frame, ++index);
    }
    if (text == NULL) {
        list_traps(machine, proc);
        return builtin_done(proc, 0);
    }
    bool resets =
        strcmp(text, "-") == 0 || (builtin_argument(frame, index + 1) == NULL && proc_signal_number(text) >= 0);

    index += builtin_argument(frame, index + 1) == NULL ? 0 : 1;
    for (; (name = builtin_argument(frame, index)) != NULL; index++) {
        int number = proc_signal_number(name);

        if (number < 0) {
            shell_complain(machine, proc, "trap: line 0: %s: invalid signal specification", name);
            status = 1;
        } else if (number != SIGKILL && number != SIGSTOP) {
            set_trap(machine, proc->shell, number, resets ? NULL : text);
        }
    }
    return builtin_done(proc, status);
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

enum step builtin_kill(struct machine *machine, struct proc *proc, struct frame *frame)
{
    return builtin_done(proc, shell_kill(machine, proc, &frame->fields));
}

/* wait [PID…]: POSIX: a trapped signal ends it at once. */
enum step builtin_wait(struct machine *machine, struct proc *proc, struct frame *frame)
{
    const char *which = builtin_argument(frame, 1 + (uint32_t)frame->state.number);
    int status = 0;

    for (int number = 1; number < SIGNAL_COUNT - 1; number++) {
        if ((proc->shell->caught >> number & 1) != 0) {
            return builtin_done(proc, EXIT_SIGNAL + number);
        }
    }
    if (which != NULL) {
        struct proc *child = proc_find(machine, (int)strtol(which, NULL, 10));

        if (child == NULL || child->parent != proc->pid) {
            return builtin_done(proc, EXIT_NOT_FOUND);
        }
        if (!child->is_over) {
            return STEP_BLOCKED;
        }
        status = child->status;
        shell_report_death(machine, proc, child->death);
        proc_reap(machine, child);
        frame->state.number++;
        if (builtin_argument(frame, 1 + (uint32_t)frame->state.number) != NULL) {
            return builtin_wait(machine, proc, frame); // NOLINT(misc-no-recursion): as many as there are arguments
        }
        return builtin_done(proc, status);
    }
    for (struct proc *child = machine->first; child != NULL; child = child->next) {
        if (child->parent == proc->pid && !child->is_over) {
            return STEP_BLOCKED;
        }
    }
    return builtin_done(proc, 0);
}

enum step builtin_jobs(struct machine *machine, struct proc *proc, struct frame *frame)
{
    (void)frame;
    for (const struct proc *child = machine->first; child != NULL; child = child->next) {
        if (child->parent == proc->pid && !child->is_over && child->is_background) {
            proc_printf(machine, proc, 1, "[%d]+  Running                 %s\n", child->job,
                        text_string(&child->arguments));
        }
    }
    return builtin_done(proc, 0);
}
