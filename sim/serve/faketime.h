/* The run's clock for clients under libfaketime: a file that FAKETIME_TIMESTAMP_FILE names
 * (https://github.com/wolfcw/libfaketime, "Using the file ..."). */
#ifndef DRYDOCK_SIM_SERVE_FAKETIME_H
#define DRYDOCK_SIM_SERVE_FAKETIME_H

#include <stdbool.h>
#include <stdint.h>

struct faketime {
    const char *path; /* NULL: there is none */
    char written[64]; /* what it says now */
};

/* Writes the file, whole or not at all, when what it has to say has changed: the distance between the run's clock and
 * the wall's (both ms since the epoch) when the one goes as fast as the other (`real`), else the run's instant in UTC,
 * for clients with TZ=UTC. A file that cannot be written is left as it is. */
void faketime_write(struct faketime *faketime, int64_t now_ms, int64_t wall_ms, bool real);

#endif
