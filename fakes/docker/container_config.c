#include "fakes/docker/container_config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum kind {
    KIND_TEXT,
    KIND_BOOL,
    KIND_INT,
    KIND_TEXTS,
    KIND_COMMAND,
    KIND_MAP,
    KIND_SET,
    KIND_STRUCT,
    KIND_STRUCTS,
    KIND_PORTS,
    KIND_ANY
};

struct member {
    enum config_shape shape;
    const char *name;
    enum kind kind;
    enum config_shape of;
    const char *type;
    const char *fallback;
};

static const struct member members[MEMBER_COUNT] = {
#define MEMBER(shape, name, kind, of, type, fallback) {SHAPE_##shape, #name, KIND_##kind, SHAPE_##of, type, fallback},
#include "fakes/docker/container_members.def"
};

/* What is read, for errors. */
struct reading {
    const struct config_fallbacks *fallbacks;
    struct arena *arena;
    const char *owner;
    struct config_error *error;
};

void config_fallbacks_init(struct config_fallbacks *fallbacks, struct arena *memory)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        const char *text = members[i].fallback;

        fallbacks->all[i] = text == NULL ? NULL : value_parse(memory, text, strlen(text));
        assert((text == NULL) == (fallbacks->all[i] == NULL));
    }
}

const struct value *config_given(const struct value *object, const char *name)
{
    const struct value *exact = value_get(object, name);

    for (uint32_t i = 0; exact == NULL && value_is(object, VALUE_OBJECT) && i < object->count; i++) {
        if (strcasecmp(object->members[i].key, name) == 0) {
            return object->members[i].value;
        }
    }
    return exact;
}

bool config_mentions(enum config_shape shape, const struct value *body)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        if (members[i].shape == shape && config_given(body, members[i].name) != NULL) {
            return true;
        }
    }
    return false;
}

/* ---- reading
 * -------------------------------------------------------------------------------------------------------------------
 */

static const char *json_kind(struct arena *arena, const struct value *value, bool whole)
{
    static const char *const names[] = {"null", "bool", "number", "string", "string", "array", "object"};

    if (whole && value->kind == VALUE_NUMBER && value->number != trunc(value->number)) {
        return arena_printf(arena, "number %s", value_json(arena, value));
    }
    return names[value->kind];
}

/* Says that a value is none of this Go type; the first such error counts. */
static const struct value *refuse(const struct reading *reading, const char *name, const struct value *value,
                                  const char *type)
{
    bool whole = strstr(type, "int") != NULL || strstr(type, "Duration") != NULL;

    if (reading->error->text == NULL) {
        reading->error->text =
            arena_printf(reading->arena, "json: cannot unmarshal %s into Go struct field %s.%s of type %s",
                         json_kind(reading->arena, value, whole), reading->owner, name, type);
    }
    return NULL;
}

static const struct value *read_texts(const struct reading *reading, const struct member *member,
                                      const struct value *value)
{
    if (!value_is(value, VALUE_ARRAY)) {
        return refuse(reading, member->name, value, member->type);
    }
    for (uint32_t i = 0; i < value->count; i++) {
        if (value_text(value_at(value, i)) == NULL) {
            return refuse(reading, member->name, value_at(value, i), "string");
        }
    }
    return value;
}

static int by_key(const void *left, const void *right)
{
    return strcmp(((const struct value_member *)left)->key, ((const struct value_member *)right)->key);
}

/* Go writes maps sorted by their keys. */
const struct value *config_sorted(struct arena *arena, const struct value *object)
{
    bool in_order = true;

    for (uint32_t i = 1; i < object->count; i++) {
        in_order = in_order && strcmp(object->members[i - 1].key, object->members[i].key) < 0;
    }
    if (in_order) {
        return object;
    }
    struct value_member *copy = arena_alloc(arena, object->count * sizeof *copy);

    memcpy(copy, object->members, object->count * sizeof *copy);
    qsort(copy, object->count, sizeof *copy, by_key);
    return value_object(arena, copy, object->count);
}

static const struct value *read_map(const struct reading *reading, const struct member *member,
                                    const struct value *value)
{
    enum value_kind kind = member->kind == KIND_MAP ? VALUE_STRING : VALUE_OBJECT;

    if (!value_is(value, VALUE_OBJECT)) {
        return refuse(reading, member->name, value, member->type);
    }
    for (uint32_t i = 0; i < value->count; i++) {
        if (!value_is(value->members[i].value, kind)) {
            return refuse(reading, member->name, value->members[i].value,
                          member->kind == KIND_MAP ? "string" : "struct {}");
        }
    }
    return config_sorted(reading->arena, value);
}

static const struct value *read_struct(const struct reading *reading, const struct member *member,
                                       const struct value *value)
{
    const struct value *read;

    if (!value_is(value, VALUE_OBJECT)) {
        return refuse(reading, member->name, value, member->type);
    }
    read = config_read(reading->fallbacks, member->of, value, reading->owner, reading->arena, reading->error);
    return config_shown(reading->fallbacks, member->of, read, reading->arena);
}

static const struct value *read_structs(const struct reading *reading, const struct member *member,
                                        const struct value *value)
{
    const struct value *all = value_empty_array();

    if (value_is(value, VALUE_NULL)) {
        return value;
    }
    if (!value_is(value, VALUE_ARRAY)) {
        return refuse(reading, member->name, value, member->type);
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const struct value *one = read_struct(reading, member, value_at(value, i));

        if (one == NULL) {
            return NULL;
        }
        all = value_append(reading->arena, all, one);
    }
    return all;
}

static const struct value *read_ports(const struct reading *reading, const struct member *member,
                                      const struct value *value)
{
    const struct value *all = value_empty_object();

    if (!value_is(value, VALUE_OBJECT)) {
        return refuse(reading, member->name, value, member->type);
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const struct value *bindings = read_structs(reading, member, value->members[i].value);

        if (bindings == NULL) {
            return NULL;
        }
        all = value_with(reading->arena, all, value->members[i].key, bindings);
    }
    return config_sorted(reading->arena, all);
}

/* A member as it is kept; NULL when it does not fit. */
static const struct value *read_member(const struct reading *reading, const struct member *member,
                                       const struct value *value)
{
    switch (member->kind) {
    case KIND_TEXT:
        return value_is(value, VALUE_STRING) ? value : refuse(reading, member->name, value, member->type);
    case KIND_BOOL:
        return value_is(value, VALUE_BOOL) ? value : refuse(reading, member->name, value, member->type);
    case KIND_INT:
        return value_is(value, VALUE_NUMBER) && value->number == trunc(value->number)
                   ? value
                   : refuse(reading, member->name, value, member->type);
    case KIND_COMMAND:
        return value_is(value, VALUE_STRING) ? ARRAY(reading->arena, value) : read_texts(reading, member, value);
    case KIND_TEXTS:
        return read_texts(reading, member, value);
    case KIND_MAP:
    case KIND_SET:
        return read_map(reading, member, value);
    case KIND_STRUCT:
        return read_struct(reading, member, value);
    case KIND_STRUCTS:
        return read_structs(reading, member, value);
    case KIND_PORTS:
        return read_ports(reading, member, value);
    case KIND_ANY:
        break;
    }
    return value;
}

/* Whether a value is as good as none: what a member that is left out when it is empty has. */
static bool is_empty(const struct value *value)
{
    return !value_truthy(value) || (value->kind >= VALUE_ARRAY && value->count == 0);
}

/* Whether a member need not be kept. */
static bool is_fallback(const struct config_fallbacks *fallbacks, size_t index, const struct value *value)
{
    const struct value *fallback = fallbacks->all[index];

    if (value == NULL || value_is(value, VALUE_NULL)) {
        return value == NULL || value_is(fallback, VALUE_NULL) || fallback == NULL;
    }
    return fallback == NULL ? is_empty(value) && members[index].kind != KIND_BOOL : value_equal(fallback, value);
}

const struct value *config_read(const struct config_fallbacks *fallbacks, enum config_shape shape,
                                const struct value *given, const char *owner, struct arena *arena,
                                struct config_error *error)
{
    const struct reading reading = {fallbacks, arena, owner, error};
    struct value_member kept[MEMBER_COUNT];
    size_t count = 0;

    for (size_t i = 0; i < MEMBER_COUNT && error->text == NULL; i++) {
        const struct value *value = members[i].shape == shape ? config_given(given, members[i].name) : NULL;

        if (value == NULL || value_is(value, VALUE_NULL)) {
            continue;
        }
        value = read_member(&reading, &members[i], value);
        if (!is_fallback(fallbacks, i, value)) {
            kept[count++] = (struct value_member){members[i].name, value};
        }
    }
    return count == 0 ? value_empty_object() : value_object(arena, kept, count);
}

/* ---- showing
 * -------------------------------------------------------------------------------------------------------------------
 */

const struct value *config_shown(const struct config_fallbacks *fallbacks, enum config_shape shape,
                                 const struct value *kept, struct arena *arena)
{
    struct value_member shown[MEMBER_COUNT];
    size_t count = 0;

    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        const struct value *value = members[i].shape == shape ? value_get(kept, members[i].name) : NULL;

        if (members[i].shape == shape) {
            shown[count++] = (struct value_member){members[i].name, value == NULL ? fallbacks->all[i] : value};
        }
    }
    return value_object(arena, shown, count);
}

const struct value *config_member_of(const struct config_fallbacks *fallbacks, const struct value *config,
                                     const struct value *host_config, enum config_member member)
{
    const struct value *owner = members[member].shape == SHAPE_CONFIG ? config : host_config;
    const struct value *value = value_get(owner, members[member].name);

    return value == NULL ? fallbacks->all[member] : value;
}

const struct value *config_with(const struct config_fallbacks *fallbacks, enum config_shape shape,
                                const struct value *kept, const char *name, const struct value *value,
                                struct arena *arena)
{
    struct value_member now[MEMBER_COUNT];
    size_t count = 0;

    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        bool is_it = members[i].shape == shape && strcmp(members[i].name, name) == 0;
        const struct value *member = is_it                       ? value
                                     : members[i].shape == shape ? value_get(kept, members[i].name)
                                                                 : NULL;

        if (member != NULL && !(is_it && is_fallback(fallbacks, i, member))) {
            now[count++] = (struct value_member){members[i].name, member};
        }
    }
    return value_object(arena, now, count);
}
