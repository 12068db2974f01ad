/* Redeploys: lifecycle.md 8 (softRedeploy, hardRedeploy, softRegisterAppLocally). */
#ifndef DRYDOCK_CORE_REDEPLOY_H
#define DRYDOCK_CORE_REDEPLOY_H

#include "core/app_spec.h"

/* softRegisterAppLocally: installs an app whose data is there, from outside as registerAppLocally. true on success;
 * never throws: a failure removes the app by force, on a task of its own. Without a tier INS stays set (1.11). */
bool soft_register_app_locally(struct task *task, struct app_spec *app);
/* softRedeploy: container, image and ports are made anew, data stays. Refused while REM, INS, SRD or HRD is set. */
void soft_redeploy(struct task *task, struct app_spec *app);
/* hardRedeploy: removal without a message, then a new installation. Refused like softRedeploy. */
void hard_redeploy(struct task *task, struct app_spec *app);

/* softRedeployComponent and hardRedeployComponent. The uninstallers get null for the app id (app_uninstaller.h), so the
 * container is still there when it is to be created: a component redeploy ends in the app's removal by force. */
void soft_redeploy_component(struct task *task, struct app_spec *app, const char *component);
void hard_redeploy_component(struct task *task, struct app_spec *app, const char *component);

/* imageUpdateService, one round: an app one of whose images is newer in the registry is redeployed softly. REM, INS,
 * SRD and HRD are tested before each app. The specification handed over is a formatted one: an enterprise app's has
 * neither hash nor height afterwards. */
void update_images(struct task *task);

#endif
