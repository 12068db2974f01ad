/* Two runs held against each other: where the traces part, where the worlds do, and what is left of it at the end.
 *
 * All is borrowed from the records or made in the arena. Linear in the number of events.
 */
#ifndef DRYDOCK_REPORTS_RUN_DIFF_H
#define DRYDOCK_REPORTS_RUN_DIFF_H

#include "reports/run_record.h"
#include "reports/sink.h"

enum { DIFF_SIDES = 2 }; /* left: 0, right: 1 */

/* The first difference of two traces, in the order of transitions: the answer to an effect may differ later than the
 * lines below it that were asked meanwhile. Past it nothing is aligned and nothing compared. */
struct trace_divergence {
    bool found;
    uint32_t event;     /* in both, from 0 */
    bool ended[2];      /* that side has no such event: its run is over */
    const char *member; /* of the event's line, as reports/TRACES.md names it, with the way into it: "result[0].State";
                           "kind" when the lines are of different kinds; NULL when a side has ended */
    const char *moment; /* "issued", "applied", "resumed" */
    const struct value *values[DIFF_SIDES]; /* of the member; NULL: left out */
};

/* A thing that is not the same at the end, or need not be. */
struct world_difference {
    const char *thing; /* "container", "row" … */
    const char *object;
    const char *detail;             /* of a row: its name; may be NULL */
    const char *states[DIFF_SIDES]; /* in words: "absent", "running", "as at the start" */
};

struct run_diff {
    struct trace_divergence trace;
    bool hash_differs; /* although every line is the same: what the lines do not show */

    bool world_differs;
    uint32_t world_place;           /* of the first change that differs, among the run's changes, from 0 */
    uint32_t changes[DIFF_SIDES];   /* its events; RUN_NONE: that side has no more */
    struct world_difference *world; /* at the end */
    uint32_t world_count;

    bool verdict_differs; /* verdict, violated oracles or counts */
};

void run_diff(struct arena *arena, const struct run_record *left, const struct run_record *right,
              struct run_diff *diff);
bool run_diff_same(const struct run_diff *diff);
/* How often the run broke an oracle. */
uint32_t times_violated(const struct run_record *record, const char *oracle);

/* ---- what is said of it (run_diff_text.c, run_diff_json.c) ------------------------------------------------------- */

/* A side of a comparison. */
struct diff_side {
    const struct run_record *record;
    const char *file; /* as given */
    uint32_t line;    /* of the header in a trace file; 0: it comes of no trace file */
};

struct diff_pair {
    struct diff_side sides[DIFF_SIDES];
    struct run_diff diff;
};

/* context: events to show before the first divergence. */
void run_diff_text_write(struct sink *sink, const struct diff_pair *pairs, uint32_t count, uint32_t context);
void run_diff_json_write(struct sink *sink, const struct diff_pair *pairs, uint32_t count, uint32_t context);

/* An event in one line of words, without instant and task. */
const char *run_event_text(struct arena *arena, const struct run_event *event);
/* 2026-01-01 00:45:00.000 */
const char *run_instant_text(struct arena *arena, int64_t at_ms);

/* ---- run_diff_world.c ------------------------------------------------------------------------------------------- */

void run_diff_world(struct arena *arena, const struct run_record *const records[DIFF_SIDES], struct run_diff *diff);
/* Whether a change's name stands in world_changes.def. */
bool world_change_known(const char *name);

#endif
