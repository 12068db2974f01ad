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

static const char *const note_names[NOTE_COUNT] = {
#define NOTE(ID, name, what) name,
#include "core/notes.def"
};

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

void node_start(struct node *node, struct arena *memory, struct door door, const struct node_config *config)
{
    assert(config->revision != NULL);
    *node = (struct node){.door = door, .config = *config, .memory = memory};
    memcpy(node->flags, flags_at_start, sizeof node->flags);

    /* Sizes and ages: lifecycle.md 11. */
    cache_init(&node->backup_in_progress, memory, 0, 0);
    cache_init(&node->restore_in_progress, memory, 0, 0);
    cache_init(&node->running_apps_cache, memory, 0, 0);
    cache_init(&node->monitored, memory, 0, 0);
    cache_init(&node->stopped_apps_cache, memory, 40, 90 * MINUTE_MS);
    cache_init(&node->decryption_cache, memory, 100, (int64_t)7 * DAY_MS);
    cache_init(&node->daemon_replies, memory, 50, 20 * 1000);
    cache_init(&node->raw_transactions, memory, 300, HOUR_MS);
    cache_init(&node->repository_lists, memory, 10, 6 * HOUR_MS);
    cache_init(&node->receive_only, memory, 0, 0);
    cache_init(&node->device_ids, memory, 0, 0);
    cache_init(&node->folder_health, memory, 0, 0);
    cache_init(&node->master_history, memory, 0, 0);
    cache_init(&node->master_schedule, memory, 0, 0);
    cache_init(&node->closed_peers, memory, 0, 0);
}

const struct error *perform(struct task *task, struct effect *effect)
{
    effect->result = NULL;
    effect->error = NULL;
    task->node->door.perform(task->node->door.world, task, effect);
    assert(effect->result != NULL || effect->error != NULL || effect_info(effect->id)->immediate);
    return effect->error;
}

static void perform_immediate(struct task *task, struct effect *effect)
{
    const struct error *error = perform(task, effect);

    assert(error == NULL);
    (void)error;
}

int64_t now_ms(struct task *task)
{
    struct effect effect = {.id = EFFECT_CLOCK_NOW};

    perform_immediate(task, &effect);
    return (int64_t)effect.amount;
}

void delay(struct task *task, int64_t ms)
{
    struct effect effect = {.id = EFFECT_CLOCK_DELAY,
                            .args = OBJECT(task->arena, {"ms", value_number(task->arena, (double)ms)}),
                            .amount = (double)ms};

    perform_immediate(task, &effect);
}

void microtask(struct task *task)
{
    struct effect effect = {.id = EFFECT_CLOCK_MICROTASK};

    perform_immediate(task, &effect);
}

uint32_t random_below(struct task *task, uint32_t bound)
{
    struct effect effect = {.id = EFFECT_NODE_RANDOM, .amount = bound};

    perform_immediate(task, &effect);
    assert(effect.amount >= 0 && effect.amount < bound);
    return (uint32_t)effect.amount;
}

void node_spawn(struct task *task, void (*run)(struct task *, const void *), const void *argument, size_t size)
{
    struct spawn spawn = {run, argument, size};
    struct effect effect = {.id = EFFECT_NODE_SPAWN, .payload = &spawn};

    perform_immediate(task, &effect);
}

static void log_line(struct task *task, const char *level, const char *format, va_list arguments)
{
    struct effect effect = {
        .id = EFFECT_NODE_LOG, .object = arena_vprintf(task->arena, format, arguments), .operand = level};

    perform_immediate(task, &effect);
}

void log_info(struct task *task, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_line(task, "info", format, arguments);
    va_end(arguments);
}

void log_warn(struct task *task, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_line(task, "warn", format, arguments);
    va_end(arguments);
}

void log_error(struct task *task, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_line(task, "error", format, arguments);
    va_end(arguments);
}

void take_note(struct task *task, enum note_id id, const char *app, const char *object, const char *text)
{
    struct note note = {id, app, object, text};
    struct effect effect = {.id = EFFECT_NODE_NOTE, .payload = &note};

    perform_immediate(task, &effect);
}

enum { NO_FLAG = -1 };

static void cell_access(struct task *task, int flag, const char *name, const struct value *written)
{
    struct effect effect = {.id = EFFECT_NODE_CELL, .object = name, .amount = flag, .payload = written};

    perform_immediate(task, &effect);
}

bool flag_get(struct task *task, enum flag_id flag)
{
    cell_access(task, (int)flag, flag_names[flag], NULL);
    return task->node->flags[flag];
}

void flag_set(struct task *task, enum flag_id flag, bool set)
{
    task->node->flags[flag] = set;
    cell_access(task, (int)flag, flag_names[flag], value_bool(set));
}

const char *flag_name(enum flag_id flag)
{
    return flag_names[flag];
}

const char *note_name(enum note_id note)
{
    return note_names[note];
}

/* The content of a key in a set; never looked at. */
static char present;

void *cell_get(struct task *task, struct cache *cell, const char *name, const char *key)
{
    cell_access(task, NO_FLAG, name, NULL);
    return cache_get(cell, key, now_ms(task));
}

void cell_set(struct task *task, struct cache *cell, const char *name, const char *key, void *content)
{
    cache_set(cell, key, content, now_ms(task));
    cell_access(task, NO_FLAG, name, value_null());
}

void cell_delete(struct task *task, struct cache *cell, const char *name, const char *key)
{
    cache_delete(cell, key);
    cell_access(task, NO_FLAG, name, value_null());
}

bool cell_has(struct task *task, struct cache *cell, const char *name, const char *key)
{
    return cell_get(task, cell, name, key) != NULL;
}

void cell_add(struct task *task, struct cache *cell, const char *name, const char *key)
{
    cell_set(task, cell, name, key, &present);
}

bool revision_has(const struct task *task, enum switch_bit bit)
{
    return (task->node->config.revision->switches & bit) != 0;
}

void log_failure(struct task *task, const struct error *error)
{
    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error));
    }
}
