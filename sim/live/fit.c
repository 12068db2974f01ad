#include "sim/live/fit.h"

#include <string.h>

/* How a member is taken over, where not as the Engine answers it. */
enum rule {
    RULE_OWN,        /* each Engine has its own: the fake's */
    RULE_FIRST_WORD, /* "Up 3 seconds": how long is the Engine's own */
    RULE_MAP,        /* its keys are data: all are kept */
    RULE_SET,        /* its order means nothing */
};

static const struct {
    const char *key;
    enum rule rule;
} rules[] = {
    {"StartedAt", RULE_OWN},     /* real time */
    {"IPAddress", RULE_OWN},     /* the next free one; the fake's are by name. Fixed ones show in IPAMConfig */
    {"IPv4Address", RULE_OWN},   /* the same */
    {"RepoDigests", RULE_OWN},   /* images are made here, not pulled */
    {"Driver", RULE_OWN},        /* the machine's storage, */
    {"DriverStatus", RULE_OWN},  /* which the scenario says */
    {"Status", RULE_FIRST_WORD}, /* of a list; an inspect's is one word */
    {"Networks", RULE_MAP},      /* by name */
    {"Containers", RULE_MAP},    /* by id */
    {"ContainersDeleted", RULE_SET},
    {"NetworksDeleted", RULE_SET},
};

static bool has_rule(const char *key, enum rule rule)
{
    for (size_t i = 0; key != NULL && i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].rule == rule && strcmp(rules[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

static const struct value *fit(struct arena *arena, const char *key, const struct value *fake,
                               const struct value *real);

static const struct value *fit_map(struct arena *arena, const struct value *fake, const struct value *real)
{
    struct value_member *members = arena_alloc(arena, (real->count + 1) * sizeof *members);

    for (uint32_t i = 0; i < real->count; i++) {
        const struct value_member *member = &real->members[i];
        const struct value *like = value_get(fake, member->key);

        members[i] =
            (struct value_member){member->key, like == NULL ? member->value : fit(arena, NULL, like, member->value)};
    }
    const struct value *fitted = value_object(arena, members, real->count);

    return value_equal(fitted, fake) ? fake : fitted;
}

static const struct value *fit_object(struct arena *arena, const struct value *fake, const struct value *real)
{
    struct value_member *members = arena_alloc(arena, (fake->count + 1) * sizeof *members);

    for (uint32_t i = 0; i < fake->count; i++) {
        const struct value_member *member = &fake->members[i];

        members[i] =
            (struct value_member){member->key, fit(arena, member->key, member->value, value_get(real, member->key))};
    }
    return value_object(arena, members, fake->count);
}

static bool holds(const struct value *array, const struct value *item)
{
    for (uint32_t i = 0; i < value_count(array); i++) {
        if (value_equal(value_at(array, i), item)) {
            return true;
        }
    }
    return false;
}

static bool is_same_set(const struct value *left, const struct value *right)
{
    bool same = value_count(left) == value_count(right);

    for (uint32_t i = 0; same && i < value_count(left); i++) {
        same = holds(right, value_at(left, i));
    }
    return same;
}

static const struct value *fit_array(struct arena *arena, const struct value *fake, const struct value *real)
{
    const struct value **items = arena_alloc(arena, (real->count + 1) * sizeof *items);

    for (uint32_t i = 0; i < real->count; i++) {
        const struct value *like = value_at(fake, i < fake->count ? i : 0);

        items[i] = like == NULL ? value_at(real, i) : fit(arena, NULL, like, value_at(real, i));
    }
    return value_array(arena, items, real->count);
}

static const struct value *first_word(struct arena *arena, const struct value *text)
{
    return value_string_n(arena, value_text(text), strcspn(value_text(text), " "));
}

static const struct value *fit(struct arena *arena, const char *key, const struct value *fake, const struct value *real)
{
    if (has_rule(key, RULE_OWN)) {
        return fake;
    }
    if (value_is(fake, VALUE_ARRAY) && (real == NULL || value_is(real, VALUE_NULL))) {
        return value_empty_array(); /* as Go spells an empty one */
    }
    if (real == NULL) {
        return value_null();
    }
    if (real->kind != fake->kind) {
        return real;
    }
    if (fake->kind == VALUE_STRING && has_rule(key, RULE_FIRST_WORD)) {
        return first_word(arena, real);
    }
    if (fake->kind == VALUE_OBJECT) {
        return has_rule(key, RULE_MAP) ? fit_map(arena, fake, real) : fit_object(arena, fake, real);
    }
    if (fake->kind == VALUE_ARRAY) {
        return has_rule(key, RULE_SET) && is_same_set(fake, real) ? fake : fit_array(arena, fake, real);
    }
    return real;
}

/* Things in the order in which the fake has them, by a member that tells them apart. */
static const struct value *in_order_of(struct arena *arena, const char *key, const struct value *fake,
                                       const struct value *real)
{
    const struct value *ordered = value_empty_array();

    for (uint32_t i = 0; i < value_count(fake); i++) {
        const struct value *known = value_get(value_at(fake, i), key);

        for (uint32_t j = 0; j < value_count(real); j++) {
            const struct value *other = value_get(value_at(real, j), key);

            if (known != NULL && other != NULL && value_equal(known, other)) {
                ordered = value_append(arena, ordered, value_at(real, j));
            }
        }
    }
    return value_count(ordered) == value_count(real) ? ordered : real;
}

const struct value *live_fit(struct arena *arena, enum effect_id effect, const struct value *fake,
                             const struct value *real)
{
    static const struct {
        enum effect_id effect;
        const char *key;
    } unordered[] = {
        {EFFECT_DOCKER_NETWORKS_LIST, "Id"},     /* Go's maps have no order */
        {EFFECT_DOCKER_IMAGES_LIST, "RepoTags"}, /* by creation, in seconds */
    };

    if (value_is(fake, VALUE_NULL)) {
        return fake;
    }
    for (size_t i = 0; i < sizeof unordered / sizeof unordered[0]; i++) {
        if (effect == unordered[i].effect && value_is(real, VALUE_ARRAY)) {
            real = in_order_of(arena, unordered[i].key, fake, real);
        }
    }
    return fit(arena, NULL, fake, real);
}

/* ---- differences
 * -------------------------------------------------------------------------------------------------------------------
 */

static const char *text_of(struct arena *arena, const struct value *value)
{
    return value == NULL ? "nothing" : value_json(arena, value);
}

static const char *difference_at(struct arena *arena, const char *path, const struct value *fake,
                                 const struct value *real)
{
    const bool arrays = value_is(fake, VALUE_ARRAY) && value_is(real, VALUE_ARRAY);
    const bool objects = value_is(fake, VALUE_OBJECT) && value_is(real, VALUE_OBJECT);

    if (fake != NULL && real != NULL && value_equal(fake, real)) {
        return NULL;
    }
    for (uint32_t i = 0; objects && i < fake->count; i++) {
        const char *key = fake->members[i].key;
        const char *below = path[0] == '\0' ? key : arena_printf(arena, "%s.%s", path, key);
        const char *found = difference_at(arena, below, fake->members[i].value, value_get(real, key));

        if (found != NULL) {
            return found;
        }
    }
    for (uint32_t i = 0; arrays && fake->count == real->count && i < fake->count; i++) {
        const char *found =
            difference_at(arena, arena_printf(arena, "%s[%u]", path, i), value_at(fake, i), value_at(real, i));

        if (found != NULL) {
            return found;
        }
    }
    return arena_printf(arena, "%s%sthe fake answers %.200s, the Engine %.200s", path, path[0] == '\0' ? "" : ": ",
                        text_of(arena, fake), text_of(arena, real));
}

const char *live_difference(struct arena *arena, const struct value *fake, const struct value *fitted)
{
    return difference_at(arena, "", fake, fitted);
}
