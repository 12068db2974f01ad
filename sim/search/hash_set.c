#include "sim/search/hash_set.h"

#include "sim/search/grow.h"

#include <stdlib.h>

enum { SIZE_FIRST = 1024 };

void hash_set_free(struct hash_set *set)
{
    free(set->items);
    *set = (struct hash_set){0};
}

static uint64_t *place_of(const struct hash_set *set, uint64_t item)
{
    uint32_t place = (uint32_t)item & (set->size - 1);

    while (set->items[place] != 0 && set->items[place] != item) {
        place = (place + 1) & (set->size - 1);
    }
    return &set->items[place];
}

static void enlarge(struct hash_set *set)
{
    struct hash_set larger = {0};

    grow((void *)&larger.items, &larger.size, set->size == 0 ? SIZE_FIRST : set->size * 2, sizeof *larger.items);
    for (uint32_t i = 0; i < set->size; i++) {
        if (set->items[i] != 0) {
            *place_of(&larger, set->items[i]) = set->items[i];
        }
    }
    free(set->items);
    set->items = larger.items;
    set->size = larger.size;
}

/* 0 marks a free place. */
static uint64_t kept_as(uint64_t item)
{
    return item == 0 ? 1 : item;
}

bool hash_set_has(const struct hash_set *set, uint64_t item)
{
    return set->size > 0 && *place_of(set, kept_as(item)) != 0;
}

bool hash_set_add(struct hash_set *set, uint64_t item)
{
    if (hash_set_has(set, item)) {
        return false;
    }
    /* Three quarters full at most. */
    if ((uint64_t)(set->count + 1) * 4 > (uint64_t)set->size * 3) {
        if (set->size == HASH_SET_SIZE_MAX) {
            set->full = true;
            return true;
        }
        enlarge(set);
    }
    *place_of(set, kept_as(item)) = kept_as(item);
    set->count++;
    return true;
}
