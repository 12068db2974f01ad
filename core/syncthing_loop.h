/* The syncthing loop: lifecycle.md 7.1–7.3. Not here: what a stalled folder leads to within a transition. */
#ifndef DRYDOCK_CORE_SYNCTHING_LOOP_H
#define DRYDOCK_CORE_SYNCTHING_LOOP_H

#include "core/app_spec.h"

/* syncthingApps: one run; every 30 s. Skipped while another one, an install, a removal or a redeploy is under way.
 * Never throws. */
void syncthing_apps(struct task *task);

/* One component's folder in a run. */
struct sync_folder_task {
    struct task *task;
    const struct app_spec *app;
    const struct component *component;
    const char *identifier, *app_id, *folder; /* data folder */
    const char *my_ip;
    const struct value *locations;  /* of the app */
    const struct value *configured; /* F: its folder as syncthing has it, NULL: none */
    bool r;                         /* the flag r; else g */
    bool mount_is_safe;
    const char *type; /* out: the type it is to have */
    bool visited;     /* out: false leads to its deletion (7.1 step 9) */
};

/* manageFolderSyncState (7.3). A throw ends the whole run. */
const struct error *manage_folder_sync_state(struct sync_folder_task *folder) MUST_CHECK;

#endif
