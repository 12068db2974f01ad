#include "fakes/docker/stream.h"

#include "fakes/docker/handlers.h"
#include "fakes/docker/statistics.h"

#include <string.h>

enum { FRAME_HEADER = 8 };

struct stream_kind {
    bool held;
    enum docker_stream_state (*next)(struct docker_engine *, struct docker_stream *, struct arena *,
                                     struct docker_chunk *);
};

static const struct stream_kind kinds[DOCKER_STREAM_COUNT] = {
#define STREAM(ID, held, next, what) [DOCKER_STREAM_##ID] = {held, next},
#include "fakes/docker/streams.def"
};

enum docker_stream_state docker_stream_next(struct docker_engine *engine, struct docker_stream *stream,
                                            struct arena *arena, struct docker_chunk *chunk)
{
    enum docker_stream_state state = DOCKER_OVER;

    *chunk = (struct docker_chunk){0};
    if (stream->kind != DOCKER_STREAM_NONE && !stream->done) {
        state = kinds[stream->kind].next(engine, stream, arena, chunk);
    }
    stream->done = state == DOCKER_OVER;
    return state;
}

int64_t docker_stream_next_ms(const struct docker_engine *engine, const struct docker_stream *stream)
{
    switch (stream->kind) {
    case DOCKER_STREAM_EVENTS:
    case DOCKER_STREAM_LOGS:
        return stream->until_ms;
    case DOCKER_STREAM_STATS:
        return docker_stats_next_ms(engine, stream);
    default:
        return INT64_MAX;
    }
}

bool docker_stream_is_held(const struct docker_stream *stream)
{
    return kinds[stream->kind].held;
}

void docker_stream_frame(const struct docker_stream *stream, struct arena *arena, struct docker_chunk *chunk,
                         int output, const char *bytes, size_t length)
{
    size_t header = stream->raw ? 0 : FRAME_HEADER;
    char *joined = arena_alloc(arena, chunk->length + header + length + 1);

    if (chunk->length > 0) {
        memcpy(joined, chunk->bytes, chunk->length);
    }
    if (header > 0) {
        joined[chunk->length] = (char)output;
        for (size_t i = 0; i < 4; i++) {
            joined[chunk->length + FRAME_HEADER - 1 - i] = (char)(length >> (8 * i) & 0xff);
        }
    }
    if (length > 0) {
        memcpy(joined + chunk->length + header, bytes, length);
    }
    *chunk = (struct docker_chunk){joined, chunk->length + header + length};
}
