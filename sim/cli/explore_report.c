#include "sim/cli/explore_report.h"

#include "core/value.h"
#include "sim/scenario/pretty_json.h"
#include "sim/scenario/units.h"

#include <stdio.h>
#include <string.h>

enum { DURATION_SIZE = 32, STAYS_SIZE = 64 };

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- text
 * ------------------------------------------------------------------------------------------------------------- */

/* " (once or for ever)", " (up to 3 times)" */
static const char *stays_text(const struct stays *stays, char *text, size_t size)
{
    char times[STAYS_SIZE / 2] = "once";

    if (stays->heals_max > 1) {
        snprintf(times, sizeof times, "up to %u times", stays->heals_max);
    }
    snprintf(text, size, " (%s%s%s)", stays->heals_max == 0 ? "" : times,
             stays->heals_max > 0 && stays->forever ? " or " : "", stays->forever ? "for ever" : "");
    return text;
}

static void write_bounds(struct sink *sink, const struct explored *explored)
{
    const struct explore_options *options = &explored->options;
    char window[DURATION_SIZE], stays[STAYS_SIZE];

    duration_text(explored->scenario->window_ms, window, sizeof window);
    sink_printf(sink, "  bounds    %u actor%s starting within %s; %u fault%s%s, %u crash%s; strategy %s",
                explored->scenario->actor_count, plural(explored->scenario->actor_count), window, options->faults_max,
                plural(options->faults_max),
                options->faults_max == 0 ? "" : stays_text(&options->stays, stays, sizeof stays), options->crashes_max,
                options->crashes_max == 1 ? "" : "es", strategy_info(options->strategy)->name);
    if (options->preemptions_max != SEARCH_UNBOUNDED) {
        sink_printf(sink, ", %u preemption%s", options->preemptions_max, plural(options->preemptions_max));
    }
    if (options->delays_max != SEARCH_UNBOUNDED) {
        sink_printf(sink, ", %u delay%s", options->delays_max, plural(options->delays_max));
    }
    sink_add(sink, "\n");
}

static void write_verdict(struct sink *sink, const struct explored *explored)
{
    const struct exploration *exploration = &explored->exploration;
    char executions[GROUPED_TEXT_SIZE], merged[GROUPED_TEXT_SIZE], transitions[GROUPED_TEXT_SIZE],
        plans[GROUPED_TEXT_SIZE], done[GROUPED_TEXT_SIZE];

    if (exploration->complete) {
        sink_add(sink, strategy_info(explored->options.strategy)->samples ? "  verdict   sampled as asked for\n"
                                                                          : "  verdict   complete within bounds\n");
    } else {
        sink_printf(sink,
                    "  verdict   inconclusive: stopped by %s; about %.1f %% of the plans known so far was searched\n",
                    exploration->stopped_by, 100 * exploration->share);
    }
    sink_printf(sink,
                "  searched  %s execution%s (%s blocked), %s merged with others, %s transitions, depth up to %u\n",
                grouped_text(exploration->executions, executions), plural(exploration->executions),
                grouped_text(exploration->blocked, done), grouped_text(exploration->merged, merged),
                grouped_text(exploration->transitions, transitions), exploration->depth_max);
    sink_printf(sink, "  plans     %s of %s\n", grouped_text(exploration->plans_done, done),
                grouped_text(exploration->plans, plans));
}

static void write_found(struct sink *sink, const struct explored *explored, uint32_t index)
{
    const struct found *found = &explored->exploration.found[index];
    const struct found_repro *repro = &explored->repros[index];

    sink_printf(sink, "\n  %2u.  %s\n", index + 1, found->fingerprint);
    if (explored->save != NULL && repro->text != NULL) {
        sink_printf(sink, "       drydock replay %s/%s.json\n", explored->save, repro->name);
    }
    sink_printf(sink, "       %s\n       because %s\n", repro->message, repro->why);
    if (strchr(found->kinds, ',') != NULL) {
        sink_printf(sink, "       likewise with %s\n", found->kinds);
    }
    sink_printf(sink, "       %llu time%s, first after %llu execution%s; %u switch%s and %u mishap%s%s\n",
                (unsigned long long)found->times, plural(found->times), (unsigned long long)found->first,
                plural(found->first), repro->switches, repro->switches == 1 ? "" : "es", repro->mishaps,
                plural(repro->mishaps), repro->minimal ? ", none of which can be left out" : "");
    if (repro->text == NULL) {
        sink_printf(sink, "       no repro: %s\n", repro->trouble);
    }
}

void explore_text_write(struct sink *sink, const struct explored *explored, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct exploration *exploration = &explored[i].exploration;

        sink_printf(sink, "%s%s on %s\n", i == 0 ? "" : "\n", explored[i].scenario->name,
                    explored[i].options.revision->name);
        write_bounds(sink, &explored[i]);
        write_verdict(sink, &explored[i]);
        sink_printf(sink, "  found     %u finding%s%s\n", exploration->found_count, plural(exploration->found_count),
                    exploration->found_count > 0 && explored[i].save == NULL ? "; --save DIR keeps a repro of each"
                                                                             : "");
        for (uint32_t j = 0; j < exploration->found_count; j++) {
            write_found(sink, &explored[i], j);
        }
    }
}

/* ---- JSON
 * -------------------------------------------------------------------------------------------------------------- */

static const struct value *whole(struct arena *arena, uint64_t number)
{
    return value_number(arena, (double)number);
}

static const struct value *found_value(const struct explored *explored, uint32_t index, struct arena *arena)
{
    const struct found *found = &explored->exploration.found[index];
    const struct found_repro *repro = &explored->repros[index];

    return OBJECT(arena, {"name", value_string(arena, repro->name)},
                  {"fingerprint", value_string(arena, found->fingerprint)},
                  {"oracle", value_string(arena, found->oracle)}, {"message", value_string(arena, repro->message)},
                  {"why", value_string(arena, repro->why)}, {"kinds", value_string(arena, found->kinds)},
                  {"times", whole(arena, found->times)}, {"first", whole(arena, found->first)},
                  {"switches", whole(arena, repro->switches)}, {"mishaps", whole(arena, repro->mishaps)},
                  {"minimal", value_bool(repro->minimal)}, {"tries", whole(arena, repro->tries)},
                  {"repro", repro->text == NULL ? NULL : value_parse(arena, repro->text, strlen(repro->text))},
                  {"trouble", value_string(arena, repro->trouble)});
}

void explore_json_write(struct sink *sink, const struct explored *explored, uint32_t count, struct arena *arena)
{
    const struct value *all = value_empty_array();

    for (uint32_t i = 0; i < count; i++) {
        const struct exploration *exploration = &explored[i].exploration;
        const struct value *found = value_empty_array();

        for (uint32_t j = 0; j < exploration->found_count; j++) {
            found = value_append(arena, found, found_value(&explored[i], j, arena));
        }
        all = value_append(
            arena, all,
            OBJECT(arena, {"scenario", value_string(arena, explored[i].scenario->name)},
                   {"revision", value_string(arena, explored[i].options.revision->name)},
                   {"strategy", value_string(arena, strategy_info(explored[i].options.strategy)->name)},
                   {"faults", whole(arena, explored[i].options.faults_max)},
                   {"heals", whole(arena, explored[i].options.stays.heals_max)},
                   {"for_ever", value_bool(explored[i].options.stays.forever)},
                   {"crashes", whole(arena, explored[i].options.crashes_max)},
                   {"complete", value_bool(exploration->complete)},
                   {"stopped_by", value_string(arena, exploration->stopped_by)},
                   {"share", value_number(arena, exploration->share)},
                   {"executions", whole(arena, exploration->executions)},
                   {"classes", whole(arena, exploration->classes)}, {"merged", whole(arena, exploration->merged)},
                   {"blocked", whole(arena, exploration->blocked)},
                   {"transitions", whole(arena, exploration->transitions)},
                   {"depth", whole(arena, exploration->depth_max)}, {"plans", whole(arena, exploration->plans)},
                   {"plans_done", whole(arena, exploration->plans_done)}, {"found", found}));
    }
    sink_printf(sink, "%s\n", pretty_json(arena, all));
}
