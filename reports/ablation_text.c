/* An ablation for people: a line per switch, which scenario notices which switch, by what, and what is not well. */
#include "reports/ablation_report.h"

#include <stdio.h>
#include <string.h>

enum { NAME_WIDTH_MAX = 64, BY_WIDTH = 24, DURATION_SIZE = 64 };

static int width_among(int width, const char *name)
{
    int length = (int)strlen(name);

    return length <= width ? width : length < NAME_WIDTH_MAX ? length : NAME_WIDTH_MAX;
}

static int switch_width(const struct ablation *ablation)
{
    int width = (int)strlen("switch");

    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        width = width_among(width, ablation->switches[i].name);
    }
    return width;
}

static int scenario_width(const struct ablation *ablation, bool all)
{
    int width = (int)strlen("scenario");

    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        if (all || ablation_tells(ablation, &ablation->scenarios[i])) {
            width = width_among(width, ablation->scenarios[i].name);
        }
    }
    return width;
}

/* ---- a line per switch -------------------------------------------------------------------------------------- */

static void add_place(struct sink *sink, const struct ablation_cell *cell)
{
    char by[ABLATION_TEXT_SIZE];
    char after[DURATION_SIZE];

    ablation_by(cell, by, sizeof by);
    virtual_time_text(cell->after_ms, after, sizeof after);
    sink_printf(sink, "  %7llu  %13s  %-*s", (unsigned long long)cell->depth, after, BY_WIDTH, by);
}

static void add_switches(struct sink *sink, const struct ablation *ablation, const struct report_options *options)
{
    int width = switch_width(ablation);

    sink_printf(sink, "%s    %-*s  %7s  %5s  %5s  %7s  %13s  %-*s  %s%s\n", color_code(options, COLOR_BOLD), width,
                "switch", "noticed", "trace", "asked", "depth", "after", BY_WIDTH, "by", "first in",
                color_code(options, COLOR_RESET));
    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        uint32_t first = ablation_first(ablation, i);
        bool noticed = first < ablation->scenario_count;

        sink_printf(sink, "%2u  %s%-*s%s  %7u  %5u  %5u", i + 1, color_code(options, noticed ? COLOR_GREEN : COLOR_RED),
                    width, ablation->switches[i].name, color_code(options, COLOR_RESET), ablation_noticed(ablation, i),
                    ablation_showing(ablation, i, ABLATION_TRACE), ablation_count(ablation, i, ABLATION_SAME));
        if (noticed) {
            add_place(sink, &ablation->scenarios[first].cells[i]);
            sink_printf(sink, "  %s", ablation->scenarios[first].name);
        }
        sink_add(sink, "\n");
    }
}

/* ---- the matrix --------------------------------------------------------------------------------------------- */

static void add_legend(struct sink *sink)
{
    const char *separator = "";

    for (unsigned i = ABLATION_SIGN_COUNT; i-- > 0;) {
        const char letter[] = {ablation_sign_letter((enum ablation_sign)i), '\0'};

        sink_printf(sink, "%s%s %s", separator, letter[0] == ' ' ? "blank" : letter,
                    ablation_sign_what((enum ablation_sign)i));
        separator = i == ABLATION_COUNT ? "\n" : "; ";
    }
    sink_add(sink, "\n");
}

static void add_matrix(struct sink *sink, const struct ablation *ablation, const struct report_options *options)
{
    int width = scenario_width(ablation, options->full);

    sink_printf(sink, "\n%s%-*s", color_code(options, COLOR_BOLD), width, "scenario");
    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        sink_printf(sink, " %2u", i + 1);
    }
    sink_printf(sink, "%s\n", color_code(options, COLOR_RESET));
    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        const struct ablation_scenario *scenario = &ablation->scenarios[i];
        struct sink row;

        if (!options->full && !ablation_tells(ablation, scenario)) {
            continue;
        }
        sink_init(&row);
        sink_printf(&row, "%-*s", width, scenario->name);
        for (uint32_t j = 0; j < ablation->switch_count; j++) {
            sink_printf(&row, "  %c", ablation_sign_letter(scenario->cells[j].sign));
        }
        while (row.length > 0 && row.text[row.length - 1] == ' ') {
            row.length--;
        }
        sink_add_n(sink, row.text, row.length);
        sink_add(sink, "\n");
        sink_free(&row);
    }
    add_legend(sink);
}

/* ---- who notices it, by what, and at what depth --------------------------------------------------------------- */

static void add_notices(struct sink *sink, const struct ablation *ablation, uint32_t number, bool why)
{
    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        const struct ablation_cell *cell = &ablation->scenarios[i].cells[number];

        if (ablation_notices(ablation, cell)) {
            sink_printf(sink, "    %c", ablation_sign_letter(cell->sign));
            add_place(sink, cell);
            sink_printf(sink, "  %s\n", ablation->scenarios[i].name);
            if (why) {
                sink_printf(sink, "      %s\n", cell->why);
            }
        }
    }
}

static void add_details(struct sink *sink, const struct ablation *ablation, const struct report_options *options)
{
    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        if (ablation_noticed(ablation, i) > 0) {
            sink_printf(sink, "\n%s%s%s  %s\n", color_code(options, COLOR_BOLD), ablation->switches[i].name,
                        color_code(options, COLOR_RESET), ablation->switches[i].what);
            add_notices(sink, ablation, i, options->full);
        }
    }
}

/* ---- what is not well --------------------------------------------------------------------------------------- */

static void add_failures(struct sink *sink, const struct ablation *ablation, const struct report_options *options)
{
    char text[ABLATION_TEXT_SIZE];

    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        const struct ablation_scenario *scenario = &ablation->scenarios[i];

        if (scenario->unmet != NULL) {
            sink_printf(sink, "%s%s is not as expected with every switch of %s in, so it judges none: %s%s\n",
                        color_code(options, COLOR_RED), scenario->name, ablation->revision, scenario->unmet,
                        color_code(options, COLOR_RESET));
        }
    }
    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        if (ablation_first(ablation, i) == ablation->scenario_count) {
            ablation_unnoticed(ablation, i, text, sizeof text);
            sink_printf(sink, "%s%s%s\n", color_code(options, COLOR_RED), text, color_code(options, COLOR_RESET));
        }
    }
}

void ablation_text_write(struct sink *sink, const struct ablation *ablation, const struct report_options *options)
{
    char text[ABLATION_TEXT_SIZE];

    if (!options->quiet) {
        add_switches(sink, ablation, options);
        add_matrix(sink, ablation, options);
        add_details(sink, ablation, options);
        sink_add(sink, "\n");
    }
    add_failures(sink, ablation, options);
    if (!options->quiet || !ablation_passes(ablation)) {
        ablation_sum(ablation, text, sizeof text);
        sink_printf(sink, "%s%s%s\n", color_code(options, COLOR_BOLD), text, color_code(options, COLOR_RESET));
    }
}
