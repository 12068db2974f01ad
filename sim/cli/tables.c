/* The verbs that print tables: list, help, version. */
#include "sim/cli/cli.h"

#include "core/revision.h"
#include "reports/report.h"
#include "reports/trace.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/units.h"
#include "sim/search/explore.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- list ------------------------------------------------------------------------------------------------------ */

static void print_bits(uint32_t bits, const char *(*name)(unsigned bit))
{
    const char *separator = "";

    for (unsigned bit = 0; name(bit) != NULL; bit++) {
        if ((bits & (1u << bit)) != 0) {
            printf("%s%s", separator, name(bit));
            separator = ", ";
        }
    }
    if (separator[0] == '\0') {
        putchar('-');
    }
}

static const char *fault_name(unsigned bit)
{
    return bit < FAULT_COUNT ? fault_info((enum fault_kind)bit)->name : NULL;
}

static void list_effects(void)
{
    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        const struct effect_info *info = effect_info((enum effect_id)i);

        if (info->immediate) {
            continue;
        }
        printf("%s\n    reads ", info->name);
        print_bits(info->reads, object_class_name);
        printf("; writes ");
        print_bits(info->writes, object_class_name);
        printf("; faults ");
        print_bits(info->faults, fault_name);
        putchar('\n');
    }
}

static void list_faults(void)
{
    for (unsigned i = FAULT_NONE + 1; i < FAULT_COUNT; i++) {
        printf("%-14s %s\n", fault_info((enum fault_kind)i)->name, fault_info((enum fault_kind)i)->what);
    }
}

static void list_strikes(void)
{
    for (unsigned i = STRIKE_NONE + 1; i < STRIKE_COUNT; i++) {
        printf("%-14s %s\n", strike_info((enum strike_kind)i)->name, strike_info((enum strike_kind)i)->what);
    }
}

static void list_strategies(void)
{
    for (unsigned i = 0; i < STRATEGY_COUNT; i++) {
        printf("%-7s %s\n", strategy_info((enum strategy)i)->name, strategy_info((enum strategy)i)->what);
    }
}

static void list_formats(void)
{
    for (const struct report_format *format = report_formats; format->name != NULL; format++) {
        printf("%-15s %s\n", format->name, format->what);
    }
}

static void list_oracles(void)
{
    for (unsigned i = 0; i < ORACLE_COUNT; i++) {
        printf("%-20s %s\n", oracle_info((enum oracle_id)i)->name, oracle_info((enum oracle_id)i)->broken_when);
    }
}

static void list_actors(void)
{
    printf("%-17s %-10s %-8s %-6s %-5s %s\n", "actor", "argument", "at boot", "every", "spec", "what it does");
    for (unsigned i = 0; i < ACTOR_COUNT; i++) {
        const struct actor_info *info = actor_info((enum actor_kind)i);

        char boot[32] = "-";
        char every[32] = "-";

        if (info->boot_ms >= 0) {
            duration_text(info->boot_ms, boot, sizeof boot);
        }
        if (info->every_ms > 0) {
            duration_text(info->every_ms, every, sizeof every);
        }
        printf("%-17s %-10s %-8s %-6s %-5s %s\n", info->name, info->subject == NULL ? "-" : info->subject, boot, every,
               info->section == NULL ? "-" : info->section, info->what);
        if (info->needs[0] != '\0') {
            printf("%-17s needs %s\n", "", info->needs);
        }
    }
}

static void list_revisions(void)
{
    for (const struct revision *revision = revisions(); revision->name != NULL; revision++) {
        printf("%s\n", revision->name);
        for (unsigned i = 0; i < SWITCH_COUNT; i++) {
            if ((revision->switches & (1u << i)) != 0) {
                printf("    %-24s %s\n", switch_info(i)->name, switch_info(i)->what);
            }
        }
    }
}

static void list_counts(void)
{
    for (unsigned i = 0; i < RUN_COUNT_COUNT; i++) {
        printf("%-22s %s\n", run_count_name((enum run_count)i), run_count_what((enum run_count)i));
    }
}

/* As Markdown: reports/TRACES.md has it. */
static void list_trace(void)
{
    enum trace_line_id line = TRACE_LINE_COUNT;

    for (const struct trace_member *member = trace_members; member->name != NULL; member++) {
        if (member->line != line) {
            printf("%s### %s\n\n%c%s.\n\n| member | type | always | what |\n|---|---|---|---|\n",
                   line == TRACE_LINE_COUNT ? "" : "\n", trace_line_kind(member->line),
                   toupper(trace_line_what(member->line)[0]), trace_line_what(member->line) + 1);
            line = member->line;
        }
        printf("| `%s` | %s | %s | %s |\n", member->name, trace_type_name(member->type), member->needed ? "yes" : "",
               member->what);
    }
}

static const struct {
    const char *name;
    void (*print)(void);
} lists[] = {
    {"effects", list_effects}, {"faults", list_faults},         {"strikes", list_strikes},
    {"oracles", list_oracles}, {"actors", list_actors},         {"revisions", list_revisions},
    {"counts", list_counts},   {"strategies", list_strategies}, {"formats", list_formats},
    {"trace", list_trace},
};

int verb_list(int argc, char **argv)
{
    int option = -1;

    if (!next_option(VERB_LIST, argc, argv, &option)) {
        return EXIT_UNUSABLE_INPUT;
    }
    if (argc != 2) {
        return complain("list: expected one of %s", verb_info(VERB_LIST)->operands);
    }
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (strcmp(lists[i].name, argv[1]) == 0) {
            lists[i].print();
            return EXIT_AS_EXPECTED;
        }
    }
    return complain("list: there is no table \"%s\", expected one of %s", argv[1], verb_info(VERB_LIST)->operands);
}

/* ---- help and version -------------------------------------------------------------------------------------------- */

static void help_of_verb(enum verb verb)
{
    const struct verb_info *info = verb_info(verb);
    bool first = true;

    printf("usage: drydock %s [OPTION...] %s\n\n%c%s.\n", info->name, info->operands,
           info->summary[0] >= 'a' ? info->summary[0] - 'a' + 'A' : info->summary[0], info->summary + 1);
    for (unsigned i = 0; i < option_count; i++) {
        char left[64];

        if (option_table[i].verb != verb) {
            continue;
        }
        if (first) {
            puts("\nOptions:");
            first = false;
        }
        snprintf(left, sizeof left, "%s%s%s%s", option_table[i].name[1] == '\0' ? "-" : "--", option_table[i].name,
                 option_table[i].argument == NULL ? "" : " ",
                 option_table[i].argument == NULL ? "" : option_table[i].argument);
        printf("  %-30s %s\n", left, option_table[i].help);
    }
}

static void help_of_all(void)
{
    puts("drydock replays incidents, races and failures in the container lifecycle of a FluxOS node.\n\n"
         "usage: drydock VERB [OPTION...] [OPERAND...]\n\nVerbs:");
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        printf("  %-10s %-46s %s\n", verb_info((enum verb)i)->name, verb_info((enum verb)i)->operands,
               verb_info((enum verb)i)->summary);
    }
    puts("\nExit status: 0 all expectations met; 1 not; 2 unusable input; 3 internal error.\n"
         "`drydock help VERB` says more.");
}

int verb_help(int argc, char **argv)
{
    if (argc < 2) {
        help_of_all();
        return EXIT_AS_EXPECTED;
    }
    enum verb verb = verb_by_name(argv[1]);

    if (verb == VERB_COUNT) {
        return complain("help: there is no verb \"%s\"; `drydock help` lists them", argv[1]);
    }
    help_of_verb(verb);
    return EXIT_AS_EXPECTED;
}

int verb_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    puts("drydock " DRYDOCK_VERSION);
    return EXIT_AS_EXPECTED;
}
