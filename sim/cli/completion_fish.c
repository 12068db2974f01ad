#include "sim/cli/completion.h"

#include "sim/cli/arguments.h"

#define SPECIALS "\\"
#define QUOTE "\\'"

static const char *const frame[] = {
    "# fish completion for drydock, made by `drydock completion fish`",
    "",
    "function __drydock_verb # the verb that was typed is $argv",
    "    set -l typed (commandline -opc)",
    "    test (count $typed) -gt 1; and test $typed[2] = $argv[1]",
    "end",
    "",
    "function __drydock_no_verb",
    "    test (count (commandline -opc)) -eq 1",
    "end",
    "",
    "function __drydock_value # what was typed of an option's argument",
    "    commandline -ct | string replace -r -- '^--[^=]*=' ''",
    "end",
    "",
    "function __drydock_list # several of $argv, separated by commas",
    "    set -l before (__drydock_value | string match -r -- '^.*,')",
    "    printf '%s\\n' \"$before\"$argv",
    "end",
    "",
    "function __drydock_pairs # the same, each followed by =FILE",
    "    set -l value (__drydock_value)",
    "    set -l before (string match -r -- '^.*,' $value)",
    "    set -l pair (string replace -r -- '^.*,' '' $value)",
    "    if string match -q -- '*=*' $pair",
    "        set -l word (string replace -r -- '=.*' '=' $pair)",
    "        set -l file (string replace -r -- '^[^=]*=' '' $pair)",
    "        printf '%s\\n' \"$before$word\"(complete -C \"__drydock_nothing $file\")",
    "    else",
    "        printf '%s\\n' \"$before\"(string replace -r -- '(\\t|$)' '=$1' $argv)",
    "    end",
    "end",
    "",
    "complete -c drydock -f",
    "complete -c drydock -n __drydock_no_verb -s h -l help -d 'list the verbs'",
    "complete -c drydock -n __drydock_no_verb -s V -l version -d 'print the version'",
    NULL,
};

/* What -a of complete takes for it; a function where there are words. */
static const char *add_values(struct sink *sink, struct arena *arena, const char *verb, const char *of,
                              const struct argument *argument)
{
    static const char *const files[] = {[NO_FILES] = "",
                                        [ANY_FILES] = "-F",
                                        [SCENARIOS] = "-k -a '(__fish_complete_suffix .json)'",
                                        [FOLDERS] = "-a '(__fish_complete_directories)'"};

    if (argument->word_count == 0) {
        return files[argument->files];
    }
    const char *name = arena_printf(arena, "__drydock_%s_%s", verb, as_identifier(arena, of));

    sink_printf(sink, "function %s\n    printf '%%s\\t%%s\\n'", name);
    for (uint32_t i = 0; i < argument->word_count; i++) {
        sink_add(sink, " \\\n        ");
        add_quoted(sink, argument->words[i].text, SPECIALS, QUOTE);
        sink_add(sink, " ");
        add_quoted(sink, argument->words[i].what, SPECIALS, QUOTE);
    }
    sink_add(sink, "\nend\n");
    return arena_printf(arena,
                        argument->form == LIST    ? "-a '(__drydock_list (%s))'"
                        : argument->form == PAIRS ? "-a '(__drydock_pairs (%s))'"
                                                  : "-a '(%s)'",
                        name);
}

static void add_verb(struct sink *sink, struct arena *arena, enum verb verb)
{
    const struct verb_info *info = verb_info(verb);
    const struct argument operands = argument_of_operands(arena, verb);

    sink_printf(sink, "\ncomplete -c drydock -n __drydock_no_verb -a %s -d ", info->name);
    add_quoted(sink, info->summary, SPECIALS, QUOTE);
    sink_add(sink, "\n");
    if (operands.word_count > 0 || operands.files != NO_FILES) {
        const char *values = add_values(sink, arena, info->name, "operands", &operands);

        sink_printf(sink, "complete -c drydock -n '__drydock_verb %s' %s\n", info->name, values);
    }
    for (unsigned i = 0; i < option_count; i++) {
        const struct option_info *option = &option_table[i];

        if (option->verb != verb) {
            continue;
        }
        const struct argument argument = argument_of_option(arena, option);
        const char *values = add_values(sink, arena, info->name, option->name, &argument);

        sink_printf(sink, "complete -c drydock -n '__drydock_verb %s' %s %s%s %s -d ", info->name,
                    option->name[1] == '\0' ? "-s" : "-l", option->name,
                    option->argument == NULL      ? ""
                    : argument.files == ANY_FILES ? " -r"
                                                  : " -x",
                    values);
        add_quoted(sink, option->help, SPECIALS, QUOTE);
        sink_add(sink, "\n");
    }
    sink_printf(sink, "complete -c drydock -n '__drydock_verb %s' -s h -l help -d 'say how it is used'\n", info->name);
}

void completion_fish_write(struct sink *sink, struct arena *arena)
{
    add_lines(sink, frame);
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        add_verb(sink, arena, (enum verb)i);
    }
}
