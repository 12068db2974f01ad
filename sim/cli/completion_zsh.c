#include "sim/cli/completion.h"

#include "sim/cli/arguments.h"

#include <string.h>

/* Of _describe: the name ends at the first colon. Of _arguments: the description ends at ], the message at a colon. */
#define QUOTE "'\\''"

static const char *const pairs[] = {
    "# Several WORD=FILE, separated by commas; $1: a function that adds the words.",
    "_drydock_pairs() {",
    "    local words=$1",
    "    shift",
    "    compset -P '*,'",
    "    if compset -P '*='; then",
    "        _files",
    "    else",
    "        $words \"$@\" -S =",
    "    fi",
    "}",
    "",
    NULL,
};

/* As a function that adds the words; "" when there are none to add. */
static const char *add_words(struct sink *sink, struct arena *arena, const char *verb, const char *of,
                             const struct argument *argument)
{
    if (argument->word_count == 0) {
        return "";
    }
    const char *name = arena_printf(arena, "_drydock_%s_%s", verb, as_identifier(arena, of));

    sink_printf(sink, "%s() {\n    local -a words=(\n", name);
    for (uint32_t i = 0; i < argument->word_count; i++) {
        sink_add(sink, "        ");
        add_quoted(sink, argument->words[i].text, ":\\", QUOTE);
        if (argument->words[i].what[0] != '\0') {
            sink_add(sink, ":");
            add_quoted(sink, argument->words[i].what, "", QUOTE);
        }
        sink_add(sink, "\n");
    }
    sink_printf(sink, "    )\n    _describe -t values %s words \"$@\"\n}\n\n", of);
    return name;
}

/* The action of _arguments for what may stand there. */
static void add_action(struct sink *sink, const struct argument *argument, const char *words)
{
    static const char *const files[] = {
        [NO_FILES] = " ", [ANY_FILES] = "_files", [SCENARIOS] = "_files -g \"*.json(|l)\"", [FOLDERS] = "_files -/"};

    if (words[0] == '\0') {
        sink_add(sink, files[argument->files]);
    } else {
        sink_printf(sink, "%s%s",
                    argument->form == LIST    ? "_sequence "
                    : argument->form == PAIRS ? " _drydock_pairs "
                                              : "",
                    words);
    }
}

static void add_verb(struct sink *sink, struct arena *arena, enum verb verb)
{
    const struct verb_info *info = verb_info(verb);
    const struct argument operands = argument_of_operands(arena, verb);
    const char *words = add_words(sink, arena, info->name, "operands", &operands);
    struct sink specs;

    sink_init(&specs);
    for (unsigned i = 0; i < option_count; i++) {
        const struct option_info *option = &option_table[i];

        if (option->verb != verb) {
            continue;
        }
        const struct argument argument = argument_of_option(arena, option);
        const char *values = add_words(sink, arena, info->name, option->name, &argument);
        bool again = strstr(option->help, "repeatable") != NULL;

        sink_printf(&specs, "        '%s%s%s'", again ? "*" : "", option_typed(arena, option->name),
                    option->argument == NULL  ? ""
                    : option->name[1] == '\0' ? "+"
                                              : "=");
        add_quoted(&specs, arena_printf(arena, "[%s", option->help), "]:\\", QUOTE);
        sink_add(&specs, "']");
        if (option->argument != NULL) {
            sink_printf(&specs, ":%s:", option->name);
            add_action(&specs, &argument, values);
        }
        sink_add(&specs, "'\n");
    }
    sink_printf(sink, "_drydock_%s() {\n    local -a specs=(\n%s", info->name, specs.text == NULL ? "" : specs.text);
    sink_free(&specs);
    sink_add(sink, "        '(- *)'{-h,--help}'[say how it is used]'\n");
    if (info->operands[0] != '\0') {
        sink_add(sink, "        '*:operand:");
        add_action(sink, &operands, words);
        sink_add(sink, "'\n");
    }
    sink_add(sink, "    )\n    _arguments -s -S : $specs\n}\n\n");
}

void completion_zsh_write(struct sink *sink, struct arena *arena)
{
    sink_add(sink, "#compdef drydock\n# zsh completion for drydock, made by `drydock completion zsh`\n\n");
    add_lines(sink, pairs);
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        add_verb(sink, arena, (enum verb)i);
    }
    sink_add(sink, "_drydock() {\n    local curcontext=$curcontext state line\n    local -a verbs=(\n");
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        sink_printf(sink, "        %s:", verb_info((enum verb)i)->name);
        add_quoted(sink, verb_info((enum verb)i)->summary, "", QUOTE);
        sink_add(sink, "\n");
    }
    sink_add(sink,
             "    )\n"
             "    _arguments -C '(- *)'{-h,--help}'[list the verbs]' '(- *)'{-V,--version}'[print the version]' \\\n"
             "        '1:verb:->verb' '*::argument:->arguments' && return\n"
             "    case $state in\n"
             "    verb) _describe -t verbs verb verbs ;;\n"
             "    arguments)\n"
             "        curcontext=${curcontext%:*:*}:drydock-$words[1]:\n"
             "        (( $+functions[_drydock_$words[1]] )) && _drydock_$words[1] ;;\n"
             "    esac\n"
             "}\n\n"
             "# Autoloaded by compinit, or sourced.\n"
             "if [[ $funcstack[1] = _drydock ]]; then\n"
             "    _drydock \"$@\"\n"
             "else\n"
             "    compdef _drydock drydock\n"
             "fi\n");
}
