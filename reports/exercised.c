#include "reports/exercised.h"

#include <stdlib.h>
#include <string.h>

enum { CALLS_FIRST = 64, RECENT = 8 };

/* ---- calls ------------------------------------------------------------------------------------------------------ */

static uint32_t *find_slot(const struct exercised *exercised, const char *place, enum effect_id effect)
{
    uint32_t at = (uint32_t)hash_combine(hash_text(place), (uint64_t)effect) & (exercised->slot_count - 1);

    while (exercised->call_slots[at] != 0) {
        const struct exercised_call *call = &exercised->calls[exercised->call_slots[at] - 1];

        if (call->effect == effect && strcmp(call->place, place) == 0) {
            break;
        }
        at = (at + 1) & (exercised->slot_count - 1);
    }
    return &exercised->call_slots[at];
}

static void make_room(struct exercised *exercised)
{
    if (exercised->call_count < exercised->call_size) {
        return;
    }
    const uint32_t size = exercised->call_size == 0 ? CALLS_FIRST : 2 * exercised->call_size;
    struct exercised_call *calls = arena_alloc(exercised->arena, size * sizeof *calls);

    if (exercised->call_count > 0) {
        memcpy(calls, exercised->calls, exercised->call_count * sizeof *calls);
    }
    exercised->calls = calls;
    exercised->call_size = size;
    exercised->slot_count = 2 * size;
    exercised->call_slots = arena_alloc(exercised->arena, exercised->slot_count * sizeof exercised->call_slots[0]);
    for (uint32_t i = 0; i < exercised->call_count; i++) {
        *find_slot(exercised, calls[i].place, calls[i].effect) = i + 1;
    }
}

static struct exercised_call *call_of(struct exercised *exercised, const struct run_event *event)
{
    make_room(exercised);
    uint32_t *slot = find_slot(exercised, event->place, event->effect);

    if (*slot == 0) {
        *slot = ++exercised->call_count;
        exercised->calls[*slot - 1] = (struct exercised_call){.place = event->place, .effect = event->effect};
    }
    return &exercised->calls[*slot - 1];
}

static void add_call(struct exercised *exercised, const struct run_event *event)
{
    struct exercised_call *call = call_of(exercised, event);

    call->times[event->fault]++;
    call->refused += event->fault == FAULT_NONE && event->error != NULL;
}

static int by_place(const void *left, const void *right)
{
    const struct exercised_call *a = left, *b = right;
    const char *colon_a = strrchr(a->place, ':'), *colon_b = strrchr(b->place, ':');
    const size_t length_a = (size_t)(colon_a - a->place), length_b = (size_t)(colon_b - b->place);
    int order = strncmp(a->place, b->place, length_a < length_b ? length_a : length_b);

    order = order != 0 ? order : (int)length_a - (int)length_b;
    order = order != 0 ? order : (int)(strtol(colon_a + 1, NULL, 10) - strtol(colon_b + 1, NULL, 10));
    return order != 0 ? order : (int)a->effect - (int)b->effect;
}

double exercised_percent(struct exercised_share share)
{
    enum { PERCENT = 100 };

    return share.whole == 0 ? 0.0 : (double)PERCENT * (double)share.part / (double)share.whole;
}

void exercised_share_failures(struct exercised_share *share, enum effect_id effect, uint32_t met)
{
    const uint32_t faults = effect_info(effect)->faults;

    for (unsigned fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
        share->whole += (faults & 1U << fault) != 0;
        share->part += (faults & met & 1U << fault) != 0;
    }
}

uint32_t exercised_met(const struct exercised_call *call)
{
    uint32_t met = 0;

    for (unsigned fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
        met |= call->times[fault] > 0 ? 1U << fault : 0;
    }
    return met;
}

struct exercised_share exercised_failures(const struct exercised *exercised)
{
    struct exercised_share share = {0, 0};

    for (uint32_t i = 0; i < exercised->call_count; i++) {
        exercised_share_failures(&share, exercised->calls[i].effect, exercised_met(&exercised->calls[i]));
    }
    return share;
}

/* ---- pairs ------------------------------------------------------------------------------------------------------ */

/* The last applications of one effect in a run, the newest last. */
struct recent {
    const struct run_event *events[RECENT];
    uint32_t next;
};

static bool conflict(const struct run_event *left, const struct run_event *right)
{
    const struct effect_info *a = effect_info(left->effect), *b = effect_info(right->effect);
    const bool classes = ((a->writes & (b->reads | b->writes)) | (a->reads & b->writes)) != 0;

    return classes && (left->object == NULL || right->object == NULL || strcmp(left->object, right->object) == 0);
}

static int by_application(const void *left, const void *right)
{
    const struct run_event *const *a = left, *const *b = right;

    return ((*a)->applied_step > (*b)->applied_step) - ((*a)->applied_step < (*b)->applied_step);
}

/* What came before this application while its task was there already: it might as well have come after it. */
static void note_orders(struct exercised *exercised, const struct recent *recent, const int64_t *started_ms,
                        const struct run_event *event)
{
    for (unsigned id = 0; id < EFFECT_COUNT; id++) {
        for (uint32_t i = 0; !exercised->before[id][event->effect] && i < RECENT; i++) {
            const struct run_event *earlier = recent[id].events[i];

            if (earlier != NULL && earlier->task != event->task && earlier->task != RUN_NONE &&
                started_ms[event->task] <= earlier->applied_ms && conflict(earlier, event)) {
                exercised->before[id][event->effect] = true;
            }
        }
    }
}

static void add_orders(struct exercised *exercised, const struct run_record *record)
{
    struct arena scratch;

    arena_init(&scratch, exercised->arena->source);
    struct recent *recent = arena_alloc(&scratch, EFFECT_COUNT * sizeof *recent);
    int64_t *started_ms = arena_alloc(&scratch, (record->task_count + 1) * sizeof *started_ms);
    const struct run_event **applied = arena_alloc(&scratch, (record->event_count + 1) * sizeof(struct run_event *));
    uint32_t count = 0;

    for (uint32_t i = 0; i < record->event_count; i++) {
        const struct run_event *event = &record->events[i];

        if (event->kind == RUN_TASK) {
            started_ms[event->task] = event->at_ms;
        } else if (event->kind == RUN_EFFECT && event->applied_step > 0 && event->task != RUN_NONE) {
            applied[count++] = event;
        }
    }
    qsort(applied, count, sizeof(struct run_event *), by_application);
    for (uint32_t i = 0; i < count; i++) {
        struct recent *same = &recent[applied[i]->effect];

        note_orders(exercised, recent, started_ms, applied[i]);
        same->events[same->next++ % RECENT] = applied[i];
    }
    arena_reset(&scratch);
}

struct exercised_pair *exercised_pairs(const struct exercised *exercised, uint32_t *count)
{
    struct exercised_pair *pairs =
        arena_alloc(exercised->arena, (exercised_orders(exercised).whole + 1) * sizeof *pairs);

    *count = 0;
    for (unsigned a = 0; a < EFFECT_COUNT; a++) {
        for (unsigned b = a + 1; b < EFFECT_COUNT; b++) {
            if (exercised->before[a][b] || exercised->before[b][a]) {
                pairs[(*count)++] = (struct exercised_pair){(enum effect_id)a, (enum effect_id)b,
                                                            exercised->before[a][b], exercised->before[b][a]};
            }
        }
    }
    return pairs;
}

struct exercised_share exercised_orders(const struct exercised *exercised)
{
    struct exercised_share share = {0, 0};

    for (unsigned a = 0; a < EFFECT_COUNT; a++) {
        for (unsigned b = a + 1; b < EFFECT_COUNT; b++) {
            share.whole += exercised->before[a][b] || exercised->before[b][a];
            share.part += exercised->before[a][b] && exercised->before[b][a];
        }
    }
    return share;
}

/* ---- oracles ---------------------------------------------------------------------------------------------------- */

static uint32_t violations_of(const struct run_record *record, const char *oracle)
{
    uint32_t times = 0;

    for (uint32_t i = 0; i < record->violation_count; i++) {
        times += strcmp(record->violations[i].oracle, oracle) == 0;
    }
    return times;
}

static void add_oracles(struct exercised *exercised, const struct run_record *record)
{
    if (exercised->oracles == NULL && record->oracle_count > 0) {
        exercised->oracle_count = record->oracle_count;
        exercised->oracles = arena_alloc(exercised->arena, record->oracle_count * sizeof exercised->oracles[0]);
    }
    for (uint32_t i = 0; i < record->oracle_count && i < exercised->oracle_count; i++) {
        const struct run_oracle *test = &record->oracles[i];
        struct exercised_oracle *oracle = &exercised->oracles[i];
        const uint32_t violations = violations_of(record, test->name);

        oracle->name = test->name;
        oracle->weighed += test->weighed;
        oracle->excused += test->excused;
        oracle->violations += violations;
        oracle->runs_violated += violations > 0;
        oracle->nearest_pct = test->nearest_pct > oracle->nearest_pct ? test->nearest_pct : oracle->nearest_pct;
    }
}

struct exercised_share exercised_oracles(const struct exercised *exercised)
{
    struct exercised_share share = {0, exercised->oracle_count};

    for (uint32_t i = 0; i < exercised->oracle_count; i++) {
        share.part += exercised->oracles[i].violations > 0;
    }
    return share;
}

/* ---- a run ------------------------------------------------------------------------------------------------------ */

static void add_run(struct exercised *exercised, const struct run_record *record)
{
    exercised->run_count++;
    for (uint32_t i = 0; i < record->event_count; i++) {
        const struct run_event *event = &record->events[i];

        if (event->kind == RUN_EFFECT && event->place != NULL && event->applied_step > 0) {
            add_call(exercised, event);
        }
    }
    add_orders(exercised, record);
    add_oracles(exercised, record);
}

void exercised_of(struct exercised *exercised, struct arena *arena, const struct run_record *const *records,
                  size_t count)
{
    *exercised = (struct exercised){.arena = arena};
    for (size_t i = 0; i < count; i++) {
        add_run(exercised, records[i]);
    }
    if (exercised->call_count > 0) {
        qsort(exercised->calls, exercised->call_count, sizeof exercised->calls[0], by_place);
    }
    exercised->call_slots = NULL; /* they were of the order before */
    exercised->slot_count = 0;
}
