#include "sim/search/sweep_trial.h"

#include "sim/search/bench.h"
#include "sim/search/sweep_watch.h"

#include <assert.h>
#include <string.h>

enum { FAULT_BITS = 64, PROCESS_UP = 1, PROCESS_BUSY = 2 };

void trial_bench_init(struct trial_bench *bench)
{
    *bench = (struct trial_bench){.scope = {.arena_count = 2}};
    bench->scope.arenas[0] = &bench->run_arena;
    bench->scope.arenas[1] = &bench->records;
    bench_memory_init(&bench->run_memory);
    bench_memory_init(&bench->keep_memory);
}

void trial_bench_free(struct trial_bench *bench)
{
    snapshot_free(&bench->begun);
    memory_free(&bench->run_memory);
    memory_free(&bench->keep_memory);
}

static void begin(struct trial_bench *bench)
{
    memory_reset(&bench->run_memory);
    arena_init(&bench->run_arena, &bench->run_memory.source);
    arena_init(&bench->records, &bench->run_memory.source);
    bench->runner = runner_begin(bench->scenario, &bench->options, &bench->run_memory, &bench->run_arena,
                                 &bench->records, &bench->records);
    bench->scope.kernel = &bench->runner->kernel;
}

void trial_bench_set(struct trial_bench *bench, const struct scenario *scenario, const struct run_options *options)
{
    bench->scenario = scenario;
    bench->options = *options;
    bench->options.plan = NULL;
    begin(bench);
    if (snapshot_possible()) {
        snapshot_take(&bench->begun, &bench->scope);
    }
}

static struct runner *begin_again(struct trial_bench *bench)
{
    if (snapshot_possible()) {
        snapshot_restore(&bench->begun, &bench->scope);
    } else {
        begin(bench);
    }
    return bench->runner;
}

/* ---- the run
 * ------------------------------------------------------------------------------------------------------------- */

static void set_plan(struct trial *trial, const struct scenario *scenario, const struct trial_request *request)
{
    trial->plan = scenario->plan;
    assert(trial->plan.count + request->mishap_count <= PLAN_MISHAPS_MAX);
    for (uint32_t i = 0; i < request->mishap_count; i++) {
        trial->plan.mishaps[trial->plan.count++] = request->mishaps[i];
    }
}

/* Whether what was to be followed is what stopped the run, and mishaps may be why. */
static bool follows_in_vain(const struct watcher *watcher)
{
    const struct scenario *scenario = watcher->runner->scenario;

    return watcher->request->mishap_count > 0 && watcher->runner->record->inconclusive_because != NULL &&
           (scenario->step_count > 0 || scenario->course.count > 0);
}

bool trial_can_be_late(const struct trial_bench *bench)
{
    const struct scenario *scenario = bench->scenario;
    bool says_who = scenario->step_count > 0 || scenario->has_course || scenario->random;

    for (uint32_t i = 0; i < scenario->actor_count; i++) {
        says_who = says_who || scenario->actors[i].at_ms < 0;
    }
    return !says_who;
}

/* From here on the run follows a copy of its scenario, which may be changed. */
static struct scenario *own_scenario(struct runner *runner, struct arena *arena)
{
    struct scenario *own = arena_alloc(arena, sizeof *own);

    *own = *runner->scenario;
    runner->scenario = own;
    return own;
}

static void follow(struct watcher *watcher, struct arena *arena)
{
    struct runner *runner = watcher->runner;

    if (watcher->request->late) {
        own_scenario(runner, arena)->has_course = true;
    }
    schedule_follow(runner);
    if (follows_in_vain(watcher)) {
        struct scenario *rest = own_scenario(runner, arena);

        rest->step_count = 0;
        rest->course.count = 0;
        runner->record->inconclusive_because = NULL;
        schedule_follow(runner);
    }
    watcher_end(watcher);
}

static void keep_end(struct watcher *watcher)
{
    struct trial *trial = watcher->trial;
    struct runner *runner = watcher->runner;
    const struct run_record *record = runner->record;
    bool busy = record->inconclusive_because != NULL || !schedule_all_idle(runner);

    trial->gave_up =
        record->inconclusive_because == NULL ? NULL : arena_string(watcher->arena, record->inconclusive_because);
    trial->end = outcome_of(&runner->kernel);
    trial->end.parts[OUTCOME_REST] = (runner->kernel.node_up ? PROCESS_UP : 0U) + (busy ? PROCESS_BUSY : 0U);
    trial->trace_hash = record->trace_hash;
    memcpy(trial->fired, runner->fired, sizeof trial->fired);
    for (uint32_t i = 0; i < runner->scenario->fault_count && i < FAULT_BITS; i++) {
        trial->unfired_faults |= runner->faults[i].fired == 0 ? UINT64_C(1) << i : 0;
    }
}

struct trial *trial_run(struct trial_bench *bench, const struct trial_request *request, struct arena *arena)
{
    struct trial *trial = arena_alloc(arena, sizeof *trial);
    struct runner *runner = begin_again(bench);
    struct watcher watcher;

    trial->late = request->late;
    set_plan(trial, bench->scenario, request);
    runner->plan = trial->plan;
    runner->kernel.faults = injector_faults(runner);
    watcher_begin(&watcher, trial, request, runner, arena);
    trial->start = outcome_of(&runner->kernel);
    trial->start.parts[OUTCOME_REST] = PROCESS_UP;
    follow(&watcher, &bench->run_arena);
    keep_end(&watcher);
    return trial;
}

/* ---- looking at two runs
 * ----------------------------------------------------------------------------------------------- */

uint32_t trial_difference(const struct trial *trial, const struct trial *baseline)
{
    uint32_t parts = outcome_difference(&trial->end, &baseline->end);
    const struct mishap *last = &trial->plan.mishaps[trial->plan.count - 1];

    if (trial->plan.count > 0 && last->strike != STRIKE_NONE) {
        parts &= outcome_difference(&trial->end, &trial->start);
    }
    return parts;
}

bool trial_violates(const struct trial *trial, uint64_t key)
{
    for (uint32_t i = 0; i < trial->violation_count; i++) {
        if (trial->violations[i].key == key) {
            return true;
        }
    }
    return false;
}
