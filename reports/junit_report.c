/* JUnit XML as Jenkins and GitLab read it: one suite per file, one case per run, a failure where a run was not as
 * expected. */
#include "reports/report.h"
#include "reports/xml.h"

#include <string.h>

static void add_seconds(struct sink *sink, int64_t us)
{
    sink_printf(sink, " time=\"%lld.%06lld\"", (long long)(us / 1000000), (long long)(us % 1000000));
}

static void add_case(struct sink *sink, const struct run_record *record)
{
    char revision[256];

    revision_text(record, revision, sizeof revision);
    sink_add(sink, "    <testcase");
    sink_add(sink, " name=\"");
    xml_text(sink, record->scenario);
    sink_add(sink, " (");
    xml_text(sink, revision);
    sink_add(sink, ")\"");
    xml_attribute(sink, "classname", record->file);
    add_seconds(sink, record->wall_us);
    sink_add(sink, ">\n");
    if (!record->as_expected) {
        sink_add(sink, "      <failure");
        xml_attribute(sink, "message", record->unmet_count > 0 ? record->unmet[0].message : "not as expected");
        sink_add(sink, ">");
        for (uint32_t i = 0; i < record->unmet_count; i++) {
            xml_text(sink, record->unmet[i].message);
            sink_add(sink, "\n");
        }
        sink_add(sink, "</failure>\n");
    }
    sink_add(sink, "      <system-out>");
    sink_printf(sink, "%s\n", run_verdict_name(record->verdict));
    for (uint32_t i = 0; i < record->violation_count; i++) {
        xml_text(sink, record->violations[i].oracle);
        sink_add(sink, ": ");
        xml_text(sink, record->violations[i].message);
        sink_add(sink, "\n");
    }
    sink_add(sink, "</system-out>\n    </testcase>\n");
}

/* Runs of one file stand together: the records come file by file. */
static size_t suite_length(const struct run_record *const *records, size_t count)
{
    size_t length = 1;

    while (length < count && strcmp(records[length]->file, records[0]->file) == 0) {
        length++;
    }
    return length;
}

static unsigned count_failures(const struct run_record *const *records, size_t count)
{
    unsigned failures = 0;

    for (size_t i = 0; i < count; i++) {
        failures += !records[i]->as_expected;
    }
    return failures;
}

void junit_report_write(struct sink *sink, const struct run_record *const *records, size_t count,
                        const struct report_options *options)
{
    (void)options;
    sink_printf(sink, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%zu\" failures=\"%u\">\n", count,
                count_failures(records, count));
    for (size_t i = 0; i < count;) {
        size_t length = suite_length(records + i, count - i);
        int64_t wall_us = 0;

        for (size_t j = 0; j < length; j++) {
            wall_us += records[i + j]->wall_us;
        }
        sink_add(sink, "  <testsuite");
        xml_attribute(sink, "name", records[i]->file);
        sink_printf(sink, " tests=\"%zu\" failures=\"%u\" errors=\"0\"", length, count_failures(records + i, length));
        add_seconds(sink, wall_us);
        sink_add(sink, ">\n");
        for (size_t j = 0; j < length; j++) {
            add_case(sink, records[i + j]);
        }
        sink_add(sink, "  </testsuite>\n");
        i += length;
    }
    sink_add(sink, "</testsuites>\n");
}
