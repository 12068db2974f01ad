/* Who moves next: the scenario's steps one by one, then its strategy to the end. */
#include "sim/scenario/runner.h"

#include <assert.h>
#include <string.h>

enum {
    TRANSITIONS_MAX = 50 * 1000 * 1000,    /* a run that needs more is not going to end */
    REST_HORIZON_MS = 24 * 60 * 60 * 1000, /* without a duration, a run ends here at the latest */
};

static bool is_named(const struct kernel_task *task, const char *name)
{
    return strcmp(task->task.name, name) == 0;
}

void schedule_give_up(struct runner *runner, const char *format, const char *what)
{
    if (runner->record->inconclusive_because == NULL) {
        runner->record->inconclusive_because = arena_printf(runner->recorder.arena, format, what);
    }
}

static bool over(const struct runner *runner)
{
    return runner->record->inconclusive_because != NULL;
}

static void step_ready(struct runner *runner, uint32_t index)
{
    if (runner->kernel.step_count >= TRANSITIONS_MAX) {
        schedule_give_up(runner, "%s",
                         "the run needs more than 50,000,000 transitions: it seems never to come to rest");
        return;
    }
    kernel_step(&runner->kernel, index);
}

void schedule_step(struct runner *runner, struct kernel_task *task)
{
    for (uint32_t i = 0; i < kernel_ready_count(&runner->kernel); i++) {
        if (kernel_ready(&runner->kernel, i) == task) {
            step_ready(runner, i);
            return;
        }
    }
    assert(false && "a task that cannot move was asked to");
}

/* ---- a schedule step ------------------------------------------------------------------------------------------------
 */

void schedule_issued(struct runner *runner, const struct kernel_task *task, const struct effect *effect)
{
    const struct scenario_step *step = runner->step;

    if (step != NULL && step->run != NULL && !step->to_end && is_named(task, step->run) &&
        effect_pattern_matches(&step->until, effect->id, effect->object) && ++runner->step_matches >= step->nth) {
        runner->step_reached = true;
    }
}

/* Whether a task stands right before what the step waits for, from an earlier step. */
static bool already_there(const struct runner *runner)
{
    const struct scenario_step *step = runner->step;

    for (uint32_t i = 0; i < runner->kernel.task_count; i++) {
        const struct kernel_task *task = runner->kernel.tasks[i];

        if (is_named(task, step->run) && task->state == TASK_ISSUED &&
            effect_pattern_matches(&step->until, task->effect->id, task->effect->object)) {
            return true;
        }
    }
    return false;
}

/* Whether all tasks of this name are over or only wait for their next round, having begun. */
static bool is_finished(const struct runner *runner, const char *name, bool begun)
{
    for (uint32_t i = 0; i < runner->kernel.task_count; i++) {
        const struct kernel_task *task = runner->kernel.tasks[i];

        if (is_named(task, name) && !actor_is_idle(runner, task)) {
            return false;
        }
    }
    return begun;
}

static bool next_ready_of(const struct runner *runner, const char *name, uint32_t *index)
{
    for (uint32_t i = 0; i < kernel_ready_count(&runner->kernel); i++) {
        if (is_named(kernel_ready(&runner->kernel, i), name)) {
            *index = i;
            return true;
        }
    }
    return false;
}

/* When a task of this name can move next, by sleep, slow call or as an actor to come; INT64_MAX: never. */
static int64_t next_ms_of(const struct runner *runner, const char *name)
{
    int64_t next_ms = actor_next_ms(runner, name);

    for (uint32_t i = 0; i < runner->kernel.task_count; i++) {
        const struct kernel_task *task = runner->kernel.tasks[i];

        if (is_named(task, name) && (task->state == TASK_ASLEEP || task->state == TASK_PENDING) &&
            task->deadline_ms < next_ms) {
            next_ms = task->deadline_ms;
        }
    }
    return next_ms;
}

/* Lets only this task go on, and time with it; everybody else stands still (what falls due meanwhile is late). */
static void follow_task(struct runner *runner)
{
    const struct scenario_step *step = runner->step;
    bool begun = false;

    runner->step_matches = 0;
    runner->step_reached = !step->to_end && step->nth <= 1 && already_there(runner);
    while (!runner->step_reached && !over(runner)) {
        uint32_t index = 0;

        if (next_ready_of(runner, step->run, &index)) {
            begun = true;
            step_ready(runner, index);
        } else if (step->to_end && is_finished(runner, step->run, begun)) {
            return;
        } else if (next_ms_of(runner, step->run) <= runner->end_ms && next_ms_of(runner, step->run) != INT64_MAX) {
            kernel_advance(&runner->kernel);
        } else {
            schedule_give_up(runner,
                             "schedule step \"%s\" cannot be done: its task has nothing left to do before the end",
                             step->text);
        }
    }
}

/* ---- the strategies
 * --------------------------------------------------------------------------------------------------- */

static void choose_and_step(struct runner *runner)
{
    struct kernel *kernel = &runner->kernel;

    step_ready(runner, runner->scenario->random ? prng_below(&kernel->choices, kernel_ready_count(kernel)) : 0);
}

/* Lets everybody go on until so long after the start (which a jump of the clock moves too). */
static void run_until(struct runner *runner, int64_t end_since_start_ms)
{
    struct kernel *kernel = &runner->kernel;

    while (!over(runner)) {
        int64_t end_ms = runner->start_ms + end_since_start_ms;

        if (kernel_ready_count(kernel) > 0) {
            choose_and_step(runner);
        } else if (kernel_next_ms(kernel) <= end_ms) {
            kernel_advance(kernel);
        } else {
            kernel_advance_to(kernel, end_ms);
            return;
        }
    }
}

bool schedule_all_idle(const struct runner *runner)
{
    const struct kernel *kernel = &runner->kernel;

    for (uint32_t i = 0; i < kernel->task_count; i++) {
        if (!actor_is_idle(runner, kernel->tasks[i])) {
            return false;
        }
    }
    return true;
}

bool schedule_at_rest(const struct runner *runner)
{
    return schedule_all_idle(runner) && !actors_pending(runner);
}

int64_t schedule_horizon_ms(const struct runner *runner)
{
    return runner->end_ms == INT64_MAX ? runner->start_ms + REST_HORIZON_MS : runner->end_ms;
}

static void run_until_rest(struct runner *runner)
{
    struct kernel *kernel = &runner->kernel;

    while (!over(runner)) {
        if (kernel_ready_count(kernel) > 0) {
            choose_and_step(runner);
        } else if (schedule_at_rest(runner) || kernel_next_ms(kernel) == INT64_MAX) {
            return;
        } else if (kernel_next_ms(kernel) > schedule_horizon_ms(runner)) {
            schedule_give_up(runner, "%s", "the run had not come to rest after 24 h: say a \"duration\"");
        } else {
            kernel_advance(kernel);
        }
    }
}

void schedule_follow(struct runner *runner)
{
    const struct scenario *scenario = runner->scenario;

    for (uint32_t i = 0; i < scenario->step_count && !over(runner); i++) {
        runner->step = &scenario->schedule[i];
        recorder_line(&runner->recorder, RUN_STEP, runner->step->text);
        if (runner->step->run != NULL) {
            follow_task(runner);
        } else {
            int64_t until_ms = runner->kernel.world.now_ms + runner->step->wait_ms;

            run_until(runner, (until_ms < runner->end_ms ? until_ms : runner->end_ms) - runner->start_ms);
        }
        runner->step = NULL;
    }
    if (over(runner)) {
        return;
    }
    if (scenario->has_course) {
        course_follow(runner);
    } else if (runner->end_ms == INT64_MAX) {
        run_until_rest(runner);
    } else {
        run_until(runner, runner->end_ms - runner->start_ms);
    }
    if (!over(runner) && schedule_all_idle(runner)) {
        oracles_at_rest(&runner->oracles);
    }
}
