/* Apps: a FluxOS specification with every field optional, and what the world has of it. */
#include "sim/scenario/loader.h"

#include "core/container_data.h"
#include "core/names.h"
#include "fakes/name_index.h"

#include <string.h>

enum { VERSION_DEFAULT = 8, VERSION_WITH_COMPOSE = 4, PORT_FIRST = 31001, RUNNING_SINCE_DEFAULT_MS = 86400000 };

enum given { GIVEN_NOT, GIVEN_NO, GIVEN_YES };
enum state { STATE_NOT_GIVEN, STATE_RUNNING, STATE_CREATED, STATE_STOPPED, STATE_MISSING };

/* What the file says of one component's container and volume. */
struct component_source {
    enum state state;
    int volume; /* enum volume_state, −1: not given */
    enum given volume_data;
};

/* An app as the file says it; the specification's own fields stay in the object. */
struct app_source {
    const char *name;
    double version;
    bool enterprise;
    enum given installed, published, announced, network;
    int64_t running_since_ms;
    struct component_source all; /* for every component */
    const struct value *components;
    const struct value *compose;
};

/* ---- readers
 * ----------------------------------------------------------------------------------------------------------------------------
 */

static void read_given(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    bool yes = false;

    read_bool(loader, value, path, &yes);
    *(enum given *)target = yes ? GIVEN_YES : GIVEN_NO;
}

static int read_choice(struct loader *loader, const struct value *value, const struct json_path *path, const char *what,
                       const char *const *names)
{
    const char *name = NULL;

    read_text(loader, value, path, &name);
    for (int i = 0; name != NULL && names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    if (name != NULL) {
        unknown_name(loader, path, false, what, name, names);
    }
    return -1;
}

static void read_state(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    static const char *const names[] = {"running", "created", "stopped", "missing", NULL};

    *(enum state *)target = (enum state)(read_choice(loader, value, path, "state", names) + 1);
}

static void read_volume(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    static const char *const names[] = {"mounted", "unmounted", "missing", NULL};

    *(int *)target = read_choice(loader, value, path, "volume state", names);
}

/* Is the app to be encrypted? A real blob cannot be read here. */
static void read_enterprise(struct loader *loader, const struct value *value, const struct json_path *path,
                            void *target)
{
    if (value_is(value, VALUE_STRING) && value->count > 0) {
        mistake_at(loader, path, false,
                   "this enterprise blob cannot be decrypted here, expected \"enterprise\": true and compose in clear");
    } else if (!value_is(value, VALUE_STRING)) {
        read_bool(loader, value, path, target);
    }
}

static void check_text(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    (void)target;
    if (!value_is(value, VALUE_STRING)) {
        mistake_at(loader, path, false, "%s is %s, expected a string", json_path_text(loader->arena, path),
                   kind_text(value));
    }
}

static void check_number(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    double number = 0;

    (void)target;
    read_number(loader, value, path, &number);
}

/* Of cores, MB or GB: so many that bytes can still be counted. */
static void check_amount(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    static const double max = 1e9;
    double number = 0;

    (void)target;
    read_number(loader, value, path, &number);
    if (number > max) {
        mistake_at(loader, path, false, "%s is %.17g, expected at most 10^9", json_path_text(loader->arena, path),
                   number);
    }
}

static void check_bool(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    bool boolean = false;

    (void)target;
    read_bool(loader, value, path, &boolean);
}

static void check_array(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    (void)target;
    if (!value_is(value, VALUE_ARRAY)) {
        mistake_at(loader, path, false, "%s is %s, expected an array", json_path_text(loader->arena, path),
                   kind_text(value));
    }
}

static void read_version(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    double number = VERSION_DEFAULT;

    read_number(loader, value, path, &number);
    if (number < 1 || number > 8 || number > (double)(int)number) {
        mistake_at(loader, path, false, "version is %.17g, expected a whole number from 1 to 8", number);
        return;
    }
    *(double *)target = number;
}

/* Fields of a component, in compose or flat. */
#define COMPONENT_FIELDS                                                                                               \
    {"description", check_text, 0, false}, {"repotag", check_text, 0, false}, {"ports", check_array, 0, false},        \
        {"domains", check_array, 0, false}, {"environmentParameters", check_array, 0, false},                          \
        {"enviromentParameters", check_array, 0, false}, {"commands", check_array, 0, false},                          \
        {"containerPorts", check_array, 0, false}, {"containerData", check_text, 0, false},                            \
        {"cpu", check_amount, 0, false}, {"ram", check_amount, 0, false}, {"hdd", check_amount, 0, false},             \
        {"repoauth", check_text, 0, false}, {"secrets", check_text, 0, false}, {"tiered", check_bool, 0, false},       \
        {"cpubasic", check_amount, 0, false}, {"cpusuper", check_amount, 0, false},                                    \
        {"cpubamf", check_amount, 0, false}, {"rambasic", check_amount, 0, false},                                     \
        {"ramsuper", check_amount, 0, false}, {"rambamf", check_amount, 0, false},                                     \
        {"hddbasic", check_amount, 0, false}, {"hddsuper", check_amount, 0, false},                                    \
    {                                                                                                                  \
        "hddbamf", check_amount, 0, false                                                                              \
    }

static const struct field compose_fields[] = {{"name", check_text, 0, false}, COMPONENT_FIELDS};

const struct object_shape compose_shape = {"a component", "component", compose_fields,
                                           sizeof compose_fields / sizeof compose_fields[0]};

static void read_compose_entry(struct loader *loader, const struct value *value, const struct json_path *path,
                               void *target)
{
    char nothing = 0; /* is read: these are only checked */

    (void)target;
    read_object(loader, value, path, &compose_shape, &nothing);
}

static void read_compose(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    void *items = NULL;
    uint32_t count = 0;

    read_array(loader, value, path, read_compose_entry, 1, &items, &count);
    *(const struct value **)target = value;
}

static const struct field app_fields[] = {
    {"name", read_text, offsetof(struct app_source, name), true},
    {"version", read_version, offsetof(struct app_source, version), false},
    {"owner", check_text, 0, false},
    {"compose", read_compose, offsetof(struct app_source, compose), false},
    {"instances", check_number, 0, false},
    {"contacts", check_array, 0, false},
    {"geolocation", check_array, 0, false},
    {"expire", check_number, 0, false},
    {"nodes", check_array, 0, false},
    {"staticip", check_bool, 0, false},
    {"datacenter", check_bool, 0, false},
    {"enterprise", read_enterprise, offsetof(struct app_source, enterprise), false},
    {"hash", check_text, 0, false},
    {"height", check_number, 0, false},
    {"port", check_number, 0, false},
    {"containerPort", check_number, 0, false},
    COMPONENT_FIELDS,
    /* what the world has of it */
    {"installed", read_given, offsetof(struct app_source, installed), false},
    {"published", read_given, offsetof(struct app_source, published), false},
    {"announced", read_given, offsetof(struct app_source, announced), false},
    {"network", read_given, offsetof(struct app_source, network), false},
    {"runningSince", read_duration, offsetof(struct app_source, running_since_ms), false},
    {"state", read_state, offsetof(struct app_source, all.state), false},
    {"volume", read_volume, offsetof(struct app_source, all.volume), false},
    {"volumeData", read_given, offsetof(struct app_source, all.volume_data), false},
    {"components", read_any, offsetof(struct app_source, components), false},
};

const struct object_shape app_shape = {"an app", "app", app_fields, sizeof app_fields / sizeof app_fields[0]};

static const struct field state_fields[] = {
    {"state", read_state, offsetof(struct component_source, state), false},
    {"volume", read_volume, offsetof(struct component_source, volume), false},
    {"volumeData", read_given, offsetof(struct component_source, volume_data), false},
};

const struct object_shape state_shape = {"a component's state", "componentState", state_fields,
                                         sizeof state_fields / sizeof state_fields[0]};

/* ---- the specification
 * --------------------------------------------------------------------------------------------------------------------
 */

static bool is_one_of(const struct field *fields, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(fields[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

/* What the world has of an app is no field of FluxOS's. */
static bool is_world_field(const char *key)
{
    static const char first[] = "installed";
    size_t start = 0;

    while (strcmp(app_fields[start].key, first) != 0) {
        start++;
    }
    return is_one_of(app_fields + start, app_shape.count - start, key);
}

/* The fields of `given`, then those of `defaults` that it lacks, in the order of `defaults` first. */
static const struct value *with_defaults(struct arena *arena, const struct value *given, const struct value *defaults)
{
    const struct value *complete = value_empty_object();

    for (uint32_t i = 0; i < value_count(defaults); i++) {
        const char *key = defaults->members[i].key;
        const struct value *own = value_get(given, key);

        complete = value_with(arena, complete, key, own != NULL ? own : defaults->members[i].value);
    }
    for (uint32_t i = 0; i < value_count(given); i++) {
        complete = value_with(arena, complete, given->members[i].key, given->members[i].value);
    }
    return complete;
}

static const struct value *component_defaults(struct loader *loader, int version, uint32_t port_offset)
{
    struct arena *arena = loader->arena;
    const struct value *port = value_number(arena, PORT_FIRST + port_offset);
    const struct value *ports = ARRAY(arena, port);
    const struct value *container_ports = ARRAY(arena, value_number(arena, 80));
    const struct value *repotag = value_string(arena, "runonflux/website:latest");
    const struct value *container_data = value_string(arena, "/data");
    const struct value *cpu = value_number(arena, 0.1);
    const struct value *ram = value_number(arena, 100);
    const struct value *hdd = value_number(arena, 1);
    const struct value *none = value_empty_array();

    if (version == 1) {
        return OBJECT(arena, {"repotag", repotag}, {"port", port}, {"containerPort", value_number(arena, 80)},
                      {"enviromentParameters", none}, {"commands", none}, {"containerData", container_data},
                      {"cpu", cpu}, {"ram", ram}, {"hdd", hdd});
    }
    if (version < VERSION_WITH_COMPOSE) {
        return OBJECT(arena, {"repotag", repotag}, {"ports", ports}, {"containerPorts", container_ports},
                      {"domains", ARRAY(arena, value_string(arena, ""))}, {"enviromentParameters", none},
                      {"commands", none}, {"containerData", container_data}, {"cpu", cpu}, {"ram", ram}, {"hdd", hdd});
    }
    return OBJECT(arena, {"name", value_string(arena, "web")}, {"description", value_string(arena, "c")},
                  {"repotag", repotag}, {"ports", ports}, {"domains", ARRAY(arena, value_string(arena, ""))},
                  {"environmentParameters", none}, {"commands", none}, {"containerPorts", container_ports},
                  {"containerData", container_data}, {"cpu", cpu}, {"ram", ram}, {"hdd", hdd},
                  {"repoauth", value_string(arena, "")});
}

/* Compose as given, or one component from the fields at the app's own level. */
static const struct value *compose_of(struct loader *loader, const struct app_source *source, const struct value *given,
                                      uint32_t *ports_given_out)
{
    struct arena *arena = loader->arena;
    const struct value *entries = source->compose;
    const struct value *complete = value_empty_array();

    if (entries == NULL) {
        const struct value *flat = value_empty_object();

        for (uint32_t i = 0; i < given->count; i++) {
            const char *key = given->members[i].key;

            if (strcmp(key, "name") != 0 && strcmp(key, "description") != 0 &&
                is_one_of(compose_fields, compose_shape.count, key)) {
                flat = value_with(arena, flat, key, given->members[i].value);
            }
        }
        entries = ARRAY(arena, flat);
    }
    for (uint32_t i = 0; i < value_count(entries); i++) {
        complete = value_append(arena, complete,
                                with_defaults(arena, value_at(entries, i),
                                              component_defaults(loader, VERSION_DEFAULT, (*ports_given_out)++)));
    }
    return complete;
}

/* 64 hex digits that stand for the app's registration. */
static const char *hash_of_name(struct arena *arena, const char *name)
{
    uint64_t number = hash_text(name);
    const char *text = "";

    for (int i = 0; i < 4; i++) {
        number = hash_combine(number, (uint64_t)i);
        text = arena_printf(arena, "%s%016llx", text, (unsigned long long)number);
    }
    return text;
}

/* The complete specification in clear: FluxOS's fields only, in FluxOS's order. */
static const struct value *specification(struct loader *loader, const struct app_source *source,
                                         const struct value *given, uint32_t *ports_given_out)
{
    struct arena *arena = loader->arena;
    int version = (int)source->version;
    const struct value *spec =
        OBJECT(arena, {"version", value_number(arena, version)}, {"name", value_string(arena, source->name)},
               {"description", value_format(arena, "app %s", source->name)},
               {"owner", value_string(arena, "1CbErtneaX2QVyUfwU7JGB7VzvPgrgc3uC")});

    if (version < VERSION_WITH_COMPOSE) {
        spec = with_defaults(arena, spec, value_empty_object());
        const struct value *flat = component_defaults(loader, version, (*ports_given_out)++);

        for (uint32_t i = 0; i < flat->count; i++) {
            spec = value_with(arena, spec, flat->members[i].key, flat->members[i].value);
        }
    } else {
        spec = value_with(arena, spec, "compose", compose_of(loader, source, given, ports_given_out));
    }
    const struct {
        int version;
        const char *key;
        const struct value *value;
    } later[] = {{3, "instances", value_number(arena, 3)},
                 {5, "contacts", value_empty_array()},
                 {5, "geolocation", value_empty_array()},
                 {6, "expire", value_number(arena, 88000)},
                 {7, "nodes", value_empty_array()},
                 {7, "staticip", value_bool(false)},
                 {8, "datacenter", value_bool(false)},
                 {8, "enterprise", value_string(arena, "")},
                 {1, "hash", value_string(arena, hash_of_name(arena, source->name))},
                 {1, "height", value_number(arena, 2290000)}};

    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        if (version >= later[i].version) {
            spec = value_with(arena, spec, later[i].key, later[i].value);
        }
    }
    for (uint32_t i = 0; i < given->count; i++) {
        const char *key = given->members[i].key;
        bool component_field = version >= VERSION_WITH_COMPOSE && strcmp(key, "description") != 0 &&
                               is_one_of(compose_fields, compose_shape.count, key) && strcmp(key, "name") != 0;
        bool own =
            is_world_field(key) || strcmp(key, "compose") == 0 || strcmp(key, "enterprise") == 0 || component_field;

        if (!own) {
            spec = value_with(arena, spec, key, given->members[i].value);
        }
    }
    return spec;
}

/* ---- the app
 * ----------------------------------------------------------------------------------------------------------------------------------
 */

static void read_component_states(struct loader *loader, const struct app_source *source, const struct json_path *path,
                                  const struct app_spec *spec, struct component_source *states)
{
    struct json_path components = {path, "components", 0};
    const char **names = arena_alloc(loader->arena, (spec->component_count + 1) * sizeof *names);

    for (uint32_t i = 0; i < spec->component_count; i++) {
        names[i] = spec->version < VERSION_WITH_COMPOSE ? spec->name : spec->components[i].name;
    }
    if (source->components != NULL && !value_is(source->components, VALUE_OBJECT)) {
        mistake_at(loader, &components, false, "components is %s, expected an object", kind_text(source->components));
        return;
    }
    for (uint32_t i = 0; i < value_count(source->components); i++) {
        struct json_path member = {&components, source->components->members[i].key, 0};
        uint32_t index = 0;

        while (index < spec->component_count && strcmp(names[index], member.key) != 0) {
            index++;
        }
        if (index == spec->component_count) {
            unknown_name(loader, &member, true, "component", member.key, names);
        } else {
            read_object(loader, source->components->members[i].value, &member, &state_shape, &states[index]);
        }
    }
}

static void fill_component(struct loader *loader, struct scenario_component *component, const struct app_spec *spec,
                           uint32_t index, const struct component_source *state)
{
    struct arena *arena = loader->arena;
    const struct component *source = &spec->components[index];
    const char *container_data = source->container_data;
    struct container_mounts mounts;
    bool parsed = parse_container_data(arena, container_data, spec, (int)index, &mounts) == NULL;
    enum state own = state->state;

    if (own == STATE_NOT_GIVEN) {
        own = container_data != NULL && has_g(container_data) ? STATE_CREATED : STATE_RUNNING;
    }
    component->name = spec->version < VERSION_WITH_COMPOSE ? spec->name : source->name;
    component->identifier = component_identifier(arena, spec->version, component->name, spec->name);
    component->app_id = get_app_identifier(arena, component->identifier);
    component->image = value_get_text(source->document, "repotag");
    component->hdd_gb = source->in_place.hdd;
    component->g = parsed && mounts.flag_g;
    component->synced = parsed && (mounts.flag_g || mounts.flag_r || mounts.flag_s);
    component->container_exists = own != STATE_MISSING;
    component->container = own == STATE_RUNNING   ? CONTAINER_RUNNING
                           : own == STATE_CREATED ? CONTAINER_CREATED
                                                  : CONTAINER_EXITED;
    component->volume = state->volume < 0 ? VOLUME_MOUNTED : (enum volume_state)state->volume;
    component->data = state->volume_data != GIVEN_NO && component->volume != VOLUME_MISSING;
}

bool is_app_name(const char *name)
{
    return name[0] != '\0' && strpbrk(name, "_ /") == NULL && strncmp(name, "zel", 3) != 0 &&
           strncmp(name, "flux", 4) != 0;
}

static void read_app(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_app *app = target;
    struct app_source source = {.version = VERSION_DEFAULT, .running_since_ms = RUNNING_SINCE_DEFAULT_MS};

    source.all.volume = -1;
    app->name = "";
    bool good = read_good_object(loader, value, path, &app_shape, &source);

    if (source.name == NULL) {
        return;
    }
    app->name = source.name; /* others refer to it, good or not */
    if (!good) {
        return;
    }
    if (!is_app_name(source.name)) {
        struct json_path member = {path, "name", 0};

        mistake_at(
            loader, &member, false,
            "\"%.60s\" is no app name, expected one without _, space or slash that does not begin with zel or flux",
            source.name);
    }
    if (source.enterprise && source.version < 8) {
        struct json_path member = {path, "enterprise", 0};

        mistake_at(loader, &member, false, "an app of version %d cannot be encrypted, expected version 8",
                   (int)source.version);
    }
    app->version = (int)source.version;
    app->enterprise = source.enterprise;
    app->spec = specification(loader, &source, value, &loader->ports_given_out);
    app->running_since_ms = source.running_since_ms;
    app->installed = source.installed != GIVEN_NO;
    app->installed_given = source.installed != GIVEN_NOT;
    app->published = source.published != GIVEN_NO;
    app->announced = source.announced != GIVEN_NO;
    app->network = source.network != GIVEN_NO;
    const struct app_spec *spec = app_spec_from(loader->arena, app->spec);
    struct component_source *states = arena_alloc(loader->arena, (spec->component_count + 1) * sizeof *states);

    for (uint32_t i = 0; i < spec->component_count; i++) {
        states[i] = source.all;
    }
    read_component_states(loader, &source, path, spec, states);
    app->component_count = spec->component_count;
    app->components = arena_alloc(loader->arena, (spec->component_count + 1) * sizeof *app->components);
    for (uint32_t i = 0; i < spec->component_count; i++) {
        fill_component(loader, &app->components[i], spec, i, &states[i]);
    }
}

void read_apps(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;

    read_array(loader, value, path, read_app, sizeof world->apps[0], (void **)&world->apps, &world->app_count);
}

/* An app that some actor installs is not there yet, unless the file says so. */
void finish_apps(struct loader *loader)
{
    const struct scenario *scenario = loader->scenario;
    struct name_index installs = {0};

    for (uint32_t i = 0; i < scenario->actor_count; i++) {
        if (scenario->actors[i].kind == ACTOR_INSTALL && scenario->actors[i].subject != NULL) {
            name_index_add(&installs, loader->arena, scenario->actors[i].subject, i);
        }
    }
    for (uint32_t i = 0; i < scenario->world.app_count; i++) {
        struct scenario_app *app = &scenario->world.apps[i];

        if (!app->installed_given && name_index_find(&installs, app->name) != NULL) {
            app->installed = false;
        }
        app->announced = app->announced && app->installed;
        app->network = app->network && app->installed;
    }
}
