/* The health monitor of synced folders: lifecycle.md 7.5. */
#ifndef DRYDOCK_CORE_SYNCTHING_HEALTH_H
#define DRYDOCK_CORE_SYNCTHING_HEALTH_H

#include "core/app_query.h"

/* Looks at every mounted folder whose component has been released (`restarted`), at most every 5 min: a folder that
 * cannot sync, or whose peers are ahead, gets a warning after 5 min, its container stopped after 10, syncthing
 * restarted after 15, and its app removed by force without a message after 2.5 h. Once the folder is well again a
 * container that was stopped is started, a standby's too. Errors are logged. */
void monitor_folder_health(struct task *task, const struct app_list *apps);

#endif
