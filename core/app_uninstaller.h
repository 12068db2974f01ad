/* Removing an app: lifecycle.md 6. */
#ifndef DRYDOCK_CORE_APP_UNINSTALLER_H
#define DRYDOCK_CORE_APP_UNINSTALLER_H

#include "core/app_spec.h"

/* removeAppLocally. `app` is an app name or a component identifier. Never throws. */
void remove_app_locally(struct task *task, const char *app, bool force, bool send_message, const char *caller);
/* hardUninstallComponent and softUninstallComponent as the component redeploys call them: with null for the app id
 * (8). So they look for a container, a folder and a job called "null": what the component really has stays, its ports
 * excepted. */
const struct error *hard_uninstall_nameless_component(struct task *task, const struct app_spec *app,
                                                      const struct component *component) MUST_CHECK;
const struct error *soft_uninstall_nameless_component(struct task *task, const struct app_spec *app,
                                                      const struct component *component) MUST_CHECK;
/* softRemoveAppLocally (6.3). */
const struct error *soft_remove_app_locally(struct task *task, const char *app) MUST_CHECK;

#endif
