/* drydock replay: what a search has found, once more. */
#include "sim/cli/cli.h"

#include "sim/cli/recordings.h"
#include "sim/cli/replay_command.h"
#include "sim/cli/repro_file.h"
#include "sim/cli/run_files.h"
#include "sim/cli/save.h"
#include "sim/cli/search_options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GDB_ARGUMENTS_MAX = 64 };

/* ---- the words of the command line -------------------------------------------------------------------------- */

static bool take_follow(struct replay_command *command, const char *text)
{
    command->follow = text;
    return take_seed("replay", "follow", text, &command->seed);
}

static bool take_break(struct replay_command *command, const char *text)
{
    for (unsigned i = 0; i < ORACLE_COUNT; i++) {
        if (strcmp(oracle_info((enum oracle_id)i)->name, text) == 0) {
            command->stops.break_oracle = oracle_info((enum oracle_id)i)->name;
            return true;
        }
    }
    complain("replay: there is no oracle \"%s\"; `drydock list oracles` lists them", text);
    return false;
}

static bool take_option(struct arena *arena, struct replay_command *command, const char *name, const char *argument)
{
    const struct {
        const char *name;
        bool (*take)(struct replay_command *, const char *);
    } taken[] = {{"follow", take_follow}, {"break", take_break}};
    const struct {
        const char *name;
        bool *place;
    } flags[] = {{"step", &command->stops.step}, {"gdb", &command->gdb}, {"full", &command->full}};

    if (strcmp(name, "revision") == 0) {
        return take_one_revision("replay", argument, &command->revision);
    }
    if (strcmp(name, "without") == 0) {
        return take_switch("replay", argument, &command->without);
    }
    if (is_narrow_option(name)) {
        return take_narrow_option(arena, "replay", name, argument, &command->narrow);
    }
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (strcmp(taken[i].name, name) == 0) {
            return taken[i].take(command, argument);
        }
    }
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(flags[i].name, name) == 0) {
            *flags[i].place = true;
            return true;
        }
    }
    return stops_take_until(&command->stops, arena, argument);
}

static bool read_command_line(struct arena *arena, int argc, char **argv, struct replay_command *command)
{
    int option = 0;

    while (option >= 0) {
        if (!next_option(VERB_REPLAY, argc, argv, &option)) {
            return false;
        }
        if (option >= 0 && !take_option(arena, command, option_table[option].name, optarg)) {
            return false;
        }
    }
    if (argc != optind + 1) {
        complain("replay: expected one repro or trace; see `drydock help replay`");
        return false;
    }
    if (command->gdb && command->stops.until == NULL) {
        complain("replay: --gdb stops where --until says, expected --until EFFECT too");
        return false;
    }
    if (command->narrow.given && stops_any(&command->stops)) {
        complain(
            "replay: --around, --task, --port and --object narrow the timeline, which a replay that stops has not");
        return false;
    }
    command->file = argv[optind];
    return true;
}

/* ---- gdb ---------------------------------------------------------------------------------------------------- */

/* This program under gdb, with the same command but for --gdb. Returns only when there is no gdb. */
static int exec_gdb(struct arena *arena, const struct replay_command *command)
{
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *arguments[GDB_ARGUMENTS_MAX] = {"gdb",    "-q",          "-ex",     "break replay_stop_here",
                                                "-ex",    "run",         "--args",  self,
                                                "replay", command->file, "--until", command->stops.until};
    size_t count = 12;

    self[length < 0 ? 0 : length] = '\0';
    if (command->revision != NULL) {
        arguments[count++] = arena_printf(arena, "--revision=%s", command->revision->name);
    }
    if (command->follow != NULL) {
        arguments[count++] = arena_printf(arena, "--follow=%s", command->follow);
    }
    for (unsigned i = 0; i < SWITCH_COUNT && count < GDB_ARGUMENTS_MAX - 1; i++) {
        if ((command->without & (1u << i)) != 0) {
            arguments[count++] = arena_printf(arena, "--without=%s", switch_info(i)->name);
        }
    }
    execvp("gdb", (char *const *)arguments);
    return complain("replay: gdb: %s; --gdb wants the debugger (apt-get install gdb)", strerror(errno));
}

/* ---- what is played ----------------------------------------------------------------------------------------- */

/* The release: the repro's own, with the switches that it was found without, unless another is asked for. */
static bool choose_release(struct playing *playing)
{
    const struct replay_command *command = playing->command;
    const struct scenario *scenario = playing->scenario;
    uint32_t own = scenario->found.without & scenario->revisions[0]->switches;

    playing->revision = command->revision == NULL ? scenario->revisions[0] : command->revision;
    playing->without = (command->revision == NULL ? own : 0) | (command->without & playing->revision->switches);
    playing->own = playing->revision == scenario->revisions[0] && playing->without == own;
    if ((command->without & ~playing->revision->switches) != 0) {
        complain("replay: %s has not all that --without takes out; `drydock list revisions` lists what it has",
                 playing->revision->name);
        return false;
    }
    return true;
}

static bool load(struct playing *playing)
{
    return read_repro(playing->arena, playing->scenario, &playing->expected) && choose_release(playing);
}

/* ---- the verb ----------------------------------------------------------------------------------------------- */

static int play(struct playing *playing, struct replay_command *command)
{
    struct memory memory;
    struct sink sink;
    struct replay_watch watch = stops_watch(&command->stops);
    bool strict = playing->own && command->follow == NULL;
    struct replay_options options = {.revision = playing->revision,
                                     .without = playing->without,
                                     .keep_events = true,
                                     .lenient = !strict,
                                     .random = command->follow != NULL,
                                     .seed = command->seed,
                                     .watch = stops_any(&command->stops) ? &watch : NULL};

    if (strict && playing->scenario->found.steps != NULL) {
        options.expected = &playing->expected;
    }
    replay_memory(&memory);
    sink_init(&sink);
    tell_beginning(&sink, playing);
    bool delivered = deliver(&sink, NULL);

    playing->replay = replay_run(playing->scenario, &options, &memory, playing->arena);
    if (stops_any(&command->stops)) {
        stops_at_end(&command->stops, playing->replay->runner);
    }
    bool good = tell_outcome(&sink, playing);

    delivered = deliver(&sink, NULL) && delivered && !command->stops.failed;
    sink_free(&sink);
    sink_free(&command->stops.sink);
    replay_free(playing->replay);
    memory_free(&memory);
    return !delivered ? EXIT_INTERNAL_ERROR : good ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
}

int verb_replay(int argc, char **argv)
{
    struct arena arena;
    struct replay_command command = {.file = NULL};
    struct playing playing = {.command = &command, .arena = &arena};
    struct run_file file;
    int status = EXIT_UNUSABLE_INPUT;

    arena_init(&arena, arena_source_malloc());
    if (read_command_line(&arena, argc, argv, &command) && load_run_file(&arena, command.file, &file)) {
        playing.scenario = file.scenario;
        if (file.scenario == NULL) {
            status = replay_trace(&arena, &command, &file);
        } else if (load(&playing)) {
            status = command.gdb ? exec_gdb(&arena, &command) : play(&playing, &command);
        }
    }
    repro_steps_free(&playing.expected);
    arena_reset(&arena);
    return status;
}
