#include "sim/search/sweep_trial.h"

#include "sim/search/bench.h"

#include <assert.h>
#include <string.h>

enum {
    FAULT_BITS = 64,
    PROCESS_UP = 1,
    PROCESS_BUSY = 2,
    NUMBERS_TOLD_APART = 10 * 1000, /* statuses, ports and sizes; above are instants, heights, uptimes */
};

/* The run in progress. */
struct watcher {
    struct trial *trial;
    const struct trial_request *request;
    struct runner *runner;
    struct arena *arena;
    struct kernel_observer inner; /* the runner's own */
    /* the transition in progress, as far as it has told */
    uint64_t step;
    enum moment moment;
    enum effect_id effect;
    struct maker *makers;
    uint32_t maker_count, maker_size;
};

/* A call that made something. */
struct maker {
    const char *object, *site;
};

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

/* ---- reports -------------------------------------------------------------------------------------------------------
 */

static void note_report(struct watcher *watcher, uint64_t said)
{
    struct trial *trial = watcher->trial;
    const struct trial *baseline = watcher->request->baseline;
    uint32_t times = report_counts_add(&trial->reports, said, watcher->arena);

    trial->reported = trial->reported || (baseline != NULL && times > report_counts_times(&baseline->reports, said));
}

/* Warnings and errors in the log, and failures that a workflow notes (core/notes.def). */
static void look_for_reports(struct watcher *watcher, const struct effect *effect)
{
    if (effect->id == EFFECT_NODE_LOG && strcmp(effect->operand, "info") != 0) {
        note_report(watcher, hash_text(effect->object));
    } else if (effect->id == EFFECT_NODE_NOTE) {
        const struct note *note = effect->payload;

        if (note->id == NOTE_INSTALL_FAILED || note->id == NOTE_RECREATE_FAILED || note->id == NOTE_START_FAILED) {
            note_report(watcher, hash_combine(hash_combine((uint64_t)note->id, hash_of_text(note->app)),
                                              hash_of_text(note->object)));
        }
    }
}

/* ---- sites, hits, violations
 * ------------------------------------------------------------------------------------------- */

/* As sim/search/finding.c writes it. */
static const char *site_text(const struct watcher *watcher, uint32_t origin, enum moment moment, enum effect_id effect)
{
    static const char *const moments[MOMENT_COUNT] = {
        [MOMENT_START] = "", [MOMENT_APPLY] = "/", [MOMENT_RESUME] = "/after "};
    const char *actor = actor_info(watcher->runner->scenario->actors[origin].kind)->name;

    return arena_printf(watcher->arena, "%s%s%s", actor, moments[moment],
                        moment == MOMENT_START ? "" : effect_info(effect)->name);
}

static const char *kept_text(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_string(arena, text);
}

/* A mishap hits at apply; slowness already when the call is made. */
static void look_for_hits(struct watcher *watcher, const struct kernel_task *task, const struct effect *effect,
                          bool issued)
{
    struct trial *trial = watcher->trial;

    for (uint32_t i = 0; i < trial->plan.count; i++) {
        const struct mishap *mishap = &trial->plan.mishaps[i];

        if (trial->hits[i].site == NULL && mishap->effect == effect->id && mishap->nth == task->issued[effect->id] &&
            (mishap->fault == FAULT_SLOW) == issued && strcmp(mishap->task, kernel_label(task)) == 0) {
            trial->hits[i] =
                (struct trial_hit){site_text(watcher, task->origin, MOMENT_APPLY, effect->id),
                                   kept_text(watcher->arena, effect->object), watcher->runner->kernel.step_count};
        }
    }
}

/* Hash of what a value says, whenever it is said: without instants and large numbers. */
static uint64_t timeless_hash(const struct value *value)
{
    int64_t instant_ms = 0;
    uint64_t hash = value == NULL ? 0 : (uint64_t)value->kind + 1;

    if (value_is(value, VALUE_OBJECT)) {
        for (uint32_t i = 0; i < value->count; i++) {
            hash = hash_combine(hash_combine(hash, hash_text(value->members[i].key)),
                                timeless_hash(value->members[i].value));
        }
    } else if (value_is(value, VALUE_ARRAY)) {
        for (uint32_t i = 0; i < value->count; i++) {
            hash = hash_combine(hash, timeless_hash(value->items[i]));
        }
    } else if (value_is(value, VALUE_NUMBER)) {
        hash = value->number < NUMBERS_TOLD_APART ? value->hash : hash;
    } else if (value_is(value, VALUE_STRING)) {
        hash = parse_iso_date(value->string, &instant_ms) ? hash : value->hash;
    } else if (!value_is(value, VALUE_DATE) && value != NULL) {
        hash = value->hash;
    }
    return hash;
}

static void note_site(struct watcher *watcher, const struct kernel_task *task, const struct effect *effect,
                      enum fault_kind fault)
{
    struct trial *trial = watcher->trial;

    trial->calls++;
    if (!watcher->request->sites) {
        return;
    }
    struct sweep_site *site = table_add(watcher->arena, (void **)&trial->sites, &trial->site_count, &trial->site_size,
                                        sizeof trial->sites[0]);
    const char *label = trial->site_count > 1 ? site[-1].task : "";
    uint64_t answer = effect->error == NULL ? timeless_hash(effect->result) : hash_of_text(effect->error->message);

    *site = (struct sweep_site){
        .task = strcmp(label, kernel_label(task)) == 0 ? label : arena_string(watcher->arena, kernel_label(task)),
        .object = kept_text(watcher->arena, effect->object),
        .effect = effect->id,
        .origin = task->origin,
        .nth = task->issued[effect->id],
        .fault = fault,
        .step = watcher->runner->kernel.step_count,
        .content = hash_combine(timeless_hash(effect->args), answer)};
}

/* Calls that make what a state is complained of; as sim/search/finding.c has it. */
static void note_maker(struct watcher *watcher, const struct kernel_task *task, const struct effect *effect,
                       enum fault_kind fault)
{
    bool makes = effect->id == EFFECT_DOCKER_CONTAINERS_CREATE || effect->id == EFFECT_HOST_FALLOCATE ||
                 effect->id == EFFECT_HOST_MKFS || effect->id == EFFECT_HOST_MOUNT;
    bool happened = fault == FAULT_NONE ? effect->error == NULL : fault_info(fault)->happens;

    if (makes && happened && effect->object != NULL) {
        *(struct maker *)table_add(watcher->arena, (void **)&watcher->makers, &watcher->maker_count,
                                   &watcher->maker_size, sizeof watcher->makers[0]) = (struct maker){
            arena_string(watcher->arena, effect->object), site_text(watcher, task->origin, MOMENT_APPLY, effect->id)};
    }
}

/* Who made the object last; NULL: nobody. */
static const char *maker_site(const struct watcher *watcher, const char *object)
{
    for (uint32_t i = watcher->maker_count; i > 0 && object != NULL; i--) {
        if (strcmp(watcher->makers[i - 1].object, object) == 0) {
            return watcher->makers[i - 1].site;
        }
    }
    return NULL;
}

/* What the oracles have written down since the last look. */
static void look_for_violations(struct watcher *watcher, const struct kernel_task *task)
{
    struct trial *trial = watcher->trial;
    const struct run_record *record = watcher->runner->record;

    while (trial->violation_count < record->violation_count) {
        const struct run_violation *violation = &record->violations[trial->violation_count];
        struct trial_violation *kept = table_add(watcher->arena, (void **)&trial->violations, &trial->violation_count,
                                                 &trial->violation_size, sizeof trial->violations[0]);
        bool by_task = task != NULL && violation->step != 0;
        uint32_t origin = task == NULL ? 0 : task->origin;

        *kept = (struct trial_violation){
            .oracle = violation->oracle,
            .object = kept_text(watcher->arena, violation->object),
            .message = arena_string(watcher->arena, violation->message),
            .site = by_task ? site_text(watcher, origin, watcher->moment, watcher->effect)
                            : maker_site(watcher, violation->object),
            .key = hash_combine(hash_of_text(violation->oracle), hash_of_text(violation->object)),
            .step = violation->step};
    }
}

/* ---- what the kernel tells
 * ---------------------------------------------------------------------------------------------- */

static void enter(struct watcher *watcher, enum moment moment, enum effect_id effect)
{
    watcher->step = watcher->runner->kernel.step_count;
    watcher->moment = moment;
    watcher->effect = effect;
}

static void on_started(void *context, struct kernel_task *task)
{
    struct watcher *watcher = context;

    watcher->inner.started(watcher->inner.context, task);
    look_for_violations(watcher, task);
}

static void on_issued(void *context, struct kernel_task *task, struct effect *effect)
{
    struct watcher *watcher = context;

    watcher->inner.issued(watcher->inner.context, task, effect);
    look_for_hits(watcher, task, effect, true);
}

static void on_applied(void *context, struct kernel_task *task, struct effect *effect, enum fault_kind fault)
{
    struct watcher *watcher = context;
    uint32_t calls_max = watcher->request->calls_max;

    enter(watcher, MOMENT_APPLY, effect->id);
    watcher->inner.applied(watcher->inner.context, task, effect, fault);
    look_for_hits(watcher, task, effect, false);
    note_maker(watcher, task, effect, fault);
    look_for_violations(watcher, task);
    note_site(watcher, task, effect, fault);
    if (calls_max != 0 && watcher->trial->calls > calls_max) {
        schedule_give_up(watcher->runner, "%s",
                         "it makes many times the calls of the run without the mishap: it seems endless");
    }
}

static void on_resumed(void *context, struct kernel_task *task, struct effect *effect)
{
    struct watcher *watcher = context;

    enter(watcher, MOMENT_RESUME, effect->id);
    watcher->inner.resumed(watcher->inner.context, task, effect);
}

static void on_immediate(void *context, struct kernel_task *task, struct effect *effect)
{
    struct watcher *watcher = context;

    if (watcher->step != watcher->runner->kernel.step_count) {
        enter(watcher, MOMENT_START, EFFECT_COUNT);
    }
    watcher->inner.immediate(watcher->inner.context, task, effect);
    look_for_reports(watcher, effect);
    look_for_violations(watcher, task);
}

static void on_ended(void *context, struct kernel_task *task, bool killed)
{
    struct watcher *watcher = context;

    watcher->inner.ended(watcher->inner.context, task, killed);
    look_for_violations(watcher, task);
}

static void on_time_moved(void *context, int64_t from_ms)
{
    struct watcher *watcher = context;

    watcher->inner.time_moved(watcher->inner.context, from_ms);
    look_for_violations(watcher, NULL);
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

static void follow(struct watcher *watcher, struct arena *arena)
{
    struct runner *runner = watcher->runner;

    schedule_follow(runner);
    if (follows_in_vain(watcher)) {
        struct scenario *rest = arena_alloc(arena, sizeof *rest);

        *rest = *runner->scenario;
        rest->step_count = 0;
        rest->course.count = 0;
        runner->scenario = rest;
        runner->record->inconclusive_because = NULL;
        schedule_follow(runner);
    }
    look_for_violations(watcher, NULL);
}

static void keep_end(struct watcher *watcher)
{
    struct trial *trial = watcher->trial;
    struct runner *runner = watcher->runner;
    const struct run_record *record = runner->record;
    bool busy = record->inconclusive_because != NULL || !schedule_all_idle(runner);

    trial->gave_up = kept_text(watcher->arena, record->inconclusive_because);
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
    struct watcher watcher = {.trial = trial,
                              .request = request,
                              .runner = runner,
                              .arena = arena,
                              .inner = runner->kernel.observer,
                              .moment = MOMENT_START,
                              .effect = EFFECT_COUNT};

    set_plan(trial, bench->scenario, request);
    runner->plan = trial->plan;
    runner->kernel.faults = injector_faults(runner);
    runner->kernel.observer = (struct kernel_observer){&watcher,   on_started,   on_issued, on_applied,
                                                       on_resumed, on_immediate, on_ended,  on_time_moved};
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
