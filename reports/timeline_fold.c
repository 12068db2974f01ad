/* Repetitions told once: lines of a task that belong together are a burst, and a burst that is like the task's previous
 * one, at the same distance, is told by it. */
#include "reports/timeline.h"

#include <stdlib.h>

enum {
    BURST_GAP_MS = 2000, /* lines of a task closer than this belong together */
    REPEAT_SLACK_MS = 1000,
};

/* The burst that a line of the name belongs to: the open one, or a new one. */
static uint32_t burst_for(struct timeline *timeline, uint32_t *open, uint32_t name, int64_t at_ms)
{
    if (open[name] != RUN_NONE && at_ms - timeline->bursts[open[name]].last_ms <= BURST_GAP_MS) {
        return open[name];
    }
    timeline->bursts = timeline_grow(timeline, timeline->bursts, timeline->burst_count, &timeline->burst_size,
                                     sizeof *timeline->bursts);
    timeline->bursts[timeline->burst_count] =
        (struct timeline_burst){.task = name, .first_ms = at_ms, .told_by = RUN_NONE};
    open[name] = timeline->burst_count;
    return timeline->burst_count++;
}

static uint32_t *none_of_each_task(struct timeline *timeline)
{
    uint32_t count = timeline->record->task_count + 1;
    uint32_t *items = arena_alloc(&timeline->arena, count * sizeof *items);

    for (uint32_t i = 0; i < count; i++) {
        items[i] = RUN_NONE;
    }
    return items;
}

static void gather(struct timeline *timeline)
{
    uint32_t *open = none_of_each_task(timeline);

    for (uint32_t i = 0; i < timeline->line_count; i++) {
        struct timeline_line *line = &timeline->lines[i];
        uint32_t name = line->task == RUN_NONE ? timeline->record->task_count : timeline->name_of[line->task];

        line->burst = burst_for(timeline, open, name, line->at_ms);
        struct timeline_burst *burst = &timeline->bursts[line->burst];

        burst->last_ms = line->at_ms;
        burst->signature = hash_combine(burst->signature, line->hash);
        burst->lines++;
    }
}

void timeline_fold(struct timeline *timeline)
{
    uint32_t *latest = none_of_each_task(timeline);

    gather(timeline);
    for (uint32_t i = 0; i < timeline->burst_count; i++) {
        struct timeline_burst *burst = &timeline->bursts[i];
        struct timeline_burst *teller = latest[burst->task] == RUN_NONE ? NULL : &timeline->bursts[latest[burst->task]];
        int64_t distance_ms = teller == NULL ? 0 : burst->first_ms - teller->latest_ms;

        if (teller != NULL && teller->signature == burst->signature && teller->lines == burst->lines &&
            (teller->times == 1 || llabs(distance_ms - teller->interval_ms) <= REPEAT_SLACK_MS)) {
            teller->interval_ms = teller->times == 1 ? distance_ms : teller->interval_ms;
            teller->times++;
            teller->latest_ms = burst->first_ms;
            burst->told_by = latest[burst->task];
        } else {
            latest[burst->task] = i;
            burst->told_by = i;
            burst->times = 1;
            burst->latest_ms = burst->first_ms;
        }
    }
}

bool timeline_is_told(const struct timeline *timeline, const struct timeline_line *line)
{
    return timeline->bursts[line->burst].told_by == line->burst;
}
