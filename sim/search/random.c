/* The strategies of sampling: uniform, PCT, POS. */
#include "sim/search/grow.h"
#include "sim/search/sampler.h"

#include <stdlib.h>
#include <string.h>

/* ---- uniform ---------------------------------------------------------------------------------------------------- */

void search_random(struct search *search)
{
    struct sampler_strategy strategy = {.choose = NULL};

    search_by_samples(search, &strategy);
}

/* ---- PCT -------------------------------------------------------------------------------------------------------- */

struct pct {
    struct priorities priorities;
    uint32_t change_count;
    uint32_t *changes; /* before which transition of the run, from 0; the n-th gives priority n */
};

/* How long a run is, is known from the runs before: the first has no change points. */
static void pct_begin(void *context, struct sampler *sampler)
{
    struct pct *pct = context;

    for (uint32_t i = 0; i < pct->change_count; i++) {
        pct->changes[i] = sampler->transition_max == 0 ? UINT32_MAX : sampler_below(sampler, sampler->transition_max);
    }
}

static uint32_t pct_choose(void *context, struct sampler *sampler, uint32_t count)
{
    struct pct *pct = context;

    for (uint32_t i = 0; i < pct->change_count; i++) {
        if (pct->changes[i] == sampler->transitions) {
            uint32_t highest = priority_highest(&pct->priorities, sampler, count);

            priority_set(&pct->priorities, sampler, machine_move_slot(sampler->machine, highest), i + 1);
        }
    }
    return priority_highest(&pct->priorities, sampler, count);
}

void search_pct(struct search *search)
{
    uint32_t size = 0;
    struct pct pct = {.change_count = (search->depth == 0 ? PCT_DEPTH_DEFAULT : search->depth) - 1};
    struct sampler_strategy strategy = {&pct, pct_begin, pct_choose, NULL};

    grow((void *)&pct.changes, &size, pct.change_count, sizeof *pct.changes);
    search_by_samples(search, &strategy);
    free(pct.changes);
    free(pct.priorities.items);
}

/* ---- POS -------------------------------------------------------------------------------------------------------- */

/* What a task's transitions touched when it ran last: what its pending one will touch, as far as can be told. */
struct pos_task {
    const struct footprint **footprints; /* by number in the execution; NULL: not known */
    uint32_t size;
    uint64_t execution; /* to which `moved` belongs */
    uint32_t moved;     /* transitions */
};

struct pos {
    struct priorities priorities;
    struct pos_task *tasks; /* by slot */
    uint32_t size;
};

static struct pos_task *pos_task(struct pos *pos, const struct sampler *sampler, uint32_t slot)
{
    grow((void *)&pos->tasks, &pos->size, slot + 1, sizeof *pos->tasks);
    struct pos_task *task = &pos->tasks[slot];

    if (task->execution != sampler->execution) {
        task->execution = sampler->execution;
        task->moved = 0;
    }
    return task;
}

static uint32_t pos_choose(void *context, struct sampler *sampler, uint32_t count)
{
    struct pos *pos = context;

    return priority_highest(&pos->priorities, sampler, count);
}

/* A transition of which nothing is known may depend on any. */
static bool may_depend(const struct sampler *sampler, const struct pos_task *task, const struct footprint *footprint)
{
    return task->moved >= task->size || task->footprints[task->moved] == NULL ||
           footprints_conflict(&sampler->machine->catalogue, task->footprints[task->moved], footprint);
}

static void pos_moved(void *context, struct sampler *sampler, uint32_t slot, const struct footprint *footprint)
{
    struct pos *pos = context;
    struct pos_task *mover = pos_task(pos, sampler, slot);

    grow((void *)&mover->footprints, &mover->size, mover->moved + 1, sizeof *mover->footprints);
    mover->footprints[mover->moved++] = footprint;
    priority_set(&pos->priorities, sampler, slot, priority_draw(sampler));
    for (uint32_t i = 0; i < machine_move_count(sampler->machine); i++) {
        uint32_t other = machine_move_slot(sampler->machine, i);

        if (other != slot && may_depend(sampler, pos_task(pos, sampler, other), footprint)) {
            priority_set(&pos->priorities, sampler, other, priority_draw(sampler));
        }
    }
}

void search_pos(struct search *search)
{
    struct pos pos = {0};
    struct sampler_strategy strategy = {&pos, NULL, pos_choose, pos_moved};

    search_by_samples(search, &strategy);
    for (uint32_t i = 0; i < pos.size; i++) {
        free(pos.tasks[i].footprints);
    }
    free(pos.tasks);
    free(pos.priorities.items);
}
