/* Ports of an app: firewall and UPnP (lifecycle.md 2.4, 6.2 step 5), and the DOCKER-USER chain (1.5 step 5). */
#ifndef DRYDOCK_CORE_PORT_MANAGER_H
#define DRYDOCK_CORE_PORT_MANAGER_H

#include "core/app_spec.h"

const struct error *setup_application_ports(struct task *task, const struct component *component, bool test) MUST_CHECK;
const struct error *cleanup_ports(struct task *task, const struct component *component) MUST_CHECK;
/* removeDockerContainerAccessToNonRoutable: whether the chain could be rebuilt. */
bool remove_docker_container_access_to_non_routable(struct task *task, const struct value *interfaces);

#endif
