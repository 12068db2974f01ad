#include "sim/search/class_hash.h"

#include "core/value.h"
#include "sim/search/grow.h"

#include <stdlib.h>
#include <string.h>

/* What was done to an object: the hash of the last write (of all, for the members of a class), and of other accesses
 * since then, summed up. */
struct class_past {
    uint64_t written, read, added;
};

struct class_event {
    uint32_t slot, change_count; /* changes before it */
    uint64_t hash, last;         /* of its task before */
};

struct class_change {
    uint32_t object;
    struct class_past past;
};

void class_hash_init(struct class_hash *hash, const struct catalogue *catalogue)
{
    *hash = (struct class_hash){.catalogue = catalogue};
}

void class_hash_free(struct class_hash *hash)
{
    free(hash->pasts);
    free(hash->last);
    free(hash->events);
    free(hash->changes);
}

/* The sum of what an access conflicts with. */
static uint64_t conflicts(const struct class_past *past, enum access_mode mode)
{
    return past->written + (mode == ACCESS_READ ? 0 : past->read) + (mode == ACCESS_ADD ? 0 : past->added);
}

static uint64_t access_conflicts(const struct class_hash *hash, struct access access)
{
    const struct object *facts = &hash->catalogue->objects[access.object];

    if (facts->whole != OBJECT_NONE) {
        return conflicts(&hash->pasts[access.object], access.mode) + conflicts(&hash->pasts[facts->whole], access.mode);
    }
    return conflicts(&hash->pasts[facts->members != OBJECT_NONE ? facts->members : access.object], access.mode);
}

static struct class_past *change(struct class_hash *hash, uint32_t object)
{
    struct class_past *past = &hash->pasts[object];
    struct class_change *kept = &hash->changes[hash->change_count++];

    kept->object = object;
    kept->past = *past;
    return past;
}

static void note_access(struct class_hash *hash, struct access access, uint64_t event)
{
    uint32_t members = hash->catalogue->objects[access.object].members;
    struct class_past *past = change(hash, access.object);

    if (access.mode == ACCESS_WRITE) {
        past->written = event;
        past->read = 0;
        past->added = 0;
    } else if (access.mode == ACCESS_READ) {
        past->read += event;
    } else {
        past->added += event;
    }
    if (members != OBJECT_NONE) {
        /* Writes of different members are in no order. */
        past = change(hash, members);
        past->written += access.mode == ACCESS_WRITE ? event : 0;
        past->read += access.mode == ACCESS_READ ? event : 0;
        past->added += access.mode == ACCESS_ADD ? event : 0;
    }
}

/* For one more event. */
static void make_room(struct class_hash *hash, uint32_t slot, uint32_t accesses)
{
    grow((void *)&hash->pasts, &hash->past_size, hash->catalogue->object_count, sizeof *hash->pasts);
    grow((void *)&hash->last, &hash->last_size, slot + 1, sizeof *hash->last);
    grow((void *)&hash->events, &hash->event_size, hash->count + 1, sizeof *hash->events);
    grow((void *)&hash->changes, &hash->change_size, hash->change_count + 2 * accesses, sizeof *hash->changes);
}

uint64_t class_hash_add(struct class_hash *hash, uint32_t slot, uint64_t identity, const struct footprint *footprint)
{
    make_room(hash, slot, footprint->count);
    uint64_t last = hash->last[slot];
    uint64_t conflicting = 1;

    for (uint32_t i = 0; i < footprint->count; i++) {
        conflicting += access_conflicts(hash, footprint->accesses[i]);
    }
    uint64_t event = hash_combine(last != 0 ? last : identity, conflicting);

    struct class_event *kept = &hash->events[hash->count++];

    kept->slot = slot;
    kept->change_count = hash->change_count;
    kept->hash = event;
    kept->last = last;
    for (uint32_t i = 0; i < footprint->count; i++) {
        note_access(hash, footprint->accesses[i], event);
    }
    hash->last[slot] = event;
    hash->sum += event;
    return event;
}

void class_hash_cut(struct class_hash *hash, uint32_t count)
{
    while (hash->count > count) {
        const struct class_event *event = &hash->events[--hash->count];

        while (hash->change_count > event->change_count) {
            const struct class_change *undone = &hash->changes[--hash->change_count];

            hash->pasts[undone->object] = undone->past;
        }
        hash->last[event->slot] = event->last;
        hash->sum -= event->hash;
    }
}
