/* drydock conform: recordings of the real system performed on core/ and fakes/. */
#include "sim/cli/cli.h"

#include "core/revision.h"
#include "sim/cli/recordings.h"
#include "sim/cli/save.h"
#include "sim/cli/search_options.h"
#include "sim/conform/conform_report.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conform_command {
    struct file_list files;
    conform_writer *write;
    const struct revision *revision; /* NULL: each recording's own */
    const char *output;
    bool explain;
};

static bool take_option(struct conform_command *command, const char *name, const char *argument)
{
    static const struct {
        const char *name;
        conform_writer *write;
    } formats[] = {{"text", conform_text_write}, {"json", conform_json_write}, {"junit", conform_junit_write}};

    if (strcmp(name, "output") == 0) {
        command->output = argument;
        return true;
    }
    if (strcmp(name, "revision") == 0) {
        return take_one_revision("conform", argument, &command->revision);
    }
    if (strcmp(name, "explain") == 0) {
        command->explain = true;
        return true;
    }
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(formats[i].name, argument) == 0) {
            command->write = formats[i].write;
            return true;
        }
    }
    complain("conform: --format %s: expected text, json or junit", argument);
    return false;
}

static bool read_command_line(struct arena *arena, int argc, char **argv, struct conform_command *command)
{
    int option = 0;
    bool good = true;

    while (option >= 0) {
        if (!next_option(VERB_CONFORM, argc, argv, &option)) {
            return false;
        }
        if (option >= 0 && !take_option(command, option_table[option].name, optarg)) {
            return false;
        }
    }
    if (optind == argc && !command->explain) {
        complain("conform: expected at least one recording or directory; see `drydock help conform`");
        return false;
    }
    for (int i = optind; i < argc; i++) {
        good = collect_files(arena, argv[i], &command->files) && good;
    }
    return good;
}

/* All results, or NULL after messages. */
static struct conformity **conform_all(struct arena *arena, const struct conform_command *command)
{
    const struct file_list *files = &command->files;
    struct conformity **results = arena_alloc(arena, (files->count + 1) * sizeof *results);
    struct recording **recordings = arena_alloc(arena, (files->count + 1) * sizeof *recordings);
    struct memory memory;
    bool good = true;

    for (uint32_t i = 0; i < files->count; i++) {
        recordings[i] = load_recording(arena, files->names[i]);
        good = good && recordings[i] != NULL;
        if (recordings[i] != NULL && command->revision == NULL && revision_by_name(recordings[i]->tag) == NULL) {
            fprintf(stderr, "%s\n", unknown_release(arena, recordings[i]));
            good = false;
        }
    }
    if (!good) {
        return NULL;
    }
    replay_memory(&memory);
    for (uint32_t i = 0; i < files->count; i++) {
        const struct revision *own = revision_by_name(recordings[i]->tag);

        results[i] =
            recording_replay(recordings[i], command->revision != NULL ? command->revision : own, &memory, arena);
    }
    memory_free(&memory);
    return results;
}

static int report(const struct conform_command *command, struct conformity *const *results)
{
    int status = EXIT_AS_EXPECTED;
    struct sink sink;

    sink_init(&sink);
    if (command->files.count > 0) {
        command->write(&sink, (const struct conformity *const *)results, command->files.count);
    }
    if (command->explain && (command->write == conform_text_write || command->files.count == 0)) {
        conform_explain_write(&sink);
    }
    for (uint32_t i = 0; i < command->files.count; i++) {
        status = conforms(results[i]) ? status : EXIT_NOT_AS_EXPECTED;
    }
    return deliver(&sink, command->output) ? status : EXIT_INTERNAL_ERROR;
}

int verb_conform(int argc, char **argv)
{
    struct conform_command command = {.write = conform_text_write};
    struct arena arena;
    int status = EXIT_UNUSABLE_INPUT;

    arena_init(&arena, arena_source_malloc());
    if (read_command_line(&arena, argc, argv, &command)) {
        struct conformity **results = conform_all(&arena, &command);

        status = results == NULL ? EXIT_UNUSABLE_INPUT : report(&command, results);
    }
    arena_reset(&arena);
    return status;
}
