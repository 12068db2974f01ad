/* The scenario's faults and the plan's mishaps at the moment of apply: which call is hit, and how often (design.md,
 * Faults). */
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

/* ---- mishaps
 * --------------------------------------------------------------------------------------------------------- */

static bool is_call_of(const struct mishap *mishap, const struct kernel_task *task, const struct effect *effect)
{
    return mishap->effect == effect->id && mishap->nth == task->issued[effect->id] &&
           strcmp(mishap->task, task->label) == 0;
}

/* The planned fault of one of the two sorts (slow or not) that hits this call; NULL: none. */
static const struct mishap *planned_fault(struct runner *runner, const struct kernel_task *task,
                                          const struct effect *effect, bool slow)
{
    const struct plan *plan = &runner->plan;

    for (uint32_t i = 0; i < plan->count; i++) {
        const struct mishap *mishap = &plan->mishaps[i];

        if (mishap->fault == FAULT_NONE || (mishap->fault == FAULT_SLOW) != slow) {
            continue;
        }
        bool hit = is_call_of(mishap, task, effect);

        if (hit || (mishap->sticky && runner->fired[i] && mishap->effect == effect->id)) {
            runner->fired[i] = true;
            return mishap;
        }
    }
    return NULL;
}

static void strike(void *context, struct kernel_task *task, const struct effect *effect)
{
    struct runner *runner = context;

    for (uint32_t i = 0; i < runner->plan.count; i++) {
        const struct mishap *mishap = &runner->plan.mishaps[i];

        if (mishap->strike != STRIKE_NONE && !runner->fired[i] && is_call_of(mishap, task, effect)) {
            runner->fired[i] = true;
            actors_strike(runner, mishap->strike);
            return;
        }
    }
}

static bool plan_has_strike(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        if (plan->mishaps[i].strike != STRIKE_NONE) {
            return true;
        }
    }
    return false;
}

/* ---- what the kernel asks
 * ---------------------------------------------------------------------------------------------- */

static enum fault_kind pick(void *context, struct kernel_task *task, const struct effect *effect)
{
    struct runner *runner = context;
    const struct mishap *planned = planned_fault(runner, task, effect, false);

    if (planned != NULL) {
        return planned->fault;
    }
    /* The first fault that hits decides; a call that was hit does not count for the faults after it. */
    for (uint32_t i = 0; i < runner->fault_count; i++) {
        struct armed_fault *armed = &runner->faults[i];

        if (!armed->healed && armed->fault->kind != FAULT_SLOW && aims_at(runner, armed->fault, task, effect) &&
            hits(armed)) {
            return armed->fault->kind;
        }
    }
    return FAULT_NONE;
}

static int64_t slowness_ms(void *context, struct kernel_task *task, const struct effect *effect)
{
    struct runner *runner = context;
    const struct mishap *planned = planned_fault(runner, task, effect, true);

    if (planned != NULL) {
        return planned->delay_ms;
    }
    for (uint32_t i = 0; i < runner->fault_count; i++) {
        struct armed_fault *armed = &runner->faults[i];

        if (!armed->healed && armed->fault->kind == FAULT_SLOW && aims_at(runner, armed->fault, task, effect) &&
            hits(armed)) {
            return armed->fault->delay_ms;
        }
    }
    return 0;
}

void injector_arm(struct runner *runner, const struct scenario_fault *fault)
{
    *(struct armed_fault *)table_add(&runner->kernel.arena, (void **)&runner->faults, &runner->fault_count,
                                     &runner->fault_size, sizeof runner->faults[0]) =
        (struct armed_fault){.fault = fault};
}

struct kernel_faults injector_faults(struct runner *runner)
{
    uint32_t count = runner->scenario->fault_count;

    for (uint32_t i = 0; i < count; i++) {
        injector_arm(runner, &runner->scenario->faults[i]);
    }
    if (count == 0 && !runner->options.more_faults && runner->plan.count == 0) {
        return (struct kernel_faults){NULL, NULL, NULL, NULL};
    }
    return (struct kernel_faults){runner, pick, slowness_ms, plan_has_strike(&runner->plan) ? strike : NULL};
}

void injector_report(struct runner *runner)
{
    for (uint32_t i = 0; i < runner->fault_count; i++) {
        const struct armed_fault *armed = &runner->faults[i];

        if (armed->fired == 0) {
            runner->record->counts[RUN_COUNT_UNFIRED_FAULTS]++;
            expectation_unmet(runner, "fault %u (%s on %s) was armed and never fired: %s", i + 1,
                              fault_info(armed->fault->kind)->name, armed->fault->on.text,
                              armed->matched == 0 ? "no such call was made while it was armed"
                                                  : "fewer such calls were made than it was to let pass");
        }
    }
    for (uint32_t i = 0; i < runner->plan.count; i++) {
        const struct mishap *mishap = &runner->plan.mishaps[i];

        if (!runner->fired[i]) {
            runner->record->counts[RUN_COUNT_UNFIRED_FAULTS]++;
            expectation_unmet(runner, "%s was to hit %s number %u of %s, which was not made", mishap_name(mishap),
                              effect_info(mishap->effect)->name, mishap->nth, mishap->task);
        }
    }
}
