#include "core/memo.h"

#include <assert.h>

/* The place of the hash, or a free one: the places are never all taken. */
static uint32_t place_of(const struct memo *memo, uint64_t hash)
{
    uint32_t place = (uint32_t)(hash % MEMO_PLACES);

    while (memo->places[place].value != NULL && memo->places[place].hash != hash) {
        place = (place + 1) % MEMO_PLACES;
    }
    return place;
}

static uint64_t hash_of(enum memo_id id, uint64_t argument)
{
    return hash_combine(argument, (uint64_t)id);
}

const struct value *memo_find(const struct memo *memo, enum memo_id id, uint64_t argument)
{
    return memo->places[place_of(memo, hash_of(id, argument))].value;
}

const struct value *memo_keep(struct memo *memo, struct arena *memory, enum memo_id id, uint64_t argument,
                              const struct value *value)
{
    uint64_t hash = hash_of(id, argument);
    uint32_t place = place_of(memo, hash);

    assert(value != NULL && memo->places[place].value == NULL);
    if (memo->count == MEMO_COUNT_MAX) {
        return value;
    }
    memo->places[place].hash = hash;
    memo->places[place].value = value_copy(memory, value);
    memo->count++;
    return memo->places[place].value;
}
