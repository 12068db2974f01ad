#include "fakes/tests/conformance/compose.h"

#include "fakes/tests/conformance/pretty.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    TAR_BLOCK = 512,
    TAR_NAME_BYTES = 100,
    TAR_MODE_AT = 100,
    TAR_UID_AT = 108,
    TAR_GID_AT = 116,
    TAR_SIZE_AT = 124,
    TAR_TIME_AT = 136,
    TAR_SUM_AT = 148,
    TAR_SUM_BYTES = 8,
    TAR_TYPE_AT = 156,
    TAR_MAGIC_AT = 257,
    TAR_FILE_MODE = 0644,
};

/* What may not stand in a request line is percent-encoded; in the value of a query, what means something there too. */
static const char *percent_encoded(struct arena *arena, const char *text, const char *kept)
{
    static const char digits[] = "0123456789ABCDEF";
    enum { NIBBLE = 4, LOW = 15, BYTES_EACH = 3 };
    char *encoded = arena_alloc(arena, BYTES_EACH * strlen(text) + 1), *next = encoded;

    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (isalnum(c) || strchr(kept, c) != NULL) {
            *next++ = (char)c;
        } else {
            *next++ = '%';
            *next++ = digits[c >> NIBBLE];
            *next++ = digits[c & LOW];
        }
    }
    return encoded;
}

static const char *query_of(struct variables *variables, const cJSON *query)
{
    struct arena *arena = variables->arena;
    const char *text = "";
    const cJSON *item = NULL;

    cJSON_ArrayForEach (item, query) {
        const char *value = cJSON_IsString(item) ? item->valuestring : flat_text(arena, item);

        text = arena_printf(arena, "%s%c%s=%s", text, *text == '\0' ? '?' : '&', item->string,
                            percent_encoded(arena, variables_fill(variables, value), "-._~"));
    }
    return text;
}

static void add_header(struct arena *arena, struct request *request, const char *name, const char *value)
{
    struct header *header = arena_alloc(arena, sizeof *header);

    *header = (struct header){name, value, request->headers};
    request->headers = header;
}

struct tar {
    char *at;
    size_t size;
};

static struct tar tar_of(struct variables *variables, const cJSON *files);

/* One more file at the end of a tar (POSIX ustar). */
static void add_file(struct variables *variables, struct tar *tar, const cJSON *file)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(file, "text"));
    const cJSON *inner = cJSON_GetObjectItem(file, "tar"), *json = cJSON_GetObjectItem(file, "json");
    struct tar content = {(char *)text, text == NULL ? 0 : strlen(text)};

    if (inner != NULL) {
        content = tar_of(variables, inner);
    } else if (json != NULL) {
        content.at = (char *)flat_text(variables->arena, json);
        content.size = strlen(content.at);
    }
    size_t blocks = 1 + (content.size + TAR_BLOCK - 1) / TAR_BLOCK;
    char *grown = arena_alloc(variables->arena, tar->size + blocks * TAR_BLOCK), *head = grown + tar->size;
    unsigned sum = 0;

    if (tar->size > 0) {
        memcpy(grown, tar->at, tar->size);
    }
    snprintf(head, TAR_NAME_BYTES, "%s", cJSON_GetStringValue(cJSON_GetObjectItem(file, "name")));
    snprintf(head + TAR_MODE_AT, sizeof "0000000", "%07o", TAR_FILE_MODE);
    snprintf(head + TAR_UID_AT, sizeof "0000000", "%07o", 0);
    snprintf(head + TAR_GID_AT, sizeof "0000000", "%07o", 0);
    snprintf(head + TAR_SIZE_AT, sizeof "00000000000", "%011zo", content.size);
    snprintf(head + TAR_TIME_AT, sizeof "00000000000", "%011o", 0);
    head[TAR_TYPE_AT] = '0';
    memcpy(head + TAR_MAGIC_AT, "ustar\00000", sizeof "ustar\00000" - 1);
    memset(head + TAR_SUM_AT, ' ', TAR_SUM_BYTES);
    for (int i = 0; i < TAR_BLOCK; i++) {
        sum += (unsigned char)head[i];
    }
    snprintf(head + TAR_SUM_AT, sizeof "000000", "%06o", sum);
    if (content.size > 0) {
        memcpy(head + TAR_BLOCK, content.at, content.size);
    }
    *tar = (struct tar){grown, tar->size + blocks * TAR_BLOCK};
}

static struct tar tar_of(struct variables *variables, const cJSON *files)
{
    struct tar tar = {NULL, 0};
    const cJSON *file = NULL;

    cJSON_ArrayForEach (file, files) {
        add_file(variables, &tar, file);
    }
    char *ended = arena_alloc(variables->arena, tar.size + 2 * TAR_BLOCK);

    if (tar.size > 0) {
        memcpy(ended, tar.at, tar.size);
    }
    return (struct tar){ended, tar.size + 2 * TAR_BLOCK};
}

static void set_body(struct variables *variables, struct request *request, const cJSON *step)
{
    const cJSON *body = cJSON_GetObjectItem(step, "body"), *tar = cJSON_GetObjectItem(step, "tar");

    if (tar != NULL) {
        struct tar made = tar_of(variables, tar);

        request->body = made.at;
        request->body_size = made.size;
        add_header(variables->arena, request, "Content-Type", "application/x-tar");
    } else if (body != NULL) {
        bool text = cJSON_IsString(body);

        request->body = variables_fill(variables, text ? body->valuestring : flat_text(variables->arena, body));
        request->body_size = strlen(request->body);
        if (!text) {
            add_header(variables->arena, request, "Content-Type", "application/json");
        }
    }
}

static void set_headers(struct variables *variables, struct request *request, const cJSON *step)
{
    const cJSON *item = NULL;

    cJSON_ArrayForEach (item, cJSON_GetObjectItem(step, "headers")) {
        for (struct header **at = &request->headers; *at != NULL;) {
            if (strcasecmp((*at)->name, item->string) == 0) {
                *at = (*at)->next;
            } else {
                at = &(*at)->next;
            }
        }
        if (cJSON_IsString(item)) {
            add_header(variables->arena, request, item->string, variables_fill(variables, item->valuestring));
        }
    }
}

struct request *compose_request(struct variables *variables, const cJSON *step)
{
    struct request *request = arena_alloc(variables->arena, sizeof *request);
    const char *line = cJSON_GetStringValue(cJSON_GetObjectItem(step, "request"));
    const char *space = line == NULL ? NULL : strchr(line, ' ');
    const cJSON *hijack = cJSON_GetObjectItem(step, "hijack"), *lines = cJSON_GetObjectItem(step, "take_lines");

    request->raw = cJSON_GetStringValue(cJSON_GetObjectItem(step, "raw"));
    if (space != NULL) {
        const char *path = variables_fill(variables, space + 1);

        request->method = arena_string_n(variables->arena, line, (size_t)(space - line));
        request->path =
            arena_printf(variables->arena, "%s%s", percent_encoded(variables->arena, path, "-._~/?&=%:,+@!*"),
                         query_of(variables, cJSON_GetObjectItem(step, "query")));
    }
    set_body(variables, request, step);
    set_headers(variables, request, step);
    request->hijack = hijack != NULL;
    request->stdin_text = cJSON_GetStringValue(cJSON_GetObjectItem(hijack, "stdin"));
    request->lines_max = lines == NULL ? 0 : lines->valueint;
    return request;
}
