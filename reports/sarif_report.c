/* SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), for code scanning: a result per
 * violation, at the line of core/ that issued the effect that broke the oracle, with the calls before it as its code
 * flow; and one per expectation that was not met, at the scenario. What a scenario expects is there, suppressed. */
#include "reports/report.h"
#include "reports/sarif.h"

#include <stdlib.h>
#include <string.h>

enum { FLOW_MAX = 8, TEXT_MAX = 512 };

static const struct sarif_rule expectation = {"expectation", "A run is what its scenario expects of this release."};

static cJSON *add_result(struct sarif *sarif, const struct sarif_rule *rule, const char *level,
                         const struct run_record *record, const char *text)
{
    char revision[TEXT_MAX];
    struct sink words;

    revision_text(record, revision, sizeof revision);
    sink_init(&words);
    sink_printf(&words, "%s on %s: %s", record->scenario, revision, text);
    cJSON *result = sarif_add_result(sarif, rule, level, words.text);
    cJSON *properties = cJSON_AddObjectToObject(result, "properties");

    free(words.text);
    json_add_text(properties, "scenario", record->scenario);
    json_add_text(properties, "revision", revision);
    cJSON_AddNumberToObject(properties, "seed", (double)record->seed);
    return result;
}

static bool same_text(const char *left, const char *right)
{
    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

static bool same_violation(const struct run_violation *left, const struct run_violation *right)
{
    return same_text(left->oracle, right->oracle) && same_text(left->place, right->place) &&
           same_text(left->effect, right->effect) && same_text(left->object, right->object);
}

/* How often the violation comes; 0: an earlier one tells already. */
static int occurrences(const struct run_record *record, uint32_t index)
{
    int times = 0;

    for (uint32_t i = 0; i < record->violation_count; i++) {
        if (same_violation(&record->violations[i], &record->violations[index])) {
            if (i < index) {
                return 0;
            }
            times++;
        }
    }
    return times;
}

/* The task's last calls from core/ up to the one that broke the oracle. */
static void add_flow(cJSON *result, const struct run_record *record, const struct run_violation *violation)
{
    const uint32_t at = violation->event;
    const uint32_t cause = at < record->event_count ? record->events[at].cause : RUN_NONE;
    uint32_t calls[FLOW_MAX], count = 0;

    if (cause >= record->event_count) {
        return;
    }
    for (uint32_t i = cause + 1; i > 0 && count < FLOW_MAX; i--) {
        const struct run_event *event = &record->events[i - 1];

        if (event->kind == RUN_EFFECT && event->place != NULL && event->task == record->events[cause].task) {
            calls[count++] = i - 1;
        }
    }
    if (count < 2) { /* a flow of one place is the location */
        return;
    }
    cJSON *flow = cJSON_CreateObject(), *thread = cJSON_CreateObject();
    cJSON *locations = cJSON_AddArrayToObject(thread, "locations");

    while (count-- > 0) {
        const struct run_event *event = &record->events[calls[count]];
        const char *object = event->object == NULL ? "" : event->object;
        cJSON *step = cJSON_CreateObject();
        struct sink words;

        sink_init(&words);
        sink_printf(&words, "%s%s%s%s%s", effect_info(event->effect)->name, object[0] == '\0' ? "" : " ", object,
                    event->error == NULL ? "" : ": ", event->error == NULL ? "" : event->error->message);
        cJSON_AddItemToObject(step, "location", sarif_location_of_place(event->place, words.text));
        free(words.text);
        cJSON_AddItemToArray(locations, step);
    }
    json_add_text(thread, "id", record->tasks[record->events[cause].task]);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(flow, "threadFlows"), thread);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(result, "codeFlows"), flow);
}

/* What makes it the same finding in the next version of core/, where lines are others. */
static void add_fingerprint(cJSON *result, const struct run_record *record, const struct run_violation *violation)
{
    struct sink words;

    sink_init(&words);
    sink_printf(&words, "%s|%s|%s|%s|%s", violation->oracle, record->scenario, record->revision,
                violation->effect == NULL ? "" : violation->effect, violation->object == NULL ? "" : violation->object);
    sarif_add_fingerprint(result, "violation/v1", words.text);
    free(words.text);
}

static void suppress(cJSON *result)
{
    cJSON *suppression = cJSON_CreateObject();

    json_add_text(suppression, "kind", "external");
    json_add_text(suppression, "status", "accepted");
    json_add_text(suppression, "justification", "The scenario expects it on this release.");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(result, "suppressions"), suppression);
}

static void add_violation(struct sarif *sarif, const struct run_record *record, const struct run_violation *violation,
                          int times)
{
    const struct sarif_rule rule = {violation->oracle, violation->broken_when};
    cJSON *result = add_result(sarif, &rule, violation->expected ? "note" : "error", record, violation->message);
    cJSON *locations = cJSON_AddArrayToObject(result, "locations");

    if (violation->place != NULL) {
        cJSON_AddItemToArray(locations, sarif_location_of_place(violation->place, NULL));
        cJSON_AddItemToArray(cJSON_AddArrayToObject(result, "relatedLocations"),
                             sarif_location(record->file, 1, "the scenario"));
    } else { /* time or the world broke it */
        cJSON_AddItemToArray(locations, sarif_location(record->file, 1, NULL));
    }
    cJSON_AddNumberToObject(result, "occurrenceCount", times);
    add_flow(result, record, violation);
    add_fingerprint(result, record, violation);
    if (violation->expected) {
        suppress(result);
    }
    cJSON *properties = cJSON_GetObjectItemCaseSensitive(result, "properties");

    cJSON_AddNumberToObject(properties, "at_ms", (double)(violation->at_ms - record->clock_start_ms));
    json_add_text(properties, "task", violation->task);
    json_add_text(properties, "effect", violation->effect);
    json_add_text(properties, "object", violation->object);
}

static void add_results(struct sarif *sarif, const struct run_record *record)
{
    for (uint32_t i = 0; i < record->violation_count; i++) {
        const int times = occurrences(record, i);

        if (times > 0) {
            add_violation(sarif, record, &record->violations[i], times);
        }
    }
    for (uint32_t i = 0; i < record->unmet_count; i++) {
        cJSON *result = add_result(sarif, &expectation, "error", record, record->unmet[i].message);

        cJSON_AddItemToArray(cJSON_AddArrayToObject(result, "locations"), sarif_location(record->file, 1, NULL));
    }
}

void sarif_report_write(struct sink *sink, const struct run_record *const *records, size_t count,
                        const struct report_options *options)
{
    struct sarif sarif = sarif_new();

    (void)options;
    for (size_t i = 0; i < count; i++) {
        add_results(&sarif, records[i]);
    }
    sarif_write(sink, &sarif);
}
