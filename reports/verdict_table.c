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

/* "13 h 15 min", "12 min 3 s", "800 ms" */
static void duration_text(int64_t ms, char *text, size_t size)
{
    long long seconds = (long long)(ms / 1000);

    if (seconds >= 3600) {
        snprintf(text, size, "%lld h %02lld min", seconds / 3600, seconds / 60 % 60);
    } else if (seconds >= 60) {
        snprintf(text, size, "%lld min %02lld s", seconds / 60, seconds % 60);
    } else {
        snprintf(text, size, "%lld.%03lld s", seconds, (long long)(ms % 1000));
    }
}

static bool seen_before(const struct run_record *record, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(record->violations[i].oracle, record->violations[index].oracle) == 0) {
            return true;
        }
    }
    return false;
}

/* `container-lost, phantom-running × 13`: each oracle once, in the order of first violation. */
static void add_oracles(struct sink *sink, const struct run_record *record)
{
    const char *separator = "";

    for (uint32_t i = 0; i < record->violation_count; i++) {
        uint32_t times = 0;

        if (seen_before(record, i)) {
            continue;
        }
        for (uint32_t j = i; j < record->violation_count; j++) {
            times += strcmp(record->violations[j].oracle, record->violations[i].oracle) == 0;
        }
        sink_printf(sink, "%s%s", separator, record->violations[i].oracle);
        if (times > 1) {
            sink_printf(sink, " × %u", times);
        }
        separator = ", ";
    }
}

static void add_row(struct sink *sink, const struct run_record *record, const struct report_options *options,
                    int name_width, int revision_width)
{
    char revision[256];
    char duration[64];

    revision_text(record, revision, sizeof revision);
    duration_text(record->virtual_ms, duration, sizeof duration);
    sink_printf(sink, "%s%-8s%s  %-*s  %-*s  %-12s  %13s",
                color_code(options, record->as_expected ? COLOR_GREEN : COLOR_RED),
                record->as_expected ? "expected" : "NOT", color_code(options, COLOR_RESET), name_width,
                record->scenario, revision_width, revision, run_verdict_name(record->verdict), duration);
    if (record->violation_count > 0) {
        sink_add(sink, "  ");
        add_oracles(sink, record);
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
