/* A lane per task that is under way, beside the lines, as in `git log --graph`: who acts, and who waits meanwhile. A
 * lane is free again when its task has been shown for the last time. */
#include "reports/timeline.h"

#include <string.h>

enum { LANES_MAX = 8, COLUMNS_PER_LANE = 12 /* of the width, so that there is room for the text */ };

/* Which lines show a task, and where. What belongs to the line above shows none. */
struct span {
    uint32_t first, last; /* RUN_NONE: it is not shown */
    unsigned lane;
    uint32_t effect; /* issued last, up to the line that is looked at */
};

static struct span *find_spans(struct timeline *timeline)
{
    const struct run_record *record = timeline->record;
    struct span *spans = arena_alloc(&timeline->arena, (record->task_count + 1) * sizeof *spans);

    for (uint32_t i = 0; i < record->task_count; i++) {
        spans[i] = (struct span){.first = RUN_NONE, .last = RUN_NONE, .effect = RUN_NONE};
    }
    for (uint32_t i = 0; i < timeline->line_count; i++) {
        const struct timeline_line *line = &timeline->lines[i];

        if (line->task != RUN_NONE && line->kind != LINE_MORE && timeline_is_told(timeline, line)) {
            spans[line->task].first = spans[line->task].first == RUN_NONE ? i : spans[line->task].first;
            spans[line->task].last = i;
        }
    }
    return spans;
}

/* The task's lane: the first that is free, or LANES_MAX. */
static unsigned take_lane(const uint32_t *occupants)
{
    unsigned lane = 0;

    while (lane < LANES_MAX && occupants[lane] != RUN_NONE) {
        lane++;
    }
    return lane;
}

/* How many lanes it takes; more than LANES_MAX: too many. */
static unsigned give_lanes(const struct timeline *timeline, struct span *spans)
{
    uint32_t occupants[LANES_MAX];
    unsigned used = 0;

    memset(occupants, 0xff, sizeof occupants);
    for (uint32_t i = 0; i < timeline->line_count; i++) {
        uint32_t task = timeline->lines[i].task;

        if (task == RUN_NONE || !timeline_is_told(timeline, &timeline->lines[i])) {
            continue;
        }
        if (spans[task].first == i) {
            spans[task].lane = take_lane(occupants);
            used = spans[task].lane + 1 > used ? spans[task].lane + 1 : used;
            if (used > LANES_MAX) {
                return used;
            }
            occupants[spans[task].lane] = task;
        }
        if (spans[task].last == i) {
            occupants[spans[task].lane] = RUN_NONE;
        }
    }
    return used;
}

static const char *own_mark(const struct timeline_line *line, const struct span *span, uint32_t at)
{
    if (span->first == span->last) {
        return "●";
    }
    return at == span->first ? "┌" : at == span->last ? "└" : line->kind == LINE_APPLY ? "├" : "●";
}

static const char *waiting_mark(const struct timeline *timeline, const struct span *span)
{
    bool sleeps = span->effect != RUN_NONE && timeline->record->events[span->effect].effect == EFFECT_CLOCK_DELAY;

    return sleeps ? "┊" : "│";
}

/* The lanes at a line; `own` stands in that of its task. */
static const char *lanes_text(struct timeline *timeline, const struct span *spans, const uint32_t *occupants,
                              uint32_t task, const char *own)
{
    const char *text = "";

    for (unsigned i = 0; i < timeline->lanes; i++) {
        text = arena_printf(&timeline->arena, "%s%s", text,
                            occupants[i] == RUN_NONE ? " "
                            : occupants[i] == task   ? own
                                                     : waiting_mark(timeline, &spans[occupants[i]]));
    }
    return text;
}

static void draw(struct timeline *timeline, struct span *spans)
{
    uint32_t occupants[LANES_MAX], place = 0;

    memset(occupants, 0xff, sizeof occupants);
    for (uint32_t i = 0; i < timeline->line_count; i++) {
        struct timeline_line *line = &timeline->lines[i];
        struct span *span = line->task == RUN_NONE || line->kind == LINE_MORE ? NULL : &spans[line->task];

        for (; place < line->place; place++) {
            const struct run_event *event = &timeline->record->events[place];

            if (event->kind == RUN_EFFECT) {
                spans[event->task].effect = place;
            }
        }
        if (!timeline_is_told(timeline, line)) {
            continue;
        }
        if (span != NULL) {
            occupants[span->lane] = line->task;
        }
        line->lanes = lanes_text(timeline, spans, occupants, line->task, span == NULL ? "│" : own_mark(line, span, i));
        line->lanes_after =
            lanes_text(timeline, spans, occupants, line->task, span != NULL && span->last == i ? " " : "│");
        if (span != NULL && span->last == i) {
            occupants[span->lane] = RUN_NONE;
        }
    }
}

void timeline_find_lanes(struct timeline *timeline)
{
    struct span *spans = find_spans(timeline);
    unsigned used = give_lanes(timeline, spans);

    if (used > 1 && used <= LANES_MAX && used <= timeline->columns / COLUMNS_PER_LANE) {
        timeline->lanes = used;
        draw(timeline, spans);
    }
}
