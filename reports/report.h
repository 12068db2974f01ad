/* What is made of run records: one function per form, all of the same shape. */
#ifndef DRYDOCK_REPORTS_REPORT_H
#define DRYDOCK_REPORTS_REPORT_H

#include "reports/run_record.h"
#include "reports/sink.h"

struct coverage;

/* What a timeline is narrowed to. Of one kind any will do; what is given of several kinds must all fit. */
struct timeline_narrowing {
    const char *const *tasks; /* names, whole or up to their colon: "install" is install:webshop too */
    uint32_t task_count;
    const char *const *objects; /* names, as words of their own: "shop" is fluxweb_shop too */
    uint32_t object_count;
    uint32_t ports;            /* bits 1 << enum effect_port; 0: all */
    bool around;               /* only some lines before and after a violation */
    const char *around_oracle; /* NULL: of any */
    uint32_t around_nth;       /* from 1 */
};

struct report_options {
    bool color;
    bool full;                                  /* timeline: every effect, not only what changes something */
    bool quiet;                                 /* only what is not as expected */
    unsigned columns;                           /* width to keep to; 0: 100 */
    const struct timeline_narrowing *narrowing; /* NULL: the whole timeline */
    const struct coverage *coverage; /* html: what of core/ the same runs reached, in their order; NULL: not counted */
};

/* A report of several runs, in order. */
typedef void report_writer(struct sink *sink, const struct run_record *const *records, size_t count,
                           const struct report_options *options);

#define FORMAT(name, writer, events, what) report_writer writer;
#include "reports/formats.def"
report_writer trace_write;        /* JSON lines: every event, then the trace hash */
report_writer chrome_trace_write; /* Chrome trace-event JSON, for Perfetto */
/* The writer of a trace by its file's name: FILE.json is Chrome's, any other JSON lines. */
report_writer *trace_writer_of(const char *path);

/* A line of formats.def. */
struct report_format {
    const char *name;
    report_writer *write;
    bool events; /* the records' events are to be kept for it */
    const char *what;
};

extern const struct report_format report_formats[]; /* as in the table; a NULL name at the end */
extern const char *const report_format_names[];     /* the same; NULL at the end */

/* The story of one run, for people. */
void timeline_write(struct sink *sink, const struct run_record *record, const struct report_options *options);

/* "13 h 15 min", "12 min 03 s", "0.800 s" */
void virtual_time_text(int64_t ms, char *text, size_t size);
/* `container-lost, phantom-running × 13`: each violated oracle once, in the order of first violation. */
void add_violated_oracles(struct sink *sink, const struct run_record *record);
/* `8.9.2`, or `8.9.2 -guard-decrypts` with switches taken out. In memory of the sink's caller: writes to `text`. */
void revision_text(const struct run_record *record, char *text, size_t size);

/* Colours of text reports: the escape when colours are on, else "". */
enum color { COLOR_RESET, COLOR_BOLD, COLOR_DIM, COLOR_RED, COLOR_GREEN, COLOR_YELLOW, COLOR_BLUE };
const char *color_code(const struct report_options *options, enum color color);

#endif
