/* Messages between nodes, as stored and as sent: lifecycle.md 4.6, 4.7, 12.6. */
#ifndef DRYDOCK_CORE_MESSAGE_STORE_H
#define DRYDOCK_CORE_MESSAGE_STORE_H

#include "core/node.h"

/* storeAppRunningMessage, v1 or v2 form. A message that fails validation is ignored (upstream returns an Error object);
 * a database error throws. *stored is what upstream's boolean says. */
const struct error *store_app_running_message(struct task *task, const struct value *message, bool *stored) MUST_CHECK;
const struct error *store_app_installing_error_message(struct task *task, const struct value *message) MUST_CHECK;
/* broadcastMessageToOutgoing and …ToIncoming as 4.7 and 12.10 (BROADCAST) order them. A failed send closes its peer. */
void broadcast_message_to_all(struct task *task, const struct value *data);

/* Messages of 12.6, fields in order. `at_ms` is broadcastedAt. */
const struct value *app_running_message(struct task *task, const char *name, const char *hash, const char *ip,
                                        int64_t at_ms, int64_t running_since_ms);
const struct value *app_removed_message(struct task *task, const char *app, const char *ip, int64_t at_ms);
/* Host uptime as messages carry it: seconds, two decimals. */
double os_uptime_s(struct task *task);

#endif
