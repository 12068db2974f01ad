/* flag-stuck and flag-cleared: in-progress flags against who is in progress. */
#include "sim/oracles/oracle.h"

/* Who set a flag, as these oracles remember it. */
static const char owning[] = "oracle: owning";

/* syncthingAppsFirstRun is a latch, not a flag of something in progress (lifecycle.md 0.5). */
static bool is_in_progress_flag(enum flag_id flag)
{
    return flag != FLAG_SFR;
}

static const char *owner_name(const struct oracles *oracles, uint32_t number)
{
    return oracles->recorder->record->tasks[number];
}

static bool is_live(const struct oracles *oracles, uint32_t number)
{
    for (uint32_t i = 0; i < oracles->kernel->task_count; i++) {
        if (oracles->kernel->tasks[i]->number == number) {
            return true;
        }
    }
    return false;
}

static void flag_written(struct oracles *oracles, struct kernel_task *task, enum flag_id flag, bool set)
{
    uint32_t *owner = &oracles->flag_owner[flag];

    if (!is_in_progress_flag(flag)) {
        return;
    }
    oracle_touch(oracles, owning, flag_name(flag), true);
    if (set) {
        *owner = task->number;
    } else {
        const bool of_another = *owner != RUN_NONE && *owner != task->number;

        if (of_another && is_live(oracles, *owner)) {
            oracle_broken(oracles, ORACLE_FLAG_CLEARED, task, RUN_NONE, flag_name(flag),
                          "%s cleared %s while %s, which had set it, is still in progress", task->task.name,
                          flag_name(flag), owner_name(oracles, *owner));
        } else {
            oracle_weighed(oracles, ORACLE_FLAG_CLEARED, of_another);
        }
        *owner = RUN_NONE;
    }
}

static void ended(struct oracles *oracles, struct kernel_task *task, bool killed)
{
    for (unsigned i = 0; i < FLAG_COUNT; i++) {
        if (oracles->flag_owner[i] != task->number) {
            continue;
        }
        oracle_touch(oracles, owning, flag_name((enum flag_id)i), true);
        oracles->flag_owner[i] = RUN_NONE;
        if (!killed && oracles->kernel->node.cells.flags[i]) { /* a crash takes the flags with it */
            oracle_broken(oracles, ORACLE_FLAG_STUCK, task, RUN_NONE, flag_name((enum flag_id)i),
                          "%s ended and left %s set: nobody is in progress, and nobody will clear it", task->task.name,
                          flag_name((enum flag_id)i));
        } else {
            oracle_weighed(oracles, ORACLE_FLAG_STUCK, killed && oracles->kernel->node.cells.flags[i]);
        }
    }
}

const struct oracle_hooks flag_hooks = {.flag_written = flag_written, .ended = ended};
