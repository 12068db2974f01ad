/* A run that is driven transition by transition: what can move, moving it, and going back.
 *
 * Going back is done from saved runs and by running again from the last saved one. How far saved runs are apart is
 * fixed, or, when the machine is given a clock, chosen from how long a step takes against how long a copy takes; it
 * never changes what is explored.
 */
#ifndef DRYDOCK_SIM_SEARCH_MACHINE_H
#define DRYDOCK_SIM_SEARCH_MACHINE_H

#include "sim/search/order.h"
#include "sim/search/stage.h"

struct move {
    uint32_t slot;
    uint32_t index; /* among what can move */
    bool variable;  /* its footprint depends on what it finds */
    uint32_t cause; /* the transition in this phase that started the task, which has not moved yet; else ORDER_NONE */
};

/* A step of the path from the start: a transition, or passing on. */
struct path_step {
    bool pass;
    uint32_t number;                   /* the way of passing on, the slot of the task that moves */
    const struct footprint *footprint; /* of a transition, when it was gathered */
};

struct saved_run {
    uint32_t phase, event_count;
    uint32_t depth;
    struct snapshot snapshot;
};

struct machine {
    const struct stage *stage;
    struct kernel *kernel; /* of the run in progress */
    struct snapshot_scope scope;
    struct catalogue catalogue;
    uint32_t phase;       /* how often the run has passed on */
    uint32_t event_count; /* transitions since */
    bool gathers;         /* whether footprints are wanted */

    uint64_t *identities; /* of tasks, by slot */
    uint32_t identity_count, identity_size;
    uint32_t *slot_by_identity; /* open addressing, slot + 1 */
    uint32_t slot_table_size;

    struct path_step *path;
    uint32_t depth, path_size;
    struct path_step *path_kept; /* during a detour */
    uint32_t path_kept_size;
    struct saved_run *saved; /* a stack, by depth; the first is the start */
    uint32_t saved_count, saved_size;
    size_t saved_bytes;   /* room of all of them */
    uint32_t spacing_min; /* more than this apart, so that they stay within bounds */
    uint32_t spacing;     /* levels between saved runs */
    uint64_t transition_count;
    uint64_t repeated_count; /* transitions on the way back: depends on the spacing */

    uint64_t (*clock_ns)(void); /* NULL: the spacing stays; set before machine_start() */
    uint64_t step_ns, save_ns;  /* the least measured until the spacing was chosen; 0: none */
    uint32_t steps_measured, backs_measured;
};

void machine_init(struct machine *machine, const struct stage *stage);
void machine_free(struct machine *machine);
/* To the start of a run. */
void machine_start(struct machine *machine);
/* How many tasks can move, and which, in the kernel's order. */
uint32_t machine_move_count(const struct machine *machine);
struct move machine_move(const struct machine *machine, uint32_t index);
uint32_t machine_move_slot(const struct machine *machine, uint32_t index);
/* The same of the task in a slot: its index (ORDER_NONE: it cannot move), its move (false: it cannot). */
uint32_t machine_index(const struct machine *machine, uint32_t slot);
bool machine_find(const struct machine *machine, uint32_t slot, struct move *move);
/* Performs the next transition of the task in a slot; the same when its index is known. The footprint is the
 * catalogue's; empty unless gathers. */
const struct footprint *machine_step(struct machine *machine, uint32_t slot);
const struct footprint *machine_step_at(struct machine *machine, uint32_t slot, uint32_t index);
/* Passes on when nothing can move. */
uint32_t machine_rest(const struct machine *machine);
void machine_pass(struct machine *machine, uint32_t way);
/* Saves the run as it is now, so that going back to here costs one copy. */
void machine_keep(struct machine *machine);
/* Whether the run, which is over, violates anything. */
bool machine_over(const struct machine *machine);
/* Back to an earlier point of the path, or to its end after a detour. */
void machine_back(struct machine *machine, uint32_t depth);
/* Goes another way from an earlier point of the path, to see what is there: back to `depth`, then transitions of the
 * tasks in these slots. Returns the footprint of the last. The path stays what it was, and machine_back() must follow
 * before anything else is asked of the run. */
const struct footprint *machine_detour(struct machine *machine, uint32_t depth, const uint32_t *slots, uint32_t count);

/* ---- for stages -------------------------------------------------------------------------------------------------- */

/* Every task that starts must be announced (kernel_observer.started). */
void machine_task_started(struct machine *machine, struct kernel_task *task);
/* During a transition: it touches an object. */
static inline void machine_touch(struct machine *machine, uint32_t object, enum access_mode mode)
{
    if (machine->gathers) {
        footprint_touch(&machine->catalogue, object, mode);
    }
}

#endif
