/* Answers that come bit by bit, or late: pulled by whoever owns the connection and the clock.
 *
 * A stream is a cursor, no queue: it holds what the client asked for and how far it has been given, and looks at the
 * engine each time. So it is plain data, and an engine does not know who listens. It stays valid when its container or
 * execution is removed (then it ends).
 */
#ifndef DRYDOCK_FAKES_DOCKER_STREAM_H
#define DRYDOCK_FAKES_DOCKER_STREAM_H

#include "core/effect.h"

struct docker_engine;

/* STREAM(ID, held, what): held: nothing of the answer, its status included, goes out before the first bytes are there.
 */
enum docker_stream_kind {
    DOCKER_STREAM_NONE,
#define STREAM(ID, held, next, what) DOCKER_STREAM_##ID,
#include "fakes/docker/streams.def"
    DOCKER_STREAM_COUNT
};

struct docker_stream {
    enum docker_stream_kind kind;
    const char *subject;         /* id of the container or execution */
    const struct value *asked;   /* the request's arguments */
    const struct value *content; /* what is given bit by bit where it was fixed at the request: lines of progress */
    uint64_t position;           /* how far it has been given; its meaning is the kind's */
    int64_t since_ms, until_ms;
    int64_t since_us, until_us;          /* of events, which are told apart more finely */
    uint32_t run;                        /* the start of the container that it belongs to (container_details.starts) */
    bool gives_out, gives_err, takes_in; /* which of a process's streams the client asked for */
    bool timestamps, details;            /* before each line of a log */
    bool raw;                            /* a terminal's bytes, no frames */
    bool input;                          /* takes the client's bytes: docker_stream_input() */
    bool done;
};

enum docker_stream_state {
    DOCKER_MORE,  /* bytes were given; there may be more at once */
    DOCKER_LATER, /* nothing now: something has to happen first, or time to pass (docker_stream_next_ms()) */
    DOCKER_OVER,  /* it is over, after the bytes that were given now, if any */
};

struct docker_chunk {
    const char *bytes; /* in the arena handed in */
    size_t length;
};

/* The next bytes of a stream, in `arena`. */
enum docker_stream_state docker_stream_next(struct docker_engine *engine, struct docker_stream *stream,
                                            struct arena *arena, struct docker_chunk *chunk);
/* The next instant at which it has to be asked by itself (statistics each second, until=…); INT64_MAX: never. */
int64_t docker_stream_next_ms(const struct docker_engine *engine, const struct docker_stream *stream);
/* Whether nothing of the answer may go out before bytes are there. */
bool docker_stream_is_held(const struct docker_stream *stream);
/* Bytes from the client, and their end, of a stream that takes them. */
void docker_stream_input(struct docker_engine *engine, struct docker_stream *stream, const char *bytes, size_t length);
void docker_stream_input_end(struct docker_engine *engine, struct docker_stream *stream);

/* A frame of a multiplexed stream: 1 byte stream, 3 bytes zero, 4 bytes length big endian, the bytes (Engine API,
 * ContainerAttach). Appends to what `chunk` has; a raw stream gets the bytes alone. */
void docker_stream_frame(const struct docker_stream *stream, struct arena *arena, struct docker_chunk *chunk,
                         int output, const char *bytes, size_t length);

#endif
