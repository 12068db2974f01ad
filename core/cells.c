#define CALLS_FOR_ITS_CALLERS /* see FROM_HERE */
#include "core/cells.h"

#include "core/node.h"

#include <assert.h>
#include <string.h>

static const char *const flag_names[FLAG_COUNT] = {
#define FLAG(ID, name, at_start) name,
#include "core/cells.def"
};

static const bool flags_at_start[FLAG_COUNT] = {
#define FLAG(ID, name, at_start) at_start,
#include "core/cells.def"
};

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

static const struct {
    const char *name;
    uint32_t count_max;
    int64_t age_ms_max;
    enum cell_content content;
} caches[CELL_COUNT] = {
#define CACHE(ID, name, count_max, age_ms_max, content) {name, count_max, age_ms_max, content},
#include "core/cells.def"
};

void cells_start(struct node_cells *cells, struct arena *memory)
{
    *cells = (struct node_cells){0};
    memcpy(cells->flags, flags_at_start, sizeof cells->flags);
    for (int i = 0; i < CELL_COUNT; i++) {
        cache_init(&cells->caches[i], memory, caches[i].count_max, caches[i].age_ms_max);
    }
}

const char *flag_name(enum flag_id flag)
{
    return flag_names[flag];
}

const char *cell_name(enum cell_id cell)
{
    return caches[cell].name;
}

enum cell_content cell_content(enum cell_id cell)
{
    return caches[cell].content;
}

/* ---- reports ---------------------------------------------------------------------------------------------------- */

enum { NO_FLAG = -1 };

/* `written`: NULL for a read. */
static void report(struct task *task, int flag, const char *name, const char *key, const struct value *written)
{
    struct effect effect = {.id = EFFECT_NODE_CELL, .object = name, .operand = key, .amount = flag, .payload = written};
    const struct error *error = perform(task, &effect);

    assert(error == NULL);
    (void)error;
}

static void report_read(struct task *task, const char *name, const char *key)
{
    report(task, NO_FLAG, name, key, NULL);
}

static void report_write(struct task *task, const char *name, const char *key)
{
    report(task, NO_FLAG, name, key, value_null());
}

/* ---- flags and scalars ------------------------------------------------------------------------------------------ */

bool flag_get(struct task *task, enum flag_id flag)
{
    report(task, (int)flag, flag_names[flag], NULL, NULL);
    return task->node->cells.flags[flag];
}

void flag_set(struct task *task, enum flag_id flag, bool set)
{
    task->node->cells.flags[flag] = set;
    report(task, (int)flag, flag_names[flag], NULL, value_bool(set));
}

#define SCALAR(type, member, name)                                                                                     \
    type member##_get(struct task *task)                                                                               \
    {                                                                                                                  \
        report_read(task, name, NULL);                                                                                 \
        return task->node->cells.member;                                                                               \
    }                                                                                                                  \
                                                                                                                       \
    void member##_set(struct task *task, type value)                                                                   \
    {                                                                                                                  \
        task->node->cells.member = value;                                                                              \
        report_write(task, name, NULL);                                                                                \
    }
#include "core/cells.def"

/* ---- caches and sets -------------------------------------------------------------------------------------------- */

/* The content of a key in a set; never looked at. */
static const char present;

static struct cache *cache_of(struct task *task, enum cell_id cell)
{
    return &task->node->cells.caches[cell];
}

const void *cell_get(struct task *task, enum cell_id cell, const char *key)
{
    report_read(task, cell_name(cell), key);
    return cache_get(cache_of(task, cell), key, now_ms(task));
}

void cell_set(struct task *task, enum cell_id cell, const char *key, const void *content)
{
    bool evicted = cache_set(cache_of(task, cell), key, content, now_ms(task));

    report_write(task, cell_name(cell), evicted ? NULL : key);
}

void cell_delete(struct task *task, enum cell_id cell, const char *key)
{
    cache_delete(cache_of(task, cell), key);
    report_write(task, cell_name(cell), key);
}

bool cell_has(struct task *task, enum cell_id cell, const char *key)
{
    return cell_get(task, cell, key) != NULL;
}

void cell_add(struct task *task, enum cell_id cell, const char *key)
{
    cell_set(task, cell, key, &present);
}

void cell_read(struct task *task, enum cell_id cell, const char *key)
{
    report_read(task, cell_name(cell), key);
}

void *cell_change(struct task *task, enum cell_id cell, const char *key, const void *content)
{
    report_write(task, cell_name(cell), key);
    return (void *)(uintptr_t)content;
}

uint32_t cell_count(struct task *task, enum cell_id cell)
{
    report_read(task, cell_name(cell), NULL);
    return cache_of(task, cell)->count;
}

const char *const *cell_keys(struct task *task, enum cell_id cell, uint32_t *count)
{
    const struct cache *cache = cache_of(task, cell);
    const char **keys = arena_alloc(task->arena, cache->count * sizeof *keys);

    report_read(task, cell_name(cell), NULL);
    *count = cache->count;
    for (uint32_t i = 0; i < cache->count; i++) {
        keys[i] = cache->entries[i].key;
    }
    return keys;
}

void cell_clear(struct task *task, enum cell_id cell)
{
    cache_clear(cache_of(task, cell));
    report_write(task, cell_name(cell), NULL);
}
