/* drydock check: scenario files without running them. */
#include "sim/cli/cli.h"

#include "sim/scenario/scenario.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

int verb_check(int argc, char **argv)
{
    struct arena arena;
    struct file_list files = {0};
    bool quiet = false;
    int option = 0;
    int status = EXIT_AS_EXPECTED;

    while (next_option(VERB_CHECK, argc, argv, &option) && option >= 0) {
        quiet = quiet || strcmp(option_table[option].name, "quiet") == 0;
    }
    if (option != -1) {
        return EXIT_UNUSABLE_INPUT;
    }
    if (optind == argc) {
        return complain("check: expected at least one file or directory; see `drydock help check`");
    }
    arena_init(&arena, arena_source_malloc());
    for (int i = optind; i < argc; i++) {
        if (!collect_files(&arena, argv[i], &files)) {
            status = EXIT_UNUSABLE_INPUT;
        }
    }
    for (uint32_t i = 0; i < files.count; i++) {
        struct scenario_mistake mistake = {NULL};

        if (scenario_load(&arena, files.names[i], &mistake) == NULL) {
            fprintf(stderr, "%s\n", mistake.text);
            status = EXIT_UNUSABLE_INPUT;
        } else if (!quiet) {
            printf("%s: good\n", files.names[i]);
        }
    }
    arena_reset(&arena);
    return status;
}
