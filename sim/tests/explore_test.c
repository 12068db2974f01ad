/* Exploring: which plans are made, what is told of them, and what ends it. */
#include "sim/search/explore.h"
#include "core/revision.h"
#include "sim/search/explore_repros.h"
#include "sim/tests/stage_trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A scenario explored as the options say; what is found lasts as long as the arena. */
struct trip {
    struct arena arena;
    struct scenario *scenario;
    struct explore_options options;
    struct exploration exploration;
};

static const char kill_alone[] = "{\"name\":\"kill\",\"world\":{\"apps\":[{\"name\":\"shop\"}]},\"actors\":["
                                 "{\"actor\":\"owner-kill\",\"app\":\"shop\"}]}";
static const char remove_alone[] = "{\"name\":\"remove\",\"world\":{\"apps\":[{\"name\":\"shop\"}]},\"actors\":["
                                   "{\"actor\":\"remove\",\"app\":\"shop\"}]}";

static void trip_begin(struct trip *trip, const char *json)
{
    struct scenario_mistake mistake = {NULL};

    *trip = (struct trip){.options = {.revision = revision_by_name("8.9.2"),
                                      .seed = 1,
                                      .preemptions_max = SEARCH_UNBOUNDED,
                                      .delays_max = SEARCH_UNBOUNDED,
                                      .fault_kinds = UINT32_MAX,
                                      .strike_kinds = UINT32_MAX,
                                      .ports = UINT32_MAX,
                                      .stays = {.heals_max = 1},
                                      .slow_ms = 1000,
                                      .jobs = 1,
                                      .shared = workers_shared_new()}};
    arena_init(&trip->arena, arena_source_malloc());
    trip->scenario = scenario_parse(&trip->arena, "test.json", json, strlen(json), &mistake);
    if (trip->scenario == NULL) {
        fail_msg("%s", mistake.text);
    }
}

static void trip_go(struct trip *trip)
{
    explore(trip->scenario, &trip->options, &trip->arena, &trip->exploration);
}

static void trip_end(struct trip *trip)
{
    workers_shared_free(trip->options.shared);
    arena_reset(&trip->arena);
}

static const struct found *find(const struct trip *trip, const char *fingerprint)
{
    for (uint32_t i = 0; i < trip->exploration.found_count; i++) {
        if (strcmp(trip->exploration.found[i].fingerprint, fingerprint) == 0) {
            return &trip->exploration.found[i];
        }
    }
    return NULL;
}

/* ---- plans ------------------------------------------------------------------------------------------------------ */

/* The calls of the plain run, and how many ways there are for them to go wrong. */
struct calls {
    uint32_t count, writing, ways, docker_ways, refusable;
};

static struct calls count_calls(const char *json)
{
    struct stage_trial trial;
    struct calls calls = {0};

    stage_trial_begin(&trial, json);
    search_dpor(&trial.search);
    for (uint32_t i = 0; i < trial.bench.stage.site_count; i++) {
        const struct site *site = &trial.bench.stage.sites[i];
        const struct effect_info *info = effect_info(site->effect);
        uint32_t ways = (uint32_t)__builtin_popcount(info->faults & ~(1u << FAULT_NONE));

        calls.count++;
        calls.writing += site->writes;
        calls.ways += ways;
        calls.docker_ways += info->port == PORT_docker ? ways : 0;
        calls.refusable += (info->faults & (1u << FAULT_REFUSED)) != 0;
    }
    stage_trial_end(&trial);
    return calls;
}

static uint32_t plans_of(struct trip *trip)
{
    trip_go(trip);
    assert_true(trip->exploration.complete);
    assert_null(trip->exploration.stopped_by);
    assert_int_equal(trip->exploration.plans_done, trip->exploration.plans);
    return trip->exploration.plans;
}

static void each_call_and_each_way_make_a_plan(void **state)
{
    struct calls calls = count_calls(kill_alone);
    struct trip trip;

    (void)state;
    /* db find, docker containers.list, docker container.kill */
    assert_int_equal(calls.count, 3);
    assert_int_equal(calls.writing, 1);
    trip_begin(&trip, kill_alone);
    assert_int_equal(plans_of(&trip), 1);
    trip.options.faults_max = 1;
    assert_int_equal(plans_of(&trip), 1 + calls.ways);
    trip.options.ports = 1u << PORT_docker;
    assert_int_equal(plans_of(&trip), 1 + calls.docker_ways);
    trip.options.ports = UINT32_MAX;
    trip.options.fault_kinds = 1u << FAULT_REFUSED;
    assert_int_equal(plans_of(&trip), 1 + calls.refusable);
    /* Nobody makes any of these calls again, so for ever is as once. */
    trip.options.stays.forever = true;
    assert_int_equal(plans_of(&trip), 1 + calls.refusable);
    trip.options.stays.heals_max = 0;
    assert_int_equal(plans_of(&trip), 1 + calls.refusable);
    trip.options.stays.heals_max = 9;
    assert_int_equal(plans_of(&trip), 1 + calls.refusable);
    trip_end(&trip);
}

/* Three owners, one call of each: a failure of the first can end after one call, after two, or not before the third,
 * which is not to be told from for ever. For the others a second time is tried since somebody makes the call too, and
 * there it shows that nobody does so later. */
static void a_failure_stays_as_long_as_can_be_told(void **state)
{
    static const char three_kills[] =
        "{\"name\":\"kills\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"mart\"},{\"name\":\"deli\"}]},"
        "\"actors\":[{\"actor\":\"owner-kill\",\"app\":\"shop\"},{\"actor\":\"owner-kill\",\"app\":\"mart\",\"at\":"
        "\"1m\"},"
        "{\"actor\":\"owner-kill\",\"app\":\"deli\",\"at\":\"2m\"}]}";
    struct trip trip;

    (void)state;
    trip_begin(&trip, three_kills);
    trip.options.faults_max = 1;
    trip.options.ports = 1u << PORT_db;
    trip.options.fault_kinds = 1u << FAULT_REFUSED;
    assert_int_equal(plans_of(&trip), 1 + 3);
    trip.options.stays.heals_max = 2;
    assert_int_equal(plans_of(&trip), 1 + 3 + 3);
    /* After two, the first's failure alone can be told from one that stays longer. */
    trip.options.stays.heals_max = 3;
    assert_int_equal(plans_of(&trip), 1 + 3 + 3 + 1);
    trip.options.stays.heals_max = 9;
    assert_int_equal(plans_of(&trip), 1 + 3 + 3 + 1);
    trip.options.stays.forever = true;
    assert_int_equal(plans_of(&trip), 1 + 3 + 3 + 1);
    trip.options.stays.heals_max = 2;
    assert_int_equal(plans_of(&trip), 1 + 3 + 3 + 1);
    trip_end(&trip);
}

static void a_strike_comes_after_what_changes_the_world(void **state)
{
    struct calls calls = count_calls(kill_alone);
    struct trip trip;

    (void)state;
    trip_begin(&trip, kill_alone);
    trip.options.crashes_max = 1;
    assert_int_equal(plans_of(&trip), 1 + calls.writing * (STRIKE_COUNT - 1));
    trip.options.strike_kinds = 1u << STRIKE_CRASH;
    assert_int_equal(plans_of(&trip), 1 + calls.writing);
    trip_end(&trip);
}

/* A pair of mishaps is one plan, whichever was planned first. */
static void a_pair_is_tried_once(void **state)
{
    static const char two_kills[] =
        "{\"name\":\"kills\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"mart\"}]},\"actors\":["
        "{\"actor\":\"owner-kill\",\"app\":\"shop\"},{\"actor\":\"owner-kill\",\"app\":\"mart\",\"at\":\"1m\"}]}";
    struct trip trip;

    (void)state;
    trip_begin(&trip, two_kills);
    trip.options.fault_kinds = 1u << FAULT_REFUSED;
    trip.options.ports = 1u << PORT_db;
    trip.options.faults_max = 2;
    assert_int_equal(plans_of(&trip), 1 + 2 + 1);
    trip.options.stays.forever = true; /* the first may stay; the last has none after it */
    assert_true(plans_of(&trip) > 1 + 2 + 1);
    trip_end(&trip);
}

/* ---- what is told -------------------------------------------------------------------------------------------------
 */

static void what_needs_no_mishap_is_told_without(void **state)
{
    static const char race[] = "container-lost | install/docker containers.prune | stop-container";
    struct trip trip;

    (void)state;
    trip_begin(&trip, stage_install_stop);
    trip.options.faults_max = 1;
    trip.options.ports = 1u << PORT_docker;
    trip.options.fault_kinds = 1u << FAULT_REFUSED;
    trip_go(&trip);
    assert_true(trip.exploration.complete);
    const struct found *found = find(&trip, race);

    assert_non_null(found);
    assert_int_equal(found->plan.count, 0);
    assert_string_equal(found->kinds, "");
    for (uint32_t i = 0; i < trip.exploration.found_count; i++) {
        const char *fingerprint = trip.exploration.found[i].fingerprint;

        assert_true(strcmp(fingerprint, race) == 0 || strncmp(fingerprint, race, strlen("container-lost")) != 0);
    }
    trip_end(&trip);
}

static void errors_of_one_call_are_one_finding(void **state)
{
    struct trip trip;

    (void)state;
    trip_begin(&trip, remove_alone);
    trip.options.faults_max = 1;
    trip_go(&trip);
    const struct found *found = find(&trip, "orphan | remove/docker containers.list: fails");

    assert_non_null(found);
    assert_int_equal(found->plan.count, 1);
    assert_string_equal(found->kinds, "refused, error-500");
    assert_string_equal(found->oracle, "orphan");
    assert_string_equal(found->message, "container fluxweb_shop is left over: no installed app owns it");
    assert_null(find(&trip, "orphan"));
    trip_end(&trip);
}

/* A read that is interrupted is sent again at once: one failure is not felt, two in a row are, and when it is for ever
 * the installation does not get so far as to leave something over. */
static void what_only_a_failure_that_heals_leads_to(void **state)
{
    static const char install_alone[] = "{\"name\":\"install\",\"world\":{\"apps\":[{\"name\":\"napp\"}]},\"actors\":["
                                        "{\"actor\":\"install\",\"app\":\"napp\"}]}";
    static const char left_over[] = "orphan | install/host mke2fs | install/db find: fails";
    struct trip trip;

    (void)state;
    trip_begin(&trip, install_alone);
    trip.options.faults_max = 1;
    trip.options.fault_kinds = 1u << FAULT_INTERRUPTED;
    trip.options.stays = (struct stays){1, true};
    trip_go(&trip);
    assert_true(trip.exploration.complete);
    assert_null(find(&trip, left_over));
    trip.options.stays = (struct stays){2, false};
    trip_go(&trip);
    assert_true(trip.exploration.complete);
    const struct found *found = find(&trip, left_over);

    assert_non_null(found);
    assert_int_equal(found->plan.count, 1);
    assert_int_equal(found->plan.mishaps[0].fires, 2);
    trip_end(&trip);
}

static void expect_same(const struct trip *left, const struct trip *right)
{
    const struct exploration *a = &left->exploration;
    const struct exploration *b = &right->exploration;

    assert_int_equal(a->complete, b->complete);
    assert_int_equal(a->executions, b->executions);
    assert_int_equal(a->transitions, b->transitions);
    assert_int_equal(a->plans, b->plans);
    assert_int_equal(a->plans_done, b->plans_done);
    assert_int_equal(a->found_count, b->found_count);
    for (uint32_t i = 0; i < a->found_count; i++) {
        assert_string_equal(a->found[i].fingerprint, b->found[i].fingerprint);
        assert_string_equal(a->found[i].message, b->found[i].message);
        assert_string_equal(a->found[i].why, b->found[i].why);
        assert_string_equal(a->found[i].kinds, b->found[i].kinds);
        assert_int_equal(a->found[i].times, b->found[i].times);
        assert_int_equal(a->found[i].first, b->found[i].first);
        assert_int_equal(a->found[i].course.count, b->found[i].course.count);
    }
}

/* Whatever bounds it, but for time. */
static void the_number_of_jobs_changes_nothing(void **state)
{
    static const struct {
        uint64_t executions_max;
        bool first;
        enum strategy strategy;
    } ways[] = {{0, false, STRATEGY_DPOR},
                {7, false, STRATEGY_DPOR},
                {40, false, STRATEGY_DPOR},
                {0, true, STRATEGY_DPOR},
                {30, false, STRATEGY_RANDOM}};

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct trip trips[3];

        for (uint32_t jobs = 1; jobs <= 3; jobs++) {
            struct trip *trip = &trips[jobs - 1];

            trip_begin(trip, remove_alone);
            trip->options.faults_max = 1;
            trip->options.crashes_max = 1;
            trip->options.strike_kinds = 1u << STRIKE_CRASH;
            trip->options.fault_kinds = 1u << FAULT_REFUSED | 1u << FAULT_LOST_REPLY;
            trip->options.jobs = jobs;
            trip->options.executions_max = ways[i].executions_max;
            trip->options.first = ways[i].first;
            trip->options.strategy = ways[i].strategy;
            trip_go(trip);
        }
        assert_true(trips[0].exploration.found_count > 0 || ways[i].executions_max == 7);
        expect_same(&trips[0], &trips[1]);
        expect_same(&trips[0], &trips[2]);
        for (size_t j = 0; j < sizeof trips / sizeof trips[0]; j++) {
            trip_end(&trips[j]);
        }
    }
}

/* ---- what ends it ---------------------------------------------------------------------------------------------------
 */

static void bounds_end_it_and_are_told(void **state)
{
    struct trip trip;

    (void)state;
    trip_begin(&trip, remove_alone);
    trip.options.faults_max = 1;
    trip_go(&trip);
    uint64_t all = trip.exploration.executions;

    assert_true(trip.exploration.share == 1);
    trip.options.executions_max = all / 2;
    trip_go(&trip);
    assert_false(trip.exploration.complete);
    assert_string_equal(trip.exploration.stopped_by, "executions");
    assert_int_equal(trip.exploration.executions, all / 2);
    assert_true(trip.exploration.share > 0 && trip.exploration.share < 1);
    for (uint32_t i = 0; i < trip.exploration.found_count; i++) {
        assert_true(trip.exploration.found[i].first <= all / 2);
    }
    trip.options.executions_max = all; /* enough is enough */
    trip_go(&trip);
    assert_true(trip.exploration.complete);
    trip.options.executions_max = 0;
    trip.options.first = true;
    trip_go(&trip);
    assert_false(trip.exploration.complete);
    assert_string_equal(trip.exploration.stopped_by, "first");
    assert_int_equal(trip.exploration.found_count, 1);
    trip_end(&trip);
}

static void stop(void *context)
{
    struct trip *trip = context;

    if (atomic_load(&trip->options.shared->violations) > 0) {
        atomic_store(&trip->options.shared->stop, true);
    }
}

static void a_stop_keeps_what_was_found(void **state)
{
    (void)state;
    /* Also when there are more processes than plans. */
    for (uint32_t jobs = 1; jobs <= 2; jobs++) {
        struct trip trip;

        trip_begin(&trip, stage_remove_check);
        trip.options.jobs = jobs;
        trip.options.context = &trip;
        trip.options.tick = stop;
        trip_go(&trip);
        assert_false(trip.exploration.complete);
        assert_string_equal(trip.exploration.stopped_by, "stop");
        assert_true(trip.exploration.executions > 0 && trip.exploration.found_count > 0);
        trip_end(&trip);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_and_each_way_make_a_plan),
        cmocka_unit_test(a_failure_stays_as_long_as_can_be_told),
        cmocka_unit_test(a_strike_comes_after_what_changes_the_world),
        cmocka_unit_test(a_pair_is_tried_once),
        cmocka_unit_test(what_needs_no_mishap_is_told_without),
        cmocka_unit_test(errors_of_one_call_are_one_finding),
        cmocka_unit_test(what_only_a_failure_that_heals_leads_to),
        cmocka_unit_test(the_number_of_jobs_changes_nothing),
        cmocka_unit_test(bounds_end_it_and_are_told),
        cmocka_unit_test(a_stop_keeps_what_was_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
