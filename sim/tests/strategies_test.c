/* What strategies share: samples, prefixes, budgets. */
#include "sim/tests/trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__ /* every run begins anew */
enum { GENERATED = 20 };
#else
enum { GENERATED = 60 };
#endif
enum { PREFIX_MAX = 64 };

typedef void (*strategy)(struct search *search);

static const strategy samplers[] = {search_random, search_pct, search_pos};

enum { SAMPLERS = sizeof samplers / sizeof samplers[0] };

/* ---- samples ---------------------------------------------------------------------------------------------------- */

static void samples_are_of_known_classes(void **state)
{
    enum { CLASSES = 282, EXECUTIONS = 30000, CLASSES_MIN = 270, PCT_CLASSES_MIN = 30 };
    struct program program;
    struct trial all;

    (void)state;
    program_lcaa(&program, 3, 2, 1, false);
    trial_begin(&all, &program, true);
    search_dpor(&all.search);
    assert_int_equal(all.classes.count, CLASSES);
    for (size_t i = 0; i < SAMPLERS; i++) {
        struct trial some;

        trial_begin(&some, &program, true);
        some.search.executions_max = EXECUTIONS;
        some.search.seed = i;
        samplers[i](&some.search);
        assert_int_equal(some.search.counts.executions, EXECUTIONS);
        assert_int_equal(some.search.stopped_by, SEARCH_EXECUTIONS);
        assert_false(some.search.complete);
        assert_true(set_within(&some.classes, &all.classes));
        assert_int_equal(some.search.counts.classes, some.classes.count);
        /* PCT changes its mind depth − 1 times per run, so it cannot come by all. */
        assert_true(some.classes.count >= (samplers[i] == search_pct ? PCT_CLASSES_MIN : CLASSES_MIN));
        trial_end(&some);
    }
    trial_end(&all);
}

static void deeper_pct_meets_more(void **state)
{
    struct program program;
    uint32_t before = 0;

    (void)state;
    program_lcaa(&program, 3, 2, 1, false);
    for (uint32_t depth = 1; depth <= 5; depth += 2) {
        struct trial trial;

        trial_begin(&trial, &program, true);
        trial.search.executions_max = 5000;
        trial.search.depth = depth;
        search_pct(&trial.search);
        assert_true(trial.classes.count > before);
        before = trial.classes.count;
        trial_end(&trial);
    }
}

static uint64_t executions_in_order(strategy sample, const struct program *program, uint64_t seed, uint32_t spacing)
{
    struct trial trial;

    trial_begin(&trial, program, true);
    trial.machine->spacing = spacing;
    trial.search.executions_max = 500;
    trial.search.seed = seed;
    sample(&trial.search);
    assert_int_equal(trial.machine->spacing, spacing);
    uint64_t in_order = trial.in_order;

    trial_end(&trial);
    return in_order;
}

/* A sample that is known and not run again is told of as if it had been. */
static void repeats_are_told_like_the_first(void **state)
{
    enum { EXECUTIONS = 5000, LINKS_FEW = 100, LINKS_MANY = 1 << 20 };
    static const uint32_t links_max[] = {0, LINKS_FEW, LINKS_MANY};
    struct program program;
    struct search_counts counts[3];
    uint64_t in_order[3];

    (void)state;
    program_lcaa(&program, 2, 2, 2, false);
    for (size_t i = 0; i < 3; i++) {
        struct trial trial;

        trial_begin(&trial, &program, true);
        trial.search.executions_max = EXECUTIONS;
        trial.search.repeats_max = links_max[i];
        search_random(&trial.search);
        counts[i] = trial.search.counts;
        in_order[i] = trial.in_order;
        trial_end(&trial);
        assert_int_equal(in_order[i], in_order[0]);
        assert_int_equal(counts[i].executions, EXECUTIONS);
        assert_int_equal(counts[i].classes, counts[0].classes);
        assert_int_equal(counts[i].transitions, counts[0].transitions);
        assert_int_equal(counts[i].violating, counts[0].violating);
        assert_int_equal(counts[i].depth_max, counts[0].depth_max);
    }
    assert_int_equal(counts[0].repeated, 0);
    assert_in_range(counts[1].repeated, 0, counts[2].repeated - 1);
    assert_in_range(counts[2].repeated, 1, EXECUTIONS - counts[2].violating);
}

enum { AGAIN_EXECUTIONS = 5000 };

/* The class and the fate of every execution, by its number. */
struct diary {
    const struct search *search;
    uint64_t classes[AGAIN_EXECUTIONS + 1];
    bool violates[AGAIN_EXECUTIONS + 1];
    uint32_t again;
};

static bool write_down(void *context, struct machine *machine, bool violates, uint64_t class_hash)
{
    struct diary *diary = context;

    (void)machine;
    diary->classes[diary->search->counts.executions] = class_hash;
    diary->violates[diary->search->counts.executions] = violates;
    return true;
}

static bool copy_down(void *context, uint64_t same_as)
{
    struct diary *diary = context;

    assert_in_range(same_as, 1, diary->search->counts.executions - 1);
    assert_true(diary->violates[same_as]);
    diary->again++;
    return write_down(context, NULL, true, diary->classes[same_as]);
}

/* What violates something is told of by the number of the execution that it repeats. */
static void violations_are_repeated_by_number(void **state)
{
    static struct diary diaries[2];
    struct program program;

    (void)state;
    program_lcaa(&program, 2, 1, 1, false);
    for (size_t i = 0; i < 2; i++) {
        struct trial trial;

        trial_begin(&trial, &program, true);
        diaries[i].search = &trial.search;
        trial.search.watch = (struct search_watch){&diaries[i], write_down, i == 0 ? NULL : copy_down};
        trial.search.executions_max = AGAIN_EXECUTIONS;
        trial.search.repeats_max = 1 << 20;
        search_random(&trial.search);
        trial_end(&trial);
    }
    assert_int_equal(diaries[0].again, 0);
    assert_true(diaries[1].again > AGAIN_EXECUTIONS / 4);
    assert_memory_equal(diaries[0].classes, diaries[1].classes, sizeof diaries[0].classes);
    assert_memory_equal(diaries[0].violates, diaries[1].violates, sizeof diaries[0].violates);
}

static void the_seed_decides_everything(void **state)
{
    struct program program;

    (void)state;
    program_lcaa(&program, 3, 3, 2, false);
    for (size_t i = 0; i < SAMPLERS; i++) {
        uint64_t in_order = executions_in_order(samplers[i], &program, 1, 6);

        assert_true(in_order == executions_in_order(samplers[i], &program, 1, 2));
        assert_true(in_order != executions_in_order(samplers[i], &program, 2, 6));
    }
}

static void samples_pass_on_in_all_ways(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct program program;
        struct trial all;

        program_generate_again(&program, seed);
        trial_begin(&all, &program, true);
        trial_by_brute_force(&all);
        for (size_t i = 0; i < SAMPLERS; i++) {
            struct trial some;

            trial_begin(&some, &program, true);
            some.search.executions_max = 30000;
            some.search.depth = 12;
            samplers[i](&some.search);
            assert_true(set_within(&some.classes, &all.classes));
            assert_true(some.classes.count * 100 >= all.classes.count * 95);
            trial_end(&some);
        }
        trial_end(&all);
    }
}

/* ---- prefixes --------------------------------------------------------------------------------------------------- */

/* An execution of the program: the path of the last of some. */
static uint32_t some_path(const struct program *program, uint64_t seed, struct path_step path[PREFIX_MAX])
{
    struct trial trial;
    uint32_t length = 0;

    trial_begin(&trial, program, true);
    trial.search.executions_max = 3;
    trial.search.seed = seed;
    search_random(&trial.search);
    length = trial.search.counts.depth_max;
    assert_true(length <= PREFIX_MAX);
    memcpy(path, trial.machine->path, length * sizeof *path);
    trial_end(&trial);
    return length;
}

static void expect_all_that_follows(const struct program *program, const struct path_step *prefix, uint32_t length)
{
    struct trial all, met, some;

    trial_begin(&all, program, true);
    all.search.prefix = prefix;
    all.search.prefix_length = length;
    trial_by_brute_force(&all);
    trial_begin(&met, program, true);
    met.search.prefix = prefix;
    met.search.prefix_length = length;
    search_dpor(&met.search);
    assert_true(met.search.complete);
    assert_int_equal(met.repeated, 0);
    assert_int_equal(met.search.counts.blocked, 0);
    assert_int_equal(met.classes.count, all.classes.count);
    assert_true(set_within(&met.classes, &all.classes));

    trial_begin(&some, program, true);
    some.search.prefix = prefix;
    some.search.prefix_length = length;
    some.search.executions_max = 200;
    search_pos(&some.search);
    assert_int_equal(some.search.counts.executions, 200);
    assert_true(set_within(&some.classes, &all.classes));
    trial_end(&some);
    trial_end(&met);
    trial_end(&all);
}

static void a_search_covers_what_follows_its_prefix(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= GENERATED; seed++) {
        struct path_step path[PREFIX_MAX];
        struct program program;

        program_generate(&program, seed);
        uint32_t length = some_path(&program, seed, path);

        for (uint32_t part = 1; part <= 4; part++) {
            expect_all_that_follows(&program, path, length * part / 4);
        }
        program_generate_again(&program, seed);
        length = some_path(&program, seed, path);
        for (uint32_t part = 1; part <= 4 && seed <= 10; part++) {
            expect_all_that_follows(&program, path, length * part / 4);
        }
    }
}

static void a_prefix_that_is_not_possible_is_said_so(void **state)
{
    static const struct path_step nobody[] = {{.number = 99}};
    static const struct path_step pass[] = {{.pass = true}};
    const strategy strategies[] = {search_dpor, search_random, search_pct, search_pos, search_bounded};
    struct program program;

    (void)state;
    program_start_race(&program, 3);
    for (size_t i = 0; i < 2 * sizeof strategies / sizeof strategies[0]; i++) {
        struct trial trial;

        trial_begin(&trial, &program, true);
        trial.search.prefix = i % 2 == 0 ? nobody : pass;
        trial.search.prefix_length = 1;
        strategies[i / 2](&trial.search);
        assert_false(trial.search.complete);
        assert_int_equal(trial.search.stopped_by, SEARCH_PREFIX);
        assert_int_equal(trial.search.counts.executions, 0);
        trial_end(&trial);
    }
}

/* ---- bounds ----------------------------------------------------------------------------------------------------- */

static void expect_all_within(const struct program *program, uint32_t preemptions_max, uint32_t delays_max)
{
    struct trial all, met;

    trial_begin(&all, program, true);
    all.preemptions_max = preemptions_max;
    all.delays_max = delays_max;
    trial_by_brute_force(&all);
    trial_begin(&met, program, true);
    met.search.preemptions_max = preemptions_max;
    met.search.delays_max = delays_max;
    search_bounded(&met.search);
    assert_true(met.search.complete);
    assert_int_equal(met.repeated, 0);
    assert_int_equal(met.search.counts.classes, all.classes.count);
    assert_int_equal(met.violating.count, all.violating.count);
    assert_true(set_within(&met.classes, &all.classes));
    trial_end(&met);
    trial_end(&all);
}

static void a_bounded_search_meets_all_within_the_bound(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= GENERATED; seed++) {
        struct program program;

        program_generate(&program, seed);
        for (uint32_t bound = 0; bound <= 3; bound++) {
            expect_all_within(&program, bound, SEARCH_UNBOUNDED);
            expect_all_within(&program, SEARCH_UNBOUNDED, bound * 2);
        }
        expect_all_within(&program, 1, 3);
        program_generate_again(&program, seed);
        if (seed <= 10) {
            expect_all_within(&program, 1, SEARCH_UNBOUNDED);
            expect_all_within(&program, SEARCH_UNBOUNDED, 2);
        }
    }
}

static void more_of_a_bound_meets_more(void **state)
{
    enum { CLASSES = 48, BOUND_MAX = 8 }; /* of LCAA 3 1 1 */
    struct program program;
    uint64_t before = 0;

    (void)state;
    program_lcaa(&program, 3, 1, 1, false);
    for (uint32_t bound = 0; bound <= BOUND_MAX; bound++) {
        struct trial trial;

        trial_begin(&trial, &program, true);
        trial.search.preemptions_max = bound;
        trial.search.delays_max = SEARCH_UNBOUNDED;
        search_bounded(&trial.search);
        assert_true(trial.search.counts.classes > before || before == CLASSES);
        before = trial.search.counts.classes;
        trial_end(&trial);
    }
    assert_int_equal(before, CLASSES);
    struct trial unbounded;

    trial_begin(&unbounded, &program, true);
    unbounded.search.preemptions_max = SEARCH_UNBOUNDED;
    unbounded.search.delays_max = SEARCH_UNBOUNDED;
    search_bounded(&unbounded.search);
    assert_int_equal(unbounded.search.counts.classes, CLASSES);
    trial_end(&unbounded);
}

/* ---- budgets ---------------------------------------------------------------------------------------------------- */

static bool stop_at_third_question(void *context)
{
    uint32_t *asked = context;

    return ++*asked == 3;
}

static bool stop_at_tenth_execution(void *context, struct machine *machine, bool violates, uint64_t class_hash)
{
    uint32_t *met = context;

    (void)machine;
    (void)violates;
    (void)class_hash;
    return ++*met < 10;
}

static void a_search_stops_when_told_to(void **state)
{
    const strategy strategies[] = {search_dpor, search_random, search_pct, search_pos, search_bounded};
    struct program program;

    (void)state;
    program_lcaa(&program, 4, 2, 1, false);
    for (size_t i = 0; i < sizeof strategies / sizeof strategies[0]; i++) {
        struct trial trial;
        uint32_t asked = 0, met = 0;

        trial_begin(&trial, &program, true);
        trial.search.preemptions_max = SEARCH_UNBOUNDED;
        trial.search.delays_max = SEARCH_UNBOUNDED;
        trial.search.executions_max = 100;
        strategies[i](&trial.search);
        assert_int_equal(trial.search.counts.executions, 100);
        assert_int_equal(trial.search.stopped_by, SEARCH_EXECUTIONS);
        assert_false(trial.search.complete);
        trial_end(&trial);

        trial_begin(&trial, &program, true);
        trial.search.preemptions_max = 4;
        trial.search.delays_max = SEARCH_UNBOUNDED;
        trial.search.should_stop = stop_at_third_question;
        trial.search.stop_context = &asked;
        strategies[i](&trial.search);
        assert_int_equal(asked, 3);
        assert_int_equal(trial.search.stopped_by, SEARCH_CALLER_STOPPED);
        assert_true(trial.search.counts.executions > 0);
        assert_true(trial.search.counts.executions < 1000);
        trial_end(&trial);

        trial_begin(&trial, &program, true);
        trial.search.preemptions_max = 4;
        trial.search.delays_max = SEARCH_UNBOUNDED;
        trial.search.watch = (struct search_watch){&met, stop_at_tenth_execution, NULL};
        strategies[i](&trial.search);
        assert_int_equal(trial.search.counts.executions, 10);
        assert_int_equal(trial.search.stopped_by, SEARCH_WATCH_STOPPED);
        trial_end(&trial);
    }
}

static void a_budget_that_suffices_stops_nothing(void **state)
{
    struct program program;
    struct trial trial;

    (void)state;
    program_start_race(&program, 3);
    trial_begin(&trial, &program, true);
    trial.search.executions_max = 36;
    search_dpor(&trial.search);
    assert_true(trial.search.complete);
    assert_int_equal(trial.search.stopped_by, SEARCH_NOT_STOPPED);
    assert_int_equal(trial.search.counts.classes, 36);
    trial_end(&trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_of_known_classes),
        cmocka_unit_test(deeper_pct_meets_more),
        cmocka_unit_test(repeats_are_told_like_the_first),
        cmocka_unit_test(violations_are_repeated_by_number),
        cmocka_unit_test(the_seed_decides_everything),
        cmocka_unit_test(samples_pass_on_in_all_ways),
        cmocka_unit_test(a_search_covers_what_follows_its_prefix),
        cmocka_unit_test(a_prefix_that_is_not_possible_is_said_so),
        cmocka_unit_test(a_bounded_search_meets_all_within_the_bound),
        cmocka_unit_test(more_of_a_bound_meets_more),
        cmocka_unit_test(a_search_stops_when_told_to),
        cmocka_unit_test(a_budget_that_suffices_stops_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
