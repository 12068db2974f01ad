#include "sim/scenario/runner.h"

#include <assert.h>
#include <string.h>

static const char *const moment_names[MOMENT_COUNT] = {
    [MOMENT_START] = "start", [MOMENT_APPLY] = "apply", [MOMENT_RESUME] = "resume"};

const char *moment_name(enum moment moment)
{
    assert((unsigned)moment < MOMENT_COUNT);
    return moment_names[moment];
}

struct turn course_turn(const struct kernel_task *task, const char *run)
{
    if (task->state == TASK_NEW) {
        return (struct turn){.at = kernel_label(task), .moment = MOMENT_START, .nth = 1, .run = run};
    }
    return (struct turn){.at = kernel_label(task),
                         .moment = task->state == TASK_ISSUED ? MOMENT_APPLY : MOMENT_RESUME,
                         .effect = task->effect->id,
                         .nth = task->issued[task->effect->id],
                         .run = run};
}

/* Whether the task stands at the turn's place. */
static bool is_at(const struct kernel_task *task, const struct turn *turn)
{
    struct turn here = course_turn(task, turn->run);

    return turn->at != NULL && turn->moment == here.moment && turn->nth == here.nth &&
           (turn->moment == MOMENT_START || turn->effect == here.effect) && strcmp(turn->at, here.at) == 0;
}

/* ---- where nothing can move
 * -------------------------------------------------------------------------------------------- */

uint64_t course_held(const struct runner *runner)
{
    uint64_t held = 0;

    for (uint32_t i = 0; i < runner->scenario->actor_count; i++) {
        held |= (uint64_t)runner->actors[i].held << i;
    }
    return held;
}

uint64_t course_held_by_label(const struct runner *runner, const char *label)
{
    for (uint32_t i = 0; i < runner->scenario->actor_count; i++) {
        if (runner->actors[i].held && strcmp(runner->scenario->actors[i].task, label) == 0) {
            return (uint64_t)1 << i;
        }
    }
    return 0;
}

bool course_can_wait(const struct runner *runner)
{
    int64_t last_ms = schedule_horizon_ms(runner);
    int64_t window_end_ms = runner->start_ms + runner->scenario->window_ms;

    if (course_held(runner) != 0 && window_end_ms < last_ms) {
        last_ms = window_end_ms;
    }
    return kernel_next_ms(&runner->kernel) <= last_ms;
}

bool course_goes_on(const struct runner *runner)
{
    if (runner->record->inconclusive_because != NULL || schedule_at_rest(runner)) {
        return false;
    }
    return course_held(runner) != 0 || course_can_wait(runner);
}

void course_pass(struct runner *runner, uint64_t starts)
{
    if (course_can_wait(runner)) {
        kernel_advance(&runner->kernel);
    }
    for (; starts != 0; starts &= starts - 1) {
        actor_release(runner, (uint32_t)__builtin_ctzll(starts));
    }
}

/* The actors that start when time passes for the nth time. */
static uint64_t starts_at(const struct runner *runner, const struct course *course, struct course_place *place)
{
    uint64_t starts = 0;

    for (; place->taken < course->count; place->taken++) {
        const struct turn *turn = &course->turns[place->taken];

        if (turn->at != NULL || turn->nth != place->passes) {
            break;
        }
        starts |= course_held_by_label(runner, turn->run);
    }
    if (starts == 0 && !course_can_wait(runner)) {
        uint64_t held = course_held(runner);

        starts = held & (~held + 1);
    }
    return starts;
}

/* ---- where something can move
 * ------------------------------------------------------------------------------------------- */

struct kernel_task *course_default_task(const struct runner *runner, uint32_t last)
{
    const struct kernel *kernel = &runner->kernel;

    for (uint32_t i = 0; last != 0 && i < kernel_ready_count(kernel); i++) {
        if (kernel_ready(kernel, i)->number + 1 == last) {
            return kernel_ready(kernel, i);
        }
    }
    return kernel_ready(kernel, 0);
}

struct kernel_task *course_ready_task(const struct runner *runner, const char *label)
{
    const struct kernel *kernel = &runner->kernel;

    for (uint32_t i = 0; i < kernel_ready_count(kernel); i++) {
        if (strcmp(kernel_label(kernel_ready(kernel, i)), label) == 0) {
            return kernel_ready(kernel, i);
        }
    }
    return NULL;
}

/* The task that takes over, started if it is held. */
static struct kernel_task *take_over(struct runner *runner, const char *label)
{
    uint64_t held = course_ready_task(runner, label) == NULL ? course_held_by_label(runner, label) : 0;

    if (held != 0) {
        actor_release(runner, (uint32_t)__builtin_ctzll(held));
    }
    return course_ready_task(runner, label);
}

struct course_choice course_next(struct runner *runner, const struct course *course, struct course_place *place)
{
    if (kernel_ready_count(&runner->kernel) == 0) {
        if (!course_goes_on(runner)) {
            return (struct course_choice){.step = COURSE_OVER};
        }
        place->passes++;
        place->last = 0;
        return (struct course_choice){.step = COURSE_PASS, .starts = starts_at(runner, course, place)};
    }
    struct kernel_task *task = course_default_task(runner, place->last);
    const struct turn *turn = place->taken < course->count ? &course->turns[place->taken] : NULL;

    if (turn != NULL && is_at(task, turn)) {
        task = take_over(runner, turn->run);
        if (task == NULL) {
            return (struct course_choice){.step = COURSE_STUCK};
        }
        place->taken++;
    }
    place->last = task->number + 1;
    return (struct course_choice){.step = COURSE_MOVE, .task = task};
}

void course_follow(struct runner *runner)
{
    const struct course *course = &runner->scenario->course;
    struct course_place place = {0};

    while (runner->record->inconclusive_because == NULL) {
        struct course_choice choice = course_next(runner, course, &place);

        switch (choice.step) {
        case COURSE_MOVE:
            schedule_step(runner, choice.task);
            break;
        case COURSE_PASS:
            course_pass(runner, choice.starts);
            break;
        case COURSE_OVER:
            if (place.taken < course->count) {
                schedule_give_up(runner, "the course was left: the run ended before the turn at %s",
                                 course->turns[place.taken].at == NULL ? "a rest" : course->turns[place.taken].at);
            }
            return;
        case COURSE_STUCK:
            schedule_give_up(runner, "the course was left: %s cannot take over where it should",
                             course->turns[place.taken].run);
            return;
        }
    }
}
