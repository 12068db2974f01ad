#include "sim/conform/recording.h"

#include "fakes/world.h"
#include "reports/sink.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    struct arena *arena;
    struct recording *recording;
    const char *file;
    uint32_t line;
    int64_t setup_calls, setup_completions; /* places taken by the setup */
    const char *mistake;
};

static void mistake(struct reader *reader, const char *what)
{
    if (reader->mistake == NULL) {
        reader->mistake = blank_controls(
            arena_printf(reader->arena, "%s:%u: %s", reader->file, reader->line == 0 ? 1 : reader->line, what));
    }
}

static const char *wanted_text(struct reader *reader, const struct value *object, const char *key)
{
    const char *text = value_get_text(object, key);

    if (text == NULL) {
        mistake(reader, arena_printf(reader->arena, "\"%s\" is missing or no text", key));
        return "";
    }
    return text;
}

static void read_header(struct reader *reader, const struct value *line)
{
    struct recording *recording = reader->recording;
    int64_t started_ms = 0;

    recording->name = wanted_text(reader, line, "name");
    recording->tag = wanted_text(reader, line, "tag");
    recording->about = value_get_text(line, "about");
    const char *started = wanted_text(reader, line, "started");

    if (reader->mistake == NULL && !parse_iso_date(started, &started_ms)) {
        mistake(reader, "\"started\" is no instant, expected RFC 3339 such as 2026-11-23T18:50:48.974Z");
    }
    recording->started_ms = started_ms;
}

static void read_world(struct reader *reader, const struct value *line)
{
    const char *at = wanted_text(reader, line, "at");
    const struct value *world = value_get(line, "world");

    if (!value_is(world, VALUE_OBJECT)) {
        mistake(reader, "\"world\" is missing or no object");
    } else if (strcmp(at, "initial") == 0) {
        reader->recording->initial = world;
    } else if (strcmp(at, "final") == 0) {
        reader->recording->final = world;
    } else {
        mistake(reader, "\"at\" is neither \"initial\" nor \"final\"");
    }
}

static void read_op(struct reader *reader, const struct value *line, bool setup)
{
    struct recording *recording = reader->recording;
    struct recorded_op *op =
        table_add(reader->arena, (void **)&recording->ops, &recording->op_count, &recording->op_size, sizeof *op);
    int64_t called_ms = value_get_whole(line, "t", 0);
    int64_t call = value_get_whole(line, "i", -1);

    *op = (struct recorded_op){.line = reader->line,
                               .setup = setup,
                               .call = call,
                               .completion = value_get_whole(line, "o", -1),
                               .called_ms = called_ms,
                               .completed_ms = called_ms + value_get_whole(line, "dt", 0),
                               .actor = wanted_text(reader, line, "actor"),
                               .task = value_get_text(line, "task"),
                               .port = wanted_text(reader, line, "port"),
                               .op = wanted_text(reader, line, "op"),
                               .args = value_get(line, "args"),
                               .result = value_get(line, "result"),
                               .error = value_is(value_get(line, "err"), VALUE_NULL) ? NULL : value_get(line, "err")};
    op->args = op->args == NULL ? value_empty_object() : op->args;
    op->result = op->result == NULL && op->error == NULL ? value_null() : op->result;
    if (call < 0) {
        mistake(reader, "\"i\", the place in call order, is missing or negative");
    }
    if (strcmp(op->actor, "node") == 0 && op->task == NULL) {
        mistake(reader, "an operation of the node has no \"task\"");
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
    text = with_absolute_paths(reader->arena, text, length);
    const struct value *line = value_parse(reader->arena, text, length);
    const char *kind = value_get_text(line, "kind");

    if (!value_is(line, VALUE_OBJECT) || kind == NULL) {
        mistake(reader, "expected a JSON object with \"kind\" on one line");
    } else if (strcmp(kind, "header") == 0) {
        read_header(reader, line);
    } else if (reader->recording->name == NULL) {
        mistake(reader, "expected the line of kind \"header\" first");
    } else if (strcmp(kind, "world") == 0) {
        read_world(reader, line);
    } else if (strcmp(kind, "setup-op") == 0 || strcmp(kind, "op") == 0) {
        read_op(reader, line, kind[0] == 's');
    } else if (strcmp(kind, "log") != 0 && strcmp(kind, "verdict") != 0) {
        mistake(reader,
                arena_printf(reader->arena,
                             "unknown kind \"%.40s\", expected header, world, setup-op, op, log or verdict", kind));
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
    if (reader.recording->name == NULL) {
        mistake(&reader, "no recording: expected JSON lines that begin with one of kind \"header\"");
    } else if (reader.recording->op_count == 0) {
        mistake(&reader, "the recording holds no operation");
    }
    *mistake_text = reader.mistake;
    if (reader.mistake != NULL) {
        return NULL;
    }
    qsort(reader.recording->ops, reader.recording->op_count, sizeof reader.recording->ops[0], by_call);
    return reader.recording;
}
