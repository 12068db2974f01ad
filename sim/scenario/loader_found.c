/* What a search writes into a scenario: the window, the course, the mishaps, what was found. */
#include "sim/scenario/loader.h"

#include <string.h>

enum { WINDOW_DEFAULT_MS = 2 * 60 * 1000, SLOW_DEFAULT_MS = 30 * 1000 };

/* ---- simple things
 * ------------------------------------------------------------------------------------------------------ */

/* The one effect that a pattern names; EFFECT_COUNT, after a mistake, when it names several. */
static void read_one_effect(struct loader *loader, const struct value *value, const struct json_path *path,
                            void *target)
{
    struct effect_pattern pattern = {.text = NULL};

    read_effect_pattern(loader, value, path, &pattern);
    if (pattern.text != NULL && (pattern.any || pattern.whole_port)) {
        mistake_at(loader, path, false, "\"%.60s\" is several effects, expected one: `drydock list effects`",
                   pattern.text);
    } else if (pattern.text != NULL) {
        *(enum effect_id *)target = pattern.id;
    }
}

static void read_moment(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    const char *names[MOMENT_COUNT + 1] = {NULL};
    const char *name = NULL;

    for (unsigned i = 0; i < MOMENT_COUNT; i++) {
        names[i] = moment_name((enum moment)i);
    }
    read_text(loader, value, path, &name);
    for (unsigned i = 0; name != NULL && i < MOMENT_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            *(enum moment *)target = (enum moment)i;
            return;
        }
    }
    if (name != NULL) {
        unknown_name(loader, path, false, "moment", name, names);
    }
}

/* ---- mishaps
 * ---------------------------------------------------------------------------------------------------------------- */

struct mishap_source {
    struct mishap mishap;
    double nth, times;
};

static void read_strike(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    const char *names[STRIKE_COUNT] = {NULL};
    const char *name = NULL;

    for (unsigned i = STRIKE_NONE + 1; i < STRIKE_COUNT; i++) {
        names[i - 1] = strike_info((enum strike_kind)i)->name;
    }
    read_text(loader, value, path, &name);
    if (name != NULL && !strike_by_name(name, target)) {
        unknown_name(loader, path, false, "strike", name, names);
    }
}

static const struct field mishap_fields[] = {
    {"task", read_text, offsetof(struct mishap_source, mishap.task), true},
    {"on", read_one_effect, offsetof(struct mishap_source, mishap.effect), true},
    {"nth", read_ordinal, offsetof(struct mishap_source, nth), false},
    {"object", read_text, offsetof(struct mishap_source, mishap.object), false},
    {"fault", read_fault_kind, offsetof(struct mishap_source, mishap.fault), false},
    {"strike", read_strike, offsetof(struct mishap_source, mishap.strike), false},
    {"times", read_times, offsetof(struct mishap_source, times), false},
    {"delay", read_duration, offsetof(struct mishap_source, mishap.delay_ms), false},
};

const struct object_shape mishap_shape = {"a mishap", "mishap", mishap_fields,
                                          sizeof mishap_fields / sizeof mishap_fields[0]};

static void read_mishap(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct mishap_source source = {.mishap = {.delay_ms = SLOW_DEFAULT_MS}, .nth = 1, .times = 1};
    struct mishap *mishap = &source.mishap;

    if (!read_good_object(loader, value, path, &mishap_shape, &source)) {
        return;
    }
    if ((mishap->fault == FAULT_NONE) == (mishap->strike == STRIKE_NONE)) {
        either_or(loader, path, "a mishap", "fault", "strike", mishap->fault != FAULT_NONE);
    } else if (mishap->fault != FAULT_NONE && (effect_info(mishap->effect)->faults & (1u << mishap->fault)) == 0) {
        struct json_path member = {path, "fault", 0};

        cannot_suffer(loader, &member, effect_info(mishap->effect)->name, mishap->fault,
                      effect_info(mishap->effect)->faults);
    }
    if (mishap->strike != STRIKE_NONE && source.times != 1) {
        struct json_path member = {path, "times", 0};

        mistake_at(loader, &member, true, "a strike happens once, expected no \"times\"");
    }
    mishap->nth = (uint32_t)source.nth;
    mishap->fires = (uint32_t)source.times;
    *(struct mishap *)target = *mishap;
}

void read_mishaps(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario *scenario = target;
    struct mishap *mishaps = NULL;
    uint32_t count = 0;

    read_array(loader, value, path, read_mishap, sizeof *mishaps, (void **)&mishaps, &count);
    if (count > PLAN_MISHAPS_MAX) {
        mistake_at(loader, path, false, "%u mishaps, expected at most %d", count, PLAN_MISHAPS_MAX);
        return;
    }
    scenario->plan.count = count;
    if (count > 0) {
        memcpy(scenario->plan.mishaps, mishaps, count * sizeof *mishaps);
    }
}

/* ---- the course
 * ---------------------------------------------------------------------------------------------------------------- */

struct turn_source {
    struct turn turn;
    double nth, pass;
};

static const struct field turn_fields[] = {
    {"run", read_text, offsetof(struct turn_source, turn.run), true},
    {"before", read_text, offsetof(struct turn_source, turn.at), false},
    {"moment", read_moment, offsetof(struct turn_source, turn.moment), false},
    {"effect", read_one_effect, offsetof(struct turn_source, turn.effect), false},
    {"nth", read_ordinal, offsetof(struct turn_source, nth), false},
    {"pass", read_ordinal, offsetof(struct turn_source, pass), false},
};

const struct object_shape turn_shape = {"a turn", "turn", turn_fields, sizeof turn_fields / sizeof turn_fields[0]};

static void read_turn(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct turn_source source = {.turn = {.effect = EFFECT_COUNT}, .nth = 1};

    if (!read_good_object(loader, value, path, &turn_shape, &source)) {
        return;
    }
    bool before = source.turn.at != NULL;

    if (before == (source.pass > 0)) {
        either_or(loader, path, "a turn", "before", "pass", before);
    } else if (before && source.turn.moment != MOMENT_START && source.turn.effect == EFFECT_COUNT) {
        mistake_at(loader, path, false, "a turn before an apply or resume lacks \"effect\"");
    }
    source.turn.nth = (uint32_t)(before ? source.nth : source.pass);
    *(struct turn *)target = source.turn;
}

void read_course(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario *scenario = target;

    scenario->has_course = true;
    read_array(loader, value, path, read_turn, sizeof scenario->course.turns[0], (void **)&scenario->course.turns,
               &scenario->course.count);
}

/* ---- what was found
 * -------------------------------------------------------------------------------------------------------------- */

static void read_switches(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    const char *names[SWITCH_COUNT + 1] = {NULL};
    struct text_list list = {NULL, 0};

    for (unsigned i = 0; i < SWITCH_COUNT; i++) {
        names[i] = switch_info(i)->name;
    }
    read_text_list(loader, value, path, &list);
    for (uint32_t i = 0; i < list.count; i++) {
        struct json_path item = {path, NULL, i};
        uint32_t bit = 0;

        if (switch_by_name(list.texts[i], &bit)) {
            *(uint32_t *)target |= bit;
        } else if (list.texts[i][0] != '\0') {
            unknown_name(loader, &item, false, "switch", list.texts[i], names);
        }
    }
}

static const struct field found_fields[] = {
    {"replay", read_text, offsetof(struct finding_text, replay), false},
    {"scenario", read_text, offsetof(struct finding_text, scenario), false},
    {"fingerprint", read_text, offsetof(struct finding_text, fingerprint), true},
    {"why", read_text, offsetof(struct finding_text, why), false},
    {"trace", read_text, offsetof(struct finding_text, trace), true},
    {"without", read_switches, offsetof(struct finding_text, without), false},
    {"steps", read_names, offsetof(struct finding_text, steps), false},
};

const struct object_shape found_shape = {"what was found", "found", found_fields,
                                         sizeof found_fields / sizeof found_fields[0]};

void read_found(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    read_object(loader, value, path, &found_shape, target);
}

/* ---- together
 * -----------------------------------------------------------------------------------------------------------------------
 */

void finish_found(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    struct json_path root = {NULL, NULL, 0};

    if (scenario->window_ms == 0) {
        scenario->window_ms = WINDOW_DEFAULT_MS;
    }
    if (scenario->has_course && (scenario->step_count > 0 || scenario->random)) {
        struct json_path member = {&root, "course", 0};

        mistake_at(loader, &member, true, "a course beside a schedule or a random strategy, expected it alone");
    }
    if (scenario->found.trace != NULL && !scenario->has_course) {
        struct json_path member = {&root, "found", 0};

        mistake_at(loader, &member, true,
                   "what was found is replayed along a course, expected a \"course\" (it may be empty)");
    }
}
