#include "core/heap.h"
#include "reports/html_data.h"

#include "reports/report.h"
#include "reports/story.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const kind_names[] = {[RUN_EFFECT] = "effect",       [RUN_CHANGE] = "change", [RUN_LOG] = "log",
                                         [RUN_NOTE] = "note",           [RUN_TASK] = "task",     [RUN_STEP] = "step",
                                         [RUN_VIOLATION] = "violation", [RUN_CRASH] = "crash"};

/* ---- tables of distinct contents -------------------------------------------------------------------------------- */

/* Open addressing by the hash of the content; what stands in a slot is a place + 1. */
struct table {
    struct sink json; /* the items, comma-separated */
    uint64_t *hashes;
    uint32_t *places;
    uint32_t count, size;
};

struct data {
    struct arena arena; /* of one item */
    struct table strings, values;
    struct sink runs;
};

static uint32_t *slot_of(uint64_t *hashes, uint32_t *places, uint32_t size, uint64_t hash)
{
    uint32_t slot = (uint32_t)hash & (size - 1);

    while (places[slot] != 0 && hashes[slot] != hash) {
        slot = (slot + 1) & (size - 1);
    }
    hashes[slot] = hash;
    return &places[slot];
}

static void make_room(struct table *table)
{
    uint32_t larger = table->size == 0 ? 1024 : table->size * 2;

    if ((table->count + 1) * 2 <= table->size) {
        return;
    }
    uint64_t *hashes = heap_take_zeroed(larger, sizeof *hashes);
    uint32_t *places = heap_take_zeroed(larger, sizeof *places);

    for (uint32_t i = 0; i < table->size; i++) {
        if (table->places[i] != 0) {
            *slot_of(hashes, places, larger, table->hashes[i]) = table->places[i];
        }
    }
    free(table->hashes);
    free(table->places);
    table->hashes = hashes;
    table->places = places;
    table->size = larger;
}

/* The place of the value in the table, from 1; 0 for NULL. */
static uint32_t place_in(struct data *data, struct table *table, const struct value *value)
{
    if (value == NULL) {
        return 0;
    }
    make_room(table);
    uint32_t *place = slot_of(table->hashes, table->places, table->size, value->hash);

    if (*place == 0) {
        *place = ++table->count;
        sink_add(&table->json, table->count == 1 ? "\n" : ",\n");
        sink_add(&table->json, value_json(&data->arena, value));
    }
    return *place;
}

static int64_t value_place(struct data *data, const struct value *value)
{
    uint32_t place = place_in(data, &data->values, value);

    arena_reset(&data->arena);
    return place;
}

static int64_t string_place(struct data *data, const char *text)
{
    uint32_t place = place_in(data, &data->strings, value_string(&data->arena, text));

    arena_reset(&data->arena);
    return place;
}

static void free_table(struct table *table)
{
    sink_free(&table->json);
    free(table->hashes);
    free(table->places);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

/* A text or null. */
static void add_text(struct data *data, struct sink *sink, const char *text)
{
    sink_add(sink, text == NULL ? "null" : value_json(&data->arena, value_string(&data->arena, text)));
    arena_reset(&data->arena);
}

static void add_member(struct data *data, const char *key, const char *text)
{
    sink_printf(&data->runs, "\"%s\":", key);
    add_text(data, &data->runs, text);
    sink_add(&data->runs, ",");
}

static void add_value(struct data *data, const char *key, const struct value *value)
{
    sink_printf(&data->runs, "\"%s\":%s,", key, value == NULL ? "null" : value_json(&data->arena, value));
    arena_reset(&data->arena);
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

/* What a column needs to remember from one event to the next. */
struct walk {
    struct data *data;
    const struct run_record *record;
    const struct run_event *event; /* in progress */
    uint32_t index;                /* of it */
    struct story_filter filter;
    int64_t last;
};

static int64_t difference(struct walk *walk, int64_t number)
{
    int64_t step = number - walk->last;

    walk->last = number;
    return step;
}

static int64_t kind_of(struct walk *walk)
{
    return walk->event->kind;
}

static int64_t at_of(struct walk *walk)
{
    return difference(walk, walk->event->at_ms - walk->record->clock_start_ms);
}

static int64_t task_of(struct walk *walk)
{
    return walk->event->task == RUN_NONE ? 0 : (int64_t)walk->event->task + 1;
}

static int64_t cause_of(struct walk *walk)
{
    return walk->event->cause == RUN_NONE || walk->event->cause >= walk->index
               ? 0
               : (int64_t)walk->index - walk->event->cause;
}

static int64_t effect_of(struct walk *walk)
{
    return walk->event->kind == RUN_EFFECT ? (int64_t)walk->event->effect : 0;
}

static int64_t fault_of(struct walk *walk)
{
    return walk->event->kind == RUN_EFFECT ? (int64_t)walk->event->fault : 0;
}

static int64_t args_of(struct walk *walk)
{
    return value_place(walk->data, walk->event->args);
}

static int64_t result_of(struct walk *walk)
{
    return value_place(walk->data, walk->event->result);
}

static int64_t error_of(struct walk *walk)
{
    struct data *data = walk->data;
    uint32_t place =
        walk->event->error == NULL ? 0 : place_in(data, &data->values, error_value(&data->arena, walk->event->error));

    arena_reset(&data->arena);
    return place;
}

static int64_t applied_of(struct walk *walk)
{
    return walk->event->applied_ms < 0 ? -1 : walk->event->applied_ms - walk->event->at_ms;
}

static int64_t resumed_of(struct walk *walk)
{
    return walk->event->resumed_ms < 0 ? -1 : walk->event->resumed_ms - walk->event->applied_ms;
}

static int64_t applied_step_of(struct walk *walk)
{
    return walk->event->applied_step == 0 ? 0 : difference(walk, walk->event->applied_step);
}

static int64_t resumed_step_of(struct walk *walk)
{
    return walk->event->resumed_step == 0 ? 0 : (int64_t)walk->event->resumed_step - walk->event->applied_step + 1;
}

static int64_t text_of(struct walk *walk)
{
    return string_place(walk->data, walk->event->text);
}

static int64_t object_of(struct walk *walk)
{
    return string_place(walk->data, walk->event->object);
}

static int64_t detail_of(struct walk *walk)
{
    return string_place(walk->data, walk->event->detail);
}

static int64_t place_of(struct walk *walk)
{
    return string_place(walk->data, walk->event->place);
}

static int64_t violation_of(struct walk *walk)
{
    return walk->event->kind != RUN_VIOLATION || walk->event->violation == RUN_NONE
               ? 0
               : (int64_t)walk->event->violation + 1;
}

static int64_t told_of(struct walk *walk)
{
    return story_tells(&walk->filter, walk->event);
}

static const struct {
    const char *name;
    int64_t (*number)(struct walk *walk);
} columns[] = {{"kind", kind_of},
               {"at", at_of},
               {"task", task_of},
               {"cause", cause_of},
               {"effect", effect_of},
               {"fault", fault_of},
               {"args", args_of},
               {"result", result_of},
               {"error", error_of},
               {"applied", applied_of},
               {"resumed", resumed_of},
               {"applied_step", applied_step_of},
               {"resumed_step", resumed_step_of},
               {"text", text_of},
               {"object", object_of},
               {"detail", detail_of},
               {"place", place_of},
               {"violation", violation_of},
               {"told", told_of}};

static void add_events(struct data *data, const struct run_record *record)
{
    sink_printf(&data->runs, "\"count\":%u,\"events\":{", record->event_count);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        struct walk walk = {.data = data, .record = record};

        sink_printf(&data->runs, "%s\n\"%s\":[", i == 0 ? "" : ",", columns[i].name);
        for (uint32_t j = 0; j < record->event_count; j++) {
            walk.event = &record->events[j];
            walk.index = j;
            sink_printf(&data->runs, "%s%" PRId64, j == 0 ? "" : ",", columns[i].number(&walk));
        }
        sink_add(&data->runs, "]");
    }
    sink_add(&data->runs, "}");
}

/* ---- runs -------------------------------------------------------------------------------------------------------- */

static void add_violations(struct data *data, const struct run_record *record)
{
    sink_add(&data->runs, "\"violations\":[");
    for (uint32_t i = 0; i < record->violation_count; i++) {
        const struct run_violation *violation = &record->violations[i];

        sink_add(&data->runs, i == 0 ? "{" : ",{");
        add_member(data, "oracle", violation->oracle);
        add_member(data, "task", violation->task);
        add_member(data, "effect", violation->effect);
        add_member(data, "object", violation->object);
        add_member(data, "message", violation->message);
        sink_printf(&data->runs, "\"at\":%" PRId64 ",\"event\":%u}", violation->at_ms - record->clock_start_ms,
                    violation->event);
    }
    sink_add(&data->runs, "],");
}

static void add_texts(struct data *data, const char *key, const char *const *texts, uint32_t count)
{
    sink_printf(&data->runs, "\"%s\":[", key);
    for (uint32_t i = 0; i < count; i++) {
        sink_add(&data->runs, i == 0 ? "" : ",");
        add_text(data, &data->runs, texts[i]);
    }
    sink_add(&data->runs, "],");
}

static void add_counts(struct data *data, const struct run_record *record)
{
    sink_add(&data->runs, "\"counts\":[");
    for (unsigned i = 0; i < RUN_COUNT_COUNT; i++) {
        sink_printf(&data->runs, "%s[\"%s\",%" PRIu64 ",\"%s\"]", i == 0 ? "" : ",", run_count_name((enum run_count)i),
                    record->counts[i], run_count_what((enum run_count)i));
    }
    sink_add(&data->runs, "],");
}

static void add_tasks(struct data *data, const struct run_record *record)
{
    sink_add(&data->runs, "\"tasks\":[");
    for (uint32_t i = 0; i < record->task_count; i++) {
        sink_printf(&data->runs, "%s%" PRId64, i == 0 ? "" : ",", string_place(data, record->tasks[i]));
    }
    sink_add(&data->runs, "],");
}

static void add_run(struct data *data, const struct run_record *record)
{
    struct sink *runs = &data->runs;

    sink_add(runs, "{");
    add_member(data, "scenario", record->scenario);
    add_member(data, "summary", record->summary);
    add_member(data, "file", record->file);
    add_member(data, "revision", record->revision);
    add_texts(data, "without", record->without, record->without_count);
    sink_printf(runs, "\"seed\":\"%" PRIu64 "\",", record->seed);
    add_member(data, "verdict", run_verdict_name(record->verdict));
    add_member(data, "because", record->inconclusive_because);
    sink_printf(runs, "\"as_expected\":%s,", record->as_expected ? "true" : "false");
    sink_add(runs, "\"unmet\":[");
    for (uint32_t i = 0; i < record->unmet_count; i++) {
        sink_add(runs, i == 0 ? "" : ",");
        add_text(data, runs, record->unmet[i].message);
    }
    sink_add(runs, "],");
    add_violations(data, record);
    add_counts(data, record);
    sink_printf(runs, "\"start\":%" PRId64 ",\"virtual_ms\":%" PRId64 ",\"trace_hash\":\"%016" PRIx64 "\",",
                record->clock_start_ms, record->virtual_ms, record->trace_hash);
    add_tasks(data, record);
    add_value(data, "first_world", record->first_world);
    add_value(data, "last_world", record->last_world);
    add_events(data, record);
    sink_add(runs, "}");
}

/* ---- coverage -----------------------------------------------------------------------------------------------------
 */

/* How many points of the file there are and how many of them each run reached: lines, or else branches. */
static void add_reached(struct sink *sink, const struct coverage *coverage, const char *file, bool lines)
{
    unsigned total = 0;

    for (unsigned i = 0; i < coverage->point_count; i++) {
        total += coverage->points[i].file == file && (coverage->points[i].branch < 0) == lines;
    }
    sink_printf(sink, "[%u", total);
    for (unsigned run = 0; run < coverage->run_count; run++) {
        unsigned reached = 0;

        for (unsigned i = 0; i < coverage->point_count; i++) {
            const struct coverage_point *point = &coverage->points[i];

            reached += point->file == file && (point->branch < 0) == lines && coverage_reached_by(point, run);
        }
        sink_printf(sink, ",%u", reached);
    }
    sink_add(sink, "]");
}

static void add_coverage(struct sink *sink, struct data *data, const struct coverage *coverage, size_t runs)
{
    sink_add(sink, ",\n\"coverage\":");
    if (coverage == NULL || coverage->run_count != runs) {
        sink_add(sink, "null");
        return;
    }
    sink_add(sink, "[");
    for (unsigned i = 0; i < coverage->file_count; i++) {
        sink_printf(sink, "%s{\"file\":", i == 0 ? "" : ",");
        add_text(data, sink, coverage->files[i]);
        sink_add(sink, ",\"lines\":");
        add_reached(sink, coverage, coverage->files[i], true);
        sink_add(sink, ",\"branches\":");
        add_reached(sink, coverage, coverage->files[i], false);
        sink_add(sink, "}");
    }
    sink_add(sink, "]");
}

/* ---- all of it ----------------------------------------------------------------------------------------------------
 */

/* Joins what was gathered: a table before the runs would not be complete. */
static void join(struct sink *sink, const char *key, const struct sink *part)
{
    sink_printf(sink, ",\n\"%s\":[", key);
    sink_add_n(sink, part->text == NULL ? "" : part->text, part->length);
    sink_add(sink, "]");
}

void html_data_write(struct sink *sink, const struct run_record *const *records, size_t count,
                     const struct coverage *coverage)
{
    struct data data = {.runs = {NULL, 0, 0}};

    arena_init(&data.arena, arena_source_malloc());
    sink_init(&data.runs);
    sink_init(&data.strings.json);
    sink_init(&data.values.json);
    for (size_t i = 0; i < count; i++) {
        sink_add(&data.runs, i == 0 ? "\n" : ",\n");
        add_run(&data, records[i]);
    }
    sink_add(sink, "{\"drydock\":\"" DRYDOCK_VERSION "\",\n\"kinds\":[");
    for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++) {
        sink_printf(sink, "%s\"%s\"", i == 0 ? "" : ",", kind_names[i]);
    }
    sink_add(sink, "],\n\"effects\":[");
    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        const struct effect_info *info = effect_info((enum effect_id)i);

        sink_printf(sink, "%s[\"%s\",\"%s\",%s]", i == 0 ? "" : ",", info->name, info->port_name,
                    info->immediate ? "true" : "false");
    }
    sink_add(sink, "],\n\"faults\":[null");
    for (unsigned i = FAULT_NONE + 1; i < FAULT_COUNT; i++) {
        sink_printf(sink, ",\"%s\"", fault_info((enum fault_kind)i)->name);
    }
    sink_add(sink, "]");
    add_coverage(sink, &data, coverage, count);
    join(sink, "runs", &data.runs);
    join(sink, "strings", &data.strings.json);
    join(sink, "values", &data.values.json);
    sink_add(sink, "}\n");
    sink_free(&data.runs);
    free_table(&data.strings);
    free_table(&data.values);
    arena_reset(&data.arena);
}
