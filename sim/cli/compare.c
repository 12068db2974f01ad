/* drydock compare: how soon each strategy meets a violation. */
#include "sim/cli/cli.h"

#include "sim/cli/compare_report.h"
#include "sim/cli/option_places.h"
#include "sim/cli/save.h"
#include "sim/oracles/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEEDS_DEFAULT = 100, EXECUTIONS_DEFAULT = 10000, PROGRESS_EVERY_MS = 200 };

struct compare_command {
    struct revision_list revisions;
    struct compare_options options;
    bool json;
    int64_t window_ms; /* 0: the scenario's */
    int64_t budget_ms; /* 0: none */
    const char *output, *file;
    /* while it goes on */
    int64_t started_ms, shown_ms;
    const char *stopped_by;
    const char *stage_name;
};

/* ---- the words of the command line
 * ----------------------------------------------------------------------------------- */

/* "2,3,5" */
static bool place_depths(const struct option_place *place, const char *verb, const char *text)
{
    struct compare_options *options = place->target;
    char item[32];

    for (const char *next = text; next != NULL; next = strchr(next, ',') == NULL ? NULL : strchr(next, ',') + 1) {
        uint64_t depth = 0;

        if (options->depth_count == COMPARE_DEPTHS_MAX) {
            complain("%s: --%s takes %d depths at most", verb, place->name, COMPARE_DEPTHS_MAX);
            return false;
        }
        snprintf(item, sizeof item, "%.*s", (int)strcspn(next, ","), next);
        if (!take_number(verb, place->name, item, 1, DEPTH_MAX, &depth)) {
            return false;
        }
        options->depths[options->depth_count++] = (uint32_t)depth;
    }
    return true;
}

/* It begins with its oracle: what begins otherwise would be looked for in vain. */
static bool place_fingerprint(const struct option_place *place, const char *verb, const char *text)
{
    for (unsigned i = 0; i < ORACLE_COUNT; i++) {
        const char *name = oracle_info((enum oracle_id)i)->name;
        size_t length = strlen(name);

        if (strncmp(text, name, length) == 0 && strncmp(text + length, " | ", 3) == 0) {
            *(const char **)place->target = text;
            return true;
        }
    }
    complain("%s: --%s takes what `drydock explore` prints, \"ORACLE | SITE | SITE\", not \"%s\"", verb, place->name,
             text);
    return false;
}

static bool read_command_line(int argc, char **argv, struct compare_command *command)
{
    struct compare_options *options = &command->options;
    const struct option_place places[] = {
        {"revision", place_revisions, .target = &command->revisions},
        {"without", place_without, .target = &options->without},
        {"strategies", place_strategies, .target = &options->strategies},
        {"depth", place_depths, .target = options},
        {"seeds", place_number, &options->seeds, .min = 1, .max = MEDIAN_COUNT_MAX},
        {"executions", place_long_number, &options->executions_max, .min = 1, .max = SEED_MAX},
        {"fingerprint", place_fingerprint, .target = &options->fingerprint},
        {"window", place_duration, .target = &command->window_ms},
        {"time", place_duration, .target = &command->budget_ms},
        {"jobs", place_jobs, .target = &options->jobs},
        {"format", place_json, .target = &command->json},
        {"output", place_text, .target = &command->output},
    };

    if (!read_options(VERB_COMPARE, argc, argv, places, sizeof places / sizeof places[0]) ||
        !take_one_file("compare", argc, argv, &command->file)) {
        return false;
    }
    if (options->depth_count > 0 && (options->strategies & (1u << STRATEGY_PCT)) == 0) {
        complain("compare: --depth is of the strategy pct, which is not among --strategies");
        return false;
    }
    return true;
}

/* ---- while it goes on
 * ------------------------------------------------------------------------------------------------ */

static void tick(void *context)
{
    struct compare_command *command = context;
    struct workers_shared *shared = command->options.shared;
    int64_t now_ms = clock_ms();
    const char *reason = NULL;

    if (was_interrupted()) {
        reason = "an interrupt";
    } else if (command->budget_ms > 0 && now_ms - command->started_ms > command->budget_ms) {
        reason = "--time";
    }
    if (reason != NULL && command->stopped_by == NULL) {
        command->stopped_by = reason;
        atomic_store(&shared->stop, true);
    }
    if (now_ms - command->shown_ms >= PROGRESS_EVERY_MS && isatty(STDERR_FILENO)) {
        command->shown_ms = now_ms;
        fprintf(stderr, "\r\033[K%s: %u of %u searches done", command->stage_name, atomic_load(&shared->done),
                compare_search_count(&command->options));
    }
}

static void compare_one(struct compare_command *command, const struct scenario *scenario,
                        const struct revision *revision, struct arena *arena, struct compared *compared)
{
    command->options.revision = revision;
    command->stage_name = arena_printf(arena, "%s on %s", scenario->name, revision->name);
    *compared = (struct compared){.scenario = scenario, .options = command->options};
    compare(scenario, &command->options, arena, &compared->comparison);
    compared->stopped_by = command->stopped_by;
    if (isatty(STDERR_FILENO)) {
        fputs("\r\033[K", stderr);
    }
}

/* Not as expected: the budget ended it before all seeds were done. */
static int report(const struct compare_command *command, const struct compared *compared, uint32_t count,
                  struct arena *arena)
{
    int status = EXIT_AS_EXPECTED;
    struct sink sink;

    sink_init(&sink);
    for (uint32_t i = 0; i < count; i++) {
        if (!compared[i].comparison.complete) {
            status = EXIT_NOT_AS_EXPECTED;
        }
    }
    if (command->json) {
        compare_json_write(&sink, compared, count, arena);
    } else {
        compare_text_write(&sink, compared, count);
    }
    return deliver(&sink, command->output) ? status : EXIT_INTERNAL_ERROR;
}

static int compare_all(struct compare_command *command, const struct scenario *scenario, struct arena *arena)
{
    struct compared *compared = arena_alloc(arena, REVISIONS_MAX * sizeof *compared);
    uint32_t count = 0;

    for (const struct revision *revision = revisions(); revision->name != NULL && count < REVISIONS_MAX; revision++) {
        if (is_searched_on(&command->revisions, scenario, revision) && command->stopped_by == NULL) {
            compare_one(command, scenario, revision, arena, &compared[count++]);
        }
    }
    if (count == 0) {
        return complain("compare: the scenario is meant for none of the revisions asked for");
    }
    return report(command, compared, count, arena);
}

int verb_compare(int argc, char **argv)
{
    struct compare_command command = {.options = {.strategies = UINT32_MAX,
                                                  .seeds = SEEDS_DEFAULT,
                                                  .executions_max = EXECUTIONS_DEFAULT,
                                                  .jobs = default_jobs(),
                                                  .clock_ns = clock_ns}};
    const struct scenario *scenario = NULL;
    struct arena arena;
    int status = EXIT_UNUSABLE_INPUT;

    arena_init(&arena, arena_source_malloc());
    if (read_command_line(argc, argv, &command)) {
        scenario = load_searched(&arena, command.file, command.window_ms);
    }
    if (scenario != NULL) {
        command.options.shared = workers_shared_new();
        command.options.context = &command;
        command.options.tick = tick;
        command.started_ms = clock_ms();
        stop_when_interrupted(command.options.shared);
        status = compare_all(&command, scenario, &arena);
        stop_when_interrupted(NULL);
        workers_shared_free(command.options.shared);
    }
    arena_reset(&arena);
    return status;
}
