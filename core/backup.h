/* Backup and restore of an app's data: lifecycle.md 5.6. */
#ifndef DRYDOCK_CORE_BACKUP_H
#define DRYDOCK_CORE_BACKUP_H

#include "core/node.h"

/* The tasks behind the owner's requests. A version ≤ 3 app cannot be backed up or restored: both fail on its missing
 * compose. Errors are logged; the app leaves the list on every way out. */
void backup_app(struct task *task, const char *app);
void restore_app(struct task *task, const char *app);

#endif
