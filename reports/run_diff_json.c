/* A comparison of runs, for machines. */
#include "reports/json.h"
#include "reports/run_diff.h"
#include "reports/trace.h"

#include <stdio.h>

static const char *const side_names[DIFF_SIDES] = {"left", "right"};

static void add_value(cJSON *object, struct arena *arena, const char *key, const struct value *value)
{
    if (value == NULL) {
        cJSON_AddNullToObject(object, key);
    } else {
        cJSON_AddRawToObject(object, key, value_json(arena, value));
    }
}

/* null where the side has no such event. */
static cJSON *event_json(struct arena *arena, const struct diff_side *side, uint32_t index)
{
    if (index >= side->record->event_count) {
        return cJSON_CreateNull();
    }
    const struct run_event *event = &side->record->events[index];
    cJSON *object = cJSON_CreateObject();

    cJSON_AddNumberToObject(object, "event", index);
    cJSON_AddStringToObject(object, "kind", trace_line_kind(trace_line_of(event->kind)));
    cJSON_AddNumberToObject(object, "at_ms", (double)(event->at_ms - side->record->clock_start_ms));
    json_add_text(object, "task", event->task == RUN_NONE ? NULL : side->record->tasks[event->task]);
    cJSON_AddStringToObject(object, "text", run_event_text(arena, event));
    if (side->line > 0) {
        cJSON_AddNumberToObject(object, "line", side->line + 1 + index);
    }
    return object;
}

static cJSON *side_json(const struct diff_side *side)
{
    const struct run_record *record = side->record;
    cJSON *object = cJSON_CreateObject();
    cJSON *without = NULL;
    cJSON *oracles = NULL;
    cJSON *counts = NULL;
    char hash[sizeof "0123456789abcdef"];

    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)record->trace_hash);
    cJSON_AddStringToObject(object, "file", side->file);
    cJSON_AddStringToObject(object, "scenario", record->scenario);
    cJSON_AddStringToObject(object, "revision", record->revision);
    without = cJSON_AddArrayToObject(object, "without");
    for (uint32_t i = 0; i < record->without_count; i++) {
        cJSON_AddItemToArray(without, cJSON_CreateString(record->without[i]));
    }
    cJSON_AddNumberToObject(object, "seed", (double)record->seed);
    cJSON_AddNumberToObject(object, "events", record->event_count);
    cJSON_AddNumberToObject(object, "virtual_ms", (double)record->virtual_ms);
    cJSON_AddStringToObject(object, "trace_hash", hash);
    cJSON_AddStringToObject(object, "verdict", run_verdict_name(record->verdict));
    json_add_text(object, "inconclusive_because", record->inconclusive_because);
    oracles = cJSON_AddObjectToObject(object, "violated");
    for (uint32_t i = 0; i < record->violation_count; i++) {
        const char *oracle = record->violations[i].oracle;

        if (cJSON_GetObjectItemCaseSensitive(oracles, oracle) == NULL) {
            cJSON_AddNumberToObject(oracles, oracle, times_violated(record, oracle));
        }
    }
    counts = cJSON_AddObjectToObject(object, "counts");
    for (int i = 0; i < RUN_COUNT_COUNT; i++) {
        cJSON_AddNumberToObject(counts, run_count_name((enum run_count)i), (double)record->counts[i]);
    }
    return object;
}

static void add_trace(cJSON *object, struct arena *arena, const struct diff_pair *pair, uint32_t context)
{
    const struct trace_divergence *divergence = &pair->diff.trace;

    if (!divergence->found) {
        cJSON_AddNullToObject(object, "trace");
        return;
    }
    cJSON *trace = cJSON_AddObjectToObject(object, "trace");
    cJSON *before = NULL;
    cJSON *values = NULL;

    cJSON_AddNumberToObject(trace, "event", divergence->event);
    json_add_text(trace, "member", divergence->member);
    cJSON_AddStringToObject(trace, "moment", divergence->moment);
    values = cJSON_AddObjectToObject(trace, "values");
    before = cJSON_AddArrayToObject(trace, "before");
    for (int side = 0; side < DIFF_SIDES; side++) {
        cJSON_AddItemToObject(trace, side_names[side], event_json(arena, &pair->sides[side], divergence->event));
        add_value(values, arena, side_names[side], divergence->values[side]);
    }
    for (uint32_t i = divergence->event > context ? divergence->event - context : 0; i < divergence->event; i++) {
        cJSON_AddItemToArray(before, event_json(arena, &pair->sides[divergence->ended[0]], i));
    }
}

static void add_world(cJSON *object, struct arena *arena, const struct diff_pair *pair)
{
    const struct run_diff *diff = &pair->diff;

    if (!diff->world_differs) {
        cJSON_AddNullToObject(object, "world");
        return;
    }
    cJSON *world = cJSON_AddObjectToObject(object, "world");
    cJSON *end = NULL;

    cJSON_AddNumberToObject(world, "change", diff->world_place);
    for (int side = 0; side < DIFF_SIDES; side++) {
        cJSON_AddItemToObject(world, side_names[side], event_json(arena, &pair->sides[side], diff->changes[side]));
    }
    end = cJSON_AddArrayToObject(world, "end");
    for (uint32_t i = 0; i < diff->world_count; i++) {
        cJSON *thing = cJSON_CreateObject();

        cJSON_AddStringToObject(thing, "thing", diff->world[i].thing);
        json_add_text(thing, "object", diff->world[i].object);
        json_add_text(thing, "detail", diff->world[i].detail);
        for (int side = 0; side < DIFF_SIDES; side++) {
            cJSON_AddStringToObject(thing, side_names[side], diff->world[i].states[side]);
        }
        cJSON_AddItemToArray(end, thing);
    }
}

void run_diff_json_write(struct sink *sink, const struct diff_pair *pairs, uint32_t count, uint32_t context)
{
    cJSON *array = cJSON_CreateArray();
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    for (uint32_t i = 0; i < count; i++) {
        cJSON *object = cJSON_CreateObject();

        cJSON_AddBoolToObject(object, "same", run_diff_same(&pairs[i].diff));
        for (int side = 0; side < DIFF_SIDES; side++) {
            cJSON_AddItemToObject(object, side_names[side], side_json(&pairs[i].sides[side]));
        }
        add_trace(object, &arena, &pairs[i], context);
        cJSON_AddBoolToObject(object, "only_hash_differs", pairs[i].diff.hash_differs);
        add_world(object, &arena, &pairs[i]);
        cJSON_AddBoolToObject(object, "verdict_differs", pairs[i].diff.verdict_differs);
        cJSON_AddItemToArray(array, object);
        arena_reset(&arena);
    }
    json_write(sink, array);
}
