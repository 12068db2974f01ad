#include "sim/live/ids.h"

#include "fakes/world.h"

#include <string.h>

enum { ID_LENGTH = 64, SHORT_LENGTH = 12 };

void live_ids_add(struct live_ids *ids, const char *fake, const char *real)
{
    struct live_pair *pair = table_add(ids->arena, (void **)&ids->pairs, &ids->count, &ids->size, sizeof ids->pairs[0]);

    *pair = (struct live_pair){arena_string(ids->arena, fake), arena_string(ids->arena, real)};
}

/* The other side's id; NULL: unknown. */
static const char *find(const struct live_ids *ids, const char *id, size_t length, bool to_real)
{
    for (uint32_t i = ids->count; i > 0; i--) {
        const struct live_pair *pair = &ids->pairs[i - 1];

        if (strncmp(to_real ? pair->fake : pair->real, id, length) == 0) {
            return to_real ? pair->real : pair->fake;
        }
    }
    return NULL;
}

const char *live_ids_text(const struct live_ids *ids, struct arena *arena, const char *text, bool to_real)
{
    char *changed = NULL;

    for (size_t at = 0; text[at] != '\0';) {
        size_t length = strspn(text + at, "0123456789abcdef");
        const char *other =
            length == ID_LENGTH || length == SHORT_LENGTH ? find(ids, text + at, length, to_real) : NULL;

        if (other != NULL && strlen(other) >= length) {
            changed = changed == NULL ? arena_string(arena, text) : changed;
            memcpy(changed + at, other, length);
        }
        at += length > 0 ? length : 1;
    }
    return changed == NULL ? text : changed;
}

static const struct value *translate_array(const struct live_ids *ids, struct arena *arena, const struct value *value,
                                           bool to_real)
{
    const struct value **items = arena_alloc(arena, (value->count + 1) * sizeof *items);

    for (uint32_t i = 0; i < value->count; i++) {
        items[i] = live_ids_value(ids, arena, value_at(value, i), to_real);
    }
    return value_array(arena, items, value->count);
}

static const struct value *translate_object(const struct live_ids *ids, struct arena *arena, const struct value *value,
                                            bool to_real)
{
    struct value_member *members = arena_alloc(arena, (value->count + 1) * sizeof *members);

    for (uint32_t i = 0; i < value->count; i++) {
        members[i] = (struct value_member){live_ids_text(ids, arena, value->members[i].key, to_real),
                                           live_ids_value(ids, arena, value->members[i].value, to_real)};
    }
    return value_object(arena, members, value->count);
}

const struct value *live_ids_value(const struct live_ids *ids, struct arena *arena, const struct value *value,
                                   bool to_real)
{
    if (value_is(value, VALUE_STRING)) {
        const char *text = live_ids_text(ids, arena, value_text(value), to_real);

        return text == value_text(value) ? value : value_string(arena, text);
    }
    if (value_is(value, VALUE_ARRAY)) {
        return translate_array(ids, arena, value, to_real);
    }
    return value_is(value, VALUE_OBJECT) ? translate_object(ids, arena, value, to_real) : value;
}
