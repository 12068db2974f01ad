/* Scenarios as stages: what a search leaves out has been seen, in another order.
 *
 * The referee knows nothing of footprints and states: random executions. All that they come to, a search of all classes
 * must come to, without merging and with. `scenario_stage_test long` asks it for more.
 */
#include "sim/tests/stage_trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum {
#ifdef __SANITIZE_ADDRESS__ /* every run begins anew, and takes some fifty times as long */
    SAMPLES = 100,
    CLASSES_MAX = 500,
#else
    SAMPLES = 400,
    CLASSES_MAX = 10000, /* a stage that has more is searched with merging only, unless there is time */
#endif
    SAMPLES_LONG = 20000,
};

#define SHOP "\"world\":{\"apps\":[{\"name\":\"shop\"}]}"
#define REMOVE "{\"actor\":\"remove\",\"app\":\"shop\",\"at\":\"any\"}"
#define RESTART "{\"actor\":\"owner-restart\",\"app\":\"shop\",\"at\":\"any\"}"

/* A call that is slow, and all such calls after it: whether another's is, is decided when it is issued. */
static const char slow_calls[] =
    "{\"name\":\"slow\"," SHOP ",\"actors\":[" REMOVE "," RESTART "],\"mishaps\":[{\"task\":\"remove:shop\","
    "\"on\":\"db find\",\"fault\":\"slow\",\"delay\":\"10s\",\"times\":\"forever\"}]}";
static const char refused_calls[] =
    "{\"name\":\"refused\"," SHOP ",\"actors\":[" REMOVE "," RESTART "],\"mishaps\":[{\"task\":\"remove:shop\","
    "\"on\":\"db find\",\"fault\":\"refused\",\"times\":\"forever\"}]}";
/* One that heals: of two who have nothing else to do with one another, the first is hit and the second is spared. */
static const char healing_calls[] =
    "{\"name\":\"healing\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"mart\"},{\"name\":\"deli\"}]},"
    "\"actors\":[{\"actor\":\"owner-kill\",\"app\":\"shop\"},{\"actor\":\"owner-kill\",\"app\":\"mart\",\"at\":\"1m\"},"
    "{\"actor\":\"owner-kill\",\"app\":\"deli\",\"at\":\"1m\"}],\"mishaps\":[{\"task\":\"owner-kill:shop\",\"on\":\"db "
    "find\","
    "\"fault\":\"refused\",\"times\":2}]}";
/* The process dies with what others are about to do. */
static const char crash_after_call[] =
    "{\"name\":\"crash\"," SHOP ",\"actors\":[" REMOVE "," RESTART "],\"mishaps\":[{\"task\":\"owner-restart:shop\","
    "\"on\":\"docker container.restart\",\"strike\":\"crash\"}]}";
static const char reboot_after_call[] =
    "{\"name\":\"reboot\"," SHOP ",\"actors\":[" REMOVE "," RESTART "],\"mishaps\":[{\"task\":\"owner-restart:shop\","
    "\"on\":\"docker container.restart\",\"strike\":\"host-reboot\"}]}";
static const char crash_by_itself[] =
    "{\"name\":\"crash\"," SHOP ",\"actors\":[" REMOVE ",{\"actor\":\"crash\",\"at\":\"any\"}]}";
/* The process dies, and the check may still start at any time. */
static const char check_of_boot[] =
    "{\"name\":\"boot\"," SHOP ",\"duration\":\"10m\",\"actors\":[{\"actor\":\"check\",\"at\":\"any\"},"
    "{\"actor\":\"crash\",\"at\":\"any\"}]}";
/* Who removes an app is known to an oracle, from a note that touches nothing else. */
static const char backup_in_removal[] =
    "{\"name\":\"backup\"," SHOP ",\"actors\":[" REMOVE ",{\"actor\":\"backup\",\"app\":\"shop\",\"at\":\"any\"}]}";

static uint32_t samples = SAMPLES;
static uint64_t classes_max = CLASSES_MAX;

/* Holds random executions of a stage against a search of it. */
static void expect_all_met(const char *stage, const struct stage_trial *whole)
{
    struct stage_trial referee;

    assert_true(whole->search.complete);
    stage_trial_begin(&referee, stage);
    referee.whole = whole;
    referee.search.executions_max = samples;
    search_random(&referee.search);
    assert_int_equal(referee.search.counts.executions, samples);
    assert_int_equal(referee.findings_missed, 0);
    assert_int_equal(referee.worlds_missed, 0);
    stage_trial_end(&referee);
}

/* Merging may lose nothing that all classes have. */
static void expect_merging_loses_nothing(const char *stage, const struct stage_trial *merged)
{
    struct stage_trial classes;

    stage_trial_begin(&classes, stage);
    classes.bench.view.state = NULL;
    classes.whole = merged;
    classes.search.executions_max = classes_max;
    search_dpor(&classes.search);
    assert_int_equal(classes.findings_missed, 0);
    assert_int_equal(classes.worlds_missed, 0);
    assert_int_equal(classes.search.counts.merged, 0);
    if (classes.search.complete) {
        expect_all_met(stage, &classes);
    }
    stage_trial_end(&classes);
}

static void searches_meet_everything(void **state)
{
    static const char *const stages[] = {stage_install_stop, stage_two_removals, stage_remove_check, stage_install_loop,
                                         slow_calls,         refused_calls,      healing_calls,      crash_after_call,
                                         reboot_after_call,  crash_by_itself,    check_of_boot,      backup_in_removal};

    (void)state;
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        struct stage_trial merged;

        stage_trial_begin(&merged, stages[i]);
        print_message("%s\n", merged.scenario->name);
        search_dpor(&merged.search);
        assert_true(merged.worlds.count > 0);
        expect_all_met(stages[i], &merged);
        expect_merging_loses_nothing(stages[i], &merged);
        stage_trial_end(&merged);
    }
}

/* The referee sees it when something is left out: here, all that conflicts by a container. */
static void (*touched)(void *context, enum object_class class, uint64_t set, uint64_t key, enum touch_mode mode);

static void containers_untouched(void *context, enum object_class class, uint64_t set, uint64_t key,
                                 enum touch_mode mode)
{
    if (class != OBJECTS_CONTAINERS) {
        touched(context, class, set, key, mode);
    }
}

static void (*begin)(void *context, struct machine *machine, struct snapshot_scope *scope);

static void begin_without_containers(void *context, struct machine *machine, struct snapshot_scope *scope)
{
    begin(context, machine, scope);
    touched = scope->kernel->world.watch.touched;
    scope->kernel->world.watch.touched = containers_untouched;
}

static void a_missing_touch_is_noticed(void **state)
{
    struct stage_trial broken, referee;

    (void)state;
    stage_trial_begin(&broken, backup_in_removal);
    begin = broken.bench.view.begin;
    broken.bench.view.begin = begin_without_containers;
    search_dpor(&broken.search);
    stage_trial_begin(&referee, backup_in_removal);
    referee.whole = &broken;
    referee.search.executions_max = samples;
    search_random(&referee.search);
    assert_true(referee.findings_missed + referee.worlds_missed > 0);
    stage_trial_end(&referee);
    stage_trial_end(&broken);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searches_meet_everything),
        cmocka_unit_test(a_missing_touch_is_noticed),
    };

    if (argc > 1 && strcmp(argv[1], "long") == 0) {
        samples = SAMPLES_LONG;
        classes_max = 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
