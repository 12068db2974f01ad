/* Every oracle: a run that breaks it, and one that comes close without breaking it. */
#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* How often the oracle is broken in a scenario of these apps, actors and the rest. */
static unsigned broken(const char *oracle, const char *revision, const char *apps, const char *rest)
{
    struct test_run test;
    char json[4096];

    test_run_begin(&test);
    snprintf(json, sizeof json, "{\"name\":\"t\",\"world\":{\"apps\":[%s]},%s}", apps, rest);
    unsigned times = test_violations(test_run_text(&test, json, revision), oracle);

    test_run_end(&test);
    return times;
}

/* A formatted text, good until the next one. */
static const char *composed(const char *format, const char *part)
{
    static char text[4096];

    snprintf(text, sizeof text, format, part);
    return text;
}

#define G "{\"name\":\"gapp\",\"enterprise\":true,\"containerData\":\"g:/d\"}"
#define INSTALL "\"actors\":[{\"actor\":\"install\",\"app\":\"napp\"}]"

static void test_container_lost(void **state)
{
    (void)state;
    assert_int_equal(broken("container-lost", "8.9.1", G ",{\"name\":\"napp\"}", INSTALL), 1);
    assert_int_equal(broken("container-lost", "8.9.2", G ",{\"name\":\"napp\"}", INSTALL), 0);
    /* asked for; by hand; of no installed app */
    assert_int_equal(broken("container-lost", "8.9.1", G, "\"actors\":[{\"actor\":\"remove\",\"app\":\"gapp\"}]"), 0);
    assert_int_equal(broken("container-lost", "8.9.1", G,
                            "\"actors\":[{\"actor\":\"remove-container\",\"container\":\"fluxweb_gapp\"}]"),
                     0);
    assert_int_equal(
        broken(
            "container-lost", "8.9.1",
            "{\"name\":\"napp\"}],\"docker\":{\"containers\":[{\"name\":\"junk\",\"state\":\"exited\"}]},\"crontab\":[",
            INSTALL),
        0);
}

#define MISSING(volume, data)                                                                                          \
    "{\"name\":\"gapp\",\"containerData\":\"g:/d\",\"state\":\"missing\",\"volume\":\"" volume                         \
    "\",\"volumeData\":" data "}"
#define CHECK_ONCE "\"actors\":[{\"actor\":\"check\"}],\"duration\":\"10m\""

static void test_data_destroyed(void **state)
{
    (void)state;
    assert_int_equal(broken("data-destroyed", "8.9.2", MISSING("unmounted", "true"), CHECK_ONCE), 1);
    assert_int_equal(broken("data-destroyed", "8.9.2", MISSING("unmounted", "false"), CHECK_ONCE), 0);
    assert_int_equal(broken("data-destroyed", "8.9.2", G, "\"actors\":[{\"actor\":\"remove\",\"app\":\"gapp\"}]"), 0);
}

static void test_app_wrongly_removed(void **state)
{
    (void)state;
    assert_int_equal(broken("app-wrongly-removed", "8.9.2", MISSING("mounted", "true"), CHECK_ONCE), 1);
    assert_int_equal(broken("app-wrongly-removed", "8.9.2", MISSING("unmounted", "true"), CHECK_ONCE), 0);
    assert_int_equal(broken("app-wrongly-removed", "8.9.2", "{\"name\":\"napp\"}",
                            INSTALL ",\"faults\":[{\"fault\":\"error-500\",\"on\":\"docker image.pull\"}]"),
                     0); /* the roll-back of its own install */
}

static void test_row_forgotten(void **state)
{
    (void)state;
    /* a refused test install removes the real app and tells nobody (1.10) */
    assert_int_equal(broken("row-forgotten", "8.9.2", G,
                            "\"actors\":[{\"actor\":\"install\",\"app\":\"gapp\",\"test\":true}],\"duration\":\"1m\""),
                     0); /* not installed: the install actor takes it off the start */
    assert_int_equal(broken("row-forgotten", "8.9.2", "{\"name\":\"gapp\",\"installed\":true,\"announced\":true}",
                            "\"actors\":[{\"actor\":\"install\",\"app\":\"gapp\",\"test\":true}],\"duration\":\"1m\""),
                     1);
    assert_int_equal(broken("row-forgotten", "8.9.2", G, "\"actors\":[{\"actor\":\"remove\",\"app\":\"gapp\"}]"), 0);
}

static void test_phantom_running(void **state)
{
    (void)state;
    assert_int_equal(broken("phantom-running", "8.9.1", MISSING("mounted", "true"),
                            "\"actors\":[{\"actor\":\"check\"}],\"duration\":\"2h10m\""),
                     3); /* every announcement counts */
    assert_int_equal(broken("phantom-running", "8.9.1", G, "\"actors\":[{\"actor\":\"check\"}],\"duration\":\"2h10m\""),
                     0);
}

static void test_dark(void **state)
{
    static const char shop[] = "{\"name\":\"shop\"}";

    (void)state;
    assert_int_equal(
        broken("dark", "8.9.2", shop,
               "\"actors\":[{\"actor\":\"check\"}],\"duration\":\"3h\",\"faults\":[{\"fault\":\"refused\",\"on\":"
               "\"bench getbenchmarks\",\"times\":\"forever\"}]"),
        1);
    assert_int_equal(broken("dark", "8.9.2", shop, "\"actors\":[{\"actor\":\"check\"}],\"duration\":\"9h\""), 0);
    assert_int_equal(
        broken("dark", "8.9.2", shop,
               "\"actors\":[{\"actor\":\"check\"}],\"duration\":\"2h\",\"faults\":[{\"fault\":\"refused\",\"on\":"
               "\"bench getbenchmarks\",\"times\":\"forever\"}]"),
        0); /* not yet 125 min */
    assert_int_equal(
        broken("dark", "8.9.2", "{\"name\":\"shop\",\"state\":\"stopped\"}",
               "\"actors\":[{\"actor\":\"check\"}],\"duration\":\"3h\",\"faults\":[{\"fault\":\"refused\",\"on\":"
               "\"bench getbenchmarks\",\"times\":\"forever\"}]"),
        0); /* it does not run */
}

static void test_flag_stuck(void **state)
{
    (void)state;
    assert_int_equal(broken("flag-stuck", "8.9.2", "{\"name\":\"napp\"}",
                            INSTALL ",\"faults\":[{\"fault\":\"refused\",\"on\":\"daemon getzelnodestatus\"}]"),
                     1);
    assert_int_equal(broken("flag-stuck", "8.9.2", "{\"name\":\"napp\"}",
                            INSTALL ",\"faults\":[{\"fault\":\"refused\",\"on\":\"bench getbenchmarks\"}]"),
                     0);
    assert_int_equal(
        broken("flag-stuck", "8.9.2", "{\"name\":\"napp\"}",
               "\"actors\":[{\"actor\":\"install\",\"app\":\"napp\"},{\"actor\":\"crash\"}],\"schedule\":[{\"run\":"
               "\"install:napp\",\"until\":\"docker image.pull\"},{\"run\":\"crash\"}]"),
        0); /* a crash takes the flag with it */
}

static void test_flag_cleared(void **state)
{
    static const char apps[] = "{\"name\":\"a\"},{\"name\":\"b\"}";
    static const char actors[] =
        "\"actors\":[{\"actor\":\"remove\",\"app\":\"a\"},{\"actor\":\"remove\",\"app\":\"b\"}]";
    char rest[512];

    (void)state;
    snprintf(rest, sizeof rest, "%s,\"schedule\":[{\"run\":\"remove:a\",\"until\":\"host rm\"},{\"run\":\"remove:b\"}]",
             actors);
    assert_int_equal(broken("flag-cleared", "8.9.2", apps, rest), 1);
    snprintf(rest, sizeof rest, "%s,\"schedule\":[{\"run\":\"remove:a\"},{\"run\":\"remove:b\"}]", actors);
    assert_int_equal(broken("flag-cleared", "8.9.2", apps, rest), 0);
}

static void test_orphan(void **state)
{
    static const char crash[] = "\"actors\":[{\"actor\":\"remove\",\"app\":\"a\"},{\"actor\":\"crash\"}],\"schedule\":["
                                "{\"run\":\"remove:a\",\"until\":"
                                "\"%s\"},{\"run\":\"crash\"}]";
    char rest[512];

    (void)state;
    /* a job that is missing leaves the backing file behind (6.2) */
    assert_int_equal(
        broken("orphan", "8.9.2", "{\"name\":\"a\"}",
               "\"actors\":[{\"actor\":\"remove\",\"app\":\"a\"}],\"faults\":[{\"fault\":\"command-fails\",\"on\":"
               "\"host crontab -l\"}]"),
        1);
    assert_int_equal(broken("orphan", "8.9.2", "{\"name\":\"a\"}", "\"actors\":[{\"actor\":\"remove\",\"app\":\"a\"}]"),
                     0);
    snprintf(rest, sizeof rest, crash, "host umount");
    assert_int_equal(broken("orphan", "8.9.2", "{\"name\":\"a\"}", rest), 0); /* the row is still there */
}

static void test_retry_forever(void **state)
{
    static const char apps[] =
        "{\"name\":\"gapp\",\"containerData\":\"g:/d\",\"state\":\"missing\"}],\"fdm\":{\"gapp\":"
        "\"self\"},\"crontab\":[";

    (void)state;
    assert_int_equal(
        broken("retry-forever", "8.9.1", apps, "\"actors\":[{\"actor\":\"master-slave\"}],\"duration\":\"1h\""), 1);
    assert_int_equal(
        broken("retry-forever", "8.9.1", apps, "\"actors\":[{\"actor\":\"master-slave\"}],\"duration\":\"29m\""), 0);
    assert_int_equal(broken("retry-forever", "8.9.1", apps,
                            "\"retryBound\":\"2h\",\"actors\":[{\"actor\":\"master-slave\"}],\"duration\":\"1h\""),
                     0);
}

/* What is intended is never a violation (design.md). */
static void test_intended_behaviour_is_silent(void **state)
{
    static const char *const intended[][2] = {
        {G, "\"actors\":[{\"actor\":\"check\"}],\"duration\":\"6h\""}, /* a standby stays stopped */
        {"{\"name\":\"a\",\"state\":\"stopped\"}",
         "\"actors\":[{\"actor\":\"check\"}],\"duration\":\"50m\""}, /* first sighting */
        {"{\"name\":\"a\"}", "\"actors\":[{\"actor\":\"check\"}],\"duration\":\"30h\""},
        {"{\"name\":\"napp\"}],\"docker\":{\"containers\":[{\"name\":\"fluxold_gone\",\"state\":\"exited\"}]},"
         "\"crontab\":[",
         INSTALL} /* prune removes containers of no installed app */};

    (void)state;
    for (size_t i = 0; i < sizeof intended / sizeof intended[0]; i++) {
        for (unsigned oracle = 0; oracle < ORACLE_COUNT; oracle++) {
            assert_int_equal(broken(oracle_info((enum oracle_id)oracle)->name, "8.9.2", intended[i][0], intended[i][1]),
                             0);
        }
    }
}

#define WAITING G "],\"fdm\":{\"gapp\":\"self\"},\"crontab\":["
#define LOOP "{\"actor\":\"master-slave\"}"
#define UNTIL_START "{\"run\":\"master-slave\",\"until\":\"docker container.start\"}"

static void test_split_primary(void **state)
{
    static const char other[] = "\"actors\":[" LOOP ",{\"actor\":\"set-primary\",\"app\":\"gapp\","
                                "\"primary\":\"203.0.113.9:16127\"}],\"duration\":\"10m\"";

    (void)state;
    /* the other node becomes primary right before the start, and right after it */
    assert_int_equal(broken("split-primary", "8.9.2", WAITING,
                            composed("%s,\"schedule\":[" UNTIL_START ",{\"run\":\"set-primary:gapp\"}]", other)),
                     1);
    assert_int_equal(broken("split-primary", "8.9.2", WAITING,
                            composed("%s,\"schedule\":[" UNTIL_START
                                     ",{\"run\":\"master-slave\",\"until\":\"docker container.inspect\"},"
                                     "{\"run\":\"set-primary:gapp\"}]",
                                     other)),
                     0);
    /* nobody is primary */
    assert_int_equal(broken("split-primary", "8.9.2", WAITING,
                            "\"actors\":[" LOOP ",{\"actor\":\"set-primary\",\"app\":\"gapp\",\"primary\":\"none\"}],"
                            "\"duration\":\"10m\",\"schedule\":[" UNTIL_START ",{\"run\":\"set-primary:gapp\"}]"),
                     0);
}

static void test_touched_in_backup(void **state)
{
    (void)state;
    assert_int_equal(broken("touched-in-backup", "8.9.2", WAITING,
                            "\"actors\":[" LOOP ",{\"actor\":\"backup-begin\",\"app\":\"gapp\"}],"
                            "\"duration\":\"10m\",\"schedule\":[" UNTIL_START ",{\"run\":\"backup-begin:gapp\"}]"),
                     1);
    /* the loop itself leaves an app in backup alone; what the owner asks for is the owner's */
    assert_int_equal(broken("touched-in-backup", "8.9.2", WAITING,
                            "\"actors\":[{\"actor\":\"backup-begin\",\"app\":\"gapp\"},{\"actor\":\"master-slave\","
                            "\"at\":\"1m\"}],\"duration\":\"10m\""),
                     0);
    assert_int_equal(broken("touched-in-backup", "8.9.2", G,
                            "\"actors\":[{\"actor\":\"backup-begin\",\"app\":\"gapp\"},{\"actor\":\"remove\","
                            "\"app\":\"gapp\",\"at\":\"1m\"}]"),
                     0);
}

static void test_started_in_removal(void **state)
{
    static const char both[] = "\"actors\":[" LOOP ",{\"actor\":\"remove\",\"app\":\"gapp\"}],\"duration\":\"10m\"";

    (void)state;
    assert_int_equal(broken("started-in-removal", "8.9.2", WAITING,
                            composed("%s,\"schedule\":[" UNTIL_START ",{\"run\":\"remove:gapp\",\"until\":"
                                     "\"docker container.remove\"},{\"run\":\"master-slave\",\"until\":"
                                     "\"docker container.inspect\"}]",
                                     both)),
                     1);
    /* the start comes first */
    assert_int_equal(broken("started-in-removal", "8.9.2", WAITING,
                            composed("%s,\"schedule\":[" UNTIL_START ",{\"run\":\"master-slave\",\"until\":"
                                     "\"docker container.inspect\"},{\"run\":\"remove:gapp\"}]",
                                     both)),
                     0);
}

static void test_starved(void **state)
{
    static const char stuck[] = "\"fdm\":{\"gapp\":\"self\"},\"node\":{\"flags\":{\"installationInProgress\":true}},"
                                "\"crontab\":[";

    (void)state;
    assert_int_equal(broken("starved", "8.9.2", composed(G "],%s", stuck), "\"actors\":[" LOOP "],\"duration\":\"2h\""),
                     1);
    /* within the bound; a standby; a world in which calls fail; a loop that is free to start it */
    assert_int_equal(
        broken("starved", "8.9.2", composed(G "],%s", stuck), "\"actors\":[" LOOP "],\"duration\":\"30m\""), 0);
    assert_int_equal(broken("starved", "8.9.2", G, "\"actors\":[" LOOP "],\"duration\":\"2h\""), 0);
    assert_int_equal(broken("starved", "8.9.2", WAITING,
                            "\"actors\":[" LOOP "],\"duration\":\"2h\",\"faults\":[{\"fault\":\"error-500\","
                            "\"on\":\"docker container.start\",\"until\":\"2h\"}]"),
                     0);
    assert_int_equal(broken("starved", "8.9.2", WAITING, "\"actors\":[" LOOP "],\"duration\":\"2h\""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_container_lost),
        cmocka_unit_test(test_data_destroyed),
        cmocka_unit_test(test_app_wrongly_removed),
        cmocka_unit_test(test_row_forgotten),
        cmocka_unit_test(test_phantom_running),
        cmocka_unit_test(test_dark),
        cmocka_unit_test(test_flag_stuck),
        cmocka_unit_test(test_flag_cleared),
        cmocka_unit_test(test_orphan),
        cmocka_unit_test(test_split_primary),
        cmocka_unit_test(test_touched_in_backup),
        cmocka_unit_test(test_started_in_removal),
        cmocka_unit_test(test_starved),
        cmocka_unit_test(test_retry_forever),
        cmocka_unit_test(test_intended_behaviour_is_silent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
