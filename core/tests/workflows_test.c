/* Whole workflows on the wire (lifecycle.md 12), and what becomes of each when one of its calls fails or answers
 * nothing.
 *
 * Each is played once as it should go: every call with its request, every log line, what it leaves in the process's
 * cells. Then once for every call that fails (status 500) and once for every call that answers null: a line each says
 * what followed. The texts lie in core/tests/workflows/; a step that is changed on purpose is renewed with
 * `workflows_test --renew` and read.
 */
#include "core/app_control.h"
#include "core/app_installer.h"
#include "core/app_query.h"
#include "core/app_uninstaller.h"
#include "core/backup.h"
#include "core/master_slave.h"
#include "core/peer_notification.h"
#include "core/redeploy.h"
#include "core/spawner.h"
#include "core/syncthing_health.h"
#include "core/syncthing_loop.h"
#include "core/tests/transcript.h"
#include "core/upkeep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FORMAL                                                                                                         \
    "\"description\":\"d\",\"owner\":\"o\",\"instances\":3,\"contacts\":[],\"geolocation\":[],\"expire\":88000,"       \
    "\"nodes\":[],"                                                                                                    \
    "\"staticip\":false,\"hash\":\"h\",\"height\":5,\"enterprise\":\"\""
#define COMPONENT(name, port, data)                                                                                    \
    "{\"name\":\"" name "\",\"description\":\"c\",\"repotag\":\"a/b:1\",\"ports\":[" port "],\"domains\":[\"\"],"      \
    "\"environmentParameters\":[],\"commands\":[],\"containerPorts\":[80],\"containerData\":\"" data                   \
    "\",\"cpu\":0.5,\"ram\":100,"                                                                                      \
    "\"hdd\":1}"
#define SPEC(components) "{\"version\":8,\"name\":\"app\"," FORMAL ",\"compose\":[" components "]}"
#define DOCS(rows) "{\"docs\":[" rows "]}"
#define PLAIN COMPONENT("db", "31001", "/d")
#define SHARED COMPONENT("db", "31001", "/d|m:log:/l|f:conf:/c")
#define LISTED(name, state) "{\"Id\":\"" name "\",\"Names\":[\"/flux" name "\"],\"State\":\"" state "\"}"
#define CRONTAB                                                                                                        \
    "{\"code\":0,\"stdout\":\"5 4 * * * other\\n@reboot while [ ! -f /v/a ]; do sleep 5; done && sudo mount -o loop "  \
    "/v/a "                                                                                                            \
    "/flux/ZelApps/fluxdb_app #fluxdb_app\\n@reboot while [ ! -f /v/b ]; do sleep 5; done && sudo mount -o loop /v/b " \
    "/flux/ZelApps/fluxdb_gone #fluxdb_gone\\n\"}"
#define MOUNTED "{\"stdout\":\"/v/a on /flux/ZelApps/fluxdb_app type ext4 (rw,relatime)\\n\"}"
#define AT(ip, since) "{\"name\":\"app\",\"ip\":\"" ip "\",\"runningSince\":\"2026-03-0" since "T00:00:00Z\"}"

struct answer {
    const char *effect, *object, *json; /* json NULL: it fails */
    int times;
};

enum { ANSWERS_MAX = 16, LINES_TOLD = 2, MAIN_ONLY = -1 };

struct workflow {
    const char *name, *revision;
    void (*run)(struct script *script);
    const char *docs;       /* what every find answers, unless an answer below says otherwise */
    const char *containers; /* what is listed */
    struct answer answers[ANSWERS_MAX];
    int tasks_awaited; /* MAIN_ONLY: what it starts and does not await stays so (a loop starts itself); else all of it
                          runs */
};

/* ---- how they are started ---------------------------------------------------------------------------------------- */

static bool outcome; /* of a workflow that says whether it succeeded */

static struct app_spec *stored_spec(struct script *script, const char *json)
{
    return app_spec_from(&script->arena, value_parse(&script->arena, json, strlen(json)));
}

#define RUN(name, ...)                                                                                                 \
    static void name(struct script *script)                                                                            \
    {                                                                                                                  \
        struct task *task = &script->task;                                                                             \
                                                                                                                       \
        __VA_ARGS__;                                                                                                   \
    }

RUN(install, outcome = register_app_locally(task, stored_spec(script, SPEC(SHARED)), NULL, NULL, false, true))
RUN(install_r, outcome = register_app_locally(task, stored_spec(script, SPEC(COMPONENT("db", "31001", "r:/d"))), NULL,
                                              NULL, false, false))
RUN(install_test, outcome = register_app_locally(task, stored_spec(script, SPEC(PLAIN)), NULL, NULL, true, false))
RUN(install_soft,
    outcome = soft_register_app_locally(task, stored_spec(script, SPEC(COMPONENT("db", "31001", "g:/d")))))
RUN(remove_plainly, remove_app_locally(task, "app", false, true, "here"))
RUN(remove_by_force, remove_app_locally(task, "app", true, true, "here"))
RUN(remove_softly, outcome = soft_remove_app_locally(task, "app") == NULL)
RUN(check, check_and_notify_peers_of_running_apps(task, sample_flags(task)))
RUN(redeploy_softly, soft_redeploy(task, stored_spec(script, SPEC(PLAIN))))
RUN(redeploy_hard, hard_redeploy(task, stored_spec(script, SPEC(PLAIN))))
RUN(redeploy_one_softly, soft_redeploy_component(task, stored_spec(script, SPEC(PLAIN)), "db"))
RUN(redeploy_one_hard, hard_redeploy_component(task, stored_spec(script, SPEC(PLAIN)), "db"))
RUN(redeploy_none, soft_redeploy_component(task, stored_spec(script, SPEC(PLAIN)), "web"))
RUN(images, update_images(task))
RUN(spawn, try_spawning_global_application(task))
RUN(reinstall, script->random_next = 1; reinstall_old_applications(task))
RUN(terminate, shut_down(task))
RUN(force_removals, force_app_removals(task))
RUN(surplus, check_and_remove_application_instance(task))
RUN(expiry, expire_global_applications(task))
RUN(status, monitor_node_status(task))
RUN(health, check_daemon_health(task); script->now_ms += 2 * 3600000; check_daemon_health(task))
RUN(foreigners, stop_all_non_flux_running_apps(task))
RUN(recovery, stopped_apps_recovery(task))
RUN(crontab, clean_up_crontab_and_mounts(task))
RUN(mounts, recover_container_mounts(task))
RUN(back_up, backup_app(task, "app"))
RUN(put_back, restore_app(task, "app"))
RUN(start, app_docker_start_app(task, "app"))
RUN(restart, app_docker_restart_app(task, "app"))
RUN(stop, app_docker_stop_app(task, "app"))
RUN(own_start, owner_app_start(task, "app"))
RUN(own_restart, owner_app_restart(task, "app"))
RUN(own_stop, owner_app_stop(task, "app"))
RUN(own_kill, owner_app_kill(task, "app"))
RUN(synchronise, syncthing_apps(task))

static void check_twice(struct script *script)
{
    check(script);
    script_forget(script);
    script->now_ms += 60 * 60 * 1000;
    check(script);
}

/* A round of the loop, then what it started for an app. */
static void masters(struct script *script)
{
    master_slave_apps(&script->task);
    for (int i = 0; i < script->spawned_count; i++) {
        const char *argument = script->spawned[i].argument;

        if (argument != NULL && strcmp(argument, "app") == 0) {
            script->spawned[i].run(&script->task, argument);
        }
    }
}

/* The primary was another and is not heard of any more: four rounds, three minutes apart (the loop's own half
 * included). */
static void masters_fail_over(struct script *script)
{
    script_answer(script, "fdm appips", NULL, "{\"status\":\"success\",\"data\":{\"ips\":[\"203.0.113.9:16127\"]}}", 1);
    for (int i = 0; i < 4; i++) {
        script->spawned_count = 0;
        masters(script);
        script->now_ms += 150 * 1000;
    }
}

/* I was primary, and nobody is any more. */
static void masters_was_me(struct script *script)
{
    script_answer(script, "fdm appips", NULL, "{\"status\":\"success\",\"data\":{\"ips\":[\"198.51.100.7:16127\"]}}",
                  1);
    for (int i = 0; i < 4; i++) {
        script->spawned_count = 0;
        masters(script);
        script->now_ms += 150 * 1000;
    }
}

/* There never was one. */
static void masters_begin(struct script *script)
{
    for (int i = 0; i < 4; i++) {
        script->spawned_count = 0;
        masters(script);
        script->now_ms += 150 * 1000;
    }
}

/* Every flag that is looked at keeps it from acting. */
static void reinstall_refused(struct script *script)
{
    static const enum flag_id flags[] = {FLAG_REM, FLAG_INS, FLAG_SRD, FLAG_HRD};

    script->random_next = 1;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        script->node.cells.flags[flags[i]] = true;
        reinstall_old_applications(&script->task);
        script->node.cells.flags[flags[i]] = false;
    }
    for (uint32_t lot = 2; lot < 4; lot++) {
        script->random_next = lot;
        reinstall_old_applications(&script->task);
    }
}

#define TIERED                                                                                                         \
    "{\"name\":\"db\",\"description\":\"c\",\"repotag\":\"a/b:1\",\"ports\":[31001],\"domains\":[\"\"],"               \
    "\"environmentParameters\":[],\"commands\":[],\"containerPorts\":[80],\"containerData\":\"/"                       \
    "d\",\"cpu\":0.5,\"ram\":100,"                                                                                     \
    "\"hdd\":1,\"tiered\":true,\"cpubasic\":0.7,\"rambasic\":300,\"hddbasic\":2}"
#define OLD                                                                                                            \
    "{\"version\":3,\"name\":\"app\",\"description\":\"d\",\"owner\":\"o\",\"repotag\":\"a/b:1\",\"ports\":[31001],"   \
    "\"domains\":[\"\"],\"environmentParameters\":[],\"commands\":[],\"containerPorts\":[80],\"containerData\":\"r:/"  \
    "d\","                                                                                                             \
    "\"cpu\":0.5,\"ram\":100,\"hdd\":1,\"tiered\":true,\"cpubasic\":0.7,\"rambasic\":300,\"hddbasic\":2,"              \
    "\"instances\":3,"                                                                                                 \
    "\"hash\":\"h\",\"height\":5}"

static void install_duplicate(struct script *script)
{
    script_fail(script, "db insert", NULL, 11000, "E11000 duplicate key", -1);
    install(script);
}

/* Both flags, one after the other. */
static void refused_by_flags(struct script *script)
{
    static const enum flag_id flags[] = {FLAG_REM, FLAG_INS};

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        script->node.cells.flags[flags[i]] = true;
        assert_non_null(soft_remove_app_locally(&script->task, "app"));
        assert_false(soft_register_app_locally(&script->task, stored_spec(script, SPEC(PLAIN))));
        remove_app_locally(&script->task, "app", false, true, "here");
        script->node.cells.flags[flags[i]] = true;
        soft_redeploy(&script->task, stored_spec(script, SPEC(PLAIN)));
        hard_redeploy_component(&script->task, stored_spec(script, SPEC(PLAIN)), "db");
        install(script);
        script->node.cells.flags[flags[i]] = false;
    }
}

static void install_component(struct script *script)
{
    struct app_spec *app = stored_spec(script, SPEC(PLAIN "," TIERED));

    outcome = register_app_locally(&script->task, app, &app->components[1], NULL, false, true);
}

RUN(install_old, outcome = register_app_locally(task, stored_spec(script, OLD), NULL, NULL, false, true))
RUN(install_old_softly, outcome = soft_register_app_locally(task, stored_spec(script, OLD)))
RUN(redeploy_old_softly, soft_redeploy(task, stored_spec(script, OLD)))
RUN(install_two_softly, outcome = soft_register_app_locally(task, stored_spec(script, SPEC(PLAIN "," TIERED))))
RUN(redeploy_tiered_softly, soft_redeploy_component(task, stored_spec(script, SPEC(TIERED)), "db"))

/* The folder is ill for three hours, looked at every six minutes, and then well. */
static void watch_health(struct script *script)
{
    struct app_list apps;
    struct sync_state *state = arena_alloc(&script->arena, sizeof *state);

    *state = (struct sync_state){.restarted = true};
    cell_set(&script->task, CELL_RECEIVE_ONLY, "fluxdb_app", state);
    assert_true(installed_apps(&script->task, &apps) || apps.count == 0);
    script_forget(script);
    for (int i = 0; i < 30; i++) {
        monitor_folder_health(&script->task, &apps);
        script->now_ms += 6 * 60 * 1000;
    }
}

/* A folder that syncs: first run, then checks until it is promoted. */
static void synchronise_on(struct script *script)
{
    for (int i = 0; i < 5; i++) {
        syncthing_apps(&script->task);
        script->now_ms += 30 * 1000;
    }
}

/* An app in backup comes first; what it synced and what nobody knows is dropped. */
static void synchronise_several(struct script *script)
{
    script->node.cells.flags[FLAG_SFR] = false;
    cell_add(&script->task, CELL_BACKUP_IN_PROGRESS, "busy");
    synchronise(script);
}

/* ---- the workflows ----------------------------------------------------------------------------------------------- */

#define NETWORK                                                                                                        \
    "{\"IPAM\":{\"Config\":[{\"Subnet\":\"172.23.9.0/24\",\"Gateway\":\"172.23.9.1\"}]},\"Containers\":{\"x\":{"       \
    "\"IPv4Address\":\"172.23.9.2/24\"}}}"
#define NOT_THERE_AT_FIRST                                                                                             \
    {"docker network.inspect", NULL, NETWORK, -1}, {"db find", "app", DOCS(""), 2},                                    \
    {                                                                                                                  \
        "host mount | grep", NULL, MOUNTED, -1                                                                         \
    }
#define SYNCTHING                                                                                                      \
    {"syncthing GET /rest/system/status", NULL, "{\"myID\":\"ME\"}", -1},                                              \
        {"syncthing GET /rest/config/devices", NULL, "[]", -1},                                                        \
        {"peers deviceid", NULL, "{\"status\":\"success\",\"data\":\"PEER\"}", -1},                                    \
    {                                                                                                                  \
        "host mount | grep", NULL, MOUNTED, -1                                                                         \
    }
#define FOLDER(type) "[{\"id\":\"fluxdb_app\",\"path\":\"/flux/ZelApps/fluxdb_app\",\"type\":\"" type "\"}]"

static const struct workflow workflows[] = {
    {"install-8.9.1",
     "8.9.1",
     install,
     DOCS(SPEC(SHARED)),
     "[" LISTED("db_app", "running") "]",
     {NOT_THERE_AT_FIRST},
     0},
    {"install-8.9.2",
     "8.9.2",
     install_r,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "exited") "]",
     {NOT_THERE_AT_FIRST},
     0},
    {"install-test",
     "8.9.2",
     install_test,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {NOT_THERE_AT_FIRST},
     0},
    {"install-soft",
     "8.9.2",
     install_soft,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{"db find", "app", DOCS(""), 1}},
     0},
    {"remove",
     "8.9.2",
     remove_plainly,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{"host crontab -l", NULL, CRONTAB, -1},
      {"syncthing GET /rest/config/folders", NULL, FOLDER("sendreceive"), -1},
      {"syncthing GET /rest/config/restart-required", NULL, "{\"requiresRestart\":true}", -1},
      {"host ufw status", NULL, "{\"stdout\":\"Status: active\"}", -1},
      {"docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1}},
     0},
    {"remove-by-force",
     "8.9.2",
     remove_by_force,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{"host crontab -l", NULL, CRONTAB, -1},
      {"docker network.inspect", NULL, "{\"Containers\":{\"1\":{},\"2\":{}}}", -1}},
     0},
    {"remove-what-is-published",
     "8.9.2",
     remove_by_force,
     DOCS("{\"version\":3,\"name\":\"x\"}," SPEC(PLAIN)),
     "[]",
     {{"db find", "app", DOCS(""), 2}},
     0},
    {"remove-what-was-published",
     "8.9.2",
     remove_by_force,
     DOCS("{\"height\":1,\"appSpecifications\":" SPEC(PLAIN) "},{\"height\":3,\"appSpecifications\":" SPEC(
         SHARED) "},{\"height\":3,\"appSpecifications\":" SPEC(COMPONENT("third", "31001",
                                                                         "/d")) "},{\"height\":2,"
                                                                                "\"appSpecifications\":" SPEC(
                                                                                    PLAIN) "}"),
     "[]",
     {{"db find", "app", DOCS(""), 2}},
     0},
    {"remove-softly",
     "8.9.2",
     remove_softly,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"check-8.9.1-missing",
     "8.9.1",
     check,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "exited") "]",
     {{"docker containers.list", NULL, "[]", 3},
      {"docker network.inspect", NULL, NETWORK, -1},
      {"host mount | grep", NULL, MOUNTED, -1}},
     0},
    {"check-8.9.2-missing",
     "8.9.2",
     check,
     DOCS(SPEC(COMPONENT("db", "31001", "g:/d"))),
     "[" LISTED("db_app", "exited") "]",
     {{"docker containers.list", NULL, "[]", 3},
      {"docker network.inspect", NULL, NETWORK, -1},
      {"host mount | grep", NULL, MOUNTED, -1}},
     0},
    {"check-8.9.2-stopped",
     "8.9.2",
     check_twice,
     DOCS(SPEC(COMPONENT("db", "31001", "r:/d"))),
     "[" LISTED("db_app", "exited") "]",
     {{"db find", "app",
       DOCS("{\"version\":8,\"name\":\"app\"," FORMAL
            ",\"runningSince\":\"2026-03-01T00:00:00Z\",\"compose\":[" COMPONENT("db", "31001", "r:/d") "]}"),
       -1},
      {"docker containers.list", NULL, "[]", 1}},
     0},
    {"check-running",
     "8.9.2",
     check,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"check-two-running",
     "8.9.2",
     check,
     DOCS(SPEC(PLAIN) ",{\"version\":3,\"name\":\"old\",\"hash\":\"i\"}"),
     "[" LISTED("db_app", "running") "," LISTED("old", "running") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"masters-me",
     "8.9.2",
     masters,
     DOCS(SPEC(COMPONENT("db", "31001", "g:/d"))),
     "[]",
     {{"fdm appips", NULL, "{\"status\":\"success\",\"data\":{\"ips\":[\"198.51.100.7:16127\"]}}", -1},
      {"syncthing GET /rest/config/folders", NULL, FOLDER("receiveonly"), -1},
      {"syncthing GET /rest/config/folders", NULL, FOLDER("sendreceive"), 2},
      {"docker containers.list", NULL, "[" LISTED("db_app", "exited") "]", -1},
      {"docker containers.list", NULL, "[]", 1}},
     MAIN_ONLY},
    {"masters-another",
     "8.9.2",
     masters,
     DOCS(SPEC(COMPONENT("db", "31001", "g:/d"))),
     "[" LISTED("db_app", "running") "]",
     {{"fdm appips", NULL, "{\"status\":\"success\",\"data\":{\"ips\":[\"203.0.113.9:16127\"]}}", -1},
      {"docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1}},
     MAIN_ONLY},
    {"masters-none",
     "8.9.2",
     masters,
     DOCS(SPEC(COMPONENT("db", "31001", "g:/d"))),
     "[]",
     {{"syncthing GET /rest/config/folders", NULL, FOLDER("sendreceive"), -1},
      {"db find", "app", DOCS(AT("198.51.100.7:16127", "1") "," AT("203.0.113.9:16127", "2")), 1}},
     MAIN_ONLY},
    {"install-duplicate", "8.9.2", install_duplicate, DOCS(""), "[]", {{"db find", "app", DOCS(""), 2}}, 0},
    {"install-beside-compose-undefined",
     "8.9.1",
     install,
     DOCS("{\"version\":4,\"name\":\"odd\"}"),
     "[]",
     {{"db find", "app", DOCS(""), 1}},
     0},
    {"install-over-a-record",
     "8.9.1",
     install,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "exited") "]",
     {{"db find", "app", DOCS(""), 1}, {"host mount | grep", NULL, MOUNTED, -1}},
     0},
    {"install-without-mount", "8.9.1", install, DOCS(SPEC(PLAIN)), "[]", {{"db find", "app", DOCS(""), 1}}, 0},
    {"install-short-address",
     "8.9.1",
     install,
     DOCS(""),
     "[]",
     {{"bench getbenchmarks", NULL, "{\"status\":\"CUMULUS\",\"ipaddress\":\"::123\"}", -1}},
     0},
    {"install-longer-address",
     "8.9.1",
     install,
     DOCS("{\"version\":4,\"name\":\"odd\"}"),
     "[]",
     {{"bench getbenchmarks", NULL, "{\"status\":\"CUMULUS\",\"ipaddress\":\"::1234\"}", -1},
      {"db find", "app", DOCS(""), 1}},
     0},
    {"refused-by-flags", "8.9.2", refused_by_flags, DOCS(""), "[]", {{NULL, NULL, NULL, 0}}, 0},
    {"remove-softly-two",
     "8.9.2",
     remove_softly,
     DOCS("{\"version\":4,\"name\":\"app\",\"description\":\"d\",\"owner\":\"o\",\"instances\":3,\"compose\":[" PLAIN
          "," COMPONENT("ui", "31002", "/d") "]}"),
     "[" LISTED("db_app", "running") "," LISTED("ui_app", "running") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"spawner-of-two",
     "8.9.2",
     spawn,
     DOCS(""),
     "[" LISTED("db_app", "exited") "]",
     {{"db find", NULL, DOCS("{\"name\":\"many\"},{\"name\":\"more\"}," SPEC(PLAIN)), 1},
      {"db find", "many", DOCS(AT("1.2.3.4", "1") "," AT("1.2.3.5", "1") "," AT("1.2.3.6", "1")), -1},
      {"db find", "more", DOCS(AT("1.2.3.4", "1") "," AT("1.2.3.5", "1") "," AT("1.2.3.6", "1") "," AT("1.2.3.7", "1")),
       -1},
      {"db find", "app", DOCS(AT("1.2.3.4", "1") "," AT("1.2.3.5", "1") "," AT("1.2.3.6", "1")), -1},
      {"db find", "app", DOCS(SPEC(PLAIN)), 1},
      {"db find", "app", DOCS(""), 2},
      {"db find", "app", DOCS(SPEC(PLAIN)), 1},
      {"db find", "app", DOCS(AT("1.2.3.4", "1") "," AT("1.2.3.5", "1")), 2},
      {"docker network.inspect", NULL, NETWORK, -1},
      {"host mount | grep", NULL, MOUNTED, -1}},
     MAIN_ONLY},
    {"install-component",
     "8.9.1",
     install_component,
     DOCS(SPEC(PLAIN "," TIERED)),
     "[" LISTED("db_app", "exited") "]",
     {{"host mount | grep", NULL, MOUNTED, -1}},
     0},
    {"install-version-3",
     "8.9.2",
     install_old,
     DOCS(OLD),
     "[" LISTED("app", "exited") "]",
     {{"db find", "app", DOCS(OLD), -1},
      {"db find", "app", DOCS(""), 1},
      {"host mount | grep", NULL, "{\"stdout\":\"x on /flux/ZelApps/fluxapp type ext4\"}", -1},
      {"docker network.inspect", NULL, NETWORK, -1}},
     0},
    {"install-soft-version-3",
     "8.9.2",
     install_old_softly,
     DOCS(OLD),
     "[" LISTED("app", "exited") "]",
     {{"db find", "app", DOCS(""), 1}},
     0},
    {"install-soft-two",
     "8.9.2",
     install_two_softly,
     DOCS(""),
     "[" LISTED("db_app", "exited") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"redeploy-softly-version-3",
     "8.9.2",
     redeploy_old_softly,
     DOCS(OLD),
     "[" LISTED("app", "running") "]",
     {{"db find", "app", DOCS(""), 1}, {"db find", "app", DOCS(OLD), 1}},
     0},
    {"redeploy-component-softly-tiered",
     "8.9.2",
     redeploy_tiered_softly,
     DOCS(SPEC(TIERED)),
     "[{\"Id\":\"1\",\"Names\":[\"/fluxnull\"]},{\"Id\":\"2\",\"Names\":[\"/fluxundefined\"]}," LISTED("db_app",
                                                                                                       "running") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"masters-fail-over-first",
     "8.9.2",
     masters_fail_over,
     DOCS(SPEC(COMPONENT("db", "31001", "g:/d"))),
     "[]",
     {{"syncthing GET /rest/config/folders", NULL, FOLDER("sendreceive"), -1},
      {"db find", "app", DOCS(AT("198.51.100.7:16127", "1") "," AT("203.0.113.9:16127", "2")), -1}},
     MAIN_ONLY},
    {"masters-fail-over-third",
     "8.9.2",
     masters_fail_over,
     DOCS(SPEC(COMPONENT("db", "31001", "g:/d"))),
     "[]",
     {{"syncthing GET /rest/config/folders", NULL, FOLDER("sendreceive"), -1},
      {"db find", "app",
       DOCS(AT("198.51.100.7:16127", "3") "," AT("203.0.113.8", "2") "," AT("203.0.113.9:16137", "1")), -1}},
     MAIN_ONLY},
    {"masters-fail-over-second",
     "8.9.2",
     masters_fail_over,
     DOCS(SPEC(COMPONENT("db", "31001", "g:/d"))),
     "[]",
     {{"bench getbenchmarks", NULL, "{\"status\":\"CUMULUS\",\"ipaddress\":\"198.51.100.7\"}", -1},
      {"syncthing GET /rest/config/folders", NULL, FOLDER("sendreceive"), -1},
      {"db find", "app", DOCS(AT("203.0.113.9", "2") "," AT("198.51.100.7", "1") ",{\"ip\":\"203.0.113.8\"}"), -1}},
     MAIN_ONLY},
    {"masters-fail-over-unlisted",
     "8.9.2",
     masters_fail_over,
     DOCS(SPEC(COMPONENT("db", "31001", "g:/d"))),
     "[]",
     {{"syncthing GET /rest/config/folders", NULL, FOLDER("sendreceive"), -1},
      {"db find", "app", DOCS(AT("198.51.100.7:16127", "2") "," AT("203.0.113.7", "1") "," AT("203.0.113.1", "1")),
       -1}},
     MAIN_ONLY},
    {"masters-previous-runs",
     "8.9.2",
     masters_fail_over,
     DOCS(SPEC(COMPONENT("db", "31001", "g:/d")) ","
                                                 "{\"version\":3,\"name\":\"old\",\"containerData\":\"g:/d\"}"),
     "[]",
     {{"peers listrunningapps", NULL,
       "{\"status\":\"success\",\"data\":[{\"Names\":[\"/other\"]},{},{\"Names\":[\"/fluxdb_app\"]}]}", -1},
      {"syncthing GET /rest/config/folders", NULL, FOLDER("sendreceive"), -1},
      {"db find", "app", DOCS(AT("198.51.100.7:16127", "2") "," AT("203.0.113.9:16127", "1")), -1}},
     MAIN_ONLY},
    {"masters-begin-third",
     "8.9.2",
     masters_begin,
     DOCS(SPEC(PLAIN "," COMPONENT("ui", "31001", "g:/d"))),
     "[]",
     {{"peers listrunningapps", "203.0.113.8:16127",
       "{\"status\":\"success\",\"data\":[{\"Names\":[\"/fluxui_app\"]}]}", 1},
      {"syncthing GET /rest/config/folders", NULL,
       "[{\"id\":\"fluxui_app\",\"path\":\"/flux/ZelApps/fluxui_app\",\"type\":\"sendreceive\"}]", -1},
      {"db find", "app",
       DOCS(AT("198.51.100.7:16127", "2") "," AT("203.0.113.8", "1") "," AT("203.0.113.9:16137", "1")), -1}},
     MAIN_ONLY},
    {"reinstall-refused",
     "8.9.2",
     reinstall_refused,
     DOCS(SPEC(PLAIN)),
     "[]",
     {{"db find", "app", DOCS("{\"version\":8,\"name\":\"app\",\"hash\":\"new\",\"compose\":[" PLAIN "]}"), 5}},
     0},
    {"redeploy-softly",
     "8.9.2",
     redeploy_softly,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{"db find", "app", DOCS(""), 1}, {"db find", "app", DOCS(SPEC(PLAIN)), 1}},
     0},
    {"redeploy-hard",
     "8.9.2",
     redeploy_hard,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {NOT_THERE_AT_FIRST, {"db find", "app", DOCS(SPEC(PLAIN)), 1}},
     0},
    {"redeploy-component-softly",
     "8.9.2",
     redeploy_one_softly,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"redeploy-component-hard",
     "8.9.2",
     redeploy_one_hard,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{"host mount | grep", NULL, MOUNTED, -1}},
     0},
    {"redeploy-no-component", "8.9.2", redeploy_none, DOCS(""), "[]", {{NULL, NULL, NULL, 0}}, 0},
    {"images",
     "8.9.2",
     images,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{"net HEAD /v2/IMAGE/manifests/REF", NULL, "{\"digest\":\"sha256:new\"}", -1},
      {"docker images.list", NULL, "[{\"RepoTags\":[\"a/b:1\"],\"RepoDigests\":[\"a/b@sha256:old\"]}]", -1}},
     0},
    {"spawner",
     "8.9.2",
     spawn,
     DOCS(""),
     "[" LISTED("db_app", "exited") "]",
     {{"db find", NULL, DOCS(SPEC(PLAIN)), 1},
      {"db find", "app", DOCS(AT("1.2.3.4", "1") "," AT("1.2.3.5", "1") "," AT("1.2.3.6", "1") "," AT("1.2.3.7", "1")),
       -1},
      {"db find", "app", DOCS(SPEC(PLAIN)), 1},
      {"db find", "app", DOCS(""), 2},
      {"db find", "app", DOCS(SPEC(PLAIN)), 1},
      {"db find", "app", DOCS(AT("1.2.3.4", "1") "," AT("1.2.3.5", "1")), 2},
      {"docker network.inspect", NULL, NETWORK, -1},
      {"host mount | grep", NULL, MOUNTED, -1}},
     MAIN_ONLY},
    {"reinstall",
     "8.9.2",
     reinstall,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{"db find", "app", DOCS("{\"version\":8,\"name\":\"app\",\"hash\":\"new\",\"compose\":[" PLAIN "]}"), 1}},
     0},
    {"reinstall-unchanged", "8.9.2", reinstall, DOCS(SPEC(PLAIN)), "[]", {{NULL, NULL, NULL, 0}}, 0},
    {"sigterm",
     "8.9.2",
     terminate,
     DOCS(""),
     "[" LISTED("db_app", "running") ",{\"Id\":\"x\",\"Names\":[\"/other\"]}]",
     {{"docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1}},
     0},
    {"masters-was-me",
     "8.9.2",
     masters_was_me,
     DOCS(SPEC(COMPONENT("db", "31001", "g:/d"))),
     "[]",
     {{"syncthing GET /rest/config/folders", NULL, FOLDER("sendreceive"), -1},
      {"db find", "app",
       DOCS(AT("198.51.100.7:16127", "3") "," AT("203.0.113.8", "1") "," AT("203.0.113.9:16137", "2")), -1}},
     MAIN_ONLY},
    {"force-removals-two",
     "8.9.2",
     force_removals,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "," LISTED("a_gone", "exited") "," LISTED("b_away", "exited") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"recovery-of-two",
     "8.9.2",
     recovery,
     DOCS(
         SPEC(PLAIN "," COMPONENT("ui", "31002", "g:/d")) ",{\"version\":3,\"name\":\"old\",\"containerData\":\"/d\"}"),
     "[" LISTED("db_app", "exited") "," LISTED("old", "exited") "," LISTED("x_unknown", "exited") "]",
     {{"db find", "old",
       DOCS("{\"version\":3,\"name\":\"old\",\"containerData\":\"/d\",\"expireAt\":\"2026-03-27T00:00:00.001Z\"}"),
       -1}},
     0},
    {"crontab-of-two",
     "8.9.2",
     crontab,
     DOCS("{\"version\":3,\"name\":\"old\"}," SPEC(COMPONENT("ui", "31002", "/d") "," PLAIN)),
     "[]",
     {{"host crontab -l", NULL, CRONTAB, -1}, {"host mount | grep", NULL, NULL, -1}},
     0},
    {"force-removals",
     "8.9.2",
     force_removals,
     DOCS(""),
     "[" LISTED("a_gone", "exited") "," LISTED("b_gone", "exited") ",{\"Names\":[\"/other\"]}]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"surplus",
     "8.9.2",
     surplus,
     DOCS(SPEC(PLAIN)),
     "[]",
     {{"db find", "app",
       DOCS(AT("203.0.113.9:16127", "1") "," AT("203.0.113.8:16127", "1") "," AT("203.0.113.7:16127", "1") "," AT(
           "198.51.100.7:16127", "2")),
       1}},
     0},
    {"expiry", "8.9.2", expiry, DOCS(SPEC(PLAIN)), "[]", {{"daemon getblockcount", NULL, "88006", -1}}, 0},
    {"node-status",
     "8.9.2",
     status,
     DOCS(SPEC(PLAIN)),
     "[]",
     {{"daemon getzelnodestatus", NULL, "{\"status\":\"EXPIRED\"}", -1}},
     0},
    {"daemon-health", "8.9.2", health, DOCS(SPEC(PLAIN)), "[]", {{NULL, NULL, NULL, 0}}, 0},
    {"foreigners",
     "8.9.2",
     foreigners,
     DOCS(""),
     "[" LISTED("db_app", "running") ",{\"Id\":\"x\",\"Names\":[\"/other\"]},{\"Id\":\"y\",\"Names\":[\"bare\"]}]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"recovery",
     "8.9.2",
     recovery,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "exited") "]",
     {{"db find", "app", DOCS("{\"expireAt\":\"2026-03-27T00:00:00.001Z\"}"), -1},
      {"db find", "app", DOCS(SPEC(PLAIN)), 1}},
     0},
    {"recovery-expired",
     "8.9.2",
     recovery,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "exited") "]",
     {{"db find", "app", DOCS("{\"expireAt\":\"2026-03-27T00:00:00.000Z\"}"), -1},
      {"db find", "app", DOCS(SPEC(PLAIN)), 1}},
     0},
    {"crontab", "8.9.2", crontab, DOCS(SPEC(PLAIN)), "[]", {{"host crontab -l", NULL, CRONTAB, -1}}, 0},
    {"mounts",
     "8.9.2",
     mounts,
     DOCS(""),
     "[" LISTED("db_app", "running") ",{\"Id\":\"x\",\"Names\":[\"/other\"]}]",
     {{"host stat", NULL, "{\"mountedMs\":1774569600000}", -1},
      {"docker container.inspect", NULL, "{\"State\":{\"Running\":true,\"StartedAt\":\"2026-03-26T23:59:59.999Z\"}}",
       -1}},
     0},
    {"backup",
     "8.9.2",
     back_up,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{"docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1}},
     0},
    {"backup-synced",
     "8.9.2",
     back_up,
     DOCS(SPEC(PLAIN "," COMPONENT("ui", "31002", "g:/d"))),
     "[" LISTED("db_app", "running") "," LISTED("ui_app", "running") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"restore",
     "8.9.2",
     put_back,
     DOCS(SPEC(PLAIN "," COMPONENT("ui", "31002", "r:/d"))),
     "[" LISTED("db_app", "running") "," LISTED("ui_app", "running") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"start",
     "8.9.2",
     start,
     DOCS(SPEC(SHARED)),
     "[" LISTED("db_app", "exited") "]",
     {{"host access", NULL, "false", -1}},
     0},
    {"restart",
     "8.9.2",
     restart,
     DOCS(SPEC(PLAIN "," COMPONENT("ui", "31002", "c:0:log:/d"))),
     "[" LISTED("db_app", "exited") "," LISTED("ui_app", "running") "]",
     {{"docker container.inspect", "fluxui_app", "{\"State\":{\"Running\":true}}", -1}},
     0},
    {"stop",
     "8.9.2",
     stop,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{"docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1}},
     0},
    {"owner-start",
     "8.9.2",
     own_start,
     DOCS(SPEC(COMPONENT("db", "31001", "g:/d") "," COMPONENT("ui", "31002", "/d"))),
     "[" LISTED("db_app", "exited") "," LISTED("ui_app", "exited") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"owner-restart",
     "8.9.2",
     own_restart,
     DOCS(SPEC(COMPONENT("db", "31001", "g:/d"))),
     "[" LISTED("db_app", "running") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"owner-stop",
     "8.9.2",
     own_stop,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"owner-kill",
     "8.9.2",
     own_kill,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{NULL, NULL, NULL, 0}},
     0},
    {"syncthing-first-run",
     "8.9.2",
     synchronise,
     DOCS(SPEC(COMPONENT("db", "31001", "r:/d"))),
     "[" LISTED("db_app", "running") "]",
     {SYNCTHING, {"db find", "app", DOCS(AT("198.51.100.7:16127", "1") "," AT("203.0.113.9:16127", "2")), -1}},
     0},
    {"syncthing-rounds",
     "8.9.2",
     synchronise_on,
     DOCS(SPEC(COMPONENT("db", "31001", "r:/d"))),
     "[" LISTED("db_app", "exited") "]",
     {SYNCTHING,
      {"syncthing GET /rest/config/folders", NULL, FOLDER("receiveonly"), -1},
      {"db find", "app", DOCS(AT("198.51.100.7:16127", "1") "," AT("203.0.113.9:16127", "2")), -1}},
     0},
    {"syncthing-several",
     "8.9.2",
     synchronise_several,
     DOCS("{\"version\":4,\"name\":\"busy\",\"description\":\"d\",\"owner\":\"o\",\"instances\":3,\"compose\":"
          "[" COMPONENT("web", "31003", "s:/d") "]}," SPEC(PLAIN "," COMPONENT("ui", "31002", "s:/d"))),
     "[" LISTED("db_app", "running") "]",
     {SYNCTHING,
      {"syncthing GET /rest/config/restart-required", NULL, "{\"requiresRestart\":true}", -1},
      {"syncthing GET /rest/config/folders", NULL,
       "[{\"id\":\"fluxweb_busy\",\"path\":\"/flux/ZelApps/"
       "fluxweb_busy\",\"type\":\"sendreceive\"},{\"id\":\"unknown\",\"path\":\"/"
       "u\"},{\"id\":\"fluxui_app\",\"path\":\"/flux/ZelApps/fluxui_app\",\"type\":\"receiveonly\"}]",
       -1},
      {"db find", "app",
       DOCS(AT("203.0.113.9:16127", "2") "," AT("198.51.100.7:16127", "1") "," AT("203.0.113.8:16127", "2")), -1}},
     0},
    {"syncthing-version-3",
     "8.9.2",
     synchronise_on,
     DOCS("{\"version\":3,\"name\":\"app\",\"description\":\"d\",\"owner\":\"o\",\"instances\":3,\"repotag\":\"a/"
          "b:1\",\"ports\":[1],\"containerPorts\":[1],\"cpu\":1,\"ram\":1,\"hdd\":1,\"containerData\":\"r:/d\"}"),
     "[" LISTED("app", "exited") "]",
     {SYNCTHING, {"db find", "app", DOCS(AT("198.51.100.7:16127", "1")), -1}},
     0},
    {"syncthing-unmounted-at-start",
     "8.9.2",
     synchronise,
     DOCS(SPEC(COMPONENT("db", "31001", "r:/d"))),
     "[" LISTED("db_app", "running") "]",
     {{"syncthing GET /rest/system/status", NULL, "{\"myID\":\"ME\"}", -1},
      {"syncthing GET /rest/config/devices", NULL, "[]", -1},
      {"host mount | grep", NULL, NULL, -1},
      {"syncthing GET /rest/config/folders", NULL,
       "[{\"id\":\"x\",\"path\":\"/x\",\"type\":\"receiveonly\"},{\"id\":\"fluxdb_app\",\"path\":\"/flux/ZelApps/"
       "fluxdb_app\",\"type\":\"sendreceive\"}]",
       -1},
      {"db find", "app", DOCS(AT("198.51.100.7:16127", "1")), -1}},
     0},
    {"syncthing-health",
     "8.9.2",
     watch_health,
     DOCS(SPEC(PLAIN)),
     "[" LISTED("db_app", "running") "]",
     {{"host mount | grep", NULL, MOUNTED, -1},
      {"docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1},
      {"syncthing GET /rest/db/status", NULL, "{\"inSyncBytes\":9,\"globalBytes\":9}", -1},
      {"syncthing GET /rest/db/status", NULL, "{\"inSyncBytes\":8,\"globalBytes\":9}", 28}},
     0},
};

/* ---- playing ----------------------------------------------------------------------------------------------------- */

enum mishap { NONE, FAILS, ANSWERS_NULL };

static int mishap_at;    /* the call it befalls, from 0 */
static int lines_before; /* it */
static enum mishap mishap;

static void befall(struct script *script, const struct effect *effect)
{
    if (script->call_count - 1 == mishap_at && effect->id != EFFECT_CLOCK_DELAY) {
        const char *name = effect_info(effect->id)->name;

        lines_before = script->line_count;
        if (mishap == FAILS) {
            script_fail(script, name, NULL, 500, "it broke", 1);
        } else if (mishap == ANSWERS_NULL) {
            script_answer(script, name, NULL, "null", 1);
        }
    }
}

static void play(struct script *script, const struct workflow *workflow)
{
    script_begin(script, workflow->revision);
    script_answer(script, "db find", NULL, workflow->docs, -1);
    script_answer(script, "docker containers.list", NULL, workflow->containers, -1);
    for (int i = 0; i < ANSWERS_MAX && workflow->answers[i].effect != NULL; i++) {
        const struct answer *answer = &workflow->answers[i];

        if (answer->json == NULL) {
            script_fail(script, answer->effect, answer->object, 1, "no", answer->times);
        } else {
            script_answer(script, answer->effect, answer->object, answer->json, answer->times);
        }
    }
    script->before = befall;
    outcome = true;
    workflow->run(script);
    if (workflow->tasks_awaited != MAIN_ONLY) {
        script_run_spawned(script);
    }
}

/* What a cell holds, where its key does not say it all. */
static const char *content_of(struct script *script, enum cell_id cell, const void *content)
{
    const struct sync_state *sync = content;
    const struct folder_health *ill = content;

    switch (cell_content(cell)) {
    case CONTENT_TEXT:
        return arena_printf(&script->arena, "=%s", (const char *)content);
    case CONTENT_INSTANT:
        return arena_printf(&script->arena, "=+%lldms", (long long)(*(const int64_t *)content - 1774569600000));
    case CONTENT_SYNC_STATE:
        return arena_printf(&script->arena, "=%s%s%s%d", sync->restarted ? "restarted," : "",
                            sync->first_encounter_skipped ? "skipped," : "", sync->blocked ? "blocked," : "",
                            sync->executions);
    case CONTENT_FOLDER_HEALTH:
        return arena_printf(&script->arena, "=%s%s%s", ill->ill_since_ms == 0 ? "well" : "ill",
                            ill->stopped ? ",stopped" : "", ill->restarted ? ",restarted" : "");
    default:
        return "";
    }
}

/* What the process remembers that it did not at boot: flags, and what is in each cache. */
static const char *memory_of(struct script *script)
{
    const struct node_cells *cells = &script->node.cells;
    const char *text = outcome ? "" : " refused";

    for (int i = 0; i < FLAG_COUNT; i++) {
        if (cells->flags[i] != (i == FLAG_SFR)) {
            text = arena_printf(&script->arena, "%s %s", text, flag_name((enum flag_id)i));
        }
    }
    for (int i = 0; i < CELL_COUNT; i++) {
        if (i == CELL_DAEMON_REPLIES || i == CELL_RAW_TRANSACTIONS || i == CELL_REPOSITORY_LISTS) {
            continue; /* the calls that are not made again tell of them */
        }
        for (uint32_t j = 0; j < cells->caches[i].count; j++) {
            const struct cache_entry *entry = &cells->caches[i].entries[j];

            text = arena_printf(&script->arena, "%s %s:%s%s", text, cell_name((enum cell_id)i), entry->key,
                                content_of(script, (enum cell_id)i, entry->content));
        }
    }
    return text;
}

/* What follows when a call fails, or answers null; NULL: there is no such call, or it is one that never fails. `usual`:
 * what is left when nothing goes wrong. */
static char *what_follows(const struct workflow *workflow, int call, enum mishap what, const char *usual,
                          const char **name)
{
    struct script script;
    char *text = NULL;
    size_t size = 0;

    mishap_at = call;
    mishap = what;
    play(&script, workflow);
    *name = script.call_count > call ? script.calls[call] : NULL;
    if (*name != NULL && strcmp(*name, "clock delay") != 0) {
        FILE *out = open_memstream(&text, &size);
        const char *left = memory_of(&script);

        fprintf(out, "%d more", script.call_count - call - 1);
        if (strcmp(left, usual) != 0) {
            fprintf(out, ", left:%s", left);
        }
        for (int i = lines_before; i < script.line_count && i < lines_before + LINES_TOLD; i++) {
            fprintf(out, " | %s", script.lines[i]);
        }
        fclose(out);
    }
    script_end(&script);
    return text;
}

static void tell(FILE *out, const struct workflow *workflow)
{
    struct script usual;
    const char *name = "";

    mishap = NONE;
    play(&usual, workflow);
    const char *left = memory_of(&usual);

    fprintf(out, "%sleft:%s, %d tasks\n", transcript(&usual), left, usual.spawned_count);
    for (int i = 0; name != NULL; i++) {
        char *failed = what_follows(workflow, i, FAILS, left, &name);
        char *null = name == NULL ? NULL : what_follows(workflow, i, ANSWERS_NULL, left, &name);

        if (failed != NULL && null != NULL) {
            bool same = strcmp(failed, null) == 0;

            fprintf(out, "%d %s fails%s: %s\n", i + 1, name, same ? " or answers null" : "", failed);
            if (!same) {
                fprintf(out, "%d answers null: %s\n", i + 1, null);
            }
        }
        free(failed);
        free(null);
    }
    script_end(&usual);
}

static const char *path_of(const struct workflow *workflow)
{
    static char path[256];

    snprintf(path, sizeof path, "core/tests/workflows/%s.txt", workflow->name);
    return path;
}

static void renew(void)
{
    for (size_t i = 0; i < sizeof workflows / sizeof workflows[0]; i++) {
        FILE *file = fopen(path_of(&workflows[i]), "w");

        if (file == NULL) {
            perror(path_of(&workflows[i]));
            exit(1);
        }
        tell(file, &workflows[i]);
        fclose(file);
    }
}

static void expect_text(const struct workflow *workflow, const char *got)
{
    FILE *file = fopen(path_of(workflow), "r");
    char *expected = NULL;
    size_t room = 0;

    if (file == NULL) {
        fail_msg("%s is missing: workflows_test --renew", path_of(workflow));
    }
    for (int line = 1;; line++) {
        ssize_t length = getline(&expected, &room, file);
        size_t given = strcspn(got, "\n");

        if (length < 0 && *got == '\0') {
            break;
        }
        if (length < 0 || (size_t)length != given + 1 || strncmp(expected, got, given) != 0) {
            fail_msg("%s:%d: expected\n%sgot\n%.*s", path_of(workflow), line, length < 0 ? "no more\n" : expected,
                     (int)given, got);
        }
        got += given + 1;
    }
    free(expected);
    fclose(file);
}

static void test_each_goes_as_it_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof workflows / sizeof workflows[0]; i++) {
        char *text = NULL;
        size_t size = 0;
        FILE *memory = open_memstream(&text, &size);

        tell(memory, &workflows[i]);
        fclose(memory);
        expect_text(&workflows[i], text);
        free(text);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_goes_as_it_is_written),
    };

    if (argc == 2 && strcmp(argv[1], "--renew") == 0) {
        renew();
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
