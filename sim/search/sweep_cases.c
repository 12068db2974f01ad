#include "sim/search/sweep_cases.h"

#include <string.h>

enum { GROUPS_LEAST = 256, SLOW_MS = 30 * 1000 /* core/faults.def's default */ };

/* Calls that repeat one another, by index. */
struct group {
    uint64_t key; /* 0: free */
    uint32_t first, second, last;
};

struct groups {
    struct group *slots; /* open addressing */
    uint32_t size;
};

static struct group *group_slot(const struct groups *groups, uint64_t key)
{
    uint32_t place = (uint32_t)key & (groups->size - 1);

    while (groups->slots[place].key != 0 && groups->slots[place].key != key) {
        place = (place + 1) & (groups->size - 1);
    }
    return &groups->slots[place];
}

static uint64_t group_key(const struct sweep_site *site)
{
    uint64_t key = hash_combine(((uint64_t)site->origin << 32) | (uint64_t)site->effect, hash_of_text(site->object));

    return hash_combine(key, site->content) | 1;
}

static bool is_wanted(const struct sweep_site *site, const struct sweep_bounds *bounds, uint64_t after_step)
{
    const struct effect_info *info = effect_info(site->effect);

    return site->step > after_step && (bounds->ports & (1U << info->port)) != 0 &&
           ((info->faults & bounds->faults) != 0 || (bounds->strikes && info->writes != 0));
}

static struct groups group_sites(const struct trial *trial, const struct sweep_bounds *bounds, uint64_t after_step,
                                 struct arena *arena)
{
    struct groups groups = {NULL, GROUPS_LEAST};

    while (groups.size < 2 * trial->site_count) {
        groups.size *= 2;
    }
    groups.slots = arena_alloc(arena, groups.size * sizeof *groups.slots);
    for (uint32_t i = 0; i < trial->site_count; i++) {
        if (!is_wanted(&trial->sites[i], bounds, after_step)) {
            continue;
        }
        uint64_t key = group_key(&trial->sites[i]);
        struct group *group = group_slot(&groups, key);

        if (group->key == 0) {
            *group = (struct group){key, i, i, i};
        } else if (group->second == group->first) {
            group->second = i;
        }
        group->last = i;
    }
    return groups;
}

static bool is_repetition(const struct groups *groups, const struct sweep_site *site, uint32_t index)
{
    const struct group *group = group_slot(groups, group_key(site));

    return index != group->first && index != group->second && index != group->last;
}

/* Whether a fault of `planned` hits this call before one of this kind could: slowness comes when a call is made, the
 * other kinds when it is applied. */
static bool is_taken(const struct sweep_site *site, enum fault_kind kind, const struct plan *planned)
{
    for (uint32_t i = 0; planned != NULL && i < planned->count; i++) {
        const struct mishap *mishap = &planned->mishaps[i];
        bool own = mishap->nth == site->nth && strcmp(mishap->task, site->task) == 0;
        bool hits = own || mishap->fires == FIRES_FOREVER || (mishap_stays(mishap) && site->fault == mishap->fault);

        if (mishap->fault != FAULT_NONE && mishap->effect == site->effect && hits &&
            (mishap->fault == FAULT_SLOW) == (kind == FAULT_SLOW)) {
            return true;
        }
    }
    return false;
}

static struct mishap *add_case(struct sweep_cases *cases, const struct sweep_site *site, uint32_t index, uint32_t fires,
                               struct arena *arena)
{
    struct sweep_case *added =
        table_add(arena, (void **)&cases->cases, &cases->count, &cases->size, sizeof cases->cases[0]);

    *added = (struct sweep_case){{.task = site->task,
                                  .effect = site->effect,
                                  .nth = site->nth,
                                  .object = site->object,
                                  .fires = fires,
                                  .delay_ms = SLOW_MS},
                                 index};
    return &added->mishap;
}

static void add_faults(struct sweep_cases *cases, const struct sweep_site *site, uint32_t index,
                       const struct sweep_bounds *bounds, const struct plan *planned, struct arena *arena)
{
    uint32_t kinds = effect_info(site->effect)->faults & bounds->faults;

    for (unsigned kind = FAULT_NONE + 1; kind < FAULT_COUNT; kind++) {
        if ((kinds & (1U << kind)) == 0 || is_taken(site, (enum fault_kind)kind, planned)) {
            continue;
        }
        bool suffers = site->fault == (enum fault_kind)kind;

        for (uint32_t fires = suffers ? 2 : 1; fires <= bounds->stays.heals_max; fires++) {
            add_case(cases, site, index, fires, arena)->fault = (enum fault_kind)kind;
        }
        if (bounds->stays.forever) {
            add_case(cases, site, index, FIRES_FOREVER, arena)->fault = (enum fault_kind)kind;
        }
    }
}

static void add_strikes(struct sweep_cases *cases, const struct sweep_site *site, uint32_t index, struct arena *arena)
{
    for (unsigned kind = STRIKE_NONE + 1; kind < STRIKE_COUNT; kind++) {
        add_case(cases, site, index, 1, arena)->strike = (enum strike_kind)kind;
    }
}

struct sweep_cases sweep_cases(const struct trial *trial, const struct sweep_bounds *bounds, uint64_t after_step,
                               const struct plan *planned, struct arena *arena)
{
    struct sweep_cases cases = {NULL, 0, 0, 0};
    struct groups groups = group_sites(trial, bounds, after_step, arena);

    for (uint32_t i = 0; i < trial->site_count; i++) {
        const struct sweep_site *site = &trial->sites[i];

        if (!is_wanted(site, bounds, after_step)) {
            continue;
        }
        if (!bounds->all && is_repetition(&groups, site, i)) {
            cases.folded++;
            continue;
        }
        add_faults(&cases, site, i, bounds, planned, arena);
        if (bounds->strikes && effect_info(site->effect)->writes != 0) {
            add_strikes(&cases, site, i, arena);
        }
    }
    return cases;
}

const char *mishap_text(struct arena *arena, const struct mishap *mishap)
{
    return arena_printf(arena, "%s at %s%s%s, number %u of %s%s", mishap_name(mishap),
                        effect_info(mishap->effect)->name, mishap->object == NULL ? "" : " ",
                        mishap->object == NULL ? "" : mishap->object, mishap->nth, mishap->task,
                        mishap_reach(arena, mishap));
}
