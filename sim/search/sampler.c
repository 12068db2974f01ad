#include "sim/search/sampler.h"

#include "core/value.h"
#include "sim/search/grow.h"
#include "sim/search/hash_set.h"
#include "sim/search/walk.h"

#include <stdlib.h>

/* ---- priorities ------------------------------------------------------------------------------------------------- */

void priority_set(struct priorities *priorities, struct sampler *sampler, uint32_t slot, uint64_t value)
{
    grow((void *)&priorities->items, &priorities->size, slot + 1, sizeof *priorities->items);
    priorities->items[slot] = (struct priority){sampler->execution, value};
}

uint64_t priority_draw(struct sampler *sampler)
{
    return prng_next(&sampler->prng) | (uint64_t)1 << 63;
}

uint64_t priority_of(struct priorities *priorities, struct sampler *sampler, uint32_t slot)
{
    if (slot >= priorities->size || priorities->items[slot].execution != sampler->execution) {
        priority_set(priorities, sampler, slot, priority_draw(sampler));
    }
    return priorities->items[slot].value;
}

uint32_t priority_highest(struct priorities *priorities, struct sampler *sampler, uint32_t count)
{
    uint32_t highest = 0;
    uint64_t highest_value = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t value = priority_of(priorities, sampler, machine_move_slot(sampler->machine, i));

        if (value > highest_value) {
            highest = i;
            highest_value = value;
        }
    }
    return highest;
}

/* ---- executions ------------------------------------------------------------------------------------------------- */

/* From where the prefix ends to the end of a run. Whether it got there. */
static bool execute(struct search *search, const struct sampler_strategy *strategy, struct sampler *sampler,
                    struct walk *walk)
{
    struct machine *machine = search->machine;

    for (;;) {
        uint32_t count = machine_move_count(machine);

        if (count == 0) {
            uint32_t ways = machine_rest(machine);

            if (ways == 0) {
                return true;
            }
            walk_pass(walk, sampler_below(sampler, ways));
        } else {
            uint32_t index = strategy->choose(strategy->context, sampler, count);
            const struct footprint *footprint = walk_step(walk, index);

            sampler->transitions++;
            if (strategy->moved != NULL) {
                strategy->moved(strategy->context, sampler, machine->path[machine->depth - 1].number, footprint);
            }
        }
        if (!search_goes_on(search)) {
            return false;
        }
    }
}

static void sample(struct search *search, const struct sampler_strategy *strategy, struct walk *walk)
{
    struct sampler sampler = {.machine = search->machine};
    struct hash_set classes = {0};
    bool go_on = true;

    while (go_on) {
        sampler.execution++;
        sampler.prng.state = hash_combine(search->seed, sampler.execution);
        sampler.transitions = 0;
        if (strategy->begin != NULL) {
            strategy->begin(strategy->context, &sampler);
        }
        go_on = execute(search, strategy, &sampler, walk);
        if (go_on) {
            search->counts.classes += hash_set_add(&classes, walk_hash(walk)) && !classes.full;
            go_on = search_execution(search, walk_hash(walk));
        }
        if (sampler.transitions > sampler.transition_max) {
            sampler.transition_max = sampler.transitions;
        }
        walk_back(walk, search->prefix_length);
    }
    search->counts.classes_full = classes.full;
    hash_set_free(&classes);
}

void search_by_samples(struct search *search, const struct sampler_strategy *strategy)
{
    struct machine *machine = search->machine;
    uint64_t transitions = machine->transition_count;
    uint32_t spacing = machine->spacing;
    struct walk walk;

    /* Nothing goes back but to where the executions part. */
    machine->spacing = 0;
    walk_init(&walk, machine, false);
    if (walk_follow(&walk, search->prefix, search->prefix_length)) {
        sample(search, strategy, &walk);
    } else {
        search->stopped_by = SEARCH_PREFIX;
    }
    search->counts.transitions += machine->transition_count - transitions;
    machine->spacing = spacing;
    walk_free(&walk);
}
