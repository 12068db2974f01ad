/* How apps come to a node and are kept at their newest specification: lifecycle.md 8, in outline. None of these throws.
 */
#ifndef DRYDOCK_CORE_SPAWNER_H
#define DRYDOCK_CORE_SPAWNER_H

#include "core/node.h"

/* trySpawningGlobalApplication, one round: picks an app that has too few instances, announces that it installs it,
 * waits 90 s, registers it and, 60 s later, removes it by force when too many nodes did the same. The next round is due
 * after 1–30 min by chance, on a task of its own. */
void try_spawning_global_application(struct task *task);
/* reinstallOldApplications: apps whose published specification is newer are removed and registered anew, each round
 * with a chance of one half. */
void reinstall_old_applications(struct task *task);
/* The handler of SIGTERM (a host that shuts down): tells the network and stops all Flux containers. */
void shut_down(struct task *task);

#endif
