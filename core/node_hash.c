/* What a process remembers, as one number (node.h). */
#include "core/app_spec.h"

#include <string.h>

static uint64_t hash_number(int64_t number)
{
    return hash_bytes(&number, sizeof number);
}

static uint64_t hash_real(double real)
{
    double positive = real + 0.0; /* −0 is 0 */

    return hash_bytes(&positive, sizeof positive);
}

static uint64_t hash_flag(bool set)
{
    return hash_number(set);
}

static uint64_t hash_optional(const char *text)
{
    return text == NULL ? 0 : hash_text(text);
}

/* By the type of a scalar's member. */
#define HASH_SCALAR(value)                                                                                             \
    _Generic((value), bool : hash_flag, int64_t : hash_number, double : hash_real, const char * : hash_optional)(value)

/* ---- contents --------------------------------------------------------------------------------------------------- */

static uint64_t hash_app_spec(const struct app_spec *spec)
{
    uint64_t hash = spec->document->hash;

    for (uint32_t i = 0; i < spec->component_count; i++) {
        const struct component_state *state = &spec->components[i].in_place;

        hash = hash_combine(hash, hash_real(state->cpu));
        hash = hash_combine(hash, hash_real(state->ram));
        hash = hash_combine(hash, hash_real(state->hdd));
        hash = hash_combine(hash, state->env == NULL ? 0 : state->env->hash);
    }
    return hash;
}

static uint64_t hash_sync_state(const struct sync_state *state)
{
    uint64_t hash = hash_number(state->executions);

    hash = hash_combine(hash, hash_flag(state->restarted));
    hash = hash_combine(hash, hash_flag(state->first_encounter_skipped));
    return hash_combine(hash, hash_flag(state->blocked));
}

static uint64_t hash_folder_health(const struct folder_health *health)
{
    uint64_t hash = hash_number(health->ill_since_ms);

    hash = hash_combine(hash, hash_flag(health->stopped));
    return hash_combine(hash, hash_flag(health->restarted));
}

static uint64_t hash_content(enum cell_content kind, const void *content)
{
    switch (kind) {
    case CONTENT_MARK:
        break;
    case CONTENT_TEXT:
        return hash_text(content);
    case CONTENT_VALUE:
        return ((const struct value *)content)->hash;
    case CONTENT_INSTANT:
        return hash_number(*(const int64_t *)content);
    case CONTENT_APP_SPEC:
        return hash_app_spec(content);
    case CONTENT_SYNC_STATE:
        return hash_sync_state(content);
    case CONTENT_FOLDER_HEALTH:
        return hash_folder_health(content);
    }
    return 0;
}

/* ---- caches ----------------------------------------------------------------------------------------------------- */

/* How many entries would be dropped before this one. */
static uint32_t rank_of(const struct cache *cache, const struct cache_entry *entry)
{
    uint32_t rank = 0;

    for (uint32_t i = 0; i < cache->count; i++) {
        rank += cache->entries[i].used < entry->used;
    }
    return rank;
}

/* The sum of its entries' hashes, so that their order does not count. */
static uint64_t hash_cache(const struct cache *cache, enum cell_content kind)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < cache->count; i++) {
        const struct cache_entry *entry = &cache->entries[i];
        uint64_t hash = hash_combine(hash_text(entry->key), hash_content(kind, entry->content));

        hash = hash_combine(hash, hash_number(entry->expires_ms));
        sum += hash_combine(hash, cache->count_max == 0 ? 0 : rank_of(cache, entry));
    }
    return hash_combine(sum, cache->count);
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

uint64_t node_hash(const struct node *node)
{
    const struct node_cells *cells = &node->cells;
    uint64_t hash = hash_number(node->config.started_ms);

    hash = hash_combine(hash, hash_real(node->config.os_uptime_s_at_start));
    for (int i = 0; i < FLAG_COUNT; i++) {
        hash = hash_combine(hash, hash_flag(cells->flags[i]));
    }
#define SCALAR(type, member, name) hash = hash_combine(hash, HASH_SCALAR(cells->member));
#include "core/cells.def"
    for (int i = 0; i < CELL_COUNT; i++) {
        hash = hash_combine(hash, hash_cache(&cells->caches[i], cell_content((enum cell_id)i)));
    }
    return hash;
}

/* Asked for at every read of a cell: most are told apart by their first two characters. */
static bool is_name(const char *name, const char *other)
{
    return name == other || (name[0] == other[0] && name[1] == other[1] && strcmp(name, other) == 0);
}

uint64_t node_cell_hash(const struct node *node, const char *name)
{
    const struct node_cells *cells = &node->cells;

    for (int i = 0; i < FLAG_COUNT; i++) {
        if (is_name(name, flag_name((enum flag_id)i))) {
            return hash_flag(cells->flags[i]);
        }
    }
    for (int i = 0; i < CELL_COUNT; i++) {
        if (is_name(name, cell_name((enum cell_id)i))) {
            return hash_cache(&cells->caches[i], cell_content((enum cell_id)i));
        }
    }
#define SCALAR(type, member, scalar_name)                                                                              \
    if (is_name(name, scalar_name)) {                                                                                  \
        return HASH_SCALAR(cells->member);                                                                             \
    }
#include "core/cells.def"
    return 0;
}
