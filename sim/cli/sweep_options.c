/* drydock sweep: the words of its command line. */
#include "sim/cli/sweep.h"

#include "sim/scenario/units.h"
#include "sim/search/workers.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED_MAX (UINT64_C(1) << 53)

static bool take_revision(struct sweep_command *command, const char *text)
{
    const struct revision *revision = revision_by_name(text);

    if (strcmp(text, "all") == 0) {
        command->revision_count = 0;
        return true;
    }
    if (revision == NULL || command->revision_count == SWEEP_REVISIONS_MAX) {
        complain("sweep: there is no revision \"%s\"; `drydock list revisions` lists them", text);
        return false;
    }
    command->revisions[command->revision_count++] = revision;
    return true;
}

static bool take_switch(struct sweep_command *command, const char *text)
{
    uint32_t bit = 0;

    if (!switch_by_name(text, &bit)) {
        complain("sweep: there is no switch \"%s\"; `drydock list revisions` lists them", text);
        return false;
    }
    command->options.run.without |= bit;
    return true;
}

/* A whole number up to `most`. */
static bool read_number(const char *text, uint64_t most, uint64_t *number)
{
    char *end = NULL;

    errno = 0;
    *number = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number <= most;
}

static bool take_seed(struct sweep_command *command, const char *text)
{
    command->options.run.seed_given = true;
    if (!read_number(text, SEED_MAX, &command->options.run.seed)) {
        complain("sweep: \"%s\" is no seed, expected a whole number from 0 to 2^53", text);
        return false;
    }
    return true;
}

static bool take_jobs(struct sweep_command *command, const char *text)
{
    uint64_t jobs = 0;

    if (!read_number(text, WORKERS_JOBS_MAX, &jobs) || jobs == 0) {
        complain("sweep: \"%s\" is no number of processes, expected 1 to %d", text, WORKERS_JOBS_MAX);
        return false;
    }
    command->options.jobs = (uint32_t)jobs;
    return true;
}

static bool take_time(struct sweep_command *command, const char *text)
{
    if (!parse_duration(text, &command->time_ms) || command->time_ms <= 0) {
        complain("sweep: \"%s\" is no time, expected something like \"90s\" or \"5m\"", text);
        return false;
    }
    return true;
}

static bool take_format(struct sweep_command *command, const char *text)
{
    command->json = strcmp(text, "json") == 0;
    if (!command->json && strcmp(text, "text") != 0) {
        complain("sweep: there is no format \"%s\", expected text or json", text);
        return false;
    }
    return true;
}

/* Sets *bits to those of the names in a list; *wrong is the name that `bit_of` (0: none) does not know. */
static bool read_list(const char *text, uint32_t (*bit_of)(const char *name), uint32_t *bits, char *wrong, size_t size)
{
    *bits = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, ",");

        snprintf(wrong, size, "%.*s", (int)length, text);
        uint32_t bit = bit_of(wrong);

        if (bit == 0) {
            return false;
        }
        *bits |= bit;
        text += length + (text[length] == ',');
    }
    return *bits != 0;
}

static uint32_t fault_bit(const char *name)
{
    enum fault_kind kind = FAULT_NONE;

    return fault_by_name(name, &kind) && kind != FAULT_NONE ? UINT32_C(1) << kind : 0;
}

static uint32_t port_bit(const char *name)
{
    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        const struct effect_info *info = effect_info((enum effect_id)i);

        if (!info->immediate && info->faults != 0 && strcmp(info->port_name, name) == 0) {
            return UINT32_C(1) << info->port;
        }
    }
    return 0;
}

enum { NAME_SIZE = 64 };

static bool take_fault_kinds(struct sweep_command *command, const char *text)
{
    char wrong[NAME_SIZE] = "";

    if (!read_list(text, fault_bit, &command->options.bounds.faults, wrong, sizeof wrong)) {
        complain("sweep: there is no fault \"%s\"; `drydock list faults` lists them", wrong);
        return false;
    }
    return true;
}

static bool take_ports(struct sweep_command *command, const char *text)
{
    char wrong[NAME_SIZE] = "";

    if (!read_list(text, port_bit, &command->options.bounds.ports, wrong, sizeof wrong)) {
        complain("sweep: there is no wire \"%s\" with calls that can fail; `drydock list effects` lists them", wrong);
        return false;
    }
    return true;
}

static void take_flag(struct sweep_command *command, const char *name)
{
    struct sweep_bounds *bounds = &command->options.bounds;

    if (strcmp(name, "once") == 0 || strcmp(name, "sticky") == 0 || strcmp(name, "both") == 0) {
        bounds->once = name[0] != 's';
        bounds->sticky = name[0] != 'o';
    } else if (strcmp(name, "crashes") == 0 || strcmp(name, "no-crashes") == 0) {
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
    const struct {
        const char *name;
        bool (*take)(struct sweep_command *, const char *);
    } taken[] = {{"revision", take_revision}, {"without", take_switch},
                 {"seed", take_seed},         {"jobs", take_jobs},
                 {"time", take_time},         {"format", take_format},
                 {"ports", take_ports},       {"fault-kinds", take_fault_kinds}};

    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (strcmp(taken[i].name, name) == 0) {
            return taken[i].take(command, argument);
        }
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
    if (optind == argc) {
        complain("sweep: expected at least one scenario file or directory; see `drydock help sweep`");
        return false;
    }
    for (int i = optind; i < argc; i++) {
        if (!collect_files(arena, argv[i], &command->files)) {
            return false;
        }
    }
    command->options.bounds.strikes =
        command->crashes == YES || (command->crashes == BY_DEFAULT && command->files.count == 1);
    return true;
}
