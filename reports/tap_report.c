/* TAP version 14, https://testanything.org/tap-version-14-specification.html: a test point per run. */
#include "reports/report.h"

#include <string.h>

/* A description may not hold `#` unescaped. */
static void add_description(struct sink *sink, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '#' || *text == '\\') {
            sink_add(sink, "\\");
        }
        sink_add_n(sink, *text == '\n' ? " " : text, 1);
    }
}

/* A YAML string in double quotes. */
static void add_quoted(struct sink *sink, const char *text)
{
    sink_add(sink, "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            sink_add(sink, "\\");
        }
        if (*text == '\n') {
            sink_add(sink, "\\n");
        } else if ((unsigned char)*text >= 0x20) {
            sink_add_n(sink, text, 1);
        }
    }
    sink_add(sink, "\"");
}

static void add_diagnostics(struct sink *sink, const struct run_record *record)
{
    sink_printf(sink, "  ---\n  verdict: %s\n", run_verdict_name(record->verdict));
    if (record->unmet_count > 0) {
        sink_add(sink, "  unmet:\n");
    }
    for (uint32_t i = 0; i < record->unmet_count; i++) {
        sink_add(sink, "    - ");
        add_quoted(sink, record->unmet[i].message);
        sink_add(sink, "\n");
    }
    if (record->violation_count > 0) {
        sink_add(sink, "  violations:\n");
    }
    for (uint32_t i = 0; i < record->violation_count; i++) {
        sink_printf(sink, "    - oracle: %s\n      message: ", record->violations[i].oracle);
        add_quoted(sink, record->violations[i].message);
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
        add_description(sink, records[i]->scenario);
        sink_printf(sink, " (%s)\n", revision);
        if (!records[i]->as_expected || records[i]->violation_count > 0) {
            add_diagnostics(sink, records[i]);
        }
    }
}
