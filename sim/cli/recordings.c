#include "sim/cli/recordings.h"

#include "sim/cli/cli.h"
#include "sim/scenario/file_text.h"
#include "sim/scenario/json_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t MEMORY_SIZE = (size_t)1 << 30;

struct recording *load_recording(struct arena *arena, const char *path)
{
    size_t length = 0;
    char *text = file_text(path, RECORDING_SIZE_MAX, &length);
    const char *mistake = NULL;
    struct recording *recording = NULL;

    if (text == NULL) {
        fprintf(stderr, "%s:1:1: %s\n", path, strerror(errno));
        return NULL;
    }
    if (length > RECORDING_SIZE_MAX) {
        fprintf(stderr, "%s:1:1: the file is too large, expected at most %d bytes\n", path, RECORDING_SIZE_MAX);
    } else if ((recording = recording_parse(arena, path, text, length, &mistake)) == NULL) {
        fprintf(stderr, "%s\n", mistake);
    }
    free(text);
    return recording;
}

const char *unknown_release(struct arena *arena, const struct recording *recording)
{
    return mistake_line(
        arena, recording->file, recording->tag_place,
        arena_printf(arena, "tag is \"%.40s\", expected one of `drydock list revisions`", recording->tag));
}

static void out_of_memory(void *context)
{
    (void)context;
    fputs("drydock: out of memory: a replay wanted more than 1 GiB\n", stderr);
    exit(EXIT_INTERNAL_ERROR);
}

void replay_memory(struct memory *memory)
{
    if (!memory_init(memory, MEMORY_SIZE, out_of_memory, NULL)) {
        fputs("drydock: cannot reserve memory\n", stderr);
        exit(EXIT_INTERNAL_ERROR);
    }
}
