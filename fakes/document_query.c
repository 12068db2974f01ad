#include "fakes/document_query.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

/* A member by dotted path: "appSpecifications.name". */
static const struct value *get_path(const struct value *document, const char *path)
{
    const char *dot = strchr(path, '.');

    if (dot == NULL) {
        return value_get(document, path);
    }
    for (uint32_t i = 0; value_is(document, VALUE_OBJECT) && i < document->count; i++) {
        const char *key = document->members[i].key;

        if (strlen(key) == (size_t)(dot - path) && strncmp(key, path, (size_t)(dot - path)) == 0) {
            return get_path(document->members[i].value, dot + 1);
        }
    }
    return NULL;
}

/* FluxOS's only patterns are `^<name>$` with option i (12.2). */
static bool matches_regex(const struct value *value, const struct value *condition)
{
    const char *pattern = value_get_text(condition, "$regex");
    size_t length = strlen(pattern);

    assert(length >= 2 && pattern[0] == '^' && pattern[length - 1] == '$');
    return value_is(value, VALUE_STRING) && value->count == length - 2 &&
           strncasecmp(value->string, pattern + 1, length - 2) == 0;
}

bool document_matches(const struct value *document, const struct value *filter)
{
    for (uint32_t i = 0; value_is(filter, VALUE_OBJECT) && i < filter->count; i++) {
        const struct value *wanted = filter->members[i].value;
        const struct value *value = get_path(document, filter->members[i].key);

        if (value == NULL && value_is(wanted, VALUE_NULL)) {
            continue; /* null finds what is not there, too */
        }
        if (value_get_text(wanted, "$regex") != NULL) {
            if (!matches_regex(value, wanted)) {
                return false;
            }
        } else if (!value_equal(value, wanted)) {
            return false;
        }
    }
    return true;
}

const struct value *document_project(const struct value *document, const struct value *projection, struct arena *arena)
{
    const struct value *projected = document;
    bool inclusion = false;

    for (uint32_t i = 0; value_is(projection, VALUE_OBJECT) && i < projection->count; i++) {
        inclusion =
            inclusion || (strcmp(projection->members[i].key, "_id") != 0 && value_truthy(projection->members[i].value));
    }
    if (inclusion) {
        struct value_member *members = arena_alloc(arena, (document->count + 1) * sizeof *members);
        size_t count = 0;

        for (uint32_t i = 0; i < document->count; i++) {
            const struct value *wanted = value_get(projection, document->members[i].key);

            if (value_truthy(wanted) || (wanted == NULL && strcmp(document->members[i].key, "_id") == 0)) {
                members[count++] = document->members[i];
            }
        }
        projected = value_object(arena, members, count);
    }
    const struct value *id = value_get(projection, "_id");

    return id != NULL && !value_truthy(id) ? value_without(arena, projected, "_id") : projected;
}

const struct value *document_with_set(struct arena *arena, const struct value *document, const struct value *set)
{
    for (uint32_t i = 0; value_is(set, VALUE_OBJECT) && i < set->count; i++) {
        if (!value_equal(value_get(document, set->members[i].key), set->members[i].value)) {
            document = value_with(arena, document, set->members[i].key, set->members[i].value);
        }
    }
    return document;
}

const struct value *document_from_query(struct arena *arena, const struct value *query)
{
    const struct value *document = value_empty_object();

    for (uint32_t i = 0; value_is(query, VALUE_OBJECT) && i < query->count; i++) {
        if (!value_is(query->members[i].value, VALUE_OBJECT)) {
            document = value_with(arena, document, query->members[i].key, query->members[i].value);
        }
    }
    return document;
}
