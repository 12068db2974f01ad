/* An ablation for machines: a test per switch, which passes when some scenario notices that the switch is missing, and
 * a failing test per scenario that is not as expected before anything is taken out. */
#include "reports/ablation_report.h"
#include "reports/escape.h"
#include "reports/json.h"
#include "reports/xml.h"

#include <stdio.h>

/* ---- sentences ---------------------------------------------------------------------------------------------- */

/* `container-lost after 41 transitions, 0.550 s: container … was deleted by …` */
static void add_sentence(struct sink *sink, const struct ablation_cell *cell)
{
    char by[ABLATION_TEXT_SIZE];
    char after[64];

    ablation_by(cell, by, sizeof by);
    virtual_time_text(cell->after_ms, after, sizeof after);
    sink_printf(sink, "%s after %llu transitions, %s: %s", by, (unsigned long long)cell->depth, after, cell->why);
}

/* ---- JSON --------------------------------------------------------------------------------------------------- */

static cJSON *switch_object(const struct ablation *ablation, uint32_t number)
{
    uint32_t noticed = ablation_noticed(ablation, number);
    uint32_t first = ablation_first(ablation, number);
    cJSON *object = cJSON_CreateObject();

    json_add_text(object, "switch", ablation->switches[number].name);
    json_add_text(object, "what", ablation->switches[number].what);
    cJSON_AddNumberToObject(object, "noticed", noticed);
    cJSON_AddNumberToObject(object, "trace_only", ablation_showing(ablation, number, ABLATION_TRACE));
    cJSON_AddNumberToObject(object, "asked", ablation_count(ablation, number, ABLATION_SAME));
    json_add_text(object, "first", noticed == 0 ? NULL : ablation->scenarios[first].name);
    return object;
}

static cJSON *cell_object(const struct ablation *ablation, uint32_t number, const struct ablation_cell *cell)
{
    cJSON *object = cJSON_CreateObject();

    json_add_text(object, "switch", ablation->switches[number].name);
    json_add_text(object, "sign", ablation_sign_name(cell->sign));
    cJSON_AddBoolToObject(object, "notices", ablation_notices(ablation, cell));
    if (cell->why != NULL) {
        json_add_text(object, "oracle", cell->oracle);
        cJSON_AddBoolToObject(object, "held", cell->gone);
        json_add_text(object, "why", cell->why);
        cJSON_AddNumberToObject(object, "depth", (double)cell->depth);
        cJSON_AddNumberToObject(object, "at_ms", (double)cell->after_ms);
    }
    return object;
}

void ablation_json_write(struct sink *sink, const struct ablation *ablation, const struct report_options *options)
{
    cJSON *object = cJSON_CreateObject();

    (void)options;
    json_add_text(object, "revision", ablation->revision);
    cJSON_AddBoolToObject(object, "passes", ablation_passes(ablation));
    cJSON_AddBoolToObject(object, "complete", ablation->scenario_count == ablation->planned);
    cJSON *switches = cJSON_AddArrayToObject(object, "switches");
    cJSON *scenarios = cJSON_AddArrayToObject(object, "scenarios");

    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        cJSON_AddItemToArray(switches, switch_object(ablation, i));
    }
    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        const struct ablation_scenario *scenario = &ablation->scenarios[i];
        cJSON *entry = cJSON_CreateObject();

        json_add_text(entry, "scenario", scenario->name);
        json_add_text(entry, "file", scenario->file);
        cJSON_AddBoolToObject(entry, "as_expected", scenario->unmet == NULL);
        json_add_text(entry, "unmet", scenario->unmet);
        cJSON *cells = cJSON_AddArrayToObject(entry, "cells");

        for (uint32_t j = 0; j < ablation->switch_count; j++) {
            cJSON_AddItemToArray(cells, cell_object(ablation, j, &scenario->cells[j]));
        }
        cJSON_AddItemToArray(scenarios, entry);
    }
    json_write(sink, object);
}

/* ---- JUnit -------------------------------------------------------------------------------------------------- */

static uint32_t count_unnoticed(const struct ablation *ablation)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        count += ablation_noticed(ablation, i) == 0;
    }
    return count;
}

static void junit_failure(struct sink *sink, const char *message)
{
    sink_add(sink, "      <failure");
    xml_attribute(sink, "message", message);
    sink_add(sink, "/>\n");
}

static void junit_case(struct sink *sink, const char *name, const char *class)
{
    sink_add(sink, "    <testcase");
    xml_attribute(sink, "name", name);
    xml_attribute(sink, "classname", class);
    sink_add(sink, ">\n");
}

static void junit_switch(struct sink *sink, const struct ablation *ablation, uint32_t number)
{
    char text[ABLATION_TEXT_SIZE];

    junit_case(sink, ablation->switches[number].name, ablation->revision);
    if (ablation_noticed(ablation, number) == 0) {
        ablation_unnoticed(ablation, number, text, sizeof text);
        junit_failure(sink, text);
    }
    sink_add(sink, "      <system-out>");
    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        const struct ablation_scenario *scenario = &ablation->scenarios[i];
        struct sink sentence;

        if (ablation_notices(ablation, &scenario->cells[number])) {
            sink_init(&sentence);
            sink_printf(&sentence, "%s: ", scenario->name);
            add_sentence(&sentence, &scenario->cells[number]);
            xml_text(sink, sentence.text);
            sink_add(sink, "\n");
            sink_free(&sentence);
        }
    }
    sink_add(sink, "</system-out>\n    </testcase>\n");
}

void ablation_junit_write(struct sink *sink, const struct ablation *ablation, const struct report_options *options)
{
    uint32_t red = ablation_red(ablation);
    uint32_t tests = ablation->switch_count + red;
    uint32_t failures = count_unnoticed(ablation) + red;

    (void)options;
    sink_printf(sink,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%u\" failures=\"%u\">\n"
                "  <testsuite name=\"ablation of ",
                tests, failures);
    xml_text(sink, ablation->revision);
    sink_printf(sink, "\" tests=\"%u\" failures=\"%u\" errors=\"0\">\n", tests, failures);
    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        junit_switch(sink, ablation, i);
    }
    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        const struct ablation_scenario *scenario = &ablation->scenarios[i];

        if (scenario->unmet != NULL) {
            junit_case(sink, scenario->name, scenario->file);
            junit_failure(sink, scenario->unmet);
            sink_add(sink, "    </testcase>\n");
        }
    }
    sink_add(sink, "  </testsuite>\n</testsuites>\n");
}

/* ---- TAP ---------------------------------------------------------------------------------------------------- */

static void tap_switch(struct sink *sink, const struct ablation *ablation, uint32_t number)
{
    uint32_t noticed = ablation_noticed(ablation, number);
    uint32_t first = ablation_first(ablation, number);
    char text[ABLATION_TEXT_SIZE];
    struct sink sentence;

    sink_printf(sink, "%s %u - ", noticed > 0 ? "ok" : "not ok", number + 1);
    tap_text(sink, ablation->switches[number].name);
    sink_printf(sink, " of %s is noticed\n  ---\n  noticed: %u\n", ablation->revision, noticed);
    if (noticed == 0) {
        ablation_unnoticed(ablation, number, text, sizeof text);
        sink_add(sink, "  message: ");
        yaml_quoted(sink, text);
    } else {
        sink_init(&sentence);
        add_sentence(&sentence, &ablation->scenarios[first].cells[number]);
        sink_add(sink, "  first: ");
        yaml_quoted(sink, ablation->scenarios[first].name);
        sink_add(sink, "\n  by: ");
        yaml_quoted(sink, sentence.text);
        sink_free(&sentence);
    }
    sink_add(sink, "\n  ...\n");
}

void ablation_tap_write(struct sink *sink, const struct ablation *ablation, const struct report_options *options)
{
    uint32_t number = ablation->switch_count;

    (void)options;
    sink_printf(sink, "TAP version 14\n1..%u\n", ablation->switch_count + ablation_red(ablation));
    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        tap_switch(sink, ablation, i);
    }
    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        const struct ablation_scenario *scenario = &ablation->scenarios[i];

        if (scenario->unmet != NULL) {
            sink_printf(sink, "not ok %u - ", ++number);
            tap_text(sink, scenario->name);
            sink_add(sink, " with every switch in\n  ---\n  message: ");
            yaml_quoted(sink, scenario->unmet);
            sink_add(sink, "\n  ...\n");
        }
    }
}

/* ---- GitHub Actions ----------------------------------------------------------------------------------------- */

void ablation_github_write(struct sink *sink, const struct ablation *ablation, const struct report_options *options)
{
    char text[ABLATION_TEXT_SIZE];

    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        const struct ablation_scenario *scenario = &ablation->scenarios[i];

        if (scenario->unmet != NULL) {
            sink_add(sink, "::error file=");
            github_text(sink, scenario->file, true);
            sink_add(sink, ",title=");
            github_text(sink, scenario->name, true);
            sink_printf(sink, " on %s::", ablation->revision);
            github_text(sink, scenario->unmet, false);
            sink_add(sink, "\n");
        }
    }
    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        if (ablation_noticed(ablation, i) == 0) {
            ablation_unnoticed(ablation, i, text, sizeof text);
            sink_add(sink, "::error title=");
            github_text(sink, ablation->switches[i].name, true);
            sink_printf(sink, " of %s::", ablation->revision);
            github_text(sink, text, false);
            sink_add(sink, "\n");
        }
    }
    if (!options->quiet || !ablation_passes(ablation)) {
        ablation_sum(ablation, text, sizeof text);
        sink_printf(sink, "%s\n", text);
    }
}

/* ---- Markdown ----------------------------------------------------------------------------------------------- */

static void markdown_switches(struct sink *sink, const struct ablation *ablation)
{
    sink_add(sink, "| | switch | noticed | first noticed by | by | transitions | virtual time |\n"
                   "|---|---|---:|---|---|---:|---:|\n");
    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        uint32_t first = ablation_first(ablation, i);
        bool noticed = first < ablation->scenario_count;
        char by[ABLATION_TEXT_SIZE];
        char after[64];

        sink_add(sink, noticed ? "| ✅ | " : "| ❌ | ");
        markdown_text(sink, ablation->switches[i].name);
        sink_printf(sink, " | %u | ", ablation_noticed(ablation, i));
        if (!noticed) {
            sink_add(sink, "nothing | | | |\n");
            continue;
        }
        const struct ablation_cell *cell = &ablation->scenarios[first].cells[i];

        ablation_by(cell, by, sizeof by);
        virtual_time_text(cell->after_ms, after, sizeof after);
        markdown_text(sink, ablation->scenarios[first].name);
        sink_printf(sink, " | %s | %llu | %s |\n", by, (unsigned long long)cell->depth, after);
    }
}

static void markdown_matrix(struct sink *sink, const struct ablation *ablation, bool all)
{
    sink_add(sink, "\n| scenario |");
    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        sink_add(sink, " ");
        markdown_text(sink, ablation->switches[i].name);
        sink_add(sink, " |");
    }
    sink_add(sink, "\n|---|");
    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        sink_add(sink, "---|");
    }
    sink_add(sink, "\n");
    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        const struct ablation_scenario *scenario = &ablation->scenarios[i];

        if (!all && !ablation_tells(ablation, scenario)) {
            continue;
        }
        sink_add(sink, "| ");
        markdown_text(sink, scenario->name);
        sink_add(sink, " |");
        for (uint32_t j = 0; j < ablation->switch_count; j++) {
            const struct ablation_cell *cell = &scenario->cells[j];
            char by[ABLATION_TEXT_SIZE] = "";

            if (ablation_notices(ablation, cell)) {
                ablation_by(cell, by, sizeof by);
            } else if (cell->sign != ABLATION_NOT_REACHED) {
                snprintf(by, sizeof by, "*%s*", ablation_sign_name(cell->sign));
            }
            sink_printf(sink, " %s |", by);
        }
        sink_add(sink, "\n");
    }
}

void ablation_markdown_write(struct sink *sink, const struct ablation *ablation, const struct report_options *options)
{
    char text[ABLATION_TEXT_SIZE];

    ablation_sum(ablation, text, sizeof text);
    sink_add(sink, "### drydock: ablation of ");
    markdown_text(sink, text);
    sink_add(sink, "\n\n");
    if (!options->quiet || !ablation_passes(ablation)) {
        markdown_switches(sink, ablation);
    }
    if (!options->quiet) {
        markdown_matrix(sink, ablation, options->full);
    }
    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        const struct ablation_scenario *scenario = &ablation->scenarios[i];

        if (scenario->unmet != NULL) {
            sink_add(sink, "\n**");
            markdown_text(sink, scenario->name);
            sink_add(sink, "** is not as expected with every switch in (");
            markdown_text(sink, scenario->file);
            sink_add(sink, "): ");
            markdown_text(sink, scenario->unmet);
            sink_add(sink, "\n");
        }
    }
}
