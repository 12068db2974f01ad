/* `drydock replay` as asked for, and what came of it: between replay.c and replay_tell.c. */
#ifndef DRYDOCK_SIM_CLI_REPLAY_COMMAND_H
#define DRYDOCK_SIM_CLI_REPLAY_COMMAND_H

#include "sim/cli/narrow_options.h"
#include "sim/cli/replay_stops.h"

struct replay_command {
    const char *file;
    const struct revision *revision; /* NULL: the repro's own */
    uint32_t without;
    const char *follow; /* the seed as given; NULL: strict */
    uint64_t seed;
    bool gdb, full;
    struct narrow_options narrow;
    struct stops stops;
};

/* A command and what came of it. */
struct playing {
    const struct replay_command *command;
    struct arena *arena;
    const struct scenario *scenario;
    const struct revision *revision;
    uint32_t without;
    bool own; /* the release, less the switches, that it was found on */
    struct repro_steps expected;
    struct replay *replay;
};

/* Adds what stands before the run: the command, and what was found. */
void tell_beginning(struct sink *sink, const struct playing *playing);
/* Adds the story of the run and its outcome, and the command again. Whether the outcome is as it should be. */
bool tell_outcome(struct sink *sink, const struct playing *playing);

struct run_file;
/* Plays every run of a trace and holds it against what the trace has of it. An exit status. */
int replay_trace(struct arena *arena, const struct replay_command *command, const struct run_file *file);

#endif
