#include "sim/search/path_course.h"

#include "sim/search/grow.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum run_end machine_follow(struct machine *machine, struct scenario_stage *stage, const struct course *course,
                            const struct course_watch *watch, uint32_t *taken)
{
    struct course_place place = {0};

    machine_start(machine);
    *taken = 0;
    while (machine->depth < RUN_MOVES_MAX) {
        struct course_choice choice = course_next(stage->runner, course, &place);

        *taken = place.taken;
        if (choice.step == COURSE_STUCK) {
            return RUN_STUCK;
        }
        if (choice.step == COURSE_OVER) {
            machine_over(machine);
            return RUN_OVER;
        }
        if (watch != NULL && !watch->next(watch->context, machine, choice.task)) {
            return RUN_STOPPED;
        }
        if (choice.step == COURSE_PASS) {
            machine_pass(machine, scenario_stage_way(stage, choice.starts));
        } else {
            machine_step(machine, choice.task->slot);
        }
    }
    return RUN_ENDLESS;
}

/* A way along a course up to its last turn, as it was gone: steps, and at each passing on the actors that start before
 * the next one. */
struct turns_taken {
    struct scenario_stage *stage;
    uint32_t count; /* of turns */
    const uint32_t *taken;
    uint64_t *starts; /* by passing on; the first is before all */
    uint32_t start_size, passes;
    uint64_t held;
    bool last_moves;
};

/* Notes which actors have been started since the last call. */
static void note_starts(struct turns_taken *turns)
{
    uint64_t held = course_held(turns->stage->runner);

    grow((void *)&turns->starts, &turns->start_size, turns->passes + 1, sizeof *turns->starts);
    turns->starts[turns->passes] |= turns->held & ~held;
    turns->held = held;
}

static bool has_turns_left(void *context, struct machine *machine, const struct kernel_task *task)
{
    struct turns_taken *turns = context;

    (void)machine;
    if (machine->depth == 0) {
        turns->held = course_held(turns->stage->runner);
    }
    note_starts(turns);
    turns->passes += task == NULL;
    if (*turns->taken < turns->count) {
        return true;
    }
    /* The task that takes over at the last turn moves. */
    bool goes_on = !turns->last_moves;

    turns->last_moves = true;
    return goes_on;
}

/* Goes the machine's path again, but that the actors which start on the way start with the passing on before it: that
 * is where a search starts them. */
static void go_again(struct machine *machine, struct scenario_stage *stage, const struct turns_taken *turns)
{
    struct path_step *path = NULL;
    uint32_t depth = machine->depth;
    uint32_t size = 0;
    uint32_t passes = 0;

    grow((void *)&path, &size, depth + 1, sizeof *path);
    memcpy(path, machine->path, depth * sizeof *path);
    machine_start(machine);
    for (uint32_t i = 0; i < depth; i++) {
        if (path[i].pass) {
            machine_pass(machine, scenario_stage_way(stage, turns->starts[++passes]));
        } else {
            machine_step(machine, path[i].number);
        }
    }
    free(path);
}

bool machine_take_turns(struct machine *machine, struct scenario_stage *stage, const struct course *course)
{
    uint32_t taken = 0;
    struct turns_taken turns = {.stage = stage, .count = course->count, .taken = &taken};
    struct course_watch watch = {&turns, has_turns_left};
    bool done = machine_follow(machine, stage, course, &watch, &taken) == RUN_STOPPED && taken == course->count;

    if (done) {
        note_starts(&turns);
        go_again(machine, stage, &turns);
    }
    free(turns.starts);
    return done;
}

/* ---- from a path ----------------------------------------------------------------------------------------------------
 */

static void add_turn(struct course_draft *draft, struct turn turn)
{
    grow((void *)&draft->turns, &draft->size, draft->count + 1, sizeof *draft->turns);
    draft->turns[draft->count++] = turn;
}

static void add_switch(struct course_draft *draft, struct scenario_stage *stage, const struct kernel_task *at,
                       const char *run)
{
    struct turn turn = course_turn(at, names_keep(&stage->names, run));

    turn.at = names_keep(&stage->names, turn.at);
    add_turn(draft, turn);
}

/* What cannot start where it moves first, for nothing else can move there: it starts when time passes before that. By
 * actor, how often time has passed by then; 0: it starts where it moves. */
struct early_starts {
    uint32_t passes[sizeof(uint64_t) * CHAR_BIT];
};

static uint64_t starts_early(const struct early_starts *early, uint64_t held, uint32_t nth)
{
    uint64_t starts = 0;

    for (uint64_t rest = held; rest != 0; rest &= rest - 1) {
        if (early->passes[__builtin_ctzll(rest)] == nth) {
            starts |= rest & (~rest + 1);
        }
    }
    return starts;
}

static void add_starts(struct course_draft *draft, struct scenario_stage *stage, uint64_t starts, uint32_t nth)
{
    for (; starts != 0; starts &= starts - 1) {
        const char *task = stage->scenario.actors[__builtin_ctzll(starts)].task;

        add_turn(draft, (struct turn){.nth = nth, .run = names_keep(&stage->names, task)});
    }
}

/* Passes on where the path does; `first` is the task that the path moves next (NULL: it passes on again). An actor that
 * the path starts here starts where it moves first, which a turn there says; only when nothing else moves there must a
 * turn say it here. */
static bool follow_pass(struct machine *machine, struct scenario_stage *stage, const char *first, uint32_t nth,
                        const struct early_starts *early, struct course_draft *draft)
{
    struct runner *runner = stage->runner;

    if (machine_move_count(machine) != 0 || !course_goes_on(runner)) {
        return false;
    }
    uint64_t held = course_held(runner);
    uint64_t start = first == NULL ? 0 : course_held_by_label(runner, first);
    uint64_t starts = starts_early(early, held, nth);
    bool waits = course_can_wait(runner);
    uint64_t by_default = waits ? 0 : held & (~held + 1);

    if (starts != 0) {
        starts |= waits ? 0 : start;
        machine_pass(machine, scenario_stage_way(stage, starts));
        add_starts(draft, stage, starts, nth);
        return true;
    }
    machine_pass(machine, scenario_stage_way(stage, start == 0 || waits ? by_default : start));
    if (start != 0 && start != by_default && (!waits || machine_move_count(machine) == 0)) {
        add_starts(draft, stage, start, nth);
        if (waits) {
            actor_release(runner, (uint32_t)__builtin_ctzll(start));
        }
    }
    return true;
}

/* Makes sure that the task of a label moves next: by itself, or by a turn. NULL: it cannot. */
static struct kernel_task *turn_to(struct machine *machine, struct scenario_stage *stage, const char *label,
                                   uint32_t last, struct course_draft *draft)
{
    struct runner *runner = stage->runner;
    const struct kernel_task *by_default = machine_move_count(machine) == 0 ? NULL : course_default_task(runner, last);

    if (by_default == NULL) {
        return NULL;
    }
    if (strcmp(kernel_label(by_default), label) != 0) {
        uint64_t held = course_ready_task(runner, label) == NULL ? course_held_by_label(runner, label) : 0;

        add_switch(draft, stage, by_default, label);
        if (held != 0) {
            actor_release(runner, (uint32_t)__builtin_ctzll(held));
        }
    }
    return course_ready_task(runner, label);
}

/* Where a path could not be written on. */
struct impasse {
    uint32_t passes;     /* so far */
    const char *to_move; /* NULL: it passes on */
};

static bool write_path(struct machine *machine, struct scenario_stage *stage, const struct machine *path_of,
                       const struct scenario_stage *other, const struct early_starts *early, struct course_draft *draft,
                       struct impasse *impasse)
{
    uint32_t last = 0;

    *impasse = (struct impasse){0};
    draft->count = 0;
    machine_start(machine);
    for (uint32_t i = 0; i < path_of->depth; i++) {
        const struct path_step *step = &path_of->path[i];

        if (step->pass) {
            const struct path_step *next = i + 1 < path_of->depth ? &path_of->path[i + 1] : NULL;
            const char *first = next == NULL || next->pass ? NULL : scenario_stage_label(other, next->number);

            if (!follow_pass(machine, stage, first, ++impasse->passes, early, draft)) {
                return false;
            }
            last = 0;
            continue;
        }
        impasse->to_move = scenario_stage_label(other, step->number);
        struct kernel_task *task = turn_to(machine, stage, impasse->to_move, last, draft);

        if (task == NULL) {
            return false;
        }
        impasse->to_move = NULL;
        last = task->number + 1;
        machine_step(machine, task->slot);
    }
    return true;
}

bool course_from_path(struct machine *machine, struct scenario_stage *stage, const struct machine *path_of,
                      const struct scenario_stage *other, struct course_draft *draft)
{
    struct early_starts early = {{0}};
    struct impasse impasse;

    while (!write_path(machine, stage, path_of, other, &early, draft, &impasse)) {
        uint64_t held = impasse.to_move == NULL ? 0 : course_held_by_label(stage->runner, impasse.to_move);

        if (held == 0 || early.passes[__builtin_ctzll(held)] != 0) {
            return false;
        }
        early.passes[__builtin_ctzll(held)] = impasse.passes;
    }
    return true;
}
