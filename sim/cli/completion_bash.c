#include "sim/cli/completion.h"

#include "sim/cli/arguments.h"

#include <string.h>

/* What knows nothing of drydock's tables. `typed` is the line up to the cursor, word by word. */
static const char *const frame[] = {
    "# bash completion for drydock, made by `drydock completion bash`",
    "",
    "# bash splits words at = and :, which belong to a word here.",
    "_drydock_join() {",
    "    local i piece glue=",
    "    typed=()",
    "    for ((i = 0; i <= COMP_CWORD; i++)); do",
    "        piece=${COMP_WORDS[i]}",
    "        if [[ ${#typed[@]} -gt 1 && $piece =~ ^[=:]+$ ]]; then",
    "            typed[${#typed[@]} - 1]+=$piece",
    "            glue=1",
    "        elif [[ $glue ]]; then",
    "            typed[${#typed[@]} - 1]+=$piece",
    "            glue=",
    "        else",
    "            typed+=(\"$piece\")",
    "        fi",
    "    done",
    "}",
    "",
    "# Adds what begins with $3 to the replies, each behind $2; $1: any, folders or scenarios.",
    "_drydock_files() {",
    "    local file",
    "    compopt -o filenames 2>/dev/null",
    "    while IFS= read -r file; do",
    "        [[ $1 == scenarios && ! -d $file && $file != *.json && $file != *.jsonl ]] || COMPREPLY+=(\"$2$file\")",
    "    done < <(compgen $([[ $1 == folders ]] && echo -d || echo -f) -- \"$3\")",
    "}",
    "",
    "# Adds those of `words` and `files` that the value $2, which stands behind $1, begins.",
    "_drydock_values() {",
    "    local word before=$1 value=$2 quoted= after=",
    "    if [[ $form != one ]]; then",
    "        word=${value##*,}",
    "        before+=${value%\"$word\"}",
    "        value=$word",
    "        compopt -o nospace 2>/dev/null",
    "    fi",
    "    if [[ $form == pairs ]]; then",
    "        if [[ $value == *=* ]]; then",
    "            _drydock_files any \"$before${value%%=*}=\" \"${value#*=}\"",
    "            return",
    "        fi",
    "        after==",
    "    fi",
    "    [[ $value != [\\'\\\"]* ]] || { quoted=1; value=${value:1}; }",
    "    [[ $quoted ]] || value=${value//\\\\/}",
    "    for word in \"${words[@]}\"; do",
    "        [[ $word == \"$value\"* ]] || continue",
    "        [[ $quoted ]] || printf -v word %q \"$word\"",
    "        COMPREPLY+=(\"$before$word$after\")",
    "    done",
    "    [[ ! $files ]] || _drydock_files \"$files\" \"$before\" \"$value\"",
    "}",
    "",
    "_drydock() {",
    "    local -a typed words=()",
    "    local current option verb form=one files= i",
    "    COMPREPLY=()",
    "    _drydock_join",
    "    current=${typed[${#typed[@]} - 1]}",
    "    verb=${typed[1]}",
    "    if [[ ${#typed[@]} -le 2 ]]; then",
    "        words=(\"${_drydock_verbs[@]}\" --help --version)",
    "        _drydock_values '' \"$current\"",
    "        return",
    "    fi",
    "    option=${typed[${#typed[@]} - 2]}",
    "    if [[ $current == --*=* ]]; then",
    "        option=${current%%=*}",
    "        _drydock_argument \"$verb $option\" && _drydock_values \"$option=\" \"${current#*=}\"",
    "    elif [[ ${#typed[@]} -gt 3 && $option == -?* ]] && _drydock_argument \"$verb $option\"; then",
    "        _drydock_values '' \"$current\"",
    "    elif [[ $current == -* ]]; then",
    "        _drydock_options \"$verb\"",
    "        _drydock_values '' \"$current\"",
    "    else",
    "        _drydock_operands \"$verb\"",
    "        _drydock_values '' \"$current\"",
    "    fi",
    "    # Only what follows the last = or : is replaced.",
    "    if [[ $COMP_WORDBREAKS == *=* && $current == *[=:]* ]]; then",
    "        option=${current%\"${current##*[=:]}\"}",
    "        for i in \"${!COMPREPLY[@]}\"; do",
    "            COMPREPLY[i]=${COMPREPLY[i]#\"$option\"}",
    "        done",
    "    fi",
    "}",
    "",
    "complete -F _drydock drydock",
    NULL,
};

static void add_values(struct sink *sink, const struct argument *argument)
{
    static const char *const forms[] = {[LIST] = " form=list", [PAIRS] = " form=pairs"};
    static const char *const files[] = {
        [ANY_FILES] = " files=any", [SCENARIOS] = " files=scenarios", [FOLDERS] = " files=folders"};

    if (argument->word_count > 0) {
        sink_add(sink, " words=(");
        for (uint32_t i = 0; i < argument->word_count; i++) {
            sink_add(sink, i == 0 ? "" : " ");
            add_quoted(sink, argument->words[i].text, "", "'\\''");
        }
        sink_add(sink, ")");
    }
    sink_add(sink, argument->form == ONE ? "" : forms[argument->form]);
    sink_add(sink, argument->files == NO_FILES ? "" : files[argument->files]);
}

void completion_bash_write(struct sink *sink, struct arena *arena)
{
    sink_add(sink, "_drydock_verbs=(");
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        sink_printf(sink, "%s%s", i == 0 ? "" : " ", verb_info((enum verb)i)->name);
    }
    sink_add(sink, ")\n\n# The options of verb $1.\n_drydock_options() {\n    case $1 in\n");
    for (unsigned verb = 0; verb < VERB_COUNT; verb++) {
        sink_printf(sink, "    %s) words=(--help", verb_info((enum verb)verb)->name);
        for (unsigned i = 0; i < option_count; i++) {
            if (option_table[i].verb == verb) {
                sink_printf(sink, " %s", option_typed(arena, option_table[i].name));
            }
        }
        sink_add(sink, ") ;;\n");
    }
    sink_add(sink, "    esac\n}\n\n# What may stand behind \"VERB --OPTION\"; fails where it takes no argument.\n"
                   "_drydock_argument() {\n    case $1 in\n");
    for (unsigned i = 0; i < option_count; i++) {
        const struct option_info *option = &option_table[i];

        if (option->argument != NULL) {
            const struct argument argument = argument_of_option(arena, option);

            sink_printf(sink, "    '%s %s')", verb_info(option->verb)->name, option_typed(arena, option->name));
            add_values(sink, &argument);
            sink_add(sink, " ;;\n");
        }
    }
    sink_add(sink,
             "    *) return 1 ;;\n    esac\n}\n\n# What verb $1 works on.\n_drydock_operands() {\n    case $1 in\n");
    for (unsigned verb = 0; verb < VERB_COUNT; verb++) {
        const struct argument argument = argument_of_operands(arena, (enum verb)verb);

        sink_printf(sink, "    %s)", verb_info((enum verb)verb)->name);
        add_values(sink, &argument);
        sink_add(sink, " ;;\n");
    }
    sink_add(sink, "    esac\n}\n\n");
    add_lines(sink, frame);
}
