#include "fakes/tests/conformance/pretty.h"

#include <stdbool.h>
#include <string.h>

enum { LINE_MAX_BYTES = 116, INDENT = 2 };

static bool is_tree(const cJSON *json)
{
    return (cJSON_IsArray(json) || cJSON_IsObject(json)) && json->child != NULL;
}

/* A key or a string as JSON writes it. */
static const char *quoted(struct arena *arena, const char *text)
{
    cJSON *json = cJSON_CreateString(text);
    char *printed = cJSON_PrintUnformatted(json);
    const char *copy = arena_string(arena, printed);

    cJSON_free(printed);
    cJSON_Delete(json);
    return copy;
}

static const char *leaf_text(struct arena *arena, const cJSON *json)
{
    char *printed = cJSON_PrintUnformatted(json);
    const char *copy = arena_string(arena, printed);

    cJSON_free(printed);
    return copy;
}

const char *flat_text(struct arena *arena, const cJSON *json)
{
    bool object = cJSON_IsObject(json);
    const char *text = object ? "{" : "[";

    if (!is_tree(json)) {
        return leaf_text(arena, json);
    }
    for (const cJSON *item = json->child; item != NULL; item = item->next) {
        text = arena_printf(arena, "%s%s%s%s%s", text, item == json->child ? "" : ", ",
                            object ? quoted(arena, item->string) : "", object ? ": " : "", flat_text(arena, item));
    }
    return arena_printf(arena, "%s%s", text, object ? "}" : "]");
}

static const char *pretty(struct arena *arena, const cJSON *json, int depth, size_t used)
{
    const char *flat = flat_text(arena, json);
    bool object = cJSON_IsObject(json);
    int indent = (depth + 1) * INDENT;

    if (!is_tree(json) || (depth > 0 && strlen(flat) + used <= LINE_MAX_BYTES)) {
        return flat;
    }
    const char *text = object ? "{" : "[";

    for (const cJSON *item = json->child; item != NULL; item = item->next) {
        const char *key = object ? arena_printf(arena, "%s: ", quoted(arena, item->string)) : "";

        text = arena_printf(arena, "%s%s\n%*s%s%s", text, item == json->child ? "" : ",", indent, "", key,
                            pretty(arena, item, depth + 1, (size_t)indent + strlen(key)));
    }
    return arena_printf(arena, "%s\n%*s%s", text, depth * INDENT, "", object ? "}" : "]");
}

const char *pretty_text(struct arena *arena, const cJSON *json)
{
    return pretty(arena, json, 0, 0);
}
