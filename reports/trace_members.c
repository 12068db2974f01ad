/* How each member of a trace's lines is taken from a record, and put into one. */
#include "reports/trace.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No accessor needs all of what each is given. */
#define MAYBE __attribute__((unused))
#define GET(name)                                                                                                      \
    static const struct value *get_##name(MAYBE struct arena *arena, MAYBE const struct run_record *record,            \
                                          MAYBE const struct run_event *event)
#define SET(name)                                                                                                      \
    static const char *set_##name(MAYBE struct trace_reading *reading, MAYBE struct run_event *event,                  \
                                  const struct value *value)

static const double step_max = UINT32_MAX;

static const struct value *number(struct arena *arena, uint64_t whole)
{
    return value_number(arena, (double)whole);
}

static uint64_t whole(const struct value *value)
{
    return (uint64_t)value_to_number(value, 0);
}

static const char *text_of(const struct trace_reading *reading, const struct value *value)
{
    return arena_string(reading->arena, value_text(value));
}

static const struct value *texts(struct arena *arena, const char *const *items, uint32_t count)
{
    const struct value **values = arena_alloc(arena, (count + 1) * sizeof *values);

    for (uint32_t i = 0; i < count; i++) {
        values[i] = value_string(arena, items[i]);
    }
    return value_array(arena, values, count);
}

/* ---- instants, after the clock's start ----------------------------------------------------------------------- */

static const struct value *instant(struct arena *arena, const struct run_record *record, int64_t at_ms)
{
    return at_ms < 0 ? NULL : number(arena, (uint64_t)(at_ms - record->clock_start_ms));
}

static int64_t instant_of(const struct trace_reading *reading, const struct value *value)
{
    return reading->record->clock_start_ms + (int64_t)whole(value);
}

#define INSTANT(field)                                                                                                 \
    GET(field)                                                                                                         \
    {                                                                                                                  \
        return instant(arena, record, event->field);                                                                   \
    }                                                                                                                  \
    SET(field)                                                                                                         \
    {                                                                                                                  \
        event->field = instant_of(reading, value);                                                                     \
        return NULL;                                                                                                   \
    }

INSTANT(at_ms)
INSTANT(applied_ms)
INSTANT(resumed_ms)

/* ---- transitions --------------------------------------------------------------------------------------------- */

#define STEP(field)                                                                                                    \
    GET(field)                                                                                                         \
    {                                                                                                                  \
        return event->field == 0 ? NULL : number(arena, event->field);                                                 \
    }                                                                                                                  \
    SET(field)                                                                                                         \
    {                                                                                                                  \
        if (value->number > step_max) {                                                                                \
            return "expected the number of a transition";                                                              \
        }                                                                                                              \
        event->field = (uint32_t)whole(value);                                                                         \
        return NULL;                                                                                                   \
    }

STEP(at_step)
STEP(applied_step)
STEP(resumed_step)

/* ---- texts of the record and of an event --------------------------------------------------------------------- */

#define RECORD_TEXT(field)                                                                                             \
    GET(field)                                                                                                         \
    {                                                                                                                  \
        return value_string(arena, record->field);                                                                     \
    }                                                                                                                  \
    SET(field)                                                                                                         \
    {                                                                                                                  \
        reading->record->field = text_of(reading, value);                                                              \
        return NULL;                                                                                                   \
    }

RECORD_TEXT(scenario)
RECORD_TEXT(summary)
RECORD_TEXT(revision)
RECORD_TEXT(inconclusive_because)

#define EVENT_TEXT(field)                                                                                              \
    GET(field)                                                                                                         \
    {                                                                                                                  \
        return value_string(arena, event->field);                                                                      \
    }                                                                                                                  \
    SET(field)                                                                                                         \
    {                                                                                                                  \
        event->field = text_of(reading, value);                                                                        \
        return NULL;                                                                                                   \
    }

EVENT_TEXT(text)
EVENT_TEXT(object)
EVENT_TEXT(detail)

/* ---- values --------------------------------------------------------------------------------------------------- */

#define VALUE(field)                                                                                                   \
    GET(field)                                                                                                         \
    {                                                                                                                  \
        return event->field;                                                                                           \
    }                                                                                                                  \
    SET(field)                                                                                                         \
    {                                                                                                                  \
        event->field = reading->keep(reading, value);                                                                  \
        return NULL;                                                                                                   \
    }

VALUE(args)
VALUE(result)

/* ---- the header ----------------------------------------------------------------------------------------------- */

GET(format)
{
    return value_string(arena, TRACE_FORMAT);
}

SET(format)
{
    return value_is_text(value, TRACE_FORMAT) ? NULL : "expected \"" TRACE_FORMAT "\"";
}

GET(version)
{
    return value_number(arena, TRACE_VERSION);
}

SET(version)
{
    return whole(value) == TRACE_VERSION ? NULL : "expected 1: another drydock wrote it";
}

GET(without)
{
    return texts(arena, record->without, record->without_count);
}

SET(without)
{
    struct run_record *into = reading->record;

    into->without = arena_alloc(reading->arena, (value->count + 1) * sizeof *into->without);
    into->without_count = value->count;
    for (uint32_t i = 0; i < value->count; i++) {
        into->without[i] = text_of(reading, value->items[i]);
    }
    return NULL;
}

GET(seed)
{
    return number(arena, record->seed);
}

SET(seed)
{
    reading->record->seed = whole(value);
    return NULL;
}

GET(strategy)
{
    return value_string(arena, record->strategy);
}

SET(strategy)
{
    static const char *const known[] = {"script", "random", "course", "clients"};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (value_is_text(value, known[i])) {
            reading->record->strategy = known[i];
            return NULL;
        }
    }
    return "expected script, random, course or clients";
}

GET(clock_start_ms)
{
    return value_number(arena, (double)record->clock_start_ms);
}

SET(clock_start_ms)
{
    reading->record->clock_start_ms = (int64_t)whole(value);
    return NULL;
}

GET(source)
{
    return record->source;
}

SET(source)
{
    reading->record->source = value_copy(reading->arena, value);
    return NULL;
}

/* ---- tasks and causes ------------------------------------------------------------------------------------------ */

GET(task)
{
    return event->task == RUN_NONE ? NULL : value_string(arena, record->tasks[event->task]);
}

SET(task)
{
    reading->task = text_of(reading, value);
    return NULL;
}

GET(task_number)
{
    return event->task == RUN_NONE ? NULL : number(arena, event->task);
}

SET(task_number)
{
    uint32_t next = reading->record->task_count + (event->kind == RUN_TASK);

    if (event->kind == RUN_TASK ? whole(value) + 1 != next : whole(value) >= next) {
        return event->kind == RUN_TASK ? "expected one more than the task's before"
                                       : "expected the number of a task above";
    }
    event->task = (uint32_t)whole(value);
    return NULL;
}

GET(cause)
{
    return event->cause == RUN_NONE ? NULL : number(arena, event->cause);
}

SET(cause)
{
    if (whole(value) >= reading->record->event_count) {
        return "expected the number of an event before this one";
    }
    event->cause = (uint32_t)whole(value);
    return NULL;
}

/* ---- effects --------------------------------------------------------------------------------------------------- */

GET(effect)
{
    return value_string(arena, effect_info(event->effect)->name);
}

SET(effect)
{
    return effect_by_name(value->string, &event->effect) ? NULL : "expected one of `drydock list effects`";
}

GET(fault)
{
    return event->fault == FAULT_NONE ? NULL : value_string(arena, fault_info(event->fault)->name);
}

SET(fault)
{
    return fault_by_name(value->string, &event->fault) ? NULL : "expected one of `drydock list faults`";
}

GET(error)
{
    return event->error == NULL ? NULL : error_value(arena, event->error);
}

SET(error)
{
    struct error *error = arena_alloc(reading->arena, sizeof *error);
    const struct value *message = value_get(value, "message");
    const struct value *status = value_get(value, "status");
    const struct value *code = value_get(value, "code");

    if (!value_is(message, VALUE_STRING) || (status != NULL && !trace_is_whole(status, INT_MAX)) ||
        (code != NULL && !value_is(code, VALUE_STRING)) || value->count != 1u + (status != NULL) + (code != NULL)) {
        return "expected a \"message\", and \"status\" or \"code\" or both or none";
    }
    error->name = "Error";
    error->message = text_of(reading, message);
    error->code = code == NULL ? NULL : text_of(reading, code);
    error->status = status == NULL ? 0 : (int)status->number;
    event->error = error;
    return NULL;
}

/* ---- violations ------------------------------------------------------------------------------------------------ */

GET(violation_effect)
{
    return value_string(arena, record->violations[event->violation].effect);
}

SET(violation_effect)
{
    reading->violation_effect = text_of(reading, value);
    return NULL;
}

/* ---- the footer ------------------------------------------------------------------------------------------------ */

GET(events)
{
    return number(arena, record->event_count);
}

SET(events)
{
    reading->events = whole(value);
    return NULL;
}

GET(virtual_ms)
{
    return number(arena, (uint64_t)record->virtual_ms);
}

SET(virtual_ms)
{
    reading->record->virtual_ms = (int64_t)whole(value);
    return NULL;
}

GET(verdict)
{
    return value_string(arena, run_verdict_name(record->verdict));
}

SET(verdict)
{
    for (int i = RUN_HELD; i <= RUN_INCONCLUSIVE; i++) {
        if (value_is_text(value, run_verdict_name((enum run_verdict)i))) {
            reading->record->verdict = (enum run_verdict)i;
            return NULL;
        }
    }
    return "expected held, violated or inconclusive";
}

GET(as_expected)
{
    return value_bool(record->as_expected);
}

SET(as_expected)
{
    reading->record->as_expected = value->boolean;
    return NULL;
}

GET(unmet)
{
    const char **messages = arena_alloc(arena, (record->unmet_count + 1) * sizeof *messages);

    for (uint32_t i = 0; i < record->unmet_count; i++) {
        messages[i] = record->unmet[i].message;
    }
    return texts(arena, messages, record->unmet_count);
}

SET(unmet)
{
    struct run_record *into = reading->record;

    into->unmet = arena_alloc(reading->arena, (value->count + 1) * sizeof *into->unmet);
    into->unmet_count = value->count;
    for (uint32_t i = 0; i < value->count; i++) {
        into->unmet[i].message = text_of(reading, value->items[i]);
    }
    return NULL;
}

GET(counts)
{
    struct value_member members[RUN_COUNT_COUNT];

    for (int i = 0; i < RUN_COUNT_COUNT; i++) {
        members[i] = (struct value_member){run_count_name((enum run_count)i), number(arena, record->counts[i])};
    }
    return value_object(arena, members, RUN_COUNT_COUNT);
}

SET(counts)
{
    for (int i = 0; i < RUN_COUNT_COUNT; i++) {
        const struct value *count = value_get(value, run_count_name((enum run_count)i));

        if (!trace_is_whole(count, TRACE_WHOLE_MAX)) {
            return arena_printf(reading->arena, "expected a count of \"%s\" in it", run_count_name((enum run_count)i));
        }
        reading->record->counts[i] = whole(count);
    }
    return value->count == RUN_COUNT_COUNT ? NULL : "expected no others in it than `drydock list counts` has";
}

GET(trace_hash)
{
    return value_format(arena, "%016llx", (unsigned long long)record->trace_hash);
}

SET(trace_hash)
{
    enum { DIGITS = 16 };
    char again[DIGITS + 1];
    unsigned long long hash = strtoull(value->string, NULL, DIGITS);

    snprintf(again, sizeof again, "%016llx", hash);
    reading->record->trace_hash = hash;
    return strcmp(again, value->string) == 0 ? NULL : "expected 16 hexadecimal digits";
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

static const struct {
    const char *kind, *what;
} lines[TRACE_LINE_COUNT] = {
#define TRACE_LINE(ID, kind, what) {kind, what},
#include "reports/trace_lines.def"
};

const struct trace_member trace_members[] = {
#define TRACE_MEMBER(LINE, name, type, needed, moment, access, what)                                                   \
    {TRACE_##LINE, name, TRACE_##type, needed, TRACE_##moment, get_##access, set_##access, what},
#include "reports/trace_members.def"
    {TRACE_LINE_COUNT, NULL, TRACE_ANY, false, TRACE_ISSUED, NULL, NULL, NULL},
};

const char *trace_line_kind(enum trace_line_id line)
{
    return lines[line].kind;
}

const char *trace_line_what(enum trace_line_id line)
{
    return lines[line].what;
}

const char *trace_type_name(enum trace_type type)
{
    static const char *const names[] = {"text",           "whole number", "true or false",
                                        "array of texts", "object",       "any value"};

    return names[type];
}

bool trace_is_whole(const struct value *value, double max)
{
    return value_is(value, VALUE_NUMBER) && value->number >= 0 && value->number <= max &&
           floor(value->number) >= value->number;
}

enum trace_line_id trace_line_of(enum run_event_kind kind)
{
    static const enum trace_line_id of[] = {
        [RUN_EFFECT] = TRACE_EFFECT, [RUN_CHANGE] = TRACE_CHANGE,       [RUN_LOG] = TRACE_LOG,
        [RUN_NOTE] = TRACE_NOTE,     [RUN_TASK] = TRACE_TASK,           [RUN_STEP] = TRACE_STEP,
        [RUN_CRASH] = TRACE_CRASH,   [RUN_VIOLATION] = TRACE_VIOLATION,
    };

    return of[kind];
}

const struct trace_member *trace_line_members(enum trace_line_id line)
{
    const struct trace_member *member = trace_members;

    while (member->line != line) {
        member++;
    }
    return member;
}
