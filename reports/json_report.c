/* The JSON report: names are a contract with those who read it. */
#include "reports/json.h"
#include "reports/report.h"

#include <stdio.h>

static void add_violations(cJSON *object, const struct run_record *record)
{
    cJSON *violations = cJSON_AddArrayToObject(object, "violations");

    for (uint32_t i = 0; i < record->violation_count; i++) {
        const struct run_violation *violation = &record->violations[i];
        cJSON *entry = cJSON_CreateObject();

        json_add_text(entry, "oracle", violation->oracle);
        cJSON_AddNumberToObject(entry, "at_ms", (double)(violation->at_ms - record->clock_start_ms));
        json_add_text(entry, "task", violation->task);
        json_add_text(entry, "effect", violation->effect);
        json_add_text(entry, "object", violation->object);
        json_add_text(entry, "message", violation->message);
        cJSON_AddItemToArray(violations, entry);
    }
}

static cJSON *run_object(const struct run_record *record)
{
    cJSON *object = cJSON_CreateObject();
    char hash[17];

    json_add_text(object, "scenario", record->scenario);
    json_add_text(object, "summary", record->summary);
    json_add_text(object, "file", record->file);
    json_add_text(object, "revision", record->revision);
    cJSON *without = cJSON_AddArrayToObject(object, "without");

    for (uint32_t i = 0; i < record->without_count; i++) {
        cJSON_AddItemToArray(without, cJSON_CreateString(record->without[i]));
    }
    cJSON_AddNumberToObject(object, "seed", (double)record->seed);
    json_add_text(object, "verdict", run_verdict_name(record->verdict));
    cJSON_AddBoolToObject(object, "as_expected", record->as_expected);
    cJSON *unmet = cJSON_AddArrayToObject(object, "unmet");

    for (uint32_t i = 0; i < record->unmet_count; i++) {
        cJSON_AddItemToArray(unmet, cJSON_CreateString(record->unmet[i].message));
    }
    add_violations(object, record);
    cJSON *counts = cJSON_AddObjectToObject(object, "counts");

    for (unsigned i = 0; i < RUN_COUNT_COUNT; i++) {
        cJSON_AddNumberToObject(counts, run_count_name((enum run_count)i), (double)record->counts[i]);
    }
    cJSON_AddNumberToObject(object, "virtual_ms", (double)record->virtual_ms);
    cJSON_AddNumberToObject(object, "wall_us", (double)record->wall_us);
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)record->trace_hash);
    json_add_text(object, "trace_hash", hash);
    return object;
}

void json_report_write(struct sink *sink, const struct run_record *const *records, size_t count,
                       const struct report_options *options)
{
    cJSON *array = cJSON_CreateArray();

    (void)options;
    for (size_t i = 0; i < count; i++) {
        cJSON_AddItemToArray(array, run_object(records[i]));
    }
    json_write(sink, array);
}
