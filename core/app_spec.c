#include "core/app_spec.h"
#include "core/names.h"

#include <stdio.h>
#include <string.h>

enum { VERSION_WITH_COMPOSE = 4, VERSION_MAX = 8 };

/* ---- reading
 * ---------------------------------------------------------------------------------------------------------- */

/* Whose array the environment is: changes of it are changes of that (12.5). */
static const char *env_key(const struct value *document)
{
    return value_truthy(value_get(document, "environmentParameters")) ? "environmentParameters"
                                                                      : "enviromentParameters"; /* the older spelling */
}

static void read_component(struct component *component, const struct value *document)
{
    component->document = document;
    component->name = value_get_text(document, "name");
    component->container_data = value_get_text(document, "containerData");
    component->in_place.cpu = value_get_number(document, "cpu", 0);
    component->in_place.ram = value_get_number(document, "ram", 0);
    component->in_place.hdd = value_get_number(document, "hdd", 0);
    component->in_place.env = value_get(document, env_key(document));
}

struct app_spec *app_spec_from(struct arena *arena, const struct value *document)
{
    struct app_spec *spec = arena_alloc(arena, sizeof *spec);
    const struct value *compose = value_get(document, "compose");
    const char *enterprise = value_get_text(document, "enterprise");

    spec->document = document;
    spec->version = value_get_int(document, "version", 0);
    spec->name = value_get_text(document, "name");
    spec->hash = value_get_text(document, "hash");
    spec->owner = value_get_text(document, "owner");
    spec->enterprise = enterprise != NULL && enterprise[0] != '\0' ? enterprise : NULL;
    spec->has_compose = value_is(compose, VALUE_ARRAY);
    if (spec->name == NULL) {
        spec->name = "undefined"; /* what JavaScript would put into a text */
    }
    if (spec->version < VERSION_WITH_COMPOSE) {
        spec->component_count = 1;
        spec->components = arena_alloc(arena, sizeof *spec->components);
        read_component(&spec->components[0], document);
        return spec;
    }
    spec->component_count = value_count(compose);
    spec->components = arena_alloc(arena, spec->component_count * sizeof *spec->components);
    for (uint32_t i = 0; i < spec->component_count; i++) {
        read_component(&spec->components[i], value_at(compose, i));
    }
    return spec;
}

/* ---- what is changed in place
 * ------------------------------------------------------------------------------------------- */

void app_spec_share(struct app_spec *spec, const char *key)
{
    for (uint32_t i = 0; i < spec->component_count; i++) {
        spec->components[i].shared_as = key;
    }
}

struct component_state component_now(struct task *task, const struct component *component)
{
    if (component->shared_as != NULL) {
        cell_read(task, CELL_DECRYPTED, component->shared_as);
    }
    return component->in_place;
}

/* To write to, once between two awaits. */
static struct component_state *change(struct task *task, struct component *component)
{
    return component->shared_as == NULL ? &component->in_place
                                        : cell_change(task, CELL_DECRYPTED, component->shared_as, &component->in_place);
}

void component_set_env(struct task *task, struct component *component, const struct value *env)
{
    change(task, component)->env = env;
}

/* ---- writing back
 * ------------------------------------------------------------------------------------------------------ */

static const struct value *with_number(struct arena *arena, const struct value *document, const char *key,
                                       double number)
{
    double old = value_get_number(document, key, 0);

    return old >= number && old <= number ? document : value_with(arena, document, key, value_number(arena, number));
}

static const struct value *component_document(struct task *task, const struct component *component)
{
    struct arena *arena = task->arena;
    const struct component_state now = component_now(task, component);
    const struct value *document = component->document;

    document = with_number(arena, document, "cpu", now.cpu);
    document = with_number(arena, document, "ram", now.ram);
    document = with_number(arena, document, "hdd", now.hdd);
    const char *key = env_key(document);

    if (value_get(document, key) != NULL && now.env != NULL && !value_equal(now.env, value_get(document, key))) {
        document = value_with(arena, document, key, now.env);
    }
    return document;
}

const struct value *app_spec_document(struct task *task, const struct app_spec *spec)
{
    struct arena *arena = task->arena;

    if (spec->version < VERSION_WITH_COMPOSE) {
        return component_document(task, &spec->components[0]);
    }
    if (!spec->has_compose) {
        return spec->document;
    }
    const struct value **entries = arena_alloc(arena, spec->component_count * sizeof *entries);
    bool changed = false;

    for (uint32_t i = 0; i < spec->component_count; i++) {
        entries[i] = component_document(task, &spec->components[i]);
        changed = changed || entries[i] != spec->components[i].document;
    }
    return changed ? value_with(arena, spec->document, "compose", value_array(arena, entries, spec->component_count))
                   : spec->document;
}

struct app_spec *app_spec_copy(struct task *task, const struct app_spec *spec)
{
    return app_spec_from(task->arena, value_copy(task->arena, app_spec_document(task, spec)));
}

struct component *app_spec_component(const struct app_spec *spec, const char *name)
{
    for (uint32_t i = 0; i < spec->component_count; i++) {
        struct component *component = &spec->components[i];

        if (component->name != NULL && strcmp(component->name, name) == 0) {
            return component;
        }
    }
    return NULL;
}

/* ---- resources (1.6 step 4)
 * --------------------------------------------------------------------------------------------- */

static void apply_tier_field(double *field, const struct component *component, const char *name, const char *tier)
{
    char key[32];

    snprintf(key, sizeof key, "%.8s%.16s", name, tier);
    const struct value *own = value_get(component->document, key);

    if (value_truthy(own)) {
        *field = value_to_number(own, *field);
    }
}

void apply_tier_resources(struct task *task, struct component *component, const char *tier, bool test)
{
    struct component_state *state = change(task, component);

    if (test) {
        /* lifecycle.md 11, test resources */
        state->cpu = 0.2;
        state->ram = 300;
        state->hdd = 2;
        return;
    }
    apply_tier_field(&state->cpu, component, "cpu", tier);
    apply_tier_field(&state->ram, component, "ram", tier);
    apply_tier_field(&state->hdd, component, "hdd", tier);
}

/* ---- specificationFormatter (3.5)
 * ----------------------------------------------------------------------------------------- */

enum field_kind { FIELD_TEXT, FIELD_NUMBER, FIELD_BOOLEAN, FIELD_ARRAY, FIELD_ANY };

/* A field of the formatted specification: of which versions it is part, and whether it must be there. */
struct field {
    const char *name;
    enum field_kind kind;
    int version_first, version_last;
    bool required;
};

/* In the order in which the formatter writes them. Flat fields are those of version ≤ 3. */
static const struct field fields[] = {
    {"version", FIELD_NUMBER, 1, 8, true},
    {"name", FIELD_TEXT, 1, 8, true},
    {"description", FIELD_TEXT, 1, 8, true},
    {"owner", FIELD_TEXT, 1, 8, true},
    {"repotag", FIELD_TEXT, 1, 3, true},
    {"port", FIELD_NUMBER, 1, 1, false},
    {"containerPort", FIELD_NUMBER, 1, 1, false},
    {"ports", FIELD_ARRAY, 2, 3, true},
    {"containerPorts", FIELD_ARRAY, 2, 3, true},
    {"domains", FIELD_ARRAY, 2, 3, false},
    {"enviromentParameters", FIELD_ARRAY, 1, 3, false},
    {"commands", FIELD_ARRAY, 1, 3, false},
    {"containerData", FIELD_TEXT, 1, 3, true},
    {"cpu", FIELD_NUMBER, 1, 3, true},
    {"ram", FIELD_NUMBER, 1, 3, true},
    {"hdd", FIELD_NUMBER, 1, 3, true},
    {"tiered", FIELD_BOOLEAN, 1, 3, false},
    {"cpubasic", FIELD_NUMBER, 1, 3, false},
    {"cpusuper", FIELD_NUMBER, 1, 3, false},
    {"cpubamf", FIELD_NUMBER, 1, 3, false},
    {"rambasic", FIELD_NUMBER, 1, 3, false},
    {"ramsuper", FIELD_NUMBER, 1, 3, false},
    {"rambamf", FIELD_NUMBER, 1, 3, false},
    {"hddbasic", FIELD_NUMBER, 1, 3, false},
    {"hddsuper", FIELD_NUMBER, 1, 3, false},
    {"hddbamf", FIELD_NUMBER, 1, 3, false},
    {"compose", FIELD_ARRAY, 4, 8, true},
    {"instances", FIELD_NUMBER, 3, 8, true},
    {"contacts", FIELD_ARRAY, 5, 8, true},
    {"geolocation", FIELD_ARRAY, 5, 8, true},
    {"expire", FIELD_NUMBER, 6, 8, true},
    {"nodes", FIELD_ARRAY, 7, 8, true},
    {"staticip", FIELD_BOOLEAN, 7, 8, true},
    {"datacenter", FIELD_ANY, 8, 8, false},
    {"enterprise", FIELD_TEXT, 8, 8, false},
};

enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

/* Limits of 3.5: instances and expire. */
enum { INSTANCES_MIN = 3, INSTANCES_MAX = 100, EXPIRE_MAX = 4 * 264000 };

/* Brings a value to the field's kind; NULL when that cannot be. */
static const struct value *coerce(struct arena *arena, const struct value *value, enum field_kind kind)
{
    switch (kind) {
    case FIELD_TEXT:
        return value_is(value, VALUE_STRING) ? value : value_string(arena, value_json(arena, value));
    case FIELD_NUMBER:
        if (value_is(value, VALUE_STRING)) {
            const struct value *parsed = value_parse(arena, value->string, value->count);

            return value_is(parsed, VALUE_NUMBER) ? parsed : NULL;
        }
        return value_is(value, VALUE_NUMBER) ? value : NULL;
    case FIELD_BOOLEAN:
        return value_bool(value_truthy(value) && !value_is_text(value, "false"));
    case FIELD_ARRAY:
        if (value_is(value, VALUE_STRING)) {
            const struct value *parsed = value_parse(arena, value->string, value->count);

            return value_is(parsed, VALUE_ARRAY) ? parsed : NULL;
        }
        return value_is(value, VALUE_ARRAY) ? value : NULL;
    case FIELD_ANY:
        break;
    }
    return value;
}

static const struct error *check_limits(struct arena *arena, const struct value *document, int version)
{
    double instances = value_get_number(document, "instances", INSTANCES_MIN);
    double expire = value_get_number(document, "expire", 0);

    if (version >= 3 && (instances < INSTANCES_MIN || instances > INSTANCES_MAX)) {
        return error_new(arena, "Error", "Minimum number of instances is %d and maximum %d", INSTANCES_MIN,
                         INSTANCES_MAX);
    }
    if (version >= 6 && expire > EXPIRE_MAX) {
        return error_new(arena, "Error", "Maximum expiration of application is %d blocks", EXPIRE_MAX);
    }
    return NULL;
}

/* The formatted document. */
static const struct error *format(struct arena *arena, const struct value *document, int version,
                                  const struct value **formatted)
{
    struct value_member members[FIELD_COUNT];
    size_t count = 0;

    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field *field = &fields[i];

        if (version < field->version_first || version > field->version_last) {
            continue;
        }
        const struct value *value = value_get(document, field->name);

        if (value == NULL || value->kind == VALUE_NULL) {
            if (field->required) {
                return error_new(arena, "Error", "Missing Flux App specification parameter %s", field->name);
            }
            continue;
        }
        value = coerce(arena, value, field->kind);
        if (value == NULL) {
            return error_new(arena, "Error", "Invalid Flux App specification parameter %s", field->name);
        }
        members[count++] = (struct value_member){field->name, value};
    }
    *formatted = value_object(arena, members, count);
    return check_limits(arena, *formatted, version);
}

const struct error *specification_formatter(struct task *task, const struct app_spec *spec, struct app_spec **formatted)
{
    struct arena *arena = task->arena;
    struct memo *memo = &task->node->memo;
    const struct value *document = app_spec_document(task, spec);

    if (spec->version < 1 || spec->version > VERSION_MAX) {
        return error_new(arena, "Error", "Missing Flux App specification parameter version");
    }
    uint64_t argument = hash_combine(document->hash, (uint64_t)spec->version);
    const struct value *result = memo_find(memo, MEMO_FORMATTED, argument);

    if (result == NULL) {
        TRY(format(arena, document, spec->version, &result));
        result = memo_keep(memo, task->node->memory, MEMO_FORMATTED, argument, result);
    }
    *formatted = app_spec_from(arena, result);
    return NULL;
}

const struct value *app_record(struct task *task, const struct app_spec *app)
{
    const struct value *record = value_copy(task->arena, app_spec_document(task, app));

    if (app->version >= 8 && app->enterprise != NULL) {
        record = value_with(task->arena, record, "compose", value_empty_array());
        record = value_with(task->arena, record, "contacts", value_empty_array());
    }
    return record;
}

const char *component_name(const struct component *component)
{
    return text_or_undefined(component->name);
}

const char *app_spec_identifier(struct arena *arena, const struct app_spec *spec, uint32_t index)
{
    return component_identifier(arena, spec->version, component_name(&spec->components[index]), spec->name);
}
