#include "sim/scenario/pretty_json.h"

#include <string.h>

enum { LINE_MAX_BYTES = 116, INDENT = 2 };

/* What stands before the item: in an object its key. */
static const char *key_text(struct arena *arena, const struct value *value, uint32_t index)
{
    return value_is(value, VALUE_OBJECT)
               ? arena_printf(arena, "%s: ", value_json(arena, value_string(arena, value->members[index].key)))
               : "";
}

/* On one line, with a space after each comma and colon. */
static const char *flat_json(struct arena *arena, const struct value *value)
{
    bool is_object = value_is(value, VALUE_OBJECT);
    const char *text = is_object ? "{" : "[";

    if ((!is_object && !value_is(value, VALUE_ARRAY)) || value->count == 0) {
        return value_json(arena, value);
    }
    for (uint32_t i = 0; i < value->count; i++) {
        text = arena_printf(arena, "%s%s%s%s", text, i == 0 ? "" : ", ", key_text(arena, value, i),
                            flat_json(arena, is_object ? value->members[i].value : value->items[i]));
    }
    return arena_printf(arena, "%s%s", text, is_object ? "}" : "]");
}

static const char *pretty(struct arena *arena, const struct value *value, int depth, size_t used)
{
    const char *flat = flat_json(arena, value);
    bool is_object = value_is(value, VALUE_OBJECT);

    if ((!is_object && !value_is(value, VALUE_ARRAY)) || value->count == 0 ||
        (depth > 0 && strlen(flat) + used <= LINE_MAX_BYTES)) {
        return flat;
    }
    int indent = (depth + 1) * INDENT;
    const char *text = is_object ? "{" : "[";

    for (uint32_t i = 0; i < value->count; i++) {
        const char *key = key_text(arena, value, i);
        const struct value *item = is_object ? value->members[i].value : value->items[i];
        const char *inside = pretty(arena, item, depth + 1, (size_t)indent + strlen(key));

        text = arena_printf(arena, "%s%s\n%*s%s%s", text, i == 0 ? "" : ",", indent, "", key, inside);
    }
    return arena_printf(arena, "%s\n%*s%s", text, depth * INDENT, "", is_object ? "}" : "]");
}

const char *pretty_json(struct arena *arena, const struct value *value)
{
    return pretty(arena, value, 0, 0);
}
