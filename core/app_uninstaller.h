/* Removing an app: lifecycle.md 6. */
#ifndef DRYDOCK_CORE_APP_UNINSTALLER_H
#define DRYDOCK_CORE_APP_UNINSTALLER_H

#include "core/app_spec.h"

/* removeAppLocally. `app` is an app name or a component identifier. Never throws. */
void remove_app_locally(struct task *task, const char *app, bool force, bool send_message, const char *caller);
/* softRemoveAppLocally (6.3). */
const struct error *soft_remove_app_locally(struct task *task, const char *app) MUST_CHECK;

#endif
