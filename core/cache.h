/* A cache of pointers under text keys, bounded in number, with an age limit that reading does not renew
 * (lru-cache as FluxOS uses it; lifecycle.md 3.3, 4.1, 12.1). Holds its entries in the order of insertion.
 */
#ifndef DRYDOCK_CORE_CACHE_H
#define DRYDOCK_CORE_CACHE_H

#include "core/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct cache_entry {
    const char *key;
    const void *content;
    int64_t expires_ms; /* INT64_MAX: never */
    uint64_t used;      /* larger: more recently read or written */
};

struct cache {
    struct arena *arena; /* keys are copied into it; contents are the caller's and must live as long */
    struct cache_entry *entries;
    uint32_t count;
    uint32_t count_max; /* 0: unbounded */
    uint32_t size;
    int64_t age_ms_max; /* 0: for ever */
    uint64_t clock;
};

void cache_init(struct cache *cache, struct arena *arena, uint32_t count_max, int64_t age_ms_max);
/* The content under `key` at instant now_ms, NULL when absent or too old. */
const void *cache_get(struct cache *cache, const char *key, int64_t now_ms);
/* Sets or replaces; at count_max the least recently used entry goes. Returns whether one went. */
bool cache_set(struct cache *cache, const char *key, const void *content, int64_t now_ms);
void cache_delete(struct cache *cache, const char *key);
void cache_clear(struct cache *cache);

#endif
