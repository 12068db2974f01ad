#include "sim/conform/conform_report.h"

#include "reports/json.h"
#include "reports/xml.h"
#include "sim/conform/canonical.h"

#include <stdio.h>

static double score(const struct conformity *result)
{
    return result->operations == 0 ? 0 : 100.0 * result->matched / result->operations;
}

/* Rounded down: 100 is said of what matches in full only. */
static const char *score_text(const struct conformity *result, char text[16])
{
    double tenths = (double)(long)(score(result) * 10);

    snprintf(text, 16, "%.1f %%", tenths / 10);
    return text;
}

/* ---- text -----------------------------------------------------------------------------------------------------------
 */

static void add_side(struct sink *sink, const char *name, const char *side)
{
    sink_printf(sink, "    %-9s %s\n", name, side == NULL ? "nothing" : side);
}

static void add_lines(struct sink *sink, const char *title, const char *const *lines, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        sink_printf(sink, "  %s %s\n", title, lines[i]);
    }
}

void conform_text_write(struct sink *sink, const struct conformity *const *results, size_t count)
{
    unsigned good = 0;
    uint32_t operations = 0;
    uint32_t matched = 0;
    char text[16];

    sink_printf(sink, "%-34s %-8s %10s %8s %8s %7s\n", "recording", "release", "operations", "matched", "worlds",
                "score");
    for (size_t i = 0; i < count; i++) {
        const struct conformity *result = results[i];
        const struct divergence *first = result->divergence_count == 0 ? NULL : &result->divergences[0];

        good += conforms(result);
        operations += result->operations;
        matched += result->matched;
        sink_printf(sink, "%-34s %-8s %10u %8u %5u/%-2u %7s\n", result->recording->name, result->revision->name,
                    result->operations, result->matched, result->matched_worlds, result->worlds,
                    score_text(result, text));
        if (first != NULL) {
            sink_printf(sink, "  %s: %s\n", first->where, first->what);
            add_side(sink, "recorded", first->recorded);
            add_side(sink, "drydock", first->own);
        }
        add_lines(sink, "injected", result->injected, result->injected_count);
        add_lines(sink, "not understood:", result->ignored, result->ignored_count);
    }
    sink_printf(sink, "%u operations compared, %u matched; %u of %zu recordings match in full\n", operations, matched,
                good, count);
}

void conform_explain_write(struct sink *sink)
{
    const char *what = NULL;
    const char *why = NULL;

    sink_add(sink, "Left out of the comparison:\n");
    for (unsigned i = 0; left_out(i, &what, &why); i++) {
        sink_printf(sink, "  %s\n      %s\n", what, why);
    }
}

/* ---- JSON -----------------------------------------------------------------------------------------------------------
 */

static void add_list(cJSON *object, const char *key, const char *const *texts, uint32_t count)
{
    cJSON *list = cJSON_AddArrayToObject(object, key);

    for (uint32_t i = 0; i < count; i++) {
        cJSON_AddItemToArray(list, cJSON_CreateString(texts[i]));
    }
}

static cJSON *result_object(const struct conformity *result)
{
    cJSON *object = cJSON_CreateObject();

    json_add_text(object, "recording", result->recording->name);
    json_add_text(object, "file", result->recording->file);
    json_add_text(object, "revision", result->revision->name);
    cJSON_AddBoolToObject(object, "conforms", conforms(result));
    cJSON_AddNumberToObject(object, "operations", result->operations);
    cJSON_AddNumberToObject(object, "matched", result->matched);
    cJSON_AddNumberToObject(object, "worlds", result->worlds);
    cJSON_AddNumberToObject(object, "matched_worlds", result->matched_worlds);
    cJSON_AddNumberToObject(object, "score", score(result));
    cJSON *divergences = cJSON_AddArrayToObject(object, "divergences");

    for (uint32_t i = 0; i < result->divergence_count; i++) {
        cJSON *entry = cJSON_CreateObject();

        json_add_text(entry, "where", result->divergences[i].where);
        json_add_text(entry, "what", result->divergences[i].what);
        json_add_text(entry, "recorded", result->divergences[i].recorded);
        json_add_text(entry, "drydock", result->divergences[i].own);
        cJSON_AddItemToArray(divergences, entry);
    }
    add_list(object, "injected", result->injected, result->injected_count);
    add_list(object, "not_understood", result->ignored, result->ignored_count);
    return object;
}

void conform_json_write(struct sink *sink, const struct conformity *const *results, size_t count)
{
    cJSON *array = cJSON_CreateArray();

    for (size_t i = 0; i < count; i++) {
        cJSON_AddItemToArray(array, result_object(results[i]));
    }
    json_write(sink, array);
}

/* ---- JUnit ----------------------------------------------------------------------------------------------------------
 */

static void add_case(struct sink *sink, const struct conformity *result)
{
    char text[16];

    sink_add(sink, "    <testcase");
    xml_attribute(sink, "name", result->recording->name);
    xml_attribute(sink, "classname", result->recording->file);
    sink_add(sink, ">\n");
    if (!conforms(result)) {
        const struct divergence *first = result->divergence_count == 0 ? NULL : &result->divergences[0];

        sink_add(sink, "      <failure");
        xml_attribute(sink, "message", first == NULL ? "operations without a counterpart" : first->what);
        sink_add(sink, ">");
        if (first != NULL) {
            xml_text(sink, first->where);
            sink_add(sink, "\nrecorded: ");
            xml_text(sink, first->recorded == NULL ? "nothing" : first->recorded);
            sink_add(sink, "\ndrydock: ");
            xml_text(sink, first->own == NULL ? "nothing" : first->own);
        }
        sink_add(sink, "</failure>\n");
    }
    sink_printf(sink, "      <system-out>%u of %u operations, %u of %u worlds, %s</system-out>\n    </testcase>\n",
                result->matched, result->operations, result->matched_worlds, result->worlds, score_text(result, text));
}

void conform_junit_write(struct sink *sink, const struct conformity *const *results, size_t count)
{
    unsigned failures = 0;

    for (size_t i = 0; i < count; i++) {
        failures += !conforms(results[i]);
    }
    sink_printf(sink,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%zu\" failures=\"%u\">\n"
                "  <testsuite name=\"conform\" tests=\"%zu\" failures=\"%u\" errors=\"0\">\n",
                count, failures, count, failures);
    for (size_t i = 0; i < count; i++) {
        add_case(sink, results[i]);
    }
    sink_add(sink, "  </testsuite>\n</testsuites>\n");
}
