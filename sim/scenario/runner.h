/* Runs a scenario once: builds the world, lets the actors act, injects the faults, follows the schedule, asks the
 * oracles, and holds the outcome against what the scenario expects.
 */
#ifndef DRYDOCK_SIM_SCENARIO_RUNNER_H
#define DRYDOCK_SIM_SCENARIO_RUNNER_H

#include "sim/kernel/kernel.h"
#include "sim/kernel/recorder.h"
#include "sim/oracles/oracle.h"
#include "sim/scenario/plan.h"
#include "sim/scenario/scenario.h"

struct run_options {
    const struct revision *revision;
    uint32_t without; /* switches of the revision to take out */
    bool seed_given;
    uint64_t seed;           /* instead of the scenario's */
    bool keep_events;        /* the record's events are wanted after the run */
    bool hold_any;           /* actors "at any time" wait for actor_release() */
    const struct plan *plan; /* NULL: only the scenario's own faults */
    bool more_faults;        /* some may be armed while it runs: injector_arm() */
    /* NULL, or bits 1 << number of a mishap of the plan: a call was made that its fault would have hit, had it not
     * healed before. They are only ever set, and not taken back with the run. */
    uint32_t *spared;
    /* NULL, or bits of enum switch_bit: added are those of the switches that the logic asked for, whatever the answer.
     * As with `spared`, none is taken back. Until the first question about a switch, runs with and without it are the
     * same run; so a run that never asks is the same altogether. */
    uint32_t *asked;
    struct docker_backend *docker; /* who answers docker effects; NULL: the fake */
    struct write_log *writes;      /* the run will be saved and brought back with it; NULL: it will not */
};

/* A fault of the scenario and how far it has got. */
struct armed_fault {
    const struct scenario_fault *fault;
    uint32_t matched; /* calls that it could have hit */
    uint32_t fired;
    bool healed; /* it hits no more */
};

/* An actor and when it acts next. */
struct actor_state {
    int64_t next_ms; /* instant, ms since the epoch; −1: never again */
    bool due;        /* it has not acted since the scenario's start, or since the process's */
    uint32_t rounds; /* how often it has acted */
    bool held;       /* waits for actor_release() */
};

struct runner {
    const struct scenario *scenario;
    struct run_options options;
    struct revision revision; /* the given one less what is taken out */
    struct kernel kernel;
    struct recorder recorder;
    struct oracles oracles;
    struct node_config config;
    struct run_record *record;
    struct armed_fault *faults; /* the scenario's first */
    uint32_t fault_count, fault_size;
    struct plan plan;
    uint32_t fired[PLAN_MISHAPS_MAX]; /* how often each of the plan's mishaps has; of one that stays for ever at most 1,
                                         as nothing depends on more */
    struct actor_state *actors;
    bool restarting;          /* the process is down, and will start again */
    int64_t start_ms, end_ms; /* INT64_MAX: until nothing is left to do */
    /* the schedule step in progress (schedule.c) */
    const struct scenario_step *step;
    uint32_t step_matches; /* how often the step's task was about to do it */
    bool step_reached;
};

/* The start of a run: a runner that has built everything, with the actors armed and nothing moved yet. It lives in
 * `arena`; run_memory has been reset. */
struct runner *runner_begin(const struct scenario *scenario, const struct run_options *options,
                            struct memory *run_memory, struct arena *arena, struct arena *record_arena,
                            struct arena *event_arena);
/* The end: what was armed and never fired, and what was expected. */
void runner_end(struct runner *runner);
/* The record as it would be if the run ended now; valid until it goes on. */
struct run_record runner_look(struct runner *runner);

/* Runs. `run_memory` is reset first and afterwards holds nothing that the record needs; the record lives in
 * `record_arena`, its events in `event_arena`, where they stay only with keep_events. wall_us is left to the caller,
 * who has a clock. */
struct run_record *scenario_run(const struct scenario *scenario, const struct run_options *options,
                                struct memory *run_memory, struct arena *record_arena, struct arena *event_arena);

/* ---- between runner.c, actors.c, injector.c, schedule.c and expectations.c ------------------------------------- */

/* Puts every actor on the clock. */
void actors_arm(struct runner *runner);
/* An actor that was held acts now. */
void actor_release(struct runner *runner, uint32_t index);
/* A strike of the plan, now. */
void actors_strike(struct runner *runner, enum strike_kind kind);
/* Whether a live task only waits for its next round, so that the node is at rest. */
bool actor_is_idle(const struct runner *runner, const struct kernel_task *task);
/* The next instant at which an actor named `task` acts; INT64_MAX when none will. */
int64_t actor_next_ms(const struct runner *runner, const char *task);
/* Whether some actor that acts once, or has not acted yet, is still to come. */
bool actors_pending(const struct runner *runner);

struct kernel_faults injector_faults(struct runner *runner);
/* One more fault from now on; it must live as long as the run. */
void injector_arm(struct runner *runner, const struct scenario_fault *fault);
/* Counts the faults that never fired and names them among what was not met. */
void injector_report(struct runner *runner);

/* Moves the run on until the scenario's end: its steps first, then by its strategy. */
void schedule_follow(struct runner *runner);
/* Whether all tasks are idle; and no actor is to come either. */
bool schedule_all_idle(const struct runner *runner);
bool schedule_at_rest(const struct runner *runner);
/* The last instant at which something may still happen. */
int64_t schedule_horizon_ms(const struct runner *runner);
/* The next transition of a task, unless the run has had too many. */
void schedule_step(struct runner *runner, struct kernel_task *task);
/* The run proves nothing, because of this; the first reason stays. */
void schedule_give_up(struct runner *runner, const char *format, const char *what);
/* To be told of every issue: the step in progress may have been waiting for it. */
void schedule_issued(struct runner *runner, const struct kernel_task *task, const struct effect *effect);

/* Whether an expectation can only be checked against the run's events. */
bool expectations_want_events(const struct runner *runner);
/* Sets verdict, unmet expectations and as_expected. */
void expectations_check(struct runner *runner);
void expectation_unmet(struct runner *runner, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
