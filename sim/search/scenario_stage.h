/* A scenario as a stage: its runs can be searched.
 *
 * Actors "at any time" are held at first (sim/scenario/course.h). When nothing can move, the run passes on: time goes
 * to the next deadline, and any of the held actors start there, beside whatever is due; which, is the choice of the
 * search. A run is over when all is done and idle, or at the scenario's end.
 *
 * What a transition touches is told by the fakes (world, object by object) and by the node's accessors (cells).
 */
#ifndef DRYDOCK_SIM_SEARCH_SCENARIO_STAGE_H
#define DRYDOCK_SIM_SEARCH_SCENARIO_STAGE_H

#include "sim/scenario/runner.h"
#include "sim/search/machine.h"
#include "sim/search/names.h"

/* A transition of a run, for people and fingerprints. Texts are the stage's. */
struct moved {
    uint32_t slot, origin;
    enum moment moment;
    enum effect_id effect; /* not of a start */
    uint32_t nth;          /* of the task's calls of this effect; of a start 1 */
    const char *object;
    enum fault_kind fault; /* of an apply */
    bool writes;           /* it changed the world */
    bool switched;         /* another task moved last, which could have gone on */
};

/* A call that was applied in some run: where a mishap can be planned. */
struct site {
    uint32_t slot;
    enum effect_id effect;
    uint32_t nth; /* of the task's calls of this effect */
    const char *object;
    bool writes; /* it changed something that outlives the process */
};

/* What the stage keeps of the run in progress; lies in the run's memory. */
struct stage_run;

struct scenario_stage {
    struct scenario scenario; /* without its expectations and schedule */
    struct run_options options;
    struct plan plan;
    bool counts_only; /* of its runs counts and violations are wanted, no events and no hash; false at first */
    bool ends_tasks;  /* the process may crash in a run */

    struct memory *memory; /* of the runs */
    struct machine *machine;
    struct oracle_memory oracle_memory;
    struct write_log writes;
    struct arena arena, record_arena, event_arena;
    struct runner *runner; /* of the run in progress */
    struct stage_run *run;
    struct names names;
    const char **labels; /* of tasks, by slot */
    uint32_t label_size;
    struct site *sites; /* in the order in which they were first met */
    uint32_t site_count, site_size;
    uint32_t *site_table; /* open addressing, index + 1 */
    uint32_t site_table_size;
};

/* The stage of a scenario; options.plan may be NULL. `memory` is for the runs, and must outlive the stage. */
void scenario_stage_init(struct scenario_stage *stage, const struct scenario *scenario,
                         const struct run_options *options, struct memory *memory);
void scenario_stage_free(struct scenario_stage *stage);
/* As a search sees it. */
struct stage scenario_stage(struct scenario_stage *stage);

/* ---- the run in progress -------------------------------------------------------------------------------------------
 */

uint32_t scenario_stage_moved_count(const struct scenario_stage *stage);
const struct moved *scenario_stage_moved(const struct scenario_stage *stage, uint32_t index);
const char *scenario_stage_label(const struct scenario_stage *stage, uint32_t slot);
/* The actor behind a task. */
const struct scenario_actor *scenario_stage_actor(const struct scenario_stage *stage, uint32_t origin);
/* A way of passing on as the held actors that it starts (bits), and back. */
uint64_t scenario_stage_starts(const struct scenario_stage *stage, uint32_t way);
uint32_t scenario_stage_way(const struct scenario_stage *stage, uint64_t starts);

#endif
