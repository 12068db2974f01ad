/* The master/slave controller: lifecycle.md 5.1–5.5. */
#ifndef DRYDOCK_CORE_MASTER_SLAVE_H
#define DRYDOCK_CORE_MASTER_SLAVE_H

#include "core/node.h"

/* masterSlaveApps: one cycle, then 30 s, then itself again on a task of its own. Never throws. */
void master_slave_apps(struct task *task);

#endif
