/* Serves a scenario's Docker Engine to Docker's own clients: a session behind sockets, with a clock. */
#ifndef DRYDOCK_SIM_SERVE_SERVE_H
#define DRYDOCK_SIM_SERVE_SERVE_H

#include "sim/scenario/runner.h"

enum serve_clock {
    SERVE_CLOCK_REAL,    /* as fast as the wall's */
    SERVE_CLOCK_VIRTUAL, /* it stands; while a client waits, it goes to what is due next */
    SERVE_CLOCK_SCALED,  /* `factor` times as fast as the wall's */
};

struct serve_options {
    const struct run_options *run;
    const char *const *addresses; /* unix:///path or tcp://host:port, NULL at the end */
    bool listen_anywhere;         /* TCP addresses other than loopback too */
    enum serve_clock clock;
    double factor;
    const char *faketime;     /* a file that is kept in libfaketime's format; NULL: none */
    int64_t (*wall_us)(void); /* monotonic */
    int64_t (*date_ms)(void); /* of the wall, ms since the epoch: for faketime */
    bool (*stopped)(void);    /* whether it is time to end */
    void (*listening)(const char *address);
};

/* Serves until options->stopped(). The record is as scenario_run()'s; NULL, with a message in `error`, when it cannot
 * listen. */
struct run_record *serve(const struct scenario *scenario, const struct serve_options *options,
                         struct memory *run_memory, struct arena *record_arena, struct arena *event_arena, char *error,
                         size_t error_size);

#endif
