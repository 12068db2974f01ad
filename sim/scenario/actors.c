/* Who acts: FluxOS's own workflows as tasks of the process, and the doings of the world around it. */
#include "sim/scenario/runner.h"

#include "core/app_installer.h"
#include "core/app_uninstaller.h"
#include "core/master_slave.h"
#include "core/peer_notification.h"

#include <string.h>

enum {
    LOOP_WAIT_MS = 30 * 1000,                         /* of masterSlaveApps: lifecycle.md 5.1 step 9 */
    BOOT_CHECK_MS = 60 * 1000,                        /* first check after a start: 4.1 */
    BOOT_MASTER_SLAVE_MS = 3 * 60 * 1000 + 30 * 1000, /* first cycle after a start: 5.1 */
};

struct actor_call {
    struct runner *runner;
    uint32_t index;
};

static const struct scenario_actor *actor_at(const struct runner *runner, uint32_t index)
{
    return &runner->scenario->actors[index];
}

static void act(void *context, uint32_t index);

static void arm(struct runner *runner, uint32_t index, int64_t at_ms)
{
    runner->actors[index].next_ms = at_ms;
    kernel_at(&runner->kernel, at_ms, act, runner, index);
}

void actors_arm(struct runner *runner)
{
    const struct scenario *scenario = runner->scenario;

    runner->actors = arena_alloc(&runner->kernel.arena, (scenario->actor_count + 1) * sizeof *runner->actors);
    for (uint32_t i = 0; i < scenario->actor_count; i++) {
        int64_t at_ms = scenario->actors[i].at_ms;

        arm(runner, i, runner->start_ms + (at_ms < 0 ? 0 : at_ms));
    }
}

/* ---- FluxOS's own
 * ---------------------------------------------------------------------------------------------------- */

/* The specification as the spawner has it: from the network's record, with compose and contacts in clear. */
static const struct value *specification(struct runner *runner, struct task *task, const struct scenario_app *app)
{
    const struct value *published =
        document_store_find(&runner->kernel.world.store, "globalzelapps", "zelappsinformation", "name", app->name);
    const struct value *blob = value_get(published, "enterprise");

    return app->enterprise && blob != NULL ? value_with(task->arena, app->spec, "enterprise", blob) : app->spec;
}

static void install(struct runner *runner, struct task *task, const struct scenario_actor *actor)
{
    const struct scenario_app *app = scenario_app(runner->scenario, actor->subject);
    struct app_spec *spec = app_spec_from(task->arena, specification(runner, task, app));
    struct response response = {.http = actor->http};
    bool installed = register_app_locally(task, spec, NULL, &response, actor->test, false);

    log_info(task, "registerAppLocally(%s) returned %s", actor->subject, installed ? "true" : "false");
}

static void soft_remove(struct task *task, const char *app)
{
    const struct error *error = soft_remove_app_locally(task, app);

    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error));
    }
}

/* ---- the world's
 * ------------------------------------------------------------------------------------------------------ */

static void unmount(struct runner *runner, const char *container)
{
    const char *folder = arena_printf(&runner->kernel.arena, "%s%s", runner->config.apps_folder, container);

    host_unmount(&runner->kernel.world.host, folder);
}

/* Another node's running message, stored here as a receiver stores it (lifecycle.md 4.6). */
static void announce(struct runner *runner, const struct scenario_actor *actor)
{
    enum { VALIDITY_MS = 125 * 60 * 1000 };
    struct world *world = &runner->kernel.world;
    struct arena *arena = world->memory;
    const struct scenario_app *app = scenario_app(runner->scenario, actor->subject);
    const struct value *name = value_string(arena, actor->subject);
    const struct value *ip = value_string(arena, actor->peer);
    const struct value *known = NULL;

    for (uint32_t i = 0; (known = document_store_at(&world->store, "globalzelapps", "zelappslocation", i)) != NULL;
         i++) {
        if (value_equal(value_get(known, "name"), name) && value_equal(value_get(known, "ip"), ip)) {
            break;
        }
    }
    const struct value *since = value_get(known, "runningSince");

    document_store_upsert(&world->store, "globalzelapps", "zelappslocation", OBJECT(arena, {"name", name}, {"ip", ip}),
                          OBJECT(arena, {"name", name}, {"hash", value_get(app->spec, "hash")}, {"ip", ip},
                                 {"broadcastedAt", value_date(arena, world->now_ms)},
                                 {"expireAt", value_date(arena, world->now_ms + VALIDITY_MS)},
                                 {"osUptime", value_number(arena, 100000)}, {"staticIp", value_bool(false)},
                                 {"runningSince", since != NULL ? since : value_date(arena, world->now_ms)}));
}

static void restart_process(void *context, uint32_t tag)
{
    struct runner *runner = context;
    int64_t now_at_ms = runner->kernel.world.now_ms;

    (void)tag;
    if (runner->kernel.node_up) {
        return;
    }
    runner->config.os_uptime_s_at_start += (double)(now_at_ms - runner->config.started_ms) / 1000;
    runner->config.started_ms = now_at_ms;
    kernel_boot(&runner->kernel, &runner->config);
    recorder_line(&runner->recorder, RUN_CRASH, "the FluxOS process has started again");
    for (uint32_t i = 0; i < runner->scenario->actor_count; i++) {
        enum actor_kind kind = actor_at(runner, i)->kind;

        if (kind == ACTOR_CHECK) {
            arm(runner, i, now_at_ms + BOOT_CHECK_MS);
        } else if (kind == ACTOR_MASTER_SLAVE) {
            arm(runner, i, now_at_ms + BOOT_MASTER_SLAVE_MS);
        }
    }
}

static void crash(struct runner *runner, const struct scenario_actor *actor, const char *text)
{
    if (!runner->kernel.node_up) {
        return;
    }
    runner->record->counts[RUN_COUNT_CRASHES]++;
    recorder_line(&runner->recorder, RUN_CRASH, text);
    kernel_crash(&runner->kernel);
    for (uint32_t i = 0; i < runner->scenario->actor_count; i++) {
        enum actor_kind kind = actor_at(runner, i)->kind;

        if (kind == ACTOR_CHECK || kind == ACTOR_MASTER_SLAVE) {
            runner->actors[i].next_ms = -1; /* its timer was the process's: the boot sequence sets a new one */
        }
    }
    if (actor->restart_ms >= 0) {
        kernel_at(&runner->kernel, runner->kernel.world.now_ms + actor->restart_ms, restart_process, runner, 0);
    }
}

static void reboot(struct runner *runner, const struct scenario_actor *actor)
{
    struct world *world = &runner->kernel.world;

    crash(runner, actor, "the host reboots: the FluxOS process dies with it");
    host_reboot(&world->host);
    docker_engine_restart(&world->docker);
}

/* ---- acting
 * ------------------------------------------------------------------------------------------------------------- */

static void run_actor(struct task *task, const void *argument)
{
    const struct actor_call *call = argument;
    struct runner *runner = call->runner;
    const struct scenario_actor *actor = actor_at(runner, call->index);
    struct world *world = &runner->kernel.world;
    struct node *node = &runner->kernel.node;
    bool done = true;

    world->change_count = 0;
    switch (actor->kind) {
    case ACTOR_INSTALL:
        install(runner, task, actor);
        return;
    case ACTOR_CHECK:
        check_and_notify_peers_of_running_apps(task, sample_flags(task));
        return;
    case ACTOR_MASTER_SLAVE:
        master_slave_apps(task);
        return;
    case ACTOR_REMOVE:
        remove_app_locally(task, actor->subject, actor->force, true, "the owner's request");
        return;
    case ACTOR_SOFT_REMOVE:
        soft_remove(task, actor->subject);
        return;
    case ACTOR_START_CONTAINER:
        done = docker_engine_start_container(&world->docker, actor->subject);
        break;
    case ACTOR_STOP_CONTAINER:
        done = docker_engine_stop_container(&world->docker, actor->subject);
        break;
    case ACTOR_REMOVE_CONTAINER:
        done = docker_engine_remove_container(&world->docker, actor->subject);
        break;
    case ACTOR_REMOVE_NETWORK:
        done = docker_engine_remove_network(&world->docker, actor->subject);
        break;
    case ACTOR_UNMOUNT:
        unmount(runner, actor->subject);
        break;
    case ACTOR_SET_PRIMARY:
        fdm_set(&world->fdm, actor->subject, actor->fdm_state, actor->primary);
        break;
    case ACTOR_ANNOUNCE:
        announce(runner, actor);
        break;
    case ACTOR_BACKUP_BEGIN:
        cache_set(&node->backup_in_progress, actor->subject, node, world->now_ms);
        break;
    case ACTOR_BACKUP_END:
        cache_delete(&node->backup_in_progress, actor->subject);
        break;
    case ACTOR_RESTORE_BEGIN:
        cache_set(&node->restore_in_progress, actor->subject, node, world->now_ms);
        break;
    case ACTOR_RESTORE_END:
        cache_delete(&node->restore_in_progress, actor->subject);
        break;
    case ACTOR_CRASH:
        crash(runner, actor, "the FluxOS process dies");
        break;
    case ACTOR_ENGINE_RESTART:
        docker_engine_restart(&world->docker);
        break;
    case ACTOR_HOST_REBOOT:
        reboot(runner, actor);
        break;
    case ACTOR_COUNT:
        break;
    }
    recorder_changes(&runner->recorder, RUN_NONE, ((struct kernel_task *)task->host)->number);
    if (!done) {
        expectation_unmet(runner, "%s found nothing to act on", actor->task);
    }
}

static void act(void *context, uint32_t index)
{
    struct runner *runner = context;
    const struct scenario_actor *actor = actor_at(runner, index);
    struct actor_call call = {runner, index};
    int64_t now_at_ms = runner->kernel.world.now_ms;

    if (runner->actors[index].next_ms != now_at_ms) {
        return; /* a timer from before a crash */
    }
    runner->actors[index].next_ms = -1;
    if (actor->every_ms > 0) {
        arm(runner, index, now_at_ms + actor->every_ms);
    }
    if (actor_info(actor->kind)->of_node && !runner->kernel.node_up) {
        recorder_line(&runner->recorder, RUN_STEP,
                      arena_printf(&runner->kernel.arena, "%s does not start: the process is down", actor->task));
        return;
    }
    kernel_start(&runner->kernel, (struct kernel_start){.name = actor->task,
                                                        .origin = index,
                                                        .of_node = actor_info(actor->kind)->of_node,
                                                        .run = run_actor,
                                                        .argument = &call,
                                                        .size = sizeof call});
}

bool actor_is_idle(const struct runner *runner, const struct kernel_task *task)
{
    return actor_at(runner, task->origin)->kind == ACTOR_MASTER_SLAVE && task->state == TASK_ASLEEP &&
           task->effect->amount >= LOOP_WAIT_MS;
}

int64_t actor_next_ms(const struct runner *runner, const char *task)
{
    int64_t next_ms = INT64_MAX;

    for (uint32_t i = 0; i < runner->scenario->actor_count; i++) {
        int64_t own_ms = runner->actors[i].next_ms;

        if (own_ms >= 0 && own_ms < next_ms && strcmp(actor_at(runner, i)->task, task) == 0) {
            next_ms = own_ms;
        }
    }
    return next_ms;
}

bool actors_pending(const struct runner *runner)
{
    for (uint32_t i = 0; i < runner->scenario->actor_count; i++) {
        const struct scenario_actor *actor = actor_at(runner, i);
        int64_t first_ms = runner->start_ms + (actor->at_ms < 0 ? 0 : actor->at_ms);

        if (runner->actors[i].next_ms >= 0 && (actor->every_ms == 0 || runner->actors[i].next_ms == first_ms)) {
            return true;
        }
    }
    return false;
}
