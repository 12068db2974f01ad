/* Each call of a workflow fails, alone: whether the workflow comes to its end all the same is the specification's word,
 * and whatever happens, no flag stays set.
 *
 * A workflow names the calls that it outlives (swallowed, tolerated or made again, by the step in the comment); every
 * other call ends it.
 */
#include "core/app_control.h"
#include "core/app_uninstaller.h"
#include "core/backup.h"
#include "core/message_store.h"
#include "core/peer_notification.h"
#include "core/redeploy.h"
#include "core/spawner.h"
#include "core/syncthing_loop.h"
#include "core/syncthing_service.h"
#include "core/tests/script_door.h"
#include "core/upkeep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FORMAL                                                                                                         \
    "\"description\":\"d\",\"owner\":\"o\",\"instances\":3,\"contacts\":[],\"geolocation\":[],\"expire\":88000,"       \
    "\"nodes\":[],\"staticip\":false,\"height\":2299000,\"enterprise\":\"\""
#define COMPONENT(data)                                                                                                \
    "{\"name\":\"web\",\"repotag\":\"a/b:1\",\"ports\":[31001],\"containerPorts\":[80],\"containerData\":\"" data      \
    "\",\"cpu\":0.1,\"ram\":100,\"hdd\":1}"
#define APP(hash, data)                                                                                                \
    "{\"version\":8,\"name\":\"app\",\"hash\":\"" hash "\"," FORMAL ",\"compose\":[" COMPONENT(data) "]}"
#define DOCS(...) "{\"docs\":[" __VA_ARGS__ "]}"
#define FOLDER "/flux/ZelApps/fluxweb_app"
#define LISTED(state) "[{\"Id\":\"1\",\"Names\":[\"/fluxweb_app\"],\"State\":\"" state "\"}]"

struct workflow {
    const char *name;
    void (*begin)(struct script *script);
    void (*run)(struct script *script);
    bool (*done)(const struct script *script);
    const char *const *outlives; /* names of calls, "#2" added for the second of that name only; NULL at the end */
    bool leaves_ins;             /* 1.1/5: when the tier is not to be had */
};

static bool outlives(const struct workflow *workflow, const struct script *script, int failed)
{
    const char *name = script->calls[failed - 1];
    int nth = 0;

    for (int i = 0; i < failed; i++) {
        nth += strcmp(script->calls[i], name) == 0;
    }
    for (const char *const *entry = workflow->outlives; *entry != NULL; entry++) {
        size_t length = strcspn(*entry, "#");

        if (strncmp(*entry, name, length) == 0 && name[length] == '\0' &&
            ((*entry)[length] == '\0' || strtol(*entry + length + 1, NULL, 10) == nth)) {
            return true;
        }
    }
    return false;
}

static void begin(const struct workflow *workflow, struct script *script)
{
    script_begin(script, "8.9.2");
    script_answer(script, "docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1);
    script_answer(script, "docker network.inspect", NULL, "{}", -1);
    script_answer(script, "host mount | grep", NULL, "{\"stdout\":\"/dev/loop0 on " FOLDER "\"}", -1);
    workflow->begin(script);
}

static void each_call_fails(const struct workflow *workflow)
{
    struct script script;
    const char *names[SCRIPT_CALLS_MAX];
    int bad = 0;

    begin(workflow, &script);
    workflow->run(&script);
    int calls = script.call_count;

    memcpy(names, script.calls, sizeof names);

    if (!workflow->done(&script)) {
        fail_msg("%s does not come to its end when nothing fails", workflow->name);
    }
    script_end(&script);
    for (int failed = 1; failed <= calls; failed++) {
        if (strcmp(names[failed - 1], "clock delay") == 0) {
            continue; /* cannot */
        }
        begin(workflow, &script);
        script.fails_at = failed;
        workflow->run(&script);
        if (workflow->done(&script) != outlives(workflow, &script, failed)) {
            print_error("%s: call %d, %s (%s), fails: %s its end\n", workflow->name, failed, script.calls[failed - 1],
                        script.objects[failed - 1] == NULL ? "" : script.objects[failed - 1],
                        workflow->done(&script) ? "it comes to" : "it does not come to");
            bad++;
        }
        for (int flag = 0; flag < FLAG_COUNT; flag++) {
            bool stays = workflow->leaves_ins && flag == FLAG_INS && strncmp(names[failed - 1], "daemon ", 7) == 0;

            if (flag != FLAG_SFR) {
                assert_int_equal(script.node.cells.flags[flag], stays);
            }
        }
        assert_int_equal(script.node.cells.caches[CELL_BACKUP_IN_PROGRESS].count, 0);
        assert_int_equal(script.node.cells.caches[CELL_RESTORE_IN_PROGRESS].count, 0);
        script_end(&script);
    }
    assert_int_equal(bad, 0);
}

/* A component's start went through, and its monitoring with it. */
static bool monitored(const struct script *script)
{
    return script->node.cells.caches[CELL_MONITORED].count == 1;
}

static bool called(const struct script *script, const char *effect)
{
    return script_calls_of(script, effect, NULL) > 0;
}

/* ---- 7: the syncthing loop --------------------------------------------------------------------------------------- */

#define MINE "{\"ip\":\"198.51.100.7:16127\",\"broadcastedAt\":\"2026-03-27T00:00:00.000Z\"}"
#define PEER "{\"ip\":\"203.0.113.1:16127\",\"broadcastedAt\":\"2026-03-28T00:00:00.000Z\"}"
#define OLD "{\"id\":\"old\",\"path\":\"/old\",\"type\":\"receiveonly\"}"

static void begin_sync(struct script *script, const char *docs, const char *folders)
{
    script_answer(script, "db find", NULL, docs, -1);
    script_answer(script, "db find", "app", DOCS(MINE "," PEER), -1);
    script_answer(script, "host access", NULL, "true", -1);
    script_answer(script, "syncthing GET /rest/system/status", NULL, "{\"myID\":\"ME\"}", -1);
    script_answer(script, "syncthing GET /rest/config/folders", NULL, folders, -1);
    script_answer(script, "syncthing GET /rest/config/restart-required", NULL, "{\"requiresRestart\":true}", -1);
    script_answer(script, "peers deviceid", NULL, "{\"data\":\"PEER\"}", -1);
    script_answer(script, "bench getbenchmarks", NULL, "{\"ipaddress\":\"198.51.100.7:16127\"}", -1);
    script_answer(script, "docker containers.list", NULL, LISTED("running"), -1);
    script->node.cells.flags[FLAG_SFR] = false;
}

static void begin_leader(struct script *script)
{
    begin_sync(script, DOCS(APP("h", "r:/d")),
               "[{\"id\":\"fluxweb_app\",\"path\":\"" FOLDER "\",\"type\":\"receiveonly\"}," OLD "]");
    set_sync_state(&script->task, "fluxweb_app", (struct sync_state){.executions = 1});
}

static void begin_new(struct script *script)
{
    begin_sync(script, DOCS(APP("h", "g:/d")), "[" OLD "]");
}

static void run_sync(struct script *script)
{
    syncthing_apps(&script->task);
}

/* Came to the last step without a throw. */
static bool sync_done(const struct script *script)
{
    return called(script, "syncthing POST /rest/system/restart") && !script_logged(script, "error: Error");
}

static void test_7_1_each_call_of_a_run_fails(void **state)
{
    static const char *const tolerated[] = {"peers deviceid",    /* 7.2: a peer that is not met is left out */
                                            "host mount | grep", /* 7.1/5: it has files; 7.5: not watched */
                                            "syncthing GET /rest/db/status", /* 7.5: ill, since now */
                                            NULL};

    (void)state;
    each_call_fails(&(struct workflow){"a leader's run", begin_leader, run_sync, sync_done, tolerated, false});
    each_call_fails(&(struct workflow){"a new app's run", begin_new, run_sync, sync_done, tolerated, false});
}

/* ---- 6: removals ------------------------------------------------------------------------------------------------- */

static void begin_removal(struct script *script)
{
    script_answer(script, "db find", "app", DOCS(APP("h", "g:/d")), -1);
    script_answer(script, "docker containers.list", NULL, LISTED("running"), -1);
    script_answer(script, "docker network.inspect", NULL, "{\"Containers\":{\"2\":{}}}", -1);
    script_answer(script, "host ufw status", NULL, "{\"stdout\":\"Status: active\"}", -1);
    script_answer(script, "syncthing GET /rest/config/folders", NULL,
                  "[{\"id\":\"fluxweb_app\",\"path\":\"" FOLDER "\"}]", -1);
    script_answer(script, "syncthing GET /rest/config/restart-required", NULL, "{\"requiresRestart\":true}", -1);
    script_answer(script, "host crontab -l", NULL,
                  "{\"code\":0,\"stdout\":\"@reboot while [ ! -f /v ]; do x #fluxweb_app\"}", -1);
}

static void run_removal(struct script *script)
{
    remove_app_locally(&script->task, "app", false, true, "t");
}

static void run_forced_removal(struct script *script)
{
    remove_app_locally(&script->task, "app", true, true, "t");
}

static bool removal_done(const struct script *script)
{
    return script->noted[NOTE_REMOVAL_DONE];
}

static void test_6_1_each_call_of_a_removal_fails(void **state)
{
    /* What is left to end it: its own look-up (6.1/4), the ports (6.2/5), the record (6.1/11). */
    static const char *const swallowed[] = {"docker containers.list", /* 6.2/2, 4 */
                                            "docker container.inspect",
                                            "docker container.stop",
                                            "docker container.kill",
                                            "docker container.remove",
                                            "syncthing GET /rest/config/folders", /* 6.2/3 */
                                            "syncthing DELETE /rest/config/folders/ID",
                                            "syncthing GET /rest/config/restart-required",
                                            "syncthing POST /rest/system/restart",
                                            "host ufw status", /* 6.2/5: counts as inactive */
                                            "host umount",     /* 6.2/6 to 10 */
                                            "host rm",
                                            "host crontab -l",
                                            "docker image.remove",
                                            "bench getbenchmarks",    /* 6.1/9: no address, no message */
                                            "peers send",             /* 4.7: closes the peer */
                                            "docker network.inspect", /* 6.1/10 */
                                            "docker network.disconnect",
                                            "docker network.remove",
                                            NULL};
    struct workflow workflow = {"a removal", begin_removal, run_removal, removal_done, swallowed, false};

    (void)state;
    each_call_fails(&workflow);
    workflow.name = "a forced removal";
    workflow.run = run_forced_removal;
    each_call_fails(&workflow);
}

/* ---- 4.6, 4.7: messages ------------------------------------------------------------------------------------------ */

static bool stored_well;

static void begin_store(struct script *script)
{
    stored_well = false;
    script_answer(script, "db aggregate", NULL, DOCS("{\"n\":5}"), -1);
}

static void run_store_error(struct script *script)
{
    static const char message[] = "{\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\",\"broadcastedAt\":1774569600000}";

    stored_well = store_app_installing_error_message(&script->task,
                                                     value_parse(&script->arena, message, strlen(message))) == NULL;
}

static void begin_store_empty(struct script *script)
{
    stored_well = false;
    script_answer(script, "db find", NULL, DOCS("{\"name\":\"a\"}"), -1);
}

static void run_store_empty(struct script *script)
{
    static const char message[] =
        "{\"type\":\"fluxapprunning\",\"version\":2,\"apps\":[],\"ip\":\"i\",\"broadcastedAt\":1774569600000}";
    bool stored = false;

    stored_well = store_app_running_message(&script->task, value_parse(&script->arena, message, strlen(message)),
                                            &stored) == NULL;
}

static void run_store_running(struct script *script)
{
    static const char message[] =
        "{\"type\":\"fluxapprunning\",\"version\":1,\"name\":\"a\",\"hash\":\"h\",\"ip\":\"i\","
        "\"broadcastedAt\":1774569600000}";
    bool stored = false;

    stored_well = store_app_running_message(&script->task, value_parse(&script->arena, message, strlen(message)),
                                            &stored) == NULL;
}

static bool store_done(const struct script *script)
{
    (void)script;
    return stored_well;
}

static void test_4_7_each_call_of_storing_fails(void **state)
{
    static const char *const none[] = {NULL};

    (void)state;
    each_call_fails(&(struct workflow){"an installing error", begin_store, run_store_error, store_done, none, false});
    each_call_fails(
        &(struct workflow){"an empty message", begin_store_empty, run_store_empty, store_done, none, false});
    each_call_fails(&(struct workflow){"a running message", begin_store, run_store_running, store_done, none, false});
}

/* ---- 8: the spawner ---------------------------------------------------------------------------------------------- */

static void begin_spawn(struct script *script)
{
    script_answer(script, "db find", NULL, DOCS(), -1);
    script_answer(script, "db find", NULL, DOCS(APP("h", "/d")), 1); /* published */
    script_answer(script, "docker containers.list", NULL, LISTED("created"), -1);
    script_answer(script, "docker containers.list", NULL, "[]", 1);
}

/* What is known of the app, by which question: where it runs, what it is, and that it was stored. */
static void answer_spawn(struct script *script, const struct effect *effect)
{
    static const char *const answers[] = {
        DOCS(),                                                              /* too few */
        DOCS(),                                                              /* still too few */
        DOCS(APP("h", "/d")),                                                /* its specification */
        DOCS(),                                                              /* 1.1/9 */
        DOCS(),                                                              /* 1.6/2 */
        DOCS("{\"name\":\"app\"}"),                                          /* 1.7/1 */
        DOCS(),                                                              /* 4.6 */
        DOCS("{\"ip\":\"1\"},{\"ip\":\"2\"},{\"ip\":\"3\"},{\"ip\":\"4\"}"), /* one too many */
    };
    int nth = script_calls_of(script, "db find", "app");

    if (effect->id == EFFECT_DB_FIND && effect->object != NULL && strcmp(effect->object, "app") == 0 &&
        (size_t)nth <= sizeof answers / sizeof answers[0]) {
        script_answer(script, "db find", "app", answers[nth - 1], 1);
    }
}

static void run_spawn(struct script *script)
{
    script->before = answer_spawn;
    try_spawning_global_application(&script->task);
}

static bool spawn_done(const struct script *script)
{
    return script_logged(script, "REMOVAL REASON: Surplus instance - app");
}

static void test_8_each_call_of_the_spawner_fails(void **state)
{
    static const char *const tolerated[] = {"peers send",               /* 4.7: closes the peer */
                                            "docker network.inspect",   /* 1.5/2: absent; 2.7/4 */
                                            "docker containers.list#3", /* 2.7/4 */
                                            "host iptables",            /* 1.5/5: reported only */
                                            "host ufw status",
                                            "net GET vettedrepositories.json",
                                            "host access",
                                            "docker container.inspect", /* 2.8: after the start */
                                            NULL};

    (void)state;
    each_call_fails(&(struct workflow){"a round of the spawner", begin_spawn, run_spawn, spawn_done, tolerated, true});
}

/* ---- 5.6: backup and restore ------------------------------------------------------------------------------------- */

static void begin_backup(struct script *script)
{
    script_answer(script, "db find", NULL, DOCS(APP("h", "r:/d")), -1);
    script_answer(script, "docker containers.list", NULL, LISTED("running"), -1);
    script_answer(script, "host access", NULL, "true", -1);
    script_answer(script, "docker container.inspect", NULL, "{\"State\":{\"Running\":true}}", -1);
    script_answer(script, "net GET backup", NULL, "null", -1);
}

static void run_backup(struct script *script)
{
    backup_app(&script->task, "app");
}

static void run_restore(struct script *script)
{
    restore_app(&script->task, "app");
}

static bool started(const struct script *script)
{
    return called(script, "docker container.start");
}

static void test_5_6_each_call_of_backup_and_restore_fails(void **state)
{
    static const char *const tolerated[] = {"db find#2",                /* 5.5: a stop that fails is logged */
                                            "docker containers.list#1", /* likewise */
                                            "docker container.inspect#1",
                                            "docker container.stop",
                                            "docker container.start", /* called, and what follows is all there is */
                                            "docker container.inspect#2",
                                            "host access", /* 5.4: absent, so it is made */
                                            NULL};

    (void)state;
    each_call_fails(&(struct workflow){"a backup", begin_backup, run_backup, started, tolerated, false});
    each_call_fails(&(struct workflow){"a restore", begin_backup, run_restore, started, tolerated, false});
}

/* ---- 8: redeploys and the owner's requests ------------------------------------------------------------------------
 */

static void begin_redeploy(struct script *script)
{
    script_answer(script, "docker containers.list", NULL,
                  "[{\"Id\":\"1\",\"Names\":[\"/fluxnull\"]},{\"Id\":\"2\",\"Names\":[\"/fluxweb_app\"]}]", -1);
    script_answer(script, "host ufw status", NULL, "{\"stdout\":\"Status: active\"}", -1);
    script_answer(script, "host ufw allow", NULL, "{\"stdout\":\"Rule added\"}", -1);
    script_answer(script, "host access", NULL, "true", -1);
}

static void run_soft_component(struct script *script)
{
    soft_redeploy_component(&script->task, script_spec(script, APP("h", "/d")), "web");
}

static void begin_update(struct script *script)
{
    begin_redeploy(script);
    script_answer(script, "db find", NULL, DOCS(APP("h", "r:/d")), -1);
    script_answer(script, "db find", "app", DOCS(), -1);
    script_answer(script, "db find", "app", DOCS(APP("h", "r:/d")), 1);
    script_answer(script, "docker images.list", NULL, "[{\"RepoTags\":[\"a/b:1\"],\"RepoDigests\":[\"a/b@sha256:1\"]}]",
                  -1);
    script_answer(script, "net HEAD /v2/IMAGE/manifests/REF", NULL, "{\"digest\":\"sha256:2\"}", -1);
}

static void run_update(struct script *script)
{
    update_images(&script->task);
}

static void test_8_each_call_of_a_soft_redeploy_fails(void **state)
{
    static const char *const tolerated[] = {"docker containers.list#1", /* 6.3: stop and image are swallowed */
                                            "docker container.inspect", /* and the one after the start (2.8) */
                                            "docker container.stop",
                                            "docker image.remove",
                                            "host ufw status",                 /* 2.4, 6.2/5 */
                                            "host iptables",                   /* 1.5/5 */
                                            "net GET vettedrepositories.json", /* 2.5/2 */
                                            "docker network.inspect",          /* 2.7/4 */
                                            "docker containers.list#3",
                                            "host access", /* 2.7/9: absent, so it is made */
                                            NULL};

    (void)state;
    each_call_fails(&(struct workflow){"a component's soft redeploy", begin_redeploy, run_soft_component, monitored,
                                       tolerated, true});
    each_call_fails(&(struct workflow){"an image update", begin_update, run_update, monitored, tolerated, true});
}

static void begin_owner(struct script *script)
{
    script_answer(script, "db find", NULL, DOCS(APP("h", "g:/d")), -1);
    script_answer(script, "docker containers.list", NULL, LISTED("running"), -1);
}

static void run_owner(struct script *script)
{
    owner_app_start(&script->task, "app");
}

static void test_8_each_call_of_the_owners_start_fails(void **state)
{
    (void)state;
    each_call_fails(&(struct workflow){"the owner's start", begin_owner, run_owner, monitored,
                                       (const char *const[]){"docker container.inspect", NULL}, false});
}

/* ---- 4.2, 4.3: the check ----------------------------------------------------------------------------------------- */

static void begin_check(struct script *script)
{
    script_answer(script, "db find", NULL, DOCS(APP("h", "/d")), -1);
    script_answer(script, "docker containers.list", NULL, LISTED("exited"), -1);
    script_answer(script, "docker containers.list", NULL, "[]", 1);
    cell_add(&script->task, CELL_STOPPED_APPS, "web_app");
}

static void run_check(struct script *script)
{
    check_and_notify_peers_of_running_apps(&script->task, sample_flags(&script->task));
}

static void test_4_2_each_call_of_a_check_fails(void **state)
{
    (void)state;
    each_call_fails(&(struct workflow){"a check", begin_check, run_check, monitored,
                                       (const char *const[]){"peers send", "docker container.inspect", NULL}, false});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_7_1_each_call_of_a_run_fails),
        cmocka_unit_test(test_6_1_each_call_of_a_removal_fails),
        cmocka_unit_test(test_4_7_each_call_of_storing_fails),
        cmocka_unit_test(test_8_each_call_of_the_spawner_fails),
        cmocka_unit_test(test_5_6_each_call_of_backup_and_restore_fails),
        cmocka_unit_test(test_8_each_call_of_a_soft_redeploy_fails),
        cmocka_unit_test(test_8_each_call_of_the_owners_start_fails),
        cmocka_unit_test(test_4_2_each_call_of_a_check_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
