#include "core/master_slave.h"

#include "core/app_control.h"
#include "core/app_query.h"
#include "core/benchmark_service.h"
#include "core/container_data.h"
#include "core/docker_service.h"
#include "core/fdm_client.h"
#include "core/names.h"
#include "core/prune_guard.h"
#include "core/registry_manager.h"
#include "core/shell.h"
#include "core/syncthing_service.h"

#include <stdlib.h>
#include <string.h>

enum {
    LOOP_WAIT_MS = 30 * 1000,         /* 5.1 step 9 */
    FAILOVER_STEP_MS = 3 * 60 * 1000, /* 11: per index */
    DEFAULT_API_PORT = 16127,
};

/* What one cycle works with. */
struct cycle {
    struct task *task;
    struct app_list apps;
    const struct value *running; /* the snapshot of step 5 */
};

/* One g: app in a cycle. */
struct candidate {
    struct cycle *cycle;
    struct app_spec *app;
    const char *identifier;
    const char *app_id;
    const char *my_ip;              /* with port */
    const struct value **locations; /* sorted */
    uint32_t location_count;
    int index; /* of my address among them, −1 if absent */
};

/* ---- the detached workflows [F]
 * ------------------------------------------------------------------------------------------- */

/* App name and app id, NUL-terminated one after the other: a spawned task gets a copy of the bytes. */
static const char *app_id_in(const char *names)
{
    return names + strlen(names) + 1;
}

/* appDockerRestartWithPermissionsFix (5.4). */
static void start_workflow(struct task *task, const void *argument)
{
    const char *app = argument;
    const char *folder = arena_printf(task->arena, "%s%s", task->node->config.apps_folder, app_id_in(argument));
    struct command chmod = {
        .id = EFFECT_HOST_CHMOD, .text = arena_printf(task->arena, "sudo chmod -R 777 %s", folder), .object = folder};

    if (!change_syncthing_folder_type(task, folder, "receiveonly")) { /* 1: failure tolerated */
        log_warn(task, "Failed to set the syncthing folder of %s to receiveonly", app);
    }
    const struct error *error = run_command(task, chmod, NULL); /* 2 */

    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error));
        return;
    }
    if (!change_syncthing_folder_type(task, folder, "sendreceive")) { /* 3 */
        log_error(task, "Failed to set the syncthing folder of %s to sendreceive", app);
        return;
    }
    app_docker_restart_app(task, app); /* 4 */
}

static void stop_workflow(struct task *task, const void *argument)
{
    app_docker_stop_app(task, argument);
}

static void spawn_workflow(struct candidate *candidate, void (*run)(struct task *, const void *))
{
    struct task *task = candidate->cycle->task;
    size_t name_size = strlen(candidate->app->name) + 1;
    size_t id_size = strlen(candidate->app_id) + 1;
    char *names = arena_alloc(task->arena, name_size + id_size);

    memcpy(names, candidate->app->name, name_size);
    memcpy(names + name_size, candidate->app_id, id_size);
    node_spawn(task, run, names, name_size + id_size);
}

/* ---- addresses
 * -------------------------------------------------------------------------------------------------------------- */

static bool same_host(const char *left, const char *right)
{
    size_t length = strcspn(left, ":");

    return length == strcspn(right, ":") && strncmp(left, right, length) == 0;
}

static const char *location_ip(const struct value *location)
{
    const char *ip = value_get_text(location, "ip");

    return ip == NULL ? "" : ip;
}

/* Missing runningSince first, then runningSince, then ip, both ascending. */
static int by_seniority(const void *left, const void *right)
{
    const struct value *const *l = left;
    const struct value *const *r = right;
    int64_t left_ms = value_to_instant(value_get(*l, "runningSince"), INT64_MIN);
    int64_t right_ms = value_to_instant(value_get(*r, "runningSince"), INT64_MIN);

    if (left_ms != right_ms) {
        return left_ms < right_ms ? -1 : 1;
    }
    return strcmp(location_ip(*l), location_ip(*r));
}

static int index_of(const struct candidate *candidate, const char *ip)
{
    for (uint32_t i = 0; i < candidate->location_count; i++) {
        if (same_host(location_ip(candidate->locations[i]), ip)) {
            return (int)i;
        }
    }
    return -1;
}

static const struct error *load_locations(struct candidate *candidate)
{
    struct task *task = candidate->cycle->task;
    const struct value *locations = NULL;

    TRY(app_location(task, candidate->app->name, &locations));
    candidate->location_count = value_count(locations);
    candidate->locations = arena_alloc(task->arena, candidate->location_count * sizeof *candidate->locations);
    for (uint32_t i = 0; i < candidate->location_count; i++) {
        candidate->locations[i] = value_at(locations, i);
    }
    if (candidate->location_count > 1) {
        qsort(candidate->locations, candidate->location_count, sizeof *candidate->locations, by_seniority);
    }
    candidate->index = index_of(candidate, candidate->my_ip);
    return NULL;
}

/* Whether a node says that it runs a container whose name contains the app's name; an error or silence is a no. */
static bool runs_elsewhere(struct candidate *candidate, const char *ip)
{
    struct task *task = candidate->cycle->task;
    int index = index_of(candidate, ip);
    const char *address = index < 0 ? ip : location_ip(candidate->locations[index]);

    if (strchr(address, ':') == NULL) {
        address = arena_printf(task->arena, "%s:%d", address, DEFAULT_API_PORT);
    }
    struct effect effect = {.id = EFFECT_PEERS_LISTRUNNINGAPPS,
                            .args = OBJECT(task->arena, {"peer", value_string(task->arena, address)}),
                            .object = address};

    if (perform(task, &effect) != NULL) {
        return false;
    }
    const struct value *containers = value_get(effect.result, "data");

    for (uint32_t i = 0; i < value_count(containers); i++) {
        const char *name = value_text(value_at(value_get(value_at(containers, i), "Names"), 0));

        if (name != NULL && strstr(name, candidate->app->name) != NULL) {
            return true;
        }
    }
    return false;
}

static bool runs_on_lower_node(struct candidate *candidate)
{
    for (int i = 0; i < candidate->index; i++) {
        if (runs_elsewhere(candidate, location_ip(candidate->locations[i]))) {
            return true;
        }
    }
    return false;
}

/* ---- 5.2
 * ----------------------------------------------------------------------------------------------------------------------
 */

static const char *history_of(struct candidate *candidate)
{
    struct task *task = candidate->cycle->task;

    return cell_get(task, CELL_MASTER_HISTORY, candidate->identifier);
}

static void set_history(struct candidate *candidate, const char *ip)
{
    struct task *task = candidate->cycle->task;
    const char *known = history_of(candidate);

    cell_set(task, CELL_MASTER_HISTORY, candidate->identifier,
             known != NULL && strcmp(known, ip) == 0 ? known : arena_string(task->node->memory, ip));
}

static const int64_t *schedule_of(struct candidate *candidate)
{
    struct task *task = candidate->cycle->task;

    return cell_get(task, CELL_MASTER_SCHEDULE, candidate->identifier);
}

static void set_schedule(struct candidate *candidate, int64_t at_ms)
{
    struct task *task = candidate->cycle->task;
    int64_t *kept = arena_alloc(task->node->memory, sizeof *kept);

    *kept = at_ms;
    cell_set(task, CELL_MASTER_SCHEDULE, candidate->identifier, kept);
}

static void delete_schedule(struct candidate *candidate)
{
    struct task *task = candidate->cycle->task;

    cell_delete(task, CELL_MASTER_SCHEDULE, candidate->identifier);
}

static bool is_ready(struct candidate *candidate)
{
    struct task *task = candidate->cycle->task;
    const struct sync_state *state = cell_get(task, CELL_RECEIVE_ONLY, candidate->app_id);
    const char *folder = arena_printf(task->arena, "%s%s", task->node->config.apps_folder, candidate->app_id);

    return (state != NULL && state->restarted) || syncthing_folder_has_type(task, folder, "sendreceive");
}

/* Row b: someone else was primary before. *leave := the whole loop function returns. */
static void follow_previous(struct candidate *candidate, const char *history, bool *leave)
{
    int64_t steps = candidate->index;
    int previous = index_of(candidate, history);

    if (runs_elsewhere(candidate, history)) {
        *leave = true;
        return;
    }
    if (candidate->index == 0) {
        spawn_workflow(candidate, start_workflow);
        return;
    }
    if (previous >= 0 && candidate->index > previous) {
        steps = candidate->index - 1;
    }
    if (steps > 0) {
        set_schedule(candidate, now_ms(candidate->cycle->task) + steps * FAILOVER_STEP_MS);
    } else if (!runs_on_lower_node(candidate)) {
        spawn_workflow(candidate, start_workflow);
    }
}

static const struct error *decide_without_master(struct candidate *candidate, bool *leave)
{
    struct task *task = candidate->cycle->task;

    if (!is_ready(candidate)) {
        return NULL;
    }
    TRY(load_locations(candidate));
    const char *history = history_of(candidate);
    const int64_t *schedule = schedule_of(candidate);

    if (candidate->index == 0 && history == NULL) { /* a */
        spawn_workflow(candidate, start_workflow);
    } else if (schedule == NULL && history != NULL) { /* b: history has no port, my address always has one */
        follow_previous(candidate, history, leave);
    } else if (schedule != NULL && *schedule <= now_ms(task)) { /* c */
        if (!runs_on_lower_node(candidate)) {
            spawn_workflow(candidate, start_workflow);
        }
        delete_schedule(candidate);
    } else if (candidate->index > 0 && history == NULL && schedule == NULL) { /* d */
        set_schedule(candidate, now_ms(task) + (int64_t)candidate->index * FAILOVER_STEP_MS);
    }
    return NULL; /* e */
}

static void decide_with_master(struct candidate *candidate, const char *master, bool running)
{
    set_history(candidate, master);
    delete_schedule(candidate);
    bool mine = same_host(master, candidate->my_ip);

    if (!mine && running) {
        spawn_workflow(candidate, stop_workflow);
    } else if (mine && !running && is_ready(candidate)) {
        spawn_workflow(candidate, start_workflow);
    }
}

/* Step 2: the identifier that decides for the app; NULL when it has no g: component. */
static const char *master_identifier(struct task *task, const struct app_spec *app)
{
    for (uint32_t i = 0; i < app->component_count; i++) {
        const char *container_data = app->components[i].container_data;

        if (has_g(container_data)) {
            return app_spec_identifier(task->arena, app, i);
        }
    }
    return NULL;
}

static const struct error *treat_app(struct cycle *cycle, struct app_spec *app, bool *leave)
{
    struct task *task = cycle->task;

    if (cell_has(task, CELL_BACKUP_IN_PROGRESS, app->name) ||
        cell_has(task, CELL_RESTORE_IN_PROGRESS, app->name)) { /* 1 */
        return NULL;
    }
    struct candidate candidate = {.cycle = cycle, .app = app, .identifier = master_identifier(task, app)};

    if (candidate.identifier == NULL) { /* 2 */
        return NULL;
    }
    candidate.app_id = get_app_identifier(task->arena, candidate.identifier);
    const char *master = get_master_ip_from_fdm(task, app->name); /* 3 */

    candidate.my_ip = get_my_flux_ip_and_port(task); /* 4 */
    if (candidate.my_ip == NULL) {
        return NULL;
    }
    if (strchr(candidate.my_ip, ':') == NULL) {
        candidate.my_ip = arena_printf(task->arena, "%s:%d", candidate.my_ip, DEFAULT_API_PORT);
    }
    bool running = runs(cycle->running, candidate.identifier);

    if (master != NULL) { /* 5 */
        decide_with_master(&candidate, master, running);
        return NULL;
    }
    return running ? NULL : decide_without_master(&candidate, leave);
}

/* ---- 5.1
 * ----------------------------------------------------------------------------------------------------------------------
 */

/* Step 7: what is not installed any more loses its history and schedule. */
static void purge(struct cycle *cycle, enum cell_id cell)
{
    uint32_t count = 0;
    const char *const *keys = cell_keys(cycle->task, cell, &count);

    for (uint32_t i = count; i > 0; i--) {
        const char *key = keys[i - 1];
        bool known = false;

        for (uint32_t j = 0; j < cycle->apps.count && !known; j++) {
            for (uint32_t k = 0; k < cycle->apps.apps[j]->component_count && !known; k++) {
                known = strcmp(app_spec_identifier(cycle->task->arena, cycle->apps.apps[j], k), key) == 0;
            }
        }
        if (!known) {
            cell_delete(cycle->task, cell, key);
        }
    }
}

static bool another_operation_runs(struct task *task)
{
    /* ROA is not tested */
    return flag_get(task, FLAG_INS) || flag_get(task, FLAG_REM) || flag_get(task, FLAG_SRD) || flag_get(task, FLAG_HRD);
}

static const struct error *run_cycle(struct task *task)
{
    struct cycle cycle = {.task = task};
    bool leave = false;

    if (another_operation_runs(task) || !syncthing_is_healthy(task)) { /* 2, 3 */
        return NULL;
    }
    bool installed = installed_apps(task, &cycle.apps); /* 4 */

    if (!list_running_apps(task, &cycle.running)) { /* 5 */
        return error_new(task->arena, "Error", "Unable to check running Apps");
    }
    if (!installed) {
        return NULL;
    }
    decrypt_enterprise_apps(task, cycle.apps, true, &cycle.apps); /* 6 */
    purge(&cycle, CELL_MASTER_HISTORY);                           /* 7 */
    purge(&cycle, CELL_MASTER_SCHEDULE);
    for (uint32_t i = 0; i < cycle.apps.count && !leave; i++) { /* 8 */
        TRY(treat_app(&cycle, cycle.apps.apps[i], &leave));
    }
    return NULL;
}

static void run_again(struct task *task, const void *argument)
{
    (void)argument;
    master_slave_apps(task);
}

void master_slave_apps(struct task *task)
{
    flag_set(task, FLAG_MSR, true); /* 1 */
    const struct error *error = run_cycle(task);

    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error));
    }
    flag_set(task, FLAG_MSR, false); /* 9 */
    delay(task, LOOP_WAIT_MS);
    node_spawn(task, run_again, NULL, 0);
}
