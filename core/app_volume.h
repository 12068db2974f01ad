/* A component's volume: backing file, file system, mount, crontab entry (lifecycle.md 2.6). */
#ifndef DRYDOCK_CORE_APP_VOLUME_H
#define DRYDOCK_CORE_APP_VOLUME_H

#include "core/app_spec.h"

const struct error *create_app_volume(struct task *task, struct component *component, const char *app,
                                      bool is_component, struct app_spec *full_specs) MUST_CHECK;
/* verifyAppVolumeMount (2.1 step 4). */
const struct error *verify_app_volume_mount(struct task *task, const char *app_id) MUST_CHECK;

/* Whether `mount` names the folder: 2.1 step 4, 7.1. */
bool folder_is_mounted(struct task *task, const char *folder);

#endif
