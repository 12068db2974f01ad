/* What containers have written: the json-file log driver, and who reads it (GET logs, attach). Lives with a container;
 * kept are the last LOGS_BYTES_MAX bytes of it. */
#ifndef DRYDOCK_FAKES_DOCKER_LOGS_H
#define DRYDOCK_FAKES_DOCKER_LOGS_H

#include "fakes/docker/stream.h"

struct container;
struct docker_engine;

enum docker_output { DOCKER_STDIN, DOCKER_STDOUT, DOCKER_STDERR }; /* as frames number them */

struct docker_log_entry {
    int64_t at_ms;
    uint64_t number; /* 1, 2 …: a cursor for streams; never used twice */
    enum docker_output output;
    uint32_t length;
    const char *bytes;
};

struct docker_logs {
    struct docker_log_entry *entries; /* a ring, the oldest at `first` */
    uint32_t first, count, size;
    uint64_t written; /* entries ever */
};

/* Keeps what a container's process has written now. */
void docker_logs_write(struct docker_engine *engine, struct container *container, enum docker_output output,
                       const char *bytes, size_t length);

#endif
