/* A comparison of runs, for people. */
#include "reports/report.h"
#include "reports/run_diff.h"
#include "reports/trace.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_SHOWN_MAX = 300, ANSWER_SHOWN_MAX = 100, LABEL_SIZE = 256, WORLD_SHOWN_MAX = 40 };

static const char signs[DIFF_SIDES] = {'-', '+'};

/* ---- words ------------------------------------------------------------------------------------------------------ */

/* At most so many bytes of a text in UTF-8. */
static const char *shortened(struct arena *arena, const char *text, size_t max)
{
    if (strlen(text) <= max) {
        return text;
    }
    while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80) {
        max--;
    }
    return arena_printf(arena, "%s …", arena_string_n(arena, text, max));
}

/* ` <text>`, or nothing. */
static const char *and_text(struct arena *arena, const char *text)
{
    return text == NULL ? "" : arena_printf(arena, " %s", text);
}

static const char *answer_text(struct arena *arena, const struct run_event *event)
{
    if (event->error != NULL) {
        return event->error->status == 0 ? arena_printf(arena, " → %s", event->error->message)
                                         : arena_printf(arena, " → %d %s", event->error->status, event->error->message);
    }
    if (event->result == NULL || value_is(event->result, VALUE_NULL)) {
        return event->applied_ms < 0 ? " (not applied)" : "";
    }
    return arena_printf(arena, " → %s", shortened(arena, value_json(arena, event->result), ANSWER_SHOWN_MAX));
}

static const char *effect_text(struct arena *arena, const struct run_event *event)
{
    const char *fault = event->fault == FAULT_NONE ? "" : arena_printf(arena, " (%s)", fault_info(event->fault)->name);

    return arena_printf(arena, "%s%s%s%s", effect_info(event->effect)->name, and_text(arena, event->object), fault,
                        answer_text(arena, event));
}

const char *run_event_text(struct arena *arena, const struct run_event *event)
{
    switch (event->kind) {
    case RUN_EFFECT:
        return effect_text(arena, event);
    case RUN_TASK:
        return event->detail == NULL ? "starts" : "starts, spawned";
    case RUN_LOG:
        return arena_printf(arena, "log%s: %s", and_text(arena, event->detail), event->text);
    case RUN_VIOLATION:
        return arena_printf(arena, "✗ %s: %s", event->text, event->detail);
    case RUN_NOTE:
        return arena_printf(arena, "%s%s%s%s", event->text, and_text(arena, event->object),
                            event->result == NULL ? "" : ": ", event->result == NULL ? "" : value_text(event->result));
    case RUN_CHANGE:
        return arena_printf(arena, "~ %s%s%s", event->text, and_text(arena, event->object),
                            and_text(arena, event->detail));
    case RUN_STEP:
    case RUN_CRASH:
        return event->text;
    }
    return "";
}

const char *run_instant_text(struct arena *arena, int64_t at_ms)
{
    enum { DATE = sizeof "2026-01-01" - 1, TIME = sizeof "00:00:00.000" - 1 };
    const char *iso = value_iso_date(arena, at_ms);

    return arena_printf(arena, "%.*s %.*s", DATE, iso, TIME, iso + DATE + 1);
}

static const char *task_text(const struct run_record *record, const struct run_event *event)
{
    return event->task == RUN_NONE ? "-" : record->tasks[event->task];
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

static void add_event(struct sink *sink, struct arena *arena, const struct diff_side *side, uint32_t index, char sign)
{
    const struct run_event *event = &side->record->events[index];

    sink_printf(sink, "  %c %6u  %s  %-16s  %s\n", sign, index, run_instant_text(arena, event->at_ms),
                task_text(side->record, event), run_event_text(arena, event));
}

static void add_label(struct sink *sink, const struct diff_side *side, const char *sign)
{
    char release[LABEL_SIZE];

    revision_text(side->record, release, sizeof release);
    sink_printf(sink, "%s %s on %s, seed %llu", sign, side->record->scenario, release,
                (unsigned long long)side->record->seed);
    if (side->line > 0) {
        sink_printf(sink, "  (%s:%u)", side->file, side->line);
    }
    sink_add(sink, "\n");
}

static void add_values(struct sink *sink, struct arena *arena, const struct trace_divergence *divergence)
{
    for (int side = 0; side < DIFF_SIDES; side++) {
        const char *text =
            divergence->values[side] == NULL ? "(left out)" : value_json(arena, divergence->values[side]);

        sink_printf(sink, "      %c %s: %s\n", signs[side], divergence->member,
                    shortened(arena, text, VALUE_SHOWN_MAX));
    }
}

/* Where the event stands in the trace files, for those that come of one. */
static const char *lines_text(struct arena *arena, const struct diff_pair *pair)
{
    const char *text = "";

    for (int side = 0; side < DIFF_SIDES; side++) {
        const struct diff_side *of = &pair->sides[side];

        if (of->line > 0 && !pair->diff.trace.ended[side]) {
            text = arena_printf(arena, "%s%s%s:%u", text, text[0] == '\0' ? "" : ", ", of->file,
                                of->line + 1 + pair->diff.trace.event);
        }
    }
    return text[0] == '\0' ? "" : arena_printf(arena, " (%s)", text);
}

static void add_trace(struct sink *sink, struct arena *arena, const struct diff_pair *pair, uint32_t context)
{
    const struct trace_divergence *divergence = &pair->diff.trace;
    uint32_t event = divergence->event;

    if (!divergence->found) {
        sink_printf(sink, "trace    the same: %u events%s\n", pair->sides[0].record->event_count,
                    pair->diff.hash_differs ? ", but not the hash: what tasks share was touched in another order, or "
                                              "other data was written"
                                            : "");
        return;
    }
    int whole = divergence->ended[0] ? 1 : 0; /* a side that has the event */
    const struct diff_side *side = &pair->sides[whole];

    if (divergence->member == NULL) {
        sink_printf(sink, "trace    differs at event %u%s: the run on the %s side is over\n", event,
                    lines_text(arena, pair), divergence->ended[0] ? "left" : "right");
    } else {
        sink_printf(sink, "trace    differs at event %u%s, when it was %s: %s\n", event, lines_text(arena, pair),
                    divergence->moment, divergence->member);
    }
    for (uint32_t i = event > context ? event - context : 0; i < event; i++) {
        add_event(sink, arena, side, i, ' ');
    }
    for (int i = 0; i < DIFF_SIDES; i++) {
        if (!divergence->ended[i]) {
            add_event(sink, arena, &pair->sides[i], event, signs[i]);
        }
    }
    if (divergence->member != NULL) {
        add_values(sink, arena, divergence);
    }
}

static void add_ends(struct sink *sink, const struct run_diff *diff)
{
    if (diff->world_count == 0) {
        sink_add(sink, "         at the end nothing differs, as changes tell\n");
        return;
    }
    sink_add(sink, "         at the end, as changes tell:\n");
    for (uint32_t i = 0; i < diff->world_count && i < WORLD_SHOWN_MAX; i++) {
        const struct world_difference *difference = &diff->world[i];
        const char *parts[] = {difference->object, difference->detail};

        sink_printf(sink, "    %s", difference->thing);
        for (size_t j = 0; j < sizeof parts / sizeof parts[0]; j++) {
            sink_printf(sink, "%s%s", parts[j] == NULL ? "" : " ", parts[j] == NULL ? "" : parts[j]);
        }
        sink_printf(sink, ": - %s, + %s\n", difference->states[0], difference->states[1]);
    }
    if (diff->world_count > WORLD_SHOWN_MAX) {
        sink_printf(sink, "    … and %u more\n", diff->world_count - WORLD_SHOWN_MAX);
    }
}

static void add_world(struct sink *sink, struct arena *arena, const struct diff_pair *pair)
{
    const struct run_diff *diff = &pair->diff;

    if (!diff->world_differs) {
        sink_printf(sink, "world    the same: %u changes\n", diff->world_place);
        return;
    }
    sink_printf(sink, "world    differs at change %u\n", diff->world_place);
    for (int side = 0; side < DIFF_SIDES; side++) {
        if (diff->changes[side] == RUN_NONE) {
            sink_printf(sink, "  %c         no more changes\n", signs[side]);
        } else {
            add_event(sink, arena, &pair->sides[side], diff->changes[side], signs[side]);
        }
    }
    add_ends(sink, diff);
}

static void add_outcome(struct sink *sink, const struct run_record *record)
{
    char lasted[LABEL_SIZE];

    virtual_time_text(record->virtual_ms, lasted, sizeof lasted);
    sink_printf(sink, "%s", run_verdict_name(record->verdict));
    if (record->violation_count > 0) {
        sink_add(sink, ": ");
        add_violated_oracles(sink, record);
    }
    if (record->inconclusive_because != NULL) {
        sink_printf(sink, ": %s", record->inconclusive_because);
    }
    sink_printf(sink, " (%s)\n", lasted);
}

static void add_verdict(struct sink *sink, const struct diff_pair *pair)
{
    if (!pair->diff.verdict_differs) {
        sink_add(sink, "verdict  the same: ");
        add_outcome(sink, pair->sides[0].record);
        return;
    }
    sink_add(sink, "verdict  differs, or what was counted\n");
    for (int side = 0; side < DIFF_SIDES; side++) {
        sink_printf(sink, "  %c ", signs[side]);
        add_outcome(sink, pair->sides[side].record);
    }
    sink_printf(sink, "    %-22s %8s %8s\n", "counts", "-", "+");
    for (int i = 0; i < RUN_COUNT_COUNT; i++) {
        uint64_t left = pair->sides[0].record->counts[i];
        uint64_t right = pair->sides[1].record->counts[i];

        if (left != right) {
            sink_printf(sink, "    %-22s %8llu %8llu\n", run_count_name((enum run_count)i), (unsigned long long)left,
                        (unsigned long long)right);
        }
    }
}

void run_diff_text_write(struct sink *sink, const struct diff_pair *pairs, uint32_t count, uint32_t context)
{
    struct arena arena;
    uint32_t differing = 0;
    size_t start = sink->length;

    arena_init(&arena, arena_source_malloc());
    for (uint32_t i = 0; i < count; i++) {
        add_label(sink, &pairs[i].sides[0], "---");
        add_label(sink, &pairs[i].sides[1], "+++");
        add_trace(sink, &arena, &pairs[i], context);
        add_world(sink, &arena, &pairs[i]);
        add_verdict(sink, &pairs[i]);
        if (count > 1) {
            sink_add(sink, "\n");
        }
        differing += !run_diff_same(&pairs[i].diff);
        arena_reset(&arena);
    }
    if (count > 1) {
        sink_printf(sink, "%u the same, %u not\n", count - differing, differing);
    }
    sink_blank_controls(sink, start);
}
