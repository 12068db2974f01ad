#include "sim/search/plan_set.h"

enum { SIZE_LEAST = 1024, MISHAP_KINDS_MAX = 256 };

_Static_assert((int)FAULT_COUNT <= MISHAP_KINDS_MAX, "a fault fits its part of a key");
_Static_assert((int)STRIKE_COUNT <= MISHAP_KINDS_MAX, "a strike fits its part of a key");

static uint64_t mishap_key(const struct mishap *mishap)
{
    uint64_t kind = ((uint64_t)mishap->fault * MISHAP_KINDS_MAX) + (uint64_t)mishap->strike;
    uint64_t key = hash_combine(hash_text(mishap->task), ((uint64_t)mishap->effect << 32) | mishap->nth);

    return hash_combine(key, (kind << 32) | mishap->fires);
}

static uint64_t plan_key(const struct plan *plan)
{
    uint64_t key = 1;

    for (uint32_t i = 0; i < plan->count; i++) {
        key += mishap_key(&plan->mishaps[i]);
    }
    return key;
}

/* The place of a key, or the free one where it belongs. */
static uint64_t *place_of(uint64_t *keys, uint32_t size, uint64_t key)
{
    uint32_t place = (uint32_t)key & (size - 1);

    while (keys[place] != 0 && keys[place] != key) {
        place = (place + 1) & (size - 1);
    }
    return &keys[place];
}

static void make_room(struct plan_set *set, struct arena *arena)
{
    uint32_t size = set->size == 0 ? SIZE_LEAST : set->size * 2;

    if ((set->count + 1) * 2 <= set->size) {
        return;
    }
    uint64_t *keys = arena_alloc(arena, size * sizeof *keys);

    for (uint32_t i = 0; i < set->size; i++) {
        if (set->keys[i] != 0) {
            *place_of(keys, size, set->keys[i]) = set->keys[i];
        }
    }
    set->keys = keys;
    set->size = size;
}

bool plan_set_add(struct plan_set *set, const struct plan *plan, struct arena *arena)
{
    uint64_t key = plan_key(plan);

    make_room(set, arena);
    uint64_t *place = place_of(set->keys, set->size, key);

    if (*place != 0) {
        return false;
    }
    *place = key;
    set->count++;
    return true;
}
