/* A plan: which calls of a run go wrong, and how. It comes from a search or a repro, beside the faults that the
 * scenario itself has.
 *
 * A call is named by the task that makes it, its effect, and how many of that effect the task has made before, so a
 * plan means the same whatever other tasks do.
 */
#ifndef DRYDOCK_SIM_SCENARIO_PLAN_H
#define DRYDOCK_SIM_SCENARIO_PLAN_H

#include "core/effect.h"

enum strike_kind {
    STRIKE_NONE,
#define STRIKE(ID, name, what) STRIKE_##ID,
#include "sim/scenario/strikes.def"
    STRIKE_COUNT
};

struct strike_info {
    const char *name, *what;
};
const struct strike_info *strike_info(enum strike_kind kind);
bool strike_by_name(const char *name, enum strike_kind *kind);

enum { FIRES_FOREVER = 0 };

/* A call and what happens to it: a fault, or a strike right after it was applied. */
struct mishap {
    const char *task; /* label of the task */
    enum effect_id effect;
    uint32_t nth;          /* of the task's calls of this effect, from 1 */
    const char *object;    /* what the call was about where it was found, for people; may be NULL */
    enum fault_kind fault; /* FAULT_NONE: a strike */
    enum strike_kind strike;
    /* Calls that the fault hits before it has healed: this one, and then each later call of this effect by any task.
     * 1: it happens once. A strike always does. */
    uint32_t fires;
    int64_t delay_ms; /* of FAULT_SLOW */
};

enum { PLAN_MISHAPS_MAX = 4 };

struct plan {
    struct mishap mishaps[PLAN_MISHAPS_MAX];
    uint32_t count;
};

/* How long the faults that a search tries stay: each number of firings up to `heals_max` (1: once; 0: none), and for
 * ever. */
struct stays {
    uint32_t heals_max;
    bool forever;
};

/* The same call and the same mishap, whatever the object. */
bool mishap_equal(const struct mishap *left, const struct mishap *right);
/* Whether calls beside its own can be hit. */
bool mishap_stays(const struct mishap *mishap);
/* Which, in words to be added to its own call: ", and all such calls after it"; "" when none. */
const char *mishap_reach(struct arena *arena, const struct mishap *mishap);
/* The name of its fault or strike. */
const char *mishap_name(const struct mishap *mishap);
/* What it comes to for the caller, who sees an error, whatever its code: "fails" when nothing happened and an error
 * says so, else the mishap's own name. */
const char *mishap_effect(const struct mishap *mishap);

#endif
