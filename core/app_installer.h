/* Installing an app: lifecycle.md 1 and 2. */
#ifndef DRYDOCK_CORE_APP_INSTALLER_H
#define DRYDOCK_CORE_APP_INSTALLER_H

#include "core/app_spec.h"

/* Where an API call's progress goes. An HTTP response throws when something other than a string is written (1.1/10). */
struct response {
    bool http; /* a real response; false or NULL pointer: none */
};

/* registerAppLocally. `component` NULL: the whole app. Returns true on success; never throws. */
bool register_app_locally(struct task *task, struct app_spec *app, struct component *component,
                          const struct response *response, bool test, bool send_removal_message);
/* performDockerCleanup (1.3). */
const struct error *perform_docker_cleanup(struct task *task) MUST_CHECK;
/* installApplicationHard / installApplicationSoft (2.1, 2.2). */
const struct error *install_application_hard(struct task *task, struct component *component, const char *app,
                                             bool is_component, struct app_spec *full_specs, bool test) MUST_CHECK;
const struct error *install_application_soft(struct task *task, struct component *component, const char *app,
                                             bool is_component, struct app_spec *full_specs) MUST_CHECK;

/* Monitoring: the set appsMonitored, by identifier. */
void start_app_monitoring(struct task *task, const char *identifier);
void stop_app_monitoring(struct task *task, const char *identifier);

#endif
