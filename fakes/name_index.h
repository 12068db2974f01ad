/* Where the entry of a name stands in a table that grows at its end and closes its gaps, found in a time that does not
 * depend on how many there are.
 *
 * It remembers for each name how many entries have it and where the last of them was put. A gap that is
 * closed moves later entries towards the front, so an entry stands there or nearer to the front: the caller looks, and
 * tells what it has found. Entries of the index are never taken out. */
#ifndef DRYDOCK_FAKES_NAME_INDEX_H
#define DRYDOCK_FAKES_NAME_INDEX_H

#include "core/effect.h"
#include "fakes/write_log.h"

struct name_place {
    uint64_t hash;    /* 0: free */
    const char *name; /* two names may have one hash */
    uint32_t count;   /* entries of this name */
    uint32_t at;      /* where the last one was put: it stands there, or before when gaps have been closed since */
};

struct name_index {
    struct name_place *places; /* open addressing */
    uint32_t count, size;
    struct write_log *writes; /* told of writes; NULL: nobody is */
    uint64_t sum;             /* of the hashes of all names there are: two tables with the same names have the same */
};

/* The names in a table. */
struct name_column {
    const void *entries;
    size_t entry_size, name_offset; /* an entry's name is a const char * there */
    uint32_t count;
};

#define NAME_NOWHERE UINT32_MAX

/* An entry of this name stands at the index `at`, the end of its table. The name has to stay as long as the index. */
void name_index_add(struct name_index *index, struct arena *memory, const char *name, uint32_t at);
/* One of the entries of this name, which there must be, is gone. */
void name_index_remove(struct name_index *index, const char *name);
/* What is known of a name; NULL when no entry has it. */
struct name_place *name_index_find(const struct name_index *index, const char *name);
/* The same for the first `length` bytes of a text. */
struct name_place *name_index_find_n(const struct name_index *index, const char *name, size_t length);
/* Where the last entry of the name of this length stands in its table; NAME_NOWHERE: there is none. */
uint32_t name_index_last(const struct name_index *index, const char *name, size_t length,
                         const struct name_column *column);

#endif
