/* Setting up an app's docker network: lifecycle.md 1.5. */
#ifndef DRYDOCK_CORE_APP_NETWORK_H
#define DRYDOCK_CORE_APP_NETWORK_H

#include "core/node.h"

/* Steps 1–5: the network `fluxDockerNetwork_<app>` exists afterwards, on a subnet chosen by chance. */
const struct error *set_up_app_network(struct task *task, const char *app) MUST_CHECK;

#endif
