/* Lines of progress, as pulls, pushes, imports and loads answer with (moby pkg/streamformatter, distribution/xfer). */
#include "fakes/docker/handlers.h"
#include "fakes/docker/images.h"

#include <string.h>

enum { BAR_WIDTH = 50, KILO = 1000 };

const struct value *docker_line(struct arena *arena, const struct value *lines, const char *id, const char *status)
{
    return value_append(arena, lines,
                        OBJECT(arena, {"status", value_string(arena, status)}, {"id", value_string(arena, id)}));
}

/* A state of a layer, without numbers. */
const struct value *docker_line_of_state(struct arena *arena, const struct value *lines, const char *id,
                                         const char *status)
{
    return value_append(arena, lines,
                        OBJECT(arena, {"status", value_string(arena, status)}, {"progressDetail", value_empty_object()},
                               {"id", value_string(arena, id)}));
}

/* Bytes as go-units' HumanSize writes them. */
static const char *human_size(struct arena *arena, double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;

    while (bytes >= KILO && unit + 1 < sizeof units / sizeof units[0]) {
        bytes /= KILO;
        unit++;
    }
    return arena_printf(arena, "%.4g%s", bytes, units[unit]);
}

static const struct value *add_progress(struct arena *arena, const struct value *lines, const char *id,
                                        const char *status, double current, double total)
{
    int filled = (int)(current / total * BAR_WIDTH);
    char bar[BAR_WIDTH + 2];

    memset(bar, ' ', sizeof bar);
    memset(bar, '=', (size_t)filled);
    bar[filled] = '>';
    const char *text = arena_printf(arena, "[%.*s]  %s/%s", BAR_WIDTH + (filled == BAR_WIDTH), bar,
                                    human_size(arena, current), human_size(arena, total));

    return value_append(arena, lines,
                        OBJECT(arena, {"status", value_string(arena, status)},
                               {"progressDetail", OBJECT(arena, {"current", value_number(arena, current)},
                                                         {"total", value_number(arena, total)})},
                               {"progress", value_string(arena, text)}, {"id", value_string(arena, id)}));
}

const struct value *docker_lines_of_layer(struct arena *arena, const struct value *lines, const char *id, double bytes)
{
    lines = docker_line_of_state(arena, lines, id, "Pulling fs layer");
    lines = add_progress(arena, lines, id, "Downloading", bytes / 2, bytes);
    lines = docker_line_of_state(arena, lines, id, "Verifying Checksum");
    lines = docker_line_of_state(arena, lines, id, "Download complete");
    lines = add_progress(arena, lines, id, "Extracting", bytes, bytes);
    lines = add_progress(arena, lines, id, "Extracting", bytes, bytes);
    return docker_line_of_state(arena, lines, id, "Pull complete");
}

void docker_answer_lines(struct docker_request *request, const struct value *lines)
{
    request->effect->result = OBJECT(request->answers, {"status", value_number(request->answers, 200)});
    request->reply->content_type = "application/json";
    request->reply->stream =
        (struct docker_stream){.kind = DOCKER_STREAM_PROGRESS, .content = value_copy(request->lasting, lines)};
}

const struct value *docker_error_line(struct arena *arena, const char *message)
{
    const struct value *text = value_string(arena, message);

    return OBJECT(arena, {"errorDetail", OBJECT(arena, {"message", text})}, {"error", text});
}

/* position: lines given so far. */
enum docker_stream_state docker_progress_next(struct docker_engine *engine, struct docker_stream *stream,
                                              struct arena *arena, struct docker_chunk *chunk)
{
    (void)engine;
    if (stream->position >= value_count(stream->content)) {
        return DOCKER_OVER;
    }
    const struct value *line = value_at(stream->content, (uint32_t)stream->position++);

    chunk->bytes = arena_printf(arena, "%s\r\n", value_json(arena, line));
    chunk->length = strlen(chunk->bytes);
    return stream->position < value_count(stream->content) ? DOCKER_MORE : DOCKER_OVER;
}

const struct value *docker_line_of_status(struct arena *arena, const struct value *lines, const char *status)
{
    return value_append(arena, lines, OBJECT(arena, {"status", value_string(arena, status)}));
}
