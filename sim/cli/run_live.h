/* drydock run --docker-host: the words of the command line about a live Engine, and what is said of it. */
#ifndef DRYDOCK_SIM_CLI_RUN_LIVE_H
#define DRYDOCK_SIM_CLI_RUN_LIVE_H

#include "sim/live/live.h"
#include "sim/scenario/runner.h"

struct live_command {
    const char *docker_host; /* NULL: the fake answers */
    const char *base_image;  /* NULL: the usual one */
    bool i_know;
};

/* Connects. NULL, after a message, when the Engine cannot be used. From here on SIGINT and SIGTERM end a run well. */
struct live *run_live_open(const struct live_command *command);

/* Runs a scenario on it (scenario_run()) and leaves nothing behind there. NULL, after a message, when the run does not
 * count: the Engine went away, or the user wants no more. */
struct run_record *run_live(struct live *live, const struct scenario *scenario, struct run_options *options,
                            struct memory *run_memory, struct arena *record_arena, struct arena *event_arena);

/* Whether the last run's Engine answered as the fake; says where not, with `quiet` only that. */
bool run_live_agreed(const struct live *live, const struct run_record *record, bool quiet);

#endif
