/* SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), for code scanning: a result per
 * violation, at the line of core/ that issued the effect that broke the oracle, with the calls before it as its code
 * flow; and one per expectation that was not met, at the scenario. What a scenario expects is there, suppressed. */
#include "reports/json.h"
#include "reports/report.h"

#include <stdlib.h>
#include <string.h>

enum { FLOW_MAX = 8, TEXT_MAX = 512 };

static const char expectation_rule[] = "expectation";
static const char schema[] =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/* ---- small parts ------------------------------------------------------------------------------------------------ */

static cJSON *message_of(const char *text)
{
    cJSON *message = cJSON_CreateObject();

    json_add_text(message, "text", text);
    return message;
}

/* A path as a URI reference (RFC 3986); an absolute one gets its scheme. */
static void add_uri(cJSON *object, const char *path, size_t length)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    static const char digits[] = "0123456789ABCDEF";
    enum { HIGH = 4, LOW = 15 };
    struct sink uri;

    sink_init(&uri);
    sink_add(&uri, length > 0 && path[0] == '/' ? "file://" : "");
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)path[i];

        if (byte != '\0' && strchr(unreserved, byte) != NULL) {
            sink_add_n(&uri, path + i, 1);
        } else {
            const char escape[] = {'%', digits[byte >> HIGH], digits[byte & LOW]};

            sink_add_n(&uri, escape, sizeof escape);
        }
    }
    json_add_text(object, "uri", uri.text == NULL ? "" : uri.text);
    free(uri.text);
}

/* `text`: what happens there; NULL: nothing is said. */
static cJSON *location_of(const char *path, size_t length, int line, const char *text)
{
    cJSON *location = cJSON_CreateObject();
    cJSON *physical = cJSON_AddObjectToObject(location, "physicalLocation");

    add_uri(cJSON_AddObjectToObject(physical, "artifactLocation"), path, length);
    cJSON_AddNumberToObject(cJSON_AddObjectToObject(physical, "region"), "startLine", line);
    if (text != NULL) {
        cJSON_AddItemToObject(location, "message", message_of(text));
    }
    return location;
}

/* "core/db.c:85" */
static cJSON *location_of_place(const char *place, const char *text)
{
    const char *colon = strrchr(place, ':');

    return location_of(place, (size_t)(colon - place), atoi(colon + 1), text);
}

static cJSON *location_of_scenario(const struct run_record *record, const char *text)
{
    return location_of(record->file, strlen(record->file), 1, text);
}

/* ---- rules ------------------------------------------------------------------------------------------------------ */

/* The index of a rule, which is added when it is new. */
static int rule_index(cJSON *rules, const char *id, const char *description)
{
    const cJSON *rule = NULL;
    int index = 0;

    cJSON_ArrayForEach (rule, rules) {
        if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(rule, "id")), id) == 0) {
            return index;
        }
        index++;
    }
    cJSON *added = cJSON_CreateObject();

    json_add_text(added, "id", id);
    cJSON_AddItemToObject(added, "shortDescription", message_of(description));
    json_add_text(cJSON_AddObjectToObject(added, "defaultConfiguration"), "level", "error");
    cJSON_AddItemToArray(rules, added);
    return index;
}

/* ---- results ---------------------------------------------------------------------------------------------------- */

static cJSON *result_of(cJSON *rules, const char *rule, const char *description, const struct run_record *record,
                        const char *text)
{
    char revision[TEXT_MAX];
    cJSON *result = cJSON_CreateObject();
    struct sink words;

    revision_text(record, revision, sizeof revision);
    sink_init(&words);
    sink_printf(&words, "%s on %s: %s", record->scenario, revision, text);
    json_add_text(result, "ruleId", rule);
    cJSON_AddNumberToObject(result, "ruleIndex", rule_index(rules, rule, description));
    cJSON_AddItemToObject(result, "message", message_of(words.text));
    free(words.text);

    cJSON *properties = cJSON_AddObjectToObject(result, "properties");

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
        cJSON_AddItemToObject(step, "location", location_of_place(event->place, words.text));
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
    json_add_text(cJSON_AddObjectToObject(result, "partialFingerprints"), "violation/v1", words.text);
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

static cJSON *violation_result(cJSON *rules, const struct run_record *record, const struct run_violation *violation,
                               int times)
{
    cJSON *result = result_of(rules, violation->oracle, violation->broken_when, record, violation->message);
    cJSON *locations = cJSON_AddArrayToObject(result, "locations");

    if (violation->place != NULL) {
        cJSON_AddItemToArray(locations, location_of_place(violation->place, NULL));
        cJSON_AddItemToArray(cJSON_AddArrayToObject(result, "relatedLocations"),
                             location_of_scenario(record, "the scenario"));
    } else { /* time or the world broke it */
        cJSON_AddItemToArray(locations, location_of_scenario(record, NULL));
    }
    json_add_text(result, "level", violation->expected ? "note" : "error");
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
    return result;
}

static void add_results(cJSON *results, cJSON *rules, const struct run_record *record)
{
    for (uint32_t i = 0; i < record->violation_count; i++) {
        const int times = occurrences(record, i);

        if (times > 0) {
            cJSON_AddItemToArray(results, violation_result(rules, record, &record->violations[i], times));
        }
    }
    for (uint32_t i = 0; i < record->unmet_count; i++) {
        cJSON *result = result_of(rules, expectation_rule, "A run is what its scenario expects of this release.",
                                  record, record->unmet[i].message);

        json_add_text(result, "level", "error");
        cJSON_AddItemToArray(cJSON_AddArrayToObject(result, "locations"), location_of_scenario(record, NULL));
        cJSON_AddItemToArray(results, result);
    }
}

void sarif_report_write(struct sink *sink, const struct run_record *const *records, size_t count,
                        const struct report_options *options)
{
    cJSON *log = cJSON_CreateObject(), *run = cJSON_CreateObject(), *invocation = cJSON_CreateObject();

    (void)options;
    json_add_text(log, "$schema", schema);
    json_add_text(log, "version", "2.1.0");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(log, "runs"), run);
    cJSON *driver = cJSON_AddObjectToObject(cJSON_AddObjectToObject(run, "tool"), "driver");

    json_add_text(driver, "name", "drydock");
    json_add_text(driver, "semanticVersion", DRYDOCK_VERSION);
    cJSON *rules = cJSON_AddArrayToObject(driver, "rules");

    cJSON_AddBoolToObject(invocation, "executionSuccessful", true);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(run, "invocations"), invocation);
    cJSON *results = cJSON_AddArrayToObject(run, "results");

    for (size_t i = 0; i < count; i++) {
        add_results(results, rules, records[i]);
    }
    json_write(sink, log);
}
