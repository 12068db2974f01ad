/* What transitions touch in states where that was seen: a cache, emptied when it has grown too large. */
#ifndef DRYDOCK_SIM_SEARCH_FOOTPRINT_MEMO_H
#define DRYDOCK_SIM_SEARCH_FOOTPRINT_MEMO_H

#include "sim/search/footprint.h"

enum { FOOTPRINT_MEMO_SIZE_MAX = 1 << 20 }; /* places, of 16 bytes each */

struct footprint_memo {
    struct seen_footprint *seen; /* open addressing */
    uint32_t count, size;
};

void footprint_memo_free(struct footprint_memo *memo);
/* NULL: not known. */
const struct footprint *footprint_memo_get(const struct footprint_memo *memo, uint64_t key);
void footprint_memo_put(struct footprint_memo *memo, uint64_t key, const struct footprint *footprint);

#endif
