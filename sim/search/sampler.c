#include "sim/search/sampler.h"

#include "core/value.h"
#include "sim/search/grow.h"
#include "sim/search/hash_set.h"
#include "sim/search/repeats.h"
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

struct sampling {
    struct search *search;
    const struct sampler_strategy *strategy;
    struct sampler sampler;
    struct walk walk;
    struct hash_set classes;
    struct repeats repeats;
};

static uint32_t draw(struct sampling *sampling, uint32_t bound)
{
    uint32_t choice = sampler_below(&sampling->sampler, bound);

    repeats_choose(&sampling->repeats, bound, choice);
    return choice;
}

static void move(struct sampling *sampling, uint32_t count)
{
    const struct sampler_strategy *strategy = sampling->strategy;
    struct sampler *sampler = &sampling->sampler;
    struct machine *machine = sampling->search->machine;
    uint32_t index = 0;

    if (strategy->choose != NULL) {
        index = strategy->choose(strategy->context, sampler, count);
    } else if (count > 1) {
        index = draw(sampling, count);
    }
    const struct footprint *footprint = walk_step(&sampling->walk, index);

    sampler->transitions++;
    if (strategy->moved != NULL) {
        strategy->moved(strategy->context, sampler, machine->path[machine->depth - 1].number, footprint);
    }
}

/* From where the prefix ends to the end of a run. Whether it got there. */
static bool execute(struct sampling *sampling)
{
    struct machine *machine = sampling->search->machine;

    for (;;) {
        uint32_t count = machine_move_count(machine);

        if (count == 0) {
            uint32_t ways = machine_rest(machine);

            if (ways == 0) {
                return true;
            }
            walk_pass(&sampling->walk, draw(sampling, ways));
        } else {
            move(sampling, count);
        }
        if (!search_goes_on(sampling->search)) {
            return false;
        }
    }
}

/* Runs an execution to its end. Whether the search is to go on. */
static bool run(struct sampling *sampling)
{
    struct search *search = sampling->search;
    const struct sampler_strategy *strategy = sampling->strategy;
    struct sampler *sampler = &sampling->sampler;
    uint64_t violating = search->counts.violating;
    bool go_on = false;

    sampler->transitions = 0;
    repeats_begin(&sampling->repeats);
    if (strategy->begin != NULL) {
        strategy->begin(strategy->context, sampler);
    }
    if (execute(sampling)) {
        uint64_t class_hash = walk_hash(&sampling->walk);

        search->counts.classes += hash_set_add(&sampling->classes, class_hash) && !sampling->classes.full;
        go_on = search_execution(search, class_hash);
        repeats_end(&sampling->repeats, (struct repeat_end){.class_hash = class_hash,
                                                            .execution = search->counts.executions,
                                                            .transitions = sampler->transitions,
                                                            .depth = search->machine->depth,
                                                            .violates = search->counts.violating != violating});
    }
    if (sampler->transitions > sampler->transition_max) {
        sampler->transition_max = sampler->transitions;
    }
    walk_back(&sampling->walk, search->prefix_length);
    return go_on;
}

static void sample(struct sampling *sampling)
{
    struct search *search = sampling->search;
    struct sampler *sampler = &sampling->sampler;
    bool go_on = true;

    repeats_init(&sampling->repeats, sampling->strategy->choose == NULL ? search->repeats_max : 0);
    while (go_on) {
        sampler->execution++;
        sampler->prng.state = hash_combine(search->seed, sampler->execution);
        const struct repeat_end *end = repeats_find(&sampling->repeats, sampler->prng);

        if (end == NULL || (end->violates && search->watch.again == NULL)) {
            go_on = run(sampling);
        } else {
            go_on = search_repeat(search, end) && search_goes_on(search);
        }
    }
    search->counts.classes_full = sampling->classes.full;
    hash_set_free(&sampling->classes);
    repeats_free(&sampling->repeats);
}

void search_by_samples(struct search *search, const struct sampler_strategy *strategy)
{
    struct machine *machine = search->machine;
    uint64_t transitions = machine->transition_count;
    uint32_t spacing = machine->spacing;
    uint64_t (*clock_ns)(void) = machine->clock_ns;
    struct sampling sampling = {.search = search, .strategy = strategy, .sampler = {.machine = machine}};

    /* Nothing goes back but to where the executions part: there is no spacing to be found by measuring each step. */
    machine->spacing = 0;
    machine->clock_ns = NULL;
    walk_init(&sampling.walk, machine, false);
    if (walk_follow(&sampling.walk, search->prefix, search->prefix_length)) {
        sample(&sampling);
    } else {
        search->stopped_by = SEARCH_PREFIX;
    }
    search->counts.transitions += machine->transition_count - transitions;
    machine->spacing = spacing;
    machine->clock_ns = clock_ns;
    walk_free(&sampling.walk);
}
