/* TAP version 14, https://testanything.org/tap-version-14-specification.html: a test point per run. */
#include "reports/escape.h"
#include "reports/report.h"

static void add_diagnostics(struct sink *sink, const struct run_record *record)
{
    sink_printf(sink, "  ---\n  verdict: %s\n", run_verdict_name(record->verdict));
    if (record->unmet_count > 0) {
        sink_add(sink, "  unmet:\n");
    }
    for (uint32_t i = 0; i < record->unmet_count; i++) {
        sink_add(sink, "    - ");
        yaml_quoted(sink, record->unmet[i].message);
        sink_add(sink, "\n");
    }
    if (record->violation_count > 0) {
        sink_add(sink, "  violations:\n");
    }
    for (uint32_t i = 0; i < record->violation_count; i++) {
        sink_printf(sink, "    - oracle: %s\n      message: ", record->violations[i].oracle);
        yaml_quoted(sink, record->violations[i].message);
        sink_add(sink, "\n");
    }
    sink_add(sink, "  ...\n");
}

void tap_report_write(struct sink *sink, const struct run_record *const *records, size_t count,
                      const struct report_options *options)
{
    (void)options;
    sink_printf(sink, "TAP version 14\n1..%zu\n", count);
    for (size_t i = 0; i < count; i++) {
        char revision[256];

        revision_text(records[i], revision, sizeof revision);
        sink_printf(sink, "%s %zu - ", records[i]->as_expected ? "ok" : "not ok", i + 1);
        tap_text(sink, records[i]->scenario);
        sink_printf(sink, " (%s)\n", revision);
        if (!records[i]->as_expected || records[i]->violation_count > 0) {
            add_diagnostics(sink, records[i]);
        }
    }
}
