#include "reports/run_diff.h"

#include "reports/trace.h"

#include <string.h>

/* ---- values, as JSON has them ----------------------------------------------------------------------------------- */

/* A date that was read from a trace is a text. */
static bool same_value(struct arena *scratch, const struct value *left, const struct value *right)
{
    if (value_equal(left, right)) {
        return true;
    }
    if (left == NULL || right == NULL) {
        return false;
    }
    return strcmp(value_json(scratch, left), value_json(scratch, right)) == 0;
}

static bool same_shape(const struct value *left, const struct value *right)
{
    if (left == NULL || right == NULL || left->kind != right->kind) {
        return false;
    }
    if (left->kind == VALUE_ARRAY) {
        return left->count == right->count;
    }
    if (left->kind != VALUE_OBJECT || left->count != right->count) {
        return false;
    }
    for (uint32_t i = 0; i < left->count; i++) {
        if (strcmp(left->members[i].key, right->members[i].key) != 0) {
            return false;
        }
    }
    return true;
}

/* Goes down to the first part that differs, as long as both sides have the same parts there. */
static void go_into(struct arena *arena, struct arena *scratch, struct trace_divergence *divergence)
{
    const struct value *left = divergence->values[0];
    const struct value *right = divergence->values[1];

    while (same_shape(left, right)) {
        uint32_t i = 0;
        bool array = left->kind == VALUE_ARRAY;
        const struct value *parts[DIFF_SIDES] = {NULL, NULL};

        for (; i < left->count; i++) {
            parts[0] = array ? left->items[i] : left->members[i].value;
            parts[1] = array ? right->items[i] : right->members[i].value;
            if (!same_value(scratch, parts[0], parts[1])) {
                break;
            }
        }
        divergence->member = array ? arena_printf(arena, "%s[%u]", divergence->member, i)
                                   : arena_printf(arena, "%s.%s", divergence->member, left->members[i].key);
        left = parts[0];
        right = parts[1];
    }
    divergence->values[0] = value_copy(arena, left);
    divergence->values[1] = value_copy(arena, right);
}

/* ---- the traces ------------------------------------------------------------------------------------------------- */

struct comparison {
    struct arena *arena;
    struct arena scratch; /* of one event */
    const struct run_record *records[DIFF_SIDES];
};

/* The first member of the two lines, of those that are known at these moments, that is not the same; NULL: none. */
static const struct trace_member *differing_member(struct comparison *comparison, const struct run_event *left,
                                                   const struct run_event *right, enum trace_moment from,
                                                   enum trace_moment to)
{
    enum trace_line_id line = trace_line_of(left->kind);

    for (const struct trace_member *member = trace_line_members(line); member->line == line; member++) {
        if (member->moment >= from && member->moment <= to &&
            !same_value(&comparison->scratch, member->get(&comparison->scratch, comparison->records[0], left),
                        member->get(&comparison->scratch, comparison->records[1], right))) {
            return member;
        }
    }
    return NULL;
}

static uint32_t earlier(uint32_t left, uint32_t right)
{
    return left == 0 ? right : right == 0 || left < right ? left : right;
}

/* In which transition the two sides first were different, seen from this member. */
static uint32_t step_of(const struct trace_member *member, const struct run_event *left, const struct run_event *right)
{
    switch (member->moment) {
    case TRACE_APPLIED:
        return earlier(left->applied_step, right->applied_step);
    case TRACE_RESUMED:
        return earlier(left->resumed_step, right->resumed_step);
    case TRACE_ISSUED:
        break;
    }
    return left->at_step < right->at_step ? left->at_step : right->at_step;
}

static void found_at(struct comparison *comparison, struct trace_divergence *divergence, uint32_t event,
                     const struct trace_member *member)
{
    static const char *const moments[] = {"issued", "applied", "resumed"};

    *divergence = (struct trace_divergence){.found = true, .event = event, .moment = moments[TRACE_ISSUED]};
    for (int side = 0; side < DIFF_SIDES; side++) {
        const struct run_record *record = comparison->records[side];

        divergence->ended[side] = event >= record->event_count;
        if (!divergence->ended[side]) {
            const struct run_event *at = &record->events[event];

            divergence->values[side] =
                member != NULL ? member->get(&comparison->scratch, record, at)
                               : value_string(&comparison->scratch, trace_line_kind(trace_line_of(at->kind)));
        }
    }
    if (divergence->ended[0] || divergence->ended[1]) {
        divergence->values[0] = divergence->values[1] = NULL;
        return;
    }
    divergence->member = member == NULL ? "kind" : member->name;
    divergence->moment = moments[member == NULL ? TRACE_ISSUED : member->moment];
    go_into(comparison->arena, &comparison->scratch, divergence);
}

/* The earliest difference so far. */
struct first {
    uint32_t event, step;              /* RUN_NONE: none */
    const struct trace_member *member; /* NULL: the kind of line, or one side has ended */
};

static void note_first(struct first *first, uint32_t event, uint32_t step, const struct trace_member *member)
{
    if (step < first->step) {
        *first = (struct first){event, step, member};
    }
}

/* Whether the lines are still of the same thing; what differs in them is noted. */
static bool compare_events(struct comparison *comparison, uint32_t index, struct first *first)
{
    const struct run_event *left = &comparison->records[0]->events[index];
    const struct run_event *right = &comparison->records[1]->events[index];
    const struct trace_member *member = NULL;

    if (left->kind == right->kind) {
        member = differing_member(comparison, left, right, TRACE_ISSUED, TRACE_ISSUED);
        if (member == NULL) {
            member = differing_member(comparison, left, right, TRACE_APPLIED, TRACE_RESUMED);
            if (member != NULL) {
                note_first(first, index, step_of(member, left, right), member);
            }
            return true;
        }
    }
    note_first(first, index, left->at_step < right->at_step ? left->at_step : right->at_step, member);
    return false;
}

/* The lines are in the order of issue. Where they first differ in what was issued they are no longer aligned; until
 * then an answer that differs counts by the transition that gave it. */
static void compare_traces(struct comparison *comparison, struct trace_divergence *divergence)
{
    const struct run_record *left = comparison->records[0];
    const struct run_record *right = comparison->records[1];
    const struct run_record *longer = left->event_count > right->event_count ? left : right;
    uint32_t shorter = left->event_count < right->event_count ? left->event_count : right->event_count;
    struct first first = {RUN_NONE, RUN_NONE, NULL};
    uint32_t i = 0;

    while (i < shorter && compare_events(comparison, i, &first)) {
        arena_reset(&comparison->scratch);
        i++;
    }
    if (i == shorter && longer->event_count > shorter) {
        note_first(&first, i, longer->events[i].at_step, NULL);
    }
    if (first.event != RUN_NONE) {
        found_at(comparison, divergence, first.event, first.member);
    }
    arena_reset(&comparison->scratch);
}

/* ---- verdicts --------------------------------------------------------------------------------------------------- */

uint32_t times_violated(const struct run_record *record, const char *oracle)
{
    uint32_t times = 0;

    for (uint32_t i = 0; i < record->violation_count; i++) {
        times += strcmp(record->violations[i].oracle, oracle) == 0;
    }
    return times;
}

static bool same_oracles(const struct run_record *left, const struct run_record *right)
{
    for (uint32_t i = 0; i < left->violation_count; i++) {
        const char *oracle = left->violations[i].oracle;

        /* Oracles are few; a run that breaks one a thousand times is compared by what stands first. */
        if ((i == 0 || strcmp(left->violations[i - 1].oracle, oracle) != 0) &&
            times_violated(left, oracle) != times_violated(right, oracle)) {
            return false;
        }
    }
    return left->violation_count == right->violation_count;
}

static bool same_text(const char *left, const char *right)
{
    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

/* ---- both ------------------------------------------------------------------------------------------------------- */

void run_diff(struct arena *arena, const struct run_record *left, const struct run_record *right, struct run_diff *diff)
{
    struct comparison comparison = {.arena = arena, .records = {left, right}};

    *diff = (struct run_diff){.changes = {RUN_NONE, RUN_NONE}};
    arena_init(&comparison.scratch, arena_source_malloc());
    compare_traces(&comparison, &diff->trace);
    diff->hash_differs = !diff->trace.found && left->trace_hash != right->trace_hash;
    run_diff_world(arena, comparison.records, diff);
    diff->verdict_differs = left->verdict != right->verdict || !same_oracles(left, right) ||
                            !same_text(left->inconclusive_because, right->inconclusive_because) ||
                            memcmp(left->counts, right->counts, sizeof left->counts) != 0 ||
                            left->virtual_ms != right->virtual_ms;
}

bool run_diff_same(const struct run_diff *diff)
{
    return !diff->trace.found && !diff->hash_differs && !diff->world_differs && !diff->verdict_differs;
}
