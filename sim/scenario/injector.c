/* The scenario's faults at the moment of apply: which call is hit, and how often (design.md, Faults). */
#include "sim/scenario/runner.h"

#include <string.h>

/* Whether an armed fault aims at this call, now. */
static bool aims_at(const struct runner *runner, const struct scenario_fault *fault, const struct kernel_task *task,
                    const struct effect *effect)
{
    int64_t since_start_ms = runner->kernel.world.now_ms - runner->start_ms;

    return since_start_ms >= fault->from_ms && (fault->until_ms < 0 || since_start_ms < fault->until_ms) &&
           effect_pattern_matches(&fault->on, effect->id, effect->object) &&
           (effect_info(effect->id)->faults & (1u << fault->kind)) != 0 &&
           (fault->task == NULL || strcmp(fault->task, task->task.name) == 0);
}

/* Counts a call that the fault aims at; true when this one is hit. */
static bool hits(struct armed_fault *armed)
{
    uint32_t call = ++armed->matched;

    if (call < armed->fault->nth || (armed->fault->times != 0 && call >= armed->fault->nth + armed->fault->times)) {
        return false;
    }
    armed->fired++;
    return true;
}

static enum fault_kind pick(void *context, struct kernel_task *task, const struct effect *effect)
{
    struct runner *runner = context;

    /* The first fault that hits decides; a call that was hit does not count for the faults after it. */
    for (uint32_t i = 0; i < runner->scenario->fault_count; i++) {
        struct armed_fault *armed = &runner->faults[i];

        if (armed->fault->kind != FAULT_SLOW && aims_at(runner, armed->fault, task, effect) && hits(armed)) {
            return armed->fault->kind;
        }
    }
    return FAULT_NONE;
}

static int64_t slowness_ms(void *context, struct kernel_task *task, const struct effect *effect)
{
    struct runner *runner = context;

    for (uint32_t i = 0; i < runner->scenario->fault_count; i++) {
        struct armed_fault *armed = &runner->faults[i];

        if (armed->fault->kind == FAULT_SLOW && aims_at(runner, armed->fault, task, effect) && hits(armed)) {
            return armed->fault->delay_ms;
        }
    }
    return 0;
}

struct kernel_faults injector_faults(struct runner *runner)
{
    uint32_t count = runner->scenario->fault_count;

    runner->faults = arena_alloc(&runner->kernel.arena, (count + 1) * sizeof *runner->faults);
    for (uint32_t i = 0; i < count; i++) {
        runner->faults[i].fault = &runner->scenario->faults[i];
    }
    return count == 0 ? (struct kernel_faults){NULL, NULL, NULL} : (struct kernel_faults){runner, pick, slowness_ms};
}

void injector_report(struct runner *runner)
{
    for (uint32_t i = 0; i < runner->scenario->fault_count; i++) {
        const struct armed_fault *armed = &runner->faults[i];

        if (armed->fired == 0) {
            runner->record->counts[RUN_COUNT_UNFIRED_FAULTS]++;
            expectation_unmet(runner, "fault %u (%s on %s) was armed and never fired: %s", i + 1,
                              fault_info(armed->fault->kind)->name, armed->fault->on.text,
                              armed->matched == 0 ? "no such call was made while it was armed"
                                                  : "fewer such calls were made than it was to let pass");
        }
    }
}
