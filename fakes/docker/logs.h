/* What containers have written: the json-file log driver, and who reads it (GET logs, attach). Lives with a container;
 * kept are the last LOGS_BYTES_MAX bytes of it. */
#ifndef DRYDOCK_FAKES_DOCKER_LOGS_H
#define DRYDOCK_FAKES_DOCKER_LOGS_H

#include "fakes/docker/pool.h"
#include "fakes/docker/stream.h"

struct container;
struct docker_engine;

enum {
    LOGS_BYTES_MAX = 1 << 20,
    LOGS_ENTRIES_MAX = 1 << 14,
    LOGS_ENTRY_MAX = 16384, /* moby daemon/logger/copier.go: longer lines are cut into several messages */
    LOGS_GONE_KEPT = 16
};

enum docker_output { DOCKER_STDIN, DOCKER_STDOUT, DOCKER_STDERR }; /* as frames number them */

/* A line with its newline, or a part of one: what was written at once, cut after newlines. */
struct docker_log_entry {
    int64_t at_ms;
    uint64_t number; /* 1, 2 …: a cursor for streams; never used twice */
    enum docker_output output;
    uint32_t run; /* the start of its container that it is of (container_details.starts) */
    uint32_t length;
    char *bytes; /* in the engine's pool */
};

struct docker_logs {
    struct docker_log_entry *entries; /* a ring, the oldest at `first` */
    uint32_t first, count, size;
    uint32_t bytes;   /* of all entries */
    uint64_t written; /* entries ever */
};

/* The logs of containers that are gone, for clients that have not been given all of them yet: the last ones. */
struct docker_gone_logs {
    struct {
        const char *id;
        struct docker_logs logs;
    } kept[LOGS_GONE_KEPT];
    uint64_t count; /* ever: number n, from 0, is kept[n % LOGS_GONE_KEPT] */
};

/* Keeps what a container's process has written now. */
void docker_logs_write(struct docker_engine *engine, struct container *container, enum docker_output output,
                       const char *bytes, size_t length);
/* Its container is removed: the logs are empty, and kept for a while for who still reads them. */
void docker_logs_free(struct docker_engine *engine, struct container *container);

/* ---- for attach and executions ---------------------------------------------------------------------------------- */

/* Adds what was written at an instant; the oldest entries go where it becomes too much. */
void docker_logs_add(struct pool *pool, struct docker_logs *logs, int64_t now_ms, uint32_t run,
                     enum docker_output output, const char *bytes, size_t length);
/* Gives the memory back; empty afterwards, numbers go on. */
void docker_logs_clear(struct pool *pool, struct docker_logs *logs);
/* The first entry that is kept after the one of this number; NULL: none yet. */
const struct docker_log_entry *docker_logs_after(const struct docker_logs *logs, uint64_t number);
/* Gives a stream, as one frame, what comes next of the outputs it wants, and moves its position; false: nothing there.
 */
bool docker_logs_give(const struct docker_logs *logs, struct docker_stream *stream, struct arena *arena,
                      struct docker_chunk *chunk);
/* The logs of a container by its id, also of one that is gone a short while; NULL: none. `*container`: NULL when it is
 * gone. */
const struct docker_logs *docker_logs_find(struct docker_engine *engine, const char *id, struct container **container);

#endif
