#include "fakes/fdm.h"

#include "fakes/world.h"

#include <string.h>

void fdm_init(struct fdm *fdm, struct world *world)
{
    *fdm = (struct fdm){.world = world, .region_up = {true, true, true}};
}

static struct fdm_entry *find(const struct fdm *fdm, const char *app)
{
    for (uint32_t i = 0; i < fdm->entry_count; i++) {
        if (strcmp(fdm->entries[i].app, app) == 0) {
            return &fdm->entries[i];
        }
    }
    return NULL;
}

void fdm_set(struct fdm *fdm, const char *app, enum fdm_state state, const char *primary)
{
    struct arena *memory = fdm->world->memory;
    struct fdm_entry *entry = find(fdm, app);

    touch_name(&fdm->world->watch, OBJECTS_PRIMARY, app, TOUCH_WRITE);
    if (entry == NULL) {
        entry = table_add(memory, (void **)&fdm->entries, &fdm->entry_count, &fdm->entry_size, sizeof *entry);
        entry->app = arena_string(memory, app);
    }
    entry->state = state;
    entry->primary = state == FDM_PRIMARY ? arena_string(memory, primary) : NULL;
}

enum fdm_state fdm_get(const struct fdm *fdm, const char *app, const char **primary)
{
    const struct fdm_entry *entry = find(fdm, app);

    *primary = entry == NULL ? NULL : entry->primary;
    return entry == NULL ? FDM_UNKNOWN : entry->state;
}

/* The region that a host name like fdm-usa-1-3.runonflux.io:16130 belongs to; −1 for none. */
static int region_of(const char *host)
{
    static const char *const prefixes[] = {"fdm-fn-", "fdm-usa-", "fdm-sg-"};

    for (int i = 0; i < 3; i++) {
        if (host != NULL && strncmp(host, prefixes[i], strlen(prefixes[i])) == 0) {
            return i;
        }
    }
    return -1;
}

static const struct value *answer(const struct value *ips, struct arena *arena)
{
    return OBJECT(arena, {"status", value_string(arena, "success")}, {"data", OBJECT(arena, {"ips", ips})});
}

void fdm_apply(struct fdm *fdm, struct effect *effect, struct arena *answers)
{
    const char *host = value_get_text(effect->args, "host");
    int region = region_of(host);
    const char *primary = NULL;
    enum fdm_state state = effect->object == NULL ? FDM_UNKNOWN : fdm_get(fdm, effect->object, &primary);

    touch_name(&fdm->world->watch, OBJECTS_PRIMARY, effect->object, TOUCH_READ);
    if (region < 0) {
        effect_fail(effect, answers, 0, "ENOTFOUND", "getaddrinfo ENOTFOUND %s", host == NULL ? "" : host);
    } else if (!fdm->region_up[region] || state == FDM_UNREACHABLE) {
        effect_fail(effect, answers, 0, "ECONNREFUSED", "connect ECONNREFUSED %s", host);
    } else if (state == FDM_UNKNOWN) {
        effect_fail(effect, answers, 404, NULL, "Request failed with status code 404");
    } else if (state == FDM_EMPTY) {
        effect->result = answer(value_empty_array(), answers);
    } else {
        effect->result = answer(ARRAY(answers, value_string(answers, primary)), answers);
    }
}

uint64_t fdm_hash(const struct fdm *fdm)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < sizeof fdm->region_up / sizeof fdm->region_up[0]; i++) {
        hash = hash_combine(hash, fdm->region_up[i]);
    }
    for (uint32_t i = 0; i < fdm->entry_count; i++) {
        const struct fdm_entry *entry = &fdm->entries[i];

        hash += hash_combine(hash_text(entry->app), hash_combine(entry->state, hash_of_text(entry->primary)));
    }
    return hash;
}
