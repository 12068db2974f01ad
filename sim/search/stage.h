/* A stage: something whose runs can be searched. What a search knows of a run, it knows through this.
 *
 * A run goes on by transitions of tasks that can move (the kernel's), and, when nothing can move, by passing on: time
 * goes to the next instant, or one of several things happens there. A run is over when there is nothing to pass on to.
 */
#ifndef DRYDOCK_SIM_SEARCH_STAGE_H
#define DRYDOCK_SIM_SEARCH_STAGE_H

#include "sim/kernel/snapshot.h"
#include "sim/search/footprint.h"

struct machine;

struct stage {
    void *context;
    struct memory *memory; /* reset before begin() */
    bool ends_tasks;       /* a transition may end tasks that could move */
    /* Builds the start of a run, for the machine that will run it, and says what belongs to it. */
    void (*begin)(void *context, struct machine *machine, struct snapshot_scope *scope);
    /* Whether what the next transition of a task will touch depends on what it finds. NULL: never. */
    bool (*variable)(void *context, const struct kernel_task *task);
    /* Told before and after each transition of a task; `switched`: the task that moved before it could have gone on,
     * and another did. May be NULL. */
    void (*before)(void *context, const struct kernel_task *task, bool switched);
    void (*after)(void *context);
    /* How many ways there are to pass on when nothing can move, 0: the run is over. NULL: always 0. */
    uint32_t (*rest)(void *context);
    /* Passes on in one of these ways. */
    void (*pass)(void *context, uint32_t way);
    /* A number that is the same for two resting runs only if everything that can follow is the same; 0: not known.
     * NULL: never known. */
    uint64_t (*state)(void *context);
    /* The run is over: the last look at it. Whether anything was violated in it. */
    bool (*over)(void *context);
};

#endif
