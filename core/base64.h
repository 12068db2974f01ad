/* Base64 (RFC 4648, with padding), as JavaScript's Buffer writes it. */
#ifndef DRYDOCK_CORE_BASE64_H
#define DRYDOCK_CORE_BASE64_H

#include "core/arena.h"

const char *base64_encode(struct arena *arena, const void *bytes, size_t length);
/* NULL on malformed text. */
unsigned char *base64_decode(struct arena *arena, const char *text, size_t *length);

#endif
