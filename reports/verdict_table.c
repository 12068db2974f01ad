/* The verdicts of several runs: a line each, then what was not met, then how many were as expected. */
#include "reports/report.h"

#include <stdio.h>
#include <string.h>

enum { NAME_WIDTH_MAX = 48, REVISION_WIDTH_MAX = 40 };

static int width_of(const struct run_record *const *records, size_t count, bool names)
{
    int widest = 8;

    for (size_t i = 0; i < count; i++) {
        char revision[256];

        revision_text(records[i], revision, sizeof revision);
        int width = (int)strlen(names ? records[i]->scenario : revision);

        widest = width > widest ? width : widest;
    }
    int most = names ? NAME_WIDTH_MAX : REVISION_WIDTH_MAX;

    return widest < most ? widest : most;
}

static void add_row(struct sink *sink, const struct run_record *record, const struct report_options *options,
                    int name_width, int revision_width)
{
    char revision[256];
    char duration[64];

    revision_text(record, revision, sizeof revision);
    virtual_time_text(record->virtual_ms, duration, sizeof duration);
    sink_printf(sink, "%s%-8s%s  %-*s  %-*s  %-12s  %13s",
                color_code(options, record->as_expected ? COLOR_GREEN : COLOR_RED),
                record->as_expected ? "expected" : "NOT", color_code(options, COLOR_RESET), name_width,
                record->scenario, revision_width, revision, run_verdict_name(record->verdict), duration);
    if (record->violation_count > 0) {
        sink_add(sink, "  ");
        add_violated_oracles(sink, record);
    }
    sink_add(sink, "\n");
    for (uint32_t i = 0; i < record->unmet_count; i++) {
        sink_printf(sink, "          %s%s%s\n", color_code(options, COLOR_RED), record->unmet[i].message,
                    color_code(options, COLOR_RESET));
    }
}

void verdict_table_write(struct sink *sink, const struct run_record *const *records, size_t count,
                         const struct report_options *options)
{
    int name_width = width_of(records, count, true);
    int revision_width = width_of(records, count, false);
    size_t expected = 0;

    if (!options->quiet) {
        sink_printf(sink, "%s%-8s  %-*s  %-*s  %-12s  %13s  %s%s\n", color_code(options, COLOR_BOLD), "outcome",
                    name_width, "scenario", revision_width, "revision", "verdict", "virtual time", "violated oracles",
                    color_code(options, COLOR_RESET));
    }
    for (size_t i = 0; i < count; i++) {
        expected += records[i]->as_expected;
        if (!options->quiet || !records[i]->as_expected) {
            add_row(sink, records[i], options, name_width, revision_width);
        }
    }
    if (!options->quiet || expected < count) {
        sink_printf(sink, "%s%zu as expected, %zu not%s\n", color_code(options, COLOR_BOLD), expected, count - expected,
                    color_code(options, COLOR_RESET));
    }
}
