/* manageFolderSyncState: lifecycle.md 7.3. */
#include "core/syncthing_loop.h"

#include "core/app_installer.h"
#include "core/docker_service.h"
#include "core/shell.h"
#include "core/syncthing_service.h"

#include <string.h>

enum {
    OPERATION_DELAY_MS = 500,
    EXECUTIONS_MAX = 120,
    EXECUTIONS_BASE = 2,
    EXECUTIONS_PER_INDEX = 10,
    LEADER_TOLERANCE_MS = 5000,
};

static const struct sync_state *state_of(struct sync_folder_task *folder)
{
    return cell_get(folder->task, CELL_RECEIVE_ONLY, folder->app_id);
}

/* The entry that `state` is, to write to: once after each await. */
static struct sync_state *change(struct sync_folder_task *folder, const struct sync_state *state)
{
    return cell_change(folder->task, CELL_RECEIVE_ONLY, folder->app_id, state);
}

static const struct error *is_running(struct sync_folder_task *folder, bool *running)
{
    struct effect inspect = {
        .id = EFFECT_DOCKER_CONTAINER_INSPECT,
        .args = OBJECT(folder->task->arena, {"container", value_string(folder->task->arena, folder->app_id)}),
        .object = folder->app_id};

    *running = false;
    TRY(docker_call(folder->task, &inspect));
    *running = value_truthy(value_get(value_get(inspect.result, "State"), "Running"));
    return NULL;
}

/* Rows 2 and 10: an r: container that does not run is started; errors are swallowed. */
static void keep_running(struct sync_folder_task *folder)
{
    bool running = false;
    const struct error *error = is_running(folder, &running);

    if (!running && folder->r) {
        error = app_docker_start(folder->task, folder->identifier);
    }
    if (error != NULL) {
        log_error(folder->task, "%s", error_text(folder->task->arena, error));
    }
}

/* Rows 3, 6 and 8: the app begins anew here, from what its peers have. */
static const struct error *begin_anew(struct sync_folder_task *folder)
{
    struct task *task = folder->task;
    const char *data = arena_printf(task->arena, "%s/appdata/*", folder->folder);
    struct command remove = {
        .id = EFFECT_HOST_RM, .text = arena_printf(task->arena, "sudo rm -rf %s", data), .object = data};

    set_sync_state(folder->task, folder->app_id, (struct sync_state){.executions = 1});
    TRY(app_docker_stop(task, folder->identifier)); /* a missing container ends the whole run */
    delay(task, OPERATION_DELAY_MS);
    TRY(run_command(task, remove, NULL));
    delay(task, OPERATION_DELAY_MS);
    folder->type = "receiveonly";
    return NULL;
}

/* ---- the transition
 * ------------------------------------------------------------------------------------------------------ */

static bool is_mine(const struct sync_folder_task *folder, const struct value *location)
{
    return value_is_text(value_get(location, "ip"), folder->my_ip);
}

static int64_t broadcast_ms(const struct value *location)
{
    return value_to_instant(value_get(location, "broadcastedAt"), INT64_MAX);
}

/* Before the other by broadcast, beyond the tolerance, then by address. */
static bool precedes(const struct value *mine, const struct value *other)
{
    int64_t own_ms = broadcast_ms(mine);
    int64_t other_ms = broadcast_ms(other);
    uint64_t apart_ms =
        own_ms > other_ms ? (uint64_t)own_ms - (uint64_t)other_ms : (uint64_t)other_ms - (uint64_t)own_ms;
    const char *other_ip = value_get_text(other, "ip");

    if (apart_ms > LEADER_TOLERANCE_MS) {
        return own_ms < other_ms;
    }
    return other_ip == NULL || strcmp(value_get_text(mine, "ip"), other_ip) < 0;
}

/* How many locations come before mine; −1 when mine is not listed. *runs: another has runningSince. */
static int my_index(const struct sync_folder_task *folder, bool *runs)
{
    const struct value *mine = NULL;
    int index = 0;

    *runs = false;
    for (uint32_t i = 0; i < value_count(folder->locations); i++) {
        mine = is_mine(folder, value_at(folder->locations, i)) ? value_at(folder->locations, i) : mine;
    }
    for (uint32_t i = 0; mine != NULL && i < value_count(folder->locations); i++) {
        const struct value *other = value_at(folder->locations, i);

        if (other != mine) {
            *runs = *runs || value_truthy(value_get(other, "runningSince"));
            index += !precedes(mine, other);
        }
    }
    return mine == NULL ? -1 : index;
}

/* The folder becomes sendreceive; an r: container is started. A g: one never is: that is the master/slave loop's. */
static const struct error *promote(struct sync_folder_task *folder, const struct sync_state *state)
{
    struct task *task = folder->task;
    struct command chmod = {.id = EFFECT_HOST_CHMOD,
                            .text = arena_printf(task->arena, "sudo chmod -R 777 %s", folder->folder),
                            .object = folder->folder};

    TRY(run_command(task, chmod, NULL));
    folder->type = "sendreceive";
    if (folder->r) {
        TRY(app_docker_restart(task, folder->identifier));
        start_app_monitoring(task, folder->identifier);
    }
    change(folder, state)->restarted = true;
    return NULL;
}

/* Whether syncthing has everything here; *known: it could tell. */
static bool is_in_sync(struct sync_folder_task *folder, bool *known)
{
    struct arena *arena = folder->task->arena;
    struct effect status = {.id = EFFECT_SYNCTHING_FOLDER_STATUS,
                            .args = OBJECT(arena, {"folder", value_string(arena, folder->app_id)}),
                            .object = folder->app_id};

    *known = perform(folder->task, &status) == NULL && value_get(status.result, "globalBytes") != NULL;
    return *known &&
           value_get_number(status.result, "inSyncBytes", 0) >= value_get_number(status.result, "globalBytes", 0);
}

static const struct error *transition(struct sync_folder_task *folder, const struct sync_state *state)
{
    bool another_runs = false;
    bool known = false;
    int index = my_index(folder, &another_runs);

    folder->type = "receiveonly";
    if (index == 0 && !another_runs) {
        return promote(folder, state);
    }
    change(folder, state)->executions++;
    bool in_sync = is_in_sync(folder, &known);
    int patience = EXECUTIONS_BASE + EXECUTIONS_PER_INDEX * (index < 0 ? 0 : index);

    cell_read(folder->task, CELL_RECEIVE_ONLY, folder->app_id); /* asking syncthing took a while */
    if (in_sync || state->executions >= EXECUTIONS_MAX || (!known && state->executions >= patience)) {
        return promote(folder, state);
    }
    return NULL;
}

/* ---- the table
 * ------------------------------------------------------------------------------------------------------------ */

static const struct error *first_run(struct sync_folder_task *folder)
{
    bool running = false;

    if (folder->configured == NULL) {
        return begin_anew(folder); /* 3 */
    }
    const struct error *unknown = is_running(folder, &running);

    if (unknown == NULL && running) {
        set_sync_state(folder->task, folder->app_id, (struct sync_state){.restarted = true}); /* 4 */
        folder->type = value_get_text(folder->configured, "type");
    } else {
        set_sync_state(folder->task, folder->app_id, (struct sync_state){.executions = 1}); /* 5 */
        folder->type = "receiveonly";
    }
    return NULL;
}

const struct error *manage_folder_sync_state(struct sync_folder_task *folder)
{
    const struct sync_state *state = state_of(folder);

    folder->visited = true;
    folder->type = "sendreceive";
    if (value_is_text(value_get(folder->configured, "type"), "sendreceive")) {
        if (!folder->mount_is_safe) { /* 1 */
            set_sync_state(folder->task, folder->app_id, (struct sync_state){.blocked = true});
            folder->type = "receiveonly";
            return NULL;
        }
        keep_running(folder); /* 2 */
        if (state == NULL) {
            set_sync_state(folder->task, folder->app_id, (struct sync_state){.restarted = true});
        }
        return NULL;
    }
    if (flag_get(folder->task, FLAG_SFR)) {
        return first_run(folder);
    }
    if (state == NULL && folder->configured != NULL) { /* 9 */
        set_sync_state(folder->task, folder->app_id, (struct sync_state){.first_encounter_skipped = true});
        folder->visited = false;
        return NULL;
    }
    if (state == NULL || state->first_encounter_skipped) { /* 8, 6 */
        return begin_anew(folder);
    }
    if (!state->restarted) { /* 7 */
        return transition(folder, state);
    }
    keep_running(folder); /* 10 */
    return NULL;
}
