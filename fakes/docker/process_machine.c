/* The processes of one start, together: whose turn it is, and when. */
#include "fakes/docker/process_machine.h"

enum { TURN_STEPS = 32, PASS_STEPS_MAX = 64 * PROCESS_STEPS_PER_MS };

/* Reaps what nobody waits for. */
static void tidy(struct machine *machine)
{
    struct proc *next;

    for (struct proc *proc = machine->first; proc != NULL; proc = next) {
        next = proc->next;
        if (proc->is_over && proc->pid != machine->init_pid &&
            (proc->job < 0 || proc_find(machine, proc->parent) == NULL)) {
            proc_reap(machine, proc);
        }
    }
}

/* The one after a pid; others may be gone meanwhile. */
static struct proc *after(const struct machine *machine, int pid)
{
    struct proc *proc = machine->first;

    while (proc != NULL && proc->pid <= pid) {
        proc = proc->next;
    }
    return proc;
}

static bool is_at_end(const struct machine *machine)
{
    return machine->pool->overrun || proc_find(machine, machine->init_pid)->is_over;
}

/* Everybody has a turn; the number of steps that were made. */
static uint32_t make_round(struct machine *machine)
{
    uint32_t steps = 0;

    for (struct proc *proc = machine->first; proc != NULL && !is_at_end(machine);) {
        int pid = proc->pid;

        for (uint32_t i = 0; i < TURN_STEPS && proc_step(machine, proc) == STEP_ON && !is_at_end(machine); i++) {
            steps++;
        }
        proc = after(machine, pid);
    }
    return steps;
}

/* Everything that can be done at this instant; at most what fits into a millisecond. */
static uint32_t run_now(struct machine *machine)
{
    uint32_t steps = 0;
    bool goes_on = true;

    machine->is_busy = false;
    while (goes_on && !is_at_end(machine)) {
        uint32_t made = make_round(machine);

        steps += made;
        goes_on = made > 0 || (machine->tty && terminal_take(machine));
        if (steps >= PROCESS_STEPS_PER_MS) {
            machine->is_busy = true;
            break;
        }
    }
    tidy(machine);
    return steps + 1;
}

/* By itself, in its own time. */
static int64_t next_deadline(const struct machine *machine)
{
    int64_t next = machine->is_busy ? machine->now_ms + 1 : INT64_MAX;

    for (const struct proc *proc = machine->first; proc != NULL; proc = proc->next) {
        if (!proc->is_over && !proc->is_stopped && proc->wake_ms > machine->now_ms && proc->wake_ms < next) {
            next = proc->wake_ms;
        }
    }
    return next;
}

int64_t process_machine_next_ms(const struct machine *machine)
{
    return machine->has_news ? machine->now_ms : next_deadline(machine);
}

bool process_machine_pass(struct machine *machine, int64_t now_ms, const struct process_io *io)
{
    uint32_t steps = 0;

    machine->io = io;
    while (!is_at_end(machine) && next_deadline(machine) <= now_ms && steps < PASS_STEPS_MAX) {
        machine->now_ms = next_deadline(machine);
        steps += run_now(machine);
    }
    if (!is_at_end(machine) && machine->has_news && steps < PASS_STEPS_MAX) {
        machine->now_ms = now_ms > machine->now_ms ? now_ms : machine->now_ms;
        machine->has_news = false;
        (void)run_now(machine);
    }
    machine->io = NULL;
    return !is_at_end(machine);
}

void process_machine_free(struct machine *machine)
{
    struct pool *pool = machine->pool;

    while (machine->first != NULL) {
        proc_reap(machine, machine->first);
    }
    text_free(pool, &machine->raw);
    text_free(pool, &machine->typed);
    text_free(pool, &machine->input.data);
    text_free(pool, &machine->hostname);
    text_free(pool, &machine->user);
    pool_give(pool, machine, sizeof *machine);
}
