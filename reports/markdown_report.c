/* A table of verdicts and a list of what was not met, in GitHub Flavored Markdown
 * (https://github.github.com/gfm/#tables-extension-). */
#include "reports/escape.h"
#include "reports/report.h"

static void add_row(struct sink *sink, const struct run_record *record)
{
    char revision[256];
    char duration[64];

    revision_text(record, revision, sizeof revision);
    virtual_time_text(record->virtual_ms, duration, sizeof duration);
    sink_add(sink, record->as_expected ? "| ✅ | " : "| ❌ | ");
    markdown_text(sink, record->scenario);
    sink_add(sink, " | ");
    markdown_text(sink, revision);
    sink_printf(sink, " | %s | %s | ", run_verdict_name(record->verdict), duration);
    add_violated_oracles(sink, record);
    sink_add(sink, " |\n");
}

static void add_unmet(struct sink *sink, const struct run_record *record)
{
    char revision[256];

    revision_text(record, revision, sizeof revision);
    sink_add(sink, "\n**");
    markdown_text(sink, record->scenario);
    sink_add(sink, "** on ");
    markdown_text(sink, revision);
    sink_add(sink, " (");
    markdown_text(sink, record->file);
    sink_add(sink, "):\n\n");
    for (uint32_t i = 0; i < record->unmet_count; i++) {
        sink_add(sink, "- ");
        markdown_text(sink, record->unmet[i].message);
        sink_add(sink, "\n");
    }
}

void markdown_report_write(struct sink *sink, const struct run_record *const *records, size_t count,
                           const struct report_options *options)
{
    size_t expected = 0;

    for (size_t i = 0; i < count; i++) {
        expected += records[i]->as_expected;
    }
    sink_printf(sink, "### drydock: %zu as expected, %zu not\n\n", expected, count - expected);
    if (!options->quiet || expected < count) {
        sink_add(sink, "| | scenario | release | verdict | virtual time | violated oracles |\n"
                       "|---|---|---|---|---:|---|\n");
    }
    for (size_t i = 0; i < count; i++) {
        if (!options->quiet || !records[i]->as_expected) {
            add_row(sink, records[i]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!records[i]->as_expected) {
            add_unmet(sink, records[i]);
        }
    }
}
