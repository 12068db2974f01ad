#include "sim/search/walk.h"

#include "core/value.h"
#include "sim/search/grow.h"

#include <stdlib.h>

static void stretch_enter(struct walk *walk, uint64_t class_before)
{
    grow((void *)&walk->stretches, &walk->size, walk->count + 1, sizeof *walk->stretches);
    struct stretch *stretch = &walk->stretches[walk->count++];

    if (walk->count > walk->made) {
        order_init(&stretch->order, &walk->machine->catalogue);
        walk->made = walk->count;
    }
    order_cut(&stretch->order, 0);
    stretch->depth = walk->machine->depth;
    stretch->event_first = walk->class.count;
    stretch->class_before = class_before;
    stretch->sum_before = walk->class.sum;
    stretch->checked = 0;
}

void walk_init(struct walk *walk, struct machine *machine, bool orders)
{
    *walk = (struct walk){.machine = machine, .orders = orders};
    machine_start(machine);
    class_hash_init(&walk->class, &machine->catalogue);
    stretch_enter(walk, 0);
}

void walk_free(struct walk *walk)
{
    for (uint32_t i = 0; i < walk->made; i++) {
        order_free(&walk->stretches[i].order);
    }
    free(walk->stretches);
    class_hash_free(&walk->class);
}

uint64_t walk_hash(const struct walk *walk)
{
    return hash_combine(walk_stretch(walk)->class_before, walk_sum(walk));
}

const struct footprint *walk_step(struct walk *walk, uint32_t index)
{
    struct machine *machine = walk->machine;
    const struct kernel_task *task = kernel_ready(machine->kernel, index);
    uint64_t identity = task->identity;
    uint32_t slot = task->slot;

    if (!walk->orders) {
        const struct footprint *footprint = machine_step_at(machine, slot, index);

        class_hash_add(&walk->class, slot, identity, footprint);
        return footprint;
    }
    struct move move = machine_move(machine, index);
    const struct footprint *footprint = machine_step_at(machine, slot, index);
    uint64_t hash = class_hash_add(&walk->class, slot, identity, footprint);

    order_add(&walk_stretch(walk)->order,
              (struct order_event){.slot = slot, .variable = move.variable, .footprint = footprint, .hash = hash},
              move.cause);
    return footprint;
}

void walk_pass(struct walk *walk, uint32_t way)
{
    uint64_t class_before = hash_combine(walk_hash(walk), way + 1);

    machine_pass(walk->machine, way);
    stretch_enter(walk, class_before);
}

static bool follow_step(struct walk *walk, struct path_step step)
{
    struct machine *machine = walk->machine;

    if (step.pass) {
        if (machine_move_count(machine) > 0 || step.number >= machine_rest(machine)) {
            return false;
        }
        walk_pass(walk, step.number);
        return true;
    }
    uint32_t index = machine_index(machine, step.number);

    if (index != ORDER_NONE) {
        walk_step(walk, index);
    }
    return index != ORDER_NONE;
}

bool walk_follow(struct walk *walk, const struct path_step *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!follow_step(walk, steps[i])) {
            return false;
        }
    }
    machine_keep(walk->machine);
    return true;
}

void walk_cut(struct walk *walk, uint32_t depth)
{
    while (walk->count > 1 && walk_stretch(walk)->depth > depth) {
        walk->count--;
    }
    struct stretch *stretch = walk_stretch(walk);

    class_hash_cut(&walk->class, stretch->event_first + depth - stretch->depth);
    if (walk->orders) {
        order_cut(&stretch->order, depth - stretch->depth);
    }
    if (stretch->checked > stretch->order.count) {
        stretch->checked = stretch->order.count;
    }
}

void walk_back(struct walk *walk, uint32_t depth)
{
    walk_cut(walk, depth);
    machine_back(walk->machine, depth);
}
