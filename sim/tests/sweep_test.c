/* The sweep: which mishaps it tries, how it judges what follows, and that its result is the same for any number of
 * processes. */
#include "sim/scenario/pretty_json.h"
#include "sim/search/sweep.h"
#include "sim/search/sweep_judge.h"
#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Its owner stops an app of one component: one call that matters, container.stop. */
#define OWNER_STOP                                                                                                     \
    "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"shop\"}]},"                                                      \
    "\"actors\":[{\"actor\":\"owner-stop\",\"app\":\"shop\"}]}"
#define INSTALL                                                                                                        \
    "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"napp\"}]},"                                  \
    "\"actors\":[{\"actor\":\"install\",\"app\":\"napp\"}]}"

#define LATE ", when what nobody waits for is late"

struct sweep_trials {
    struct test_run test;
    struct trial_bench bench;
    struct arena kept;
    struct trial *plain;
};

static void begin(struct sweep_trials *trials, const char *json)
{
    struct run_options options = {.revision = revision_by_name("8.9.2")};
    struct trial_request request = {.sites = true};

    test_run_begin(&trials->test);
    trial_bench_init(&trials->bench);
    arena_init(&trials->kept, &trials->bench.keep_memory.source);
    trial_bench_set(&trials->bench, test_scenario(&trials->test, json), &options);
    trials->plain = trial_run(&trials->bench, &request, &trials->kept);
    assert_null(trials->plain->gave_up);
}

static void end(struct sweep_trials *trials)
{
    trial_bench_free(&trials->bench);
    test_run_end(&trials->test);
}

static struct sweep_verdict verdict_of(struct sweep_trials *trials, struct mishap mishap)
{
    struct trial_request request = {.mishaps = &mishap, .mishap_count = 1, .baseline = trials->plain, .sites = true};
    struct trial *trial = trial_run(&trials->bench, &request, &trials->kept);

    return sweep_judge(trial, trials->plain, 1, &trials->kept);
}

static struct sweep_options everything(void)
{
    return (struct sweep_options){
        .bounds = {.faults = UINT32_MAX, .ports = UINT32_MAX, .stays = {1, true}, .strikes = true},
        .jobs = 1,
        .run = {.revision = revision_by_name("8.9.2")}};
}

static struct sweep *sweep_text(struct sweep_trials *trials, const char *json, const struct sweep_options *options)
{
    return sweep_scenario(&trials->bench, test_scenario(&trials->test, json), options, &trials->test.arena);
}

/* ---- the trials themselves
 * ---------------------------------------------------------------------------------------------- */

/* Watching changes nothing, and a run from the copy is the run. */
static void test_the_plain_run_is_that_of_drydock_run(void **state)
{
    struct sweep_trials trials;
    struct trial_request request = {.sites = true};

    (void)state;
    begin(&trials, INSTALL);
    struct trial *again = trial_run(&trials.bench, &request, &trials.kept);
    const struct run_record *record = test_run_text(&trials.test, INSTALL, "8.9.2");

    assert_int_equal(trials.plain->trace_hash, record->trace_hash);
    assert_int_equal(again->trace_hash, record->trace_hash);
    assert_int_equal(trials.plain->calls, record->counts[RUN_COUNT_EFFECTS]);
    assert_int_equal(trials.plain->site_count, trials.plain->calls);
    end(&trials);
}

static void test_classes(void **state)
{
    static const struct {
        struct mishap mishap;
        enum sweep_class class;
    } known[] = {
        /* late, and otherwise as ever */
        {{.task = "install:napp",
          .effect = EFFECT_DOCKER_CONTAINERS_LIST,
          .nth = 1,
          .fault = FAULT_SLOW,
          .fires = 1,
          .delay_ms = 1000},
         SWEEP_ABSORBED},
        /* the pull fails: the install rolls back and says so */
        {{.task = "install:napp", .effect = EFFECT_DOCKER_IMAGE_PULL, .nth = 1, .fault = FAULT_IN_BAND, .fires = 1},
         SWEEP_REPORTED},
        /* the network was made all the same: that it could not be made is logged, and then it is found */
        {{.task = "install:napp",
          .effect = EFFECT_DOCKER_NETWORKS_CREATE,
          .nth = 1,
          .fault = FAULT_LOST_REPLY,
          .fires = 1},
         SWEEP_RECOVERED},
        /* lifecycle.md 1.1.5: the tier cannot be had, and the flag stays set */
        {{.task = "install:napp",
          .effect = EFFECT_DAEMON_GETZELNODESTATUS,
          .nth = 1,
          .fault = FAULT_REFUSED,
          .fires = 1},
         SWEEP_VIOLATING},
        {{.task = "install:napp", .effect = EFFECT_DOCKER_IMAGE_PULL, .nth = 7, .fault = FAULT_IN_BAND, .fires = 1},
         SWEEP_NOT_REACHED},
    };
    struct sweep_trials trials;

    (void)state;
    begin(&trials, INSTALL);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct sweep_verdict verdict = verdict_of(&trials, known[i].mishap);

        if (verdict.class != known[i].class) {
            fail_msg("%s: %s instead of %s", mishap_text(&trials.kept, &known[i].mishap),
                     sweep_class_name(verdict.class), sweep_class_name(known[i].class));
        }
        if (verdict.class == SWEEP_VIOLATING) {
            assert_int_equal(verdict.count, 1);
            assert_string_equal(verdict.findings[0].fingerprint, "flag-stuck | install/after daemon getzelnodestatus | "
                                                                 "install/daemon getzelnodestatus: fails");
        }
    }
    end(&trials);
}

/* A process that is struck down starts again before the run is over. */
static void test_the_process_is_back_at_the_end(void **state)
{
    struct sweep_trials trials;
    struct mishap mishap = {
        .task = "install:napp", .effect = EFFECT_DOCKER_IMAGE_PULL, .nth = 1, .strike = STRIKE_CRASH, .fires = 1};

    (void)state;
    begin(&trials, INSTALL);
    struct trial_request request = {.mishaps = &mishap, .mishap_count = 1, .baseline = trials.plain, .sites = true};
    struct trial *trial = trial_run(&trials.bench, &request, &trials.kept);

    assert_true(trial->fired[0]);
    assert_int_equal(trial->end.parts[OUTCOME_REST], trials.plain->end.parts[OUTCOME_REST]);
    end(&trials);
}

/* A message to a peer that is lost leaves that peer ignorant, and FluxOS says nothing. */
static void test_silent(void **state)
{
    struct sweep_trials trials;
    bool silent = false;

    (void)state;
    begin(&trials, INSTALL);
    for (uint32_t i = 0; i < trials.plain->site_count; i++) {
        const struct sweep_site *site = &trials.plain->sites[i];

        if (site->effect == EFFECT_PEERS_SEND) {
            struct sweep_verdict verdict = verdict_of(
                &trials,
                (struct mishap){
                    .task = site->task, .effect = site->effect, .nth = site->nth, .fault = FAULT_REFUSED, .fires = 1});

            silent = silent || verdict.class == SWEEP_SILENT;
        }
    }
    assert_true(silent);
    end(&trials);
}

static void test_unfired_has_a_reason(void **state)
{
    static const struct {
        struct mishap mishap;
        const char *because;
    } known[] = {
        {{.task = "nobody", .effect = EFFECT_DOCKER_IMAGE_PULL, .nth = 1, .fault = FAULT_REFUSED, .fires = 1},
         "there is no task nobody in this run, or it makes no call"},
        {{.task = "install:napp", .effect = EFFECT_DOCKER_IMAGE_PULL, .nth = 3, .fault = FAULT_REFUSED, .fires = 1},
         "install:napp makes 1 such calls"},
    };
    struct sweep_trials trials;

    (void)state;
    begin(&trials, INSTALL);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct trial_request request = {
            .mishaps = &known[i].mishap, .mishap_count = 1, .baseline = trials.plain, .sites = true};
        struct trial *trial = trial_run(&trials.bench, &request, &trials.kept);

        assert_int_equal(sweep_judge(trial, trials.plain, 1, &trials.kept).class, SWEEP_NOT_REACHED);
        assert_string_equal(unfired_because(trial, &trials.kept), known[i].because);
    }
    end(&trials);
}

/* ---- which mishaps are tried
 * ---------------------------------------------------------------------------------------------- */

static void test_every_call_in_every_way(void **state)
{
    struct sweep_trials trials;
    uint32_t ways = 0;

    (void)state;
    begin(&trials, INSTALL);
    struct sweep_options options = everything();

    options.bounds.all = true;
    for (uint32_t i = 0; i < trials.plain->site_count; i++) {
        const struct effect_info *info = effect_info(trials.plain->sites[i].effect);

        ways += 2 * (uint32_t)__builtin_popcount(info->faults) + (info->writes != 0 ? STRIKE_COUNT - 1 : 0);
    }
    struct sweep *sweep = sweep_text(&trials, INSTALL, &options);

    assert_int_equal(sweep->result.singles.planned, ways);
    assert_int_equal(sweep->result.singles.tried, ways);
    assert_int_equal(sweep->result.singles.classes[SWEEP_NOT_REACHED], 0);
    assert_int_equal(sweep->result.unfired_count, 0);
    assert_true(sweep->result.complete);
    end(&trials);
}

/* The loop asks the same thing over and over: of 40 rounds the first, the second and the last are tried. */
static void test_repetitions_are_folded(void **state)
{
    static const char loop[] =
        "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"gapp\",\"containerData\":\"g:/data\"}],"
        "\"fdm\":{\"gapp\":\"self\"}},\"actors\":[{\"actor\":\"master-slave\"}],\"duration\":"
        "\"20m\"}";
    struct sweep_trials trials;

    (void)state;
    begin(&trials, loop);
    struct sweep_bounds bounds = everything().bounds;
    struct sweep_cases folded = sweep_cases(trials.plain, &bounds, 0, NULL, &trials.kept);

    bounds.all = true;
    struct sweep_cases all = sweep_cases(trials.plain, &bounds, 0, NULL, &trials.kept);

    assert_int_equal(all.folded, 0);
    assert_in_range(folded.folded, trials.plain->calls / 2, trials.plain->calls);
    assert_int_equal(all.cases[all.count - 1].site, folded.cases[folded.count - 1].site);
    end(&trials);
}

/* Pairs counted by hand: `refused` once, on the calls of one wire. With n such calls of the plain run the first at call
 * i is followed by as many calls as the run with it makes after it. */
static void test_pairs_follow_the_first(void **state)
{
    struct sweep_trials trials;
    uint32_t pairs = 0;

    (void)state;
    begin(&trials, OWNER_STOP);
    struct sweep_options options = everything();

    options.bounds = (struct sweep_bounds){.faults = 1U << FAULT_REFUSED,
                                           .ports = 1U << PORT_docker | 1U << PORT_db,
                                           .stays = {.heals_max = 1},
                                           .all = true};
    options.pairs = true;
    struct sweep_cases cases = sweep_cases(trials.plain, &options.bounds, 0, NULL, &trials.kept);

    assert_in_range(cases.count, 1, 8);
    for (uint32_t i = 0; i < cases.count; i++) {
        struct trial_request request = {
            .mishaps = &cases.cases[i].mishap, .mishap_count = 1, .baseline = trials.plain, .sites = true};
        const struct trial *first = trial_run(&trials.bench, &request, &trials.kept);
        bool hit = false;

        for (uint32_t j = 0; j < first->site_count; j++) {
            const struct sweep_site *site = &first->sites[j];
            enum effect_port port = effect_info(site->effect)->port;

            pairs += hit && (port == PORT_docker || port == PORT_db);
            hit = hit || site->fault == FAULT_REFUSED;
        }
        assert_true(hit);
    }
    struct sweep *sweep = sweep_text(&trials, OWNER_STOP, &options);

    assert_int_equal(sweep->result.singles.tried, cases.count);
    assert_int_equal(sweep->result.firsts_done, cases.count);
    assert_int_equal(sweep->result.pairs.tried, pairs);
    assert_int_equal(sweep->result.pairs.classes[SWEEP_NOT_REACHED], 0);
    end(&trials);
}

/* Each call that can be refused: once, twice, three times; and for ever. */
static void test_faults_heal_after_each_number_of_calls(void **state)
{
    struct sweep_trials trials;

    (void)state;
    begin(&trials, OWNER_STOP);
    struct sweep_bounds bounds = {.faults = 1U << FAULT_REFUSED, .ports = UINT32_MAX, .stays = {1, false}, .all = true};
    uint32_t calls = sweep_cases(trials.plain, &bounds, 0, NULL, &trials.kept).count;

    bounds.stays = (struct stays){3, true};
    struct sweep_cases cases = sweep_cases(trials.plain, &bounds, 0, NULL, &trials.kept);

    assert_true(calls > 0);
    assert_int_equal(cases.count, 4 * calls);
    for (uint32_t i = 0; i < cases.count; i++) {
        static const uint32_t fires[] = {1, 2, 3, FIRES_FOREVER};

        assert_int_equal(cases.cases[i].mishap.fires, fires[i % 4]);
    }
    end(&trials);
}

/* A sticky fault leaves no room for another on the same calls. */
static void test_no_second_where_the_first_sticks(void **state)
{
    struct sweep_trials trials;
    struct plan planned = {
        {{.task = "install:napp", .effect = EFFECT_DB_FIND, .nth = 1, .fault = FAULT_REFUSED, .fires = FIRES_FOREVER}},
        1};

    (void)state;
    begin(&trials, INSTALL);
    struct sweep_bounds bounds = everything().bounds;
    struct sweep_cases cases = sweep_cases(trials.plain, &bounds, 0, &planned, &trials.kept);

    for (uint32_t i = 0; i < cases.count; i++) {
        const struct mishap *mishap = &cases.cases[i].mishap;

        assert_true(mishap->effect != EFFECT_DB_FIND || mishap->fault == FAULT_SLOW || mishap->fault == FAULT_NONE);
    }
    end(&trials);
}

/* ---- the whole
 * --------------------------------------------------------------------------------------------------------------- */

static const char *report_text(struct sink *sink, const struct sweep *sweep)
{
    const struct sweep_result *results[] = {&sweep->result};
    struct report_options options = {.color = false};

    sink_init(sink);
    sweep_table_write(sink, results, 1, &options);
    sweep_json_write(sink, results, 1);
    return sink->text;
}

/* Everything that the calls of core/ can meet they meet, unless bounds leave kinds out. */
static void test_which_failures_the_calls_of_core_met(void **state)
{
    struct sweep_trials trials;
    struct exercised_share all, refused;

    (void)state;
    begin(&trials, OWNER_STOP);
    struct sweep_options options = everything();
    const struct sweep_result *whole = &sweep_text(&trials, OWNER_STOP, &options)->result;

    options.bounds.faults = 1U << FAULT_REFUSED;
    const struct sweep_result *part = &sweep_text(&trials, OWNER_STOP, &options)->result;
    const struct sweep_result *both[] = {part, whole};

    assert_true(whole->met_count > 0);
    assert_true(strncmp(whole->met[0].place, "core/", strlen("core/")) == 0);
    sweep_failures(&whole, 1, &all);
    assert_true(all.whole > whole->met_count);
    assert_int_equal(all.part, all.whole);
    sweep_failures(&part, 1, &refused);
    assert_int_equal(refused.whole, all.whole);
    assert_in_range(refused.part, 1, whole->met_count);
    sweep_failures(both, 2, &refused); /* together no call counts twice */
    assert_int_equal(refused.part, all.part);
    assert_int_equal(refused.whole, all.whole);
    end(&trials);
}

static void test_any_number_of_processes_gives_the_same(void **state)
{
    struct sweep_trials trials;
    struct sink alone;
    struct sink shared;

    (void)state;
    begin(&trials, OWNER_STOP);
    struct sweep_options options = everything();

    options.pairs = true;
    const char *one = report_text(&alone, sweep_text(&trials, OWNER_STOP, &options));

    options.jobs = 3;
    struct sweep *sweep = sweep_text(&trials, OWNER_STOP, &options);

    assert_string_equal(one, report_text(&shared, sweep));
    assert_in_range(sweep->result.pairs.tried, 100, 1000000);
    assert_int_equal(sweep->result.unfired_count, 0);
    sink_free(&alone);
    sink_free(&shared);
    end(&trials);
}

/* A release without the fix is told from one with it. */
static void test_a_broken_release_shows(void **state)
{
    static const char guard[] =
        "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"shop\",\"enterprise\":true},{\"name\":\"napp\"}]},"
        "\"actors\":[{\"actor\":\"stop-container\",\"container\":\"fluxweb_shop\"},"
        "{\"actor\":\"install\",\"app\":\"napp\",\"at\":\"1m\"}]}";
    struct sweep_trials trials;

    (void)state;
    begin(&trials, guard);
    struct sweep_options options = everything();

    options.bounds.stays.forever = false;
    options.bounds.ports = 1U << PORT_bench;
    struct sweep *whole = sweep_text(&trials, guard, &options);

    options.run.revision = revision_by_name("8.9.1");
    struct sweep *broken = sweep_text(&trials, guard, &options);

    /* Only where the guard decrypts can decryption fail. */
    assert_true(whole->result.singles.tried > broken->result.singles.tried);
    assert_true(whole->result.singles.classes[SWEEP_VIOLATING] > broken->result.singles.classes[SWEEP_VIOLATING]);
    end(&trials);
}

static const struct sweep_finding *finding_of(const struct sweep *sweep, const char *fingerprint)
{
    for (uint32_t i = 0; i < sweep->result.finding_count; i++) {
        if (strcmp(sweep->result.findings[i].fingerprint, fingerprint) == 0) {
            return &sweep->result.findings[i];
        }
    }
    return NULL;
}

/* The install does not wait until the job of its volume is saved (lifecycle.md 2.6/10). When its record cannot be
 * written it rolls back, looks for the job, and forgets the volume if the save comes after that: an exploration of the
 * same scenario finds it without a switch. */
static void test_what_nobody_waits_for_may_be_late(void **state)
{
    static const char *const late[] = {
        "orphan | install/host mke2fs | install/db find: fails",
        "orphan | install/host mke2fs | install/db find: lost-reply",
        "orphan | install/host mke2fs | install/db update: fails",
        "orphan | install/host mke2fs | install/db update: lost-reply",
        "orphan | install/host mke2fs | install/db delete: fails",
        "orphan | install/host mke2fs | install/db delete: lost-reply",
    };
    struct sweep_trials trials;

    (void)state;
    begin(&trials, INSTALL);
    struct sweep_options options = everything();

    options.bounds.stays = (struct stays){.heals_max = 1};
    options.bounds.ports = 1U << PORT_db;
    struct sweep *sweep = sweep_text(&trials, INSTALL, &options);

    for (size_t i = 0; i < sizeof late / sizeof late[0]; i++) {
        const struct sweep_finding *finding = finding_of(sweep, late[i]);

        if (finding == NULL) {
            fail_msg("not found: %s", late[i]);
            return;
        }
        assert_int_equal(finding->class, SWEEP_VIOLATING);
        assert_non_null(strstr(finding->why, LATE));
    }
    assert_int_equal(sweep->result.singles.tried, sweep->result.singles.planned);
    end(&trials);
}

static bool stop_at_three(void *context, const struct sweep_progress *progress)
{
    (void)context;
    return progress->done < 3;
}

static void test_a_stopped_sweep_is_inconclusive(void **state)
{
    struct sweep_trials trials;

    (void)state;
    begin(&trials, INSTALL);
    struct sweep_options options = everything();

    options.go_on = stop_at_three;
    for (options.jobs = 1; options.jobs <= 2; options.jobs++) {
        struct sweep *sweep = sweep_text(&trials, INSTALL, &options);

        assert_false(sweep->result.complete);
        assert_int_equal(sweep->result.singles.tried, 3);
        assert_true(sweep->result.singles.planned > 3);
    }
    end(&trials);
}

static bool replays(struct sweep_trials *trials, const struct sweep *sweep, uint32_t finding, bool along_course)
{
    const struct value *tree = value_parse(&trials->test.arena, INSTALL, sizeof INSTALL - 1);
    const struct value *repro = sweep_repro(sweep, finding, tree, "repro.json", along_course, &trials->test.arena);
    const struct run_record *record = test_run_text(&trials->test, pretty_json(&trials->test.arena, repro), "8.9.2");

    return record->as_expected && record->trace_hash == sweep->found[finding].trace_hash;
}

/* What is written down of a finding replays as it was found: some of it along a course, and what takes that somebody is
 * late only so. */
static void test_repros_replay(void **state)
{
    struct sweep_trials trials;
    uint32_t along_course = 0;

    (void)state;
    begin(&trials, INSTALL);
    struct sweep_options options = everything();
    struct sweep *sweep = sweep_text(&trials, INSTALL, &options);

    assert_in_range(sweep->result.finding_count, 10, 1000);
    for (uint32_t i = 0; i < sweep->result.finding_count; i++) {
        bool late = strstr(sweep->result.findings[i].why, LATE) != NULL;
        bool replays_along_course = replays(&trials, sweep, i, true);

        along_course += replays_along_course;
        assert_true(late ? replays_along_course : replays(&trials, sweep, i, false));
    }
    assert_in_range(along_course, 5, sweep->result.finding_count);
    end(&trials);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_plain_run_is_that_of_drydock_run),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_the_process_is_back_at_the_end),
        cmocka_unit_test(test_silent),
        cmocka_unit_test(test_unfired_has_a_reason),
        cmocka_unit_test(test_every_call_in_every_way),
        cmocka_unit_test(test_repetitions_are_folded),
        cmocka_unit_test(test_pairs_follow_the_first),
        cmocka_unit_test(test_faults_heal_after_each_number_of_calls),
        cmocka_unit_test(test_no_second_where_the_first_sticks),
        cmocka_unit_test(test_any_number_of_processes_gives_the_same),
        cmocka_unit_test(test_a_broken_release_shows),
        cmocka_unit_test(test_what_nobody_waits_for_may_be_late),
        cmocka_unit_test(test_a_stopped_sweep_is_inconclusive),
        cmocka_unit_test(test_which_failures_the_calls_of_core_met),
        cmocka_unit_test(test_repros_replay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
