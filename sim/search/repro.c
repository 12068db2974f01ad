#include "sim/search/repro.h"

#include "sim/scenario/json_text.h"
#include "sim/scenario/pretty_json.h"
#include "sim/search/replay.h"

#include <string.h>

/* Where a mistake is that no line of the file is at fault for. */
static const struct json_place whole_file = {1, 1};

/* ---- words -------------------------------------------------------------------------------------------------- */

static const struct value *text_value(struct arena *arena, const char *text)
{
    return value_string(arena, text);
}

/* NULL for 1, which is what is meant where nothing is said. */
static const struct value *nth_value(struct arena *arena, uint32_t nth)
{
    return nth == 1 ? NULL : value_number(arena, nth);
}

static const struct value *delay_value(struct arena *arena, int64_t ms)
{
    enum { SECOND_MS = 1000 };

    return ms % SECOND_MS == 0 ? value_format(arena, "%llds", (long long)(ms / SECOND_MS))
                               : value_format(arena, "%lldms", (long long)ms);
}

/* NULL for once. */
static const struct value *times_value(struct arena *arena, const struct mishap *mishap)
{
    return mishap->fires == FIRES_FOREVER ? text_value(arena, "forever") : nth_value(arena, mishap->fires);
}

const struct value *repro_mishap(struct arena *arena, const struct mishap *mishap)
{
    bool is_fault = mishap->fault != FAULT_NONE;

    return OBJECT(
        arena, {"task", text_value(arena, mishap->task)}, {"on", text_value(arena, effect_info(mishap->effect)->name)},
        {"nth", nth_value(arena, mishap->nth)}, {"object", text_value(arena, mishap->object)},
        {is_fault ? "fault" : "strike", text_value(arena, mishap_name(mishap))}, {"times", times_value(arena, mishap)},
        {"delay", mishap->fault == FAULT_SLOW ? delay_value(arena, mishap->delay_ms) : NULL});
}

static const struct value *turn_value(struct arena *arena, const struct turn *turn)
{
    bool is_start = turn->moment == MOMENT_START;

    if (turn->at == NULL) {
        return OBJECT(arena, {"pass", value_number(arena, turn->nth)}, {"run", text_value(arena, turn->run)});
    }
    return OBJECT(arena, {"before", text_value(arena, turn->at)},
                  {"moment", text_value(arena, moment_name(turn->moment))},
                  {"effect", is_start ? NULL : text_value(arena, effect_info(turn->effect)->name)},
                  {"nth", nth_value(arena, turn->nth)}, {"run", text_value(arena, turn->run)});
}

static const struct value *mishaps_value(struct arena *arena, const struct plan *plan)
{
    const struct value *mishaps = value_empty_array();

    for (uint32_t i = 0; plan != NULL && i < plan->count; i++) {
        mishaps = value_append(arena, mishaps, repro_mishap(arena, &plan->mishaps[i]));
    }
    return value_count(mishaps) == 0 ? NULL : mishaps;
}

static const struct value *course_value(struct arena *arena, const struct repro *repro)
{
    const struct value *course = value_empty_array();

    for (uint32_t i = 0; i < repro->turn_count; i++) {
        course = value_append(arena, course, turn_value(arena, &repro->turns[i]));
    }
    return course;
}

static const struct value *switches_value(struct arena *arena, uint32_t switches)
{
    const struct value *names = value_empty_array();

    for (unsigned i = 0; i < SWITCH_COUNT; i++) {
        if ((switches & (1u << i)) != 0) {
            names = value_append(arena, names, text_value(arena, switch_info(i)->name));
        }
    }
    return value_count(names) == 0 ? NULL : names;
}

/* What happened and why, as a sentence. */
static const char *summary(struct arena *arena, const struct repro *repro)
{
    char *text = repro->why == NULL ? arena_string(arena, repro->message)
                                    : arena_printf(arena, "%s: %s", repro->message, repro->why);

    if (text[0] >= 'a' && text[0] <= 'z') {
        text[0] = (char)(text[0] - 'a' + 'A');
    }
    return text;
}

/* ---- the tree ----------------------------------------------------------------------------------------------- */

/* What the repro says in its own words, or does not need. */
static bool is_replaced(const char *key)
{
    static const char *const keys[] = {"$schema",  "name",     "summary", "revisions", "todo",   "seed",
                                       "strategy", "schedule", "mishaps", "course",    "expect", "found"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

/* Without expectations and what was found. */
static const struct value *scenario_tree(struct arena *arena, const struct repro *repro)
{
    const struct value *tree =
        OBJECT(arena, {"name", text_value(arena, repro->name)}, {"summary", text_value(arena, summary(arena, repro))},
               {"revisions", ARRAY(arena, text_value(arena, repro->revision->name))},
               {"seed", repro->seed == 0 ? NULL : value_number(arena, (double)repro->seed)});

    for (uint32_t i = 0; i < value_count(repro->tree); i++) {
        const struct value_member *member = &repro->tree->members[i];

        if (!is_replaced(member->key)) {
            tree = value_with(arena, tree, member->key, member->value);
        }
    }
    const struct value *mishaps = mishaps_value(arena, repro->plan);

    if (mishaps != NULL) {
        tree = value_with(arena, tree, "mishaps", mishaps);
    }
    return value_with(arena, tree, "course", course_value(arena, repro));
}

/* {"violates": [...]}: each oracle that the run has broken, once. */
static const struct value *expectation(struct arena *arena, const struct run_record *record)
{
    const struct value *oracles = value_empty_array();

    for (uint32_t i = 0; i < record->violation_count; i++) {
        if (!value_holds_text(oracles, record->violations[i].oracle)) {
            oracles = value_append(arena, oracles, text_value(arena, record->violations[i].oracle));
        }
    }
    return OBJECT(arena, {"violates", oracles});
}

/* The lines of a run's steps: if not all, then those up to the last turn and the first violation. */
static const struct value *steps_value(struct arena *arena, const struct replay *replay)
{
    uint32_t turn_step = replay->last_turn_step + 1;
    uint32_t kept = turn_step > replay->violation_step ? turn_step : replay->violation_step;

    return repro_steps_lines(arena, &replay->steps, kept < replay->steps.count ? kept : replay->steps.count);
}

static const struct value *found_value(struct arena *arena, const struct repro *repro, const struct replay *replay)
{
    return OBJECT(arena, {"replay", value_format(arena, "drydock replay %s", repro->file)},
                  {"scenario", text_value(arena, repro->scenario)},
                  {"fingerprint", text_value(arena, repro->fingerprint)}, {"why", text_value(arena, repro->why)},
                  {"trace", text_value(arena, repro_trace_text(arena, replay->record->trace_hash))},
                  {"without", switches_value(arena, repro->without)}, {"steps", steps_value(arena, replay)});
}

static const char *file_text_of(struct arena *arena, const struct value *tree)
{
    return arena_printf(arena, "%s\n", pretty_json(arena, tree));
}

const char *repro_text(struct arena *arena, const struct repro *repro, struct memory *run_memory,
                       struct scenario_mistake *mistake)
{
    const struct value *tree = scenario_tree(arena, repro);
    const char *text = file_text_of(arena, tree);
    const struct scenario *scenario = scenario_parse(arena, repro->file, text, strlen(text), mistake);

    if (scenario == NULL) {
        return NULL;
    }
    struct replay *replay = replay_run(
        scenario, &(struct replay_options){.revision = repro->revision, .without = repro->without}, run_memory, arena);
    const struct run_record *record = replay->record;

    text = NULL;
    if (record->inconclusive_because != NULL) {
        mistake->text = mistake_line(arena, repro->file, whole_file, record->inconclusive_because);
    } else if (!replay_breaks(replay, repro->oracle)) {
        mistake->text = mistake_line(arena, repro->file, whole_file,
                                     arena_printf(arena, "the run does not break %s", repro->oracle));
    } else {
        tree = value_with(arena, tree, "expect", expectation(arena, record));
        tree = value_with(arena, tree, "found", found_value(arena, repro, replay));
        text = file_text_of(arena, tree);
    }
    replay_free(replay);
    return text;
}

const char *repro_updated(struct arena *arena, const char *file, const char *text, struct memory *run_memory,
                          struct scenario_mistake *mistake)
{
    const struct scenario *scenario = scenario_parse(arena, file, text, strlen(text), mistake);

    if (scenario == NULL) {
        return NULL;
    }
    struct replay *replay = replay_run(
        scenario, &(struct replay_options){.revision = scenario->revisions[0], .without = scenario->found.without},
        run_memory, arena);
    const char *updated = NULL;

    if (replay->left != NULL) {
        mistake->text = mistake_line(arena, file, whole_file, replay->left);
    } else if (!replay_finds(replay)) {
        mistake->text = mistake_line(
            arena, file, whole_file,
            arena_printf(arena, "the run no longer breaks %s in the same way", repro_oracle(arena, scenario)));
    } else {
        const struct value *tree = value_parse(arena, text, strlen(text));
        const struct value *found = value_get(tree, "found");

        found =
            value_with(arena, found, "trace", text_value(arena, repro_trace_text(arena, replay->record->trace_hash)));
        found = value_with(arena, found, "steps", steps_value(arena, replay));
        updated = file_text_of(arena, value_with(arena, tree, "found", found));
    }
    replay_free(replay);
    return updated;
}
