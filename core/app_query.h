/* Queries: lifecycle.md 3.1–3.3. */
#ifndef DRYDOCK_CORE_APP_QUERY_H
#define DRYDOCK_CORE_APP_QUERY_H

#include "core/app_spec.h"

/* Apps by reference, in order. */
struct app_list {
    struct app_spec **apps;
    uint32_t count;
};

/* installedApps(): all local records. Failure is a status, not a throw: returns false. */
bool installed_apps(struct task *task, struct app_list *apps);
/* listRunningApps(): docker list entries ({Names, State …}) of Flux containers; false on failure. */
bool list_running_apps(struct task *task, const struct value **containers);
/* decryptEnterpriseApps(): same order; an app whose decryption failed is passed through raw. Never throws. */
void decrypt_enterprise_apps(struct task *task, struct app_list apps, bool format_specs, struct app_list *decrypted);

/* Whether an app of this name is in the list; NULL is in none. */
bool app_list_has(const struct app_list *apps, const char *name);

#endif
