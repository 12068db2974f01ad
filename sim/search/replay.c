#include "sim/search/replay.h"

#include "sim/search/grow.h"

#include <stdlib.h>
#include <string.h>

enum { ONE_IN_STARTS = 16 }; /* by chance, of the transitions of others */

/* ---- steps as they come ------------------------------------------------------------------------------------- */

static void differ(struct replay *replay, const struct repro_step *expected, const struct repro_step *actual,
                   const struct effect *effect)
{
    struct replay_difference *difference = &replay->difference;
    struct arena *arena = replay->arena;

    difference->found = true;
    difference->step = replay->steps.count + 1;
    if (expected != NULL) {
        difference->expected = *expected;
    }
    if (actual != NULL) {
        difference->actual = (struct repro_step){arena_string(arena, actual->task), arena_string(arena, actual->text)};
    }
    if (effect != NULL) {
        const struct value *answer = effect->error == NULL ? effect->result : error_value(arena, effect->error);

        difference->args = effect->args == NULL ? NULL : value_json(arena, effect->args);
        difference->answer = value_json(arena, answer);
    }
}

/* The next step of the run, held against the one that is kept. effect NULL: a start. */
static void add_step(struct replay *replay, const char *label, const char *text, const struct effect *effect)
{
    const struct repro_steps *expected = replay->options.expected;
    struct names *names = &replay->scenario_stage.names;
    struct repro_step step = {names_keep(names, label), names_keep(names, text)};
    uint32_t index = replay->steps.count;

    if (expected != NULL && !replay->difference.found) {
        const struct repro_step *wanted = index < expected->count ? &expected->items[index] : NULL;

        if (wanted != NULL ? strcmp(wanted->task, step.task) != 0 || strcmp(wanted->text, step.text) != 0
                           : index >= expected->count + expected->more) {
            differ(replay, wanted, &step, effect);
        }
    }
    repro_steps_add(&replay->steps, step);
}

/* Whether a turn comes before what follows this delay. A delay has no apply, and is a step only where that is to be
 * read. */
static bool course_has_delay(const struct course *course, const struct kernel_task *task)
{
    for (uint32_t i = 0; i < course->count; i++) {
        const struct turn *turn = &course->turns[i];

        if (turn->at != NULL && turn->effect == EFFECT_CLOCK_DELAY && turn->nth == task->issued[EFFECT_CLOCK_DELAY] &&
            strcmp(turn->at, kernel_label(task)) == 0) {
            return true;
        }
    }
    return false;
}

/* The run is over: nothing may be missing. */
static void end_steps(struct replay *replay)
{
    const struct repro_steps *expected = replay->options.expected;
    uint32_t count = replay->steps.count;

    if (replay->end == RUN_OVER && expected != NULL && !replay->difference.found && count < expected->count) {
        differ(replay, &expected->items[count], NULL, NULL);
    }
}

static void on_started(void *context, struct kernel_task *task)
{
    const struct replay *replay = context;

    replay->inner.started(replay->inner.context, task);
}

static void on_issued(void *context, struct kernel_task *task, struct effect *effect)
{
    const struct replay *replay = context;

    replay->inner.issued(replay->inner.context, task, effect);
}

static void on_applied(void *context, struct kernel_task *task, struct effect *effect, enum fault_kind fault)
{
    struct replay *replay = context;

    replay->inner.applied(replay->inner.context, task, effect, fault);
    add_step(replay, kernel_label(task), repro_step_text(&task->arena, effect), effect);
}

static void on_resumed(void *context, struct kernel_task *task, struct effect *effect)
{
    struct replay *replay = context;

    replay->inner.resumed(replay->inner.context, task, effect);
    if (effect->id == EFFECT_CLOCK_DELAY && course_has_delay(&replay->scenario->course, task)) {
        add_step(replay, kernel_label(task), repro_step_text(&task->arena, effect), effect);
    }
}

static void on_immediate(void *context, struct kernel_task *task, struct effect *effect)
{
    const struct replay *replay = context;

    replay->inner.immediate(replay->inner.context, task, effect);
}

static void on_ended(void *context, struct kernel_task *task, bool killed)
{
    const struct replay *replay = context;

    replay->inner.ended(replay->inner.context, task, killed);
}

static void on_time_moved(void *context, int64_t from_ms)
{
    const struct replay *replay = context;

    replay->inner.time_moved(replay->inner.context, from_ms);
}

/* ---- what happens next -------------------------------------------------------------------------------------- */

static const char *turn_text(struct arena *arena, const struct turn *turn)
{
    if (turn->at == NULL) {
        return arena_printf(arena, "time passing for the %uth time, for %s to start", turn->nth, turn->run);
    }
    if (turn->moment == MOMENT_START) {
        return arena_printf(arena, "%s about to start, for %s to go first", turn->at, turn->run);
    }
    return arena_printf(arena, "%s about to %s %s number %u, for %s to go first", turn->at, moment_name(turn->moment),
                        effect_info(turn->effect)->name, turn->nth, turn->run);
}

/* The course does not fit: the first place where it did not is kept. */
static void leave_course(struct replay *replay, uint32_t index, const char *because)
{
    if (replay->left == NULL) {
        replay->left = arena_printf(replay->arena, "the course was left at turn %u of %u: expected %s, but %s",
                                    index + 1, replay->scenario->course.count,
                                    turn_text(replay->arena, &replay->scenario->course.turns[index]), because);
        replay->turns_taken = index;
    }
}

/* Some held actor, as a bit. */
static uint64_t random_actor(struct replay *replay)
{
    uint64_t held = course_held(replay->runner);
    uint32_t skipped = prng_below(&replay->chance, (uint32_t)__builtin_popcountll(held));

    for (; skipped > 0; skipped--) {
        held &= held - 1;
    }
    return held & (~held + 1);
}

/* Chance, where nothing can move: time passes if it can, or it passes and one held actor starts. */
static struct course_choice random_pass(struct replay *replay)
{
    const struct runner *runner = replay->runner;
    uint32_t actors = (uint32_t)__builtin_popcountll(course_held(runner));
    uint32_t ways = actors + course_can_wait(runner);

    if (!course_goes_on(runner)) {
        return (struct course_choice){.step = COURSE_OVER};
    }
    bool starts = prng_below(&replay->chance, ways) < actors;

    return (struct course_choice){COURSE_PASS, NULL, starts ? random_actor(replay) : 0};
}

/* Chance, where something can move: any task with equal chances; now and then a held actor, which would all be over
 * before anything has begun if they were as likely. */
static struct course_choice random_choice(struct replay *replay)
{
    struct kernel *kernel = &replay->runner->kernel;

    if (kernel_ready_count(kernel) == 0) {
        return random_pass(replay);
    }
    uint32_t index = prng_below(&replay->chance, kernel_ready_count(kernel));

    if (course_held(replay->runner) != 0 && prng_below(&replay->chance, ONE_IN_STARTS) == 0) {
        actor_release(replay->runner, (uint32_t)__builtin_ctzll(random_actor(replay)));
        /* It stands last now, unless it could not start because the process is down. */
        index = kernel_ready_count(kernel) - 1;
    }
    return (struct course_choice){COURSE_MOVE, kernel_ready(kernel, index), 0};
}

/* The next choice on the course; past its end, when chance is to decide there, by chance. */
static struct course_choice next_choice(struct replay *replay, const struct course *course, struct course_place *place)
{
    if (replay->options.random && place->taken == course->count) {
        return random_choice(replay);
    }
    uint32_t before = place->taken;
    struct course_choice choice = course_next(replay->runner, course, place);

    while (choice.step == COURSE_STUCK && replay->options.lenient) {
        leave_course(replay, place->taken,
                     arena_printf(replay->arena, "%s could not move there", course->turns[place->taken].run));
        replay->turns_passed_over++;
        place->taken++;
        choice = course_next(replay->runner, course, place);
    }
    if (place->taken > before) {
        replay->last_turn_step = replay->steps.count;
    }
    if (replay->left == NULL) {
        replay->turns_taken = place->taken;
    }
    return choice;
}

static void do_choice(struct replay *replay, const struct course_choice *choice)
{
    if (choice->step == COURSE_PASS) {
        machine_pass(&replay->machine, scenario_stage_way(&replay->scenario_stage, choice->starts));
        return;
    }
    if (choice->task->state == TASK_NEW) {
        add_step(replay, kernel_label(choice->task), "start", NULL);
    }
    machine_step(&replay->machine, choice->task->slot);
}

static enum run_end follow(struct replay *replay, const struct course *course)
{
    const struct replay_watch *watch = replay->options.watch;
    struct course_place place = {0};

    while (replay->machine.depth < RUN_MOVES_MAX && replay->record->inconclusive_because == NULL) {
        struct course_choice choice = next_choice(replay, course, &place);

        if (choice.step == COURSE_STUCK) {
            leave_course(replay, place.taken,
                         arena_printf(replay->arena, "%s could not move there", course->turns[place.taken].run));
            return RUN_STUCK;
        }
        if (choice.step == COURSE_OVER) {
            if (place.taken < course->count) {
                leave_course(replay, place.taken, "the run ended before that");
            }
            return RUN_OVER;
        }
        if (watch != NULL && watch->before != NULL && !watch->before(watch->context, replay->runner, choice.task)) {
            return RUN_STOPPED;
        }
        do_choice(replay, &choice);
        if (replay->record->violation_count > 0 && replay->violation_step == 0) {
            replay->violation_step = replay->steps.count;
        }
        if (watch != NULL && watch->after != NULL && !watch->after(watch->context, replay->runner)) {
            return RUN_STOPPED;
        }
    }
    return RUN_ENDLESS;
}

/* ---- a run -------------------------------------------------------------------------------------------------- */

static void begin(struct replay *replay)
{
    machine_start(&replay->machine);
    replay->runner = replay->scenario_stage.runner;
    replay->record = replay->runner->record;
    struct kernel *kernel = &replay->runner->kernel;

    replay->inner = kernel->observer;
    kernel->observer = (struct kernel_observer){replay,     on_started,   on_issued, on_applied,
                                                on_resumed, on_immediate, on_ended,  on_time_moved};
}

/* As schedule_follow() and scenario_run() end a run. */
static void end(struct replay *replay)
{
    struct runner *runner = replay->runner;

    if (replay->end == RUN_ENDLESS) {
        schedule_give_up(runner, "%s", "the run needs more than 2,000,000 transitions: it seems never to come to rest");
    } else if (replay->left != NULL && !replay->options.lenient) {
        schedule_give_up(runner, "%s", replay->left);
    }
    if (replay->end == RUN_STOPPED) {
        return;
    }
    if (runner->record->inconclusive_because == NULL && schedule_all_idle(runner)) {
        oracles_at_rest(&runner->oracles);
    }
    end_steps(replay);
    replay->finding_count = findings_of_run(&replay->machine, &replay->scenario_stage, replay->arena, replay->findings);
    runner_end(runner);
}

static void play(struct replay *replay, const struct course *course)
{
    begin(replay);
    replay->end = follow(replay, course);
}

/* How many turns can be taken one after the other: a run of its own. */
static uint32_t turns_that_fit(struct replay *replay)
{
    struct replay_options options = replay->options;

    replay->options.random = false;
    replay->options.expected = NULL;
    replay->options.watch = NULL;
    play(replay, &replay->scenario->course);
    replay->options = options;
    replay->steps.count = 0;
    replay->last_turn_step = 0;
    replay->violation_step = 0;
    return replay->turns_taken;
}

struct replay *replay_run(const struct scenario *scenario, const struct replay_options *options, struct memory *memory,
                          struct arena *arena)
{
    struct replay *replay = NULL;
    uint32_t size = 0;
    struct course course = scenario->course;

    grow((void *)&replay, &size, 1, sizeof *replay);
    replay->scenario = scenario;
    replay->options = *options;
    replay->options.lenient = options->lenient || options->random;
    replay->arena = arena;
    replay->chance = (struct prng){options->seed};
    replay->steps_compared = options->expected == NULL ? 0 : options->expected->count;
    scenario_stage_init(&replay->scenario_stage, scenario,
                        &(struct run_options){.revision = options->revision,
                                              .without = options->without,
                                              .keep_events = options->keep_events,
                                              .plan = &scenario->plan},
                        memory);
    replay->scenario_stage.scenario.expectation_count = scenario->expectation_count;
    replay->stage = scenario_stage(&replay->scenario_stage);
    machine_init(&replay->machine, &replay->stage);
    replay->machine.spacing = 0;
    if (options->random) {
        course.count = turns_that_fit(replay);
    }
    play(replay, &course);
    end(replay);
    return replay;
}

void replay_free(struct replay *replay)
{
    machine_free(&replay->machine);
    scenario_stage_free(&replay->scenario_stage);
    repro_steps_free(&replay->steps);
    free(replay);
}
