/* The kernel: coroutines, time, order, faults, crash; and that a run is a function of scenario, release and seed. */
#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- coroutines ----------------------------------------------------------------------------------------------------
 */

struct counter {
    struct coroutine coroutine;
    double sum; /* floating-point state must survive a switch */
    int rounds;
};

static void count_up(void *argument)
{
    struct counter *counter = argument;
    double own = 0.5;

    for (int i = 0; i < counter->rounds; i++) {
        own += 1;
        counter->sum = own;
        coroutine_yield(&counter->coroutine);
    }
}

static void test_coroutines_take_turns(void **state)
{
    static char stacks[3][64 * 1024];
    struct counter counters[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        counters[i] = (struct counter){.rounds = 100 + i};
        coroutine_init(&counters[i].coroutine, stacks[i], sizeof stacks[i], count_up, &counters[i]);
    }
    for (int round = 1; round <= 100; round++) {
        for (int i = 0; i < 3; i++) {
            coroutine_resume(&counters[i].coroutine);
            assert_true(counters[i].sum > round + 0.4 && counters[i].sum < round + 0.6);
        }
    }
    coroutine_resume(&counters[0].coroutine);
    assert_true(counters[0].coroutine.finished);
    assert_false(counters[1].coroutine.finished); /* given up in the middle */
    for (int i = 0; i < 3; i++) {
        assert_false(coroutine_overran(&counters[i].coroutine));
        coroutine_release(&counters[i].coroutine);
    }
}

static void test_an_overrun_stack_is_noticed(void **state)
{
    static char stack[64 * 1024];
    struct coroutine coroutine;

    (void)state;
    coroutine_init(&coroutine, stack, sizeof stack, count_up, NULL);
    stack[3] = 0;
    assert_true(coroutine_overran(&coroutine));
}

/* ---- runs
 * ------------------------------------------------------------------------------------------------------------ */

static const char busy[] = "{\"name\":\"busy\",\"strategy\":\"random\",\"seed\":%d,\"duration\":\"5m\",\"world\":{"
                           "\"apps\":[{\"name\":\"gapp\","
                           "\"enterprise\":true,\"containerData\":\"g:/"
                           "d\"},{\"name\":\"shop\"},{\"name\":\"napp\"}],\"fdm\":{\"gapp\":\"self\"}},"
                           "\"actors\":[{\"actor\":\"install\",\"app\":\"napp\"},{\"actor\":\"check\"},{\"actor\":"
                           "\"master-slave\"},{\"actor\":"
                           "\"remove\",\"app\":\"shop\"}]}";

static uint64_t hash_of(struct test_run *test, int seed)
{
    return test_run_text(test, arena_printf(&test->arena, busy, seed), "8.9.2")->trace_hash;
}

static void test_same_seed_same_trace(void **state)
{
    struct test_run test;
    unsigned different = 0;

    (void)state;
    test_run_begin(&test);
    for (int seed = 1; seed <= 20; seed++) {
        uint64_t first = hash_of(&test, seed);

        assert_true(first == hash_of(&test, seed));
        different += first != hash_of(&test, seed + 1);
    }
    assert_int_equal(different, 20);
    test_run_end(&test);
}

/* No faults, no trace of the injector; keeping events or not does not show either. */
static void test_what_nobody_sees_does_not_change_the_trace(void **state)
{
    static const char plain[] =
        "{\"name\":\"p\",\"world\":{\"apps\":[{\"name\":\"napp\"}]},\"actors\":[{\"actor\":\"install\","
        "\"app\":\"napp\"}]%s}";
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct scenario *without = test_scenario(&test, arena_printf(&test.arena, plain, ""));
    const struct scenario *armed = test_scenario(
        &test, arena_printf(&test.arena, plain,
                            ",\"faults\":[{\"fault\":\"refused\",\"on\":\"fdm appips\"}]")); /* no such call is made */
    uint64_t hash = test_run_scenario(&test, without, "8.9.2", 0)->trace_hash;

    assert_true(hash == test_run_scenario(&test, armed, "8.9.2", 0)->trace_hash);
    struct run_options options = {.revision = revision_by_name("8.9.2"), .keep_events = false};

    assert_true(hash == scenario_run(without, &options, &test.memory, &test.arena, &test.event_arena)->trace_hash);
    test_run_end(&test);
}

/* A record that keeps events has the world of its start, and the flags as they change. */
static void test_a_record_tells_the_world(void **state)
{
    struct test_run test;
    unsigned set = 0, cleared = 0;

    (void)state;
    test_run_begin(&test);
    const struct scenario *scenario =
        test_scenario(&test, "{\"name\":\"w\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"napp\"}]},"
                             "\"actors\":[{\"actor\":\"install\",\"app\":\"napp\"}]}");
    const struct run_record *record = test_run_scenario(&test, scenario, "8.9.2", 0);
    const struct value *container = value_at(value_get(record->first_world, "containers"), 0);
    const struct value *rows = value_get(value_get(record->first_world, "rows"), "localzelapps.zelappsinformation");

    assert_int_equal(value_count(value_get(record->first_world, "containers")), 1); /* napp's is yet to come */
    assert_string_equal(value_get_text(container, "name"), "fluxweb_shop");
    assert_string_equal(value_get_text(container, "state"), "running");
    assert_int_equal(value_count(rows), 1);
    assert_true(value_is_text(value_at(rows, 0), "shop"));
    assert_false(value_holds_text(value_get(record->first_world, "flags"), "installationInProgress"));
    for (uint32_t i = 0; i < record->event_count; i++) {
        const struct run_event *event = &record->events[i];

        if (event->kind == RUN_CHANGE && event->object != NULL &&
            strcmp(event->object, "installationInProgress") == 0) {
            assert_int_equal(cleared, strcmp(event->text, "flag set") == 0 ? set : set - 1);
            set += strcmp(event->text, "flag set") == 0;
            cleared += strcmp(event->text, "flag cleared") == 0;
        }
    }
    assert_int_equal(set, 1);
    assert_int_equal(cleared, 1);
    struct run_options options = {.revision = revision_by_name("8.9.2"), .keep_events = false};

    assert_null(scenario_run(scenario, &options, &test.memory, &test.arena, &test.event_arena)->first_world);
    test_run_end(&test);
}

static void test_time_moves_to_deadlines_only(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct run_record *record = test_run_text(
        &test,
        "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"shop\"}]},\"actors\":[{\"actor\":\"check\",\"at\":\"1m\"}],"
        "\"duration\":\"2h\"}",
        "8.9.2");

    assert_int_equal(record->virtual_ms, 2 * 3600 * 1000);
    for (uint32_t i = 1; i < record->event_count; i++) {
        assert_true(record->events[i].at_ms >= record->events[i - 1].at_ms);
    }
    assert_int_equal(record->events[0].at_ms - record->clock_start_ms, 60000);
    assert_int_equal(record->counts[RUN_COUNT_BROADCASTS], 2);
    test_run_end(&test);
}

static void test_slow_calls_apply_late(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct run_record *record =
        test_run_text(&test,
                      "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"napp\"}]},\"actors\":[{\"actor\":\"install\","
                      "\"app\":\"napp\"}],"
                      "\"faults\":[{\"fault\":\"slow\",\"on\":\"docker image.pull\",\"delay\":\"20s\"}]}",
                      "8.9.2");

    for (uint32_t i = 0; i < record->event_count; i++) {
        const struct run_event *event = &record->events[i];

        if (event->kind == RUN_EFFECT && event->effect == EFFECT_DOCKER_IMAGE_PULL) {
            assert_int_equal(event->fault, FAULT_SLOW);
            assert_int_equal(event->applied_ms - event->at_ms, 20000);
        } else if (event->kind == RUN_EFFECT) {
            assert_int_equal(event->fault, FAULT_NONE);
        }
    }
    test_run_end(&test);
}

static void test_a_crash_takes_memory_and_keeps_the_world(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct run_record *record = test_run_text(
        &test,
        "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"shop\"}]},\"actors\":[{\"actor\":\"check\",\"at\":\"1m\"},"
        "{\"actor\":\"crash\",\"at\":\"10m\",\"restart\":\"1m\"},{\"actor\":\"remove\",\"app\":\"shop\",\"at\":"
        "\"10m30s\"}],"
        "\"duration\":\"20m\",\"expect\":{\"containers\":{\"fluxweb_shop\":\"running\"},\"counts\":{\"broadcasts\":2}}"
        "}",
        "8.9.2");

    assert_true(
        record->as_expected); /* the check of the new process announces; the request while it was down is lost */
    assert_int_equal(record->counts[RUN_COUNT_CRASHES], 1);
    test_run_end(&test);
}

static void test_host_reboot(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct run_record *record = test_run_text(
        &test,
        "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"gapp\",\"containerData\":\"g:/"
        "d\",\"state\":"
        "\"running\"}]},\"actors\":[{\"actor\":\"host-reboot\",\"at\":\"1m\"},{\"actor\":\"engine-restart\",\"at\":"
        "\"2m\"},"
        "{\"actor\":\"start-container\",\"container\":\"fluxweb_gapp\",\"at\":\"3m\"},{\"actor\":\"backup-begin\","
        "\"app\":"
        "\"gapp\",\"at\":\"4m\"},{\"actor\":\"backup-end\",\"app\":\"gapp\",\"at\":\"5m\"},{\"actor\":\"announce\","
        "\"app\":"
        "\"gapp\",\"peer\":\"203.0.113.1\",\"at\":\"5m\"},{\"actor\":\"remove-network\",\"network\":"
        "\"fluxDockerNetwork_gone\",\"at\":\"6m\"}],\"duration\":\"10m\",\"expect\":{\"containers\":{\"fluxweb_shop\":"
        "\"running\",\"fluxweb_gapp\":\"running\"}}}",
        "8.9.2");

    assert_int_equal(record->unmet_count, 1);
    assert_string_equal(record->unmet[0].message, "remove-network:fluxDockerNetwork_gone found nothing to act on");
    test_run_end(&test);
}

struct nursery {
    uint32_t generations, children;
};

/* Every generation is the last child of the one before. */
static void have_children(struct task *task, const void *argument)
{
    struct nursery nursery = *(const struct nursery *)argument;

    if (nursery.generations-- == 0) {
        return;
    }
    for (uint32_t i = 1; i < nursery.children; i++) {
        struct nursery childless = {0, 0};

        node_spawn(task, have_children, &childless, sizeof childless);
    }
    node_spawn(task, have_children, &nursery, sizeof nursery);
}

/* A label is spelt when it is asked for, by then its task's parents may be gone. */
static void test_a_child_is_called_after_its_parents(void **state)
{
    static const struct revision revision = {"none", 0};
    static const struct node_config config = {.revision = &revision, .flux_dir = "", .apps_folder = ""};
    struct kernel kernel;
    struct nursery nursery = {3, 12};
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    kernel_init(&kernel, &test.memory, 1, 0);
    kernel_boot(&kernel, &config);
    kernel_start(
        &kernel,
        (struct kernel_start){
            .name = "loop", .label = "loop#2", .run = have_children, .argument = &nursery, .size = sizeof nursery});
    assert_string_equal(kernel_label(kernel_ready(&kernel, 0)), "loop#2");
    for (int i = 0; i < 1 + 12 + 12; i++) {
        kernel_step(&kernel, 0);
    }
    assert_int_equal(kernel.task_count, 12);
    assert_string_equal(kernel_label(kernel_ready(&kernel, 11)), "loop#2/12/12/12");
    assert_string_equal(kernel_label(kernel_ready(&kernel, 8)), "loop#2/12/12/9");
    assert_ptr_equal(kernel_label(kernel_ready(&kernel, 8)), kernel_label(kernel_ready(&kernel, 8)));
    test_run_end(&test);
}

static void test_a_schedule_that_cannot_be_followed_is_inconclusive(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct run_record *record = test_run_text(&test,
                                                    "{\"name\":\"t\",\"actors\":[{\"actor\":\"check\"}],\"duration\":"
                                                    "\"1m\",\"schedule\":[{\"wait\":\"1s\"},{\"run\":"
                                                    "\"check\",\"until\":\"docker containers.prune\"}]}",
                                                    "8.9.2");

    assert_int_equal(record->verdict, RUN_INCONCLUSIVE);
    assert_false(record->as_expected);
    assert_non_null(strstr(record->unmet[0].message, "run check until docker containers.prune"));
    test_run_end(&test);
}

/* The tester is tested: whatever is expected and does not come is named. */
static void test_expectations_that_are_not_met(void **state)
{
    static const char *const expectations[] = {
        "\"violates\":[\"dark\"]",
        "\"counts\":{\"prunes\":{\"max\":0}}",
        "\"counts\":{\"prunes\":{\"min\":2,\"max\":3}}",
        "\"containers\":{\"fluxweb_napp\":\"absent\"}",
        "\"containers\":{\"fluxweb_napp\":\"created\"}",
        "\"effects\":[{\"effect\":\"docker containers.prune\",\"count\":0}]",
        "\"effects\":[{\"effect\":\"host mke2fs\",\"task\":\"install:napp\",\"count\":{\"min\":2}}]",
        "\"log\":[{\"contains\":\"never said\"}]",
        "\"log\":[{\"absent\":\"returned true\"}]",
        "\"apps\":{\"napp\":\"removed\"}"};

    (void)state;
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        struct test_run test;

        test_run_begin(&test);
        const struct run_record *record = test_run_text(
            &test,
            arena_printf(
                &test.arena,
                "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"napp\"}]},\"actors\":[{\"actor\":\"install\","
                "\"app\":\"napp\"}],\"expect\":{%s}}",
                expectations[i]),
            "8.9.2");

        assert_int_equal(record->unmet_count, 1);
        assert_false(record->as_expected);
        test_run_end(&test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coroutines_take_turns),
        cmocka_unit_test(test_an_overrun_stack_is_noticed),
        cmocka_unit_test(test_same_seed_same_trace),
        cmocka_unit_test(test_what_nobody_sees_does_not_change_the_trace),
        cmocka_unit_test(test_a_record_tells_the_world),
        cmocka_unit_test(test_time_moves_to_deadlines_only),
        cmocka_unit_test(test_slow_calls_apply_late),
        cmocka_unit_test(test_a_crash_takes_memory_and_keeps_the_world),
        cmocka_unit_test(test_host_reboot),
        cmocka_unit_test(test_a_child_is_called_after_its_parents),
        cmocka_unit_test(test_a_schedule_that_cannot_be_followed_is_inconclusive),
        cmocka_unit_test(test_expectations_that_are_not_met),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
