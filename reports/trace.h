/* Traces: a run's whole record as JSON lines, written (trace.c), read back (trace_read.c), and the table of their
 * members that both go by (trace_members.def). What is read and written again has the same bytes.
 */
#ifndef DRYDOCK_REPORTS_TRACE_H
#define DRYDOCK_REPORTS_TRACE_H

#include "reports/run_record.h"

#define TRACE_FORMAT "drydock-trace"
enum { TRACE_VERSION = 1 };
#define TRACE_WHOLE_MAX 9007199254740992.0 /* 2^53: JSON numbers are exact up to it */

/* ---- reading ------------------------------------------------------------------------------------------------- */

struct trace_run {
    struct run_record record; /* file is the trace's; wall_us is 0 */
    uint32_t line;            /* of its header, from 1; event i stands i + 1 lines below */
};

struct trace {
    struct trace_run *runs;
    uint32_t count; /* at least 1 */
};

/* What makes a file unusable. */
struct trace_mistake {
    uint32_t line;       /* from 1 */
    const char *member;  /* of that line; NULL: the line as a whole */
    const char *message; /* what is wrong and what was expected */
};

/* Reads a trace from its text (good JSON, each key once, a line each). Everything is made in `arena`, nothing keeps
 * pointing into the text. false, with *mistake, when it is none or not whole. Linear in the length. */
bool trace_read(struct arena *arena, const char *file, const char *text, size_t length, struct trace *trace,
                struct trace_mistake *mistake);

/* Whether a file is meant as a trace: its first line is an object with a "kind". */
bool trace_is_one(const char *text, size_t length);

/* ---- the table, for trace*.c, run_diff*.c and what documents it -------------------------------------------------- */

enum trace_line_id {
#define TRACE_LINE(ID, kind, what) TRACE_##ID,
#include "reports/trace_lines.def"
    TRACE_LINE_COUNT
};

enum trace_type { TRACE_TEXT, TRACE_WHOLE, TRACE_TRUTH, TRACE_TEXTS, TRACE_OBJECT, TRACE_ANY };

/* When a member of an effect becomes known. */
enum trace_moment { TRACE_ISSUED, TRACE_APPLIED, TRACE_RESUMED };

struct trace_reading; /* trace_read.c */

struct trace_member {
    enum trace_line_id line;
    const char *name;
    enum trace_type type;
    bool needed;
    enum trace_moment moment;
    /* Its value; NULL: left out. event NULL: of header or footer. */
    const struct value *(*get)(struct arena *arena, const struct run_record *record, const struct run_event *event);
    /* Puts a value of its type into what is being read. NULL, or what was expected. */
    const char *(*set)(struct trace_reading *reading, struct run_event *event, const struct value *value);
    const char *what;
};

extern const struct trace_member trace_members[]; /* in the order of lines; the name of the last is NULL */

const char *trace_line_kind(enum trace_line_id line);
const char *trace_line_what(enum trace_line_id line);
const char *trace_type_name(enum trace_type type); /* "text", "number" … */
/* A value as a message shows it: JSON, on one line, of at most 40 bytes before " ...". In the arena. */
const char *trace_shown(struct arena *arena, const struct value *value);
/* Whether it is a whole number from 0 to max. */
bool trace_is_whole(const struct value *value, double max);
/* The line that an event makes; its members are at trace_line_members(). */
enum trace_line_id trace_line_of(enum run_event_kind kind);
/* The first member of a kind of line: the others follow it. */
const struct trace_member *trace_line_members(enum trace_line_id line);

/* A record that is being filled in from a trace. */
struct trace_reading {
    struct arena *arena;
    struct run_record *record;
    const char *task; /* of the line being read; NULL: none */
    const char *violation_effect;
    uint64_t events; /* as the footer says */
    const struct value *(*keep)(struct trace_reading *reading, const struct value *value);
};

#endif
