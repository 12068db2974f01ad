/* The story of one run as text: who did what when, what was answered, what changed, where it broke; repetitions told
 * once. */
#include "reports/timeline.h"

#include <string.h>

enum { COLUMNS_DEFAULT = 100, ITEMS_FIRST = 256 };

void *timeline_grow(struct timeline *timeline, void *items, uint32_t count, uint32_t *size, size_t item_size)
{
    if (count < *size) {
        return items;
    }
    *size = *size == 0 ? ITEMS_FIRST : *size * 2;
    void *larger = arena_alloc(&timeline->arena, *size * item_size);

    if (count > 0) {
        memcpy(larger, items, count * item_size);
    }
    return larger;
}

/* Tasks of one name tell one story: a loop starts itself anew each time. */
static void name_tasks(struct timeline *timeline)
{
    const struct run_record *record = timeline->record;
    uint32_t count = record->task_count, first_count = 0;
    uint32_t *firsts = arena_alloc(&timeline->arena, (count + 1) * sizeof *firsts);

    timeline->name_of = arena_alloc(&timeline->arena, (count + 1) * sizeof *timeline->name_of);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t j = 0;

        while (j < first_count && strcmp(record->tasks[firsts[j]], record->tasks[i]) != 0) {
            j++;
        }
        if (j == first_count) {
            firsts[first_count++] = i;
        }
        timeline->name_of[i] = firsts[j];
    }
}

void timeline_write(struct sink *sink, const struct run_record *record, const struct report_options *options)
{
    static const struct timeline_narrowing all = {0};
    struct timeline timeline = {.record = record,
                                .options = options,
                                .narrowing = options->narrowing == NULL ? &all : options->narrowing,
                                .columns = options->columns == 0 ? COLUMNS_DEFAULT : options->columns};
    char revision[256];

    arena_init(&timeline.arena, arena_source_malloc());
    revision_text(record, revision, sizeof revision);
    sink_printf(sink, "%s%s on %s%s\n", color_code(options, COLOR_BOLD), record->scenario, revision,
                color_code(options, COLOR_RESET));
    if (record->summary != NULL) {
        timeline_write_paragraph(&timeline, sink, record->summary);
    }
    sink_add(sink, "\n");
    name_tasks(&timeline);
    timeline_tell(&timeline);
    if (timeline_narrow(&timeline, sink)) {
        timeline_fold(&timeline);
        timeline_find_lanes(&timeline);
        timeline_write_rows(&timeline, sink);
        sink_add(sink, "\n");
    }
    arena_reset(&timeline.arena);
}
