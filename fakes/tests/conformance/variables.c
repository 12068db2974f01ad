#include "fakes/tests/conformance/variables.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DECIMAL = 10 };

void variables_set(struct variables *variables, const char *name, const char *value)
{
    int i = 0;

    while (i < variables->count && strcmp(variables->items[i].name, name) != 0) {
        i++;
    }
    if (i == VARIABLES_MAX) {
        abort();
    }
    variables->items[i] =
        (struct variable){arena_string(variables->arena, name), arena_string(variables->arena, value)};
    variables->count += i == variables->count;
}

const char *variables_find(const struct variables *variables, const char *name)
{
    for (int i = 0; i < variables->count; i++) {
        if (strcmp(variables->items[i].name, name) == 0) {
            return variables->items[i].value;
        }
    }
    return NULL;
}

/* Seconds and nanoseconds since the epoch, as since and until of the API have them, of an instant in RFC 3339 in UTC.
 */
static const char *unix_time(struct arena *arena, const char *instant)
{
    struct tm parts = {0};
    const char *fraction = strptime(instant, "%Y-%m-%dT%H:%M:%S", &parts);

    if (fraction == NULL) {
        return NULL;
    }
    return arena_printf(arena, "%lld%.*s", (long long)timegm(&parts), (int)strcspn(fraction, "Z"), fraction);
}

/* The value of what is written between two braces: name, name.length or name.unix. */
static const char *value_of(struct variables *variables, const char *word)
{
    const char *dot = strchr(word, '.');

    if (dot == NULL) {
        return variables_find(variables, word);
    }
    const char *value = variables_find(variables, arena_string_n(variables->arena, word, (size_t)(dot - word)));
    size_t length = (size_t)strtoul(dot + 1, NULL, DECIMAL);

    if (value != NULL && strcmp(dot, ".unix") == 0) {
        return unix_time(variables->arena, value);
    }
    return value == NULL || length == 0 || length > strlen(value) ? NULL
                                                                  : arena_string_n(variables->arena, value, length);
}

const char *variables_fill(struct variables *variables, const char *text)
{
    struct arena *arena = variables->arena;
    const char *filled = "", *open = NULL;

    while ((open = strchr(text, '{')) != NULL) {
        size_t length = strcspn(open + 1, "{}\" ");
        const char *value =
            open[1 + length] == '}' ? value_of(variables, arena_string_n(arena, open + 1, length)) : NULL;
        size_t before = (size_t)(open - text);

        filled = arena_printf(arena, "%s%.*s%s", filled, (int)before, text, value == NULL ? "{" : value);
        text = open + (value == NULL ? 1 : length + 2);
    }
    return arena_printf(arena, "%s%s", filled, text);
}

const char *variables_name_of(const struct variables *variables, const char *id, size_t length)
{
    for (int i = 0; i < variables->count; i++) {
        const char *value = variables->items[i].value;
        const char *colon = strchr(value, ':');

        value = colon == NULL ? value : colon + 1;
        if (strlen(value) == LONG_ID && strncmp(value, id, length) == 0) {
            return variables->items[i].name;
        }
    }
    return NULL;
}
