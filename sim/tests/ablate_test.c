/* Ablation: what a scenario shows when a switch is missing, from records built by hand and from runs; and that leaving
 * out runs which never ask for the switch leaves out nothing.
 */
#include "sim/search/ablate.h"
#include "sim/tests/test_run.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- records by hand ---------------------------------------------------------------------------------------- */

enum { START_MS = 1000 };

static struct run_violation lost = {
    .oracle = "container-lost", .object = "a", .message = "a was lost", .at_ms = START_MS + 40, .depth = 7};
static struct run_violation lost_twice[] = {
    {.oracle = "container-lost", .object = "a", .message = "a was lost", .at_ms = START_MS + 40, .depth = 7},
    {.oracle = "container-lost", .object = "b", .message = "b was lost", .at_ms = START_MS + 90, .depth = 9},
};
static struct run_unmet unmet = {"expected 2 broadcasts, got 4"};

static struct run_record quiet_run(void)
{
    return (struct run_record){.as_expected = true,
                               .clock_start_ms = START_MS,
                               .virtual_ms = 5000,
                               .transitions = 50,
                               .trace_hash = 1,
                               .counts[RUN_COUNT_EFFECTS] = 20,
                               .counts[RUN_COUNT_BROADCASTS] = 2};
}

static struct run_record broken_run(struct run_violation *violations, uint32_t count, bool as_expected)
{
    struct run_record record = quiet_run();

    record.violations = violations;
    record.violation_count = count;
    record.verdict = RUN_VIOLATED;
    record.as_expected = as_expected;
    record.unmet = &unmet;
    record.unmet_count = as_expected ? 0 : 1;
    record.trace_hash = 2;
    return record;
}

static struct ablation_cell judged(struct run_record with, struct run_record without, struct arena *arena)
{
    return ablate_judge(&with, &without, arena);
}

static void a_run_that_is_the_same_says_nothing(void **state)
{
    struct ablation_cell cell = judged(quiet_run(), quiet_run(), NULL);

    (void)state;
    assert_int_equal(cell.sign, ABLATION_SAME);
    assert_null(cell.why);
}

static void another_trace_is_only_a_trace(void **state)
{
    struct run_record without = quiet_run();

    (void)state;
    without.trace_hash = 2;
    without.counts[RUN_COUNT_EFFECTS] = 21; /* more was asked, and the same came of it */
    struct ablation_cell cell = judged(quiet_run(), without, NULL);

    assert_int_equal(cell.sign, ABLATION_TRACE);
    assert_null(cell.why);
}

static void counts_tell(void **state)
{
    struct run_record without = quiet_run();
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    without.trace_hash = 2;
    without.counts[RUN_COUNT_BROADCASTS] = 4;
    without.transitions = 60;
    without.virtual_ms = 7000;
    struct ablation_cell cell = judged(quiet_run(), without, &arena);

    assert_int_equal(cell.sign, ABLATION_COUNT);
    assert_null(cell.oracle);
    assert_string_equal(cell.why, "4 broadcasts, and 2 with the switch");
    assert_int_equal(cell.depth, 60); /* of the whole run: nothing earlier is known */
    assert_int_equal(cell.after_ms, 7000);
    arena_reset(&arena);
}

static void violations_tell_by_oracle_and_object(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    /* as expected both times, and once more without the switch: the second is the one that is new */
    struct ablation_cell cell = judged(broken_run(&lost, 1, true), broken_run(lost_twice, 2, true), &arena);

    assert_int_equal(cell.sign, ABLATION_ORACLE);
    assert_string_equal(cell.oracle, "container-lost");
    assert_false(cell.gone);
    assert_string_equal(cell.why, "b was lost");
    assert_int_equal(cell.depth, 9);
    assert_int_equal(cell.after_ms, 90);
    /* and the other way round */
    cell = judged(broken_run(lost_twice, 2, true), broken_run(&lost, 1, true), &arena);
    assert_int_equal(cell.sign, ABLATION_ORACLE);
    assert_true(cell.gone);
    assert_string_equal(cell.why, "only with the switch: b was lost");
    assert_int_equal(cell.depth, 9);
    arena_reset(&arena);
}

static void an_expectation_tells_most(void **state)
{
    struct run_record without = quiet_run();

    (void)state;
    struct ablation_cell cell = judged(quiet_run(), broken_run(&lost, 1, false), NULL);

    assert_int_equal(cell.sign, ABLATION_EXPECTATION);
    assert_string_equal(cell.oracle, "container-lost");
    assert_int_equal(cell.depth, 7);
    assert_int_equal(cell.after_ms, 40);
    /* without an oracle, it is told at the end */
    without.as_expected = false;
    without.unmet = &unmet;
    without.unmet_count = 1;
    cell = judged(quiet_run(), without, NULL);
    assert_int_equal(cell.sign, ABLATION_EXPECTATION);
    assert_null(cell.oracle);
    assert_string_equal(cell.why, "expected 2 broadcasts, got 4");
    assert_int_equal(cell.depth, 50);
    /* what was not as expected before is no news */
    cell = judged(without, without, NULL);
    assert_int_equal(cell.sign, ABLATION_SAME);
}

/* ---- runs --------------------------------------------------------------------------------------------------- */

/* The guard of 8.9.2 needs guard-decrypts here; no other switch is asked for. */
#define GUARD(expect)                                                                                                  \
    "{\"name\":\"guard\",\"world\":{\"apps\":[{\"name\":\"gapp\",\"enterprise\":true,\"containerData\":\"g:/d\"},"     \
    "{\"name\":\"napp\"}]},\"actors\":[{\"actor\":\"install\",\"app\":\"napp\"}],\"expect\":{" expect "}}"
/* The hourly check asks for recover-master-slave and backup-aware; without the latter it only does not look whether
 * there is a backup. */
#define MISSING                                                                                                        \
    "{\"name\":\"missing\",\"world\":{\"apps\":[{\"name\":\"gapp\",\"enterprise\":true,\"containerData\":\"g:/d\","    \
    "\"state\":\"missing\",\"volume\":\"unmounted\",\"volumeData\":false}]},\"actors\":[{\"actor\":\"check\"}],"       \
    "\"duration\":\"5m\"}"

static struct ablate_options options_of(uint32_t switches)
{
    const struct revision *revision = revision_by_name("8.9.2");

    return (struct ablate_options){.revision = revision,
                                   .switches = switches == 0 ? revision->switches : switches,
                                   .least = ABLATION_COUNT,
                                   .jobs = 1};
}

static void a_scenario_notices_the_switch_that_it_needs(void **state)
{
    struct test_run test;
    struct ablate_options options = options_of(0);

    (void)state;
    test_run_begin(&test);
    struct ablation_scenario result = ablate_scenario(test_scenario(&test, GUARD("")), &options, &test.arena);

    assert_null(result.unmet);
    assert_int_equal(result.cells[SWITCH_NUMBER_GUARD_DECRYPTS].sign, ABLATION_EXPECTATION);
    assert_string_equal(result.cells[SWITCH_NUMBER_GUARD_DECRYPTS].oracle, "container-lost");
    assert_true(result.cells[SWITCH_NUMBER_GUARD_DECRYPTS].depth > 1);
    for (unsigned i = SWITCH_NUMBER_GUARD_DECRYPTS + 1; i < SWITCH_COUNT; i++) {
        assert_int_equal(result.cells[i].sign, ABLATION_NOT_REACHED);
    }
    result = ablate_scenario(test_scenario(&test, MISSING), &options, &test.arena);
    assert_int_equal(result.cells[SWITCH_NUMBER_RECOVER_MASTER_SLAVE].sign, ABLATION_EXPECTATION);
    assert_string_equal(result.cells[SWITCH_NUMBER_RECOVER_MASTER_SLAVE].oracle, "phantom-running");
    assert_int_equal(result.cells[SWITCH_NUMBER_BACKUP_AWARE].sign, ABLATION_TRACE);
    assert_int_equal(result.cells[SWITCH_NUMBER_GUARD_DECRYPTS].sign, ABLATION_NOT_REACHED);
    test_run_end(&test);
}

static void a_red_scenario_judges_nothing(void **state)
{
    struct test_run test;
    struct ablate_options options = options_of(0);

    (void)state;
    test_run_begin(&test);
    const struct scenario *red = test_scenario(&test, GUARD("\"counts\":{\"prunes\":3}"));
    struct ablation ablation;

    options.shared = workers_shared_new();
    assert_true(ablate(&red, 1, &options, &test.arena, &ablation));
    assert_string_equal(ablation.scenarios[0].unmet, "expected 3 prunes, got 0");
    assert_int_equal(ablation.scenarios[0].cells[0].sign, ABLATION_NOT_JUDGED);
    assert_int_equal(ablation_red(&ablation), 1);
    assert_int_equal(ablation_noticed(&ablation, 0), 0);
    assert_false(ablation_passes(&ablation));
    workers_shared_free(options.shared);
    test_run_end(&test);
}

static void it_passes_when_each_switch_is_noticed(void **state)
{
    struct test_run test;
    struct ablation ablation;

    (void)state;
    test_run_begin(&test);
    const struct scenario *scenarios[] = {test_scenario(&test, GUARD("")), test_scenario(&test, MISSING)};
    struct ablate_options options = options_of(SWITCH_GUARD_DECRYPTS | SWITCH_RECOVER_MASTER_SLAVE);

    options.shared = workers_shared_new();
    assert_true(ablate(scenarios, 2, &options, &test.arena, &ablation));
    assert_true(ablation_passes(&ablation));
    assert_int_equal(ablation.switch_count, 2);
    assert_int_equal(ablation_first(&ablation, 0), 0);
    assert_int_equal(ablation_first(&ablation, 1), 1);
    workers_shared_free(options.shared);
    /* backup-aware is asked for and tells nothing */
    options = options_of(SWITCH_BACKUP_AWARE);
    options.shared = workers_shared_new();
    assert_true(ablate(scenarios, 2, &options, &test.arena, &ablation));
    assert_false(ablation_passes(&ablation));
    assert_int_equal(ablation_first(&ablation, 0), 2);
    assert_int_equal(ablation_count(&ablation, 0, ABLATION_SAME), 1);
    workers_shared_free(options.shared);
    test_run_end(&test);
}

static void what_was_not_run_does_not_pass(void **state)
{
    struct test_run test;
    struct ablation ablation;
    struct ablate_options options = options_of(SWITCH_GUARD_DECRYPTS);

    (void)state;
    test_run_begin(&test);
    const struct scenario *scenario = test_scenario(&test, GUARD(""));

    options.shared = workers_shared_new();
    atomic_store(&options.shared->stop, true);
    assert_true(ablate(&scenario, 1, &options, &test.arena, &ablation));
    assert_int_equal(ablation.scenario_count, 0);
    assert_int_equal(ablation.planned, 1);
    assert_false(ablation_passes(&ablation));
    workers_shared_free(options.shared);
    test_run_end(&test);
}

static char *json_with_jobs(const struct scenario *const *scenarios, uint32_t count, uint32_t jobs,
                            struct test_run *test)
{
    const struct report_options plain = {0};
    struct ablate_options options = options_of(0);
    struct ablation ablation;
    struct sink sink;

    options.jobs = jobs;
    options.shared = workers_shared_new();
    assert_true(ablate(scenarios, count, &options, &test->arena, &ablation));
    workers_shared_free(options.shared);
    sink_init(&sink);
    ablation_json_write(&sink, &ablation, &plain);
    return sink.text;
}

static void the_result_is_the_same_for_any_number_of_processes(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct scenario *scenarios[] = {test_scenario(&test, GUARD("")), test_scenario(&test, MISSING),
                                          test_scenario(&test, GUARD("\"counts\":{\"prunes\":3}"))};
    char *one = json_with_jobs(scenarios, 3, 1, &test);
    char *three = json_with_jobs(scenarios, 3, 3, &test);

    assert_non_null(strstr(one, "\"container-lost\""));
    assert_non_null(strstr(one, "expected 3 prunes, got 0"));
    assert_string_equal(one, three);
    free(one);
    free(three);
    test_run_end(&test);
}

/* ---- what is left out --------------------------------------------------------------------------------------- */

static int is_scenario(const struct dirent *entry)
{
    return strstr(entry->d_name, ".json") != NULL;
}

/* Of the scenarios of a folder: runs that were left out; each of them is the run with the switch. */
static uint32_t left_out(const char *folder, struct test_run *test)
{
    const struct revision *revision = revision_by_name("8.9.2");
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_scenario, alphasort);
    uint32_t runs = 0;

    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        struct scenario_mistake mistake = {NULL};
        const struct scenario *scenario =
            scenario_load(&test->arena, arena_printf(&test->arena, "%s/%s", folder, entries[i]->d_name), &mistake);
        uint32_t asked = 0;
        struct run_options options = {.revision = revision, .asked = &asked};

        assert_non_null(scenario);
        const struct run_record *with =
            scenario_run(scenario, &options, &test->memory, &test->arena, &test->event_arena);
        uint32_t never = revision->switches & ~asked;

        for (uint32_t bit = 1; never >= bit; bit <<= 1) {
            if ((never & bit) != 0) {
                const struct run_record *without = test_run_scenario(test, scenario, "8.9.2", bit);

                assert_int_equal(without->trace_hash, with->trace_hash);
                assert_int_equal(without->transitions, with->transitions);
                assert_int_equal(without->violation_count, with->violation_count);
                assert_memory_equal(without->counts, with->counts, sizeof with->counts);
                runs++;
            }
        }
        free(entries[i]);
    }
    free(entries);
    return runs;
}

static void a_run_that_never_asks_is_the_same_without(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    assert_true(left_out("scenarios/regressions", &test) > 20);
    assert_true(left_out("scenarios/faults", &test) > 20);
    assert_true(left_out("scenarios/incidents", &test) > 0);
    test_run_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_is_the_same_says_nothing),
        cmocka_unit_test(another_trace_is_only_a_trace),
        cmocka_unit_test(counts_tell),
        cmocka_unit_test(violations_tell_by_oracle_and_object),
        cmocka_unit_test(an_expectation_tells_most),
        cmocka_unit_test(a_scenario_notices_the_switch_that_it_needs),
        cmocka_unit_test(a_red_scenario_judges_nothing),
        cmocka_unit_test(it_passes_when_each_switch_is_noticed),
        cmocka_unit_test(what_was_not_run_does_not_pass),
        cmocka_unit_test(the_result_is_the_same_for_any_number_of_processes),
        cmocka_unit_test(a_run_that_never_asks_is_the_same_without),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
