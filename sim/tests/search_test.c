/* Searches on stages whose answers are known: the tables of exploration.md, and small generated programs where trying
 * every order is the referee. */
#include "sim/search/programs.h"
#include "sim/search/search.h"

#include "core/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY_SIZE = 64 * 1024 * 1024, GENERATED = 400 };

static void out_of_memory(void *context)
{
    (void)context;
    abort();
}

/* A set of numbers. */
struct set {
    uint64_t *items;
    uint32_t count, size;
};

static bool set_has(const struct set *set, uint64_t item)
{
    for (uint32_t i = (uint32_t)item & (set->size - 1); set->size > 0 && set->items[i] != 0;
         i = (i + 1) & (set->size - 1)) {
        if (set->items[i] == item) {
            return true;
        }
    }
    return false;
}

static void set_add(struct set *set, uint64_t item)
{
    if (set_has(set, item)) {
        return;
    }
    if ((set->count + 1) * 2 > set->size) {
        struct set larger = {calloc(set->size == 0 ? 64 : set->size * 2, sizeof *set->items), 0,
                             set->size == 0 ? 64 : set->size * 2};

        assert_non_null(larger.items);
        for (uint32_t i = 0; i < set->size; i++) {
            if (set->items[i] != 0) {
                set_add(&larger, set->items[i]);
            }
        }
        free(set->items);
        *set = larger;
    }
    uint32_t place = (uint32_t)item & (set->size - 1);

    while (set->items[place] != 0) {
        place = (place + 1) & (set->size - 1);
    }
    set->items[place] = item;
    set->count++;
}

/* A search on a program, and what it has met. */
struct trial {
    struct memory memory;
    struct program_stage program;
    struct stage stage;
    struct machine *machine;
    struct search search;
    struct set classes, outcomes, violating;
    uint32_t repeated; /* executions of a class that had been met */
};

static bool note_execution(void *context, struct machine *machine, bool violates, uint64_t class_hash)
{
    struct trial *trial = context;

    (void)machine;
    trial->repeated += set_has(&trial->classes, class_hash);
    set_add(&trial->classes, class_hash);
    set_add(&trial->outcomes, program_outcome(&trial->program));
    if (violates) {
        set_add(&trial->violating, class_hash);
    }
    return true;
}

static void trial_begin(struct trial *trial, const struct program *program, bool fused)
{
    *trial = (struct trial){0};
    assert_true(memory_init(&trial->memory, MEMORY_SIZE, out_of_memory, NULL));
    trial->program = (struct program_stage){.program = program, .fused = fused};
    trial->stage = program_stage(&trial->program, &trial->memory);
    trial->machine = malloc(sizeof *trial->machine);
    assert_non_null(trial->machine);
    machine_init(trial->machine, &trial->stage);
    trial->search = (struct search){.machine = trial->machine, .watch = {trial, note_execution}};
}

static void trial_end(struct trial *trial)
{
    machine_free(trial->machine);
    free(trial->machine);
    memory_free(&trial->memory);
    free(trial->classes.items);
    free(trial->outcomes.items);
    free(trial->violating.items);
}

/* Every order of everything, by going back to each state for each of its moves. */
static void brute_force(struct trial *trial, struct order *order)
{
    struct machine *machine = trial->machine;
    uint32_t depth = machine->depth;
    uint32_t count = machine_move_count(machine);

    if (count == 0) {
        trial->search.counts.executions++;
        note_execution(trial, machine, machine_over(machine), hash_combine(0, order->class_hash));
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct move move = machine_move(machine, i);

        order_add(order, move.slot, move.variable, machine_step(machine, move.slot), move.cause);
        brute_force(trial, order);
        order_cut(order, depth);
        machine_back(machine, depth);
    }
}

static void run_brute_force(struct trial *trial)
{
    struct order order;

    order_init(&order, &trial->machine->catalogue);
    machine_start(trial->machine);
    brute_force(trial, &order);
    order_free(&order);
}

/* ---- known answers
 * ---------------------------------------------------------------------------------------------------- */

static void expect_classes(const struct program *program, bool fused, uint64_t classes, uint64_t violating)
{
    struct trial trial;

    trial_begin(&trial, program, fused);
    search_dpor(&trial.search);
    assert_true(trial.search.complete);
    assert_int_equal(trial.search.counts.executions, classes);
    assert_int_equal(trial.search.counts.violating, violating);
    assert_int_equal(trial.search.counts.blocked, 0);
    assert_int_equal(trial.repeated, 0);
    trial_end(&trial);
}

static void start_race_has_the_known_number_of_classes(void **state)
{
    static const uint64_t known[] = {36, 576, 14400};
    struct program program;

    (void)state;
    for (uint32_t tasks = 3; tasks <= 5; tasks++) {
        program_start_race(&program, tasks);
        expect_classes(&program, true, known[tasks - 3], 0);
    }
    program_start_race(&program, 4);
    expect_classes(&program, false, 576, 0);
}

static void lcaa_has_the_known_numbers_of_classes(void **state)
{
    static const struct {
        uint32_t tasks, rounds, slots;
        uint64_t classes, violating, commuting;
    } known[] = {
        {2, 1, 1, 6, 2, 5},
        {2, 2, 1, 10, 6, 9},
        {2, 2, 2, 26, 20, 17},
        {2, 3, 1, 14, 10, 13},
        {2, 3, 2, 40, 34, 29},
        {3, 1, 1, 48, 36, 37},
        {3, 1, 2, 21, 18, 13},
        {3, 2, 1, 282, 270, 241},
        {3, 2, 2, 1734, 1710, 835},
        {4, 1, 1, 572, 540, 413},
        {4, 1, 2, 148, 144, 75},
        {5, 1, 1, 9240, 9160, 6301},
        {4, 2, 1, 18068, 18036, 14769},
    };
    struct program program;

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        program_lcaa(&program, known[i].tasks, known[i].rounds, known[i].slots, false);
        expect_classes(&program, true, known[i].classes, known[i].violating);
        struct trial trial;

        program_lcaa(&program, known[i].tasks, known[i].rounds, known[i].slots, true);
        trial_begin(&trial, &program, true);
        search_dpor(&trial.search);
        assert_int_equal(trial.search.counts.executions, known[i].commuting);
        assert_int_equal(trial.search.counts.blocked, 0);
        trial_end(&trial);
    }
}

static void apply_and_resume_apart_make_no_further_classes(void **state)
{
    struct program program;

    (void)state;
    program_lcaa(&program, 3, 2, 2, false);
    expect_classes(&program, false, 1734, 1710);
    program_lcaa(&program, 4, 1, 1, false);
    expect_classes(&program, false, 572, 540);
}

/* ---- generated programs
 * ------------------------------------------------------------------------------------------------- */

static void expect_same(const struct set *met, const struct set *all)
{
    assert_int_equal(met->count, all->count);
    for (uint32_t i = 0; i < all->size; i++) {
        assert_true(all->items[i] == 0 || set_has(met, all->items[i]));
    }
}

static bool has_fault(const struct program *program)
{
    for (uint32_t task = 0; task < program->task_count; task++) {
        for (uint32_t i = 0; i < program->step_counts[task]; i++) {
            if (program->steps[task][i].fails) {
                return true;
            }
        }
    }
    return false;
}

static void dpor_meets_what_brute_force_meets(void **state)
{
    uint64_t executions = 0, blocked = 0, orders = 0, faults = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= GENERATED; seed++) {
        struct program program;
        struct trial all, met;

        program_generate(&program, seed);
        trial_begin(&all, &program, true);
        run_brute_force(&all);
        /* Apart, the same classes have more events. */
        bool fused = seed % 4 != 0;

        trial_begin(&met, &program, fused);
        met.machine->spacing = (uint32_t)(seed % 7);
        search_dpor(&met.search);
        assert_int_equal(met.classes.count, all.classes.count);
        assert_int_equal(met.violating.count, all.violating.count);
        expect_same(&met.outcomes, &all.outcomes);
        if (fused) {
            expect_same(&met.classes, &all.classes);
            expect_same(&met.violating, &all.violating);
        }
        assert_int_equal(met.repeated, 0);
        executions += met.search.counts.executions;
        blocked += met.search.counts.blocked;
        orders += all.search.counts.executions;
        faults += has_fault(&program);
        trial_end(&met);
        trial_end(&all);
    }
    print_message("%llu classes of %llu orders in %d programs (%llu with faults), %llu executions wasted\n",
                  (unsigned long long)executions, (unsigned long long)orders, GENERATED, (unsigned long long)faults,
                  (unsigned long long)blocked);
    assert_true(blocked * 100 < executions);
    assert_true(faults > GENERATED / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(start_race_has_the_known_number_of_classes),
        cmocka_unit_test(lcaa_has_the_known_numbers_of_classes),
        cmocka_unit_test(apply_and_resume_apart_make_no_further_classes),
        cmocka_unit_test(dpor_meets_what_brute_force_meets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
