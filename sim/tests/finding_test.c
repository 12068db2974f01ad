/* What a broken oracle is told apart by: the site that broke it, and who or what led there. */
#include "core/revision.h"
#include "sim/search/path_course.h"
#include "sim/tests/stage_trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { JSON_MAX = 2048 };

#define SHOP "\"world\":{\"apps\":[{\"name\":\"shop\"}]}"
#define INSTALL_AND_STOP                                                                                               \
    "\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"napp\"}]},\"actors\":["                                      \
    "{\"actor\":\"install\",\"app\":\"napp\",\"at\":\"any\"},"                                                         \
    "{\"actor\":\"stop-container\",\"container\":\"fluxweb_shop\",\"at\":\"any\"}]"
#define INSTALL_STOP_AND_RESTART                                                                                       \
    "\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"cafe\"},{\"name\":\"napp\"}]},\"actors\":["                  \
    "{\"actor\":\"install\",\"app\":\"napp\",\"at\":\"any\"},"                                                         \
    "{\"actor\":\"owner-restart\",\"app\":\"cafe\",\"at\":\"any\"},"                                                   \
    "{\"actor\":\"stop-container\",\"container\":\"fluxweb_shop\",\"at\":\"any\"}]"
#define RESTART_ASKS                                                                                                   \
    "{\"before\":\"install:napp\",\"moment\":\"apply\",\"effect\":\"docker "                                           \
    "containers.prune\",\"run\":\"owner-restart:cafe\"}"
#define STOP_THEN "{\"before\":\"owner-restart:cafe\",\"moment\":\"resume\",\"effect\":\"db find\"," STOP "}"
#define RESTART_FAILS "{\"task\":\"owner-restart:cafe\",\"on\":\"db find\",\"fault\":\"refused\"}"
#define REMOVE "\"actors\":[{\"actor\":\"remove\",\"app\":\"shop\"}]"
#define STOP "\"run\":\"stop-container:fluxweb_shop\""

/* The findings of a run along its course; they last as long as the arena. */
struct told {
    struct arena arena;
    struct finding findings[FINDINGS_MAX];
    uint32_t count;
};

static void tell(struct told *told, const char *revision, const char *rest)
{
    struct memory memory;
    struct bench bench;
    struct run_options options = {.revision = revision_by_name(revision)};
    struct scenario_mistake mistake = {NULL};
    char json[JSON_MAX];
    uint32_t taken = 0;

    arena_init(&told->arena, arena_source_malloc());
    snprintf(json, sizeof json, "{\"name\":\"t\",%s}", rest);
    struct scenario *scenario = scenario_parse(&told->arena, "test.json", json, strlen(json), &mistake);

    if (scenario == NULL) {
        fail_msg("%s", mistake.text);
    }
    bench_memory_init(&memory);
    bench_init(&bench, scenario, &options, &memory);
    assert_int_equal(machine_follow(bench.machine, &bench.stage, &scenario->course, NULL, &taken), RUN_OVER);
    assert_int_equal(taken, scenario->course.count);
    told->count = findings_of_run(bench.machine, &bench.stage, &told->arena, told->findings);
    bench_free(&bench);
    memory_free(&memory);
}

static const struct finding *find(const struct told *told, const char *fingerprint)
{
    for (uint32_t i = 0; i < told->count; i++) {
        if (strcmp(told->findings[i].fingerprint, fingerprint) == 0) {
            return &told->findings[i];
        }
    }
    for (uint32_t i = 0; i < told->count; i++) {
        print_error("told: %s\n", told->findings[i].fingerprint);
    }
    fail_msg("not told: %s", fingerprint);
    return NULL;
}

static void expect_simpler(const struct finding *finding, const char *const *simpler, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool found = false;

        for (uint32_t j = 0; j < finding->simpler_count; j++) {
            found = found || strcmp(finding->simpler[j], simpler[i]) == 0;
        }
        if (!found) {
            fail_msg("%s is not simpler than %s", simpler[i], finding->fingerprint);
        }
    }
}

static void a_quiet_run_tells_nothing(void **state)
{
    struct told told;

    (void)state;
    tell(&told, "8.9.2", INSTALL_AND_STOP ",\"course\":[]");
    assert_int_equal(told.count, 0);
    arena_reset(&told.arena);
}

static void a_race_is_told_by_both_parties(void **state)
{
    struct told told;

    (void)state;
    tell(&told, "8.9.2",
         INSTALL_AND_STOP ",\"course\":[{\"before\":\"install:napp\",\"moment\":\"apply\",\"effect\":"
                          "\"docker containers.prune\"," STOP "}]");
    assert_int_equal(told.count, 1);
    const struct finding *finding = find(&told, "container-lost | install/docker containers.prune | stop-container");

    assert_string_equal(finding->oracle, "container-lost");
    assert_string_equal(finding->object, "fluxweb_shop");
    assert_string_equal(finding->why, "the start of stop-container:fluxweb_shop came before docker containers.prune of "
                                      "install:napp");
    assert_int_equal(finding->simpler_count, 0);
    arena_reset(&told.arena);
}

/* The other party is the last who changed the object, and its site is told; or the last whose doing a step depends on,
 * and only its name is. */
static void parties_are_sought_by_object_and_by_what_was_read(void **state)
{
    static const char *const fingerprints[] = {
        "phantom-running | check/peers send | remove/docker container.remove",
        "orphan | check/docker containers.create | remove",
        "orphan | check/host mount | remove",
        "data-destroyed | check/host rm | remove",
    };
    struct stage_trial trial;

    (void)state;
    stage_trial_begin(&trial, stage_remove_check);
    search_dpor(&trial.search);
    for (size_t i = 0; i < sizeof fingerprints / sizeof fingerprints[0]; i++) {
        if (!stage_trial_has(&trial, fingerprints[i])) {
            fail_msg("not told: %s", fingerprints[i]);
        }
    }
    assert_false(stage_trial_has(&trial, "phantom-running | check/peers send"));
    stage_trial_end(&trial);
}

static void a_stale_read_is_told_by_what_came_between(void **state)
{
    struct told told;

    (void)state;
    tell(&told, "8.9.2",
         SHOP ",\"actors\":[{\"actor\":\"check\",\"at\":\"any\"},{\"actor\":\"owner-restart\",\"app\":\"shop\",\"at\":"
              "\"any\"},"
              "{\"actor\":\"remove\",\"app\":\"shop\",\"at\":\"any\"}],\"course\":["
              "{\"before\":\"check\",\"moment\":\"start\",\"run\":\"owner-restart:shop\"},"
              "{\"before\":\"owner-restart:shop\",\"moment\":\"apply\",\"effect\":\"docker container.restart\","
              "\"run\":\"remove:shop\"},"
              "{\"before\":\"remove:shop\",\"moment\":\"apply\",\"effect\":\"docker container.inspect\","
              "\"run\":\"owner-restart:shop\"}]");
    const struct finding *finding = find(&told, "started-in-removal | owner-restart/docker container.restart | remove");

    assert_non_null(strstr(finding->why, " of remove:shop came before docker container.restart fluxweb_shop of "));
    arena_reset(&told.arena);
}

static void who_does_it_alone_is_told_so(void **state)
{
    struct told told;

    (void)state;
    tell(
        &told, "8.9.1",
        "\"world\":{\"apps\":[{\"name\":\"gapp\",\"enterprise\":true,\"containerData\":\"g:/d\"},{\"name\":\"napp\"}]},"
        "\"actors\":[{\"actor\":\"install\",\"app\":\"napp\"}]");
    const struct finding *finding = find(&told, "container-lost | install/docker containers.prune");

    assert_string_equal(finding->why, "install:napp does it alone, without any race or failure");
    arena_reset(&told.arena);
}

static void a_mishandled_call_is_told_with_its_mishap(void **state)
{
    static const char *const simpler[] = {"orphan"};
    struct told told;

    (void)state;
    tell(&told, "8.9.2",
         SHOP "," REMOVE ",\"mishaps\":[{\"task\":\"remove:shop\",\"on\":\"docker containers.list\",\"fault\":"
              "\"refused\"}]");
    const struct finding *finding = find(&told, "orphan | remove/docker containers.list: fails");

    assert_string_equal(finding->why, "refused hit docker containers.list of remove:shop (number 1 of them)");
    expect_simpler(finding, simpler, 1);
    arena_reset(&told.arena);
}

/* The roll-back comes before what the install had started and did not wait for (lifecycle.md 2.6/10: the volume's job
 * is saved): no other actor is needed for that, and no switch. */
static void a_race_within_one_actor_is_its_mishaps(void **state)
{
    struct told told;

    (void)state;
    tell(&told, "8.9.2",
         "\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"napp\"}]},\"actors\":[{\"actor\":\"install\",\"app\":"
         "\"napp\"}],\"course\":[],\"mishaps\":[{\"task\":\"install:napp\",\"on\":\"db update\",\"object\":\"napp\","
         "\"fault\":\"refused\"}]");
    find(&told, "orphan | install/host mke2fs | install/db update: fails");
    arena_reset(&told.arena);
}

static void each_of_two_mishaps_is_simpler_than_both(void **state)
{
    static const char *const simpler[] = {"orphan", "orphan | remove/docker containers.list: fails",
                                          "orphan | remove/docker network.remove: lost-reply"};
    struct told told;

    (void)state;
    tell(&told, "8.9.2",
         SHOP "," REMOVE ",\"mishaps\":[{\"task\":\"remove:shop\",\"on\":\"docker containers.list\",\"fault\":"
              "\"refused\",\"times\":\"forever\"},{\"task\":\"remove:shop\",\"on\":\"docker network.remove\",\"fault\":"
              "\"lost-reply\"}]");
    const struct finding *finding =
        find(&told, "orphan | remove/docker containers.list: fails | remove/docker network.remove: lost-reply");

    expect_simpler(finding, simpler, sizeof simpler / sizeof simpler[0]);
    assert_non_null(
        strstr(finding->why, "(number 1 of them, and all such calls after it), and lost-reply hit docker "));
    arena_reset(&told.arena);
}

/* A mishap that comes after the violation has not brought it about. */
static void a_later_mishap_is_not_blamed(void **state)
{
    struct told told;

    (void)state;
    tell(&told, "8.9.2",
         INSTALL_AND_STOP ",\"course\":[{\"before\":\"install:napp\",\"moment\":\"apply\",\"effect\":"
                          "\"docker containers.prune\"," STOP "}],\"mishaps\":[{\"task\":\"install:napp\",\"on\":"
                          "\"docker networks.create\",\"fault\":\"error-500\"}]");
    find(&told, "container-lost | install/docker containers.prune | stop-container");
    arena_reset(&told.arena);
}

/* Nor has one that came before it, when nothing of it led there: the owner's task has not even seen its error by then.
 */
static void an_independent_mishap_is_not_blamed(void **state)
{
    struct told without;
    struct told with;

    (void)state;
    tell(&without, "8.9.2", INSTALL_STOP_AND_RESTART ",\"course\":[" RESTART_ASKS "," STOP_THEN "]");
    tell(&with, "8.9.2",
         INSTALL_STOP_AND_RESTART ",\"course\":[" RESTART_ASKS "," STOP_THEN "],\"mishaps\":[" RESTART_FAILS "]");
    const char *race = "container-lost | install/docker containers.prune | stop-container";
    const struct finding *expected = find(&without, race);
    const struct finding *finding = find(&with, race);

    assert_string_equal(finding->why, expected->why);
    assert_int_equal(expected->simpler_count, 0);
    expect_simpler(finding, &race, 1); /* it tells nothing new where the race is known */
    arena_reset(&without.arena);
    arena_reset(&with.arena);
}

/* The removal meets the flag that the failed install had set for its roll-back. */
static void another_actors_mishap_is_blamed_for_what_it_led_to(void **state)
{
    struct told told;

    (void)state;
    tell(&told, "8.9.1",
         "\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"napp\"}]},\"actors\":[{\"actor\":\"install\",\"app\":"
         "\"napp\"},{\"actor\":\"remove\",\"app\":\"shop\"}],\"course\":[],\"mishaps\":[{\"task\":\"install:napp\","
         "\"on\":\"bench getbenchmarks\",\"fault\":\"refused\"}]");
    const struct finding *finding = find(&told, "flag-cleared | remove | install/bench getbenchmarks: fails");

    assert_string_equal(finding->why, "refused hit bench getbenchmarks of install:napp (number 1 of them)");
    arena_reset(&told.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_run_tells_nothing),
        cmocka_unit_test(a_race_is_told_by_both_parties),
        cmocka_unit_test(parties_are_sought_by_object_and_by_what_was_read),
        cmocka_unit_test(a_stale_read_is_told_by_what_came_between),
        cmocka_unit_test(who_does_it_alone_is_told_so),
        cmocka_unit_test(a_mishandled_call_is_told_with_its_mishap),
        cmocka_unit_test(a_race_within_one_actor_is_its_mishaps),
        cmocka_unit_test(each_of_two_mishaps_is_simpler_than_both),
        cmocka_unit_test(a_later_mishap_is_not_blamed),
        cmocka_unit_test(an_independent_mishap_is_not_blamed),
        cmocka_unit_test(another_actors_mishap_is_blamed_for_what_it_led_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
