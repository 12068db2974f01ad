/* The prune guard: whether an install may clean up docker first (lifecycle.md 1.2). */
#ifndef DRYDOCK_CORE_PRUNE_GUARD_H
#define DRYDOCK_CORE_PRUNE_GUARD_H

#include "core/app_query.h"

/* Identifiers of installed components that are not among the running containers, in order. A version ≥ 4 app without
 * compose is a TypeError. Shared with the hourly check (4.2 step 6), which builds the same list. */
struct identifier_list {
    const char **identifiers;
    uint32_t count;
};
const struct error *find_stopped(struct task *task, struct app_list apps, const struct value *running,
                                 struct identifier_list *stopped) MUST_CHECK;
/* Whether a container list has the identifier. */
bool runs(const struct value *running, const char *identifier);

/* 1.2 step 4: passes iff nothing is stopped and MSR is false, read live at this instant. */
const struct error *prune_guard(struct task *task, struct app_list apps, const struct value *running,
                                bool *passes) MUST_CHECK;

#endif
