/* Everything outside the FluxOS process, in memory: one fake per neighbour, tables of indices, one arena.
 *
 * A fake answers effects as its real counterpart does, in what callers can observe, the unpleasant included. Its state
 * is plain tables: entries refer to one another by index or name; pointers lead only to immutable values and strings in
 * world->memory, so a copy of the arena's memory is a copy of the world. A fake never reads a clock: world->now_ms is
 * the kernel's. What an effect changed is appended to world->changes, which the caller empties before each apply.
 *
 * Values that come in with an effect live in the task's arena: what a fake keeps, it copies into world->memory.
 * Answers are built in the arena handed to world_apply(); values already in world->memory are answered by reference.
 */
#ifndef DRYDOCK_FAKES_WORLD_H
#define DRYDOCK_FAKES_WORLD_H

#include "core/effect.h"

#include "fakes/bench_daemon.h"
#include "fakes/docker_engine.h"
#include "fakes/document_store.h"
#include "fakes/fdm.h"
#include "fakes/flux_daemon.h"
#include "fakes/host.h"
#include "fakes/image_registry.h"
#include "fakes/peers.h"
#include "fakes/syncthing.h"
#include "fakes/touch.h"
#include "fakes/write_log.h"

enum change_kind {
#define CHANGE(ID, name, what) CHANGE_##ID,
#include "fakes/changes.def"
    CHANGE_COUNT
};

struct change {
    enum change_kind kind;
    const char *object;
    const char *detail;
    const struct value *value;
    uint64_t number;
};

/* How often a thing of this name was made. */
struct made_count {
    uint64_t name; /* hash of kind and name */
    uint64_t count;
};

struct world {
    struct arena *memory;
    int64_t now_ms;
    uint64_t seed;           /* ids derive from it, a name and how often that was made, never from anything else */
    struct made_count *made; /* so that makings of different names commute */
    uint32_t made_count, made_size;
    struct world_watch watch;
    struct write_log *writes; /* told before a large table is written; NULL: nobody is */

    struct change *changes; /* of the apply in progress */
    uint32_t change_count;
    uint32_t change_size;

    struct docker_engine docker;
    struct document_store store;
    struct bench_daemon bench;
    struct flux_daemon daemon;
    struct syncthing syncthing;
    struct fdm fdm;
    struct peers peers;
    struct host host;
    struct image_registry registry;
};

/* An empty, healthy world at instant now_ms: a Docker Engine without containers, an empty database with FluxOS's
 * indexes, one roomy disk mounted on `/`, a reachable everything. */
void world_init(struct world *world, struct arena *memory, uint64_t seed, int64_t now_ms);

/* Before anything is built: who is told of writes to the large tables. */
void world_tell_writes(struct world *world, struct write_log *writes);

/* Fixes the answer of a non-immediate effect (result or error) and changes the world. `clock delay` is not for the
 * world. Unknown effects are an assertion failure. */
void world_apply(struct world *world, struct effect *effect, struct arena *answers);

/* Hash of everything that a future answer or an oracle can depend on, order included where it shows; caches, rows past
 * their TTL and the instant itself are left out (what is due depends on it: callers add their clock). Linear in the
 * size of the world. */
uint64_t world_hash(const struct world *world);

/* ---- for the fakes ----------------------------------------------------------------------------------------- */

void world_note_change(struct world *world, struct change change);
const char *change_name(enum change_kind kind);
/* How often this was called with this kind and name, this time included: 1, 2 … */
uint64_t world_made(struct world *world, const char *kind, const char *name);
/* 64 hex digits for a new thing: another at each call, the same for the same seed, kind, name and number of calls with
 * them. */
const char *world_new_id(struct world *world, const char *kind, const char *name);
/* For world_hash(): of a text that may be NULL, and of a number. */
uint64_t hash_of_text(const char *text);
uint64_t hash_of_number(double number);
/* A table that grows: returns room for one more entry at *items (of item_size bytes each), in world->memory. */
void *table_add(struct arena *memory, void **items, uint32_t *count, uint32_t *size, size_t item_size);
/* Takes an entry out, keeping the order of the others. */
void table_remove(void *items, uint32_t *count, size_t item_size, uint32_t index);
/* The same for the world's large tables, whose entries are written only after world_writes(). */
void *world_add(struct world *world, void **items, uint32_t *count, uint32_t *size, size_t item_size);
void world_remove(struct world *world, void *items, uint32_t *count, size_t item_size, uint32_t index);
/* An entry of such a table is about to be written. */
static inline void world_writes(struct world *world, const void *entry, size_t size)
{
    write_log_before(world->writes, entry, size);
}
/* Sets the effect's answer to an error with a status (0: none) and a code (NULL: none). */
void effect_fail(struct effect *effect, struct arena *answers, int status, const char *code, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
