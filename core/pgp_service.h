/* What the node's own PGP key opens: v7 secrets (lifecycle.md 2.7 step 2) and registry credentials (2.5 step 3). */
#ifndef DRYDOCK_CORE_PGP_SERVICE_H
#define DRYDOCK_CORE_PGP_SERVICE_H

#include "core/node.h"

/* decryptMessage: *plain is the text behind `message` in the task's arena, NULL when the answer has none; `app` is whom
 * it is for. */
const struct error *pgp_decrypt(struct task *task, const char *message, const char *app, const char **plain) MUST_CHECK;
#define pgp_decrypt(task, ...) pgp_decrypt(FROM_HERE(task), __VA_ARGS__)

#endif
