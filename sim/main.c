/* drydock: replays incidents, races and failures in the container lifecycle of a FluxOS node. */
#include "core/heap.h"
#include "sim/cli/cli.h"

#include <stdio.h>
#include <string.h>

/* What people type before they know better. */
static const struct {
    const char *typed;
    enum verb verb;
} aliases[] = {{"-h", VERB_HELP}, {"--help", VERB_HELP}, {"-V", VERB_VERSION}, {"--version", VERB_VERSION}};

static enum verb find_verb(const char *typed)
{
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (strcmp(aliases[i].typed, typed) == 0) {
            return aliases[i].verb;
        }
    }
    return verb_by_name(typed);
}

int main(int argc, char **argv)
{
    heap_serves_json();
    heap_serves_crypto();
    if (argc < 2) {
        return complain("expected a verb; `drydock help` lists them");
    }
    enum verb verb = find_verb(argv[1]);

    if (verb == VERB_COUNT) {
        return complain("there is no verb \"%s\"; `drydock help` lists them", argv[1]);
    }
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            char *help[] = {argv[0], argv[1], NULL};

            return verb_help(2, help);
        }
    }
    int status = verb_info(verb)->run(argc - 1, argv + 1);

    /* A full disk or a closed pipe must not look like success. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (status != EXIT_INTERNAL_ERROR) { /* else it has been said */
            perror("drydock: standard output");
        }
        return EXIT_INTERNAL_ERROR;
    }
    return status;
}
