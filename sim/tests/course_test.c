/* Courses and plans: who moves when, and which call goes wrong, is as the scenario says it. */
#include "sim/search/path_course.h"
#include "sim/tests/stage_trial.h"
#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    JSON_MAX = 2048,
    CHECK_MS = 60 * 1000,
    RESTART_MS = 15 * 1000,
    JUMP_MS = 60 * 60 * 1000,
    DURATION_MS = 3 * 60 * 1000,
    INSTALL_LISTS = 3
};

#define LIST "\"effect\":\"docker containers.list\""
#define STOP "\"run\":\"stop-container:fluxweb_shop\""

/* install and stop at any time, and what else the scenario says: a text that lasts until the next one. */
static const char *install_and_stop(const char *rest)
{
    static char json[JSON_MAX];

    const int length =
        snprintf(json, sizeof json,
                 "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"napp\"}]},\"actors\":["
                 "{\"actor\":\"install\",\"app\":\"napp\",\"at\":\"any\"},"
                 "{\"actor\":\"stop-container\",\"container\":\"fluxweb_shop\",\"at\":\"any\"}],%s}",
                 rest);

    assert_true(length < JSON_MAX);
    return json;
}

static const struct run_event *find_change(const struct run_record *record, const char *change)
{
    for (uint32_t i = 0; i < record->event_count; i++) {
        if (record->events[i].kind == RUN_CHANGE && strcmp(record->events[i].text, change) == 0) {
            return &record->events[i];
        }
    }
    fail_msg("no change: %s", change);
    return NULL;
}

/* The nth event of this effect by the first task, from 1. */
static const struct run_event *find_effect(const struct run_record *record, enum effect_id effect, uint32_t nth)
{
    for (uint32_t i = 0; i < record->event_count; i++) {
        const struct run_event *event = &record->events[i];

        if (event->kind == RUN_EFFECT && event->effect == effect && event->task == 0 && --nth == 0) {
            return event;
        }
    }
    fail_msg("no such effect");
    return NULL;
}

static bool has_effect_between(const struct run_event *from, const struct run_event *until)
{
    for (const struct run_event *event = from + 1; event < until; event++) {
        if (event->kind == RUN_EFFECT) {
            return true;
        }
    }
    return false;
}

static bool lists_as(const struct run_record *record, uint32_t nth, const char *state)
{
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    const struct run_event *event = find_effect(record, EFFECT_DOCKER_CONTAINERS_LIST, nth);
    bool found = strstr(value_json(&arena, event->result), state) != NULL;

    arena_reset(&arena);
    return found;
}

/* ---- courses ---------------------------------------------------------------------------------------------------- */

static void without_turns_one_acts_after_the_other(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct run_record *record = test_run_text(&test, install_and_stop("\"course\":[]"), "8.9.2");
    const struct run_event *stopped = find_change(record, "container stopped");

    for (const struct run_event *event = stopped; event < record->events + record->event_count; event++) {
        assert_int_not_equal(event->kind, RUN_EFFECT);
    }
    assert_int_equal(record->verdict, RUN_HELD);
    assert_null(record->inconclusive_because);
    /* Within the window, the second has to start before the first has slept. */
    record = test_run_text(&test, install_and_stop("\"course\":[],\"window\":\"10ms\""), "8.9.2");
    stopped = find_change(record, "container stopped");
    assert_int_equal(stopped->at_ms, record->clock_start_ms);
    assert_true(stopped < find_effect(record, EFFECT_CLOCK_DELAY, 2));
    test_run_end(&test);
}

static void a_turn_is_taken_at_its_place(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct run_record *record = test_run_text(
        &test, install_and_stop("\"course\":[{\"before\":\"install:napp\",\"moment\":\"start\"," STOP "}]"), "8.9.2");

    for (const struct run_event *event = record->events; event < find_change(record, "container stopped"); event++) {
        assert_int_not_equal(event->kind, RUN_EFFECT);
    }
    record = test_run_text(
        &test,
        install_and_stop("\"course\":[{\"before\":\"install:napp\",\"moment\":\"apply\"," LIST ",\"nth\":2," STOP "}]"),
        "8.9.2");
    assert_true(lists_as(record, 1, "running") && !lists_as(record, 1, "exited"));
    assert_true(lists_as(record, 2, "exited"));
    assert_false(has_effect_between(find_effect(record, EFFECT_DOCKER_CONTAINERS_LIST, 2),
                                    find_change(record, "container stopped")));
    record = test_run_text(
        &test, install_and_stop("\"course\":[{\"before\":\"install:napp\",\"moment\":\"resume\"," LIST "," STOP "}]"),
        "8.9.2");
    assert_true(lists_as(record, 1, "running") && !lists_as(record, 1, "exited"));
    assert_false(has_effect_between(find_effect(record, EFFECT_DOCKER_CONTAINERS_LIST, 1),
                                    find_change(record, "container stopped")));
    /* The guard has seen it running: the prune takes it. */
    assert_int_equal(test_violations(record, "container-lost"), 1);
    test_run_end(&test);
}

static void held_actors_start_when_time_passes(void **state)
{
    static const int64_t delays_ms[] = {0, 25, 525, 550}; /* of install's messages: when time has passed n times */
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    for (uint32_t nth = 2; nth <= sizeof delays_ms / sizeof delays_ms[0]; nth++) {
        char rest[JSON_MAX];

        snprintf(rest, sizeof rest, "\"course\":[{\"pass\":%u," STOP "}]", nth);
        const struct run_record *record = test_run_text(&test, install_and_stop(rest), "8.9.2");

        assert_null(record->inconclusive_because);
        assert_int_equal(find_change(record, "container stopped")->at_ms - record->clock_start_ms, delays_ms[nth - 1]);
    }
    test_run_end(&test);
}

static void expect_inconclusive(const char *course, const char *because)
{
    struct test_run test;

    test_run_begin(&test);
    const struct run_record *record = test_run_text(&test, install_and_stop(course), "8.9.2");

    assert_int_equal(record->verdict, RUN_INCONCLUSIVE);
    assert_string_equal(record->inconclusive_because, because);
    test_run_end(&test);
}

static void a_course_that_is_left_proves_nothing(void **state)
{
    (void)state;
    expect_inconclusive("\"course\":[{\"before\":\"install:napp\",\"run\":\"nobody\"}]",
                        "the course was left: nobody cannot take over where it should");
    expect_inconclusive("\"course\":[{\"before\":\"install:napp\",\"moment\":\"apply\"," LIST ",\"nth\":9," STOP "}]",
                        "the course was left: the run ended before the turn at install:napp");
    expect_inconclusive("\"course\":[{\"pass\":99," STOP "}]",
                        "the course was left: the run ended before the turn at a rest");
}

/* The hash of a machine's run along the scenario's course. */
static uint64_t followed(const char *json)
{
    struct stage_trial trial;
    uint32_t taken = 0;

    stage_trial_begin(&trial, json);
    trial.bench.stage.counts_only = false; /* the hash is wanted */
    assert_int_equal(machine_follow(trial.bench.machine, &trial.bench.stage, &trial.scenario->course, NULL, &taken),
                     RUN_OVER);
    assert_int_equal(taken, trial.scenario->course.count);
    uint64_t hash = trial.bench.stage.runner->record->trace_hash;

    stage_trial_end(&trial);
    return hash;
}

static void a_machine_follows_a_course_likewise(void **state)
{
    static const char *const courses[] = {
        "\"course\":[]",
        "\"course\":[],\"window\":\"10ms\"",
        "\"course\":[{\"before\":\"install:napp\",\"moment\":\"start\"," STOP "}]",
        "\"course\":[{\"before\":\"install:napp\",\"moment\":\"apply\"," LIST ",\"nth\":2," STOP "}]",
        "\"course\":[{\"before\":\"install:napp\",\"moment\":\"resume\"," LIST ",\"nth\":2," STOP "}]",
        "\"course\":[{\"pass\":3," STOP "}]"};
    uint64_t before = 0;
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    for (size_t i = 0; i < sizeof courses / sizeof courses[0]; i++) {
        const char *json = install_and_stop(courses[i]);
        uint64_t hash = test_run_text(&test, json, "8.9.2")->trace_hash;

        assert_true(followed(json) == hash);
        assert_true(hash != before);
        before = hash;
    }
    test_run_end(&test);
}

/* ---- plans ------------------------------------------------------------------------------------------------------- */

static const struct run_record *run_mishap(struct test_run *test, const char *mishap)
{
    char rest[JSON_MAX];

    const int length = snprintf(rest, sizeof rest, "\"course\":[],\"mishaps\":[%s]", mishap);

    assert_true(length < JSON_MAX);
    return test_run_text(test, install_and_stop(rest), "8.9.2");
}

static void a_mishap_hits_the_nth_call(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    for (uint32_t nth = 1; nth <= INSTALL_LISTS; nth++) {
        char mishap[JSON_MAX];

        snprintf(mishap, sizeof mishap,
                 "{\"task\":\"install:napp\",\"on\":\"docker containers.list\",\"nth\":%u,\"fault\":\"refused\"}", nth);
        const struct run_record *record = run_mishap(&test, mishap);

        assert_int_equal(find_effect(record, EFFECT_DOCKER_CONTAINERS_LIST, nth)->fault, FAULT_REFUSED);
        assert_int_equal(record->counts[RUN_COUNT_APPLIED_FAULTS], 1);
        assert_int_equal(record->counts[RUN_COUNT_UNFIRED_FAULTS], 0);
    }
    /* Slow calls are told when they are issued. */
    const struct run_record *record = run_mishap(
        &test,
        "{\"task\":\"install:napp\",\"on\":\"docker containers.list\",\"nth\":2,\"fault\":\"slow\",\"delay\":\"3s\"}");
    const struct run_event *slow = find_effect(record, EFFECT_DOCKER_CONTAINERS_LIST, 2);

    assert_int_equal(slow->applied_ms - slow->at_ms, 3000);
    slow = find_effect(record, EFFECT_DOCKER_CONTAINERS_LIST, 1);
    assert_int_equal(slow->applied_ms - slow->at_ms, 0);
    test_run_end(&test);
}

static void a_mishap_that_never_comes_is_told(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct run_record *record = run_mishap(
        &test, "{\"task\":\"install:napp\",\"on\":\"docker containers.list\",\"nth\":9,\"fault\":\"refused\"}");

    assert_int_equal(record->counts[RUN_COUNT_APPLIED_FAULTS], 0);
    assert_int_equal(record->counts[RUN_COUNT_UNFIRED_FAULTS], 1);
    assert_int_equal(record->unmet_count, 1);
    assert_string_equal(record->unmet[0].message,
                        "refused was to hit docker containers.list number 9 of install:napp, which was not made");
    test_run_end(&test);
}

/* Three owners ask for a stop, one after the other. */
static const struct run_record *stops_failing(struct test_run *test, const char *times, const char *task)
{
    char json[JSON_MAX];

    snprintf(json, sizeof json,
             "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"mart\"},{\"name\":\"deli\"}]},"
             "\"actors\":["
             "{\"actor\":\"owner-stop\",\"app\":\"shop\"},{\"actor\":\"owner-stop\",\"app\":\"mart\",\"at\":\"1m\"},"
             "{\"actor\":\"owner-stop\",\"app\":\"deli\",\"at\":\"2m\"}],\"mishaps\":[{\"task\":\"owner-stop:%s\","
             "\"on\":\"docker container.stop\",\"fault\":\"refused\",\"times\":%s}]}",
             task, times);
    return test_run_text(test, json, "8.9.2");
}

/* How many of their calls fail. */
static uint64_t failed_stops(struct test_run *test, const char *times, const char *task)
{
    return stops_failing(test, times, task)->counts[RUN_COUNT_APPLIED_FAULTS];
}

static void a_sticky_fault_hits_all_later_calls(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    assert_int_equal(failed_stops(&test, "1", "shop"), 1);
    assert_int_equal(failed_stops(&test, "\"forever\"", "shop"), 3);
    assert_int_equal(failed_stops(&test, "\"forever\"", "mart"), 2);
    assert_int_equal(failed_stops(&test, "\"forever\"", "deli"), 1);
    test_run_end(&test);
}

/* It hits its own call and the ones that follow, as often as it says, and then no more. */
static void a_fault_heals_after_so_many_calls(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    assert_int_equal(failed_stops(&test, "2", "shop"), 2);
    assert_int_equal(failed_stops(&test, "3", "shop"), 3);
    assert_int_equal(failed_stops(&test, "9", "shop"), 3);
    assert_int_equal(failed_stops(&test, "2", "deli"), 1);
    const struct run_record *record = stops_failing(&test, "2", "shop");
    uint32_t stops = 0;

    for (uint32_t i = 0; i < record->event_count; i++) {
        const struct run_event *event = &record->events[i];

        if (event->kind == RUN_EFFECT && event->effect == EFFECT_DOCKER_CONTAINER_STOP) {
            assert_int_equal(event->fault, ++stops > 2 ? FAULT_NONE : FAULT_REFUSED);
        }
    }
    assert_int_equal(stops, 3);
    test_run_end(&test);
}

static int64_t started_again_ms(const struct run_record *record)
{
    for (uint32_t i = 0; i < record->event_count; i++) {
        if (record->events[i].kind == RUN_CRASH && strstr(record->events[i].text, "started again") != NULL) {
            return record->events[i].at_ms;
        }
    }
    return -1;
}

static const struct run_record *run_strike(struct test_run *test, const char *strike)
{
    char json[JSON_MAX];

    snprintf(json, sizeof json,
             "{\"name\":\"t\",\"duration\":\"3m\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"napp\"}]},"
             "\"actors\":["
             "{\"actor\":\"install\",\"app\":\"napp\"},{\"actor\":\"check\",\"at\":\"2h\"}],\"mishaps\":[{\"task\":"
             "\"install:napp\",\"on\":\"docker networks.create\",\"strike\":\"%s\"}]}",
             strike);
    return test_run_text(test, json, "8.9.2");
}

/* The last call of the task that was struck is applied and never answered. */
static void expect_struck_and_booted(const struct run_record *record)
{
    const struct run_event *last = find_effect(record, EFFECT_DOCKER_NETWORKS_CREATE, 1);
    bool checked = false;

    assert_int_equal(record->counts[RUN_COUNT_CRASHES], 1);
    assert_int_equal(record->counts[RUN_COUNT_UNFIRED_FAULTS], 0);
    assert_int_not_equal(last->applied_ms, -1);
    assert_int_equal(last->resumed_ms, -1);
    assert_int_equal(started_again_ms(record), last->applied_ms + RESTART_MS);
    for (const struct run_event *event = last + 1; event < record->events + record->event_count; event++) {
        assert_true(event->kind != RUN_EFFECT || event->task != last->task);
        if (event->kind == RUN_TASK && strcmp(event->text, "check") == 0) {
            checked = true;
            assert_int_equal(event->at_ms, last->applied_ms + RESTART_MS + CHECK_MS);
        }
    }
    assert_true(checked);
}

static void a_strike_comes_right_after_its_call(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    expect_struck_and_booted(run_strike(&test, "crash"));
    const struct run_record *record = run_strike(&test, "host-reboot");

    expect_struck_and_booted(record);
    assert_non_null(find_change(record, "unmounted"));
    record = run_strike(&test, "engine-restart");
    assert_int_equal(record->counts[RUN_COUNT_CRASHES], 0);
    assert_int_not_equal(find_effect(record, EFFECT_DOCKER_NETWORKS_CREATE, 1)->resumed_ms, -1);
    assert_true(find_effect(record, EFFECT_DOCKER_NETWORKS_CREATE, 1) < find_change(record, "container stopped"));
    test_run_end(&test);
}

/* Instants are an hour later; who waits waits no longer, and the run is no shorter. */
static void a_clock_that_jumps_keeps_waits_as_they_are(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct run_record *record = run_strike(&test, "clock-jump");
    const struct run_event *call = find_effect(record, EFFECT_DOCKER_NETWORKS_CREATE, 1);
    const struct run_event *wait = find_effect(record, EFFECT_CLOCK_DELAY, 1);

    assert_int_equal(record->counts[RUN_COUNT_CRASHES], 0);
    assert_int_equal(call->resumed_ms - call->applied_ms, JUMP_MS);
    assert_true(wait->at_ms >= call->resumed_ms);
    assert_true(wait->resumed_ms - wait->at_ms < JUMP_MS);
    assert_int_equal(record->virtual_ms, DURATION_MS);
    test_run_end(&test);
}

/* ---- paths as courses ------------------------------------------------------------------------------------------- */

/* Every execution of a search is written as a course on a second machine, which then follows it. */
struct writing {
    struct stage_trial searched, followed;
    uint32_t executions;
};

static void expect_same_end(struct writing *writing, struct arena *arena)
{
    struct bench *searched = &writing->searched.bench;
    struct bench *followed_bench = &writing->followed.bench;
    struct finding findings[FINDINGS_MAX], again[FINDINGS_MAX];
    const struct kernel *kernel = &searched->stage.runner->kernel;
    const struct kernel *kernel_again = &followed_bench->stage.runner->kernel;
    uint32_t count = findings_of_run(searched->machine, &searched->stage, arena, findings);

    assert_true(world_hash(&kernel->world) == world_hash(&kernel_again->world));
    assert_int_equal(kernel->world.now_ms, kernel_again->world.now_ms);
    assert_int_equal(kernel->node_up, kernel_again->node_up);
    if (kernel->node_up) {
        assert_true(node_hash(&kernel->node) == node_hash(&kernel_again->node));
    }
    assert_int_equal(findings_of_run(followed_bench->machine, &followed_bench->stage, arena, again), count);
    for (uint32_t i = 0; i < count; i++) {
        assert_string_equal(findings[i].fingerprint, again[i].fingerprint);
        assert_string_equal(findings[i].why, again[i].why);
    }
}

static bool write_and_follow(void *context, struct machine *machine, bool violates, uint64_t class_hash)
{
    struct writing *writing = context;
    struct bench *bench = &writing->followed.bench;
    struct course_draft draft = {0};
    uint32_t taken = 0;
    struct arena arena;

    (void)violates;
    (void)class_hash;
    arena_init(&arena, arena_source_malloc());
    assert_true(course_from_path(bench->machine, &bench->stage, machine, &writing->searched.bench.stage, &draft));
    const struct course course = {draft.turns, draft.count};

    assert_int_equal(machine_follow(bench->machine, &bench->stage, &course, NULL, &taken), RUN_OVER);
    assert_int_equal(taken, course.count);
    expect_same_end(writing, &arena);
    writing->executions++;
    arena_reset(&arena);
    free(draft.turns);
    return true;
}

static void expect_courses_of(const char *json)
{
    struct writing writing = {.executions = 0};

    stage_trial_begin(&writing.searched, json);
    stage_trial_begin(&writing.followed, json);
    writing.followed.bench.machine->spacing = 0;
    writing.searched.search.watch = (struct search_watch){&writing, write_and_follow, NULL};
    search_dpor(&writing.searched.search);
    assert_true(writing.searched.search.complete);
    assert_int_equal(writing.executions, writing.searched.search.counts.executions);
    assert_true(writing.executions > 1);
    stage_trial_end(&writing.searched);
    stage_trial_end(&writing.followed);
}

static void every_path_is_a_course(void **state)
{
    /* The process dies while an actor is held. */
    static const char boot[] =
        "{\"name\":\"boot\",\"world\":{\"apps\":[{\"name\":\"shop\"}]},\"duration\":\"10m\",\"actors\":["
        "{\"actor\":\"check\",\"at\":\"any\"},{\"actor\":\"crash\",\"at\":\"any\"}]}";
    static const char late[] =
        "{\"name\":\"late\",\"world\":{\"apps\":[{\"name\":\"shop\"}]},\"window\":\"1m\",\"actors\":["
        "{\"actor\":\"remove\",\"app\":\"shop\",\"at\":\"any\"},{\"actor\":\"backup\",\"app\":\"shop\",\"at\":\"any\"},"
        "{\"actor\":\"stop-container\",\"container\":\"fluxweb_shop\",\"at\":\"any\"}]}";

    (void)state;
    expect_courses_of(stage_install_stop);
    expect_courses_of(stage_two_removals);
    expect_courses_of(stage_remove_check);
    expect_courses_of(stage_install_loop);
    expect_courses_of(boot);
    expect_courses_of(late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_turns_one_acts_after_the_other),
        cmocka_unit_test(a_turn_is_taken_at_its_place),
        cmocka_unit_test(held_actors_start_when_time_passes),
        cmocka_unit_test(a_course_that_is_left_proves_nothing),
        cmocka_unit_test(a_machine_follows_a_course_likewise),
        cmocka_unit_test(a_mishap_hits_the_nth_call),
        cmocka_unit_test(a_mishap_that_never_comes_is_told),
        cmocka_unit_test(a_sticky_fault_hits_all_later_calls),
        cmocka_unit_test(a_fault_heals_after_so_many_calls),
        cmocka_unit_test(a_strike_comes_right_after_its_call),
        cmocka_unit_test(a_clock_that_jumps_keeps_waits_as_they_are),
        cmocka_unit_test(every_path_is_a_course),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
