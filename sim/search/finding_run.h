/* A run as its findings are looked for: its transitions side by side with what each touched. */
#ifndef DRYDOCK_SIM_SEARCH_FINDING_RUN_H
#define DRYDOCK_SIM_SEARCH_FINDING_RUN_H

#include "sim/search/scenario_stage.h"

struct finding_run {
    const struct machine *machine;
    const struct scenario_stage *stage;
    struct arena *arena;
    const struct footprint **footprints; /* of transitions, in their order; NULL: not gathered */
    uint32_t count;
};

/* Of the stage's run in progress, on this machine; what is made on the way lies in `arena`. */
struct finding_run finding_run(const struct machine *machine, const struct scenario_stage *stage, struct arena *arena);

static inline const struct moved *moved_at(const struct finding_run *run, int index)
{
    return scenario_stage_moved(run->stage, (uint32_t)index);
}

/* Whether transitions of two actors depend on one another; false for those of one actor. */
bool moves_conflict(const struct finding_run *run, int left, int right);

/* Whether transition `first` happens before a later one, `second`: a chain leads from one to the other, in which each
 * is of the same actor as the next or in conflict with it (sim/search/order.h, but that an actor's tasks are one, and
 * that what comes later in time needs not depend on what came earlier). Where no chain leads, what `second` did owes
 * nothing to `first`. */
bool happens_before(const struct finding_run *run, int first, int second);

#endif
