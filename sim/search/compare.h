/* Comparing strategies: how many executions, and how much time, each of them takes to the first violation of a
 * scenario, over many seeds. Plain random is always among them: what does not beat it is not worth its name.
 *
 * The scenario's own mishaps are all there are; a course is not followed, since who moves when is the strategies'
 * doing: so a repro tells how hard it is to find. Searches are done by processes side by side; executions are the same
 * for any number of them, times are not.
 */
#ifndef DRYDOCK_SIM_SEARCH_COMPARE_H
#define DRYDOCK_SIM_SEARCH_COMPARE_H

#include "sim/search/explore.h"
#include "sim/search/median.h"

enum { COMPARE_DEPTHS_MAX = 8, COMPARE_ROWS_MAX = STRATEGY_COUNT + COMPARE_DEPTHS_MAX };

struct compare_options {
    const struct revision *revision;
    uint32_t without;                    /* switches taken out */
    uint32_t strategies;                 /* bits 1 << enum strategy; random need not be said */
    uint32_t depths[COMPARE_DEPTHS_MAX]; /* of pct, which is compared at each of them */
    uint32_t depth_count;                /* 0: pct's default alone */
    uint32_t seeds;                      /* of a strategy that samples: 1 to this; MEDIAN_COUNT_MAX at most */
    uint64_t executions_max;             /* after so many without it a search gives up */
    const char *fingerprint;             /* of the finding that is looked for; NULL: any violation will do */
    uint32_t jobs;
    struct workers_shared *shared;
    void *context;
    void (*tick)(void *context); /* see struct workers; may be NULL */
    uint64_t (*clock_ns)(void);  /* NULL: times are not taken */
};

/* A strategy, and how its searches went. */
struct compare_row {
    enum strategy strategy;
    uint32_t depth;    /* of pct; else 0 */
    uint32_t searches; /* that are counted; 1 at most of a strategy that knows no seed */
    uint32_t found;    /* of them */
    bool exhausted;    /* the search came to its end without it: there is none */
    struct median executions;
    struct median ns; /* of no observations without a clock */
};

struct comparison {
    struct compare_row rows[COMPARE_ROWS_MAX]; /* random comes first */
    uint32_t row_count;
    uint32_t seeds; /* 1 to this: those with which every strategy that samples came to its end */
    bool complete;  /* those are all that were asked for, and so did the others */
};

/* How many searches a comparison takes. */
uint32_t compare_search_count(const struct compare_options *options);
/* Compares. Needs `arena` for a while. */
void compare(const struct scenario *scenario, const struct compare_options *options, struct arena *arena,
             struct comparison *comparison);

/* How many times the executions of random (first) another strategy takes, by the medians. */
struct compare_ratio {
    enum compare_ratio_kind {
        RATIO_UNKNOWN, /* neither median is known, or there is nothing to divide */
        RATIO_IS,
        RATIO_BELOW, /* random's median is beyond what was tried */
        RATIO_ABOVE, /* the other's is */
    } kind;
    double value;
};
struct compare_ratio compare_ratio(const struct compare_row *random, const struct compare_row *row);

#endif
