/* Paths and queries of requests. */
#include "fakes/docker/api_parts.h"

#include <string.h>

enum { HEX = 16 };

static int hex_digit(char digit)
{
    const char *digits = "0123456789abcdef";
    const char *found = digit == '\0' ? NULL : strchr(digits, digit >= 'A' && digit <= 'F' ? digit - 'A' + 'a' : digit);

    return found == NULL ? -1 : (int)(found - digits);
}

/* Percent-decoding (RFC 3986, 2.1); in a query `+` is a space. */
const char *api_decoded(struct arena *arena, const char *text, size_t length, bool query)
{
    char *result = arena_alloc(arena, length + 1);
    size_t written = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] == '%' && i + 2 < length && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
            result[written++] = (char)(hex_digit(text[i + 1]) * HEX + hex_digit(text[i + 2]));
            i += 2;
        } else if (text[i] == '+' && query) {
            result[written++] = ' ';
        } else {
            result[written++] = text[i];
        }
    }
    result[written] = '\0';
    return result;
}

/* Parameters that may be given several times: they are kept as lines of one. */
static bool is_repeated(const char *name)
{
    return strcmp(name, "changes") == 0 || strcmp(name, "names") == 0;
}

const struct value *api_query_values(struct arena *arena, const char *query)
{
    const struct value *values = value_empty_object();

    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        size_t name_length = strcspn(query, "=&");
        const char *name = api_decoded(arena, query, name_length, true);
        size_t value_at_byte = name_length < length ? name_length + 1 : length;

        const char *before = value_get_text(values, name);

        if (name[0] != '\0' && (before == NULL || is_repeated(name))) {
            const char *value = api_decoded(arena, query + value_at_byte, length - value_at_byte, true);

            value = before == NULL ? value : arena_printf(arena, "%s\n%s", before, value);
            values = value_with(arena, values, name, value_string(arena, value));
        }
        query += length + (query[length] == '&');
    }
    return values;
}

/* Whether a path is one of the route's; its values in `values`, `*count` of them. */
bool api_path_fits(const char *pattern, const char *path, struct api_path_value *values, uint32_t *count)
{
    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (*pattern++ != *path++) {
                return false;
            }
            continue;
        }
        size_t name_length = strcspn(pattern + 1, ".}");
        bool several = pattern[1 + name_length] == '.';
        const char *after = strchr(pattern, '}') + 1;
        size_t length = strcspn(path, "/");

        if (several) {
            size_t rest = strlen(path), tail = strlen(after);

            length = rest >= tail && strcmp(path + rest - tail, after) == 0 ? rest - tail : 0;
        }
        if (length == 0 || *count == PATH_VALUES_MAX) {
            return false;
        }
        values[(*count)++] = (struct api_path_value){pattern + 1, name_length, path, length};
        path += length;
        pattern = after;
    }
    return *path == '\0';
}

/* The path without empty segments, "." and "..". */
const char *api_clean_path(struct arena *arena, const char *path)
{
    char *clean = arena_alloc(arena, strlen(path) + 2);
    size_t length = 0;

    while (*path == '/') {
        size_t segment = strcspn(++path, "/");
        bool last = path[segment] == '\0';

        if (segment == 2 && strncmp(path, "..", segment) == 0) {
            while (length > 0 && clean[--length] != '/') {
            }
        } else if ((segment > 0 && !(segment == 1 && *path == '.')) || last) {
            clean[length++] = '/';
            memcpy(clean + length, path, segment);
            length += segment;
        }
        path += segment;
    }
    clean[length] = '\0';
    return length == 0 ? "/" : clean;
}

/* RFC 7230 5.3: a proxy's request names the host too. */
const char *api_without_host(const char *target)
{
    const char *host = target[0] == '/' ? NULL : strstr(target, "://");
    const char *path = host == NULL ? NULL : strchr(host + strlen("://"), '/');

    return path == NULL ? target : path;
}
