/* Playing a repro: a scenario with a course (sim/scenario/course.h), and what a search wrote down of the run it found.
 *
 * Strict: the run must be the one that was found, to the trace's hash; else the first step that differs is named. Where
 * the release is another one, or the course no longer fits, a run can be lenient: a turn that cannot be taken is passed
 * over.
 */
#ifndef DRYDOCK_SIM_SEARCH_REPLAY_H
#define DRYDOCK_SIM_SEARCH_REPLAY_H

#include "sim/search/finding.h"
#include "sim/search/path_course.h"
#include "sim/search/repro_steps.h"

/* Who watches a run on its way. Both may be NULL; false: stop here. */
struct replay_watch {
    void *context;
    /* Before a transition of the task, and before each passing on (task NULL). */
    bool (*before)(void *context, struct runner *runner, const struct kernel_task *task);
    bool (*after)(void *context, struct runner *runner);
};

struct replay_options {
    const struct revision *revision;
    uint32_t without;                   /* switches of it to take out */
    bool keep_events;                   /* the record's events are wanted */
    const struct repro_steps *expected; /* to compare with, while it runs; NULL: nothing is */
    bool lenient;
    bool random; /* the turns are followed as far as they can all be taken, then chance decides, by this seed */
    uint64_t seed;
    const struct replay_watch *watch; /* NULL: nobody */
};

/* The first step that is not as it was. Texts are NULL where a side had no step any more. */
struct replay_difference {
    bool found;
    uint32_t step; /* from 1 */
    struct repro_step expected, actual;
    const char *args, *answer; /* of the actual one, JSON; NULL where it has none */
};

struct replay {
    const struct scenario *scenario;
    struct replay_options options;
    struct arena *arena; /* of what is said */
    struct scenario_stage scenario_stage;
    struct stage stage;
    struct machine machine;
    struct kernel_observer inner; /* the stage's */
    struct runner *runner;        /* with the record; in the run's memory */
    struct run_record *record;
    struct prng chance;

    struct repro_steps steps; /* what the run asked for */
    uint32_t steps_compared;  /* at most: so many were expected by name */
    struct replay_difference difference;
    enum run_end end;
    uint32_t turns_taken;       /* one after the other, before the first that could not be taken */
    uint32_t turns_passed_over; /* lenient: that could not be taken where they came to it */
    uint32_t last_turn_step;    /* steps before the last turn that was taken */
    uint32_t violation_step;    /* steps up to the first violation; 0: none */
    const char *left;           /* where the course was left; NULL: nowhere */
    struct finding findings[FINDINGS_MAX];
    uint32_t finding_count;
};

/* Plays the scenario along its course. Everything lives until replay_free() or the next use of `memory`; what is said
 * is made in `arena`. */
struct replay *replay_run(const struct scenario *scenario, const struct replay_options *options, struct memory *memory,
                          struct arena *arena);
void replay_free(struct replay *replay);

/* Whether the run broke what the repro is about, in the same way; whether it broke that oracle in any way. */
bool replay_finds(const struct replay *replay);
bool replay_breaks(const struct replay *replay, const char *oracle);
/* How the run is not the one that was found, one sentence; NULL: it is that one. For a run on the repro's own release;
 * a scenario without "found" is held against what it expects. */
const char *replay_divergence(const struct replay *replay);
/* The oracle of a repro: its fingerprint begins with it. In `arena`. */
const char *repro_oracle(struct arena *arena, const struct scenario *scenario);
/* Sixteen digits. */
const char *repro_trace_text(struct arena *arena, uint64_t hash);

#endif
