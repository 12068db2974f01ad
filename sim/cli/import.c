/* drydock import: a recording, or a node's log, becomes a scenario for a person to edit. */
#include "sim/cli/cli.h"

#include "core/revision.h"
#include "sim/cli/recordings.h"
#include "sim/cli/save.h"
#include "sim/conform/import.h"
#include "sim/scenario/pretty_json.h"
#include "sim/scenario/file_text.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* JSON lines begin with a brace, a log with an instant. */
static const struct value *scenario_of(struct arena *arena, const char *file, const char *text, size_t length,
                                       const char **mistake)
{
    struct memory memory;

    if (length == 0 || text[0] != '{') {
        return import_log(arena, file, text, length, mistake);
    }
    const struct recording *recording = recording_parse(arena, file, text, length, mistake);

    if (recording == NULL) {
        return NULL;
    }
    if (revision_by_name(recording->tag) == NULL) {
        *mistake = unknown_release(arena, recording);
        return NULL;
    }
    replay_memory(&memory);
    const struct conformity *replayed = recording_replay(recording, revision_by_name(recording->tag), &memory, arena);
    const struct value *scenario = import_recording(arena, replayed);

    memory_free(&memory);
    return scenario;
}

static int import_file(struct arena *arena, const char *file, const char *output)
{
    size_t length = 0;
    char *text = file_text(file, RECORDING_SIZE_MAX, &length);
    const char *mistake = NULL;

    if (text == NULL || length > RECORDING_SIZE_MAX) {
        const char *what =
            text == NULL ? strerror(errno)
                         : arena_printf(arena, "the file is too large, expected at most %d bytes", RECORDING_SIZE_MAX);

        fprintf(stderr, "%s:1:1: %s\n", file, what);
        free(text);
        return EXIT_UNUSABLE_INPUT;
    }
    const struct value *scenario = scenario_of(arena, file, text, length, &mistake);

    free(text);
    if (scenario == NULL) {
        fprintf(stderr, "%s\n", mistake);
        return EXIT_UNUSABLE_INPUT;
    }
    struct sink sink;

    sink_init(&sink);
    sink_printf(&sink, "%s\n", pretty_json(arena, scenario));
    return deliver(&sink, output) ? EXIT_AS_EXPECTED : EXIT_INTERNAL_ERROR;
}

int verb_import(int argc, char **argv)
{
    const char *output = NULL;
    struct arena arena;
    int option = 0;

    while (next_option(VERB_IMPORT, argc, argv, &option) && option >= 0) {
        output = optarg;
    }
    if (option != -1 || optind != argc - 1) {
        return complain("import: expected one recording or log file; see `drydock help import`");
    }
    arena_init(&arena, arena_source_malloc());
    int status = import_file(&arena, argv[optind], output);

    arena_reset(&arena);
    return status;
}
