#include "fakes/docker/logs.h"

#include "fakes/docker/handlers.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRIES_FIRST = 16, FRAME_BYTES_MAX = 32768, US_PER_MS = 1000 };

/* ---- keeping ---------------------------------------------------------------------------------------------------- */

static struct docker_log_entry *entry_at(const struct docker_logs *logs, uint32_t index)
{
    return &logs->entries[(logs->first + index) % logs->size];
}

static void drop_oldest(struct pool *pool, struct docker_logs *logs)
{
    struct docker_log_entry *oldest = entry_at(logs, 0);

    logs->bytes -= oldest->length;
    pool_give(pool, oldest->bytes, oldest->length);
    logs->first = (logs->first + 1) % logs->size;
    logs->count--;
}

static void grow(struct pool *pool, struct docker_logs *logs)
{
    uint32_t size = logs->size == 0 ? ENTRIES_FIRST : logs->size * 2;
    struct docker_log_entry *entries = pool_take(pool, size * sizeof *entries);

    for (uint32_t i = 0; i < logs->count; i++) {
        entries[i] = *entry_at(logs, i);
    }
    pool_give(pool, logs->entries, logs->size * sizeof *entries);
    logs->entries = entries;
    logs->size = size;
    logs->first = 0;
}

static void add_entry(struct pool *pool, struct docker_logs *logs, struct docker_log_entry entry, const char *bytes)
{
    while (logs->count > 0 && (logs->bytes + entry.length > LOGS_BYTES_MAX || logs->count == LOGS_ENTRIES_MAX)) {
        drop_oldest(pool, logs);
    }
    if (logs->count == logs->size) {
        grow(pool, logs);
    }
    entry.number = ++logs->written;
    entry.bytes = pool_take(pool, entry.length);
    memcpy(entry.bytes, bytes, entry.length);
    logs->bytes += entry.length;
    logs->count++;
    *entry_at(logs, logs->count - 1) = entry;
}

void docker_logs_add(struct pool *pool, struct docker_logs *logs, int64_t now_ms, uint32_t run,
                     enum docker_output output, const char *bytes, size_t length)
{
    while (length > 0) {
        const char *newline = memchr(bytes, '\n', length);
        size_t taken = newline == NULL ? length : (size_t)(newline - bytes) + 1;

        taken = taken > LOGS_ENTRY_MAX ? LOGS_ENTRY_MAX : taken;
        add_entry(pool, logs,
                  (struct docker_log_entry){.at_ms = now_ms, .output = output, .run = run, .length = (uint32_t)taken},
                  bytes);
        bytes += taken;
        length -= taken;
    }
}

void docker_logs_clear(struct pool *pool, struct docker_logs *logs)
{
    while (logs->count > 0) {
        drop_oldest(pool, logs);
    }
    pool_give(pool, logs->entries, logs->size * sizeof *logs->entries);
    *logs = (struct docker_logs){.written = logs->written};
}

void docker_logs_write(struct docker_engine *engine, struct container *container, enum docker_output output,
                       const char *bytes, size_t length)
{
    docker_logs_add(&engine->whole->pool, &container->details->logs, engine->world->now_ms, container->details->starts,
                    output, bytes, length);
}

void docker_logs_free(struct docker_engine *engine, struct container *container)
{
    struct docker_gone_logs *gone = &engine->whole->gone_logs;
    struct docker_logs *logs = &container->details->logs;

    if (logs->count > 0) {
        uint32_t slot = (uint32_t)(gone->count++ % LOGS_GONE_KEPT);

        docker_logs_clear(&engine->whole->pool, &gone->kept[slot].logs);
        gone->kept[slot].id = container->id;
        gone->kept[slot].logs = *logs;
    }
    *logs = (struct docker_logs){0};
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

const struct docker_logs *docker_logs_find(struct docker_engine *engine, const char *id, struct container **container)
{
    const struct docker_gone_logs *gone = &engine->whole->gone_logs;

    *container = NULL;
    for (uint32_t i = 0; i < engine->container_count; i++) {
        if (strcmp(engine->containers[i].id, id) == 0) {
            *container = &engine->containers[i];
            return &engine->containers[i].details->logs;
        }
    }
    for (uint32_t i = 0; i < LOGS_GONE_KEPT; i++) {
        if (gone->kept[i].id != NULL && strcmp(gone->kept[i].id, id) == 0) {
            return &gone->kept[i].logs;
        }
    }
    return NULL;
}

/* The place in the ring of the first entry after a number; logs->count: none. */
static uint32_t index_after(const struct docker_logs *logs, uint64_t number)
{
    uint64_t oldest = logs->written - logs->count + 1;
    uint64_t index = number + 1 < oldest ? 0 : number + 1 - oldest;

    return index < logs->count ? (uint32_t)index : logs->count;
}

const struct docker_log_entry *docker_logs_after(const struct docker_logs *logs, uint64_t number)
{
    uint32_t index = index_after(logs, number);

    return index == logs->count ? NULL : entry_at(logs, index);
}

static bool wants(const struct docker_stream *stream, const struct docker_log_entry *entry)
{
    return entry->output == DOCKER_STDERR ? stream->gives_err : stream->gives_out;
}

bool docker_logs_give(const struct docker_logs *logs, struct docker_stream *stream, struct arena *arena,
                      struct docker_chunk *chunk)
{
    const struct docker_log_entry *entry = docker_logs_after(logs, stream->position);

    while (entry != NULL && !wants(stream, entry)) {
        stream->position = entry->number;
        entry = docker_logs_after(logs, stream->position);
    }
    if (entry == NULL) {
        return false;
    }
    enum docker_output output = entry->output;
    char *joined = arena_alloc(arena, FRAME_BYTES_MAX);
    size_t length = 0;

    for (; entry != NULL && entry->output == output && length + entry->length <= FRAME_BYTES_MAX;
         entry = docker_logs_after(logs, stream->position)) {
        memcpy(joined + length, entry->bytes, entry->length);
        length += entry->length;
        stream->position = entry->number;
    }
    docker_stream_frame(stream, arena, chunk, (int)output, joined, length);
    return true;
}

/* ---- GET logs: whole lines, as the json-file driver has them ------------------------------------------------------
 */

enum line { LINE_ENDS, LINE_GOES_ON, LINE_UNFINISHED };

static bool has_newline(const struct docker_log_entry *entry)
{
    return entry->bytes[entry->length - 1] == '\n';
}

static bool is_same_source(const struct docker_log_entry *left, const struct docker_log_entry *right)
{
    return left->output == right->output && left->run == right->run;
}

/* Whether a line ends with an entry. An unfinished one is no line before the run that wrote it (`running`; 0: none) is
 * over. */
static enum line line_at(const struct docker_logs *logs, uint32_t index, uint32_t running)
{
    const struct docker_log_entry *entry = entry_at(logs, index);

    if (has_newline(entry)) {
        return LINE_ENDS;
    }
    for (uint32_t i = index + 1; i < logs->count; i++) {
        if (is_same_source(entry, entry_at(logs, i))) {
            return LINE_GOES_ON;
        }
    }
    return entry->run == running ? LINE_UNFINISHED : LINE_ENDS;
}

/* The text of the line that ends with an entry. */
static struct docker_chunk line_text(const struct docker_logs *logs, uint32_t index, struct arena *arena)
{
    const struct docker_log_entry *last = entry_at(logs, index);
    size_t length = last->length;
    uint32_t first = index;

    for (uint32_t i = index; i > 0; i--) {
        const struct docker_log_entry *before = entry_at(logs, i - 1);

        if (is_same_source(before, last)) {
            if (has_newline(before)) {
                break;
            }
            length += before->length;
            first = i - 1;
        }
    }
    char *text = arena_alloc(arena, length + 1);
    size_t at = 0;

    for (uint32_t i = first; i <= index; i++) {
        const struct docker_log_entry *entry = entry_at(logs, i);

        if (is_same_source(entry, last)) {
            memcpy(text + at, entry->bytes, entry->length);
            at += entry->length;
        }
    }
    return (struct docker_chunk){text, length};
}

/* With nine digits of a second, whatever they are (moby pkg/jsonmessage: RFC3339NanoFixed). */
static const char *nanoseconds(struct arena *arena, int64_t ms)
{
    const char *time = value_iso_date(arena, ms);

    return arena_printf(arena, "%.*s000000Z ", (int)strlen(time) - 1, time);
}

static void give_line(const struct docker_logs *logs, uint32_t index, const struct docker_stream *stream,
                      struct arena *arena, struct docker_chunk *chunk)
{
    const struct docker_log_entry *entry = entry_at(logs, index);
    struct docker_chunk line = line_text(logs, index, arena);
    const char *prefix = arena_printf(arena, "%s%s", stream->timestamps ? nanoseconds(arena, entry->at_ms) : "",
                                      stream->details ? " " : "");
    size_t prefix_length = strlen(prefix);
    char *text = arena_alloc(arena, prefix_length + line.length + 1);

    memcpy(text, prefix, prefix_length + 1);
    memcpy(text + prefix_length, line.bytes, line.length);
    docker_stream_frame(stream, arena, chunk, (int)entry->output, text, prefix_length + line.length);
}

/* The run of a container that goes on; 0: none. */
static uint32_t running_run(const struct container *container)
{
    return container != NULL && container->state == CONTAINER_RUNNING ? container->details->starts : 0;
}

/* position: the number of the last entry that was looked at. run: the one that is followed; 0: nothing is. A follower
 * is given nothing more while a line is unfinished. */
enum docker_stream_state docker_logs_next(struct docker_engine *engine, struct docker_stream *stream,
                                          struct arena *arena, struct docker_chunk *chunk)
{
    struct container *container = NULL;
    const struct docker_logs *logs = docker_logs_find(engine, stream->subject, &container);
    uint32_t running = running_run(container);
    bool goes_on = stream->run != 0 && stream->run == running && engine->world->now_ms < stream->until_ms;

    if (logs == NULL) {
        return DOCKER_OVER;
    }
    for (uint32_t i = index_after(logs, stream->position); i < logs->count; i++) {
        const struct docker_log_entry *entry = entry_at(logs, i);
        enum line line = line_at(logs, i, running);

        if (line == LINE_UNFINISHED && goes_on) {
            return DOCKER_LATER;
        }
        stream->position = entry->number;
        if (line == LINE_ENDS && entry->at_ms >= stream->since_ms && entry->at_ms <= stream->until_ms &&
            wants(stream, entry)) {
            give_line(logs, i, stream, arena, chunk);
            return DOCKER_MORE;
        }
    }
    return goes_on ? DOCKER_LATER : DOCKER_OVER;
}

/* The number of the last entry before the last lines; what is no number, or negative, is all. */
static uint64_t tail_position(const struct docker_logs *logs, const char *tail, uint32_t running)
{
    enum { DECIMAL = 10 };
    char *end = NULL;
    long lines = tail == NULL ? -1 : strtol(tail, &end, DECIMAL);
    uint32_t index = logs->count;

    if (lines < 0 || end == tail || *end != '\0') {
        return 0;
    }
    for (; index > 0; index--) {
        if (line_at(logs, index - 1, running) == LINE_ENDS && lines-- == 0) {
            break;
        }
    }
    return logs->written - logs->count + index;
}

void docker_container_logs(struct docker_request *request)
{
    const struct container *container;
    int64_t since_us = 0, until_us = 0;

    if (!docker_flag(request, "stdout") && !docker_flag(request, "stderr")) {
        effect_fail(request->effect, request->answers, 400, NULL,
                    "Bad parameters: you must choose at least one stream");
        return;
    }
    container = docker_find_container(request);
    if (container == NULL || !docker_instant(request, "since", 500, 0, &since_us) ||
        !docker_instant(request, "until", 500, INT64_MAX, &until_us)) {
        return;
    }
    if (value_is_text(value_get(value_get(container->details->host_config, "LogConfig"), "Type"), "none")) {
        effect_fail(request->effect, request->answers, 501, NULL, "configured logging driver does not support reading");
        return;
    }
    uint32_t running = running_run(container);

    request->reply->stream = (struct docker_stream){
        .kind = DOCKER_STREAM_LOGS,
        .subject = container->id,
        .gives_out = docker_flag(request, "stdout"),
        .gives_err = docker_flag(request, "stderr"),
        .timestamps = docker_flag(request, "timestamps"),
        .details = docker_flag(request, "details"),
        .position = tail_position(&container->details->logs, docker_parameter(request, "tail"), running),
        .since_ms = since_us / US_PER_MS,
        .until_ms = until_us == 0 || until_us == INT64_MAX ? INT64_MAX : until_us / US_PER_MS,
        .run = docker_flag(request, "follow") ? running : 0,
        .raw = value_truthy(value_get(container->details->config, "Tty")),
    };
}
