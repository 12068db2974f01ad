/* MongoDB: databases of collections of immutable documents in natural order, with the filters, projections, upserts and
 * TTL indexes of lifecycle.md 10.2 and 12.2.
 *
 * A document is a JSON object; dates are VALUE_DATE. A row past its TTL is gone for every reader (the real TTL monitor
 * may be up to 60 s late; ours is exact, so that a run has one outcome).
 */
#ifndef DRYDOCK_FAKES_DOCUMENT_STORE_H
#define DRYDOCK_FAKES_DOCUMENT_STORE_H

#include "core/effect.h"
#include "fakes/name_index.h"

struct world;

struct document_collection {
    const char *db;
    const char *name;
    const char *full_name; /* db.name */
    const char *ttl_field; /* NULL: no TTL index */
    int64_t ttl_ms;
    const struct value **documents; /* natural order */
    uint32_t count, size;
    struct name_index names; /* of the documents' `name` */
};

struct document_store {
    struct world *world;
    struct document_collection *collections;
    uint32_t collection_count, collection_size;
};

/* Creates FluxOS's collections with the indexes of lifecycle.md 10.2. */
void document_store_init(struct document_store *store, struct world *world);
void document_store_apply(struct document_store *store, struct effect *effect, struct arena *answers);
uint64_t document_store_hash(const struct document_store *store); /* world_hash() */

/* ---- building and looking -------------------------------------------------------------------------------------- */

/* Copies the document to the end of the collection, which is created when new. */
void document_store_insert(struct document_store *store, const char *db, const char *collection,
                           const struct value *document);
/* First document whose `field` equals `text` (rows past their TTL do not count); NULL when there is none.
 * field NULL: the first of all. */
const struct value *document_store_find(struct document_store *store, const char *db, const char *collection,
                                        const char *field, const char *text);
/* Tells world->watch that somebody beside the effects looks at the rows of this name. */
void document_store_looked_up(struct document_store *store, const char *db, const char *collection, const char *name);
/* Whether a document that is not past its TTL has this `name`. */
bool document_store_has(struct document_store *store, const char *db, const char *collection, const char *name);
/* A sum over the names of a collection's documents that are not past their TTL: the same names, the same sum. */
uint64_t document_store_names(struct document_store *store, const char *db, const char *collection);
/* Documents of a collection that are not past their TTL, by index from 0; NULL past the end. */
const struct value *document_store_at(struct document_store *store, const char *db, const char *collection,
                                      uint32_t index);
/* Replaces or inserts by {name, ip}, as update with upsert and $set does; for the world's own actors. */
void document_store_upsert(struct document_store *store, const char *db, const char *collection,
                           const struct value *filter, const struct value *set);

#endif
