#include "fakes/docker/body_types.h"

#include <stddef.h>

enum shape {
    SHAPE_NONE,
#define BODY(effect, shape)
#define STRUCT(shape, name, type) SHAPE_##shape,
#define FIELD(shape, name, kind, of, type)
#include "fakes/docker/body_types.def"
};

enum kind { KIND_TEXT, KIND_BOOL, KIND_NUMBER, KIND_TEXTS, KIND_MAP, KIND_STRUCT, KIND_STRUCTS };

static const struct {
    enum effect_id effect;
    enum shape shape;
} bodies[] = {
#define BODY(effect, shape) {EFFECT_##effect, SHAPE_##shape},
#define STRUCT(shape, name, type)
#define FIELD(shape, name, kind, of, type)
#include "fakes/docker/body_types.def"
};

static const struct {
    const char *name, *type;
} structs[] = {
#define BODY(effect, shape)
#define STRUCT(shape, name, type) [SHAPE_##shape] = {name, type},
#define FIELD(shape, name, kind, of, type)
#include "fakes/docker/body_types.def"
};

static const struct field {
    enum shape shape;
    const char *name;
    enum kind kind;
    enum shape of;
    const char *type;
} fields[] = {
#define BODY(effect, shape)
#define STRUCT(shape, name, type)
#define FIELD(shape, name, kind, of, type) {SHAPE_##shape, name, KIND_##kind, SHAPE_##of, type},
#include "fakes/docker/body_types.def"
};

static const char *kind_name(const struct value *value)
{
    static const char *const names[] = {"null", "bool", "number", "string", "string", "array", "object"};

    return names[value->kind];
}

static const char *misfit(struct arena *arena, enum shape shape, const char *path, const struct value *value,
                          const char *type)
{
    return arena_printf(arena, "json: cannot unmarshal %s into Go struct field %s.%s of type %s", kind_name(value),
                        structs[shape].name, path, type);
}

/* What the JSON kind of a field's value must be. */
static const enum value_kind wanted[] = {
    [KIND_TEXT] = VALUE_STRING, [KIND_BOOL] = VALUE_BOOL,     [KIND_NUMBER] = VALUE_NUMBER, [KIND_TEXTS] = VALUE_ARRAY,
    [KIND_MAP] = VALUE_OBJECT,  [KIND_STRUCT] = VALUE_OBJECT, [KIND_STRUCTS] = VALUE_ARRAY,
};

static const char *struct_misfit(struct arena *arena, enum shape shape, const char *path, const struct value *object);

/* Of the texts or structs in a field's value. */
static const char *inner_misfit(struct arena *arena, const struct field *field, const char *path,
                                const struct value *value)
{
    const char *wrong = NULL;

    if (field->kind == KIND_STRUCT) {
        return struct_misfit(arena, field->of, path, value); // NOLINT(misc-no-recursion): as deep as the table
    }
    for (uint32_t i = 0; wrong == NULL && i < value_count(value); i++) {
        const struct value *item = field->kind == KIND_MAP ? value->members[i].value : value_at(value, i);

        if (value_is(item, VALUE_NULL)) {
            continue;
        }
        if (field->kind == KIND_STRUCTS) {
            wrong = !value_is(item, VALUE_OBJECT)
                        ? misfit(arena, field->shape, path, item, structs[field->of].type)
                        : struct_misfit(arena, field->of, path, item); // NOLINT(misc-no-recursion): the same
        } else if (!value_is(item, VALUE_STRING)) {
            wrong = misfit(arena, field->shape, path, item, "string");
        }
    }
    return wrong;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the table
static const char *struct_misfit(struct arena *arena, enum shape shape, const char *path, const struct value *object)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct field *field = &fields[i];
        const struct value *value = field->shape == shape ? value_get(object, field->name) : NULL;

        if (value == NULL || value_is(value, VALUE_NULL)) {
            continue;
        }
        const char *inner = arena_printf(arena, "%s%s%s", path, path[0] == '\0' ? "" : ".", field->name);
        const char *wrong = NULL;

        if (!value_is(value, wanted[field->kind])) {
            wrong = misfit(arena, shape, inner, value, field->type);
        } else if (field->kind >= KIND_TEXTS) {
            wrong = inner_misfit(arena, field, inner, value);
        }
        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}

const char *docker_body_misfit(struct arena *arena, enum effect_id effect, const struct value *body)
{
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        if (bodies[i].effect != effect || value_is(body, VALUE_NULL)) {
            continue;
        }
        if (!value_is(body, VALUE_OBJECT)) {
            return arena_printf(arena, "json: cannot unmarshal %s into Go value of type %s", kind_name(body),
                                structs[bodies[i].shape].type);
        }
        return struct_misfit(arena, bodies[i].shape, "", body);
    }
    return NULL;
}
