#include "sim/cli/arguments.h"

#include "core/revision.h"
#include "fakes/world.h"
#include "reports/ablation_report.h"
#include "reports/report.h"
#include "sim/scenario/scenario.h"
#include "sim/search/explore.h"

#include <string.h>

/* Where words are gathered. */
struct place {
    struct arena *arena;
    enum verb verb;
    struct argument *argument;
};

static void add(const struct place *place, const char *text, const char *what)
{
    struct argument *argument = place->argument;

    *(struct word *)table_add(place->arena, (void **)&argument->words, &argument->word_count, &argument->word_size,
                              sizeof argument->words[0]) = (struct word){text, what};
}

/* ---- the tables --------------------------------------------------------------------------------------------- */

static void no_words(const struct place *place)
{
    (void)place;
}

static void release_words(const struct place *place)
{
    for (const struct revision *revision = revisions(); revision->name != NULL; revision++) {
        add(place, revision->name, "");
    }
}

static void switch_words(const struct place *place)
{
    for (unsigned i = 0; i < SWITCH_COUNT; i++) {
        add(place, switch_info(i)->name, switch_info(i)->what);
    }
}

static const char *form_what(const char *name)
{
    for (const struct report_format *format = report_formats; format->name != NULL; format++) {
        if (strcmp(format->name, name) == 0) {
            return format->what;
        }
    }
    return "";
}

/* An ablation has other reports than runs. */
static void form_words(const struct place *place)
{
    const char *const *names = place->verb == VERB_ABLATE ? ablation_format_names : report_format_names;

    for (; *names != NULL; names++) {
        add(place, *names, place->verb == VERB_ABLATE ? "" : form_what(*names));
    }
}

static void oracle_words(const struct place *place)
{
    for (unsigned i = 0; i < ORACLE_COUNT; i++) {
        add(place, oracle_info((enum oracle_id)i)->name, oracle_info((enum oracle_id)i)->broken_when);
    }
}

/* Tasks are called by their actors. */
static void actor_words(const struct place *place)
{
    for (unsigned i = 0; i < ACTOR_COUNT; i++) {
        add(place, actor_info((enum actor_kind)i)->name, actor_info((enum actor_kind)i)->what);
    }
}

static void add_ports(const struct place *place, bool failing)
{
    uint32_t done = 0;

    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        const struct effect_info *info = effect_info((enum effect_id)i);

        if (!info->immediate && (done & 1u << info->port) == 0 && (!failing || info->faults != 0)) {
            done |= 1u << info->port;
            add(place, info->port_name, "");
        }
    }
}

static void port_words(const struct place *place)
{
    add_ports(place, false);
}

static void failing_port_words(const struct place *place)
{
    add_ports(place, true);
}

static void effect_words(const struct place *place)
{
    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        if (!effect_info((enum effect_id)i)->immediate) {
            add(place, effect_info((enum effect_id)i)->name, "");
        }
    }
}

static void fault_words(const struct place *place)
{
    for (unsigned i = FAULT_NONE + 1; i < FAULT_COUNT; i++) {
        add(place, fault_info((enum fault_kind)i)->name, fault_info((enum fault_kind)i)->what);
    }
}

static void strike_words(const struct place *place)
{
    for (unsigned i = STRIKE_NONE + 1; i < STRIKE_COUNT; i++) {
        add(place, strike_info((enum strike_kind)i)->name, strike_info((enum strike_kind)i)->what);
    }
}

static void strategy_words(const struct place *place)
{
    for (unsigned i = 0; i < STRATEGY_COUNT; i++) {
        add(place, strategy_info((enum strategy)i)->name, strategy_info((enum strategy)i)->what);
    }
}

static void verb_words(const struct place *place)
{
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        add(place, verb_info((enum verb)i)->name, verb_info((enum verb)i)->summary);
    }
}

static const struct known {
    const char *name;
    void (*words)(const struct place *place);
    enum argument_files files, operands;
    enum argument_form form;
} known[] = {
#define ARGUMENT(name, words, files, operands, form) {name, words, files, operands, form},
#include "sim/cli/arguments.def"
};

/* ---- help's spelling ---------------------------------------------------------------------------------------- */

/* The alternatives of "R|all", "R[,R]", "TRACE|FILE [TRACE|FILE]": one after the other, "" at the end. What stands in
 * brackets or behind dots only repeats. */
static const char *next_alternative(struct arena *arena, const char **text)
{
    *text += strspn(*text, "|[. ]");
    size_t length = strcspn(*text, "|[. ]");
    const char *alternative = arena_string_n(arena, *text, length);

    *text += length;
    return alternative;
}

static const struct known *find_known(const char *name)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].name, name) == 0) {
            return &known[i];
        }
    }
    return NULL;
}

static bool has_capitals(const char *text)
{
    return strpbrk(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
}

/* ",R" and ":NTH" of "R[,R]" and "EFFECT[:NTH]". */
static bool is_appendix(const char *alternative)
{
    return alternative[0] == ',' || alternative[0] == ':';
}

static struct argument argument_of(struct arena *arena, enum verb verb, const char *text, bool is_operand)
{
    struct argument argument = {0};
    const struct place place = {arena, verb, &argument};
    const char *alternative = "";

    while ((alternative = next_alternative(arena, &text))[0] != '\0') {
        const struct known *entry = find_known(alternative);

        if (alternative[0] == ',') {
            argument.form = LIST;
        } else if (entry != NULL) {
            enum argument_files files = is_operand ? entry->operands : entry->files;

            entry->words(&place);
            argument.files = files == NO_FILES ? argument.files : files;
            argument.form = entry->form == ONE ? argument.form : entry->form;
        } else if (!is_appendix(alternative) && !has_capitals(alternative)) {
            add(&place, alternative, "");
        }
    }
    return argument;
}

struct argument argument_of_option(struct arena *arena, const struct option_info *option)
{
    return argument_of(arena, option->verb, option->argument == NULL ? "" : option->argument, false);
}

struct argument argument_of_operands(struct arena *arena, enum verb verb)
{
    return argument_of(arena, verb, verb_info(verb)->operands, true);
}

const char *argument_unknown(struct arena *arena, const char *text)
{
    const char *alternative = "";

    while ((alternative = next_alternative(arena, &text))[0] != '\0') {
        if (has_capitals(alternative) && !is_appendix(alternative) && find_known(alternative) == NULL) {
            return alternative;
        }
    }
    return NULL;
}
