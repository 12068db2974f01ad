/* Annotations of GitHub Actions: a workflow command per expectation that was not met, on the scenario's file.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-error-message */
#include "reports/report.h"

#include <string.h>

/* A value of a command, with what would end it escaped; in a property `:` and `,` would, too. */
static void add_escaped(struct sink *sink, const char *text, bool property)
{
    static const char digits[] = "0123456789ABCDEF";
    enum { HIGH = 4, LOW = 15 };

    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;

        if (byte == '%' || byte == '\r' || byte == '\n' || (property && (byte == ':' || byte == ','))) {
            const char escape[] = {'%', digits[byte >> HIGH], digits[byte & LOW]};

            sink_add_n(sink, escape, sizeof escape);
        } else {
            sink_add_n(sink, text, 1);
        }
    }
}

static void add_annotation(struct sink *sink, const struct run_record *record, const char *message)
{
    char revision[256];

    revision_text(record, revision, sizeof revision);
    sink_add(sink, "::error file=");
    add_escaped(sink, record->file, true);
    sink_add(sink, ",title=");
    add_escaped(sink, record->scenario, true);
    sink_add(sink, " on ");
    add_escaped(sink, revision, true);
    sink_add(sink, "::");
    add_escaped(sink, message, false);
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
