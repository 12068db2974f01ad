#include "fakes/docker/proc.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

struct proc *proc_new(struct machine *machine)
{
    struct proc *proc = pool_take(machine->pool, sizeof *proc);
    struct proc **link = &machine->first;

    while (*link != NULL) {
        link = &(*link)->next;
    }
    *link = proc;
    proc->pid = machine->next_pid++;
    proc->wake_ms = INT64_MAX;
    return proc;
}

static void copy_variables(struct machine *machine, struct proc *proc, const struct proc *parent)
{
    struct variable **link = &proc->variables;

    for (const struct variable *from = parent->variables; from != NULL; from = from->next) {
        struct variable *variable = pool_take(machine->pool, sizeof *variable);

        variable->name = memcpy(pool_take(machine->pool, strlen(from->name) + 1), from->name, strlen(from->name) + 1);
        if (from->value != NULL) {
            size_t size = strlen(from->value) + 1;

            variable->value = memcpy(pool_take(machine->pool, size), from->value, size);
        }
        variable->exported = from->exported;
        variable->read_only = from->read_only;
        *link = variable;
        link = &variable->next;
    }
}

struct proc *proc_fork(struct machine *machine, struct proc *parent)
{
    uint32_t count = 0;

    for (const struct proc *proc = machine->first; proc != NULL; proc = proc->next) {
        count++;
    }
    if (count >= PROC_MAX) {
        return NULL;
    }
    struct proc *proc = proc_new(machine);

    proc->parent = parent->pid;
    proc->is_background = parent->is_background;
    for (int fd = 0; fd < FD_COUNT; fd++) {
        proc->files[fd] = open_hold(parent->files[fd]);
    }
    text_add(machine->pool, &proc->folder, text_string(&parent->folder), parent->folder.length);
    copy_variables(machine, proc, parent);
    return proc;
}

struct proc *proc_find(const struct machine *machine, int pid)
{
    struct proc *proc = machine->first;

    while (proc != NULL && proc->pid != pid) {
        proc = proc->next;
    }
    return proc;
}

static void free_command_state(struct machine *machine, struct proc *proc)
{
    text_free(machine->pool, &proc->state.text);
    text_free(machine->pool, &proc->state.other);
    proc->state = (struct command_state){0};
}

static void close_all(struct machine *machine, struct proc *proc)
{
    for (int fd = 0; fd < FD_COUNT; fd++) {
        open_release(machine, proc->files[fd]);
        proc->files[fd] = NULL;
    }
}

void proc_exit(struct machine *machine, struct proc *proc, int status)
{
    enum { STATUS_MASK = 255 };

    if (proc->is_over) {
        return;
    }
    proc->is_over = true;
    proc->status = status & STATUS_MASK;
    proc->wake_ms = INT64_MAX;
    close_all(machine, proc);
    free_command_state(machine, proc);
    shell_free(machine, proc);
    for (struct proc *child = machine->first; child != NULL; child = child->next) {
        if (child->parent == proc->pid) {
            child->parent = machine->init_pid;
            child->job = -1; /* nobody waits for it */
        }
    }
}

void proc_reap(struct machine *machine, struct proc *proc)
{
    struct proc **link = &machine->first;

    while (*link != proc) {
        link = &(*link)->next;
    }
    *link = proc->next;
    close_all(machine, proc);
    free_command_state(machine, proc);
    shell_free(machine, proc);
    text_free(machine->pool, &proc->folder);
    text_free(machine->pool, &proc->arguments);
    text_free(machine->pool, &proc->printed);
    while (proc->variables != NULL) {
        variable_remove(machine, proc, proc->variables->name);
    }
    pool_give(machine->pool, proc, sizeof *proc);
}

void proc_exec(struct machine *machine, struct proc *proc, const struct text *arguments, const struct command *command)
{
    struct text copy = {0};

    text_add(machine->pool, &copy, text_string(arguments), arguments->length);
    shell_free(machine, proc);
    free_command_state(machine, proc);
    text_free(machine->pool, &proc->arguments);
    proc->arguments = copy;
    proc->command = command;
    if (command->step == NULL) {
        proc->command = NULL;
        shell_init(machine, proc);
    }
}

void proc_sleep_until(struct proc *proc, int64_t ms)
{
    proc->wake_ms = ms;
}

/* ---- signals (signal(7)) ------------------------------------------------------------------------------------- */

static bool is_ignored_by_default(int number)
{
    return number == SIGCHLD || number == SIGURG || number == SIGWINCH || number == SIGCONT;
}

static bool shell_takes(struct proc *proc, int number)
{
    struct shell *shell = proc->shell;

    if (shell->traps[number] != NULL) {
        if (shell->traps[number][0] != '\0') {
            shell->caught |= (uint64_t)1 << number;
        }
        return true;
    }
    return shell->interactive && (number == SIGTERM || number == SIGINT || number == SIGQUIT);
}

static void die(struct machine *machine, struct proc *proc, int number)
{
    proc->death = number;
    proc_exit(machine, proc, EXIT_SIGNAL + number);
}

static void deliver(struct machine *machine, struct proc *proc, int number, bool from_outside)
{
    if (number == SIGCONT) {
        proc->is_stopped = false;
    }
    if (number == SIGKILL || number == SIGSTOP) {
        if (proc->is_init && !from_outside) {
            return;
        }
        if (number == SIGKILL) {
            die(machine, proc, number);
        } else {
            proc->is_stopped = true;
        }
        return;
    }
    if (proc->shell != NULL && shell_takes(proc, number)) {
        return;
    }
    if (proc->command != NULL && (proc->command->ends_by >> number & 1) != 0) {
        proc_exit(machine, proc, proc->command->ends_with < 0 ? EXIT_SIGNAL + number : proc->command->ends_with);
        return;
    }
    if (!is_ignored_by_default(number) && !proc->is_init) {
        if (number == SIGTSTP || number == SIGTTIN || number == SIGTTOU) {
            proc->is_stopped = true;
        } else {
            die(machine, proc, number);
        }
    }
}

void proc_signal(struct proc *proc, int number, bool from_outside)
{
    if (!proc->is_over && number > 0 && number < SIGNAL_COUNT - 1) {
        proc->pending |= (uint64_t)1 << number;
        proc->pending_outside |= from_outside ? (uint64_t)1 << number : 0;
    }
}

static bool deliver_pending(struct machine *machine, struct proc *proc)
{
    uint64_t pending = proc->pending;
    uint64_t outside = proc->pending_outside;

    proc->pending = proc->pending_outside = 0;
    for (int number = 1; number < SIGNAL_COUNT - 1 && !proc->is_over; number++) {
        if ((pending >> number & 1) != 0) {
            deliver(machine, proc, number, (outside >> number & 1) != 0);
        }
    }
    return pending != 0;
}

static enum step step_command(struct machine *machine, struct proc *proc)
{
    enum command_answer answer = proc->command->step(machine, proc);

    (void)proc_flush(machine, proc);
    switch (answer) {
    case COMMAND_DONE:
        if (proc->pending == 0) {
            proc_exit(machine, proc, proc->status);
        }
        return STEP_ON;
    case COMMAND_BLOCKED:
        return STEP_BLOCKED;
    default:
        return STEP_ON;
    }
}

enum step proc_step(struct machine *machine, struct proc *proc)
{
    if (proc->is_over) {
        return STEP_BLOCKED;
    }
    if (deliver_pending(machine, proc)) {
        return STEP_ON;
    }
    if (proc->is_stopped || proc_output_is_full(proc)) {
        return STEP_BLOCKED;
    }
    enum step step = proc->command == NULL ? shell_step(machine, proc) : step_command(machine, proc);

    if (proc->pending != 0) {
        (void)deliver_pending(machine, proc);
        step = STEP_ON;
    }
    return step;
}

static const char *const signal_names[] = {
    NULL,   "HUP",  "INT",  "QUIT", "ILL",    "TRAP",   "ABRT",  "BUS",  "FPE",  "KILL", "USR1",
    "SEGV", "USR2", "PIPE", "ALRM", "TERM",   "STKFLT", "CHLD",  "CONT", "STOP", "TSTP", "TTIN",
    "TTOU", "URG",  "XCPU", "XFSZ", "VTALRM", "PROF",   "WINCH", "IO",   "PWR",  "SYS",
};

const char *proc_signal_name(int number)
{
    return number > 0 && number < (int)(sizeof signal_names / sizeof signal_names[0]) ? signal_names[number] : NULL;
}

int proc_signal_number(const char *name)
{
    int number = 0;
    const char *digit = name;

    while (*digit >= '0' && *digit <= '9' && number < SIGNAL_COUNT) {
        enum { TEN = 10 };

        number = number * TEN + (*digit++ - '0');
    }
    if (*digit == '\0' && digit != name) {
        return number < SIGNAL_COUNT ? number : -1;
    }
    if (strncasecmp(name, "SIG", 3) == 0) {
        name += 3;
    }
    for (int i = 1; i < (int)(sizeof signal_names / sizeof signal_names[0]); i++) {
        if (strcasecmp(name, signal_names[i]) == 0) {
            return i;
        }
    }
    return strcasecmp(name, "EXIT") == 0 ? 0 : -1;
}
