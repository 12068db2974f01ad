/* Annotations of GitHub Actions: a workflow command per expectation that was not met, on the scenario's file.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-error-message */
#include "reports/escape.h"
#include "reports/report.h"

static void add_annotation(struct sink *sink, const struct run_record *record, const char *message)
{
    char revision[256];

    revision_text(record, revision, sizeof revision);
    sink_add(sink, "::error file=");
    github_text(sink, record->file, true);
    sink_add(sink, ",title=");
    github_text(sink, record->scenario, true);
    sink_add(sink, " on ");
    github_text(sink, revision, true);
    sink_add(sink, "::");
    github_text(sink, message, false);
    sink_add(sink, "\n");
}

void github_report_write(struct sink *sink, const struct run_record *const *records, size_t count,
                         const struct report_options *options)
{
    size_t expected = 0;

    for (size_t i = 0; i < count; i++) {
        expected += records[i]->as_expected;
        for (uint32_t j = 0; j < records[i]->unmet_count; j++) {
            add_annotation(sink, records[i], records[i]->unmet[j].message);
        }
    }
    if (!options->quiet || expected < count) {
        sink_printf(sink, "%zu as expected, %zu not\n", expected, count - expected);
    }
}
