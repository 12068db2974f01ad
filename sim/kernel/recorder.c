#include "sim/kernel/recorder.h"

#include <assert.h>
#include <string.h>

void recorder_init(struct recorder *recorder, struct kernel *kernel, struct arena *arena, struct arena *events,
                   struct run_record *record, bool keep_events)
{
    *recorder = (struct recorder){
        .kernel = kernel, .arena = arena, .events = events, .record = record, .keep_events = keep_events};
    memcpy(recorder->flags, kernel->node.cells.flags, sizeof recorder->flags);
    record->trace_hash = hash_text("drydock");
}

void recorder_hush(struct recorder *recorder)
{
    assert(!recorder->keep_events);
    recorder->hushed = true;
}

/* ---- keeping each content once ------------------------------------------------------------------------------- */

static struct recorder_slot *find_slot(struct recorder *recorder, struct recorder_slot **slots, uint32_t *count,
                                       uint32_t *size, uint64_t hash)
{
    if ((*count + 1) * 2 > *size) {
        uint32_t larger = *size == 0 ? 256 : *size * 2;
        struct recorder_slot *table = arena_alloc(recorder->events, larger * sizeof *table);

        for (uint32_t i = 0; i < *size; i++) {
            if ((*slots)[i].kept != NULL) {
                uint32_t place = (uint32_t)(*slots)[i].hash & (larger - 1);

                while (table[place].kept != NULL) {
                    place = (place + 1) & (larger - 1);
                }
                table[place] = (*slots)[i];
            }
        }
        *slots = table;
        *size = larger;
    }
    uint32_t place = (uint32_t)hash & (*size - 1);

    while ((*slots)[place].kept != NULL && (*slots)[place].hash != hash) {
        place = (place + 1) & (*size - 1);
    }
    return &(*slots)[place];
}

static const struct value *keep_value(struct recorder *recorder, const struct value *value)
{
    if (value == NULL || !recorder->keep_events) {
        return value;
    }
    struct recorder_slot *slot =
        find_slot(recorder, &recorder->values, &recorder->value_count, &recorder->value_size, value->hash);

    if (slot->kept == NULL) {
        *slot = (struct recorder_slot){value->hash, value_copy(recorder->events, value)};
        recorder->value_count++;
    }
    return slot->kept;
}

static const char *keep_string(struct recorder *recorder, const char *text)
{
    if (text == NULL || !recorder->keep_events) {
        return text;
    }
    uint64_t hash = hash_text(text);
    struct recorder_slot *slot =
        find_slot(recorder, &recorder->strings, &recorder->string_count, &recorder->string_size, hash);

    if (slot->kept == NULL) {
        *slot = (struct recorder_slot){hash, arena_string(recorder->events, text)};
        recorder->string_count++;
    }
    return slot->kept;
}

/* ---- events ---------------------------------------------------------------------------------------------------- */

static void mix(struct recorder *recorder, uint64_t number)
{
    recorder->record->trace_hash = hash_combine(recorder->record->trace_hash, number);
}

static void mix_text(struct recorder *recorder, const char *text)
{
    mix(recorder, text == NULL ? 0 : hash_text(text));
}

/* An event that the trace hash knows nothing of. */
static struct run_event *add_unhashed(struct recorder *recorder, enum run_event_kind kind, uint32_t task)
{
    struct run_record *record = recorder->record;
    struct run_event *event = recorder->keep_events
                                  ? table_add(recorder->events, (void **)&record->events, &record->event_count,
                                              &record->event_size, sizeof record->events[0])
                                  : &recorder->scratch;

    *event = (struct run_event){.kind = kind,
                                .at_ms = recorder->kernel->world.now_ms,
                                .task = task,
                                .cause = RUN_NONE,
                                .at_step = (uint32_t)recorder->kernel->step_count,
                                .applied_ms = -1,
                                .resumed_ms = -1,
                                .violation = RUN_NONE};
    return event;
}

static struct run_event *add_event(struct recorder *recorder, enum run_event_kind kind, uint32_t task)
{
    struct run_event *event = add_unhashed(recorder, kind, task);

    mix(recorder, ((uint64_t)kind << 32) | task);
    mix(recorder, (uint64_t)event->at_ms);
    return event;
}

/* The event of the effect that the task has issued. */
static struct run_event *event_of(struct recorder *recorder, const struct kernel_task *task)
{
    return recorder->keep_events ? &recorder->record->events[task->event] : &recorder->scratch;
}

static void count(struct recorder *recorder, enum run_count which)
{
    recorder->record->counts[which]++;
}

void recorder_started(struct recorder *recorder, struct kernel_task *task)
{
    struct run_record *record = recorder->record;

    if (task->number == record->task_count) { /* else a passing task, whose number has had its name before */
        const char **name = table_add(recorder->arena, (void **)&record->tasks, &record->task_count, &record->task_size,
                                      sizeof record->tasks[0]);

        *name = arena_string(recorder->arena, task->task.name);
    }
    assert(task->number < record->task_count && strcmp(record->tasks[task->number], task->task.name) == 0);
    count(recorder, RUN_COUNT_TASKS);
    if (recorder->hushed) {
        return;
    }
    struct run_event *event = add_event(recorder, RUN_TASK, task->number);

    event->text = record->tasks[task->number];
    event->detail = task->spawned ? "spawned" : NULL;
    mix_text(recorder, event->text);
}

void recorder_issued(struct recorder *recorder, struct kernel_task *task, struct effect *effect)
{
    task->event = recorder->record->event_count;
    if (recorder->hushed) {
        return;
    }
    struct run_event *event = add_event(recorder, RUN_EFFECT, task->number);

    event->effect = effect->id;
    event->place = effect->place;
    event->args = keep_value(recorder, effect->args);
    event->object = keep_string(recorder, effect->object);
    event->detail = keep_string(recorder, effect->operand);
    mix(recorder, (uint64_t)effect->id);
    mix(recorder, effect->args == NULL ? 0 : effect->args->hash);
}

/* The same message goes to every peer: it counts once. */
static void count_broadcast(struct recorder *recorder, const struct effect *effect)
{
    const struct value *data = value_get(effect->args, "data");
    uint64_t hash = data == NULL ? 0 : data->hash;

    recorder->sent_is_new = false;
    for (uint32_t i = 0; i < RECORDER_SENT_COUNT; i++) {
        if (recorder->sent[i] == hash) {
            return;
        }
    }
    recorder->sent[recorder->sent_next++ % RECORDER_SENT_COUNT] = hash;
    recorder->sent_is_new = true;
    count(recorder, RUN_COUNT_BROADCASTS);
}

static void count_effect(struct recorder *recorder, const struct effect *effect)
{
    count(recorder, RUN_COUNT_EFFECTS);
    if (effect->id == EFFECT_DOCKER_CONTAINERS_PRUNE && effect->error == NULL) {
        count(recorder, RUN_COUNT_PRUNES);
    }
    if (effect->id == EFFECT_PEERS_SEND) {
        count_broadcast(recorder, effect);
    }
}

/* The event of an apply, as far as it is wanted. */
static void write_applied(struct recorder *recorder, struct kernel_task *task, struct effect *effect,
                          enum fault_kind fault)
{
    struct run_event *event = event_of(recorder, task);

    event->fault = fault;
    event->result = keep_value(recorder, effect->error == NULL ? effect->result : NULL);
    event->error = recorder->keep_events ? error_copy(recorder->events, effect->error) : effect->error;
    event->applied_ms = recorder->kernel->world.now_ms;
    event->applied_step = (uint32_t)recorder->kernel->step_count;
    mix(recorder, ((uint64_t)task->number << 32) | (uint64_t)fault);
    mix(recorder, event->result == NULL ? 0 : event->result->hash);
    if (event->error != NULL) {
        mix_text(recorder, event->error->message);
        mix(recorder, (uint64_t)event->error->status);
    }
}

void recorder_applied(struct recorder *recorder, struct kernel_task *task, struct effect *effect, enum fault_kind fault)
{
    if (!recorder->hushed) {
        write_applied(recorder, task, effect, fault);
    }
    if (fault != FAULT_NONE) {
        count(recorder, RUN_COUNT_APPLIED_FAULTS);
    }
    count_effect(recorder, effect);
    recorder_changes(recorder, task->event, task->number);
}

void recorder_resumed(struct recorder *recorder, struct kernel_task *task, struct effect *effect)
{
    if (recorder->hushed) {
        return;
    }
    struct run_event *event = event_of(recorder, task);

    if (effect->id == EFFECT_CLOCK_DELAY) {
        event->result = value_null();
        event->applied_ms = recorder->kernel->world.now_ms;
        event->applied_step = (uint32_t)recorder->kernel->step_count;
    }
    event->resumed_ms = recorder->kernel->world.now_ms;
    event->resumed_step = (uint32_t)recorder->kernel->step_count;
    mix(recorder, ((uint64_t)RUN_COUNT_COUNT << 32) | task->number);
}

static void count_change(struct recorder *recorder, enum change_kind kind)
{
    switch (kind) {
    case CHANGE_CONTAINER_CREATED:
        count(recorder, RUN_COUNT_CONTAINERS_CREATED);
        break;
    case CHANGE_CONTAINER_STARTED:
        count(recorder, RUN_COUNT_STARTS);
        break;
    case CHANGE_CONTAINER_REMOVED:
        count(recorder, RUN_COUNT_CONTAINERS_REMOVED);
        break;
    case CHANGE_DATA_LOST:
        count(recorder, RUN_COUNT_DATA_LOSSES);
        break;
    default:
        break;
    }
}

static void write_change(struct recorder *recorder, const struct change *change, uint32_t cause, uint32_t task)
{
    struct run_event *event = add_event(recorder, RUN_CHANGE, task);

    event->cause = cause;
    event->text = change_name(change->kind);
    event->object = keep_string(recorder, change->object);
    event->detail = keep_string(recorder, change->detail);
    event->result = keep_value(recorder, change->value);
    mix(recorder, (uint64_t)change->kind);
    mix_text(recorder, event->object);
    mix(recorder, change->number);
}

void recorder_changes(struct recorder *recorder, uint32_t cause, uint32_t task)
{
    const struct world *world = &recorder->kernel->world;

    for (uint32_t i = 0; i < world->change_count; i++) {
        if (!recorder->hushed) {
            write_change(recorder, &world->changes[i], cause, task);
        }
        count_change(recorder, world->changes[i].kind);
    }
}

static void count_note(struct recorder *recorder, enum note_id note)
{
    switch (note) {
    case NOTE_REMOVAL_BEGUN:
        count(recorder, RUN_COUNT_REMOVALS);
        break;
    case NOTE_INSTALL_DONE:
        count(recorder, RUN_COUNT_INSTALLS);
        break;
    case NOTE_RECREATE_BEGUN:
        count(recorder, RUN_COUNT_RECREATIONS);
        break;
    case NOTE_START_FAILED:
        count(recorder, RUN_COUNT_FAILED_STARTS);
        break;
    default:
        break;
    }
}

static void write_log(struct recorder *recorder, const struct kernel_task *task, const struct effect *effect)
{
    struct run_event *event = add_event(recorder, RUN_LOG, task->number);

    event->text = keep_string(recorder, effect->object);
    event->detail = keep_string(recorder, effect->operand);
    mix_text(recorder, event->text);
}

static void write_note(struct recorder *recorder, struct kernel_task *task, const struct note *note)
{
    struct run_event *event = add_event(recorder, RUN_NOTE, task->number);

    event->text = note_name(note->id);
    event->object = keep_string(recorder, note->object);
    event->detail = keep_string(recorder, note->app);
    event->result =
        note->text == NULL ? NULL : value_string(recorder->keep_events ? recorder->events : &task->arena, note->text);
    mix(recorder, (uint64_t)note->id);
    mix_text(recorder, event->object);
    mix_text(recorder, event->detail);
    mix_text(recorder, note->text);
}

/* Writes down which flags have changed since last time. The hash has every access already. */
static void write_flags(struct recorder *recorder, uint32_t task)
{
    const bool *flags = recorder->kernel->node.cells.flags;

    for (unsigned i = 0; i < FLAG_COUNT && recorder->keep_events; i++) {
        if (flags[i] != recorder->flags[i]) {
            struct run_event *event = add_unhashed(recorder, RUN_CHANGE, task);

            event->text = flags[i] ? "flag set" : "flag cleared";
            event->object = flag_name((enum flag_id)i);
            recorder->flags[i] = flags[i];
        }
    }
}

static void write_immediate(struct recorder *recorder, struct kernel_task *task, const struct effect *effect)
{
    if (effect->id == EFFECT_NODE_LOG) {
        write_log(recorder, task, effect);
    } else if (effect->id == EFFECT_NODE_NOTE) {
        write_note(recorder, task, effect->payload);
    } else if (effect->id == EFFECT_NODE_CELL) {
        /* Cells are for oracles and the explorer; the trace keeps their order in its hash only. */
        mix_text(recorder, effect->object);
        mix(recorder, effect->payload == NULL ? 0 : ((const struct value *)effect->payload)->hash);
        if (effect->payload != NULL) {
            write_flags(recorder, task->number);
        }
    }
}

void recorder_immediate(struct recorder *recorder, struct kernel_task *task, struct effect *effect)
{
    if (!recorder->hushed) {
        write_immediate(recorder, task, effect);
    }
    if (effect->id == EFFECT_NODE_LOG && strcmp(effect->operand, "error") == 0) {
        count(recorder, RUN_COUNT_LOG_ERRORS);
    } else if (effect->id == EFFECT_NODE_NOTE) {
        count_note(recorder, ((const struct note *)effect->payload)->id);
    }
}

void recorder_line(struct recorder *recorder, enum run_event_kind kind, const char *text)
{
    if (recorder->hushed) {
        return;
    }
    struct run_event *event = add_event(recorder, kind, RUN_NONE);

    event->text = keep_string(recorder, text);
    mix_text(recorder, text);
    write_flags(recorder, RUN_NONE); /* a process that has started has those of its start */
}

static void write_violation(struct recorder *recorder, const char *oracle, const struct kernel_task *task,
                            uint32_t cause, const char *object, const char *message)
{
    struct run_event *event = add_event(recorder, RUN_VIOLATION, task == NULL ? RUN_NONE : task->number);

    event->cause = cause;
    event->violation = recorder->record->violation_count;
    event->text = oracle;
    event->object = keep_string(recorder, object);
    event->detail = keep_string(recorder, message);
    mix_text(recorder, oracle);
    mix_text(recorder, message);
}

void recorder_violation(struct recorder *recorder, const char *oracle, const char *broken_when,
                        struct kernel_task *task, uint32_t cause, const char *object, const char *message)
{
    struct run_record *record = recorder->record;

    if (!recorder->hushed) {
        write_violation(recorder, oracle, task, cause, object, message);
    }
    const struct effect *effect = cause == RUN_NONE || task == NULL ? NULL : task->effect;
    struct run_violation *violation = table_add(recorder->arena, (void **)&record->violations, &record->violation_count,
                                                &record->violation_size, sizeof record->violations[0]);

    *violation = (struct run_violation){.oracle = oracle,
                                        .broken_when = broken_when,
                                        .at_ms = recorder->kernel->world.now_ms,
                                        .task = task == NULL ? NULL : record->tasks[task->number],
                                        .effect = effect == NULL ? NULL : effect_info(effect->id)->name,
                                        .place = effect == NULL ? NULL : effect->place,
                                        .object = object == NULL ? NULL : arena_string(recorder->arena, object),
                                        .message = arena_string(recorder->arena, message),
                                        .event = record->event_count - 1,
                                        .step = task == NULL ? 0 : (uint32_t)recorder->kernel->step_count,
                                        .depth = recorder->kernel->step_count};
}
