/* What a run that broke an oracle is told apart by, and what is to be said of it.
 *
 * A fingerprint is the oracle and the two sites that matter: the one that broke it, and either the call that went wrong
 * or the other party of the race. A call that went wrong matters when it happens before the step that broke the oracle;
 * when it has nothing to do with that step, the fingerprint is that of the run without it. A site is an actor's kind
 * and an effect: the same mistake on another app is the same finding, and so is one after another error of the same
 * call.
 */
#ifndef DRYDOCK_SIM_SEARCH_FINDING_H
#define DRYDOCK_SIM_SEARCH_FINDING_H

#include "sim/search/scenario_stage.h"

enum { SIMPLER_MAX = 8 };

struct finding {
    const char *fingerprint;
    /* Fingerprints of the same without some of the mishaps: when one of them is known, this one tells nothing new. */
    const char *simpler[SIMPLER_MAX];
    uint32_t simpler_count;
    const char *oracle;
    const char *object;
    const char *message; /* the oracle's sentence */
    const char *why;     /* which steps raced or which call was mishandled, one sentence */
};

enum { FINDINGS_MAX = 32 }; /* in one run; more are not looked at */

/* The findings of the run in progress, each fingerprint once, in the order in which they came. The machine must have
 * gathered footprints on the way. Texts are made in `arena`. Returns how many. */
uint32_t findings_of_run(const struct machine *machine, const struct scenario_stage *stage, struct arena *arena,
                         struct finding findings[FINDINGS_MAX]);

/* A transition in words: "docker containers.prune", "the start", "the answer to db find". */
const char *moved_text(struct arena *arena, const struct moved *moved);

#endif
