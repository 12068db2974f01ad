#include "core/cache.h"

#include <string.h>

enum { CACHE_SIZE_FIRST = 8 };

void cache_init(struct cache *cache, struct arena *arena, uint32_t count_max, int64_t age_ms_max)
{
    *cache = (struct cache){.arena = arena, .count_max = count_max, .age_ms_max = age_ms_max};
}

static struct cache_entry *find(struct cache *cache, const char *key)
{
    for (uint32_t i = 0; i < cache->count; i++) {
        if (strcmp(cache->entries[i].key, key) == 0) {
            return &cache->entries[i];
        }
    }
    return NULL;
}

static void remove_at(struct cache *cache, uint32_t index)
{
    cache->count--;
    memmove(&cache->entries[index], &cache->entries[index + 1], (cache->count - index) * sizeof cache->entries[0]);
}

const void *cache_get(struct cache *cache, const char *key, int64_t now_ms)
{
    struct cache_entry *entry = find(cache, key);

    if (entry == NULL) {
        return NULL;
    }
    if (now_ms >= entry->expires_ms) {
        remove_at(cache, (uint32_t)(entry - cache->entries));
        return NULL;
    }
    entry->used = ++cache->clock;
    return entry->content;
}

/* Returns whether an entry went for it. */
static bool make_room(struct cache *cache)
{
    bool full = cache->count_max != 0 && cache->count == cache->count_max;

    if (full) {
        uint32_t oldest = 0;

        for (uint32_t i = 1; i < cache->count; i++) {
            if (cache->entries[i].used < cache->entries[oldest].used) {
                oldest = i;
            }
        }
        remove_at(cache, oldest);
    }
    if (cache->count == cache->size) {
        uint32_t size = cache->size == 0 ? CACHE_SIZE_FIRST : cache->size * 2;
        struct cache_entry *entries = arena_alloc(cache->arena, size * sizeof *entries);

        if (cache->count > 0) {
            memcpy(entries, cache->entries, cache->count * sizeof *entries);
        }
        cache->entries = entries;
        cache->size = size;
    }
    return full;
}

bool cache_set(struct cache *cache, const char *key, const void *content, int64_t now_ms)
{
    struct cache_entry *entry = find(cache, key);
    bool evicted = false;

    if (entry == NULL) {
        evicted = make_room(cache);
        entry = &cache->entries[cache->count++];
        entry->key = arena_string(cache->arena, key);
    }
    entry->content = content;
    entry->expires_ms = cache->age_ms_max == 0 ? INT64_MAX : now_ms + cache->age_ms_max;
    entry->used = ++cache->clock;
    return evicted;
}

void cache_delete(struct cache *cache, const char *key)
{
    struct cache_entry *entry = find(cache, key);

    if (entry != NULL) {
        remove_at(cache, (uint32_t)(entry - cache->entries));
    }
}

void cache_clear(struct cache *cache)
{
    cache->count = 0;
}
