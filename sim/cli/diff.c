/* drydock diff: two runs, and where they part. */
#include "sim/cli/cli.h"

#include "reports/run_diff.h"
#include "sim/cli/option_places.h"
#include "sim/cli/run_files.h"
#include "sim/cli/save.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { CONTEXT_DEFAULT = 3, CONTEXT_MAX = 100000 };

struct diff_command {
    const struct revision *revisions[DIFF_SIDES];
    uint32_t revision_count;
    uint32_t without;
    uint32_t context;
    bool json;
    const char *output;
    struct run_file files[DIFF_SIDES];
    uint32_t file_count;
};

/* Runs of one side. */
struct side_runs {
    struct diff_side *runs;
    uint32_t count;
};

/* ---- the words of the command line ------------------------------------------------------------------------------ */

/* R or R,R, and again: two in all. */
static bool read_revisions(const struct option_place *place, const char *verb, const char *text)
{
    struct diff_command *command = place->target;

    for (;;) {
        char name[64];
        size_t length = strcspn(text, ",");

        if (command->revision_count == DIFF_SIDES) {
            complain("%s: more than two revisions", verb);
            return false;
        }
        snprintf(name, sizeof name, "%.*s", (int)length, text);
        if (!take_one_revision(verb, name, &command->revisions[command->revision_count++])) {
            return false;
        }
        if (text[length] == '\0') {
            return true;
        }
        text += length + 1;
    }
}

static bool read_command_line(struct arena *arena, int argc, char **argv, struct diff_command *command)
{
    const struct option_place places[] = {
        {"revision", read_revisions, command, 0, 0, NULL},
        {"without", place_without, &command->without, 0, 0, NULL},
        {"context", place_number, &command->context, 0, CONTEXT_MAX, NULL},
        {"C", place_number, &command->context, 0, CONTEXT_MAX, NULL},
        {"format", place_json, &command->json, 0, 0, NULL},
        {"output", place_text, &command->output, 0, 0, NULL},
    };

    if (!read_options(VERB_DIFF, argc, argv, places, sizeof places / sizeof places[0])) {
        return false;
    }
    command->file_count = (uint32_t)(argc - optind);
    if (command->file_count == 0 || command->file_count > DIFF_SIDES) {
        complain("diff: expected two files, or one with two runs or releases; see `drydock help diff`");
        return false;
    }
    bool scenario = false;
    bool good = true;

    for (uint32_t i = 0; i < command->file_count; i++) {
        good = load_run_file(arena, argv[optind + (int)i], &command->files[i]) && good;
        scenario = scenario || command->files[i].scenario != NULL;
    }
    if (good && !scenario && (command->revision_count > 0 || command->without != 0)) {
        complain("diff: --%s is for scenarios, and what a trace holds has been run",
                 command->revision_count > 0 ? "revision" : "without");
        return false;
    }
    if (good && command->without != 0 && command->files[command->file_count - 1].scenario == NULL) {
        complain("diff: --without is for the second run, and what %s holds has been run",
                 command->files[command->file_count - 1].path);
        return false;
    }
    return good;
}

/* ---- the runs -----------------------------------------------------------------------------------------------------
 */

static struct side_runs runs_of_trace(struct arena *arena, const struct run_file *file)
{
    struct side_runs side = {arena_alloc(arena, file->trace.count * sizeof *side.runs), file->trace.count};

    for (uint32_t i = 0; i < side.count; i++) {
        side.runs[i] = (struct diff_side){&file->trace.runs[i].record, file->path, file->trace.runs[i].line};
    }
    return side;
}

/* One run of a scenario (seed NULL: with its own). count 0 after a message. */
static struct side_runs run_scenario(struct arena *arena, struct player *player, const struct run_file *file,
                                     const struct revision *revision, uint32_t without, const uint64_t *seed)
{
    struct side_runs side = {arena_alloc(arena, sizeof *side.runs), 0};

    if ((without & ~revision->switches) != 0) {
        complain("diff: %s has not all that --without takes out; `drydock list revisions` lists what it has",
                 revision->name);
        return side;
    }
    side.runs[side.count++] =
        (struct diff_side){player_run(player, file->scenario, revision, without, seed), file->path, 0};
    return side;
}

/* Side 0 or 1 of two files. A scenario beside a trace of one run is run as that was. */
static struct side_runs runs_of_file(struct arena *arena, struct player *player, const struct diff_command *command,
                                     uint32_t index)
{
    const struct run_file *file = &command->files[index];
    const struct scenario *scenario = file->scenario;
    uint32_t without = index == 1 ? command->without : 0;

    if (scenario == NULL) {
        return runs_of_trace(arena, file);
    }
    if (command->revision_count > 0) {
        uint32_t given = index < command->revision_count ? index : 0;

        return run_scenario(arena, player, file, command->revisions[given], without, NULL);
    }
    const struct run_file *other = &command->files[1 - index];
    const struct revision *revision = scenario->revisions[0];
    uint32_t own = scenario->found.without & revision->switches;
    const uint64_t *seed = NULL;

    if (other->trace.count == 1) {
        seed = &other->trace.runs[0].record.seed;
        if (!trace_release(other, &other->trace.runs[0], &revision, &own)) {
            return (struct side_runs){NULL, 0};
        }
    }
    return run_scenario(arena, player, file, revision, without | own, seed);
}

static bool two_files(struct arena *arena, struct player *player, const struct diff_command *command,
                      struct side_runs sides[DIFF_SIDES])
{
    sides[0] = runs_of_file(arena, player, command, 0);
    sides[1] = sides[0].count == 0 ? sides[0] : runs_of_file(arena, player, command, 1);
    if (sides[0].count == 0 || sides[1].count == 0) {
        return false;
    }
    if (sides[0].count != sides[1].count) {
        complain("diff: %s holds %u runs and %s %u, expected as many", command->files[0].path, sides[0].count,
                 command->files[1].path, sides[1].count);
        return false;
    }
    return true;
}

/* A trace of two runs. */
static bool one_trace(struct arena *arena, const struct run_file *file, struct side_runs sides[DIFF_SIDES])
{
    struct side_runs runs = runs_of_trace(arena, file);

    if (runs.count != DIFF_SIDES) {
        complain("diff: %s holds %u run%s, expected two, or another file beside it", file->path, runs.count,
                 runs.count == 1 ? "" : "s");
        return false;
    }
    sides[0] = (struct side_runs){&runs.runs[0], 1};
    sides[1] = (struct side_runs){&runs.runs[1], 1};
    return true;
}

/* A scenario on two releases, or on one and on the same without something. */
static bool one_scenario(struct arena *arena, struct player *player, const struct diff_command *command,
                         struct side_runs sides[DIFF_SIDES])
{
    const struct run_file *file = &command->files[0];
    const struct scenario *scenario = file->scenario;
    const struct revision *left = scenario->revisions[0];
    const struct revision *right = scenario->revisions[scenario->revision_count - 1];

    if (command->revision_count > 0) {
        left = command->revisions[0];
        right = command->revisions[command->revision_count - 1];
    } else if (command->without != 0) {
        left = right;
    }
    if (left == right && command->without == 0 && command->revision_count < DIFF_SIDES) {
        complain("diff: one run of %s on %s, expected --revision R,R, --without or another file beside it", file->path,
                 left->name);
        return false;
    }
    sides[0] = run_scenario(arena, player, file, left, 0, NULL);
    sides[1] = run_scenario(arena, player, file, right, command->without, NULL);
    return sides[0].count > 0 && sides[1].count > 0;
}

static bool find_sides(struct arena *arena, struct player *player, const struct diff_command *command,
                       struct side_runs sides[DIFF_SIDES])
{
    return command->file_count == DIFF_SIDES    ? two_files(arena, player, command, sides)
           : command->files[0].scenario == NULL ? one_trace(arena, &command->files[0], sides)
                                                : one_scenario(arena, player, command, sides);
}

/* ---- the verb -----------------------------------------------------------------------------------------------------
 */

static int compare(struct arena *arena, const struct diff_command *command, const struct side_runs sides[DIFF_SIDES])
{
    uint32_t count = sides[0].count;
    struct diff_pair *pairs = arena_alloc(arena, count * sizeof *pairs);
    bool same = true;
    struct sink sink;

    for (uint32_t i = 0; i < count; i++) {
        pairs[i].sides[0] = sides[0].runs[i];
        pairs[i].sides[1] = sides[1].runs[i];
        run_diff(arena, pairs[i].sides[0].record, pairs[i].sides[1].record, &pairs[i].diff);
        same = same && run_diff_same(&pairs[i].diff);
    }
    sink_init(&sink);
    (command->json ? run_diff_json_write : run_diff_text_write)(&sink, pairs, count, command->context);
    return !deliver(&sink, command->output) ? EXIT_INTERNAL_ERROR : same ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
}

int verb_diff(int argc, char **argv)
{
    struct arena arena;
    struct diff_command command = {.context = CONTEXT_DEFAULT};
    struct player player;
    struct side_runs sides[DIFF_SIDES];
    int status = EXIT_UNUSABLE_INPUT;

    arena_init(&arena, arena_source_malloc());
    player_init(&player);
    if (read_command_line(&arena, argc, argv, &command) && find_sides(&arena, &player, &command, sides)) {
        status = compare(&arena, &command, sides);
    }
    player_free(&player);
    arena_reset(&arena);
    return status;
}
