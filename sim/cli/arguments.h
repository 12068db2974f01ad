/* What may stand for an argument that help names: for completions. From arguments.def and the tables that it points to.
 */
#ifndef DRYDOCK_SIM_CLI_ARGUMENTS_H
#define DRYDOCK_SIM_CLI_ARGUMENTS_H

#include "sim/cli/cli.h"

enum argument_files {
    NO_FILES,
    ANY_FILES,
    SCENARIOS, /* *.json, *.jsonl */
    FOLDERS,
};

enum argument_form {
    ONE,
    LIST,  /* several, separated by commas */
    PAIRS, /* several WORD=FILE, separated by commas */
};

struct word {
    const char *text;
    const char *what; /* one line; "": nothing is to be said */
};

struct argument {
    struct word *words; /* in the arena; NULL when there are none */
    uint32_t word_count, word_size;
    enum argument_files files;
    enum argument_form form;
};

/* Of an option's argument; all empty where it takes none. */
struct argument argument_of_option(struct arena *arena, const struct option_info *option);
/* Of a verb's operands. */
struct argument argument_of_operands(struct arena *arena, enum verb verb);
/* The first name in capitals of a text from verbs.def that arguments.def lacks, in the arena; NULL: it lacks none. */
const char *argument_unknown(struct arena *arena, const char *text);

#endif
