/* drydock completion: a script for a shell. */
#include "sim/cli/completion.h"

#include "sim/cli/cli.h"
#include "sim/cli/save.h"

#include <getopt.h>
#include <string.h>

static const struct {
    const char *shell;
    void (*write)(struct sink *sink, struct arena *arena);
} shells[] = {
    {"bash", completion_bash_write},
    {"zsh", completion_zsh_write},
    {"fish", completion_fish_write},
};

void add_quoted(struct sink *sink, const char *text, const char *specials, const char *quote)
{
    sink_add(sink, "'");
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            sink_add(sink, quote);
        } else {
            sink_printf(sink, "%s%c", strchr(specials, *text) == NULL ? "" : "\\", *text);
        }
    }
    sink_add(sink, "'");
}

void add_lines(struct sink *sink, const char *const *lines)
{
    for (; *lines != NULL; lines++) {
        sink_add(sink, *lines);
        sink_add(sink, "\n");
    }
}

const char *option_typed(struct arena *arena, const char *name)
{
    return arena_printf(arena, "%s%s", name[1] == '\0' ? "-" : "--", name);
}

const char *as_identifier(struct arena *arena, const char *name)
{
    char *identifier = arena_string(arena, name);

    for (char *next = identifier; (next = strchr(next, '-')) != NULL;) {
        *next = '_';
    }
    return identifier;
}

int verb_completion(int argc, char **argv)
{
    int option = -1;

    if (!next_option(VERB_COMPLETION, argc, argv, &option)) {
        return EXIT_UNUSABLE_INPUT;
    }
    for (size_t i = 0; i < sizeof shells / sizeof shells[0] && optind + 1 == argc; i++) {
        if (strcmp(shells[i].shell, argv[optind]) == 0) {
            struct arena arena;
            struct sink sink;

            arena_init(&arena, arena_source_malloc());
            sink_init(&sink);
            shells[i].write(&sink, &arena);
            arena_reset(&arena);
            return deliver(&sink, NULL) ? EXIT_AS_EXPECTED : EXIT_INTERNAL_ERROR;
        }
    }
    return complain("completion: expected one of %s", verb_info(VERB_COMPLETION)->operands);
}
