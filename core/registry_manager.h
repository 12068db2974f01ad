/* Global specifications and locations: lifecycle.md 3.6. */
#ifndef DRYDOCK_CORE_REGISTRY_MANAGER_H
#define DRYDOCK_CORE_REGISTRY_MANAGER_H

#include "core/app_spec.h"

/* *spec is NULL when the network does not know the app. Uncached. */
const struct error *get_application_global_specifications(struct task *task, const char *app,
                                                          struct app_spec **spec) MUST_CHECK;
/* The same with fallback to all global and local specifications. */
const struct error *get_application_specifications(struct task *task, const char *app,
                                                   struct app_spec **spec) MUST_CHECK;
/* Location rows of an app: array of documents. */
const struct error *app_location(struct task *task, const char *app, const struct value **locations) MUST_CHECK;

#endif
