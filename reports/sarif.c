#include "reports/sarif.h"

#include <stdlib.h>
#include <string.h>

static const char schema[] =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

static cJSON *message_of(const char *text)
{
    cJSON *message = cJSON_CreateObject();

    json_add_text(message, "text", text);
    return message;
}

/* ---- the log ------------------------------------------------------------------------------------------------ */

struct sarif sarif_new(void)
{
    struct sarif sarif = {.log = cJSON_CreateObject(), .invocation = cJSON_CreateObject()};
    cJSON *run = cJSON_CreateObject();

    json_add_text(sarif.log, "$schema", schema);
    json_add_text(sarif.log, "version", "2.1.0");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(sarif.log, "runs"), run);
    cJSON *driver = cJSON_AddObjectToObject(cJSON_AddObjectToObject(run, "tool"), "driver");

    json_add_text(driver, "name", "drydock");
    json_add_text(driver, "semanticVersion", DRYDOCK_VERSION);
    sarif.rules = cJSON_AddArrayToObject(driver, "rules");
    cJSON_AddBoolToObject(sarif.invocation, "executionSuccessful", true);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(run, "invocations"), sarif.invocation);
    sarif.results = cJSON_AddArrayToObject(run, "results");
    return sarif;
}

void sarif_unfinished(struct sarif *sarif, const char *why)
{
    cJSON *notification = cJSON_CreateObject();

    cJSON_ReplaceItemInObjectCaseSensitive(sarif->invocation, "executionSuccessful", cJSON_CreateFalse());
    json_add_text(notification, "level", "error");
    cJSON_AddItemToObject(notification, "message", message_of(why));
    cJSON_AddItemToArray(cJSON_AddArrayToObject(sarif->invocation, "toolExecutionNotifications"), notification);
}

void sarif_write(struct sink *sink, struct sarif *sarif)
{
    json_write(sink, sarif->log);
}

/* ---- results ------------------------------------------------------------------------------------------------ */

/* The index of a rule, which is added when it is new. */
static int rule_index(cJSON *rules, const struct sarif_rule *wanted)
{
    const cJSON *rule = NULL;
    int index = 0;

    cJSON_ArrayForEach (rule, rules) {
        if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(rule, "id")), wanted->id) == 0) {
            return index;
        }
        index++;
    }
    cJSON *added = cJSON_CreateObject();

    json_add_text(added, "id", wanted->id);
    cJSON_AddItemToObject(added, "shortDescription", message_of(wanted->description));
    json_add_text(cJSON_AddObjectToObject(added, "defaultConfiguration"), "level", "error");
    cJSON_AddItemToArray(rules, added);
    return index;
}

cJSON *sarif_add_result(struct sarif *sarif, const struct sarif_rule *rule, const char *level, const char *text)
{
    cJSON *result = cJSON_CreateObject();

    json_add_text(result, "ruleId", rule->id);
    cJSON_AddNumberToObject(result, "ruleIndex", rule_index(sarif->rules, rule));
    json_add_text(result, "level", level);
    cJSON_AddItemToObject(result, "message", message_of(text));
    cJSON_AddItemToArray(sarif->results, result);
    return result;
}

void sarif_add_fingerprint(cJSON *result, const char *kind, const char *fingerprint)
{
    json_add_text(cJSON_AddObjectToObject(result, "partialFingerprints"), kind, fingerprint);
}

/* ---- locations ---------------------------------------------------------------------------------------------- */

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

cJSON *sarif_location(const char *path, int line, const char *text)
{
    return location_of(path, strlen(path), line, text);
}

cJSON *sarif_location_of_place(const char *place, const char *text)
{
    const char *colon = strrchr(place, ':');

    return location_of(place, (size_t)(colon - place), (int)strtol(colon + 1, NULL, 10), text);
}
