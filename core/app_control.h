/* Starting, stopping, restarting and killing all containers of an app: lifecycle.md 5.4, 5.5, 8 (owner API). Errors are
 * logged; the first component that fails ends the whole. */
#ifndef DRYDOCK_CORE_APP_CONTROL_H
#define DRYDOCK_CORE_APP_CONTROL_H

#include "core/node.h"

/* appDockerRestart(app), appDockerStart(app) and appDockerStop(app) of advancedWorkflows: every component. */
void app_docker_restart_app(struct task *task, const char *app);
void app_docker_start_app(struct task *task, const char *app);
void app_docker_stop_app(struct task *task, const char *app);

/* appStart, appRestart, appStop and appKill of the owner's API. Start and restart leave out g: components that do not
 * run: those are the master/slave loop's. */
void owner_app_start(struct task *task, const char *app);
void owner_app_restart(struct task *task, const char *app);
void owner_app_stop(struct task *task, const char *app);
void owner_app_kill(struct task *task, const char *app);

#endif
