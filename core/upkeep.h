/* What a node does to its apps by the clock, beside the hourly check: lifecycle.md 8. None of these throws. */
#ifndef DRYDOCK_CORE_UPKEEP_H
#define DRYDOCK_CORE_UPKEEP_H

#include "core/node.h"

/* forceAppRemovals: containers of apps without a local record are removed by force, 3 min apart. The five flags are
 * tested once, at the start; the list is not refreshed. */
void force_app_removals(struct task *task);
/* checkAndRemoveApplicationInstance: an app with more locations than instances goes from the node whose instance is the
 * newest; not forced, with a message, 300 s apart. */
void check_and_remove_application_instance(struct task *task);
/* expireGlobalApplications: global records past their last block go; local apps expired, or without height, are removed
 * by force without a message, 60 s apart. */
void expire_global_applications(struct task *task);
/* monitorNodeStatus: a node that is not confirmed removes all its apps by force without a message, 60 s apart. Every
 * 20 min, 2 min after an error. */
void monitor_node_status(struct task *task);
/* checkDaemonHealth: a daemon that has been behind its headers for 2 h makes the node remove all its apps by force,
 * with a message, 3 min apart. REM, INS, SRD and HRD are tested once. */
void check_daemon_health(struct task *task);
/* stopAllNonFluxRunningApps: stops every running container that is not called zel* or flux*. */
void stop_all_non_flux_running_apps(struct task *task);
/* stoppedAppsRecovery (7.6): once after a start; apps with a stopped container are started, or removed when the network
 * does not know them here any more. g: apps are left alone. */
void stopped_apps_recovery(struct task *task);
/* Crontab and mounts clean-up at start: jobs of components that are not installed are deleted; since the local records
 * are read raw, that is every component of an enterprise app. Volumes of remaining jobs that are not mounted are
 * mounted. */
void clean_up_crontab_and_mounts(struct task *task);

/* Container mount recovery at start, after the clean-up: a running container that was started before its volume was
 * mounted works on the bare folder, and is restarted. */
void recover_container_mounts(struct task *task);

#endif
