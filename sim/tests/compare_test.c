/* Comparing strategies: medians and their intervals, and that a comparison counts what the searches do. */
#include "sim/cli/compare_report.h"
#include "sim/search/bench.h"
#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEEDS = 7, CAP = 300 };

/* ---- medians
 * --------------------------------------------------------------------------------------------------------- */

/* By hand: the sum of the binomial coefficients C(n, 0) … C(n, rank − 1) is at most 2.5 % of 2^n. */
static void test_interval_ranks(void **state)
{
    static const struct {
        uint32_t count, rank;
        double confidence;
    } cases[] = {
        {1, 0, 0},
        {5, 0, 0},                                                         /* 1 of 32 is too much */
        {6, 1, 1 - 2 * 1.0 / 64},                                          /* 1 + 6 of 64 would be too much */
        {10, 2, 1 - 2 * (1.0 + 10) / 1024},                                /* 56 of 1,024 would be too much */
        {20, 6, 1 - 2 * (1.0 + 20 + 190 + 1140 + 4845 + 15504) / 1048576}, /* 60,460 of 1,048,576 would be too much */
        {100, 40, 0.9647997997822951},
        {MEDIAN_COUNT_MAX, 469, 0.9537088026395019},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double confidence = -1;

        assert_int_equal(median_interval_rank(cases[i].count, &confidence), cases[i].rank);
        assert_true(confidence - cases[i].confidence < 1e-9 && cases[i].confidence - confidence < 1e-9);
    }
}

/* n, n − 1, … 1, the largest `beyond` of them beyond. */
static struct median median_of_range(uint32_t count, uint32_t beyond)
{
    struct observation observations[100];

    for (uint32_t i = 0; i < count; i++) {
        observations[i] = (struct observation){count - i, i < beyond};
    }
    return median_of(observations, count);
}

static void test_median_of_what_is_known(void **state)
{
    (void)state;
    assert_int_equal(median_of_range(0, 0).count, 0);
    assert_int_equal(median_of_range(1, 0).middle.value, 1);
    assert_int_equal(median_of_range(3, 0).middle.value, 2);
    struct median ten = median_of_range(10, 0);
    struct median hundred = median_of_range(100, 0);

    assert_int_equal(ten.count, 10);
    assert_int_equal(ten.middle.value, 5);
    assert_int_equal(ten.low.value, 2);
    assert_int_equal(ten.high.value, 9);
    assert_false(ten.middle.beyond || ten.low.beyond || ten.high.beyond);
    assert_int_equal(hundred.middle.value, 50);
    assert_int_equal(hundred.low.value, 40);
    assert_int_equal(hundred.high.value, 61);
}

static void test_median_of_what_is_beyond(void **state)
{
    (void)state;
    /* Half of them are known: so is the median, not the upper end. */
    struct median half = median_of_range(10, 5);

    assert_false(half.middle.beyond);
    assert_int_equal(half.middle.value, 5);
    assert_false(half.low.beyond);
    assert_true(half.high.beyond);
    assert_int_equal(half.high.value, 9);
    /* One less. */
    assert_true(median_of_range(10, 6).middle.beyond);
    assert_false(median_of_range(10, 8).low.beyond);
    assert_true(median_of_range(10, 9).low.beyond);
    assert_false(median_of_range(10, 1).high.beyond);

    /* What is beyond a small number may be larger than all that is known. */
    struct observation observations[] = {{1, true}, {8, false}, {7, false}};
    struct median late = median_of(observations, 3);

    assert_int_equal(late.middle.value, 8);
    assert_false(late.middle.beyond);
}

/* ---- comparisons
 * ----------------------------------------------------------------------------------------------------- */

static const char stage_text[] =
    "{\"name\":\"stopped\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"napp\",\"containerData\":\"/data\"}]},"
    "\"actors\":[{\"actor\":\"install\",\"app\":\"napp\",\"at\":\"any\"},"
    "{\"actor\":\"stop-container\",\"container\":\"fluxweb_shop\",\"at\":\"any\"}]}";

static const char race[] = "container-lost | install/docker containers.prune | stop-container";

struct comparing_test {
    struct test_run run;
    const struct scenario *scenario;
    struct compare_options options;
    struct comparison comparison;
};

static void begin(struct comparing_test *test)
{
    test_run_begin(&test->run);
    test->scenario = test_scenario(&test->run, stage_text);
    test->options = (struct compare_options){.revision = revision_by_name("8.9.2"),
                                             .strategies = 1u << STRATEGY_POS,
                                             .seeds = SEEDS,
                                             .executions_max = CAP,
                                             .jobs = 1,
                                             .shared = workers_shared_new()};
}

static void end(struct comparing_test *test)
{
    workers_shared_free(test->options.shared);
    test_run_end(&test->run);
}

static const struct compare_row *compare_now(struct comparing_test *test)
{
    compare(test->scenario, &test->options, &test->run.arena, &test->comparison);
    return test->comparison.rows;
}

static bool until_it_violates(void *context, struct machine *machine, bool violates, uint64_t class_hash)
{
    (void)context;
    (void)machine;
    (void)class_hash;
    return !violates;
}

/* The search itself, without a comparison. */
static struct observation first_violation(const struct comparing_test *test, enum strategy strategy, uint64_t seed)
{
    struct run_options options = {.revision = test->options.revision};
    struct memory memory;
    struct bench bench;

    bench_memory_init(&memory);
    bench_init(&bench, test->scenario, &options, &memory);
    struct search search = {
        .machine = bench.machine, .watch = {NULL, until_it_violates, NULL}, .executions_max = CAP, .seed = seed};

    strategy_info(strategy)->search(&search);
    struct observation first = {search.counts.executions, search.counts.violating == 0};

    bench_free(&bench);
    memory_free(&memory);
    return first;
}

static void test_counts_are_those_of_the_searches(void **state)
{
    struct observation observations[SEEDS];
    struct comparing_test test;
    uint32_t found = 0;

    (void)state;
    begin(&test);
    const struct compare_row *pos = &compare_now(&test)[1];

    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        observations[seed - 1] = first_violation(&test, STRATEGY_POS, seed);
        found += !observations[seed - 1].beyond;
    }
    struct median expected = median_of(observations, SEEDS);

    assert_true(test.comparison.complete);
    assert_int_equal(pos->strategy, STRATEGY_POS);
    assert_int_equal(pos->searches, SEEDS);
    assert_int_equal(pos->found, found);
    assert_true(found > SEEDS / 2);
    assert_int_equal(pos->executions.middle.value, expected.middle.value);
    assert_int_equal(pos->executions.low.value, expected.low.value);
    assert_int_equal(pos->executions.high.value, expected.high.value);
    assert_true(pos->executions.low.value < pos->executions.high.value);
    assert_int_equal(pos->ns.count, 0);
    end(&test);
}

/* On this stage one run in 13,000 of plain random shows it. */
static void test_random_is_always_there_and_may_give_up(void **state)
{
    struct comparing_test test;

    (void)state;
    begin(&test);
    const struct compare_row *rows = compare_now(&test);
    struct compare_ratio ratio = compare_ratio(&rows[0], &rows[1]);

    assert_int_equal(test.comparison.row_count, 2);
    assert_int_equal(rows[0].strategy, STRATEGY_RANDOM);
    assert_int_equal(rows[0].searches, SEEDS);
    assert_true(rows[0].found < SEEDS / 2);
    assert_true(rows[0].executions.middle.beyond);
    assert_int_equal(rows[0].executions.middle.value, CAP);
    assert_int_equal(ratio.kind, RATIO_BELOW);
    assert_int_equal((uint64_t)(ratio.value * CAP + 0.5), rows[1].executions.middle.value);
    assert_int_equal(compare_ratio(&rows[0], &rows[0]).kind, RATIO_UNKNOWN);
    assert_int_equal(compare_ratio(&rows[1], &rows[0]).kind, RATIO_ABOVE);
    assert_int_equal(compare_ratio(&rows[1], &rows[1]).kind, RATIO_IS);

    test.options.strategies = 0;
    compare_now(&test);
    assert_int_equal(test.comparison.row_count, 1);
    assert_int_equal(test.comparison.rows[0].strategy, STRATEGY_RANDOM);
    end(&test);
}

static void test_what_knows_no_seed_runs_once(void **state)
{
    struct comparing_test test;

    (void)state;
    begin(&test);
    test.options.strategies = 1u << STRATEGY_DPOR | 1u << STRATEGY_PCT;
    test.options.depths[0] = 2;
    test.options.depths[1] = 5;
    test.options.depth_count = 2;
    const struct compare_row *rows = compare_now(&test);

    assert_int_equal(test.comparison.row_count, 4);
    assert_int_equal(compare_search_count(&test.options), 1 + 3 * SEEDS);
    assert_int_equal(rows[1].strategy, STRATEGY_DPOR);
    assert_int_equal(rows[1].searches, 1);
    assert_int_equal(rows[1].found, 1);
    /* Runs that were broken off on the way count. */
    assert_true(rows[1].executions.middle.value > first_violation(&test, STRATEGY_DPOR, 0).value);
    assert_true(rows[1].executions.confidence <= 0);
    assert_int_equal(rows[2].depth, 2);
    assert_int_equal(rows[3].depth, 5);
    assert_int_not_equal(rows[2].executions.middle.value, rows[3].executions.middle.value);

    /* It gives up as the others do. */
    test.options.executions_max = rows[1].executions.middle.value - 1;
    rows = compare_now(&test);
    assert_true(test.comparison.complete);
    assert_int_equal(rows[1].found, 0);
    assert_false(rows[1].exhausted);
    assert_true(rows[1].executions.middle.beyond);
    assert_int_equal(rows[1].executions.middle.value, test.options.executions_max);
    end(&test);
}

static void test_a_fingerprint_is_looked_for(void **state)
{
    struct comparing_test test;

    (void)state;
    begin(&test);
    uint64_t any = compare_now(&test)[1].executions.middle.value;

    test.options.fingerprint = race;
    assert_int_equal(compare_now(&test)[1].executions.middle.value, any);
    test.options.fingerprint = "container-lost | remove/docker containers.remove | stop-container";
    test.options.strategies |= 1u << STRATEGY_DPOR;
    const struct compare_row *rows = compare_now(&test);

    assert_int_equal(rows[2].found, 0);
    assert_int_equal(rows[2].executions.middle.value, CAP);
    /* dpor has seen everything, and says so. */
    assert_true(rows[1].exhausted);
    assert_true(rows[1].executions.middle.value < CAP);
    assert_int_equal(compare_ratio(&rows[2], &rows[1]).kind, RATIO_UNKNOWN);
    end(&test);
}

/* ---- reports
 * --------------------------------------------------------------------------------------------------------- */

static char *report(struct comparing_test *test, uint32_t jobs, bool json)
{
    struct sink sink;

    test->options.jobs = jobs;
    compare_now(test);
    struct compared compared = {.scenario = test->scenario, .options = test->options, .comparison = test->comparison};

    sink_init(&sink);
    if (json) {
        compare_json_write(&sink, &compared, 1, &test->run.arena);
    } else {
        compare_text_write(&sink, &compared, 1);
    }
    char *text = strdup(sink.text);

    sink_free(&sink);
    return text;
}

static void test_jobs_change_nothing(void **state)
{
    struct comparing_test test;

    (void)state;
    begin(&test);
    test.options.strategies = UINT32_MAX;
    test.options.executions_max = 40;
    for (int json = 0; json < 2; json++) {
        char *one = report(&test, 1, json == 1);
        char *two = report(&test, 2, json == 1);

        assert_string_equal(one, two);
        free(one);
        free(two);
    }
    end(&test);
}

static void test_the_text_says_what_is_not_known(void **state)
{
    struct comparing_test test;

    (void)state;
    begin(&test);
    test.options.strategies = UINT32_MAX;
    test.options.fingerprint = "container-lost | remove/docker containers.remove | stop-container";
    char *text = report(&test, 1, false);

    assert_non_null(strstr(text, "looked for  container-lost | remove/"));
    assert_non_null(strstr(text, "  random    0 of 7        > 300"));
    assert_non_null(strstr(text, "  dpor      0 of 1  none in "));
    assert_non_null(strstr(text, "  pct 3     0 of 7        > 300"));
    assert_non_null(strstr(text, "\n  vs random      "));
    free(text);
    end(&test);
}

/* Along its course a repro would show what it is about in the first run. */
static void test_a_course_is_not_followed(void **state)
{
    struct turn turns[] = {
        {"install:napp", MOMENT_APPLY, EFFECT_DOCKER_CONTAINERS_PRUNE, 1, "stop-container:fluxweb_shop"}};
    struct comparing_test test;

    (void)state;
    begin(&test);
    struct scenario repro = *test.scenario;
    uint64_t without = compare_now(&test)[1].executions.middle.value;

    repro.has_course = true;
    repro.course = (struct course){.turns = turns, .count = 1};
    test.scenario = &repro;
    char *text = report(&test, 1, false);

    assert_non_null(strstr(text, "\n  course      not followed"));
    assert_int_equal(test.comparison.rows[1].executions.middle.value, without);
    free(text);
    end(&test);
}

/* A budget that lets three searches come to their end. */
static void stop_after_three(void *context)
{
    struct comparing_test *test = context;

    if (atomic_load(&test->options.shared->done) == 3) {
        atomic_store(&test->options.shared->stop, true);
    }
}

static void test_stopped_early_all_have_the_same_seeds(void **state)
{
    struct comparing_test test;

    (void)state;
    begin(&test);
    test.options.context = &test;
    test.options.tick = stop_after_three;
    const struct compare_row *rows = compare_now(&test);

    assert_false(test.comparison.complete);
    assert_int_equal(test.comparison.seeds, 1);
    assert_int_equal(rows[0].searches, 1);
    assert_int_equal(rows[1].searches, 1);
    assert_int_equal(rows[1].executions.middle.value, first_violation(&test, STRATEGY_POS, 1).value);
    end(&test);
}

static void stop_at_once(void *context)
{
    struct comparing_test *test = context;

    atomic_store(&test->options.shared->stop, true);
}

static void test_stopped_midway_it_is_more_than_that(void **state)
{
    struct comparing_test test;

    (void)state;
    begin(&test);
    test.options.strategies = 1u << STRATEGY_DPOR;
    test.options.context = &test;
    test.options.tick = stop_at_once;
    const struct compare_row *rows = compare_now(&test);

    assert_false(test.comparison.complete);
    assert_int_equal(test.comparison.seeds, 0);
    assert_int_equal(rows[0].searches, 0);
    assert_int_equal(rows[0].executions.count, 0);
    assert_int_equal(rows[1].searches, 1);
    assert_int_equal(rows[1].found, 0);
    assert_true(rows[1].executions.middle.beyond);
    assert_in_range(rows[1].executions.middle.value, 1, CAP - 1);
    assert_int_equal(compare_ratio(&rows[0], &rows[1]).kind, RATIO_UNKNOWN);
    end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_ranks),
        cmocka_unit_test(test_median_of_what_is_known),
        cmocka_unit_test(test_median_of_what_is_beyond),
        cmocka_unit_test(test_counts_are_those_of_the_searches),
        cmocka_unit_test(test_random_is_always_there_and_may_give_up),
        cmocka_unit_test(test_what_knows_no_seed_runs_once),
        cmocka_unit_test(test_a_fingerprint_is_looked_for),
        cmocka_unit_test(test_jobs_change_nothing),
        cmocka_unit_test(test_the_text_says_what_is_not_known),
        cmocka_unit_test(test_a_course_is_not_followed),
        cmocka_unit_test(test_stopped_early_all_have_the_same_seeds),
        cmocka_unit_test(test_stopped_midway_it_is_more_than_that),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
