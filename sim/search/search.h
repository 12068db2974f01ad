/* What all strategies share: what bounds a search, what it counts, and how it tells of each execution. */
#ifndef DRYDOCK_SIM_SEARCH_SEARCH_H
#define DRYDOCK_SIM_SEARCH_SEARCH_H

#include "sim/search/machine.h"
#include "sim/search/repeats.h"

struct search_counts {
    uint64_t executions; /* runs to their end, each of another class (dpor, bounded) */
    uint64_t classes;    /* different ones among them; at least so many when classes_full */
    bool classes_full;
    uint64_t violating;   /* executions */
    uint64_t merged;      /* runs that came to where one had been before, and ended there */
    uint64_t repeated;    /* executions that were drawn again and not run again (repeats_max) */
    uint64_t blocked;     /* wasted: begun and found to repeat others */
    uint64_t transitions; /* performed, without those on the way back to a branch */
    uint32_t depth_max;
};

/* Told of each execution when it is over, before anything is undone: machine->path is how it went (not of one that was
 * not run again: repeats_max). */
struct search_watch {
    void *context;
    /* Whether to go on. */
    bool (*execution)(void *context, struct machine *machine, bool violates, uint64_t class_hash);
    /* Told in its place of an execution that violates something, but was drawn again and not run again: it is the same
     * as execution number `same_as`. NULL: what violates something is always run. */
    bool (*again)(void *context, uint64_t same_as);
};

/* Why a search ended before it was complete. */
enum search_stop {
    SEARCH_NOT_STOPPED,
    SEARCH_WATCH_STOPPED,  /* watch.execution said so */
    SEARCH_CALLER_STOPPED, /* should_stop said so */
    SEARCH_EXECUTIONS,     /* executions_max is reached */
    SEARCH_PREFIX,         /* a step of the prefix is not possible; nothing was searched */
};

#define SEARCH_UNBOUNDED UINT32_MAX

enum { PCT_DEPTH_DEFAULT = 3 };

struct search {
    struct machine *machine;
    struct search_watch watch; /* execution may be NULL */

    /* What every execution begins with; the search covers all that can follow. Borrowed. */
    const struct path_step *prefix;
    uint32_t prefix_length;
    uint64_t executions_max;            /* 0: no limit */
    bool (*should_stop)(void *context); /* asked every few hundred transitions; NULL: never */
    void *stop_context;
    uint64_t seed; /* random, pct, pos: the same seed gives the same executions in the same order */
    /* bounded: at how many points a task that could move on may be left for another, and how far schedules may deviate
     * from first in, first out (choosing the n-th of what can move, from 0, is n delays). SEARCH_UNBOUNDED: no bound.
     */
    uint32_t preemptions_max, delays_max;
    /* random: so many links of the tree of choices are kept, that an execution which is drawn again need not be run
     * again. It is counted as if it had been. 0: all are run. */
    uint32_t repeats_max;
    uint32_t depth; /* pct: of the bugs looked for, the number of orderings that they need, from 1; 0: the default */

    struct search_counts counts;
    bool complete; /* nothing is left within the bounds */
    enum search_stop stopped_by;
    uint32_t transitions_unasked; /* since should_stop was asked */
    const struct dpor *dpor;      /* while it runs */
    double share;                 /* of the whole that was searched, when it stopped; see search_estimate() */
};

struct search_estimate {
    double share;      /* of the whole that has been searched, 0 to 1 */
    double executions; /* of the whole; 0: not known yet */
};

/* How large the whole of a search by dpor is, by what has been seen of it: at any time during the search (from
 * watch.execution or should_stop) and after it. */
struct search_estimate search_estimate(const struct search *search);

/* Optimal dynamic partial-order reduction: one execution per class of the stage. */
void search_dpor(struct search *search);

/* One execution of every class that has one within the bounds, by keeping what was met. */
void search_bounded(struct search *search);

/* Samples of executions, one after another, until something stops them; never complete. */
/* Uniformly one of what can move. */
void search_random(struct search *search);
/* Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi & Nagarakatte, ASPLOS 2010): the task of highest
 * priority moves, and at depth − 1 points of the run the one that is about to gets the lowest. */
void search_pct(struct search *search);
/* Partial-order sampling (Yuan, Yang & Gu, CAV 2018): the pending transition of highest priority moves, and those that
 * depend on it get new ones. */
void search_pos(struct search *search);

/* ---- for strategies ---------------------------------------------------------------------------------------------- */

/* Counts the execution that is over and tells of it. Whether the search is to go on. */
bool search_execution(struct search *search, uint64_t class_hash);
/* The same of one that need not be run, for it is the same as one before; one that violates something only when
 * watch.again is there. */
bool search_repeat(struct search *search, const struct repeat_end *end);
/* After a transition: whether the search is to go on. */
static inline bool search_goes_on(struct search *search)
{
    enum { TRANSITIONS_UNASKED_MAX = 512 };

    if (search->should_stop == NULL || ++search->transitions_unasked < TRANSITIONS_UNASKED_MAX) {
        return true;
    }
    search->transitions_unasked = 0;
    if (!search->should_stop(search->stop_context)) {
        return true;
    }
    search->stopped_by = SEARCH_CALLER_STOPPED;
    return false;
}

#endif
