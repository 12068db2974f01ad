/* A set of hashes with a limit: what a search has met. When it is full it takes nothing more, so "not in it" means "not
 * known to have been met". */
#ifndef DRYDOCK_SIM_SEARCH_HASH_SET_H
#define DRYDOCK_SIM_SEARCH_HASH_SET_H

#include <stdbool.h>
#include <stdint.h>

enum { HASH_SET_SIZE_MAX = 1 << 23 }; /* places, of 8 bytes each */

struct hash_set {
    uint64_t *items; /* open addressing, 0: free */
    uint32_t count, size;
    bool full;
};

void hash_set_free(struct hash_set *set);
bool hash_set_has(const struct hash_set *set, uint64_t item);
/* Whether it was not in the set; it is afterwards, unless the set is full. */
bool hash_set_add(struct hash_set *set, uint64_t item);

#endif
