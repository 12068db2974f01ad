#include "sim/conform/recording.h"

#include "fakes/world.h"
#include "reports/trace.h"
#include "sim/scenario/json_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OPERATIONS_MAX = 1000 * 1000 * 1000 };
static const double INSTANT_MAX_MS = 1e13; /* some 300 years */

struct reader {
    struct arena *arena;
    struct recording *recording;
    const char *file;
    uint32_t line;
    const char *text; /* of the line */
    size_t length;
    int64_t setup_calls, setup_completions; /* places taken by the setup */
    const char *mistake;
};

static void mistake_in(struct reader *reader, struct json_place place, const char *what)
{
    if (reader->mistake == NULL) {
        place.line = reader->line;
        reader->mistake = mistake_line(reader->arena, reader->file, place, what);
    }
}

/* At the line's beginning. */
static void mistake(struct reader *reader, const char *what)
{
    mistake_in(reader, (struct json_place){1, 1}, what);
}

static struct json_place place_of(const struct reader *reader, const char *key)
{
    const struct json_path root = {NULL, NULL, 0};
    const struct json_path path = {&root, key, 0};

    return json_locate(reader->text, reader->length, &path, false);
}

/* Says what a member is, or that it is not there, and what was expected. */
static void wrong_member(struct reader *reader, const struct value *line, const char *key, const char *expected)
{
    const struct value *value = value_get(line, key);

    if (value == NULL) {
        mistake(reader, arena_printf(reader->arena, "no \"%s\" in this line, expected %s", key, expected));
    } else {
        mistake_in(
            reader, place_of(reader, key),
            arena_printf(reader->arena, "%s is %s, expected %s", key, trace_shown(reader->arena, value), expected));
    }
}

static const char *wanted_text(struct reader *reader, const struct value *line, const char *key)
{
    const char *text = value_get_text(line, key);

    if (text == NULL || text[0] == '\0') {
        wrong_member(reader, line, key, "text");
        return "";
    }
    return text;
}

/* A number from 0 to max; where it may be missing or null, that is `missing`. */
static double number_up_to(struct reader *reader, const struct value *line, const char *key, double max, bool needed,
                           double missing)
{
    const struct value *value = value_get(line, key);
    bool whole = max <= OPERATIONS_MAX;

    if (!needed && (value == NULL || value_is(value, VALUE_NULL))) {
        return missing;
    }
    if (!value_is(value, VALUE_NUMBER) || !(value->number >= 0 && value->number <= max) ||
        (whole && value->number > floor(value->number))) {
        wrong_member(reader, line, key, whole ? "a whole number from 0 on" : "milliseconds from 0 on");
        return 0;
    }
    return value->number;
}

static void read_header(struct reader *reader, const struct value *line)
{
    struct recording *recording = reader->recording;
    int64_t started_ms = 0;

    recording->name = wanted_text(reader, line, "name");
    recording->tag = wanted_text(reader, line, "tag");
    recording->tag_place = (struct json_place){reader->line, place_of(reader, "tag").column};
    recording->about = value_get_text(line, "about");
    const char *started = wanted_text(reader, line, "started");

    if (!parse_iso_date(started, &started_ms)) {
        wrong_member(reader, line, "started", "an instant as of RFC 3339 such as \"2026-11-23T18:50:48.974Z\"");
    }
    recording->started_ms = started_ms;
}

static void read_world(struct reader *reader, const struct value *line)
{
    const char *at = wanted_text(reader, line, "at");
    const struct value *world = value_get(line, "world");

    if (!value_is(world, VALUE_OBJECT)) {
        wrong_member(reader, line, "world", "an object");
    } else if (strcmp(at, "initial") == 0) {
        reader->recording->initial = world;
    } else if (strcmp(at, "final") == 0) {
        reader->recording->final = world;
    } else {
        wrong_member(reader, line, "at", "\"initial\" or \"final\"");
    }
}

/* What went wrong, as {message, status or code}; NULL: nothing. */
static const struct value *error_of(struct reader *reader, const struct value *line)
{
    const struct value *error = value_get(line, "err");

    if (error == NULL || value_is(error, VALUE_NULL)) {
        return NULL;
    }
    if (value_get_text(error, "message") == NULL) {
        wrong_member(reader, line, "err", "null or an object with a text \"message\"");
    }
    return error;
}

static void read_op(struct reader *reader, const struct value *line, bool setup)
{
    struct recording *recording = reader->recording;
    struct recorded_op *op =
        table_add(reader->arena, (void **)&recording->ops, &recording->op_count, &recording->op_size, sizeof *op);
    double called_ms = number_up_to(reader, line, "t", INSTANT_MAX_MS, false, 0);

    *op = (struct recorded_op){.line = reader->line,
                               .setup = setup,
                               .call = (int64_t)number_up_to(reader, line, "i", OPERATIONS_MAX, true, 0),
                               .completion = (int64_t)number_up_to(reader, line, "o", OPERATIONS_MAX, false, -1),
                               .called_ms = (int64_t)called_ms,
                               .completed_ms =
                                   (int64_t)(called_ms + number_up_to(reader, line, "dt", INSTANT_MAX_MS, false, 0)),
                               .actor = wanted_text(reader, line, "actor"),
                               .task = value_get_text(line, "task"),
                               .port = wanted_text(reader, line, "port"),
                               .op = wanted_text(reader, line, "op"),
                               .args = value_get(line, "args"),
                               .result = value_get(line, "result"),
                               .error = error_of(reader, line)};
    op->args = op->args == NULL ? value_empty_object() : op->args;
    op->result = op->result == NULL && op->error == NULL ? value_null() : op->result;
    if (!value_is(op->args, VALUE_OBJECT)) {
        wrong_member(reader, line, "args", "an object");
    }
    if (strcmp(op->actor, "node") == 0 && op->task == NULL) {
        wrong_member(reader, line, "task", "text, as the actor is the node");
    }
    if (setup) {
        reader->setup_calls = op->call >= reader->setup_calls ? op->call + 1 : reader->setup_calls;
        reader->setup_completions =
            op->completion >= reader->setup_completions ? op->completion + 1 : reader->setup_completions;
    } else {
        op->call += reader->setup_calls;
        op->completion += op->completion < 0 ? 0 : reader->setup_completions;
    }
}

/* `$W`, the world's directory, becomes `/W`: an absolute path like any other. */
static const char *with_absolute_paths(struct arena *arena, const char *text, size_t length)
{
    char *own = arena_alloc(arena, length + 1);

    memcpy(own, text, length);
    for (char *at = own; (at = strstr(at, "$W/")) != NULL;) {
        *at = '/';
    }
    return own;
}

static void read_line(struct reader *reader, const char *text, size_t length)
{
    struct json_mistake json_mistake;

    reader->text = text = with_absolute_paths(reader->arena, text, length);
    reader->length = length;
    if (!json_check(reader->arena, "the line", text, length, &json_mistake)) {
        mistake_in(reader, json_mistake.place, json_mistake.message);
        return;
    }
    const struct value *line = value_parse(reader->arena, text, length);
    const char *kind = value_get_text(line, "kind");

    if (kind == NULL) {
        mistake(reader, "no line of a recording, expected an object with a \"kind\"");
    } else if (strcmp(kind, "header") == 0) {
        read_header(reader, line);
    } else if (reader->recording->name == NULL) {
        wrong_member(reader, line, "kind", "header first");
    } else if (strcmp(kind, "world") == 0) {
        read_world(reader, line);
    } else if (strcmp(kind, "setup-op") == 0 || strcmp(kind, "op") == 0) {
        read_op(reader, line, kind[0] == 's');
    } else if (strcmp(kind, "log") != 0 && strcmp(kind, "verdict") != 0) {
        wrong_member(reader, line, "kind", "header, world, setup-op, op, log or verdict");
    }
}

static int by_call(const void *left, const void *right)
{
    const struct recorded_op *one = left;
    const struct recorded_op *other = right;

    return (one->call > other->call) - (one->call < other->call);
}

struct recording *recording_parse(struct arena *arena, const char *file, const char *text, size_t length,
                                  const char **mistake_text)
{
    struct reader reader = {.arena = arena, .recording = arena_alloc(arena, sizeof(struct recording)), .file = file};
    const char *end = text + length;

    reader.recording->file = file;
    for (const char *line = text; line < end && reader.mistake == NULL;) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        size_t size = (size_t)((next == NULL ? end : next) - line);

        reader.line++;
        if (size > 0) {
            read_line(&reader, line, size);
        }
        line += size + 1;
    }
    reader.line = reader.line == 0 ? 1 : reader.line;
    if (reader.recording->name == NULL) {
        mistake(&reader, "no recording, expected JSON lines of which the first is of kind header");
    } else if (reader.recording->op_count == 0) {
        mistake(&reader, "the recording ends here, expected a line of kind op or setup-op");
    }
    *mistake_text = reader.mistake;
    if (reader.mistake != NULL) {
        return NULL;
    }
    qsort(reader.recording->ops, reader.recording->op_count, sizeof reader.recording->ops[0], by_call);
    return reader.recording;
}
