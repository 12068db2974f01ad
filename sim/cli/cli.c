#include "sim/cli/cli.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct option_info option_table[] = {
#define OPTION(verb, name, argument, help) {VERB_##verb, name, argument, help},
#include "sim/cli/verbs.def"
};

const unsigned option_count = sizeof option_table / sizeof option_table[0];

static const struct verb_info verbs[VERB_COUNT] = {
#define VERB(ID, name, operands, summary, run) {name, operands, summary, run},
#include "sim/cli/verbs.def"
};

const struct verb_info *verb_info(enum verb verb)
{
    return &verbs[verb];
}

enum verb verb_by_name(const char *name)
{
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        if (strcmp(verbs[i].name, name) == 0) {
            return (enum verb)i;
        }
    }
    return VERB_COUNT;
}

int complain(const char *format, ...)
{
    va_list arguments;

    fputs("drydock: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return EXIT_UNUSABLE_INPUT;
}

bool next_option(enum verb verb, int argc, char **argv, int *index)
{
    struct option options[sizeof option_table / sizeof option_table[0] + 2];
    unsigned count = 0;
    char letters[64] = ":h"; /* as getopt wants them */
    size_t length = strlen(letters);

    for (unsigned i = 0; i < option_count; i++) {
        if (option_table[i].verb != verb) {
            continue;
        }
        if (option_table[i].name[1] == '\0') {
            length += (size_t)snprintf(letters + length, sizeof letters - length, "%s%s", option_table[i].name,
                                       option_table[i].argument == NULL ? "" : ":");
        } else {
            int wants = option_table[i].argument == NULL ? no_argument : required_argument;

            options[count++] = (struct option){option_table[i].name, wants, NULL, (int)i + 256};
        }
    }
    options[count++] = (struct option){"help", no_argument, NULL, 'h'};
    options[count] = (struct option){NULL, 0, NULL, 0};
    opterr = 0;
    int found = getopt_long(argc, argv, letters, options, NULL);

    *index = -1;
    if (found >= 256) {
        *index = found - 256;
        return true;
    }
    if (found == -1) {
        return true;
    }
    for (unsigned i = 0; i < option_count; i++) {
        if (option_table[i].verb == verb && option_table[i].name[0] == found && option_table[i].name[1] == '\0') {
            *index = (int)i;
            return true;
        }
    }
    if (found == ':') {
        complain("%s: %s wants an argument; see `drydock help %s`", argv[0], argv[optind - 1], argv[0]);
    } else {
        complain("%s: there is no option %s, or it takes no argument; see `drydock help %s`", argv[0], argv[optind - 1],
                 argv[0]);
    }
    return false;
}
