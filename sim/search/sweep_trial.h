/* One run of a sweep, watched closely enough to be judged against another: the plain run, or the run with the first of
 * two mishaps.
 */
#ifndef DRYDOCK_SIM_SEARCH_SWEEP_TRIAL_H
#define DRYDOCK_SIM_SEARCH_SWEEP_TRIAL_H

#include "sim/kernel/snapshot.h"
#include "sim/scenario/runner.h"
#include "sim/search/report_counts.h"
#include "sim/search/sweep_outcome.h"

/* A call that was answered: a mishap may hit it. */
struct sweep_site {
    const char *task;   /* label */
    const char *object; /* what it was about, NULL: nothing in particular */
    const char *place;  /* in core/, as struct effect has it; NULL: not by core/ */
    enum effect_id effect;
    uint32_t origin;       /* index of the actor */
    uint32_t nth;          /* of the task's calls of this effect */
    enum fault_kind fault; /* that it suffers already */
    uint64_t step;         /* transition at which it was applied */
    uint64_t content;      /* hash of request and answer, but for instants and large numbers */
};

/* Something that broke an oracle. */
struct trial_violation {
    const char *oracle, *object, *message;
    const char *site; /* "install/docker containers.prune"; of a state: who made the object, or NULL */
    uint64_t key;     /* oracle and object: tells whether another run broke it too */
    uint64_t step;    /* 0: a state */
};

/* Where a mishap hit. */
struct trial_hit {
    const char *site, *object; /* "install/docker containers.list", "fluxweb_shop" */
    uint64_t step;
};

/* What is kept of a run; all in the arena that trial_run() was given. */
struct trial {
    struct plan plan; /* the scenario's own mishaps, then those tried */
    struct trial_hit hits[PLAN_MISHAPS_MAX];
    uint32_t fired[PLAN_MISHAPS_MAX]; /* as the runner counts */
    uint32_t calls;                   /* answered, in all */
    struct sweep_site *sites;         /* when asked for */
    uint32_t site_count, site_size;
    struct trial_violation *violations;
    uint32_t violation_count, violation_size;
    struct report_counts reports; /* warnings, errors, failures noted */
    bool reported;                /* more of some report than the baseline has */
    bool late;                    /* as it was asked for */
    struct outcome start, end;
    const char *gave_up; /* why the run did not come to its end; NULL: it did */
    uint64_t trace_hash;
    uint64_t unfired_faults; /* of the scenario's own, as bits; those past the 64th count as fired */
};

/* What all runs of a sweep share. The scenario's world is built once; each run starts from a copy of that moment. */
struct trial_bench {
    struct memory run_memory, keep_memory; /* keep_memory: for what the sweep keeps of runs */
    struct arena run_arena, records;       /* of the run; in run_memory */
    const struct scenario *scenario;
    struct run_options options; /* revision, without, seed */
    struct runner *runner;      /* in run_arena */
    struct snapshot begun; /* the run begun, nothing moved yet; where snapshots are not possible it is begun anew */
    struct snapshot_scope scope;
};

struct trial_request {
    const struct mishap *mishaps; /* beside the scenario's own */
    uint32_t mishap_count;
    const struct trial *baseline; /* NULL: none */
    bool sites;                   /* are wanted */
    uint32_t calls_max;           /* a run with more is given up as endless; 0: no bound */
    bool late;                    /* not first in first out: along the empty course, see trial_can_be_late() */
};

/* Reserves address space. Ends the program with status 3 when the system refuses. */
void trial_bench_init(struct trial_bench *bench);
void trial_bench_free(struct trial_bench *bench);
/* Puts a scenario on the bench; both must outlive its runs. */
void trial_bench_set(struct trial_bench *bench, const struct scenario *scenario, const struct run_options *options);

/* Whether the bench's scenario can also be run along the empty course (sim/scenario/course.h): whoever moved last goes
 * on while it can, so what a task starts and does not wait for comes as late as it may. Not when the scenario itself
 * says who moves, or has actors "at any time". */
bool trial_can_be_late(const struct trial_bench *bench);

/* Runs the bench's scenario. A step of the schedule, or a turn of the course, that the mishaps made impossible ends
 * what is left of it: from there on the default order decides. */
struct trial *trial_run(struct trial_bench *bench, const struct trial_request *request, struct arena *arena);

/* In what the end differs from the baseline's (bits of enum outcome_part). After a strike each part may also be as it
 * was when the run began: what was cut off may be done or undone. */
uint32_t trial_difference(const struct trial *trial, const struct trial *baseline);
/* Whether an oracle was broken on this object. */
bool trial_violates(const struct trial *trial, uint64_t key);

#endif
