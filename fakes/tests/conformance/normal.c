#include "fakes/tests/conformance/normal.h"

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a part of a string becomes. */
struct text_rule {
    const char *member; /* only in the member by this name, and what is in it; NULL: everywhere */
    const char *pattern;
    const char *becomes;
    regex_t compiled;
    bool ready;
};

static struct text_rule text_rules[] = {
    {NULL, "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}([.][0-9]+)?(Z|[+-][0-9:]{5})", "<time>", {0}, false},
    {NULL, "02:42:(ac|c0)(:[0-9a-f]{2}){3}", "<address>", {0}, false},
    {NULL, "(172[.](1[6-9]|2[0-9]|3[01])|192[.]168)[.][0-9]+[.][0-9]+(/[0-9]+)?", "<address>", {0}, false},
    {NULL, "(Get|Head) .?\"https?://[a-z].*", "<network>", {0}, false},
    {NULL,
     "0.01 to [0-9.]+, as there are only [0-9]+ CPUs",
     "0.01 to <number>, as there are only <number> CPUs",
     {0},
     false},
    {NULL, "Date: [A-Za-z0-9,: ]+ GMT", "Date: <time>", {0}, false},
    {NULL, "docker-import-[0-9]+", "docker-import-<number>", {0}, false},
    {NULL, "available: [0-9,-]+$", "available: <number>", {0}, false},
    {"Status", "([Ll]ess than a second|[0-9]+ seconds?|[Aa]bout a minute|[0-9]+ minutes?)", "<ago>", {0}, false},
    {"progress", " +[0-9.]+[kMG]?B/[0-9.]+[kMG]?B", " <number>/<number>", {0}, false},
    {"Processes", "^[0-9]+$", "<number>", {0}, false},
    {"Processes", "^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$", "<time>", {0}, false},
    {"SandboxKey", "^/.*", "<path>", {0}, false},
    {"Driver", "^(overlay2|vfs)$", "<storage>", {0}, false},
    {"uid", "^[0-9]+$", "<number>", {0}, false},
};

/* What the whole of a member becomes. */
enum becomes { TIME, NUMBER, HOST };

static const struct member_rule {
    const char *member;
    enum becomes becomes;
} member_rules[] = {
    {"Created", TIME},      {"time", TIME},         {"timeNano", TIME},         {"Pid", NUMBER},
    {"SizeRootFs", NUMBER}, {"SizeRw", NUMBER},     {"Size", NUMBER},           {"VirtualSize", NUMBER},
    {"LayersSize", NUMBER}, {"SharedSize", NUMBER}, {"SpaceReclaimed", NUMBER}, {"GraphDriver", HOST},
};

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_word(char c)
{
    return is_hex(c) || (c >= 'g' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The ids in a text, with or without their algorithm. */
static const char *normal_ids(struct variables *variables, const char *text)
{
    static const char algorithm[] = "sha256:";
    struct arena *arena = variables->arena;
    const char *start = text, *done = "", *last = text;

    while (*start != '\0') {
        size_t length = 0;

        while (is_hex(start[length])) {
            length++;
        }
        bool alone = (start == text || !is_word(start[-1])) && !is_word(start[length]);

        if (alone && (length == LONG_ID || length == SHORT_ID)) {
            const char *name = variables_name_of(variables, start, length);
            const char *value = name == NULL ? NULL : variables_find(variables, name);
            size_t prefix = strlen(algorithm);
            /* The variable has the algorithm in it: so its name stands for both. */
            bool both = value != NULL && length == LONG_ID && strncmp(value, algorithm, prefix) == 0 &&
                        (size_t)(start - last) >= prefix && strncmp(start - prefix, algorithm, prefix) == 0;
            const char *id = length == LONG_ID ? "<id>" : "<short>";

            id = name == NULL ? id : arena_printf(arena, length == LONG_ID ? "{%s}" : "{%s.12}", name);
            done = arena_printf(arena, "%s%.*s%s", done, (int)(start - last - (both ? (long)prefix : 0)), last, id);
            last = start + length;
        }
        start += length > 0 ? length : 1;
    }
    return arena_printf(arena, "%s%s", done, last);
}

/* The text with every occurrence of a word replaced. */
static const char *normal_word(struct arena *arena, const char *text, const char *word, const char *becomes)
{
    const char *done = "", *found = NULL;

    if (word == NULL || word[0] == '\0') {
        return text;
    }
    while ((found = strstr(text, word)) != NULL) {
        done = arena_printf(arena, "%s%.*s%s", done, (int)(found - text), text, becomes);
        text = found + strlen(word);
    }
    return arena_printf(arena, "%s%s", done, text);
}

static const char *apply_rule(struct arena *arena, struct text_rule *rule, const char *text)
{
    const char *done = "";
    regmatch_t at;
    int flags = 0;

    if (!rule->ready && regcomp(&rule->compiled, rule->pattern, REG_EXTENDED) != 0) {
        abort();
    }
    rule->ready = true;
    while (*text != '\0' && regexec(&rule->compiled, text, 1, &at, flags) == 0 && at.rm_eo > at.rm_so) {
        done = arena_printf(arena, "%s%.*s%s", done, (int)at.rm_so, text, rule->becomes);
        text += at.rm_eo;
        flags = REG_NOTBOL;
    }
    return *done == '\0' ? text : arena_printf(arena, "%s%s", done, text);
}

/* `member` is the name of the innermost object member that the text is in; NULL: none. */
static const char *normal_string(struct variables *variables, const char *text, const char *member)
{
    if (strcmp(text, "0001-01-01T00:00:00Z") == 0) {
        return text;
    }
    text = normal_word(variables->arena, text, variables->root, "<root>");
    text = normal_word(variables->arena, text, variables->version, "<version>");
    for (size_t i = 0; i < sizeof text_rules / sizeof text_rules[0]; i++) {
        struct text_rule *rule = &text_rules[i];

        if (rule->member == NULL || (member != NULL && strcmp(rule->member, member) == 0)) {
            text = apply_rule(variables->arena, rule, text);
        }
    }
    return normal_ids(variables, text);
}

const char *normal_text(struct variables *variables, const char *text)
{
    return normal_string(variables, text, NULL);
}

/* The placeholder of a whole member; NULL: it has none. */
static const char *placeholder(const cJSON *json, const char *member, bool shape)
{
    for (size_t i = 0; member != NULL && i < sizeof member_rules / sizeof member_rules[0]; i++) {
        if (strcmp(member_rules[i].member, member) != 0) {
            continue;
        }
        switch (member_rules[i].becomes) {
        case TIME:
            return cJSON_IsNumber(json) && json->valuedouble > 0 ? "<time>" : NULL;
        case NUMBER:
            return cJSON_IsNumber(json) && json->valuedouble > 0 ? "<number>" : NULL;
        case HOST:
            return "<host>";
        }
    }
    return shape && cJSON_IsNumber(json) ? "<number>" : NULL;
}

static cJSON *normal_value(struct variables *variables, cJSON *json, const char *member, bool shape)
{
    const char *whole = placeholder(json, member, shape);
    cJSON *next = NULL;

    if (whole != NULL) {
        cJSON_Delete(json);
        return cJSON_CreateString(whole);
    }
    if (cJSON_IsString(json)) {
        cJSON *made = cJSON_CreateString(normal_string(variables, json->valuestring, member));

        cJSON_Delete(json);
        return made;
    }
    if (!cJSON_IsArray(json) && !cJSON_IsObject(json)) {
        return json;
    }
    cJSON *made = cJSON_IsArray(json) ? cJSON_CreateArray() : cJSON_CreateObject();

    for (cJSON *item = json->child; item != NULL; item = next) {
        char *key = item->string == NULL ? NULL : strdup(item->string);

        next = item->next;
        item = normal_value(variables, cJSON_DetachItemViaPointer(json, item), key == NULL ? member : key, shape);
        if (key == NULL) {
            cJSON_AddItemToArray(made, item);
        } else {
            cJSON_AddItemToObject(made, normal_string(variables, key, NULL), item);
        }
        free(key);
    }
    cJSON_Delete(json);
    return made;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

cJSON *normal_sorted(cJSON *array)
{
    size_t count = (size_t)cJSON_GetArraySize(array), i = 0;
    char **texts = calloc(count + 1, sizeof *texts);
    cJSON *made = cJSON_CreateArray(), *item = NULL;

    if (texts == NULL) {
        abort();
    }
    cJSON_ArrayForEach (item, array) {
        texts[i++] = cJSON_PrintUnformatted(item);
    }
    qsort(texts, count, sizeof *texts, by_text);
    for (i = 0; i < count; i++) {
        cJSON_AddItemToArray(made, cJSON_Parse(texts[i]));
        free(texts[i]);
    }
    free(texts);
    cJSON_Delete(array);
    return made;
}

/* Sorts the arrays at a path (dotted; "." is the root; arrays on the way are gone through). */
static cJSON *sort_at(cJSON *json, const char *path)
{
    size_t length = strcspn(path, ".");

    if (strcmp(path, ".") == 0 || (path[0] == '\0' && cJSON_IsArray(json))) {
        return cJSON_IsArray(json) ? normal_sorted(json) : json;
    }
    for (cJSON *item = json->child, *next = NULL; item != NULL; item = next) {
        bool array = cJSON_IsArray(json);

        next = item->next;
        if (array || (strncmp(item->string, path, length) == 0 && item->string[length] == '\0')) {
            char *key = array ? NULL : strdup(item->string);
            cJSON *copy = sort_at(cJSON_Duplicate(item, true), array ? path : path + length + (path[length] == '.'));

            if (copy->string == NULL) {
                copy->string = key; /* what was sorted is a new one */
            } else {
                free(key);
            }
            cJSON_ReplaceItemViaPointer(json, item, copy);
        }
    }
    return json;
}

/* true when the member at `path` is one that a step asked for, holds one, or lies in one. */
static bool wanted(const cJSON *only, const char *path)
{
    const cJSON *item = NULL;

    cJSON_ArrayForEach (item, only) {
        size_t asked = strlen(item->valuestring), had = strlen(path), both = asked < had ? asked : had;

        if (strncmp(item->valuestring, path, both) == 0 &&
            (asked == had || (asked > had ? item->valuestring[had] : path[asked]) == '.')) {
            return true;
        }
    }
    return false;
}

static void keep_only(struct arena *arena, const cJSON *only, cJSON *json, const char *path)
{
    for (cJSON *item = json->child, *next = NULL; item != NULL; item = next) {
        const char *under = path;

        next = item->next;
        if (item->string != NULL) {
            under = arena_printf(arena, "%s%s%s", path, path[0] == '\0' ? "" : ".", item->string);
        }
        if (under[0] != '\0' && !wanted(only, under)) {
            cJSON_Delete(cJSON_DetachItemViaPointer(json, item));
        } else {
            keep_only(arena, only, item, under);
        }
    }
}

/* Takes out the items with one of these texts in a member: {"status": ["Downloading"]}. */
static void leave_out(const cJSON *without, cJSON *array)
{
    const cJSON *rule = NULL, *text = NULL;

    cJSON_ArrayForEach (rule, without) {
        cJSON_ArrayForEach (text, rule) {
            for (cJSON *item = array->child, *next = NULL; item != NULL; item = next) {
                const cJSON *member = cJSON_GetObjectItemCaseSensitive(item, rule->string);

                next = item->next;
                if (cJSON_Compare(member, text, true)) {
                    cJSON_Delete(cJSON_DetachItemViaPointer(array, item));
                }
            }
        }
    }
}

cJSON *normal_json(struct variables *variables, cJSON *json, const cJSON *step)
{
    const cJSON *only = cJSON_GetObjectItem(step, "only"), *path = NULL;

    leave_out(cJSON_GetObjectItem(step, "without"), json);
    if (only != NULL) {
        keep_only(variables->arena, only, json, "");
    }
    json = normal_value(variables, json, NULL, cJSON_IsTrue(cJSON_GetObjectItem(step, "shape")));
    cJSON_ArrayForEach (path, cJSON_GetObjectItem(step, "sort")) {
        json = sort_at(json, path->valuestring);
    }
    return json;
}
