/* Footprints: what a transition reads and writes (design.md, The border).
 *
 * An object is a class of things and a key in it ("container fluxwebapp", "flag removalInProgress"), or the whole
 * class. Two transitions of different tasks depend on one another when they touch a common object and the two kinds of
 * access do not commute; else their order cannot be told (Godefroid 1996, ch. 3: valid dependency relations).
 *
 * Footprints are kept once each: equal pointers are equal footprints. They live as long as the catalogue.
 */
#ifndef DRYDOCK_SIM_SEARCH_FOOTPRINT_H
#define DRYDOCK_SIM_SEARCH_FOOTPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Accesses of one kind commute with one another when it is a read or an addition (to a set, to a log, to a sum). */
enum access_mode { ACCESS_READ, ACCESS_WRITE, ACCESS_ADD, ACCESS_MODES };

#define OBJECT_NONE UINT32_MAX
enum { FOOTPRINT_ACCESSES_MAX = 4096 };

struct access {
    uint32_t object;
    enum access_mode mode;
};

struct footprint {
    uint32_t count;
    uint64_t hash;
    struct access accesses[]; /* by object; the strongest mode each */
};

/* How an object stands to others. */
struct object {
    uint64_t key;
    uint32_t whole;   /* the object that is all of its class; OBJECT_NONE: it has none, or is it */
    uint32_t members; /* stands for "anything of the class": what an access to the whole has to look at */
    const char *name; /* for messages; borrowed */
};

/* A member that was asked for lately. */
struct member_memo {
    uint64_t class_key, key;
    uint32_t object; /* + 1; 0: none */
};

/* Accesses that were gathered lately, in the order in which they came. */
struct order_memo {
    uint64_t hash;
    struct access *accesses;
    uint32_t count, size;
    const struct footprint *footprint; /* NULL: none yet */
};

enum { MEMBER_MEMOS = 256, ORDER_MEMOS = 256 };

struct catalogue {
    struct object *objects;
    uint32_t object_count, object_size;
    uint32_t *by_key; /* open addressing, object + 1 */
    uint32_t key_size;
    struct footprint **footprints; /* open addressing by hash */
    uint32_t footprint_count, footprint_size;
    const struct footprint *empty;
    const struct footprint **singles; /* of one access, ACCESS_MODES per object; NULL: not met yet */
    uint32_t single_size;
    struct member_memo memos[MEMBER_MEMOS]; /* by a hash of both keys */
    struct order_memo orders[ORDER_MEMOS];  /* by hash */
    uint32_t *places;                       /* in scratch, by object; holds only where scratch says so, too */
    uint32_t place_size;
    struct access scratch[FOOTPRINT_ACCESSES_MAX]; /* of the footprint being gathered */
    uint32_t scratch_count;
    bool scratch_sorted;
};

void catalogue_init(struct catalogue *catalogue);
void catalogue_free(struct catalogue *catalogue);

/* The object for a key of its own, without a class. */
uint32_t catalogue_object(struct catalogue *catalogue, uint64_t key);
/* The object `key` of a class, and the whole class (key 0). */
uint32_t catalogue_member(struct catalogue *catalogue, uint64_t class_key, uint64_t key);

/* Gathering: begin, touch as often as needed, end. */
void footprint_begin(struct catalogue *catalogue);
static inline void footprint_touch(struct catalogue *catalogue, uint32_t object, enum access_mode mode);
static inline const struct footprint *footprint_end(struct catalogue *catalogue);
/* The footprint of a single access. */
const struct footprint *footprint_single(struct catalogue *catalogue, uint32_t object, enum access_mode mode);

/* Whether transitions of two tasks with these footprints depend on one another. */
bool footprints_conflict(const struct catalogue *catalogue, const struct footprint *left,
                         const struct footprint *right);

/* footprint_end() of what is not one access that was met before. */
const struct footprint *footprint_end_other(struct catalogue *catalogue);

/* Most transitions touch one thing: found without a hash. */
static inline const struct footprint *footprint_end(struct catalogue *catalogue)
{
    uint32_t place = catalogue->scratch[0].object * ACCESS_MODES + (uint32_t)catalogue->scratch[0].mode;

    if (catalogue->scratch_count == 1 && place < catalogue->single_size && catalogue->singles[place] != NULL) {
        return catalogue->singles[place];
    }
    return footprint_end_other(catalogue);
}

/* footprint_touch() when something has been touched before. */
void footprint_touch_more(struct catalogue *catalogue, uint32_t object, enum access_mode mode);

static inline void footprint_touch(struct catalogue *catalogue, uint32_t object, enum access_mode mode)
{
    if (catalogue->scratch_count > 0) {
        footprint_touch_more(catalogue, object, mode);
        return;
    }
    catalogue->scratch[0] = (struct access){object, mode};
    catalogue->scratch_count = 1;
    catalogue->scratch_sorted = true;
}

static inline bool modes_conflict(enum access_mode left, enum access_mode right)
{
    return left != right || left == ACCESS_WRITE;
}

#endif
