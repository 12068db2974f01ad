/* drydock explore: every order and every failure of a scenario, within bounds. */
#include "sim/cli/cli.h"

#include "core/revision.h"
#include "core/value.h"
#include "sim/cli/explore_report.h"
#include "sim/cli/save.h"
#include "sim/cli/search_options.h"
#include "sim/scenario/file_text.h"
#include "sim/scenario/json_text.h"
#include "sim/scenario/units.h"
#include "sim/search/explore_repros.h"

#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SLOW_DEFAULT_MS = 2 * 60 * 1000,
    SHRINK_TRIES_MAX = 4000,
    SAMPLES_DEFAULT = 10000,
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

static bool take_strategy(struct explore_command *command, const char *text)
{
    if (!strategy_by_name(text, &command->options.strategy)) {
        complain("explore: there is no strategy \"%s\"; `drydock list strategies` lists them", text);
        return false;
    }
    return true;
}

/* The options with a number, and where it goes. */
static bool take_count(struct explore_command *command, const char *name, const char *argument, bool *known)
{
    struct explore_options *options = &command->options;
    const struct {
        const char *name;
        uint64_t min, max;
        uint32_t *place;
    } counts[] = {{"faults", 0, PLAN_MISHAPS_MAX, &options->faults_max},
                  {"crashes", 0, PLAN_MISHAPS_MAX, &options->crashes_max},
                  {"depth", 1, 64, &options->depth},
                  {"preemptions", 0, 1000, &options->preemptions_max},
                  {"delays", 0, 1000, &options->delays_max}};
    uint64_t number = 0;

    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (strcmp(counts[i].name, name) == 0) {
            *known = true;
            bool good = take_number("explore", name, argument, counts[i].min, counts[i].max, &number);

            *counts[i].place = (uint32_t)number;
            return good;
        }
    }
    return true;
}

static bool take_plain(struct explore_command *command, const char *name)
{
    struct explore_options *options = &command->options;

    if (take_stay(name, &options->stays)) {
        return true;
    }
    if (strcmp(name, "first") == 0 || strcmp(name, "keep-going") == 0) {
        options->first = strcmp(name, "first") == 0;
    } else if (strcmp(name, "no-shrink") == 0) {
        command->shrinks = false;
    } else {
        command->quiet = true;
    }
    return true;
}

static bool take_option(struct explore_command *command, const char *name, const char *argument)
{
    struct explore_options *options = &command->options;
    bool known = false;

    if (argument == NULL) {
        return take_plain(command, name);
    }
    if (!take_count(command, name, argument, &known)) {
        return false;
    }
    if (known) {
        return true;
    }
    if (strcmp(name, "seed") == 0) {
        command->seed_given = true;
        return take_seed("explore", name, argument, &options->seed);
    }
    if (strcmp(name, "executions") == 0) {
        command->executions_given = true;
        return take_number("explore", name, argument, 1, SEED_MAX, &options->executions_max);
    }
    if (strcmp(name, "slow") == 0) {
        return take_duration("explore", name, argument, &options->slow_ms);
    }
    if (strcmp(name, "window") == 0) {
        return take_duration("explore", name, argument, &command->window_ms);
    }
    if (strcmp(name, "time") == 0) {
        return take_duration("explore", name, argument, &command->budget_ms);
    }
    if (strcmp(name, "memory") == 0) {
        return take_size("explore", name, argument, &command->memory_max);
    }
    if (strcmp(name, "heals") == 0) {
        return take_heals("explore", argument, &command->heals);
    }
    if (strcmp(name, "fault-kinds") == 0) {
        return take_fault_kinds("explore", argument, &options->fault_kinds);
    }
    if (strcmp(name, "strikes") == 0) {
        return take_strikes("explore", argument, &options->strike_kinds);
    }
    if (strcmp(name, "ports") == 0) {
        return take_ports("explore", argument, &options->ports);
    }
    if (strcmp(name, "jobs") == 0) {
        return take_jobs("explore", argument, &options->jobs);
    }
    if (strcmp(name, "revision") == 0) {
        return take_revision("explore", argument, &command->revisions);
    }
    if (strcmp(name, "without") == 0) {
        return take_switch("explore", argument, &command->without);
    }
    if (strcmp(name, "strategy") == 0) {
        return take_strategy(command, argument);
    }
    if (strcmp(name, "format") == 0) {
        return take_text_or_json("explore", argument, &command->json);
    }
    *(strcmp(name, "save") == 0 ? &command->save : &command->output) = argument;
    return true;
}

static bool read_command_line(int argc, char **argv, struct explore_command *command)
{
    int option = 0;

    while (option >= 0) {
        if (!next_option(VERB_EXPLORE, argc, argv, &option)) {
            return false;
        }
        if (option >= 0 &&
            !take_option(command, option_table[option].name, option_table[option].argument == NULL ? NULL : optarg)) {
            return false;
        }
    }
    if (optind + 1 != argc) {
        complain("explore: expected one scenario file; see `drydock help explore`");
        return false;
    }
    command->file = argv[optind];
    add_heals(&command->options.stays, command->heals);
    if (command->options.faults_max + command->options.crashes_max > PLAN_MISHAPS_MAX) {
        complain("explore: --faults and --crashes together are %d at most", PLAN_MISHAPS_MAX);
        return false;
    }
    bool bounded =
        command->options.preemptions_max != SEARCH_UNBOUNDED || command->options.delays_max != SEARCH_UNBOUNDED;

    if (bounded && command->options.strategy != STRATEGY_DPOR) {
        complain("explore: --preemptions and --delays bound the strategy dpor only");
        return false;
    }
    if (strategy_info(command->options.strategy)->samples && !command->executions_given) {
        command->options.executions_max = SAMPLES_DEFAULT;
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
        if (command.options.shared == NULL) {
            perror("drydock: memory");
            return EXIT_INTERNAL_ERROR;
        }
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
