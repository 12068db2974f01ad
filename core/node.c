#define CALLS_FOR_ITS_CALLERS /* see FROM_HERE */
#include "core/node.h"

#include <assert.h>

static const char *const note_names[NOTE_COUNT] = {
#define NOTE(ID, name, what) name,
#include "core/notes.def"
};

void node_start(struct node *node, struct arena *memory, struct door door, const struct node_config *config)
{
    assert(config->revision != NULL);
    *node = (struct node){.door = door, .config = *config, .memory = memory};
    cells_start(&node->cells, memory);
}

const struct error *perform(struct task *task, struct effect *effect)
{
    effect->place = task->place;
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
    struct effect effect = {.id = EFFECT_NODE_LOG, .operand = level};

    if (!task->node->door.log_unread) {
        effect.object = arena_vprintf(task->arena, format, arguments);
    }

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

const char *note_name(enum note_id note)
{
    return note_names[note];
}

bool revision_has(const struct task *task, enum switch_bit bit)
{
    const struct node_config *config = &task->node->config;

    if (config->asked != NULL) {
        *config->asked |= bit;
    }
    return (config->revision->switches & bit) != 0;
}

void log_failure(struct task *task, const struct error *error)
{
    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error));
    }
}
