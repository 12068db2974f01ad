#include "fakes/document_store.h"

#include "fakes/document_query.h"
#include "fakes/world.h"

#include <assert.h>
#include <string.h>

/* ---- collections
 * --------------------------------------------------------------------------------------------------------- */

static struct document_collection *collection_of(struct document_store *store, const char *db, const char *name)
{
    for (uint32_t i = 0; i < store->collection_count; i++) {
        struct document_collection *collection = &store->collections[i];

        if (strcmp(collection->db, db) == 0 && strcmp(collection->name, name) == 0) {
            return collection;
        }
    }
    struct arena *memory = store->world->memory;
    struct document_collection *collection = table_add(memory, (void **)&store->collections, &store->collection_count,
                                                       &store->collection_size, sizeof store->collections[0]);

    collection->names.writes = store->world->writes;
    collection->db = arena_string(memory, db);
    collection->name = arena_string(memory, name);
    collection->full_name = arena_printf(memory, "%s.%s", db, name);
    return collection;
}

void document_store_init(struct document_store *store, struct world *world)
{
    /* lifecycle.md 10.2. The error collection's index is on a field that is never written: it expires nothing. */
    static const struct {
        const char *db, *name, *ttl_field;
        int64_t ttl_s;
    } indexed[] = {{"globalzelapps", "zelappslocation", "broadcastedAt", 7500},
                   {"globalzelapps", "appsinstallinglocations", "broadcastedAt", 900},
                   {"globalzelapps", "appsInstallingErrorsLocations", "cachedAt", 3600},
                   {"globalzelapps", "zelappstemporarymessages", "receivedAt", 3600}};

    *store = (struct document_store){.world = world};
    for (size_t i = 0; i < sizeof indexed / sizeof indexed[0]; i++) {
        struct document_collection *collection = collection_of(store, indexed[i].db, indexed[i].name);

        collection->ttl_field = indexed[i].ttl_field;
        collection->ttl_ms = indexed[i].ttl_s * 1000;
    }
}

static bool is_expired(const struct document_store *store, const struct document_collection *collection,
                       const struct value *document)
{
    const struct value *at = collection->ttl_field == NULL ? NULL : value_get(document, collection->ttl_field);

    return value_is(at, VALUE_DATE) && at->date_ms + collection->ttl_ms <= store->world->now_ms;
}

/* Documents go by their `name`, where they have one. */
static void index_document(struct document_store *store, struct document_collection *collection, uint32_t at)
{
    const char *name = value_get_text(collection->documents[at], "name");

    if (name != NULL) {
        name_index_add(&collection->names, store->world->memory, name, at);
    }
}

static void unindex_document(struct document_collection *collection, uint32_t at)
{
    const char *name = value_get_text(collection->documents[at], "name");

    if (name != NULL) {
        name_index_remove(&collection->names, name);
    }
}

static void remove_document(const struct document_store *store, struct document_collection *collection, uint32_t at)
{
    unindex_document(collection, at);
    world_remove(store->world, collection->documents, &collection->count, sizeof collection->documents[0], at);
}

/* Takes out what is past its TTL: gone for every reader. */
static void expire(struct document_store *store, struct document_collection *collection)
{
    for (uint32_t i = 0; collection->ttl_field != NULL && i < collection->count;) {
        if (is_expired(store, collection, collection->documents[i])) {
            remove_document(store, collection, i);
        } else {
            i++;
        }
    }
}

/* ---- what is touched: a collection is a set, its rows go by the document's `name`, in either case for a filter may
 * not tell cases apart
 * -------------------------------------------------------------------------------------------------------- */

static uint64_t row_key(const char *name, size_t length)
{
    uint64_t hash = length;

    for (size_t i = 0; i < length; i++) {
        hash = hash_combine(hash, (unsigned char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]));
    }
    return hash | 1;
}

static void touch_rows(const struct document_store *store, const struct document_collection *collection, uint64_t key,
                       enum touch_mode mode)
{
    if (store->world->watch.touched != NULL) {
        touch_object(&store->world->watch, OBJECTS_ROWS, touch_key(collection->full_name), key, mode);
    }
}

static void touch_row(const struct document_store *store, const struct document_collection *collection,
                      const struct value *document)
{
    const char *name = value_get_text(document, "name");

    if (store->world->watch.touched != NULL) {
        touch_rows(store, collection, name == NULL ? TOUCH_NAMELESS : row_key(name, strlen(name)), TOUCH_WRITE);
    }
}

/* What a filter looks at: the rows of one name when it asks for one, else all. */
static void touch_filtered(const struct document_store *store, const struct document_collection *collection,
                           const struct value *filter)
{
    const struct value *wanted = value_get(filter, "name");
    const char *name = value_text(wanted);
    const char *pattern = value_get_text(wanted, "$regex");
    uint64_t key = TOUCH_EVERY;

    if (store->world->watch.touched == NULL) {
        return;
    }
    if (name != NULL) {
        key = row_key(name, strlen(name));
    } else if (pattern != NULL) { /* ^<name>$ */
        key = row_key(pattern + 1, strlen(pattern) - 2);
    }
    touch_rows(store, collection, key, TOUCH_READ);
}

static void note(struct document_store *store, enum change_kind kind, const struct document_collection *collection,
                 const struct value *document)
{
    world_note_change(
        store->world,
        (struct change){.kind = kind, .object = collection->full_name, .detail = value_get_text(document, "name")});
}

static const struct value *add(struct document_store *store, struct document_collection *collection,
                               const struct value *document)
{
    struct arena *memory = store->world->memory;
    const struct value **place = world_add(store->world, (void **)&collection->documents, &collection->count,
                                           &collection->size, sizeof collection->documents[0]);

    *place = value_copy(memory, document);
    index_document(store, collection, collection->count - 1);
    touch_row(store, collection, *place);
    touch_rows(store, collection, TOUCH_ORDER, TOUCH_WRITE);
    return *place;
}

/* ---- find
 * ------------------------------------------------------------------------------------------------------------------------
 */

static const struct value *find(const struct document_store *store, const struct document_collection *collection,
                                const struct value *args, struct arena *arena)
{
    const struct value *filter = value_get(args, "filter");
    const struct value *projection = value_get(args, "projection");
    double limit = value_get_number(args, "limit", 0);
    const struct value **found = arena_alloc(arena, (collection->count + 1) * sizeof *found);
    size_t count = 0;

    touch_filtered(store, collection, filter);
    for (uint32_t i = 0; i < collection->count && (limit < 1 || (double)count < limit); i++) {
        if (document_matches(collection->documents[i], filter)) {
            found[count++] = document_project(collection->documents[i], projection, arena);
        }
    }
    return OBJECT(arena, {"docs", value_array(arena, found, count)});
}

static const struct value *aggregate(const struct document_store *store, const struct document_collection *collection,
                                     const struct value *args, struct arena *arena)
{
    const struct value *filter = value_get(value_at(value_get(args, "pipeline"), 0), "$match");
    uint32_t count = 0;

    touch_filtered(store, collection, filter);
    for (uint32_t i = 0; i < collection->count; i++) {
        count += document_matches(collection->documents[i], filter);
    }
    const struct value *docs =
        count == 0 ? value_empty_array() : ARRAY(arena, OBJECT(arena, {"n", value_number(arena, count)}));

    return OBJECT(arena, {"docs", docs});
}

/* ---- writes
 * ----------------------------------------------------------------------------------------------------------------------
 */

static const struct value *insert(struct document_store *store, struct document_collection *collection,
                                  const struct value *args, struct arena *arena)
{
    const struct value *documents = value_get(args, "documents");

    for (uint32_t i = 0; i < value_count(documents); i++) {
        note(store, CHANGE_ROW_INSERTED, collection, add(store, collection, value_at(documents, i)));
    }
    return OBJECT(arena, {"n", value_number(arena, value_count(documents))});
}

static void update_one(struct document_store *store, struct document_collection *collection, const struct value *update,
                       struct arena *arena, uint32_t *matched, uint32_t *modified)
{
    const struct value *query = value_get(update, "q");
    const struct value *set = value_get(value_get(update, "u"), "$set");
    bool many = value_truthy(value_get(update, "multi"));
    uint32_t before = *matched;

    touch_filtered(store, collection, query);
    for (uint32_t i = 0; i < collection->count && (many || *matched == before); i++) {
        if (!document_matches(collection->documents[i], query)) {
            continue;
        }
        const struct value *changed = document_with_set(arena, collection->documents[i], set);

        (*matched)++;
        if (changed != collection->documents[i]) {
            (*modified)++;
            touch_row(store, collection, collection->documents[i]);
            touch_row(store, collection, changed);
            unindex_document(collection, i);
            world_writes(store->world, &collection->documents[i], sizeof collection->documents[i]);
            collection->documents[i] = value_copy(store->world->memory, changed);
            index_document(store, collection, i);
            note(store, CHANGE_ROW_UPDATED, collection, collection->documents[i]);
        }
    }
    if (*matched == before && value_truthy(value_get(update, "upsert"))) {
        (*matched)++;
        note(store, CHANGE_ROW_INSERTED, collection,
             add(store, collection, document_with_set(arena, document_from_query(arena, query), set)));
    }
}

static const struct value *update(struct document_store *store, struct document_collection *collection,
                                  const struct value *args, struct arena *arena)
{
    const struct value *updates = value_get(args, "updates");
    uint32_t matched = 0;
    uint32_t modified = 0;

    for (uint32_t i = 0; i < value_count(updates); i++) {
        update_one(store, collection, value_at(updates, i), arena, &matched, &modified);
    }
    return OBJECT(arena, {"n", value_number(arena, matched)}, {"nModified", value_number(arena, modified)});
}

/* Removes matching documents, at most `limit` (0: all); the first of them, or NULL. */
static const struct value *remove_matching(struct document_store *store, struct document_collection *collection,
                                           const struct value *filter, uint32_t limit, uint32_t *removed)
{
    const struct value *first = NULL;

    touch_filtered(store, collection, filter);
    for (uint32_t i = 0; i < collection->count && (limit == 0 || *removed < limit);) {
        const struct value *document = collection->documents[i];

        if (!document_matches(document, filter)) {
            i++;
            continue;
        }
        first = first == NULL ? document : first;
        (*removed)++;
        touch_row(store, collection, document);
        remove_document(store, collection, i);
        note(store, CHANGE_ROW_REMOVED, collection, document);
    }
    return first;
}

static const struct value *delete_all(struct document_store *store, struct document_collection *collection,
                                      const struct value *args, struct arena *arena)
{
    const struct value *deletes = value_get(args, "deletes");
    uint32_t removed = 0;

    for (uint32_t i = 0; i < value_count(deletes); i++) {
        const struct value *one = value_at(deletes, i);

        remove_matching(store, collection, value_get(one, "q"), (uint32_t)value_get_int(one, "limit", 0), &removed);
    }
    return OBJECT(arena, {"n", value_number(arena, removed)});
}

static const struct value *find_and_modify(struct document_store *store, struct document_collection *collection,
                                           const struct value *args, struct arena *arena)
{
    uint32_t removed = 0;
    const struct value *document = remove_matching(store, collection, value_get(args, "query"), 1, &removed);

    return OBJECT(arena, {"value", document == NULL ? value_null() : document});
}

void document_store_apply(struct document_store *store, struct effect *effect, struct arena *answers)
{
    const char *db = value_get_text(effect->args, "db");
    const char *name = value_get_text(effect->args, "collection");

    assert(db != NULL && name != NULL);
    struct document_collection *collection = collection_of(store, db, name);

    expire(store, collection);
    switch (effect->id) {
    case EFFECT_DB_FIND:
        effect->result = find(store, collection, effect->args, answers);
        break;
    case EFFECT_DB_INSERT:
        effect->result = insert(store, collection, effect->args, answers);
        break;
    case EFFECT_DB_UPDATE:
        effect->result = update(store, collection, effect->args, answers);
        break;
    case EFFECT_DB_DELETE:
        effect->result = delete_all(store, collection, effect->args, answers);
        break;
    case EFFECT_DB_FIND_AND_MODIFY:
        effect->result = find_and_modify(store, collection, effect->args, answers);
        break;
    case EFFECT_DB_AGGREGATE:
        effect->result = aggregate(store, collection, effect->args, answers);
        break;
    default:
        assert(false && "not a database effect");
    }
}

/* ---- building and looking
 * ------------------------------------------------------------------------------------------------------- */

void document_store_insert(struct document_store *store, const char *db, const char *collection,
                           const struct value *document)
{
    add(store, collection_of(store, db, collection), document);
}

const struct value *document_store_at(struct document_store *store, const char *db, const char *collection,
                                      uint32_t index)
{
    struct document_collection *found = collection_of(store, db, collection);

    expire(store, found);
    return index < found->count ? found->documents[index] : NULL;
}

const struct value *document_store_find(struct document_store *store, const char *db, const char *collection,
                                        const char *field, const char *text)
{
    struct document_collection *found = collection_of(store, db, collection);

    expire(store, found);
    for (uint32_t i = 0; i < found->count; i++) {
        if (field == NULL || value_is_text(value_get(found->documents[i], field), text)) {
            return found->documents[i];
        }
    }
    return NULL;
}

void document_store_looked_up(struct document_store *store, const char *db, const char *collection, const char *name)
{
    if (store->world->watch.touched != NULL) {
        touch_rows(store, collection_of(store, db, collection), row_key(name, strlen(name)), TOUCH_READ);
    }
}

bool document_store_has(struct document_store *store, const char *db, const char *collection, const char *name)
{
    struct document_collection *found = collection_of(store, db, collection);

    expire(store, found);
    return name_index_find(&found->names, name) != NULL;
}

uint64_t document_store_names(struct document_store *store, const char *db, const char *collection)
{
    struct document_collection *found = collection_of(store, db, collection);

    expire(store, found);
    return found->names.sum;
}

void document_store_upsert(struct document_store *store, const char *db, const char *collection,
                           const struct value *filter, const struct value *set)
{
    struct arena *memory = store->world->memory;
    struct document_collection *found = collection_of(store, db, collection);
    uint32_t matched = 0;
    uint32_t modified = 0;

    expire(store, found);
    update_one(store, found,
               OBJECT(memory, {"q", filter}, {"u", OBJECT(memory, {"$set", set})}, {"upsert", value_bool(true)}),
               memory, &matched, &modified);
}

/* ---- hash
 * ------------------------------------------------------------------------------------------------------------------------
 */

/* Documents in natural order. Collections come into being when first asked for: an empty one is as good as none. */
uint64_t document_store_hash(const struct document_store *store)
{
    uint64_t hash = 0;

    for (uint32_t i = 0; i < store->collection_count; i++) {
        const struct document_collection *collection = &store->collections[i];
        uint64_t documents = 0;

        for (uint32_t j = 0; j < collection->count; j++) {
            if (!is_expired(store, collection, collection->documents[j])) {
                documents = hash_combine(documents, collection->documents[j]->hash);
            }
        }
        hash += documents == 0 ? 0 : hash_combine(hash_text(collection->full_name), documents);
    }
    return hash;
}
