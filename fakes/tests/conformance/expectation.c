#include "fakes/tests/conformance/expectation.h"

#include "fakes/tests/conformance/normal.h"

#include <stdlib.h>
#include <string.h>

enum {
    FRAME_HEAD = 8,
    FRAME_LENGTH_AT = 4,
    BITS_PER_BYTE = 8,
    TAR_BLOCK = 512,
    TAR_SIZE_AT = 124,
    OCTAL = 8,
    STATUS_BAD = 400
};

static cJSON *frame_of(struct arena *arena, const char *stream, const char *text, size_t size)
{
    cJSON *frame = cJSON_CreateArray();

    cJSON_AddItemToArray(frame, cJSON_CreateString(stream));
    cJSON_AddItemToArray(frame, cJSON_CreateString(arena_string_n(arena, text, size)));
    return frame;
}

static const char line_end[] = "\r\n";

/* The stdcopy format: [stream, 0, 0, 0, length as 4 bytes], text. Neighbours of one stream become one frame: where an
 * Engine cuts a stream into frames is chance. */
static cJSON *frames_of(struct variables *variables, const struct answer *answer)
{
    static const char *const streams[] = {"stdin", "stdout", "stderr", "systemerr"};
    struct arena *arena = variables->arena;
    cJSON *frames = cJSON_CreateArray();
    const char *stream = NULL, *text = "";
    size_t at = 0;

    while (at + FRAME_HEAD <= answer->size) {
        const unsigned char *head = (const unsigned char *)answer->body + at;
        size_t size = 0, index = head[0];

        for (int i = FRAME_LENGTH_AT; i < FRAME_HEAD; i++) {
            size = size << BITS_PER_BYTE | head[i];
        }
        if (index >= sizeof streams / sizeof streams[0] || size > answer->size - at - FRAME_HEAD) {
            break;
        }
        if (stream != NULL && stream != streams[index]) {
            cJSON_AddItemToArray(frames, frame_of(arena, stream, text, strlen(text)));
            text = "";
        }
        stream = streams[index];
        text = arena_printf(arena, "%s%.*s", text, (int)size, answer->body + at + FRAME_HEAD);
        at += FRAME_HEAD + size;
    }
    if (stream != NULL) {
        cJSON_AddItemToArray(frames, frame_of(arena, stream, text, strlen(text)));
    }
    if (at < answer->size) {
        cJSON_AddItemToArray(frames, frame_of(arena, "no frame", answer->body + at, answer->size - at));
    }
    return frames;
}

/* The names in a tar. */
static cJSON *names_of(struct arena *arena, const struct answer *answer)
{
    cJSON *names = cJSON_CreateArray();
    size_t at = 0;

    while (at + TAR_BLOCK <= answer->size && answer->body[at] != '\0') {
        size_t size = strtoul(answer->body + at + TAR_SIZE_AT, NULL, OCTAL);

        cJSON_AddItemToArray(names, cJSON_CreateString(arena_string(arena, answer->body + at)));
        at += TAR_BLOCK + (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    }
    return names;
}

/* The JSON documents in a body one after the other; NULL: it is not made of them. */
static cJSON *documents_of(const struct answer *answer)
{
    cJSON *documents = cJSON_CreateArray();
    const char *next = answer->body + strspn(answer->body, " \r\n\t");

    while (*next != '\0') {
        cJSON *document = cJSON_ParseWithOpts(next, &next, false);

        if (document == NULL) {
            cJSON_Delete(documents);
            return NULL;
        }
        cJSON_AddItemToArray(documents, document);
        next += strspn(next, " \r\n\t");
    }
    return documents;
}

/* The lines of a text as a JSON array, sorted. */
static cJSON *sorted_lines(struct arena *arena, const char *text, const char *end)
{
    cJSON *lines = cJSON_CreateArray();

    while (text < end) {
        const char *stop = strstr(text, line_end);

        cJSON_AddItemToArray(lines, cJSON_CreateString(arena_string_n(arena, text, (size_t)(stop - text))));
        text = stop + strlen(line_end);
    }
    return normal_sorted(lines);
}

/* All that came on a connection, with the header lines of each answer sorted: their order means nothing. */
static const char *sorted_heads(struct arena *arena, const char *text)
{
    const char *done = "", *start = NULL, *blank = NULL;

    while ((start = strstr(text, "HTTP/1.")) != NULL && (blank = strstr(start, "\r\n\r\n")) != NULL) {
        const char *first = strstr(start, line_end) + strlen(line_end);
        cJSON *lines = first > blank ? cJSON_CreateArray() : sorted_lines(arena, first, blank + strlen(line_end)),
              *line;

        done = arena_printf(arena, "%s%.*s", done, (int)(first - text), text);
        cJSON_ArrayForEach (line, lines) {
            done = arena_printf(arena, "%s%s%s", done, line->valuestring, line_end);
        }
        done = arena_printf(arena, "%s%s", done, first > blank ? "" : line_end);
        text = first > blank ? first : blank + 2 * strlen(line_end);
        cJSON_Delete(lines);
    }
    return arena_printf(arena, "%s%s", done, text);
}

static void add_json_body(struct variables *variables, cJSON *made, const struct answer *answer, const cJSON *step,
                          const char *as)
{
    const char *type = header_find(answer->headers, "Content-Type");
    bool json = as != NULL || (type != NULL && strstr(type, "json") != NULL);
    cJSON *documents = json && answer->size > 0 ? documents_of(answer) : NULL;

    if (documents == NULL) {
        cJSON_AddStringToObject(made, "text", normal_text(variables, answer->body));
    } else if (as == NULL && cJSON_GetArraySize(documents) == 1) {
        cJSON *body = cJSON_DetachItemFromArray(documents, 0);

        cJSON_AddItemToObject(made, "body", normal_json(variables, body, step));
        cJSON_Delete(documents);
    } else {
        cJSON_AddItemToObject(made, "lines", normal_json(variables, documents, step));
    }
}

static void add_headers(struct variables *variables, cJSON *made, const struct answer *answer, const cJSON *step)
{
    const char *type = header_find(answer->headers, "Content-Type");
    cJSON *headers = cJSON_AddObjectToObject(made, "headers");
    const cJSON *name = NULL;

    if (type != NULL) {
        cJSON_AddStringToObject(headers, "Content-Type", type);
    }
    cJSON_ArrayForEach (name, cJSON_GetObjectItem(step, "show_headers")) {
        const char *value = header_find(answer->headers, name->valuestring);

        cJSON_AddItemToObject(headers, name->valuestring,
                              value == NULL ? cJSON_CreateNull() : cJSON_CreateString(normal_text(variables, value)));
    }
}

cJSON *expectation_of(struct variables *variables, const struct answer *answer, const cJSON *step)
{
    const char *as = cJSON_GetStringValue(cJSON_GetObjectItem(step, "as"));
    cJSON *made = cJSON_CreateObject();
    bool good = answer->status < STATUS_BAD;
    const cJSON *shaped = good ? step : NULL; /* of an error all is said */

    if (answer->failure != NULL) {
        cJSON_AddStringToObject(made, "failure", answer->failure);
        return made;
    }
    if (answer->status != 0) {
        cJSON_AddNumberToObject(made, "status", answer->status);
        add_headers(variables, made, answer, step);
    }
    if (cJSON_GetObjectItem(step, "raw") != NULL) {
        cJSON_AddStringToObject(made, "text", normal_text(variables, sorted_heads(variables->arena, answer->body)));
    } else if (good && as != NULL && strcmp(as, "frames") == 0) {
        cJSON_AddItemToObject(made, "frames", normal_json(variables, frames_of(variables, answer), shaped));
    } else if (good && as != NULL && strcmp(as, "names") == 0) {
        cJSON_AddItemToObject(made, "names", normal_json(variables, names_of(variables->arena, answer), shaped));
    } else if (as != NULL && strcmp(as, "text") == 0) {
        cJSON_AddStringToObject(made, "text", normal_text(variables, answer->body));
    } else {
        add_json_body(variables, made, answer, shaped, good ? as : NULL);
    }
    return made;
}

/* The member at "/a/0/b" */
static const cJSON *member_at(struct arena *arena, const cJSON *json, const char *path)
{
    while (json != NULL && *path == '/') {
        size_t length = strcspn(++path, "/");
        const char *key = arena_string_n(arena, path, length);

        json = cJSON_IsArray(json) ? cJSON_GetArrayItem(json, (int)strtol(key, NULL, 10))
                                   : cJSON_GetObjectItemCaseSensitive(json, key);
        path += length;
    }
    return json;
}

const char *keep_members(struct variables *variables, const struct answer *answer, const cJSON *step)
{
    const cJSON *keep = NULL;
    cJSON *documents = documents_of(answer);
    cJSON *body = documents != NULL && cJSON_GetArraySize(documents) == 1 ? documents->child : documents;
    const char *failure = NULL;

    cJSON_ArrayForEach (keep, cJSON_GetObjectItem(step, "keep")) {
        const cJSON *found = body == NULL ? NULL : member_at(variables->arena, body, keep->valuestring);

        if (!cJSON_IsString(found)) {
            failure =
                arena_printf(variables->arena, "there is no %s to keep in %.200s", keep->valuestring, answer->body);
            break;
        }
        variables_set(variables, keep->string, found->valuestring);
    }
    cJSON_Delete(documents);
    return failure;
}
