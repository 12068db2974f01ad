/* dpor on stages whose answers are known: the tables of exploration.md, and small generated programs where trying
 * every order is the referee. */
#include "sim/tests/trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__ /* every run begins anew */
enum { GENERATED = 100, GENERATED_AGAIN = 20 };
#else
enum { GENERATED = 400, GENERATED_AGAIN = 60 };
#endif

/* ---- known answers
 * --------------------------------------------------------------------------------------------------- */

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
 * ---------------------------------------------------------------------------------------------- */

static void expect_same(const struct hash_set *met, const struct hash_set *all)
{
    assert_int_equal(met->count, all->count);
    assert_true(set_within(met, all));
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
        trial_by_brute_force(&all);
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

static void dpor_meets_all_across_rests(void **state)
{
    uint64_t merged = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= GENERATED_AGAIN; seed++) {
        struct program program;
        struct trial all, met, merging;

        program_generate_again(&program, seed);
        trial_begin(&all, &program, true);
        trial_by_brute_force(&all);
        trial_begin(&met, &program, true);
        met.machine->spacing = (uint32_t)(seed % 7);
        search_dpor(&met.search);
        expect_same(&met.classes, &all.classes);
        expect_same(&met.violating, &all.violating);
        assert_int_equal(met.repeated, 0);
        assert_int_equal(met.search.counts.blocked, 0);

        /* A state that was met before leads to nothing new: whether something is violated is told by the state. */
        program.knows_state = true;
        trial_begin(&merging, &program, true);
        search_dpor(&merging.search);
        assert_true(set_within(&merging.classes, &all.classes));
        assert_int_equal(merging.violating.count > 0, all.violating.count > 0);
        merged += merging.search.counts.merged;
        trial_end(&merging);
        trial_end(&met);
        trial_end(&all);
    }
    assert_true(merged > GENERATED_AGAIN);
}

/* ---- going back ------------------------------------------------------------------------------------------------- */

static uint64_t ticks;

static uint64_t tick_ns(void)
{
    return ++ticks;
}

static void the_way_back_changes_nothing(void **state)
{
    enum { SPACING_FAR = 100 };
    struct program program;
    struct trial fixed, measured;

    (void)state;
    program_lcaa(&program, 3, 2, 2, false);
    trial_begin(&fixed, &program, true);
    fixed.machine->spacing = SPACING_FAR;
    search_dpor(&fixed.search);
    trial_begin(&measured, &program, true);
    measured.machine->spacing = SPACING_FAR;
    measured.machine->clock_ns = tick_ns;
    search_dpor(&measured.search);
    if (snapshot_possible()) {
        assert_int_equal(fixed.machine->spacing, SPACING_FAR);
        assert_true(measured.machine->spacing < SPACING_FAR);
        assert_true(measured.machine->repeated_count < fixed.machine->repeated_count);
    }
    assert_true(measured.in_order == fixed.in_order);
    assert_int_equal(measured.search.counts.transitions, fixed.search.counts.transitions);
    trial_end(&measured);
    trial_end(&fixed);
}

/* ---- estimates -------------------------------------------------------------------------------------------------- */

/* While it runs, from when there is something to go by. */
static bool check_estimate(void *context, struct machine *machine, bool violates, uint64_t class_hash)
{
    const struct search *search = context;
    struct search_estimate estimate = search_estimate(search);

    (void)machine;
    (void)violates;
    (void)class_hash;
    assert_true(estimate.share >= 0 && estimate.share <= 1);
    assert_true(search->counts.executions < 2 || estimate.executions >= (double)search->counts.executions);
    return true;
}

static void an_estimate_is_near(void **state)
{
    enum { CLASSES = 1734, FACTOR = 4 };
    struct program program;
    struct trial trial;

    (void)state;
    program_lcaa(&program, 3, 2, 2, false);
    trial_begin(&trial, &program, true);
    trial.search.executions_max = CLASSES / 10;
    search_dpor(&trial.search);
    struct search_estimate estimate = search_estimate(&trial.search);

    assert_true(estimate.executions > (double)CLASSES / FACTOR);
    assert_true(estimate.executions < (double)CLASSES * FACTOR);
    trial_end(&trial);

    trial_begin(&trial, &program, true);
    search_dpor(&trial.search);
    estimate = search_estimate(&trial.search);
    assert_true(estimate.share == 1);
    assert_true(estimate.executions == CLASSES);
    trial_end(&trial);

    trial_begin(&trial, &program, true);
    trial.search.watch = (struct search_watch){&trial.search, check_estimate, NULL};
    search_dpor(&trial.search);
    assert_int_equal(trial.search.counts.executions, CLASSES);
    trial_end(&trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(start_race_has_the_known_number_of_classes),
        cmocka_unit_test(lcaa_has_the_known_numbers_of_classes),
        cmocka_unit_test(apply_and_resume_apart_make_no_further_classes),
        cmocka_unit_test(dpor_meets_what_brute_force_meets),
        cmocka_unit_test(dpor_meets_all_across_rests),
        cmocka_unit_test(the_way_back_changes_nothing),
        cmocka_unit_test(an_estimate_is_near),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
