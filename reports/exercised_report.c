/* What the runs have exercised, for people: totals, what is missing, and with `full` every call. */
#include "reports/exercised.h"
#include "reports/report.h"

#include <string.h>

enum { NAMES_WIDTH = 44, PLACE_WIDTH = 32, EFFECT_WIDTH = 34 };

static void add_title(struct sink *sink, const struct report_options *options, const char *title)
{
    sink_printf(sink, "%s%s%s\n", color_code(options, COLOR_BOLD), title, color_code(options, COLOR_RESET));
}

static void add_share(struct sink *sink, const char *what, struct exercised_share share)
{
    sink_printf(sink, "  %llu of %llu %s (%.1f %%)\n", (unsigned long long)share.part, (unsigned long long)share.whole,
                what, exercised_percent(share));
}

/* ---- calls and failures ----------------------------------------------------------------------------------------- */

/* The names of the failures that a call has met, or has not. */
static void add_faults(struct sink *sink, const struct exercised_call *call, bool met)
{
    const char *separator = "";

    for (unsigned fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
        const bool possible = (effect_info(call->effect)->faults & 1U << fault) != 0;

        if (possible && (call->times[fault] > 0) == met) {
            sink_printf(sink, "%s%s", separator, fault_info((enum fault_kind)fault)->name);
            separator = ", ";
        }
    }
}

static void add_calls(struct sink *sink, const struct exercised *exercised, const struct report_options *options)
{
    add_title(sink, options, "calls of core/ and the failures they met");
    for (uint32_t i = 0; i < exercised->call_count && options->full; i++) {
        const struct exercised_call *call = &exercised->calls[i];

        if (effect_info(call->effect)->faults == 0) {
            continue;
        }
        sink_printf(sink, "  %-*s  %-*s  %8llu×  met: ", PLACE_WIDTH, call->place, EFFECT_WIDTH,
                    effect_info(call->effect)->name, (unsigned long long)call->times[FAULT_NONE]);
        add_faults(sink, call, true);
        sink_add(sink, "; not: ");
        add_faults(sink, call, false);
        sink_add(sink, "\n");
    }
    add_share(sink, "failures that these calls can meet were met", exercised_failures(exercised));
}

/* Each effect's calls: how much of what they can meet they met. */
static void add_effects(struct sink *sink, const struct exercised *exercised)
{
    for (unsigned effect = 0; effect < EFFECT_COUNT; effect++) {
        struct exercised_share share = {0, 0};
        uint32_t calls = 0;

        for (uint32_t i = 0; i < exercised->call_count; i++) {
            if (exercised->calls[i].effect == effect) {
                exercised_share_failures(&share, (enum effect_id)effect, exercised_met(&exercised->calls[i]));
                calls++;
            }
        }
        if (share.whole > 0) {
            sink_printf(sink, "  %-*s  %3u calls  %4llu of %4llu\n", NAMES_WIDTH,
                        effect_info((enum effect_id)effect)->name, calls, (unsigned long long)share.part,
                        (unsigned long long)share.whole);
        }
    }
}

/* ---- orders ----------------------------------------------------------------------------------------------------- */

static void add_pairs(struct sink *sink, const struct exercised *exercised, const struct report_options *options)
{
    uint32_t count = 0;
    const struct exercised_pair *pairs = exercised_pairs(exercised, &count);

    add_title(sink, options, "conflicting effects of tasks that were under way together");
    for (uint32_t i = 0; i < count; i++) {
        const struct exercised_pair *pair = &pairs[i];

        if (options->full && !(pair->forwards && pair->backwards)) {
            sink_printf(sink, "  only %s before %s\n", effect_info(pair->forwards ? pair->first : pair->second)->name,
                        effect_info(pair->forwards ? pair->second : pair->first)->name);
        }
    }
    add_share(sink, "pairs ran in both orders", exercised_orders(exercised));
}

/* ---- oracles ---------------------------------------------------------------------------------------------------- */

static void add_oracles(struct sink *sink, const struct exercised *exercised, const struct report_options *options)
{
    add_title(sink, options, "oracles");
    sink_printf(sink, "  %-20s  %8s  %8s  %7s  %s\n", "", "weighed", "excused", "nearest", "violated");
    for (uint32_t i = 0; i < exercised->oracle_count; i++) {
        const struct exercised_oracle *oracle = &exercised->oracles[i];

        sink_printf(sink, "  %-20s  %8llu  %8llu  ", oracle->name, (unsigned long long)oracle->weighed,
                    (unsigned long long)oracle->excused);
        if (oracle->nearest_pct > 0) {
            sink_printf(sink, "%5u %%", oracle->nearest_pct);
        } else {
            sink_printf(sink, "%7s", "");
        }
        sink_printf(sink, "  %llu × in %u of %u runs\n", (unsigned long long)oracle->violations, oracle->runs_violated,
                    exercised->run_count);
    }
    add_share(sink, "oracles were violated by some run", exercised_oracles(exercised));
}

void exercised_report_write(struct sink *sink, const struct run_record *const *records, size_t count,
                            const struct report_options *options)
{
    struct arena arena;
    struct exercised exercised;

    arena_init(&arena, arena_source_malloc());
    exercised_of(&exercised, &arena, records, count);
    add_calls(sink, &exercised, options);
    if (!options->full) {
        add_effects(sink, &exercised);
    }
    sink_add(sink, "\n");
    add_pairs(sink, &exercised, options);
    sink_add(sink, "\n");
    add_oracles(sink, &exercised, options);
    arena_reset(&arena);
}
