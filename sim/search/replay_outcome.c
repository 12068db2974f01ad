/* What is said of a replay that is over. */
#include "sim/search/replay.h"

#include <string.h>

const char *repro_trace_text(struct arena *arena, uint64_t hash)
{
    return arena_printf(arena, "%016llx", (unsigned long long)hash);
}

const char *repro_oracle(struct arena *arena, const struct scenario *scenario)
{
    const char *fingerprint = scenario->found.fingerprint;
    const char *bar = fingerprint == NULL ? NULL : strstr(fingerprint, " | ");

    return bar == NULL ? fingerprint : arena_string_n(arena, fingerprint, (size_t)(bar - fingerprint));
}

bool replay_finds(const struct replay *replay)
{
    const char *fingerprint = replay->scenario->found.fingerprint;

    for (uint32_t i = 0; fingerprint != NULL && i < replay->finding_count; i++) {
        if (strcmp(replay->findings[i].fingerprint, fingerprint) == 0) {
            return true;
        }
    }
    return false;
}

bool replay_breaks(const struct replay *replay, const char *oracle)
{
    for (uint32_t i = 0; oracle != NULL && i < replay->record->violation_count; i++) {
        if (strcmp(replay->record->violations[i].oracle, oracle) == 0) {
            return true;
        }
    }
    return false;
}

static const char *step_words(const struct replay *replay, const struct repro_step *step)
{
    return step->text == NULL
               ? "the end of the run"
               : arena_printf(replay->arena, "%s: %s", step->task, repro_step_name(replay->arena, step->text));
}

static const char *difference_words(const struct replay *replay)
{
    const struct replay_difference *difference = &replay->difference;
    const struct repro_step *expected = &difference->expected;
    const struct repro_step *actual = &difference->actual;
    struct arena *arena = replay->arena;
    const char *expected_words = step_words(replay, expected);
    const char *actual_words = step_words(replay, actual);

    if (strcmp(expected_words, actual_words) != 0) {
        return arena_printf(arena, "at step %u: expected %s, came %s", difference->step, expected_words, actual_words);
    }
    enum { HALF = 2 };
    const char *wanted = repro_step_digits(expected->text);
    const char *came = repro_step_digits(actual->text);
    const char *what = strncmp(wanted, came, HALF) != 0 ? "other arguments" : "another answer";

    return arena_printf(arena, "at step %u: %s, with %s: expected hash %s, came %s", difference->step, actual_words,
                        what, wanted, came);
}

const char *replay_divergence(const struct replay *replay)
{
    const struct finding_text *found = &replay->scenario->found;
    const struct run_record *record = replay->record;
    struct arena *arena = replay->arena;

    if (replay->difference.found) {
        return difference_words(replay);
    }
    if (record->inconclusive_because != NULL) {
        return arena_string(arena, record->inconclusive_because);
    }
    if (found->trace == NULL) {
        return record->as_expected       ? NULL
               : record->unmet_count > 0 ? arena_string(arena, record->unmet[0].message)
                                         : "not as the scenario expects";
    }
    const char *trace = repro_trace_text(arena, record->trace_hash);

    if (strcmp(trace, found->trace) == 0) {
        const char *oracle = repro_oracle(arena, replay->scenario);

        return replay_breaks(replay, oracle)
                   ? NULL
                   : arena_printf(arena, "the trace is the same, but %s is not broken in it", oracle);
    }
    uint32_t compared = replay->steps_compared;
    uint32_t more = compared < replay->steps.count ? replay->steps.count - compared : 0;

    return arena_printf(
        arena, "trace %s, expected %s%s", trace, found->trace,
        more == 0 ? ": every step is the same, but not its time or what followed it"
                  : arena_printf(arena, ": of %u steps only the trace is kept, those before are the same", more));
}
