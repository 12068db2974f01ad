#include "sim/search/tree_edit.h"

#include <string.h>

static const struct value *child_at(const struct value *parent, uint32_t index)
{
    return value_is(parent, VALUE_OBJECT) ? parent->members[index].value : value_at(parent, index);
}

static bool is_parent(const struct value *value)
{
    return value_is(value, VALUE_OBJECT) || value_is(value, VALUE_ARRAY);
}

/* A copy of `parent` with child `index` replaced, or left out when `child` is NULL. */
static const struct value *with_child(struct arena *arena, const struct value *parent, uint32_t index,
                                      const struct value *child)
{
    if (value_is(parent, VALUE_OBJECT)) {
        const char *key = parent->members[index].key;

        return child == NULL ? value_without(arena, parent, key) : value_with(arena, parent, key, child);
    }
    const struct value **items = arena_alloc(arena, (parent->count + 1) * sizeof(const struct value *));
    uint32_t count = 0;

    for (uint32_t i = 0; i < parent->count; i++) {
        if (i != index || child != NULL) {
            items[count++] = i == index ? child : parent->items[i];
        }
    }
    return value_array(arena, items, count);
}

/* The parent without the piece number *number of those `depth` levels below it; NULL, with *number less as many as
 * there are, when it has fewer. */
static const struct value *without_at_depth(struct arena *arena, const struct value *parent, unsigned depth,
                                            uint32_t *number, bool *deeper)
{
    uint32_t count = is_parent(parent) ? parent->count : 0;

    if (depth == 0) {
        if (*number < count) {
            return with_child(arena, parent, *number, NULL);
        }
        *number -= count;
        *deeper = *deeper || count > 0;
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct value *child = without_at_depth(arena, child_at(parent, i), depth - 1, number, deeper);

        if (child != NULL) {
            return with_child(arena, parent, i, child);
        }
    }
    return NULL;
}

const struct value *tree_without(struct arena *arena, const struct value *tree, const char *const *roots,
                                 size_t root_count, uint32_t number)
{
    for (size_t i = 0; i < root_count; i++) {
        if (value_get(tree, roots[i]) != NULL) {
            if (number == 0) {
                return value_without(arena, tree, roots[i]);
            }
            number--;
        }
    }
    bool deeper = true;

    for (unsigned depth = 0; deeper; depth++) {
        deeper = false;
        for (size_t i = 0; i < root_count; i++) {
            const struct value *child = value_get(tree, roots[i]);
            const struct value *less = child == NULL ? NULL : without_at_depth(arena, child, depth, &number, &deeper);

            if (less != NULL) {
                return value_with(arena, tree, roots[i], less);
            }
        }
    }
    return NULL;
}
