/* Who acts: FluxOS's own workflows as tasks of the process, and the doings of the world around it. */
#include "sim/scenario/runner.h"

#include "core/app_control.h"
#include "core/app_installer.h"
#include "core/app_uninstaller.h"
#include "core/master_slave.h"
#include "core/backup.h"
#include "core/peer_notification.h"
#include "core/redeploy.h"
#include "core/spawner.h"
#include "core/syncthing_loop.h"
#include "core/upkeep.h"

#include <assert.h>
#include <string.h>

enum {
    JUMP_MS = 60 * 60 * 1000,
    RESTART_MS = 15 * 1000,   /* of a process that a search lets crash: as the actor's default */
    LOOP_WAIT_MS = 30 * 1000, /* of masterSlaveApps: lifecycle.md 5.1 step 9 */
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
    runner->actors[index].held = false;
    runner->actors[index].next_ms = at_ms;
    kernel_at(&runner->kernel, at_ms, act, runner, index);
}

void actors_arm(struct runner *runner)
{
    const struct scenario *scenario = runner->scenario;

    runner->actors = arena_alloc(&runner->kernel.arena, (scenario->actor_count + 1) * sizeof *runner->actors);
    for (uint32_t i = 0; i < scenario->actor_count; i++) {
        int64_t at_ms = scenario->actors[i].at_ms;

        if (at_ms < 0 && runner->options.hold_any) {
            runner->actors[i] = (struct actor_state){.next_ms = -1, .held = true};
        } else {
            arm(runner, i, runner->start_ms + (at_ms < 0 ? 0 : at_ms));
            runner->actors[i].due = true;
        }
    }
}

void actor_release(struct runner *runner, uint32_t index)
{
    assert(runner->actors[index].held);
    runner->actors[index] = (struct actor_state){.next_ms = runner->kernel.world.now_ms};
    act(runner, index);
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
    runner->restarting = false;
    if (runner->kernel.node_up) {
        return;
    }
    runner->config.os_uptime_s_at_start += (double)(now_at_ms - runner->config.started_ms) / 1000;
    runner->config.started_ms = now_at_ms;
    kernel_boot(&runner->kernel, &runner->config);
    recorder_line(&runner->recorder, RUN_CRASH, "the FluxOS process has started again");
    for (uint32_t i = 0; i < runner->scenario->actor_count; i++) {
        int64_t boot_ms = actor_info(actor_at(runner, i)->kind)->boot_ms;

        if (boot_ms >= 0 && !runner->actors[i].held) {
            arm(runner, i, now_at_ms + boot_ms);
            runner->actors[i].due = true;
        }
    }
}

/* restart_ms after which it starts again; −1: never */
static void crash(struct runner *runner, int64_t restart_ms, const char *text)
{
    if (!runner->kernel.node_up) {
        return;
    }
    runner->record->counts[RUN_COUNT_CRASHES]++;
    recorder_line(&runner->recorder, RUN_CRASH, text);
    kernel_crash(&runner->kernel);
    for (uint32_t i = 0; i < runner->scenario->actor_count; i++) {
        if (actor_info(actor_at(runner, i)->kind)->boot_ms >= 0) {
            runner->actors[i].next_ms = -1; /* its timer was the process's: the boot sequence sets a new one */
            runner->actors[i].due = false;
        }
    }
    if (restart_ms >= 0) {
        runner->restarting = true;
        kernel_at(&runner->kernel, runner->kernel.world.now_ms + restart_ms, restart_process, runner, 0);
    }
}

static void reboot(struct runner *runner, int64_t restart_ms)
{
    struct world *world = &runner->kernel.world;

    crash(runner, restart_ms, "the host reboots: the FluxOS process dies with it");
    host_reboot(&world->host);
    docker_engine_restart(&world->docker);
}

/* What the scenario has planned comes as much later as everything else. */
static void set_clock_forward(struct runner *runner)
{
    kernel_jump(&runner->kernel, JUMP_MS);
    runner->start_ms += JUMP_MS;
    if (runner->end_ms != INT64_MAX) {
        runner->end_ms += JUMP_MS;
    }
    for (uint32_t i = 0; i < runner->scenario->actor_count; i++) {
        if (runner->actors[i].next_ms >= 0) {
            runner->actors[i].next_ms += JUMP_MS;
        }
    }
}

void actors_strike(struct runner *runner, enum strike_kind kind)
{
    runner->kernel.world.change_count = 0;
    switch (kind) {
    case STRIKE_CRASH:
        crash(runner, RESTART_MS, "the FluxOS process dies");
        break;
    case STRIKE_ENGINE_RESTART:
        recorder_line(&runner->recorder, RUN_STEP, "the Docker Engine restarts");
        docker_engine_restart(&runner->kernel.world.docker);
        break;
    case STRIKE_HOST_REBOOT:
        reboot(runner, RESTART_MS);
        break;
    case STRIKE_CLOCK_JUMP:
        recorder_line(&runner->recorder, RUN_STEP, "the host's clock is set forward by an hour");
        set_clock_forward(runner);
        break;
    case STRIKE_NONE:
    case STRIKE_COUNT:
        assert(false && "nothing to strike with");
    }
    recorder_changes(&runner->recorder, RUN_NONE, RUN_NONE);
}

/* ---- the acts (actors.def) ------------------------------------------------------------------------------------------
 */

/* An actor at work. */
struct acting {
    struct runner *runner;
    const struct scenario_actor *actor;
    struct task *task;
    struct world *world;
};

/* Each returns false when it found nothing to act on. */
static bool act_boot(const struct acting *acting)
{
    (void)acting; /* the loader has set the actors of the start beside it */
    return true;
}

static bool act_install(const struct acting *acting)
{
    install(acting->runner, acting->task, acting->actor);
    return true;
}

static bool act_check(const struct acting *acting)
{
    check_and_notify_peers_of_running_apps(acting->task, sample_flags(acting->task));
    return true;
}

static bool act_remove(const struct acting *acting)
{
    remove_app_locally(acting->task, acting->actor->subject, acting->actor->force, true, "the owner's request");
    return true;
}

static bool act_soft_remove(const struct acting *acting)
{
    soft_remove(acting->task, acting->actor->subject);
    return true;
}

/* A redeploy of `web_app` is one of that component; *component NULL: of the whole app. */
static struct app_spec *specification_for(const struct acting *acting, const char **component)
{
    struct arena *arena = acting->task->arena;
    const char *subject = acting->actor->subject;
    const char *underscore = strchr(subject, '_');
    const struct scenario_app *app =
        scenario_app(acting->runner->scenario, underscore == NULL ? subject : underscore + 1);

    *component = underscore == NULL ? NULL : arena_string_n(arena, subject, (size_t)(underscore - subject));
    return app_spec_from(arena, specification(acting->runner, acting->task, app));
}

static bool act_soft_redeploy(const struct acting *acting)
{
    const char *component = NULL;
    struct app_spec *app = specification_for(acting, &component);

    if (component == NULL) {
        soft_redeploy(acting->task, app);
    } else {
        soft_redeploy_component(acting->task, app, component);
    }
    return true;
}

static bool act_hard_redeploy(const struct acting *acting)
{
    const char *component = NULL;
    struct app_spec *app = specification_for(acting, &component);

    if (component == NULL) {
        hard_redeploy(acting->task, app);
    } else {
        hard_redeploy_component(acting->task, app, component);
    }
    return true;
}

/* FluxOS's functions that take a task, and those that take an app's name too. */
#define ACT_PLAIN(name, function)                                                                                      \
    static bool name(const struct acting *acting)                                                                      \
    {                                                                                                                  \
        function(acting->task);                                                                                        \
        return true;                                                                                                   \
    }
#define ACT_ON_APP(name, function)                                                                                     \
    static bool name(const struct acting *acting)                                                                      \
    {                                                                                                                  \
        function(acting->task, acting->actor->subject);                                                                \
        return true;                                                                                                   \
    }

ACT_PLAIN(act_master_slave, master_slave_apps)
ACT_PLAIN(act_syncthing, syncthing_apps)
ACT_PLAIN(act_spawner, try_spawning_global_application)
ACT_PLAIN(act_reinstall_old, reinstall_old_applications)
ACT_PLAIN(act_sigterm, shut_down)
ACT_PLAIN(act_daemon_health, check_daemon_health)
ACT_PLAIN(act_mount_recovery, recover_container_mounts)
ACT_PLAIN(act_image_update, update_images)
ACT_PLAIN(act_crontab_clean_up, clean_up_crontab_and_mounts)
ACT_PLAIN(act_stopped_recovery, stopped_apps_recovery)
ACT_PLAIN(act_stop_non_flux, stop_all_non_flux_running_apps)
ACT_PLAIN(act_node_status, monitor_node_status)
ACT_PLAIN(act_expire, expire_global_applications)
ACT_PLAIN(act_instances, check_and_remove_application_instance)
ACT_PLAIN(act_force_removals, force_app_removals)
ACT_ON_APP(act_backup, backup_app)
ACT_ON_APP(act_restore, restore_app)
ACT_ON_APP(act_owner_start, owner_app_start)
ACT_ON_APP(act_owner_stop, owner_app_stop)
ACT_ON_APP(act_owner_restart, owner_app_restart)
ACT_ON_APP(act_owner_kill, owner_app_kill)

static bool act_start_container(const struct acting *acting)
{
    return docker_engine_start_container(&acting->world->docker, acting->actor->subject);
}

static bool act_stop_container(const struct acting *acting)
{
    return docker_engine_stop_container(&acting->world->docker, acting->actor->subject);
}

static bool act_remove_container(const struct acting *acting)
{
    return docker_engine_remove_container(&acting->world->docker, acting->actor->subject);
}

static bool act_remove_network(const struct acting *acting)
{
    return docker_engine_remove_network(&acting->world->docker, acting->actor->subject);
}

static bool act_unmount(const struct acting *acting)
{
    unmount(acting->runner, acting->actor->subject);
    return true;
}

static bool act_set_primary(const struct acting *acting)
{
    fdm_set(&acting->world->fdm, acting->actor->subject, acting->actor->fdm_state, acting->actor->primary);
    return true;
}

static bool act_announce(const struct acting *acting)
{
    announce(acting->runner, acting->actor);
    return true;
}

static bool act_backup_begin(const struct acting *acting)
{
    cell_add(acting->task, CELL_BACKUP_IN_PROGRESS, acting->actor->subject);
    return true;
}

static bool act_backup_end(const struct acting *acting)
{
    cell_delete(acting->task, CELL_BACKUP_IN_PROGRESS, acting->actor->subject);
    return true;
}

static bool act_restore_begin(const struct acting *acting)
{
    cell_add(acting->task, CELL_RESTORE_IN_PROGRESS, acting->actor->subject);
    return true;
}

static bool act_restore_end(const struct acting *acting)
{
    cell_delete(acting->task, CELL_RESTORE_IN_PROGRESS, acting->actor->subject);
    return true;
}

static bool act_crash(const struct acting *acting)
{
    crash(acting->runner, acting->actor->restart_ms, "the FluxOS process dies");
    return true;
}

static bool act_engine_restart(const struct acting *acting)
{
    docker_engine_restart(&acting->world->docker);
    return true;
}

static bool act_host_reboot(const struct acting *acting)
{
    reboot(acting->runner, acting->actor->restart_ms);
    return true;
}

static bool (*const acts[ACTOR_COUNT])(const struct acting *acting) = {
#define ACTOR(ID, name, recorded, subject, of_node, act, boot_ms, every_ms, needs, section, what) [ACTOR_##ID] = (act),
#include "sim/scenario/actors.def"
};

static void run_actor(struct task *task, const void *argument)
{
    const struct actor_call *call = argument;
    struct runner *runner = call->runner;
    const struct scenario_actor *actor = actor_at(runner, call->index);
    struct acting acting = {runner, actor, task, &runner->kernel.world};

    runner->kernel.world.change_count = 0;
    bool done = acts[actor->kind](&acting);

    if (actor_info(actor->kind)->of_node) {
        return;
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
    runner->actors[index].rounds++;
    runner->actors[index].due = false;
    if (actor->every_ms > 0) {
        arm(runner, index, now_at_ms + actor->every_ms);
    }
    if (actor_info(actor->kind)->of_node && !runner->kernel.node_up) {
        recorder_line(&runner->recorder, RUN_STEP,
                      arena_printf(&runner->kernel.arena, "%s does not start: the process is down", actor->task));
        return;
    }
    uint32_t round = runner->actors[index].rounds;
    const char *label = round == 1 ? actor->task : arena_printf(&runner->kernel.arena, "%s#%u", actor->task, round);

    kernel_start(&runner->kernel, (struct kernel_start){.name = actor->task,
                                                        .label = label,
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
        const struct actor_state *actor = &runner->actors[i];

        if (actor->held || actor->due || (actor->next_ms >= 0 && actor_at(runner, i)->every_ms == 0)) {
            return true;
        }
    }
    return runner->restarting;
}
