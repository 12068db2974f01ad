/* What the runs have exercised, for machines: names are a contract with those who read it. */
#include "reports/exercised.h"
#include "reports/json.h"
#include "reports/report.h"

static void add_share(cJSON *object, const char *key, struct exercised_share share)
{
    cJSON *entry = cJSON_AddObjectToObject(object, key);

    cJSON_AddNumberToObject(entry, "part", (double)share.part);
    cJSON_AddNumberToObject(entry, "whole", (double)share.whole);
}

static void add_calls(cJSON *report, const struct exercised *exercised)
{
    cJSON *calls = cJSON_AddArrayToObject(report, "calls");

    for (uint32_t i = 0; i < exercised->call_count; i++) {
        const struct exercised_call *call = &exercised->calls[i];
        cJSON *entry = cJSON_CreateObject();

        json_add_text(entry, "place", call->place);
        json_add_text(entry, "effect", effect_info(call->effect)->name);
        cJSON_AddNumberToObject(entry, "undisturbed", (double)call->times[FAULT_NONE]);
        cJSON_AddNumberToObject(entry, "refused", (double)call->refused);
        cJSON *faults = cJSON_AddObjectToObject(entry, "faults");

        for (unsigned fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
            if ((effect_info(call->effect)->faults & 1U << fault) != 0) {
                cJSON_AddNumberToObject(faults, fault_info((enum fault_kind)fault)->name, (double)call->times[fault]);
            }
        }
        cJSON_AddItemToArray(calls, entry);
    }
}

static void add_pairs(cJSON *report, const struct exercised *exercised)
{
    cJSON *array = cJSON_AddArrayToObject(report, "pairs");
    uint32_t count = 0;
    const struct exercised_pair *pairs = exercised_pairs(exercised, &count);

    for (uint32_t i = 0; i < count; i++) {
        cJSON *entry = cJSON_CreateObject();

        json_add_text(entry, "first", effect_info(pairs[i].first)->name);
        json_add_text(entry, "second", effect_info(pairs[i].second)->name);
        cJSON_AddBoolToObject(entry, "first_before_second", pairs[i].forwards);
        cJSON_AddBoolToObject(entry, "second_before_first", pairs[i].backwards);
        cJSON_AddItemToArray(array, entry);
    }
}

static void add_oracles(cJSON *report, const struct exercised *exercised)
{
    cJSON *oracles = cJSON_AddArrayToObject(report, "oracles");

    for (uint32_t i = 0; i < exercised->oracle_count; i++) {
        const struct exercised_oracle *oracle = &exercised->oracles[i];
        cJSON *entry = cJSON_CreateObject();

        json_add_text(entry, "oracle", oracle->name);
        cJSON_AddNumberToObject(entry, "weighed", (double)oracle->weighed);
        cJSON_AddNumberToObject(entry, "excused", (double)oracle->excused);
        cJSON_AddNumberToObject(entry, "nearest_pct", oracle->nearest_pct);
        cJSON_AddNumberToObject(entry, "violations", (double)oracle->violations);
        cJSON_AddNumberToObject(entry, "runs_violated", oracle->runs_violated);
        cJSON_AddItemToArray(oracles, entry);
    }
}

void exercised_json_write(struct sink *sink, const struct run_record *const *records, size_t count,
                          const struct report_options *options)
{
    struct arena arena;
    struct exercised exercised;
    cJSON *report = cJSON_CreateObject();

    (void)options;
    arena_init(&arena, arena_source_malloc());
    exercised_of(&exercised, &arena, records, count);
    cJSON_AddNumberToObject(report, "runs", exercised.run_count);
    cJSON *shares = cJSON_AddObjectToObject(report, "shares");

    add_share(shares, "failures_met", exercised_failures(&exercised));
    add_share(shares, "pairs_in_both_orders", exercised_orders(&exercised));
    add_share(shares, "oracles_violated", exercised_oracles(&exercised));
    add_calls(report, &exercised);
    add_pairs(report, &exercised);
    add_oracles(report, &exercised);
    json_write(sink, report);
    arena_reset(&arena);
}
