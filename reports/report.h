/* What is made of run records: one function per form, all of the same shape. */
#ifndef DRYDOCK_REPORTS_REPORT_H
#define DRYDOCK_REPORTS_REPORT_H

#include "reports/run_record.h"
#include "reports/sink.h"

struct report_options {
    bool color;
    bool full;        /* timeline: every effect, not only what changes something */
    bool quiet;       /* only what is not as expected */
    unsigned columns; /* width to keep to; 0: 100 */
};

/* A report of several runs, in order. */
typedef void report_writer(struct sink *sink, const struct run_record *const *records, size_t count,
                           const struct report_options *options);

report_writer verdict_table_write; /* text: a line per run, what was not met, a closing count */
report_writer json_report_write;   /* a JSON array, an object per run */
report_writer junit_report_write;  /* JUnit XML, a test case per run */
report_writer tap_report_write;    /* TAP version 14, a test point per run */
report_writer trace_write;         /* JSON lines: every event, then the trace hash */

/* The story of one run, for people. */
void timeline_write(struct sink *sink, const struct run_record *record, const struct report_options *options);

/* `8.9.2`, or `8.9.2 -guard-decrypts` with switches taken out. In memory of the sink's caller: writes to `text`. */
void revision_text(const struct run_record *record, char *text, size_t size);

/* Colours of text reports: the escape when colours are on, else "". */
enum color { COLOR_RESET, COLOR_BOLD, COLOR_DIM, COLOR_RED, COLOR_GREEN, COLOR_YELLOW, COLOR_BLUE };
const char *color_code(const struct report_options *options, enum color color);

#endif
