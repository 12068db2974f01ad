/* What appDockerCreate gathers for a container beside its specification: lifecycle.md 2.7 steps 2, 5, 7 and 8.
 *
 * Not built: step 3 (the look-ups of a log collector).
 */
#ifndef DRYDOCK_CORE_DOCKER_ENVIRONMENT_H
#define DRYDOCK_CORE_DOCKER_ENVIRONMENT_H

#include "core/app_spec.h"

/* Step 2: a version 7 component's `secrets` are decrypted with the node's key, and appended to its own environment, in
 * place. A message that cannot be decrypted, or whose content is no JSON array, throws. */
const struct error *append_secrets(struct task *task, struct component *component, const char *app,
                                   int version) MUST_CHECK;
/* Step 5: whether the owner is listed and the host's kernel has CPU burst, which is probed once per process. */
bool may_burst(struct task *task, const char *owner);
/* Step 7: whether the xfs below docker has a project quota. */
bool has_xfs_quota(struct task *task);
/* Step 8: `F_S_ENV=<url>` appends what the storage holds to the environment, in place; `F_S_CMD=<url>` gives the
 * commands, in *commands (left alone when there is none). A storage that does not answer throws. */
const struct error *fetch_from_storage(struct task *task, struct component *component,
                                       const struct value **commands) MUST_CHECK;

#endif
