/* drydock explore: every order and every failure of a scenario, within bounds. */
#include "sim/cli/cli.h"

#include "core/revision.h"
#include "core/value.h"
#include "sim/cli/explore_report.h"
#include "sim/cli/option_places.h"
#include "sim/cli/save.h"
#include "sim/scenario/file_text.h"
#include "sim/scenario/json_text.h"
#include "sim/scenario/units.h"
#include "sim/search/explore_repros.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SLOW_DEFAULT_MS = 2 * 60 * 1000,
    SHRINK_TRIES_MAX = 4000,
    SAMPLES_DEFAULT = 10000,
    DEVIATIONS_MAX = 1000,
    PROGRESS_EVERY_MS = 200,
};

struct explore_command {
    struct revision_list revisions;
    uint32_t without, heals;
    struct explore_options options;
    bool seed_given, executions_given, shrinks, json, quiet;
    int64_t window_ms;   /* 0: the scenario's */
    int64_t budget_ms;   /* 0: none */
    uint64_t memory_max; /* bytes of one process; 0: none */
    const char *save, *output, *file;
    /* while it goes on */
    int64_t started_ms, shown_ms;
    const char *stopped_by;
    const char *stage_name;
    uint32_t releases; /* explored */
};

/* ---- the words of the command line
 * ------------------------------------------------------------------------------------ */

static bool read_all_options(int argc, char **argv, struct explore_command *command)
{
    struct explore_options *options = &command->options;
    const struct option_place places[] = {
        {"revision", place_revisions, .target = &command->revisions},
        {"without", place_without, .target = &command->without},
        {"strategy", place_strategy, .target = &options->strategy},
        {"faults", place_number, &options->faults_max, .max = PLAN_MISHAPS_MAX},
        {"crashes", place_number, &options->crashes_max, .max = PLAN_MISHAPS_MAX},
        {"fault-kinds", place_fault_kinds, .target = &options->fault_kinds},
        {"strikes", place_strikes, .target = &options->strike_kinds},
        {"ports", place_ports, .target = &options->ports},
        {"once", place_stays, .target = &options->stays},
        {"sticky", place_stays, .target = &options->stays},
        {"both", place_stays, .target = &options->stays},
        {"heals", place_number, &command->heals, .min = 1, .max = HEALS_MAX},
        {"slow", place_duration, .target = &options->slow_ms},
        {"window", place_duration, .target = &command->window_ms},
        {"preemptions", place_number, &options->preemptions_max, .max = DEVIATIONS_MAX},
        {"delays", place_number, &options->delays_max, .max = DEVIATIONS_MAX},
        {"depth", place_number, &options->depth, .min = 1, .max = DEPTH_MAX},
        {"seed", place_seed, &options->seed, .given = &command->seed_given},
        {"executions", place_long_number, &options->executions_max, .min = 1, .max = SEED_MAX,
         .given = &command->executions_given},
        {"time", place_duration, .target = &command->budget_ms},
        {"memory", place_size, .target = &command->memory_max},
        {"jobs", place_jobs, .target = &options->jobs},
        {"first", place_yes, .target = &options->first},
        {"keep-going", place_no, .target = &options->first},
        {"no-shrink", place_no, .target = &command->shrinks},
        {"save", place_text, .target = &command->save},
        {"format", place_json, .target = &command->json},
        {"output", place_text, .target = &command->output},
        {"quiet", place_yes, .target = &command->quiet},
    };

    return read_options(VERB_EXPLORE, argc, argv, places, sizeof places / sizeof places[0]);
}

static bool read_command_line(int argc, char **argv, struct explore_command *command)
{
    struct explore_options *options = &command->options;

    if (!read_all_options(argc, argv, command) || !take_one_file("explore", argc, argv, &command->file)) {
        return false;
    }
    add_heals(&options->stays, command->heals);
    if (options->faults_max + options->crashes_max > PLAN_MISHAPS_MAX) {
        complain("explore: --faults and --crashes together are %d at most", PLAN_MISHAPS_MAX);
        return false;
    }
    bool bounded = options->preemptions_max != SEARCH_UNBOUNDED || options->delays_max != SEARCH_UNBOUNDED;

    if (bounded && options->strategy != STRATEGY_DPOR) {
        complain("explore: --preemptions and --delays bound the strategy dpor only");
        return false;
    }
    if (strategy_info(options->strategy)->samples && !command->executions_given) {
        options->executions_max = SAMPLES_DEFAULT;
    }
    return true;
}

/* ---- while it goes on
 * -------------------------------------------------------------------------------------------------- */

static void check_budgets(struct explore_command *command)
{
    const char *reason = NULL;

    if (was_interrupted()) {
        reason = "an interrupt";
    } else if (command->budget_ms > 0 && clock_ms() - command->started_ms > command->budget_ms) {
        reason = "--time";
    } else if (command->memory_max > 0 && mallinfo2().uordblks > command->memory_max) {
        reason = "--memory";
    }
    if (reason != NULL && command->stopped_by == NULL) {
        command->stopped_by = reason;
        atomic_store(&command->options.shared->stop, true);
    }
}

static void tick(void *context)
{
    struct explore_command *command = context;
    const struct workers_shared *shared = command->options.shared;
    int64_t now_ms = clock_ms();

    check_budgets(command);
    if (command->quiet || !isatty(STDERR_FILENO) || now_ms - command->shown_ms < PROGRESS_EVERY_MS) {
        return;
    }
    command->shown_ms = now_ms;
    unsigned long long executions = atomic_load(&shared->executions);
    double seconds = (double)(now_ms - command->started_ms) / 1000;

    unsigned done = atomic_load(&shared->done);
    unsigned count = atomic_load(&shared->count);
    double share = count == 0 ? 0 : (done + (done < count ? atomic_load(&shared->share) / 1000.0 : 0)) / count;

    fprintf(stderr,
            "\r\033[K%s: %llu executions, %.0f/s, depth %u, plan %u of %u, about %.0f %% of them, %llu findings so far",
            command->stage_name, executions, seconds > 0 ? (double)executions / seconds : 0,
            atomic_load(&shared->depth), done + (done < count), count, 100 * share,
            (unsigned long long)atomic_load(&shared->violations));
}

static void clear_progress(const struct explore_command *command)
{
    if (!command->quiet && isatty(STDERR_FILENO)) {
        fputs("\r\033[K", stderr);
    }
}

/* ---- exploring
 * ------------------------------------------------------------------------------------------------------------ */

/* A scenario and its JSON. */
struct explored_file {
    struct scenario *scenario;
    const struct value *tree;
};

static bool load(struct arena *arena, struct explore_command *command, struct explored_file *file)
{
    size_t length = 0;

    file->scenario = load_searched(arena, command->file, command->window_ms);
    if (file->scenario == NULL) {
        return false;
    }
    char *text = file_text(command->file, JSON_SIZE_MAX, &length);

    file->tree = text == NULL ? NULL : value_parse(arena, text, length);
    free(text);
    if (file->tree == NULL) {
        complain("%s: %s", command->file, strerror(errno));
        return false;
    }
    if (command->window_ms > 0) {
        char window[32];

        duration_text(command->window_ms, window, sizeof window);
        file->tree = value_with(arena, file->tree, "window", value_string(arena, window));
    }
    if (command->seed_given) {
        file->scenario->seed = command->options.seed;
        file->tree = value_with(arena, file->tree, "seed", value_number(arena, (double)command->options.seed));
    }
    return true;
}

static bool save_repros(const struct explore_command *command, const struct explored *explored, struct arena *arena)
{
    uint32_t count = explored->exploration.found_count;
    struct saved *saved = arena_alloc(arena, (count + 1) * sizeof *saved);

    for (uint32_t i = 0; i < count; i++) {
        saved[i] = (struct saved){arena_printf(arena, "%s/%s.json", command->save, explored->repros[i].name),
                                  explored->repros[i].text};
    }
    return command->save == NULL || save_files(command->save, saved, count);
}

static void explore_one(struct explore_command *command, const struct explored_file *file,
                        const struct revision *revision, struct arena *arena, struct explored *explored)
{
    struct explore_options *options = &command->options;
    struct repro_options repro_options = {.file = command->file,
                                          .scenario = file->scenario->name,
                                          .directory = command->save,
                                          .tree = file->tree,
                                          .names_release = command->releases > 1,
                                          .tries_max = command->shrinks ? SHRINK_TRIES_MAX : 1};

    options->revision = revision;
    options->without = command->without & revision->switches;
    command->stage_name = arena_printf(arena, "%s on %s", file->scenario->name, revision->name);
    *explored = (struct explored){.scenario = file->scenario, .options = *options, .save = command->save};
    explore(file->scenario, options, arena, &explored->exploration);
    if (command->stopped_by != NULL) {
        explored->exploration.stopped_by = command->stopped_by;
    }
    explored->repros = arena_alloc(arena, (explored->exploration.found_count + 1) * sizeof *explored->repros);
    explore_repros(&explored->exploration, options, &repro_options, arena, explored->repros);
}

static int explore_all(struct explore_command *command, const struct explored_file *file, struct arena *arena)
{
    const struct scenario *scenario = file->scenario;
    uint32_t planned = count_runs("explore", &command->revisions, command->without, &scenario, 1);
    struct explored *explored = arena_alloc(arena, (planned + 1) * sizeof *explored);
    uint32_t count = 0;
    int status = EXIT_AS_EXPECTED;
    struct sink sink;

    if (planned == 0) {
        return EXIT_UNUSABLE_INPUT;
    }
    command->releases = planned;
    for (const struct revision *revision = revisions(); revision->name != NULL; revision++) {
        if (is_searched_on(&command->revisions, scenario, revision) && command->stopped_by == NULL) {
            explore_one(command, file, revision, arena, &explored[count++]);
            clear_progress(command);
        }
    }
    sink_init(&sink);
    for (uint32_t i = 0; i < count; i++) {
        if (!save_repros(command, &explored[i], arena)) {
            status = EXIT_INTERNAL_ERROR;
        }
        if (status == EXIT_AS_EXPECTED && explored[i].exploration.found_count > 0) {
            status = EXIT_NOT_AS_EXPECTED;
        }
    }
    if (command->json) {
        explore_json_write(&sink, explored, count, arena);
    } else {
        explore_text_write(&sink, explored, count);
    }
    return deliver(&sink, command->output) ? status : EXIT_INTERNAL_ERROR;
}

int verb_explore(int argc, char **argv)
{
    struct explore_command command = {.options = {.strategy = STRATEGY_DPOR,
                                                  .seed = 1,
                                                  .preemptions_max = SEARCH_UNBOUNDED,
                                                  .delays_max = SEARCH_UNBOUNDED,
                                                  .faults_max = 1,
                                                  .fault_kinds = UINT32_MAX,
                                                  .strike_kinds = UINT32_MAX,
                                                  .ports = UINT32_MAX,
                                                  .stays = {.heals_max = 1},
                                                  .slow_ms = SLOW_DEFAULT_MS,
                                                  .jobs = default_jobs()},
                                      .shrinks = true};
    struct explored_file file;
    struct arena arena;
    int status = EXIT_UNUSABLE_INPUT;

    arena_init(&arena, arena_source_malloc());
    if (read_command_line(argc, argv, &command) && load(&arena, &command, &file)) {
        command.options.shared = workers_shared_new();
        command.options.context = &command;
        command.options.tick = tick;
        command.started_ms = clock_ms();
        stop_when_interrupted(command.options.shared);
        status = explore_all(&command, &file, &arena);
        stop_when_interrupted(NULL);
        workers_shared_free(command.options.shared);
    }
    arena_reset(&arena);
    return status;
}
