/* Who is primary, by the Flux domain managers: lifecycle.md 5.3. */
#ifndef DRYDOCK_CORE_FDM_CLIENT_H
#define DRYDOCK_CORE_FDM_CLIENT_H

#include "core/node.h"

/* The first address of the first region that has one, without port; NULL when none has, for whatever reason: an outage
 * looks exactly like "no primary". */
const char *get_master_ip_from_fdm(struct task *task, const char *app);
#define get_master_ip_from_fdm(task, ...) get_master_ip_from_fdm(FROM_HERE(task), __VA_ARGS__)

#endif
