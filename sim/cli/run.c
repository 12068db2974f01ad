/* drydock run: scenarios, on releases, into reports. */
#include "sim/cli/cli.h"

#include "reports/coverage.h"
#include "reports/report.h"
#include "sim/scenario/runner.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
    REVISIONS_MAX = 16,
    PROGRESS_EVERY_MS = 100,
};

/* Address space for the memory of one run, and of all records: reserved, not used. */
static const size_t run_memory_size = (size_t)8 << 30;

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_JUNIT, FORMAT_TAP };

static const struct {
    const char *name;
    report_writer *write;
} formats[] = {{"text", verdict_table_write},
               {"json", json_report_write},
               {"junit", junit_report_write},
               {"tap", tap_report_write}};

enum tristate { AUTO, NO, YES };

struct run_command {
    const struct revision *revisions[REVISIONS_MAX];
    uint32_t revision_count; /* 0: those the scenario names */
    uint32_t without;
    bool seed_given;
    uint64_t seed;
    enum format format;
    const char *output;
    const char *trace;
    const char *coverage;
    enum tristate timeline;
    enum tristate color;
    bool full;
    bool quiet;
    struct file_list files;
};

/* ---- the words of the command line
 * ------------------------------------------------------------------------------------------------------- */

static bool take_revision(struct run_command *command, const char *text)
{
    const struct revision *revision = revision_by_name(text);

    if (strcmp(text, "all") == 0) {
        command->revision_count = 0;
        return true;
    }
    if (revision == NULL) {
        complain("run: there is no revision \"%s\"; `drydock list revisions` lists them", text);
        return false;
    }
    if (command->revision_count == REVISIONS_MAX) {
        complain("run: more than %d revisions", REVISIONS_MAX);
        return false;
    }
    command->revisions[command->revision_count++] = revision;
    return true;
}

static bool take_switch(struct run_command *command, const char *text)
{
    uint32_t bit = 0;

    if (!switch_by_name(text, &bit)) {
        complain("run: there is no switch \"%s\"; `drydock list revisions` lists them", text);
        return false;
    }
    command->without |= bit;
    return true;
}

static bool take_seed(struct run_command *command, const char *text)
{
    char *end = NULL;

    errno = 0;
    command->seed = strtoull(text, &end, 10);
    command->seed_given = true;
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || command->seed > (UINT64_C(1) << 53)) {
        complain("run: \"%s\" is no seed, expected a whole number from 0 to 2^53", text);
        return false;
    }
    return true;
}

static bool take_format(struct run_command *command, const char *text)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(formats[i].name, text) == 0) {
            command->format = (enum format)i;
            return true;
        }
    }
    complain("run: there is no format \"%s\", expected text, json, junit or tap", text);
    return false;
}

static bool take_color(struct run_command *command, const char *text)
{
    static const char *const names[] = {"auto", "never", "always"};

    for (int i = 0; i < 3; i++) {
        if (strcmp(names[i], text) == 0) {
            command->color = (enum tristate)i;
            return true;
        }
    }
    complain("run: --color takes auto, always or never, not \"%s\"", text);
    return false;
}

static bool take_option(struct run_command *command, const char *name, const char *argument)
{
    const struct {
        const char *name;
        bool (*take)(struct run_command *, const char *);
    } taken[] = {{"revision", take_revision},
                 {"without", take_switch},
                 {"seed", take_seed},
                 {"format", take_format},
                 {"color", take_color}};
    const struct {
        const char *name;
        const char **place;
    } kept[] = {{"output", &command->output}, {"trace", &command->trace}, {"coverage", &command->coverage}};

    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (strcmp(taken[i].name, name) == 0) {
            return taken[i].take(command, argument);
        }
    }
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (strcmp(kept[i].name, name) == 0) {
            *kept[i].place = argument;
            return true;
        }
    }
    if (strcmp(name, "timeline") == 0 || strcmp(name, "no-timeline") == 0) {
        command->timeline = name[0] == 't' ? YES : NO;
    } else if (strcmp(name, "full") == 0) {
        command->full = true;
    } else {
        command->quiet = true;
    }
    return true;
}

static bool read_command_line(struct arena *arena, int argc, char **argv, struct run_command *command)
{
    int option = 0;

    while (option >= 0) {
        if (!next_option(VERB_RUN, argc, argv, &option)) {
            return false;
        }
        if (option >= 0 && !take_option(command, option_table[option].name, optarg)) {
            return false;
        }
    }
    if (optind == argc) {
        complain("run: expected at least one scenario file or directory; see `drydock help run`");
        return false;
    }
    for (int i = optind; i < argc; i++) {
        if (!collect_files(arena, argv[i], &command->files)) {
            return false;
        }
    }
    if (command->coverage != NULL && !coverage_available()) {
        complain("run: --coverage wants an instrumented build: build/coverage/drydock, made by `make coverage`");
        return false;
    }
    return true;
}

/* ---- running
 * ------------------------------------------------------------------------------------------------------------------------------
 */

struct batch {
    const struct run_command *command;
    struct arena *arena; /* scenarios */
    struct memory run_memory, record_memory, event_memory;
    struct arena records, events;
    struct scenario **scenarios;
    struct run_record **done;
    uint32_t done_count, done_size, planned;
    struct coverage coverage;
};

static void out_of_memory(void *context)
{
    (void)context;
    fputs("drydock: out of memory: a run wanted more than 8 GiB\n", stderr);
    exit(EXIT_INTERNAL_ERROR);
}

static bool load_all(struct batch *batch)
{
    const struct file_list *files = &batch->command->files;
    bool good = true;

    batch->scenarios = arena_alloc(batch->arena, files->count * sizeof *batch->scenarios);
    for (uint32_t i = 0; i < files->count; i++) {
        struct scenario_mistake mistake = {NULL};

        batch->scenarios[i] = scenario_load(batch->arena, files->names[i], &mistake);
        if (batch->scenarios[i] == NULL) {
            fprintf(stderr, "%s\n", mistake.text);
            good = false;
        }
    }
    return good;
}

static int64_t clock_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void show_progress(const struct batch *batch, const struct scenario *scenario, const struct revision *revision)
{
    static int64_t shown_us;
    int64_t now_us = clock_us();

    if (isatty(STDERR_FILENO) && batch->planned > 4 && now_us - shown_us > PROGRESS_EVERY_MS * 1000) {
        fprintf(stderr, "\r\033[K%u/%u %s (%s)", batch->done_count + 1, batch->planned, scenario->name, revision->name);
        shown_us = now_us;
    }
}

static void clear_progress(const struct batch *batch)
{
    if (isatty(STDERR_FILENO) && batch->planned > 4) {
        fputs("\r\033[K", stderr);
    }
}

static bool wants_timeline(const struct run_command *command)
{
    if (command->format != FORMAT_TEXT || command->quiet) {
        return command->timeline == YES;
    }
    return command->timeline == YES || (command->timeline == AUTO && command->files.count == 1);
}

static bool run_one(struct batch *batch, const struct scenario *scenario, const struct revision *revision)
{
    const struct run_command *command = batch->command;
    struct run_options options = {.revision = revision,
                                  .without = command->without & revision->switches,
                                  .seed_given = command->seed_given,
                                  .seed = command->seed,
                                  .keep_events = command->trace != NULL || wants_timeline(command)};

    show_progress(batch, scenario, revision);
    if (command->coverage != NULL) {
        coverage_begin(&batch->coverage);
    }
    int64_t start_us = clock_us();
    struct run_record *record = scenario_run(scenario, &options, &batch->run_memory, &batch->records, &batch->events);

    record->wall_us = clock_us() - start_us;
    *(struct run_record **)table_add(batch->arena, (void **)&batch->done, &batch->done_count, &batch->done_size,
                                     sizeof batch->done[0]) = record;
    return command->coverage == NULL || coverage_end(&batch->coverage, command->coverage, record);
}

/* Whether the scenario runs on this release: asked for, and one of its own. */
static bool runs_on(const struct run_command *command, const struct scenario *scenario, const struct revision *revision)
{
    bool asked = command->revision_count == 0;
    bool own = false;

    for (uint32_t i = 0; i < command->revision_count; i++) {
        asked = asked || command->revisions[i] == revision;
    }
    for (uint32_t i = 0; i < scenario->revision_count; i++) {
        own = own || scenario->revisions[i] == revision;
    }
    return asked && own;
}

static bool run_all(struct batch *batch)
{
    const struct run_command *command = batch->command;
    bool has_switch = command->without == 0;

    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < command->files.count; i++) {
            for (const struct revision *revision = revisions(); revision->name != NULL; revision++) {
                if (!runs_on(command, batch->scenarios[i], revision)) {
                    continue;
                }
                if (pass == 0) {
                    batch->planned++;
                    has_switch = has_switch || (command->without & revision->switches) != 0;
                } else if (!run_one(batch, batch->scenarios[i], revision)) {
                    return false;
                }
            }
        }
        if (batch->planned == 0) {
            complain("run: none of these scenarios is meant for the revisions asked for");
            return false;
        }
        if (!has_switch) {
            complain("run: none of the revisions has what --without takes out; `drydock list revisions` lists them");
            return false;
        }
    }
    return true;
}

/* ---- reporting
 * --------------------------------------------------------------------------------------------------------------------------------
 */

static unsigned terminal_columns(void)
{
    struct winsize size;

    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static bool wants_color(const struct run_command *command)
{
    const char *no_color = getenv("NO_COLOR"); /* https://no-color.org */

    if (command->color != AUTO) {
        return command->color == YES;
    }
    return command->output == NULL && isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
}

static bool deliver(struct sink *sink, const char *path)
{
    bool good = sink_deliver(sink, path);

    if (!good) {
        fprintf(stderr, "drydock: %s: %s\n", path == NULL ? "standard output" : path, strerror(errno));
    }
    sink_free(sink);
    return good;
}

static bool report(struct batch *batch)
{
    const struct run_command *command = batch->command;
    struct report_options options = {.color = wants_color(command),
                                     .full = command->full,
                                     .quiet = command->quiet,
                                     .columns = command->output == NULL ? terminal_columns() : 0};
    const struct run_record *const *records = (const struct run_record *const *)batch->done;
    struct sink sink;

    if (command->trace != NULL) {
        sink_init(&sink);
        trace_write(&sink, records, batch->done_count, &options);
        if (!deliver(&sink, command->trace)) {
            return false;
        }
    }
    sink_init(&sink);
    for (uint32_t i = 0; i < batch->done_count && wants_timeline(command) && command->format == FORMAT_TEXT; i++) {
        timeline_write(&sink, batch->done[i], &options);
    }
    formats[command->format].write(&sink, records, batch->done_count, &options);
    if (command->coverage != NULL && command->format == FORMAT_TEXT) {
        sink_add(&sink, "\n");
        coverage_table_write(&sink, &batch->coverage);
    }
    return deliver(&sink, command->output);
}

static int exit_status(const struct batch *batch)
{
    for (uint32_t i = 0; i < batch->done_count; i++) {
        if (!batch->done[i]->as_expected) {
            return EXIT_NOT_AS_EXPECTED;
        }
    }
    return EXIT_AS_EXPECTED;
}

static int run_batch(struct batch *batch)
{
    if (!load_all(batch)) {
        return EXIT_UNUSABLE_INPUT;
    }
    if (!memory_init(&batch->run_memory, run_memory_size, out_of_memory, NULL) ||
        !memory_init(&batch->record_memory, run_memory_size, out_of_memory, NULL) ||
        !memory_init(&batch->event_memory, run_memory_size, out_of_memory, NULL)) {
        perror("drydock: memory");
        return EXIT_INTERNAL_ERROR;
    }
    arena_init(&batch->records, &batch->record_memory.source);
    arena_init(&batch->events, &batch->event_memory.source);
    bool good = run_all(batch);

    clear_progress(batch);
    int status = good ? exit_status(batch) : EXIT_UNUSABLE_INPUT;

    if (good && !report(batch)) {
        status = EXIT_INTERNAL_ERROR;
    }
    coverage_free(&batch->coverage);
    memory_free(&batch->run_memory);
    memory_free(&batch->record_memory);
    memory_free(&batch->event_memory);
    return status;
}

int verb_run(int argc, char **argv)
{
    struct arena arena;
    struct run_command command = {.format = FORMAT_TEXT};
    struct batch batch = {.command = &command, .arena = &arena};
    int status = EXIT_UNUSABLE_INPUT;

    arena_init(&arena, arena_source_malloc());
    if (read_command_line(&arena, argc, argv, &command)) {
        status = run_batch(&batch);
    }
    arena_reset(&arena);
    return status;
}
