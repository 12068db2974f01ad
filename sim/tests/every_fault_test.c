/* Every call of every workflow fails once in every way it can, alone: whatever happens, the run ends, nobody is left in
 * progress, and a fault that fired leaves the flags as lifecycle.md 1.11 and 6.1 say. */
#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A node on which every look-up and command of the specification is made. */
#define NODE "\"node\":{\"firewall\":true,\"upnp\":true,\"iptables\":true}"
#define MIXED                                                                                                          \
    "{\"name\":\"mixed\",\"enterprise\":true,\"compose\":[{\"name\":\"db\",\"containerData\":\"g:/data|m:logs:/logs|"  \
    "f:conf:/etc/conf\",\"ports\":[31001]},{\"name\":\"ui\",\"containerData\":\"/data|0:/db|c:0:logs:/x|cf:0:conf:/"   \
    "y\","                                                                                                             \
    "\"ports\":[31002]}]"

struct workflow {
    const char *name;
    const char *json; /* with a place for the fault: %s */
};

static const struct workflow workflows[] = {
    {"install",
     "{\"name\":\"t\",\"world\":{" NODE ",\"apps\":[" MIXED "},{\"name\":\"beside\",\"enterprise\":true}],"
     "\"docker\":{\"images\":[{\"repotag\":\"runonflux/website:latest\",\"token\":true,\"manifestList\":true}]}},"
     "\"actors\":[{\"actor\":\"install\",\"app\":\"mixed\"}],\"faults\":[%s]}"},
    {"install of an old version", "{\"name\":\"t\",\"world\":{" NODE ",\"apps\":[{\"name\":\"old\",\"version\":1}]},"
                                  "\"actors\":[{\"actor\":\"install\",\"app\":\"old\"}],\"faults\":[%s]}"},
    {"test install", "{\"name\":\"t\",\"world\":{\"apps\":[" MIXED "}]},"
                     "\"actors\":[{\"actor\":\"install\",\"app\":\"mixed\",\"test\":true}],\"faults\":[%s]}"},
    {"check with stopped apps",
     "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"stopped\",\"state\":\"stopped\"},{\"name\":\"replica\","
     "\"containerData\":\"r:/data\",\"state\":\"stopped\"},{\"name\":\"missing\",\"state\":\"missing\",\"volume\":"
     "\"missing\"},{\"name\":\"primary\",\"enterprise\":true,\"containerData\":\"g:/data\",\"state\":\"missing\","
     "\"volume\":\"unmounted\"},{\"name\":\"fine\"}]},\"actors\":[{\"actor\":\"check\"}],\"duration\":\"1h10m\","
     "\"faults\":[%s]}"},
    {"check of an old app",
     "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"old\",\"version\":3,\"state\":\"stopped\"},"
     "{\"name\":\"fine\"}]},\"actors\":[{\"actor\":\"check\"}],\"duration\":\"30m\",\"faults\":[%s]}"},
    {"failover",
     "{\"name\":\"t\",\"world\":{\"apps\":[" MIXED "}],\"fdm\":{\"mixed\":\"none\"},\"peers\":[{\"address\":"
     "\"203.0.113.9\",\"apps\":[\"mixed\"]}]},\"actors\":[{\"actor\":\"master-slave\"}],\"duration\":\"12m\","
     "\"faults\":[%s]}"},
    {"primary", "{\"name\":\"t\",\"world\":{\"apps\":[" MIXED "}],\"fdm\":{\"mixed\":\"self\"}},\"actors\":[{\"actor\":"
                "\"master-slave\"}],\"duration\":\"2m\",\"faults\":[%s]}"},
    {"removal", "{\"name\":\"t\",\"world\":{" NODE ",\"apps\":[" MIXED "}]},"
                "\"actors\":[{\"actor\":\"remove\",\"app\":\"mixed\"}],\"faults\":[%s]}"},
    {"forced removal", "{\"name\":\"t\",\"world\":{" NODE ",\"apps\":[" MIXED "}]},"
                       "\"actors\":[{\"actor\":\"remove\",\"app\":\"mixed\",\"force\":true}],\"faults\":[%s]}"},
    {"forced removal of what is not installed",
     "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"gone\",\"installed\":false,\"published\":false}]},"
     "\"actors\":[{\"actor\":\"remove\",\"app\":\"gone\",\"force\":true}],\"faults\":[%s]}"},
    {"soft removal", "{\"name\":\"t\",\"world\":{" NODE ",\"apps\":[" MIXED "}]},"
                     "\"actors\":[{\"actor\":\"soft-remove\",\"app\":\"mixed\"}],\"faults\":[%s]}"},
};

enum { CALLS_MAX = 400, JSON_SIZE = 4096 };

static struct scenario *with_fault(struct test_run *test, const struct workflow *workflow, enum fault_kind kind,
                                   unsigned nth)
{
    char fault[256] = "";
    char json[JSON_SIZE];

    if (nth > 0) {
        snprintf(fault, sizeof fault, "{\"fault\":\"%s\",\"on\":\"*\",\"nth\":%u}", fault_info(kind)->name, nth);
    }
    int length = snprintf(json, sizeof json, workflow->json, fault);

    assert_in_range(length, 1, JSON_SIZE - 1);
    return test_scenario(test, json);
}

/* INS stays set when the tier cannot be had (1.1 step 5) and nowhere else. */
static void check_flags(const struct workflow *workflow, const struct run_record *record, enum fault_kind kind,
                        unsigned nth)
{
    bool tier_failed = false;

    for (uint32_t i = 0; i < record->event_count; i++) {
        tier_failed = tier_failed || (record->events[i].kind == RUN_LOG &&
                                      strcmp(record->events[i].text, "Failed to get Node Tier") == 0);
    }
    if (test_violations(record, "flag-stuck") > 0 && !tier_failed) {
        fail_msg("%s, %s at call %u: a flag was left set", workflow->name, fault_info(kind)->name, nth);
    }
}

static unsigned fail_each_call(struct test_run *test, const struct workflow *workflow, const char *revision,
                               enum fault_kind kind)
{
    unsigned fired = 0;

    for (unsigned nth = 1; nth < CALLS_MAX; nth++) {
        arena_reset(&test->arena);
        const struct scenario *scenario = with_fault(test, workflow, kind, nth);
        const struct run_record *record = test_run_scenario(test, scenario, revision, 0);

        if (record->counts[RUN_COUNT_UNFIRED_FAULTS] > 0) {
            return fired; /* fewer calls than that can suffer it */
        }
        fired++;
        /* a slow call may still be under way when the run ends */
        assert_in_range(record->counts[RUN_COUNT_APPLIED_FAULTS], kind == FAULT_SLOW ? 0 : 1, 1);
        if (record->inconclusive_because != NULL) {
            fail_msg("%s, %s at call %u: %s", workflow->name, fault_info(kind)->name, nth,
                     record->inconclusive_because);
        }
        check_flags(workflow, record, kind, nth);
    }
    fail_msg("%s never ends failing", workflow->name);
    return fired;
}

static void test_every_call_fails_in_every_way_alone(void **state)
{
    struct test_run test;
    unsigned fired = 0;

    (void)state;
    test_run_begin(&test);
    for (size_t i = 0; i < sizeof workflows / sizeof workflows[0]; i++) {
        for (unsigned kind = FAULT_NONE + 1; kind < FAULT_COUNT; kind++) {
            for (const struct revision *revision = revisions(); revision->name != NULL; revision++) {
                fired += fail_each_call(&test, &workflows[i], revision->name, (enum fault_kind)kind);
            }
        }
    }
    print_message("%u faults fired\n", fired);
    assert_in_range(fired, 1000, 1000000);
    test_run_end(&test);
}

/* Without a fault every workflow comes to rest with the world as expected: the sweep starts from health. */
static void test_every_workflow_is_healthy_without_faults(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    for (size_t i = 0; i < sizeof workflows / sizeof workflows[0]; i++) {
        const struct scenario *scenario = with_fault(&test, &workflows[i], FAULT_NONE, 0);
        const struct run_record *record = test_run_scenario(&test, scenario, "8.9.2", 0);

        assert_null(record->inconclusive_because);
        assert_int_equal(record->counts[RUN_COUNT_APPLIED_FAULTS], 0);
        assert_int_equal(test_violations(record, "flag-stuck"), 0);
        assert_in_range(record->counts[RUN_COUNT_EFFECTS], 5, 2000);
    }
    test_run_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_workflow_is_healthy_without_faults),
        cmocka_unit_test(test_every_call_fails_in_every_way_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
