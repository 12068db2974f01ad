/* drydock run: scenarios, on releases, into reports. */
#include "sim/cli/cli.h"

#include "reports/coverage.h"
#include "reports/report.h"
#include "sim/cli/narrow_options.h"
#include "sim/cli/recordings.h"
#include "sim/cli/report_files.h"
#include "sim/cli/run_live.h"
#include "sim/cli/save.h"
#include "sim/cli/search_options.h"
#include "sim/scenario/runner.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PROGRESS_EVERY_MS = 100,
};

enum { FORMAT_TEXT }; /* the first of report_formats */

enum tristate { AUTO, NO, YES };
static const char *const color_names[] = {"auto", "never", "always", NULL};

struct run_command {
    struct revision_list revisions;
    uint32_t without;
    bool seed_given;
    uint64_t seed;
    unsigned format; /* place in report_formats */
    struct report_files reports;
    const char *output;
    const char *trace;
    const char *coverage;
    enum tristate timeline;
    struct narrow_options narrow;
    unsigned color; /* enum tristate */
    bool full;
    bool quiet;
    struct live_command live;
    struct file_list files;
};

/* ---- the words of the command line
 * ------------------------------------------------------------------------------------------------------- */

static bool take_option(struct arena *arena, struct run_command *command, const char *name, const char *argument)
{
    const struct {
        const char *name;
        const char **place;
    } kept[] = {{"output", &command->output},
                {"trace", &command->trace},
                {"coverage", &command->coverage},
                {"docker-host", &command->live.docker_host},
                {"base-image", &command->live.base_image}};
    const struct {
        const char *name;
        bool *place;
    } flags[] = {{"full", &command->full}, {"quiet", &command->quiet}, {"i-know", &command->live.i_know}};

    if (strcmp(name, "revision") == 0) {
        return take_revision("run", argument, &command->revisions);
    }
    if (strcmp(name, "without") == 0) {
        return take_switch("run", argument, &command->without);
    }
    if (strcmp(name, "seed") == 0) {
        command->seed_given = true;
        return take_seed("run", name, argument, &command->seed);
    }
    if (strcmp(name, "format") == 0) {
        return take_choice("run", name, argument, report_format_names, &command->format);
    }
    if (strcmp(name, "report") == 0) {
        return take_report_files("run", arena, argument, report_format_names, &command->reports);
    }
    if (strcmp(name, "color") == 0) {
        return take_choice("run", name, argument, color_names, &command->color);
    }
    if (is_narrow_option(name)) {
        return take_narrow_option(arena, "run", name, argument, &command->narrow);
    }
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (strcmp(kept[i].name, name) == 0) {
            *kept[i].place = argument;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(flags[i].name, name) == 0) {
            *flags[i].place = true;
            return true;
        }
    }
    command->timeline = strcmp(name, "timeline") == 0 ? YES : NO;
    return true;
}

static bool read_command_line(struct arena *arena, int argc, char **argv, struct run_command *command)
{
    int option = 0;

    while (option >= 0) {
        if (!next_option(VERB_RUN, argc, argv, &option)) {
            return false;
        }
        if (option >= 0 && !take_option(arena, command, option_table[option].name, optarg)) {
            return false;
        }
    }
    if (!take_files("run", argc, argv, arena, &command->files)) {
        return false;
    }
    if (command->narrow.given && command->timeline == NO) {
        complain("run: --around, --task, --port and --object narrow the timeline, which --no-timeline leaves out");
        return false;
    }
    if (command->narrow.given && command->format != FORMAT_TEXT) {
        complain("run: --around, --task, --port and --object narrow the timeline, which --format %s has not",
                 report_formats[command->format].name);
        return false;
    }
    if (command->coverage != NULL && !coverage_available()) {
        complain("run: --coverage wants an instrumented build: `make build/coverage/drydock`");
        return false;
    }
    if (command->live.docker_host == NULL && (command->live.base_image != NULL || command->live.i_know)) {
        complain("run: --%s is about a real Engine, expected --docker-host too",
                 command->live.i_know ? "i-know" : "base-image");
        return false;
    }
    return outputs_differ("run", command->output, command->trace, &command->reports);
}

/* ---- running
 * ------------------------------------------------------------------------------------------------------------------------------
 */

struct batch {
    const struct run_command *command;
    struct arena *arena; /* scenarios */
    struct memory run_memory, record_memory, event_memory;
    struct arena records, events;
    const struct scenario **scenarios;
    struct run_record **done;
    uint32_t done_count, done_size, planned;
    struct coverage coverage;
    struct live *live; /* NULL: the fake answers */
    int status;        /* of a run that did not come to its end */
    bool agreed;       /* a live Engine has answered as the fake */
};

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
    if (command->narrow.given) {
        return true;
    }
    if (command->format != FORMAT_TEXT || command->quiet) {
        return command->timeline == YES;
    }
    return command->timeline == YES || (command->timeline == AUTO && command->files.count == 1);
}

static bool wants_events(const struct run_command *command)
{
    return command->trace != NULL || wants_timeline(command) || report_formats[command->format].events ||
           report_files_want_events(&command->reports);
}

static bool run_one(struct batch *batch, const struct scenario *scenario, const struct revision *revision)
{
    const struct run_command *command = batch->command;
    struct run_options options = {.revision = revision,
                                  .without = command->without & revision->switches,
                                  .seed_given = command->seed_given,
                                  .seed = command->seed,
                                  .keep_events = wants_events(command)};

    show_progress(batch, scenario, revision);
    if (command->coverage != NULL) {
        coverage_begin(&batch->coverage);
    }
    int64_t start_us = clock_us();
    struct run_record *record =
        batch->live == NULL
            ? scenario_run(scenario, &options, &batch->run_memory, &batch->records, &batch->events)
            : run_live(batch->live, scenario, &options, &batch->run_memory, &batch->records, &batch->events);

    if (record == NULL) {
        batch->status = EXIT_INTERNAL_ERROR;
        return false;
    }
    batch->agreed &= batch->live == NULL || run_live_agreed(batch->live, record, command->quiet);
    record->wall_us = clock_us() - start_us;
    *(struct run_record **)table_add(batch->arena, (void **)&batch->done, &batch->done_count, &batch->done_size,
                                     sizeof batch->done[0]) = record;
    return command->coverage == NULL || coverage_end(&batch->coverage, command->coverage, record);
}

static bool run_all(struct batch *batch)
{
    const struct run_command *command = batch->command;

    batch->planned = count_runs("run", &command->revisions, command->without, batch->scenarios, command->files.count);
    for (uint32_t i = 0; i < command->files.count && batch->planned > 0; i++) {
        for (const struct revision *revision = revisions(); revision->name != NULL; revision++) {
            if (is_searched_on(&command->revisions, batch->scenarios[i], revision) &&
                !run_one(batch, batch->scenarios[i], revision)) {
                return false;
            }
        }
    }
    return batch->planned > 0;
}

/* ---- reporting
 * --------------------------------------------------------------------------------------------------------------------------------
 */

static bool report(struct batch *batch)
{
    const struct run_command *command = batch->command;
    const struct timeline_narrowing narrowing = narrowing_of(&command->narrow);
    struct report_options options = {.color = command->color == YES ||
                                              (command->color == AUTO && shows_color(command->output)),
                                     .full = command->full,
                                     .quiet = command->quiet,
                                     .narrowing = &narrowing,
                                     .columns = shown_columns(command->output),
                                     .coverage = command->coverage == NULL ? NULL : &batch->coverage};
    const struct run_record *const *records = (const struct run_record *const *)batch->done;
    struct sink sink;

    if (command->trace != NULL) {
        sink_init(&sink);
        trace_writer_of(command->trace)(&sink, records, batch->done_count, &options);
        if (!deliver(&sink, command->trace)) {
            return false;
        }
    }
    sink_init(&sink);
    for (uint32_t i = 0; i < batch->done_count && wants_timeline(command) && command->format == FORMAT_TEXT; i++) {
        timeline_write(&sink, batch->done[i], &options);
    }
    report_formats[command->format].write(&sink, records, batch->done_count, &options);
    if (command->coverage != NULL && command->format == FORMAT_TEXT) {
        sink_add(&sink, "\n");
        coverage_table_write(&sink, &batch->coverage);
    }
    return deliver(&sink, command->output) &&
           deliver_report_files(&command->reports, records, batch->done_count, &options);
}

static int exit_status(const struct batch *batch)
{
    for (uint32_t i = 0; i < batch->done_count; i++) {
        if (!batch->done[i]->as_expected) {
            return EXIT_NOT_AS_EXPECTED;
        }
    }
    return batch->agreed ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
}

static int run_batch(struct batch *batch)
{
    batch->scenarios = load_all(batch->arena, &batch->command->files);
    if (batch->scenarios == NULL) {
        return EXIT_UNUSABLE_INPUT;
    }
    if (batch->command->live.docker_host != NULL && (batch->live = run_live_open(&batch->command->live)) == NULL) {
        return EXIT_UNUSABLE_INPUT;
    }
    replay_memory(&batch->run_memory);
    replay_memory(&batch->record_memory);
    replay_memory(&batch->event_memory);
    arena_init(&batch->records, &batch->record_memory.source);
    arena_init(&batch->events, &batch->event_memory.source);
    bool good = run_all(batch);

    clear_progress(batch);
    int status = good ? exit_status(batch) : batch->status;

    if (good && !report(batch)) {
        status = EXIT_INTERNAL_ERROR;
    }
    live_close(batch->live);
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
    struct batch batch = {.command = &command, .arena = &arena, .status = EXIT_UNUSABLE_INPUT, .agreed = true};
    int status = EXIT_UNUSABLE_INPUT;

    arena_init(&arena, arena_source_malloc());
    if (read_command_line(&arena, argc, argv, &command)) {
        status = run_batch(&batch);
    }
    arena_reset(&arena);
    return status;
}
