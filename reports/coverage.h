/* What of core/ a run reached: lcov tracefiles and a table, from a build with gcc's --coverage (`make coverage`).
 *
 * Between coverage_begin() and coverage_end() gcc's counters count one run. Processes do not disturb one another: each
 * dumps into a directory of its own.
 */
#ifndef DRYDOCK_REPORTS_COVERAGE_H
#define DRYDOCK_REPORTS_COVERAGE_H

#include "reports/run_record.h"
#include "reports/sink.h"

#include <stdbool.h>

/* A line or a branch of core/, and which runs reached it. */
struct coverage_point {
    const char *file;
    int line;
    int branch;           /* −1: the line itself */
    unsigned *reached_by; /* indices of the runs that reached it, ascending: coverage_reached_by() */
    unsigned runs, size;  /* how many, and how many there is room for */
};

struct coverage_run {
    char *name;
    unsigned lines, branches; /* reached */
};

struct coverage {
    char *folder; /* of this process: where counters are dumped */
    struct coverage_point *points;
    unsigned point_count, point_size;
    unsigned *slots; /* of points, open addressing: index + 1; 0: free */
    unsigned slot_count;
    struct coverage_run *runs;
    unsigned run_count, run_size;
    char **files; /* names that points share */
    unsigned file_count, file_size;
};

/* Whether this binary counts. */
bool coverage_available(void);
/* Sets the counters to zero. */
void coverage_begin(struct coverage *coverage);
/* Takes what the counters say since then as the run of this record: writes <folder>/<scenario>-<revision>.info (lcov
 * tracefile, core/ only) and remembers it for the table. false, after a message, when it could not. */
bool coverage_end(struct coverage *coverage, const char *folder, const struct run_record *record);
/* Whether the run of this number, in the order of coverage_end(), reached the point. */
bool coverage_reached_by(const struct coverage_point *point, unsigned run);
/* Run × lines and branches of core/ reached, and what each adds that no other does. */
void coverage_table_write(struct sink *sink, const struct coverage *coverage);
void coverage_free(struct coverage *coverage);

#endif
