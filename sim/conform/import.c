/* A recording as a scenario. */
#include "sim/conform/import.h"

#include "core/names.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/units.h"

#include <string.h>

struct import {
    struct arena *arena;
    const struct conformity *replayed;
    const struct recording *recording;
    int64_t run_ms; /* when the run began, after the recording's start */
    const struct value *apps, *actors, *schedule, *todo;
};

static const struct value *text(struct import *import, const char *string)
{
    return value_string(import->arena, string);
}

static const struct value *append(struct import *import, const struct value *list, const struct value *item)
{
    return value_append(import->arena, list == NULL ? value_empty_array() : list, item);
}

static void todo(struct import *import, const char *what)
{
    import->todo = append(import, import->todo, text(import, what));
}

static const struct value *duration(struct import *import, int64_t ms)
{
    char spelled[32];

    duration_text(ms < 0 ? 0 : ms, spelled, sizeof spelled);
    return text(import, spelled);
}

/* ---- the world
 * ---------------------------------------------------------------------------------------------------------- */

static const struct value *container_of(const struct import *import, const char *name)
{
    const struct value *containers = value_get(value_get(import->recording->initial, "docker"), "containers");

    for (uint32_t i = 0; i < value_count(containers); i++) {
        if (value_is_text(value_get(value_at(containers, i), "name"), name)) {
            return value_at(containers, i);
        }
    }
    return NULL;
}

/* Whether the world before the run mentions the name in a list of mounts or files. */
static bool is_mentioned(const struct import *import, const char *list, const char *part)
{
    return strstr(value_json(import->arena, value_get(value_get(import->recording->initial, "fs"), list)), part) !=
           NULL;
}

static const struct value *component_state(struct import *import, const char *app_id)
{
    struct arena *arena = import->arena;
    const struct value *container = container_of(import, app_id);
    const char *state = value_get_text(container, "state");
    const char *volume = is_mentioned(import, "mounts", arena_printf(arena, "/%s\"", app_id))        ? "mounted"
                         : is_mentioned(import, "tree", arena_printf(arena, "/%sFLUXFSVOL", app_id)) ? "unmounted"
                                                                                                     : "missing";

    state = state == NULL ? "missing" : strcmp(state, "exited") == 0 ? "stopped" : state;
    return OBJECT(arena, {"state", text(import, state)}, {"volume", text(import, volume)});
}

static const struct value *installed_state(struct import *import, const struct value *spec, const struct value *app)
{
    const char *name = value_get_text(spec, "name");
    const struct value *compose = value_get(spec, "compose");
    int version = value_get_int(spec, "version", 0);
    const struct value *components = value_empty_object();

    if (version <= 3) {
        const struct value *state = component_state(import, get_app_identifier(import->arena, name));

        app = value_with(import->arena, app, "state", value_get(state, "state"));
        return value_with(import->arena, app, "volume", value_get(state, "volume"));
    }
    for (uint32_t i = 0; i < value_count(compose); i++) {
        const char *component = value_get_text(value_at(compose, i), "name");
        const char *identifier = component_identifier(import->arena, version, component, name);

        components = value_with(import->arena, components, component,
                                component_state(import, get_app_identifier(import->arena, identifier)));
    }
    return value_with(import->arena, app, "components", components);
}

static bool has_local_row(const struct import *import, const char *name)
{
    const struct value *db = value_get(value_get(import->recording->initial, "db"), "localzelapps");
    const struct value *rows = value_get(db, "zelappsinformation");

    for (uint32_t i = 0; i < value_count(rows); i++) {
        if (value_is_text(value_get(value_at(rows, i), "name"), name)) {
            return true;
        }
    }
    return false;
}

/* Every app that the recording registers, in its setup or in its run. */
static void add_apps(struct import *import)
{
    for (uint32_t i = 0; i < import->replayed->step_count; i++) {
        const struct value *spec = import->replayed->steps[i].document;

        if (spec == NULL) {
            continue;
        }
        bool enterprise = value_truthy(value_get(spec, "enterprise"));
        const struct value *app = enterprise ? value_with(import->arena, spec, "enterprise", value_bool(true)) : spec;
        bool installed = has_local_row(import, value_get_text(spec, "name"));

        app = value_with(import->arena, app, "installed", value_bool(installed));
        app = installed ? installed_state(import, spec, app) : app;
        import->apps = append(import, import->apps, app);
    }
}

static const struct value *node_of(struct import *import)
{
    for (uint32_t i = 0; i < import->recording->op_count; i++) {
        const struct value *ip = value_get(import->recording->ops[i].result, "ipaddress");

        if (ip != NULL) {
            return OBJECT(import->arena, {"ip", ip});
        }
    }
    todo(import, "the node's own address is not in the recording: world.node.ip");
    return NULL;
}

/* ---- who acts
 * ------------------------------------------------------------------------------------------------------------- */

static const char *actor_name(const char *lane)
{
    for (unsigned i = 0; i < ACTOR_COUNT; i++) {
        const struct actor_info *info = actor_info((enum actor_kind)i);
        size_t length = info->recorded == NULL ? 0 : strlen(info->recorded);

        if (length > 0 && strncmp(lane, info->recorded, length) == 0 && (lane[length] == '\0' || lane[length] == ':')) {
            return info->name;
        }
    }
    return NULL;
}

/* The name of the nth start of an activity: the actor's own, then with a number. */
static const char *task_name(struct import *import, uint32_t step)
{
    const struct conform_step *steps = import->replayed->steps;
    const char *actor = actor_name(steps[step].lane);
    unsigned nth = 1;

    for (uint32_t i = 0; i < step; i++) {
        nth += !import->recording->ops[steps[i].op].setup && strcmp(steps[i].lane, steps[step].lane) == 0;
    }
    const char *name = steps[step].app == NULL ? actor : arena_printf(import->arena, "%s:%s", actor, steps[step].app);

    return nth == 1 ? name : arena_printf(import->arena, "%s-%u", name, nth);
}

static void add_step(struct import *import, uint32_t index)
{
    const struct conform_step *step = &import->replayed->steps[index];
    const struct recorded_op *first = &import->recording->ops[step->op];
    const char *actor = actor_name(step->lane);

    if (first->setup) {
        return;
    }
    if (actor == NULL) {
        todo(import, arena_printf(import->arena, "line %u: no actor stands for \"%s\"", first->line, step->lane));
        return;
    }
    const char *name = task_name(import, index);
    bool plain = strcmp(name, step->app == NULL ? actor : arena_printf(import->arena, "%s:%s", actor, step->app)) == 0;
    bool is_check = strcmp(actor, "check") == 0;

    import->actors = append(
        import, import->actors,
        OBJECT(import->arena, {"actor", text(import, actor)}, {"app", text(import, step->app)},
               {"at", duration(import, first->called_ms - import->run_ms)}, {"as", plain ? NULL : text(import, name)},
               {"force", step->force ? value_bool(true) : NULL}, {"every", is_check ? text(import, "1d") : NULL}));
}

/* env and driver lines that a person's hand stands behind. */
static void add_hand(struct import *import, const struct recorded_op *op)
{
    struct arena *arena = import->arena;
    const struct value *at = duration(import, op->called_ms - import->run_ms);
    const struct value *container = value_get(op->args, "container");
    const char *note = value_get_text(op->args, "note");
    static const struct {
        const char *op, *actor, *key;
    } hands[] = {{"container.remove", "remove-container", "container"},
                 {"container.stop", "stop-container", "container"},
                 {"container.kill", "stop-container", "container"},
                 {"container.start", "start-container", "container"},
                 {"network.remove", "remove-network", "network"}};

    (void)container;
    for (size_t i = 0; i < sizeof hands / sizeof hands[0]; i++) {
        if (strcmp(op->op, hands[i].op) == 0) {
            import->actors = append(import, import->actors,
                                    OBJECT(arena, {"actor", text(import, hands[i].actor)},
                                           {hands[i].key, value_get(op->args, hands[i].key)}, {"at", at}));
            return;
        }
    }
    if (note != NULL && strncmp(note, "umount", 6) == 0) {
        const struct value *mounts = value_get(value_get(import->recording->initial, "fs"), "mounts");

        for (uint32_t i = 0; i < value_count(mounts); i++) {
            const char *folder = value_get_text(value_at(mounts, i), "target");

            if (folder == NULL || strrchr(folder, '/') == NULL) {
                continue;
            }
            import->actors = append(import, import->actors,
                                    OBJECT(arena, {"actor", text(import, "unmount")},
                                           {"container", text(import, strrchr(folder, '/') + 1)}, {"at", at}));
        }
    } else if (value_get(op->args, "step") == NULL) {
        todo(import, arena_printf(arena, "line %u: %s %s %s", op->line, op->port, op->op, value_json(arena, op->args)));
    }
}

/* FDM's answers are the world's: each change becomes an actor right before the answer. */
static void add_primaries(struct import *import)
{
    const struct value *last = NULL;

    for (uint32_t i = 0; i < import->recording->op_count; i++) {
        const struct recorded_op *op = &import->recording->ops[i];

        if (op->setup || strcmp(op->port, "fdm") != 0) {
            continue;
        }
        const struct value *primary = value_at(value_get(value_get(op->result, "data"), "ips"), 0);

        primary = primary == NULL ? text(import, "none") : primary;
        if (!value_equal(primary, last)) {
            const char *slash = strrchr(op->op, '/');
            const char *app = slash == NULL ? op->op : slash + 1;
            unsigned nth = last == NULL ? 1 : 2;

            import->actors =
                append(import, import->actors,
                       OBJECT(import->arena, {"actor", text(import, "set-primary")}, {"app", text(import, app)},
                              {"primary", primary}, {"at", duration(import, op->called_ms - import->run_ms - 1)},
                              {"as", nth == 1 ? NULL : value_format(import->arena, "set-primary:%s-%u", app, i)}));
            last = primary;
        }
    }
}

/* ---- the order
 * ------------------------------------------------------------------------------------------------------------ */

static int step_of(const struct import *import, const struct recorded_op *op)
{
    int found = -1;

    for (uint32_t i = 0; i < import->replayed->step_count; i++) {
        const struct conform_step *step = &import->replayed->steps[i];

        if (op->task != NULL && strcmp(step->lane, op->task) == 0 &&
            import->recording->ops[step->op].call <= op->call) {
            found = (int)i;
        }
    }
    return found;
}

/* The next operation of the same activity; NULL when this is its last. */
static const struct recorded_op *next_of(const struct import *import, const struct recorded_op *op)
{
    for (uint32_t i = 0; i < import->recording->op_count; i++) {
        const struct recorded_op *other = &import->recording->ops[i];

        if (other->call > op->call && import->replayed->effects[i] >= 0 &&
            step_of(import, other) == step_of(import, op)) {
            return other;
        }
    }
    return NULL;
}

/* Where the recording goes from one activity to another while the first is not over, a step says how far it had come.
 */
static void add_schedule(struct import *import)
{
    const struct recorded_op *last = NULL;

    for (uint32_t i = 0; i < import->recording->op_count; i++) {
        const struct recorded_op *op = &import->recording->ops[i];

        if (op->setup || import->replayed->effects[i] < 0 || step_of(import, op) < 0) {
            continue;
        }
        const struct recorded_op *next = last == NULL ? NULL : next_of(import, last);

        if (next != NULL && step_of(import, last) != step_of(import, op) && last->completion >= 0) {
            int effect = import->replayed->effects[next - import->recording->ops];

            import->schedule =
                append(import, import->schedule,
                       OBJECT(import->arena, {"run", text(import, task_name(import, (uint32_t)step_of(import, last)))},
                              {"until", text(import, effect_info((enum effect_id)effect)->name)}));
        }
        last = op;
    }
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------------------- */

/* Adds the containers' states; those that are named already keep theirs. `state` NULL: each its own. */
static const struct value *with_states(struct import *import, const struct value *expected,
                                       const struct value *containers, const char *state)
{
    for (uint32_t i = 0; i < value_count(containers); i++) {
        const char *name = value_get_text(value_at(containers, i), "name");
        const struct value *own = state == NULL ? value_get(value_at(containers, i), "state") : text(import, state);

        if (name != NULL && value_get(expected, name) == NULL) {
            expected = value_with(import->arena, expected, name, own);
        }
    }
    return expected;
}

static const struct value *final_containers(struct import *import)
{
    const struct recording *recording = import->recording;
    const struct value *before = value_get(value_get(recording->initial, "docker"), "containers");
    const struct value *after = value_get(value_get(recording->final, "docker"), "containers");
    const struct value *expected = with_states(import, value_empty_object(), after, NULL);

    expected = with_states(import, expected, before, "absent");
    return value_count(expected) == 0 ? NULL : OBJECT(import->arena, {"containers", expected});
}

static int64_t begin_of_run(const struct recording *recording)
{
    for (uint32_t i = 0; i < recording->op_count; i++) {
        if (!recording->ops[i].setup) {
            return recording->ops[i].called_ms;
        }
    }
    return 0;
}

/* ---- put together
 * ------------------------------------------------------------------------------------------------------------------ */

/* Whether a scenario loads; else what is wrong becomes a word for a person, and what it was tried with is left out. */
static bool loads(struct import *import, const struct value *tree)
{
    const char *json = value_json(import->arena, tree);
    struct scenario_mistake mistake = {NULL};

    if (scenario_parse(import->arena, "scenario", json, strlen(json), &mistake) != NULL) {
        return true;
    }
    const char *line = strchr(mistake.text, ' '); /* behind the place, which is none in any file */

    todo(import, arena_printf(import->arena, "left out: %.*s", (int)strcspn(line + 1, "\n"), line + 1));
    return false;
}

static const struct value *with_member(struct import *import, const struct value *tree, const char *key,
                                       const struct value *member)
{
    const struct value *more = member == NULL ? tree : value_with(import->arena, tree, key, member);

    return member == NULL || loads(import, more) ? more : tree;
}

/* A list item by item, into the tree's member, or into the world's. */
static const struct value *with_items(struct import *import, const struct value *tree, bool of_world, const char *key,
                                      const struct value *items)
{
    for (uint32_t i = 0; i < value_count(items); i++) {
        const struct value *holder = of_world ? value_get(tree, "world") : tree;
        const struct value *list = append(import, value_get(holder, key), value_at(items, i));
        const struct value *more = value_with(import->arena, holder, key, list);

        more = of_world ? value_with(import->arena, tree, "world", more) : more;
        tree = loads(import, more) ? more : tree;
    }
    return tree;
}

/* A recording can tell of what no scenario can say: what does not load is left out. */
static const struct value *assemble(struct import *import, const struct value *node, int64_t end_ms)
{
    struct arena *arena = import->arena;
    const struct recording *recording = import->recording;
    const struct value *clock = value_string(arena, value_iso_date(arena, recording->started_ms + import->run_ms));
    const struct value *tree = OBJECT(arena, {"name", text(import, "imported")}, {"world", value_empty_object()},
                                      {"actors", value_empty_array()});

    tree = with_member(import, tree, "name", text(import, recording->name));
    tree = with_member(import, tree, "summary", text(import, recording->about));
    tree = with_member(import, tree, "revisions", ARRAY(arena, text(import, recording->tag)));
    tree = with_member(import, tree, "clock", clock);
    tree = with_member(import, tree, "world", OBJECT(arena, {"node", node}));
    tree = with_items(import, tree, true, "apps", import->apps);
    tree = with_items(import, tree, false, "actors", import->actors);
    tree = with_items(import, tree, false, "schedule", import->schedule);
    tree = with_member(import, tree, "duration", duration(import, end_ms - import->run_ms + 60000));
    tree = with_member(import, tree, "expect", final_containers(import));
    return OBJECT(arena, {"$schema", text(import, "../schema.json")}, {"name", value_get(tree, "name")},
                  {"summary", value_get(tree, "summary")}, {"todo", import->todo},
                  {"revisions", value_get(tree, "revisions")}, {"clock", value_get(tree, "clock")},
                  {"world", value_get(tree, "world")}, {"actors", value_get(tree, "actors")},
                  {"schedule", value_get(tree, "schedule")}, {"duration", value_get(tree, "duration")},
                  {"expect", value_get(tree, "expect")});
}

const struct value *import_recording(struct arena *arena, const struct conformity *replayed)
{
    const struct recording *recording = replayed->recording;
    struct import import = {.arena = arena, .replayed = replayed, .recording = recording};
    int64_t end_ms = recording->ops[recording->op_count - 1].completed_ms;

    import.run_ms = begin_of_run(recording);
    add_apps(&import);
    for (uint32_t i = 0; i < recording->op_count; i++) {
        if (!recording->ops[i].setup && strcmp(recording->ops[i].actor, "node") != 0) {
            add_hand(&import, &recording->ops[i]);
        }
    }
    add_primaries(&import);
    for (uint32_t i = 0; i < replayed->step_count; i++) {
        add_step(&import, i);
    }
    add_schedule(&import);
    const struct value *node = node_of(&import);

    if (!conforms(replayed)) {
        todo(&import, arena_printf(arena,
                                   "drydock does not follow this recording in full (drydock conform %s): the order "
                                   "is told up to there",
                                   recording->file));
    }
    if (replayed->injected_count > 0) {
        todo(&import, arena_printf(arena, "errors from outside, to become faults: %s", replayed->injected[0]));
    }
    todo(&import, "what the run is expected to violate: expect.violates");
    return assemble(&import, node, end_ms);
}
