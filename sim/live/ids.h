/* Which thing of a real Engine is which of the fake's: by their ids. */
#ifndef DRYDOCK_SIM_LIVE_IDS_H
#define DRYDOCK_SIM_LIVE_IDS_H

#include "core/effect.h"

struct live_pair {
    const char *fake, *real; /* 64 hex digits each, or the first 12 */
};

struct live_ids {
    struct arena *arena;
    struct live_pair *pairs; /* the newest last */
    uint32_t count, size;
};

/* Both are copied. */
void live_ids_add(struct live_ids *ids, const char *fake, const char *real);

/* Texts and values with the ids that they name, whole or their first 12 digits, put in the other side's words;
 * unknown ones stay. What is the same is returned as it is, else built in `arena`. */
const char *live_ids_text(const struct live_ids *ids, struct arena *arena, const char *text, bool to_real);
const struct value *live_ids_value(const struct live_ids *ids, struct arena *arena, const struct value *value,
                                   bool to_real);

#endif
