#include "sim/search/footprint.h"

#include "core/value.h"
#include "sim/search/grow.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void catalogue_init(struct catalogue *catalogue)
{
    memset(catalogue, 0, offsetof(struct catalogue, scratch));
    catalogue->scratch_count = 0;
    catalogue->scratch_sorted = true;
    footprint_begin(catalogue);
    catalogue->empty = footprint_end_other(catalogue);
}

void catalogue_free(struct catalogue *catalogue)
{
    for (uint32_t i = 0; i < catalogue->footprint_size; i++) {
        free(catalogue->footprints[i]);
    }
    free(catalogue->footprints);
    free(catalogue->objects);
    free(catalogue->by_key);
    free(catalogue->singles);
    free(catalogue->places);
    for (uint32_t i = 0; i < ORDER_MEMOS; i++) {
        free(catalogue->orders[i].accesses);
    }
}

/* ---- objects -------------------------------------------------------------------------------------------------- */

static uint32_t *key_slot(const struct catalogue *catalogue, uint64_t key)
{
    uint32_t place = (uint32_t)key & (catalogue->key_size - 1);

    while (catalogue->by_key[place] != 0 && catalogue->objects[catalogue->by_key[place] - 1].key != key) {
        place = (place + 1) & (catalogue->key_size - 1);
    }
    return &catalogue->by_key[place];
}

static void more_keys(struct catalogue *catalogue)
{
    uint32_t *old = catalogue->by_key;

    catalogue->by_key = NULL;
    catalogue->key_size = 0;
    grow((void *)&catalogue->by_key, &catalogue->key_size, catalogue->object_size * 4, sizeof *catalogue->by_key);
    for (uint32_t i = 0; i < catalogue->object_count; i++) {
        *key_slot(catalogue, catalogue->objects[i].key) = i + 1;
    }
    free(old);
}

static uint32_t add_object(struct catalogue *catalogue, uint64_t key)
{
    if (catalogue->object_count == catalogue->object_size) {
        grow((void *)&catalogue->objects, &catalogue->object_size, catalogue->object_count + 1,
             sizeof *catalogue->objects);
        more_keys(catalogue);
    }
    uint32_t number = catalogue->object_count++;

    catalogue->objects[number] = (struct object){key, OBJECT_NONE, OBJECT_NONE, NULL};
    *key_slot(catalogue, key) = number + 1;
    return number;
}

uint32_t catalogue_object(struct catalogue *catalogue, uint64_t key)
{
    if (catalogue->key_size > 0) {
        uint32_t found = *key_slot(catalogue, key);

        if (found != 0) {
            return found - 1;
        }
    }
    return add_object(catalogue, key);
}

static uint32_t find_member(struct catalogue *catalogue, uint64_t class_key, uint64_t key)
{
    uint32_t count = catalogue->object_count;
    uint32_t whole = catalogue_object(catalogue, hash_combine(class_key, 1));

    if (catalogue->object_count != count) {
        uint32_t members = catalogue_object(catalogue, hash_combine(class_key, 2));

        catalogue->objects[whole].members = members;
        count = catalogue->object_count;
    }
    if (key == 0) {
        return whole;
    }
    uint32_t object = catalogue_object(catalogue, hash_combine(hash_combine(class_key, 3), key));

    if (catalogue->object_count != count) {
        catalogue->objects[object].whole = whole;
        catalogue->objects[object].members = catalogue->objects[whole].members;
    }
    return object;
}

uint32_t catalogue_member(struct catalogue *catalogue, uint64_t class_key, uint64_t key)
{
    struct member_memo *memo = &catalogue->memos[(class_key ^ key ^ key >> 32) % MEMBER_MEMOS];

    if (memo->object == 0 || memo->class_key != class_key || memo->key != key) {
        *memo = (struct member_memo){class_key, key, find_member(catalogue, class_key, key) + 1};
    }
    return memo->object - 1;
}

/* ---- footprints ------------------------------------------------------------------------------------------------ */

void footprint_begin(struct catalogue *catalogue)
{
    catalogue->scratch_count = 0;
}

/* Where the object stands in scratch, or how many there are: what `places` says counts only if scratch agrees, so it
 * need not be emptied (Briggs & Torczon, An efficient representation for sparse sets, 1993). */
static uint32_t find_touched(struct catalogue *catalogue, uint32_t object)
{
    grow((void *)&catalogue->places, &catalogue->place_size, catalogue->object_count, sizeof *catalogue->places);
    uint32_t place = catalogue->places[object];

    if (catalogue->scratch[0].object == object) {
        return 0;
    }
    return place < catalogue->scratch_count && catalogue->scratch[place].object == object ? place
                                                                                          : catalogue->scratch_count;
}

void footprint_touch_more(struct catalogue *catalogue, uint32_t object, enum access_mode mode)
{
    uint32_t place = find_touched(catalogue, object);

    if (place < catalogue->scratch_count) {
        if (catalogue->scratch[place].mode != mode) {
            catalogue->scratch[place].mode = ACCESS_WRITE;
        }
        return;
    }
    assert(place < FOOTPRINT_ACCESSES_MAX);
    catalogue->scratch_sorted &= catalogue->scratch[place - 1].object < object;
    catalogue->scratch[place] = (struct access){object, mode};
    catalogue->places[object] = place;
    catalogue->scratch_count++;
}

static int by_object(const void *left, const void *right)
{
    uint32_t left_object = ((const struct access *)left)->object;
    uint32_t right_object = ((const struct access *)right)->object;

    return (left_object > right_object) - (left_object < right_object);
}

static struct footprint **footprint_slot(const struct catalogue *catalogue, uint64_t hash,
                                         const struct access *accesses, uint32_t count)
{
    uint32_t place = (uint32_t)hash & (catalogue->footprint_size - 1);

    for (;;) {
        struct footprint *footprint = catalogue->footprints[place];

        if (footprint == NULL ||
            (footprint->hash == hash && footprint->count == count &&
             (count == 0 || memcmp(footprint->accesses, accesses, count * sizeof *accesses) == 0))) {
            return &catalogue->footprints[place];
        }
        place = (place + 1) & (catalogue->footprint_size - 1);
    }
}

static void more_footprints(struct catalogue *catalogue)
{
    struct footprint **old = catalogue->footprints;
    uint32_t old_size = catalogue->footprint_size;

    catalogue->footprints = NULL;
    catalogue->footprint_size = 0;
    grow((void *)&catalogue->footprints, &catalogue->footprint_size, old_size == 0 ? 64 : old_size * 2,
         sizeof(struct footprint *));
    for (uint32_t i = 0; i < old_size; i++) {
        if (old[i] != NULL) {
            *footprint_slot(catalogue, old[i]->hash, old[i]->accesses, old[i]->count) = old[i];
        }
    }
    free(old);
}

static uint64_t hash_accesses(const struct access *accesses, uint32_t count)
{
    uint64_t hash = count;

    for (uint32_t i = 0; i < count; i++) {
        hash = hash_combine(hash, ((uint64_t)accesses[i].object << 2) | (uint64_t)accesses[i].mode);
    }
    return hash;
}

static const struct footprint *keep(struct catalogue *catalogue, const struct access *accesses, uint32_t count)
{
    if ((catalogue->footprint_count + 1) * 2 > catalogue->footprint_size) {
        more_footprints(catalogue);
    }
    uint64_t hash = hash_accesses(accesses, count);
    struct footprint **slot = footprint_slot(catalogue, hash, accesses, count);

    if (*slot == NULL) {
        void *room = NULL;
        uint32_t size = 0;

        grow((void *)&room, &size, (uint32_t)(sizeof(struct footprint) + count * sizeof *accesses), 1);
        *slot = room;
        (*slot)->count = count;
        (*slot)->hash = hash;
        if (count > 0) {
            memcpy((*slot)->accesses, accesses, count * sizeof *accesses);
        }
        catalogue->footprint_count++;
    }
    return *slot;
}

/* Of accesses that came in no order. To sort them costs more than all else, and the same transition, met again, touches
 * the same in the same order. */
static const struct footprint *keep_sorted(struct catalogue *catalogue)
{
    struct access *accesses = catalogue->scratch;
    uint32_t count = catalogue->scratch_count;
    uint64_t hash = hash_accesses(accesses, count);
    struct order_memo *memo = &catalogue->orders[hash % ORDER_MEMOS];

    if (memo->footprint != NULL && memo->hash == hash && memo->count == count &&
        memcmp(memo->accesses, accesses, count * sizeof *accesses) == 0) {
        return memo->footprint;
    }
    grow((void *)&memo->accesses, &memo->size, count, sizeof *accesses);
    memcpy(memo->accesses, accesses, count * sizeof *accesses);
    memo->hash = hash;
    memo->count = count;
    qsort(accesses, count, sizeof *accesses, by_object);
    memo->footprint = keep(catalogue, accesses, count);
    return memo->footprint;
}

const struct footprint *footprint_end_other(struct catalogue *catalogue)
{
    if (catalogue->scratch_count == 0 && catalogue->empty != NULL) {
        return catalogue->empty;
    }
    if (catalogue->scratch_count == 1) {
        return footprint_single(catalogue, catalogue->scratch[0].object, catalogue->scratch[0].mode);
    }
    return catalogue->scratch_sorted ? keep(catalogue, catalogue->scratch, catalogue->scratch_count)
                                     : keep_sorted(catalogue);
}

const struct footprint *footprint_single(struct catalogue *catalogue, uint32_t object, enum access_mode mode)
{
    uint32_t place = object * ACCESS_MODES + (uint32_t)mode;

    grow((void *)&catalogue->singles, &catalogue->single_size, place + 1, sizeof(struct footprint *));
    if (catalogue->singles[place] == NULL) {
        struct access access = {object, mode};

        catalogue->singles[place] = keep(catalogue, &access, 1);
    }
    return catalogue->singles[place];
}

/* ---- conflicts -------------------------------------------------------------------------------------------------- */

/* Whether the footprint accesses this object in a way that conflicts with the mode. */
static bool accesses_against(const struct footprint *footprint, uint32_t object, enum access_mode mode)
{
    uint32_t low = 0;
    uint32_t high = footprint->count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (footprint->accesses[middle].object == object) {
            return modes_conflict(footprint->accesses[middle].mode, mode);
        }
        if (footprint->accesses[middle].object < object) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

/* The same for any member of a class. */
static bool accesses_member_against(const struct catalogue *catalogue, const struct footprint *footprint,
                                    uint32_t whole, enum access_mode mode)
{
    for (uint32_t i = 0; i < footprint->count; i++) {
        if (catalogue->objects[footprint->accesses[i].object].whole == whole &&
            modes_conflict(footprint->accesses[i].mode, mode)) {
            return true;
        }
    }
    return false;
}

bool footprints_conflict(const struct catalogue *catalogue, const struct footprint *left, const struct footprint *right)
{
    for (uint32_t i = 0; i < left->count; i++) {
        struct access access = left->accesses[i];
        const struct object *facts = &catalogue->objects[access.object];

        if (accesses_against(right, access.object, access.mode) ||
            (facts->whole != OBJECT_NONE && accesses_against(right, facts->whole, access.mode))) {
            return true;
        }
        if (facts->whole == OBJECT_NONE && facts->members != OBJECT_NONE &&
            accesses_member_against(catalogue, right, access.object, access.mode)) {
            return true;
        }
    }
    return false;
}
