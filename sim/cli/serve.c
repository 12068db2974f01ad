/* drydock serve: a scenario's Docker Engine for Docker's own clients. */
#include "sim/serve/serve.h"

#include "reports/report.h"
#include "sim/cli/cli.h"
#include "sim/cli/recordings.h"
#include "sim/cli/report_files.h"
#include "sim/cli/save.h"
#include "sim/cli/search_options.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ERROR_SIZE = 256, FACTOR_MAX = 1000000, MS_PER_SECOND = 1000, NS_PER_MS = 1000000 };

enum { FORMAT_TEXT }; /* the first of report_formats */

struct serve_command {
    struct run_options run;
    struct serve_options serve;
    const char **addresses;
    uint32_t address_count, address_size;
    unsigned format; /* place in report_formats */
    const char *output, *trace;
    bool timeline, quiet;
    struct file_list files;
};

/* ---- the words of the command line
 * -------------------------------------------------------------------------------------------------------------------
 */

/* "real", "virtual", or "x60". */
static bool take_clock(const char *text, struct serve_options *options)
{
    char *end = NULL;

    if (strcmp(text, "real") == 0 || strcmp(text, "virtual") == 0) {
        options->clock = text[0] == 'r' ? SERVE_CLOCK_REAL : SERVE_CLOCK_VIRTUAL;
        return true;
    }
    options->clock = SERVE_CLOCK_SCALED;
    options->factor = text[0] == 'x' ? strtod(text + 1, &end) : 0;
    if (end == NULL || *end != '\0' || !(options->factor > 0 && options->factor <= FACTOR_MAX)) {
        complain("serve: --clock %s is none, expected real, virtual, or a factor as in x60", text);
        return false;
    }
    return true;
}

static bool take_option(struct arena *arena, struct serve_command *command, const char *name, const char *argument)
{
    const struct {
        const char *name;
        const char **place;
    } kept[] = {{"output", &command->output}, {"trace", &command->trace}, {"faketime", &command->serve.faketime}};
    const struct {
        const char *name;
        bool *place;
    } flags[] = {{"listen-anywhere", &command->serve.listen_anywhere},
                 {"timeline", &command->timeline},
                 {"quiet", &command->quiet}};

    if (strcmp(name, "docker") == 0) {
        *(const char **)table_add(arena, (void **)&command->addresses, &command->address_count, &command->address_size,
                                  sizeof command->addresses[0]) = argument;
        return true;
    }
    if (strcmp(name, "clock") == 0) {
        return take_clock(argument, &command->serve);
    }
    if (strcmp(name, "revision") == 0) {
        return take_one_revision("serve", argument, &command->run.revision);
    }
    if (strcmp(name, "without") == 0) {
        return take_switch("serve", argument, &command->run.without);
    }
    if (strcmp(name, "seed") == 0) {
        command->run.seed_given = true;
        return take_seed("serve", name, argument, &command->run.seed);
    }
    if (strcmp(name, "format") == 0) {
        return take_choice("serve", name, argument, report_format_names, &command->format);
    }
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (strcmp(kept[i].name, name) == 0) {
            *kept[i].place = argument;
        }
    }
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(flags[i].name, name) == 0) {
            *flags[i].place = true;
        }
    }
    return true;
}

static bool read_command_line(struct arena *arena, int argc, char **argv, struct serve_command *command)
{
    int option = 0;

    while (option >= 0) {
        if (!next_option(VERB_SERVE, argc, argv, &option) ||
            (option >= 0 && !take_option(arena, command, option_table[option].name, optarg))) {
            return false;
        }
    }
    if (!take_files("serve", argc, argv, arena, &command->files)) {
        return false;
    }
    if (command->files.count != 1) {
        complain("serve: %u scenarios, expected one", command->files.count);
        return false;
    }
    if (command->address_count == 0) {
        complain("serve: where to listen is missing, expected --docker unix:///PATH or --docker tcp://127.0.0.1:PORT");
        return false;
    }
    *(const char **)table_add(arena, (void **)&command->addresses, &command->address_count, &command->address_size,
                              sizeof command->addresses[0]) = NULL;
    command->serve.addresses = command->addresses;
    return outputs_differ("serve", command->output, command->trace, &(struct report_files){.count = 0});
}

/* ---- serving
 * -------------------------------------------------------------------------------------------------------------------
 */

static volatile sig_atomic_t told_to_stop;

static void on_signal(int number)
{
    (void)number;
    told_to_stop = 1;
}

static bool is_stopped(void)
{
    return told_to_stop != 0;
}

static int64_t date_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / NS_PER_MS;
}

static bool is_quiet;

static void say_listening(const char *address)
{
    if (!is_quiet) {
        (void)fprintf(stderr, "drydock: serving on %s (export DOCKER_HOST=%s; Ctrl-C ends it)\n", address, address);
    }
}

static bool report(const struct serve_command *command, const struct run_record *record)
{
    const struct report_options options = {.color = shows_color(command->output),
                                           .columns = shown_columns(command->output)};
    struct sink sink;

    if (command->trace != NULL) {
        sink_init(&sink);
        trace_writer_of(command->trace)(&sink, &record, 1, &options);
        if (!deliver(&sink, command->trace)) {
            return false;
        }
    }
    sink_init(&sink);
    if (command->timeline && command->format == FORMAT_TEXT) {
        timeline_write(&sink, record, &options);
    }
    report_formats[command->format].write(&sink, &record, 1, &options);
    return deliver(&sink, command->output);
}

static int serve_scenario(struct arena *arena, struct serve_command *command)
{
    struct memory run_memory, record_memory, event_memory;
    struct arena records, events;
    struct scenario_mistake mistake = {NULL};
    struct scenario *scenario = scenario_load(arena, command->files.names[0], &mistake);
    char error[ERROR_SIZE];

    if (scenario == NULL) {
        (void)fprintf(stderr, "%s\n", mistake.text);
        return EXIT_UNUSABLE_INPUT;
    }
    if (command->run.revision == NULL) {
        command->run.revision = scenario->revisions[scenario->revision_count - 1];
    }
    if (command->serve.clock == SERVE_CLOCK_REAL && !scenario->clock_given) {
        scenario->clock_ms = date_ms();
    }
    command->run.keep_events = command->trace != NULL || command->timeline || report_formats[command->format].events;
    command->run.more_faults = true;
    command->serve.run = &command->run;
    replay_memory(&run_memory);
    replay_memory(&record_memory);
    replay_memory(&event_memory);
    arena_init(&records, &record_memory.source);
    arena_init(&events, &event_memory.source);

    const struct run_record *record =
        serve(scenario, &command->serve, &run_memory, &records, &events, error, sizeof error);
    int status = EXIT_UNUSABLE_INPUT;

    if (record == NULL) {
        complain("serve: %s", error);
    } else if (!report(command, record)) {
        status = EXIT_INTERNAL_ERROR;
    } else {
        status = record->as_expected ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
    }
    memory_free(&run_memory);
    memory_free(&record_memory);
    memory_free(&event_memory);
    return status;
}

int verb_serve(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_signal};
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct serve_command command = {
        .serve = {.wall_us = clock_us, .date_ms = date_ms, .stopped = is_stopped, .listening = say_listening}};
    struct arena arena;
    int status = EXIT_UNUSABLE_INPUT;

    arena_init(&arena, arena_source_malloc());
    if (read_command_line(&arena, argc, argv, &command)) {
        is_quiet = command.quiet;
        (void)sigaction(SIGINT, &action, NULL);
        (void)sigaction(SIGTERM, &action, NULL);
        /* Its clients are served, whoever has stopped reading what it prints. */
        (void)sigaction(SIGPIPE, &ignore, NULL);
        status = serve_scenario(&arena, &command);
    }
    arena_reset(&arena);
    return status;
}
