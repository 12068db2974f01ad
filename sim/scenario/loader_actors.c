/* Actors, faults and the schedule. */
#include "sim/scenario/loader.h"

#include <string.h>

enum { CRASH_RESTART_DEFAULT_MS = 15 * 1000, SLOW_DEFAULT_MS = 30 * 1000 };

/* ---- effects
 * --------------------------------------------------------------------------------------------------------------------------
 */

static bool port_by_name(const char *name, enum effect_port *port)
{
    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        const struct effect_info *info = effect_info((enum effect_id)i);

        if (!info->immediate && strcmp(info->port_name, name) == 0) {
            *port = info->port;
            return true;
        }
    }
    return false;
}

static void unknown_effect(struct loader *loader, const struct json_path *path, const char *name)
{
    const char *names[EFFECT_COUNT + 1] = {NULL};
    size_t count = 0;

    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        if (!effect_info((enum effect_id)i)->immediate) {
            names[count++] = effect_info((enum effect_id)i)->name;
        }
    }
    unknown_name(loader, path, false, "effect", name, names);
}

void read_effect_pattern(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct effect_pattern *pattern = target;
    const char *name = NULL;
    enum effect_id id = EFFECT_COUNT;

    read_text(loader, value, path, &name);
    if (name == NULL) {
        return;
    }
    if (strcmp(name, "*") == 0) {
        pattern->any = true;
    } else if (port_by_name(name, &pattern->port)) {
        pattern->whole_port = true;
    } else if (effect_by_name(name, &id) && !effect_info(id)->immediate) {
        pattern->id = id;
    } else {
        unknown_effect(loader, path, name);
        return;
    }
    pattern->text = name;
}

static void read_at(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    if (value_is_text(value, "any")) {
        *(int64_t *)target = -1;
    } else {
        read_duration(loader, value, path, target);
    }
}

/* ---- actors
 * ----------------------------------------------------------------------------------------------------------------------------
 */

/* An actor as the file says it. */
struct actor_source {
    enum actor_kind kind;
    const char *app, *container, *network;
    const char *as;
    const char *peer;
    const char *primary;
    int64_t at_ms, every_ms, restart_ms;
    bool test, force, response;
};

static void read_actor_kind(struct loader *loader, const struct value *value, const struct json_path *path,
                            void *target)
{
    const char *names[ACTOR_COUNT + 1] = {NULL};
    const char *name = NULL;

    read_text(loader, value, path, &name);
    for (unsigned i = 0; name != NULL && i < ACTOR_COUNT; i++) {
        names[i] = actor_info((enum actor_kind)i)->name;
        if (strcmp(names[i], name) == 0) {
            *(enum actor_kind *)target = (enum actor_kind)i;
            return;
        }
    }
    if (name != NULL) {
        unknown_name(loader, path, false, "actor", name, names);
    }
}

static void read_restart(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    if (value_is_text(value, "never")) {
        *(int64_t *)target = -1;
    } else {
        read_duration(loader, value, path, target);
    }
}

static const struct field actor_fields[] = {
    {"actor", read_actor_kind, offsetof(struct actor_source, kind), true},
    {"app", read_text, offsetof(struct actor_source, app), false},
    {"container", read_text, offsetof(struct actor_source, container), false},
    {"network", read_text, offsetof(struct actor_source, network), false},
    {"at", read_at, offsetof(struct actor_source, at_ms), false},
    {"every", read_duration, offsetof(struct actor_source, every_ms), false},
    {"as", read_text, offsetof(struct actor_source, as), false},
    {"test", read_bool, offsetof(struct actor_source, test), false},
    {"force", read_bool, offsetof(struct actor_source, force), false},
    {"response", read_bool, offsetof(struct actor_source, response), false},
    {"peer", read_text, offsetof(struct actor_source, peer), false},
    {"primary", read_text, offsetof(struct actor_source, primary), false},
    {"restart", read_restart, offsetof(struct actor_source, restart_ms), false},
};

const struct object_shape actor_shape = {"an actor", "actor", actor_fields,
                                         sizeof actor_fields / sizeof actor_fields[0]};

/* What the actor acts on, by the key its table entry names. */
static const char *subject_of(struct loader *loader, const struct actor_source *source, const struct json_path *path)
{
    const char *key = actor_info(source->kind)->subject;
    const char *subject = key == NULL                     ? NULL
                          : strcmp(key, "container") == 0 ? source->container
                          : strcmp(key, "network") == 0   ? source->network
                                                          : source->app;
    const struct {
        const char *key;
        const char *given;
    } given[] = {{"app", source->app}, {"container", source->container}, {"network", source->network}};

    if (key != NULL && subject == NULL) {
        mistake_at(loader, path, false, "actor \"%s\" lacks \"%s\"", actor_info(source->kind)->name, key);
    }
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        if (given[i].given != NULL && (key == NULL || strcmp(key, given[i].key) != 0)) {
            struct json_path member = {path, given[i].key, 0};

            mistake_at(loader, &member, true, "actor \"%s\" takes no \"%s\", expected %s",
                       actor_info(source->kind)->name, given[i].key,
                       key == NULL ? "none" : arena_printf(loader->arena, "\"%s\"", key));
        }
    }
    return subject;
}

static void read_actor(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_actor *actor = target;
    struct actor_source source = {.kind = ACTOR_COUNT, .every_ms = -1, .restart_ms = CRASH_RESTART_DEFAULT_MS};

    if (!read_object(loader, value, path, &actor_shape, &source) || source.kind == ACTOR_COUNT) {
        *actor = (struct scenario_actor){.task = "", .kind = ACTOR_CHECK};
        return;
    }
    const struct actor_info *info = actor_info(source.kind);
    const char *subject = subject_of(loader, &source, path);

    if (source.every_ms < 0) {
        source.every_ms = info->every_ms;
    } else if (source.every_ms == 0) {
        struct json_path member = {path, "every", 0};

        mistake_at(loader, &member, false, "every is 0, expected a longer duration");
    }
    *actor = (struct scenario_actor){.kind = source.kind,
                                     .subject = subject,
                                     .at_ms = source.at_ms,
                                     .every_ms = source.every_ms,
                                     .test = source.test,
                                     .force = source.force,
                                     .http = source.response,
                                     .peer = source.peer,
                                     .primary = source.primary,
                                     .restart_ms = source.restart_ms};
    actor->task = source.as != NULL ? source.as
                  : subject == NULL ? info->name
                                    : arena_printf(loader->arena, "%s:%s", info->name, subject);
    if (source.kind == ACTOR_SET_PRIMARY && source.primary == NULL) {
        mistake_at(loader, path, false, "actor \"set-primary\" lacks \"primary\"");
    }
    if (source.kind == ACTOR_ANNOUNCE && source.peer == NULL) {
        mistake_at(loader, path, false, "actor \"announce\" lacks \"peer\"");
    }
}

/* A whole node's start: one actor for each of FluxOS's own that a start begins. */
static void add_boot(struct loader *loader, struct scenario *scenario, const struct scenario_actor *boot)
{
    for (unsigned i = 0; i < ACTOR_COUNT; i++) {
        const struct actor_info *info = actor_info((enum actor_kind)i);
        bool given = false;

        for (uint32_t j = 0; j < scenario->actor_count; j++) {
            given = given || scenario->actors[j].kind == (enum actor_kind)i;
        }
        if (info->boot_ms >= 0 && !given) {
            struct scenario_actor *actors =
                arena_alloc(loader->arena, (scenario->actor_count + 1) * sizeof *scenario->actors);

            memcpy(actors, scenario->actors, scenario->actor_count * sizeof *actors);
            actors[scenario->actor_count++] = (struct scenario_actor){.kind = (enum actor_kind)i,
                                                                      .task = info->name,
                                                                      .at_ms = boot->at_ms + info->boot_ms,
                                                                      .every_ms = info->every_ms};
            scenario->actors = actors;
        }
    }
}

void read_actors(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario *scenario = target;

    read_array(loader, value, path, read_actor, sizeof scenario->actors[0], (void **)&scenario->actors,
               &scenario->actor_count);
    for (uint32_t i = 0; i < scenario->actor_count; i++) {
        if (scenario->actors[i].kind == ACTOR_BOOT) {
            struct scenario_actor boot = scenario->actors[i];

            add_boot(loader, scenario, &boot);
            return;
        }
    }
}

/* ---- faults
 * ------------------------------------------------------------------------------------------------------------------------------
 */

struct fault_source {
    enum fault_kind kind;
    struct effect_pattern on;
    const char *object, *task;
    double nth, times;
    int64_t from_ms, until_ms, delay_ms;
};

void read_fault_kind(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    const char *names[FAULT_COUNT] = {NULL};
    const char *name = NULL;

    read_text(loader, value, path, &name);
    for (unsigned i = FAULT_NONE + 1; i < FAULT_COUNT; i++) {
        names[i - 1] = fault_info((enum fault_kind)i)->name;
    }
    if (name != NULL && !fault_by_name(name, target)) {
        unknown_name(loader, path, false, "fault", name, names);
    }
}

void read_ordinal(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    double number = 1;

    read_number(loader, value, path, &number);
    if (number < 1 || number > 1e9 || number > (double)(uint32_t)number) {
        mistake_at(loader, path, false, "%s is %.17g, expected a whole number from 1 to 10^9",
                   json_path_text(loader->arena, path), number);
    } else {
        *(double *)target = number;
    }
}

void read_times(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    if (value_is_text(value, "forever")) {
        *(double *)target = 0;
    } else if (value_is(value, VALUE_STRING)) {
        mistake_at(loader, path, false, "%s is \"%s\", expected a whole number from 1 on or \"forever\"",
                   json_path_text(loader->arena, path), value_text(value));
    } else {
        read_ordinal(loader, value, path, target);
    }
}

static const struct field fault_fields[] = {
    {"fault", read_fault_kind, offsetof(struct fault_source, kind), true},
    {"on", read_effect_pattern, offsetof(struct fault_source, on), true},
    {"object", read_text, offsetof(struct fault_source, object), false},
    {"task", read_text, offsetof(struct fault_source, task), false},
    {"nth", read_ordinal, offsetof(struct fault_source, nth), false},
    {"times", read_times, offsetof(struct fault_source, times), false},
    {"from", read_duration, offsetof(struct fault_source, from_ms), false},
    {"until", read_duration, offsetof(struct fault_source, until_ms), false},
    {"delay", read_duration, offsetof(struct fault_source, delay_ms), false},
};

const struct object_shape fault_shape = {"a fault", "fault", fault_fields,
                                         sizeof fault_fields / sizeof fault_fields[0]};

void cannot_suffer(struct loader *loader, const struct json_path *path, const char *effect, enum fault_kind fault,
                   uint32_t possible)
{
    const char *list = "";

    for (unsigned i = FAULT_NONE + 1; i < FAULT_COUNT; i++) {
        if ((possible & (1u << i)) != 0) {
            list = arena_printf(loader->arena, "%s%s%s", list, list[0] == '\0' ? "" : ", ",
                                fault_info((enum fault_kind)i)->name);
        }
    }
    mistake_at(loader, path, false, "\"%.60s\" cannot suffer \"%s\", expected one of %s", effect,
               fault_info(fault)->name, list[0] == '\0' ? "none: it never fails" : list);
}

/* At least one effect of the pattern must be able to fail in this way. */
static void check_applicable(struct loader *loader, const struct fault_source *source, const struct json_path *path)
{
    struct json_path member = {path, "fault", 0};
    uint32_t possible = 0;

    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        struct effect_pattern plain = source->on;

        plain.object = NULL;
        if (!effect_info((enum effect_id)i)->immediate && effect_pattern_matches(&plain, (enum effect_id)i, NULL)) {
            possible |= effect_info((enum effect_id)i)->faults;
        }
    }
    if ((possible & (1u << source->kind)) == 0) {
        cannot_suffer(loader, &member, source->on.text, source->kind, possible);
    }
}

void read_fault(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct fault_source source = {.nth = 1, .times = -1, .until_ms = -1, .delay_ms = SLOW_DEFAULT_MS};

    if (!read_good_object(loader, value, path, &fault_shape, &source)) {
        source.on.text = NULL; /* what else would be said follows from that */
    }
    if (source.kind != FAULT_NONE && source.on.text != NULL) {
        check_applicable(loader, &source, path);
    }
    source.on.object = source.object;
    if (source.times < 0) {
        source.times = source.until_ms >= 0 ? 0 : 1;
    }
    if (source.until_ms >= 0 && source.until_ms <= source.from_ms) {
        struct json_path member = {path, "until", 0};

        mistake_at(loader, &member, false, "until is not after from, expected a later instant");
    }
    *(struct scenario_fault *)target = (struct scenario_fault){.kind = source.kind,
                                                               .on = source.on,
                                                               .task = source.task,
                                                               .nth = (uint32_t)source.nth,
                                                               .times = (uint32_t)source.times,
                                                               .from_ms = source.from_ms,
                                                               .until_ms = source.until_ms,
                                                               .delay_ms = source.delay_ms};
}

void read_faults(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario *scenario = target;

    read_array(loader, value, path, read_fault, sizeof scenario->faults[0], (void **)&scenario->faults,
               &scenario->fault_count);
}

/* ---- the schedule
 * --------------------------------------------------------------------------------------------------------------------------
 */

struct step_source {
    const char *run;
    struct effect_pattern until;
    const char *object;
    double nth;
    int64_t wait_ms;
};

static const struct field step_fields[] = {
    {"run", read_text, offsetof(struct step_source, run), false},
    {"until", read_effect_pattern, offsetof(struct step_source, until), false},
    {"object", read_text, offsetof(struct step_source, object), false},
    {"nth", read_ordinal, offsetof(struct step_source, nth), false},
    {"wait", read_duration, offsetof(struct step_source, wait_ms), false},
};

const struct object_shape step_shape = {"a schedule step", "step", step_fields,
                                        sizeof step_fields / sizeof step_fields[0]};

static void read_step(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct step_source source = {.nth = 1, .wait_ms = -1};
    struct scenario_step *step = target;

    if (!read_good_object(loader, value, path, &step_shape, &source)) {
        return;
    }
    if ((source.run == NULL) == (source.wait_ms < 0)) {
        either_or(loader, path, "a schedule step", "run", "wait", source.run != NULL);
    }
    source.until.object = source.object;
    *step = (struct scenario_step){.run = source.run,
                                   .to_end = source.until.text == NULL,
                                   .until = source.until,
                                   .nth = (uint32_t)source.nth,
                                   .wait_ms = source.wait_ms};
    step->text = source.run == NULL ? arena_printf(loader->arena, "wait %s", value_get_text(value, "wait"))
                 : step->to_end
                     ? arena_printf(loader->arena, "run %s to its end", source.run)
                     : arena_printf(loader->arena, "run %s until %s%s%s", source.run, source.until.text,
                                    source.object == NULL ? "" : " ", source.object == NULL ? "" : source.object);
}

void read_schedule(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario *scenario = target;

    read_array(loader, value, path, read_step, sizeof scenario->schedule[0], (void **)&scenario->schedule,
               &scenario->step_count);
}
