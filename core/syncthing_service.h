/* Syncthing's REST interface: lifecycle.md 12.7. The helpers return a status instead of throwing. */
#ifndef DRYDOCK_CORE_SYNCTHING_SERVICE_H
#define DRYDOCK_CORE_SYNCTHING_SERVICE_H

#include "core/node.h"

bool syncthing_is_healthy(struct task *task);
#define syncthing_is_healthy(task) syncthing_is_healthy(FROM_HERE(task))
/* *folders: array of {id, path, type}; false on failure. */
bool get_config_folders(struct task *task, const struct value **folders);
#define get_config_folders(task, ...) get_config_folders(FROM_HERE(task), __VA_ARGS__)
/* Whether a folder with exactly this path exists and has the type. false also on failure. */
bool syncthing_folder_has_type(struct task *task, const char *path, const char *type);
#define syncthing_folder_has_type(task, ...) syncthing_folder_has_type(FROM_HERE(task), __VA_ARGS__)
/* Changes the folder of this path to `type`; a folder that has it already gets no PATCH. false: failed or no such
 * folder. */
bool change_syncthing_folder_type(struct task *task, const char *path, const char *type);
#define change_syncthing_folder_type(task, ...) change_syncthing_folder_type(FROM_HERE(task), __VA_ARGS__)
/* stopSyncthingApp (6.2 step 3): removes folders at or under the data folder of app_id. */
const struct error *stop_syncthing_app(struct task *task, const char *app_id) MUST_CHECK;

/* receiveOnlySyncthingAppsCache[app_id] := a copy of `state`, changed in place from then on, as in JavaScript. */
struct sync_state *set_sync_state(struct task *task, const char *app_id, struct sync_state state);

#endif
