#include "fakes/tests/conformance/difference.h"

#include "fakes/tests/conformance/pretty.h"

#include <stdbool.h>
#include <string.h>

enum { SHOWN_BYTES_MAX = 400 };

static const char *shown(struct arena *arena, const cJSON *json)
{
    const char *text = json == NULL ? "nothing" : flat_text(arena, json);

    return strlen(text) <= SHOWN_BYTES_MAX ? text : arena_printf(arena, "%.*s…", SHOWN_BYTES_MAX, text);
}

static const char *differs_at(struct arena *arena, const char *path, const cJSON *expected, const cJSON *got);

static const char *differs_in_object(struct arena *arena, const char *path, const cJSON *expected, const cJSON *got)
{
    const cJSON *item = NULL;

    cJSON_ArrayForEach (item, expected) {
        const char *found = differs_at(arena, arena_printf(arena, "%s.%s", path, item->string), item,
                                       cJSON_GetObjectItemCaseSensitive(got, item->string));

        if (found != NULL) {
            return found;
        }
    }
    cJSON_ArrayForEach (item, got) {
        if (cJSON_GetObjectItemCaseSensitive(expected, item->string) == NULL) {
            return differs_at(arena, arena_printf(arena, "%s.%s", path, item->string), NULL, item);
        }
    }
    return NULL;
}

static const char *differs_in_array(struct arena *arena, const char *path, const cJSON *expected, const cJSON *got)
{
    int index = 0;

    for (expected = expected->child, got = got->child; expected != NULL || got != NULL; index++) {
        const char *found = differs_at(arena, arena_printf(arena, "%s[%d]", path, index), expected, got);

        if (found != NULL) {
            return found;
        }
        expected = expected->next;
        got = got->next;
    }
    return NULL;
}

static const char *differs_at(struct arena *arena, const char *path, const cJSON *expected, const cJSON *got)
{
    if (cJSON_IsObject(expected) && cJSON_IsObject(got)) {
        return differs_in_object(arena, path, expected, got);
    }
    if (cJSON_IsArray(expected) && cJSON_IsArray(got)) {
        return differs_in_array(arena, path, expected, got);
    }
    if (expected != NULL && got != NULL && cJSON_Compare(expected, got, true)) {
        return NULL;
    }
    return arena_printf(arena, "%s: expected %s, got %s", path[0] == '.' ? path + 1 : path, shown(arena, expected),
                        shown(arena, got));
}

const char *first_difference(struct arena *arena, const cJSON *expected, const cJSON *got)
{
    return differs_at(arena, "", expected, got);
}
