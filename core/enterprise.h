/* Enterprise apps: what is encrypted in a specification and how it is read (lifecycle.md 3.4). */
#ifndef DRYDOCK_CORE_ENTERPRISE_H
#define DRYDOCK_CORE_ENTERPRISE_H

#include "core/app_spec.h"

enum {
    BLOB_KEY_SIZE = 256, /* RSA-encrypted AES key */
    BLOB_NONCE_SIZE = 12,
    BLOB_TAG_SIZE = 16,
    AES_KEY_SIZE = 32,
};

/* checkAndDecryptAppSpecs, uncached. Anything but an enterprise specification of version ≥ 8 comes back as it is.
 * *decrypted lives in `memory` (the node's when it is to be cached, else the task's). */
const struct error *check_and_decrypt_app_specs(struct task *task, struct arena *memory, const struct app_spec *spec,
                                                struct app_spec **decrypted) MUST_CHECK;

#endif
