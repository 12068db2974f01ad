#include "sim/search/footprint_memo.h"

#include "sim/search/grow.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE_FIRST = 1024 };

struct seen_footprint {
    uint64_t key;
    const struct footprint *footprint; /* NULL: free */
};

void footprint_memo_free(struct footprint_memo *memo)
{
    free(memo->seen);
    *memo = (struct footprint_memo){0};
}

static struct seen_footprint *place_of(const struct footprint_memo *memo, uint64_t key)
{
    uint32_t place = (uint32_t)key & (memo->size - 1);

    while (memo->seen[place].footprint != NULL && memo->seen[place].key != key) {
        place = (place + 1) & (memo->size - 1);
    }
    return &memo->seen[place];
}

const struct footprint *footprint_memo_get(const struct footprint_memo *memo, uint64_t key)
{
    return memo->size == 0 ? NULL : place_of(memo, key)->footprint;
}

static void enlarge(struct footprint_memo *memo)
{
    struct footprint_memo larger = {.count = memo->count};

    grow((void *)&larger.seen, &larger.size, memo->size == 0 ? SIZE_FIRST : memo->size * 2, sizeof *larger.seen);
    for (uint32_t i = 0; i < memo->size; i++) {
        if (memo->seen[i].footprint != NULL) {
            *place_of(&larger, memo->seen[i].key) = memo->seen[i];
        }
    }
    free(memo->seen);
    *memo = larger;
}

void footprint_memo_put(struct footprint_memo *memo, uint64_t key, const struct footprint *footprint)
{
    if ((memo->count + 1) * 2 > memo->size) {
        if (memo->size < FOOTPRINT_MEMO_SIZE_MAX) {
            enlarge(memo);
        } else {
            memset(memo->seen, 0, memo->size * sizeof *memo->seen);
            memo->count = 0;
        }
    }
    struct seen_footprint *place = place_of(memo, key);

    memo->count += place->footprint == NULL;
    *place = (struct seen_footprint){key, footprint};
}
