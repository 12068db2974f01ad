/* The command line: verbs, options, exit statuses. Everything that touches the terminal, the clock or the environment
 * is here or in reports/sink.c, nowhere below.
 */
#ifndef DRYDOCK_SIM_CLI_CLI_H
#define DRYDOCK_SIM_CLI_CLI_H

#include "core/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum exit_status {
    EXIT_AS_EXPECTED = 0,
    EXIT_NOT_AS_EXPECTED = 1,
    EXIT_UNUSABLE_INPUT = 2,
    EXIT_INTERNAL_ERROR = 3,
};

enum verb {
#define VERB(ID, name, operands, summary, run) VERB_##ID,
#include "sim/cli/verbs.def"
    VERB_COUNT
};

struct option_info {
    enum verb verb;
    const char *name;
    const char *argument; /* NULL: takes none */
    const char *help;
};

struct verb_info {
    const char *name;
    const char *operands;
    const char *summary;
    int (*run)(int argc, char **argv); /* argv[0] is the verb; returns an exit status */
};

extern const struct option_info option_table[];
extern const unsigned option_count;
const struct verb_info *verb_info(enum verb verb);
/* VERB_COUNT when there is none of that name. */
enum verb verb_by_name(const char *name);

/* Prints `drydock: <message>` to standard error and returns EXIT_UNUSABLE_INPUT. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Walks the options of a verb with getopt_long, by the table. *index is the option's place in option_table, −1 at the
 * end (optind is then the first operand). Returns false, after a message, for what the verb does not know. */
bool next_option(enum verb verb, int argc, char **argv, int *index);

/* A list of file names. */
struct file_list {
    const char **names;
    uint32_t count, size;
};
/* Adds a file, or all *.json files below a directory in byte order of their paths (schema.json left out). false, after
 * a message, when it cannot be read or a directory holds none. */
bool collect_files(struct arena *arena, const char *path, struct file_list *files);

int verb_run(int argc, char **argv);
int verb_sweep(int argc, char **argv);
int verb_ablate(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_explore(int argc, char **argv);
int verb_conform(int argc, char **argv);
int verb_import(int argc, char **argv);
int verb_serve(int argc, char **argv);
int verb_replay(int argc, char **argv);
int verb_diff(int argc, char **argv);
int verb_regress(int argc, char **argv);
int verb_compare(int argc, char **argv);
int verb_list(int argc, char **argv);
int verb_completion(int argc, char **argv);
int verb_help(int argc, char **argv);
int verb_version(int argc, char **argv);

#endif
