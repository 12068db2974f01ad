#include "sim/tests/trial.h"

#include "core/value.h"
#include "sim/search/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

enum { MEMORY_SIZE = 64 * 1024 * 1024 };

static void out_of_memory(void *context)
{
    (void)context;
    abort();
}

static bool note_execution(void *context, struct machine *machine, bool violates, uint64_t class_hash)
{
    struct trial *trial = context;

    (void)machine;
    trial->repeated += !hash_set_add(&trial->classes, class_hash);
    trial->in_order = hash_combine(trial->in_order, class_hash);
    hash_set_add(&trial->outcomes, program_outcome(&trial->program));
    if (violates) {
        hash_set_add(&trial->violating, class_hash);
    }
    return true;
}

void trial_begin(struct trial *trial, const struct program *program, bool fused)
{
    *trial = (struct trial){.preemptions_max = UINT32_MAX, .delays_max = UINT32_MAX};
    assert_true(memory_init(&trial->memory, MEMORY_SIZE, out_of_memory, NULL));
    trial->program = (struct program_stage){.program = program, .fused = fused};
    trial->stage = program_stage(&trial->program, &trial->memory);
    trial->machine = malloc(sizeof *trial->machine);
    assert_non_null(trial->machine);
    machine_init(trial->machine, &trial->stage);
    trial->search = (struct search){.machine = trial->machine, .watch = {trial, note_execution, NULL}};
}

void trial_end(struct trial *trial)
{
    machine_free(trial->machine);
    free(trial->machine);
    memory_free(&trial->memory);
    hash_set_free(&trial->classes);
    hash_set_free(&trial->outcomes);
    hash_set_free(&trial->violating);
}

/* ---- brute force ------------------------------------------------------------------------------------------------ */

/* How a schedule came here. */
struct so_far {
    uint32_t last; /* the task that moved last; ORDER_NONE: none, or the run has passed on since */
    uint32_t preemptions, delays;
};

static void try_all(struct trial *trial, struct walk *walk, struct so_far so_far);

static void try_pass(struct trial *trial, struct walk *walk, struct so_far so_far)
{
    struct machine *machine = trial->machine;
    uint32_t ways = machine_rest(machine);
    uint32_t depth = machine->depth;

    if (ways == 0) {
        trial->search.counts.executions++;
        note_execution(trial, machine, machine_over(machine), walk_hash(walk));
    }
    so_far.last = ORDER_NONE;
    for (uint32_t way = 0; way < ways; way++) {
        walk_pass(walk, way);
        try_all(trial, walk, so_far);
        walk_back(walk, depth);
    }
}

static void try_all(struct trial *trial, struct walk *walk, struct so_far so_far)
{
    struct machine *machine = trial->machine;
    uint32_t depth = machine->depth;
    uint32_t count = machine_move_count(machine);
    bool could_go_on = so_far.last != ORDER_NONE && machine_index(machine, so_far.last) != ORDER_NONE;

    if (count == 0) {
        try_pass(trial, walk, so_far);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct so_far then = {machine_move_slot(machine, i), so_far.preemptions, so_far.delays + i};

        then.preemptions += could_go_on && then.last != so_far.last;
        if (then.preemptions <= trial->preemptions_max && then.delays <= trial->delays_max) {
            walk_step(walk, i);
            try_all(trial, walk, then);
            walk_back(walk, depth);
        }
    }
}

void trial_by_brute_force(struct trial *trial)
{
    struct walk walk;

    walk_init(&walk, trial->machine, false);
    if (walk_follow(&walk, trial->search.prefix, trial->search.prefix_length)) {
        try_all(trial, &walk, (struct so_far){.last = ORDER_NONE});
    }
    walk_free(&walk);
}

bool set_within(const struct hash_set *part, const struct hash_set *whole)
{
    for (uint32_t i = 0; i < part->size; i++) {
        if (part->items[i] != 0 && !hash_set_has(whole, part->items[i])) {
            return false;
        }
    }
    return true;
}
