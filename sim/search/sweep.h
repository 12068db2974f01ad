/* The sweep: every call of a scenario's plain run fails in every way it can, alone, and then in pairs; what follows is
 * held against a strict reading.
 *
 * The plain run is the scenario as `drydock run` plays it. A call is an effect that was answered. Each run with a
 * mishap is a run of its own, from the start; as runs are deterministic, the mishap meets exactly the call it was made
 * for, and one that does not is reported (it "was not reached").
 *
 * A mishap alone is tried in a second order, too, where the scenario leaves that open (trial_can_be_late()): what a
 * task starts and does not wait for comes late, as in the default order of a course. Then a violation counts, against
 * the plain run in that order; all else is told of the first order. More orders are for an exploration.
 *
 * A mishap that fired must end in a report, a correct recovery or a violation. Exactly, the class of a run is the first
 * that fits: violating  an oracle is broken on an object, and the run without the mishap does not break it there
 *   absorbed   the outcome is the same, and nothing was reported
 *   recovered  the outcome is the same, and something was reported
 *   reported   the outcome is another, and something was reported
 *   silent     the outcome is another, and nothing was reported: the mishap was swallowed
 * "Reported": FluxOS logged a warning or an error, or a workflow noted a failure (core/notes.def: *-failed), more often
 * than in the run without the mishap. "Outcome": sim/search/sweep_outcome.h, at rest, or where the scenario ends; one
 * who is still at work then, and was not without the mishap, is another outcome. After a strike nobody is left to
 * report, so each part of the outcome may also be as it was when the run began.
 *
 * In a pair the second mishap is chosen among the calls that follow the first in the run with the first, its recovery
 * included, and judged against that run. A pair is a finding only when the second mishap alone does not do the same.
 *
 * The loop is SQLite's (testing page, https://www.sqlite.org/testing.html, sections 3.1 to 3.3: fail the n-th
 * operation, once and from then on, for n = 1, 2, … until a run in which nothing fails; the failure is reported or
 * benign; then an integrity check), over the space that Yuan et al., "Simple Testing Can Prevent Most Critical
 * Failures", OSDI 2014, found worth trying: nine in ten catastrophic failures are errors that were signalled and
 * mishandled, most with at most three events.
 */
#ifndef DRYDOCK_SIM_SEARCH_SWEEP_H
#define DRYDOCK_SIM_SEARCH_SWEEP_H

#include "reports/sweep_report.h"
#include "sim/search/sweep_cases.h"

/* How far a sweep is. */
struct sweep_progress {
    const char *scenario, *revision;
    bool pairs;             /* of pairs; else of single mishaps */
    uint32_t done, planned; /* single mishaps, or first mishaps with all that follow */
    uint32_t findings;      /* distinct, so far */
};

struct sweep_options {
    struct sweep_bounds bounds;
    bool pairs;
    uint32_t jobs;          /* processes; the result is the same for any number */
    struct run_options run; /* revision, without, seed */
    void *context;
    /* Whether to go on; NULL: always. */
    bool (*go_on)(void *context, const struct sweep_progress *progress);
};

/* What is needed to show a finding again. */
struct sweep_found {
    struct plan plan;
    const char **oracles; /* that the run breaks, each once */
    uint32_t oracle_count;
    uint64_t trace_hash;
    uint64_t unfired_faults; /* of the scenario's own: bits */
};

struct sweep {
    struct sweep_result result;
    struct sweep_found *found; /* of result.findings, same places */
    uint32_t found_count, found_size;
};

/* Sweeps a scenario. The result lives in `arena`; the bench's memory is free again afterwards. */
struct sweep *sweep_scenario(struct trial_bench *bench, const struct scenario *scenario,
                             const struct sweep_options *options, struct arena *arena);

/* A finding as a scenario that stands alone: `tree` (the scenario's own JSON) with the mishaps, meant for the release
 * that was swept, expecting what the run violates, without those of its own faults that the run never gets to.
 *
 * Along a course it is a repro as those of an exploration, with a course of no turn: for `drydock replay` and
 * `regress`. Not all can be: who moves is then not the schedule's doing, and actors "at any time" are held. The other
 * form is a plain scenario for `drydock run`. Texts stay where they are; the tree goes to `arena`. `file` is where it
 * will be. */
const struct value *sweep_repro(const struct sweep *sweep, uint32_t finding, const struct value *tree, const char *file,
                                bool along_course, struct arena *arena);
/* The command that replays it. */
const char *sweep_replay_command(const struct sweep *sweep, const char *file, bool along_course, struct arena *arena);

#endif
