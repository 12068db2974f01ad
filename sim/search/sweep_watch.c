#include "sim/search/sweep_watch.h"

#include "sim/search/site_text.h"

#include <string.h>

enum { NUMBERS_TOLD_APART = 10 * 1000 /* statuses, ports and sizes; above are instants, heights, uptimes */ };

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

static const char *site_of(const struct watcher *watcher, uint32_t origin, enum moment moment, enum effect_id effect)
{
    return site_text(watcher->arena, watcher->runner->scenario->actors[origin].kind, moment, effect);
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
                (struct trial_hit){site_of(watcher, task->origin, MOMENT_APPLY, effect->id),
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
        .place = effect->place,
        .effect = effect->id,
        .origin = task->origin,
        .nth = task->issued[effect->id],
        .fault = fault,
        .step = watcher->runner->kernel.step_count,
        .content = hash_combine(timeless_hash(effect->args), answer)};
}

/* Calls that make what a state is complained of. */
static void note_maker(struct watcher *watcher, const struct kernel_task *task, const struct effect *effect,
                       enum fault_kind fault)
{
    bool happened = fault == FAULT_NONE ? effect->error == NULL : fault_info(fault)->happens;

    if (effect_makes_object(effect->id) && happened && effect->object != NULL) {
        *(struct maker *)table_add(watcher->arena, (void **)&watcher->makers, &watcher->maker_count,
                                   &watcher->maker_size, sizeof watcher->makers[0]) = (struct maker){
            arena_string(watcher->arena, effect->object), site_of(watcher, task->origin, MOMENT_APPLY, effect->id)};
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
            .site = by_task ? site_of(watcher, origin, watcher->moment, watcher->effect)
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

/* ---- the watch
 * ---------------------------------------------------------------------------------------------------------- */

void watcher_begin(struct watcher *watcher, struct trial *trial, const struct trial_request *request,
                   struct runner *runner, struct arena *arena)
{
    *watcher = (struct watcher){.trial = trial,
                                .request = request,
                                .runner = runner,
                                .arena = arena,
                                .inner = runner->kernel.observer,
                                .moment = MOMENT_START,
                                .effect = EFFECT_COUNT};
    runner->kernel.observer = (struct kernel_observer){watcher,    on_started,   on_issued, on_applied,
                                                       on_resumed, on_immediate, on_ended,  on_time_moved};
}

void watcher_end(struct watcher *watcher)
{
    look_for_violations(watcher, NULL);
}
