/* Between the files of `drydock sweep`. */
#ifndef DRYDOCK_SIM_CLI_SWEEP_H
#define DRYDOCK_SIM_CLI_SWEEP_H

#include "sim/cli/search_options.h"
#include "sim/search/sweep.h"

struct sweep_command {
    struct revision_list revisions;
    struct sweep_options options;
    int64_t time_ms; /* 0: no bound */
    const char *save, *output;
    bool json, strict;
    struct file_list files;
};

/* Reads the command line into *command, which holds the defaults. false after a message. */
bool read_sweep_command(struct arena *arena, int argc, char **argv, struct sweep_command *command);

/* Writes each finding of a sweep as a scenario file into `folder`, which is made when it is not there, and keeps the
 * names in the findings. Each is run first: one that does not replay as found is not written, and its finding says so.
 * false, after a message, when something cannot be written. */
bool save_repros(struct sweep *sweep, struct trial_bench *bench, const char *folder, struct arena *arena);

#endif
