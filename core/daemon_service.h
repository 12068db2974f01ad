/* The flux daemon and what is kept of its replies: lifecycle.md 12.1. */
#ifndef DRYDOCK_CORE_DAEMON_SERVICE_H
#define DRYDOCK_CORE_DAEMON_SERVICE_H

#include "core/node.h"

/* nodeTier(): *tier is "basic", "super" or "bamf". Kept for the process after the first success. */
const struct error *node_tier(struct task *task, const char **tier) MUST_CHECK;
#define node_tier(task, ...) node_tier(FROM_HERE(task), __VA_ARGS__)
/* The same for who registers an app (1.1 steps 4 and 5): NULL without a tier, which is logged. */
const char *tier_to_register(struct task *task);
#define tier_to_register(task) tier_to_register(FROM_HERE(task))
/* Whether the network has confirmed this node. */
const struct error *node_confirmation(struct task *task, bool *confirmed) MUST_CHECK;
#define node_confirmation(task, ...) node_confirmation(FROM_HERE(task), __VA_ARGS__)
/* 4.2 step 1: status CONFIRMED; an error counts as no. */
bool is_node_status_confirmed(struct task *task);
#define is_node_status_confirmed(task) is_node_status_confirmed(FROM_HERE(task))
/* Whether the daemon has all blocks whose headers it knows. */
const struct error *daemon_is_synced(struct task *task, bool *synced) MUST_CHECK;
#define daemon_is_synced(task, ...) daemon_is_synced(FROM_HERE(task), __VA_ARGS__)
/* getBlockCount: the chain's height. */
const struct error *get_block_count(struct task *task, double *height) MUST_CHECK;
#define get_block_count(task, ...) get_block_count(FROM_HERE(task), __VA_ARGS__)

#endif
