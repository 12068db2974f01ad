/* What `drydock replay` says. */
#include "sim/cli/replay_command.h"

#include "reports/report.h"
#include "sim/cli/save.h"

#include <string.h>

enum { JSON_SHOWN_MAX = 400 };

static struct report_options report_options(const struct replay_command *command)
{
    return (struct report_options){.color = shows_color(NULL), .full = command->full, .columns = shown_columns(NULL)};
}

static void line(struct sink *sink, const char *what, const char *text)
{
    if (text != NULL) {
        sink_printf(sink, "%-11s  %s\n", what, text);
    }
}

static void command_line(struct sink *sink, const struct playing *playing)
{
    sink_printf(sink, "drydock replay %s\n", playing->command->file);
}

static const char *shortened(struct arena *arena, const char *text)
{
    return text == NULL || strlen(text) <= JSON_SHOWN_MAX
               ? text
               : arena_printf(arena, "%s …", arena_string_n(arena, text, JSON_SHOWN_MAX));
}

/* A strict run: whether it is the one that was found. */
static bool tell_sameness(struct sink *sink, const struct playing *playing)
{
    const struct replay *replay = playing->replay;
    const struct replay_difference *difference = &replay->difference;
    const char *divergence = replay_divergence(replay);
    const char *oracle = repro_oracle(playing->arena, playing->scenario);

    if (divergence == NULL) {
        line(sink, "same",
             arena_printf(playing->arena, "trace %s: %s%s",
                          repro_trace_text(playing->arena, replay->record->trace_hash),
                          oracle == NULL ? "everything is as the scenario expects" : oracle,
                          oracle == NULL ? "" : " is broken as it was found"));
        return true;
    }
    line(sink, "diverged", divergence);
    if (difference->found && difference->expected.text != NULL) {
        const char *hash = repro_step_digits(difference->expected.text);

        line(sink, "  expected",
             hash[0] == '\0'
                 ? NULL
                 : arena_printf(playing->arena, "hash %s: no more is kept of its arguments and answer", hash));
    }
    if (difference->found && difference->actual.text != NULL) {
        line(sink, "  arguments", shortened(playing->arena, difference->args));
        line(sink, "  answer", shortened(playing->arena, difference->answer));
    }
    if (replay->left != NULL && strcmp(replay->left, divergence) != 0) {
        line(sink, "  later", replay->left);
    }
    if (oracle != NULL && replay->record->inconclusive_because == NULL) {
        line(sink, "  even so",
             arena_printf(playing->arena, "%s is %s", oracle,
                          replay_finds(replay)            ? "broken in the same way"
                          : replay_breaks(replay, oracle) ? "broken, in another way"
                                                          : "not broken"));
    }
    return false;
}

static const char *violation_words(const struct playing *playing)
{
    const struct replay *replay = playing->replay;
    const char *oracle = repro_oracle(playing->arena, playing->scenario);
    const char *other = replay->finding_count == 0 ? "" : replay->findings[0].fingerprint;

    if (oracle == NULL) {
        return other;
    }
    if (replay_finds(replay)) {
        return arena_printf(playing->arena, "%s is broken in the same way", oracle);
    }
    return replay_breaks(replay, oracle)
               ? arena_printf(playing->arena, "%s is broken, in another way: %s", oracle, other)
               : arena_printf(playing->arena, "%s is not broken, but: %s", oracle, other);
}

/* A lenient run: whether anything is violated in it, whatever way it went. On the release of the repro the violation is
 * what is looked for, on another one its absence. */
static bool tell_violation(struct sink *sink, const struct playing *playing)
{
    const struct replay *replay = playing->replay;
    const struct run_record *record = replay->record;
    struct arena *arena = playing->arena;
    const char *oracle = repro_oracle(arena, playing->scenario);
    bool violated = record->violation_count > 0;
    char release[256];

    revision_text(record, release, sizeof release);
    if (playing->command->follow != NULL) {
        line(sink, "followed",
             arena_printf(arena, "%u of %u turns were taken, then chance went on with seed %s", replay->turns_taken,
                          playing->scenario->course.count, playing->command->follow));
    }
    if (record->inconclusive_because != NULL) {
        line(sink, "inconclusive", record->inconclusive_because);
        return false;
    }
    line(sink, violated ? "violated" : "held",
         arena_printf(arena, "on %s: %s%s", release,
                      violated         ? violation_words(playing)
                      : oracle == NULL ? "nothing"
                                       : oracle,
                      violated         ? ""
                      : oracle == NULL ? " is broken"
                                       : " is not broken, nor is any other oracle"));
    line(sink, "  meanwhile", replay->left);
    return playing->own ? (oracle == NULL ? violated : replay_breaks(replay, oracle)) : !violated;
}

/* A run that was stopped, or was to be. */
static bool tell_stop(struct sink *sink, const struct playing *playing)
{
    const struct stops *stops = &playing->command->stops;

    if (stops->quit || stops->reached) {
        line(sink, "stopped", stops->quit ? "by hand" : stops->until != NULL ? stops->until : stops->break_oracle);
        return true;
    }
    if (stops->until != NULL) {
        line(sink, "not reached",
             arena_printf(playing->arena, "%s is applied %u time%s in this run, not %u",
                          effect_info(stops->until_effect)->name, stops->until_seen, stops->until_seen == 1 ? "" : "s",
                          stops->until_nth));
    } else {
        line(sink, "not reached", arena_printf(playing->arena, "%s is not broken in this run", stops->break_oracle));
    }
    return false;
}

static bool tell_run(struct sink *sink, const struct playing *playing)
{
    const struct replay_command *command = playing->command;
    const struct timeline_narrowing narrowing = narrowing_of(&command->narrow);
    struct report_options options = report_options(command);

    options.narrowing = &narrowing;
    if (command->stops.quit || command->stops.until != NULL || command->stops.break_oracle != NULL) {
        return tell_stop(sink, playing);
    }
    if (!command->stops.step) {
        timeline_write(sink, playing->replay->record, &options);
    }
    return playing->own && command->follow == NULL ? tell_sameness(sink, playing) : tell_violation(sink, playing);
}

void tell_beginning(struct sink *sink, const struct playing *playing)
{
    command_line(sink, playing);
    line(sink, "fingerprint", playing->scenario->found.fingerprint);
    line(sink, "why", playing->scenario->found.why);
}

bool tell_outcome(struct sink *sink, const struct playing *playing)
{
    bool good = tell_run(sink, playing);

    command_line(sink, playing);
    return good;
}
