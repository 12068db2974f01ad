/* drydock replay TRACE: the runs that a trace holds, once more, event by event. */
#include "sim/cli/cli.h"
#include "sim/cli/replay_command.h"
#include "sim/cli/run_files.h"

#include "reports/report.h"
#include "reports/run_diff.h"
#include "sim/cli/save.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 400, LABEL_SIZE = 256 };

/* What is asked for is for repros only. NULL: nothing is. */
static const char *asked_of_repros(const struct replay_command *command)
{
    return command->follow != NULL               ? "follow"
           : command->gdb                        ? "gdb"
           : command->stops.step                 ? "step"
           : command->stops.until != NULL        ? "until"
           : command->stops.break_oracle != NULL ? "break"
                                                 : NULL;
}

/* The release to play on: the trace's own, with the switches that were taken out, unless another is asked for. */
static bool choose_release(const struct replay_command *command, const struct run_file *file,
                           const struct trace_run *run, const struct revision **revision, uint32_t *without)
{
    *without = 0;
    *revision = command->revision;
    if (*revision == NULL && !trace_release(file, run, revision, without)) {
        return false;
    }
    if ((command->without & ~(*revision)->switches) != 0) {
        complain("replay: %s has not all that --without takes out; `drydock list revisions` lists what it has",
                 (*revision)->name);
        return false;
    }
    *without |= command->without;
    return true;
}

static void line(struct sink *sink, const char *what, const char *text)
{
    sink_printf(sink, "%-11s  %s\n", what, text);
}

static const char *value_words(struct arena *arena, const struct value *value)
{
    const char *text = value == NULL ? "nothing" : value_json(arena, value);
    size_t length = strlen(text) <= SHOWN_MAX ? strlen(text) : SHOWN_MAX;

    while (length == SHOWN_MAX && ((unsigned char)text[length] & 0xc0) == 0x80) {
        length--;
    }
    return arena_printf(arena, "%.*s%s", (int)length, text, text[length] == '\0' ? "" : " …");
}

static const char *event_words(struct arena *arena, const struct run_record *record, uint32_t index)
{
    if (index >= record->event_count) {
        return "the end of the run";
    }
    const struct run_event *event = &record->events[index];

    return arena_printf(arena, "%s%s%s", event->task == RUN_NONE ? "" : record->tasks[event->task],
                        event->task == RUN_NONE ? "" : ": ", run_event_text(arena, event));
}

static void tell_divergence(struct sink *sink, struct arena *arena, const struct run_file *file,
                            const struct trace_run *run, const struct run_record *came,
                            const struct trace_divergence *divergence)
{
    const struct run_record *record = &run->record;
    const struct run_record *longer = divergence->ended[0] ? came : record;

    line(sink, "diverged",
         arena_printf(
             arena, "at event %u (%s:%u), %s%s%s", divergence->event, file->path, run->line + 1 + divergence->event,
             run_instant_text(arena, longer->events[divergence->event].at_ms),
             divergence->member == NULL ? "" : ", when it was ", divergence->member == NULL ? "" : divergence->moment));
    line(sink, "  expected", event_words(arena, record, divergence->event));
    line(sink, "  came", event_words(arena, came, divergence->event));
    if (divergence->member != NULL) {
        line(sink, "  member", divergence->member);
        line(sink, "   expected", value_words(arena, divergence->values[0]));
        line(sink, "   came", value_words(arena, divergence->values[1]));
    }
}

static void tell_outcome_of(struct sink *sink, const char *what, const struct run_record *record)
{
    char release[LABEL_SIZE];

    revision_text(record, release, sizeof release);
    sink_printf(sink, "%-11s  on %s: %s", what, release, run_verdict_name(record->verdict));
    if (record->violation_count > 0) {
        sink_add(sink, ": ");
        add_violated_oracles(sink, record);
    }
    sink_add(sink, "\n");
}

static void tell_difference(struct sink *sink, struct arena *arena, const struct run_file *file,
                            const struct trace_run *run, const struct run_record *came, const struct run_diff *diff)
{
    if (diff->trace.found) {
        tell_divergence(sink, arena, file, run, came, &diff->trace);
    } else {
        line(sink, "diverged",
             arena_printf(arena, "%u events are the same, %s", came->event_count,
                          diff->hash_differs ? arena_printf(arena, "but trace hash %016llx came, expected %016llx",
                                                            (unsigned long long)came->trace_hash,
                                                            (unsigned long long)run->record.trace_hash)
                                             : "but not what the footer says of the outcome"));
    }
    tell_outcome_of(sink, "  recorded", &run->record);
    tell_outcome_of(sink, "  replayed", came);
}

/* Whether the run is the trace's. */
static bool tell(struct sink *sink, struct arena *arena, const struct replay_command *command,
                 const struct run_file *file, const struct trace_run *run, const struct run_record *came)
{
    const struct run_record *record = &run->record;
    struct run_diff diff;

    run_diff(arena, record, came, &diff);
    if (command->full || command->narrow.given) {
        const struct timeline_narrowing narrowing = narrowing_of(&command->narrow);
        const struct report_options options = {
            .color = shows_color(NULL), .full = command->full, .narrowing = &narrowing, .columns = shown_columns(NULL)};

        timeline_write(sink, came, &options);
    }
    size_t start = sink->length; /* the timeline has colours */

    sink_printf(sink, "%-11s  %s, seed %llu, %s:%u\n", "run", record->scenario, (unsigned long long)record->seed,
                file->path, run->line);
    if (run_diff_same(&diff)) {
        line(sink, "replayed",
             arena_printf(arena, "%u events, same trace hash %016llx", came->event_count,
                          (unsigned long long)came->trace_hash));
    } else {
        tell_difference(sink, arena, file, run, came, &diff);
    }
    sink_blank_controls(sink, start);
    return run_diff_same(&diff);
}

static int replay_one(struct sink *sink, struct arena *arena, const struct replay_command *command,
                      const struct run_file *file, const struct trace_run *run)
{
    struct player player;
    const struct revision *revision = NULL;
    uint32_t without = 0;
    const struct scenario *scenario = trace_scenario(arena, file, run);

    if (scenario == NULL || !choose_release(command, file, run, &revision, &without)) {
        return EXIT_UNUSABLE_INPUT;
    }
    player_init(&player);
    bool same =
        tell(sink, arena, command, file, run, player_run(&player, scenario, revision, without, &run->record.seed));

    player_free(&player);
    return same ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
}

int replay_trace(struct arena *arena, const struct replay_command *command, const struct run_file *file)
{
    struct sink sink;
    const char *option = asked_of_repros(command);
    int status = EXIT_AS_EXPECTED;

    if (option != NULL) {
        return complain("replay: --%s is for repros, and %s is a trace", option, file->path);
    }
    sink_init(&sink);
    for (uint32_t i = 0; i < file->trace.count && status != EXIT_UNUSABLE_INPUT; i++) {
        int one = replay_one(&sink, arena, command, file, &file->trace.runs[i]);

        status = one == EXIT_AS_EXPECTED ? status : one;
    }
    if (status == EXIT_UNUSABLE_INPUT) {
        sink_free(&sink);
    } else if (!deliver(&sink, NULL)) {
        status = EXIT_INTERNAL_ERROR;
    }
    return status;
}
