/* drydock sweep: the words of its command line. */
#include "sim/cli/sweep.h"

#include <getopt.h>
#include <string.h>

static void take_flag(struct sweep_command *command, const char *name)
{
    struct sweep_bounds *bounds = &command->options.bounds;

    if (take_stay(name, &bounds->stays)) {
        return;
    }
    if (strcmp(name, "crashes") == 0 || strcmp(name, "no-crashes") == 0) {
        command->crashes = name[0] == 'c' ? YES : NO;
    } else if (strcmp(name, "pairs") == 0) {
        command->options.pairs = true;
    } else if (strcmp(name, "all") == 0) {
        bounds->all = true;
    } else {
        command->strict = true;
    }
}

static bool take_option(struct sweep_command *command, const char *name, const char *argument)
{
    struct sweep_options *options = &command->options;

    if (strcmp(name, "revision") == 0) {
        return take_revision("sweep", argument, &command->revisions);
    }
    if (strcmp(name, "without") == 0) {
        return take_switch("sweep", argument, &options->run.without);
    }
    if (strcmp(name, "seed") == 0) {
        options->run.seed_given = true;
        return take_seed("sweep", name, argument, &options->run.seed);
    }
    if (strcmp(name, "heals") == 0) {
        return take_heals("sweep", argument, &command->heals);
    }
    if (strcmp(name, "fault-kinds") == 0) {
        return take_fault_kinds("sweep", argument, &options->bounds.faults);
    }
    if (strcmp(name, "ports") == 0) {
        return take_ports("sweep", argument, &options->bounds.ports);
    }
    if (strcmp(name, "jobs") == 0) {
        return take_jobs("sweep", argument, &options->jobs);
    }
    if (strcmp(name, "time") == 0) {
        return take_duration("sweep", name, argument, &command->time_ms);
    }
    if (strcmp(name, "format") == 0) {
        return take_text_or_json("sweep", argument, &command->json);
    }
    if (strcmp(name, "save") == 0) {
        command->save = argument;
    } else if (strcmp(name, "output") == 0) {
        command->output = argument;
    } else {
        take_flag(command, name);
    }
    return true;
}

bool read_sweep_command(struct arena *arena, int argc, char **argv, struct sweep_command *command)
{
    int option = 0;

    while (option >= 0) {
        if (!next_option(VERB_SWEEP, argc, argv, &option)) {
            return false;
        }
        if (option >= 0 && !take_option(command, option_table[option].name, optarg)) {
            return false;
        }
    }
    if (!take_files("sweep", argc, argv, arena, &command->files)) {
        return false;
    }
    add_heals(&command->options.bounds.stays, command->heals);
    command->options.bounds.strikes =
        command->crashes == YES || (command->crashes == BY_DEFAULT && command->files.count == 1);
    return true;
}
