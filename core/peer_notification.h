/* The hourly check: lifecycle.md 4.2–4.5. */
#ifndef DRYDOCK_CORE_PEER_NOTIFICATION_H
#define DRYDOCK_CORE_PEER_NOTIFICATION_H

#include "core/node.h"

/* The five flags as they stood when the timer called (4.1). */
struct sampled_flags {
    bool removal, installation, soft_redeploy, hard_redeploy, reinstallation;
};

struct sampled_flags sample_flags(struct task *task);
/* checkAndNotifyPeersOfRunningApps. Never throws: the outer catch logs. */
void check_and_notify_peers_of_running_apps(struct task *task, struct sampled_flags flags);
/* recreateMissingContainers(X) (4.4). */
const struct error *recreate_missing_containers(struct task *task, const char *identifier) MUST_CHECK;
/* handleMissingMasterSlaveContainer(X, M) (4.5). */
const struct error *handle_missing_master_slave_container(struct task *task, const char *identifier,
                                                          const char *app) MUST_CHECK;

#endif
