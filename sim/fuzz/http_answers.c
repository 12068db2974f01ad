#include "sim/fuzz/http_answers.h"

#include "core/value.h"
#include "sim/scenario/json_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    STATUS_LINE = 12,
    INFORMATIONAL = 100,
    SWITCHING = 101,
    OK = 200,
    NO_CONTENT = 204,
    NOT_MODIFIED = 304,
    ERRORS = 400
};

struct head {
    unsigned status;
    bool has_length, chunked, json, has_type;
    size_t length; /* of the body */
    const char *end;
};

static const char *find(const char *from, const char *end, const char *text)
{
    return memmem(from, (size_t)(end - from), text, strlen(text));
}

/* `HTTP/1.1 200 OK`, without its end of line. NULL: it is none. */
static const char *check_status_line(const char *line, const char *end, struct head *head)
{
    if (end - line < STATUS_LINE || (strncmp(line, "HTTP/1.1 ", 9) != 0 && strncmp(line, "HTTP/1.0 ", 9) != 0)) {
        return "no status line";
    }
    for (const char *digit = line + 9; digit < line + STATUS_LINE; digit++) {
        if (*digit < '0' || *digit > '9') {
            return "a status that is no number";
        }
        head->status = head->status * 10 + (unsigned)(*digit - '0');
    }
    return head->status < INFORMATIONAL || head->status >= 600 ? "a status that is none" : NULL;
}

static bool is_name(const char *name, const char *end)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    for (const char *byte = name; byte < end; byte++) {
        bool plain = (*byte >= '0' && *byte <= '9') || (*byte >= 'A' && *byte <= 'Z') || (*byte >= 'a' && *byte <= 'z');

        if (!plain && (*byte == '\0' || strchr(others, *byte) == NULL)) {
            return false;
        }
    }
    return name < end;
}

static bool is_header(const char *line, const char *colon, const char *name)
{
    return (size_t)(colon - line) == strlen(name) && strncasecmp(line, name, strlen(name)) == 0;
}

static const char *check_header(const char *line, const char *end, struct head *head)
{
    const char *colon = memchr(line, ':', (size_t)(end - line));

    if (colon == NULL || !is_name(line, colon)) {
        return "a header without a name";
    }
    for (const char *byte = colon; byte < end; byte++) {
        if ((unsigned char)*byte < ' ' && *byte != '\t') {
            return "a control character in a header";
        }
    }
    const char *value = colon + 1 + strspn(colon + 1, " ");

    if (is_header(line, colon, "Content-Length")) {
        char *after = NULL;

        head->length = strtoul(value, &after, 10);
        if (head->has_length || after == value || after != end) {
            return "a bad Content-Length";
        }
        head->has_length = true;
    } else if (is_header(line, colon, "Transfer-Encoding")) {
        head->chunked = strncasecmp(value, "chunked", strlen("chunked")) == 0;
    } else if (is_header(line, colon, "Content-Type")) {
        head->has_type = true;
        head->json = strncmp(value, "application/json", strlen("application/json")) == 0;
    }
    return NULL;
}

/* A head that is whole: its end is known. */
static const char *read_head(const char *bytes, struct head *head)
{
    const char *line = bytes;
    const char *wrong = NULL;

    for (bool first = true; line < head->end - 2 && wrong == NULL; first = false) {
        const char *end = find(line, head->end, "\r\n");

        wrong = first ? check_status_line(line, end, head) : check_header(line, end, head);
        line = end + 2;
    }
    return wrong != NULL || !head->has_length || !head->chunked ? wrong : "a length and chunks";
}

/* Chunks up to the last. The end of the body; `end`: more is to come; NULL: they are none. */
static const char *after_chunks(const char *at, const char *end)
{
    while (at < end) {
        char *after = NULL;
        size_t size = strtoul(at, &after, 16);
        const char *line = find(at, end, "\r\n");

        if (line == NULL || (size_t)(end - line) < size + 4) {
            return end;
        }
        if (after == at || after != line) {
            return NULL;
        }
        at = line + 2 + size;
        if (strncmp(at, "\r\n", 2) != 0) {
            return NULL;
        }
        at += 2;
        if (size == 0) {
            return at;
        }
    }
    return end;
}

static const char *check_body(const char *body, size_t length, const struct head *head)
{
    struct arena arena;
    struct json_mistake mistake;
    const char *wrong = NULL;

    if (!head->json) {
        return NULL;
    }
    arena_init(&arena, arena_source_malloc());
    if (!json_check(&arena, "the answer", body, length, &mistake)) {
        wrong = "a body that is said to be JSON";
    } else if (head->status >= ERRORS && value_get_text(value_parse(&arena, body, length), "message") == NULL) {
        wrong = "an error without a message";
    }
    arena_reset(&arena);
    return wrong;
}

struct http_answers http_answers_read(const char *bytes, size_t length, bool closed, bool heads, bool json)
{
    struct http_answers answers = {0};
    const char *end = bytes + length;

    for (const char *at = bytes; at < end && answers.wrong == NULL;) {
        struct head head = {0};
        const char *head_end = find(at, end, "\r\n\r\n");

        answers.at = at;
        if (head_end == NULL) {
            answers.wrong = closed ? "half a head" : NULL;
            return answers;
        }
        head.end = head_end + 4;
        /* libmicrohttpd's head of an error, twice (http_server.h). */
        if ((size_t)(end - head.end) >= (size_t)(head.end - at) && memcmp(at, head.end, (size_t)(head.end - at)) == 0) {
            at = head.end;
            continue;
        }
        answers.wrong = read_head(at, &head);
        at = head.end;
        answers.last = head.status;
        bool bare = head.status < OK || head.status == NO_CONTENT || head.status == NOT_MODIFIED;
        bool may_be_bare = heads && (at == end || strncmp(at, "HTTP/1.", 7) == 0);

        if (head.status == SWITCHING || answers.wrong != NULL) {
            return answers;
        }
        if (head.chunked && !bare && !may_be_bare) {
            at = after_chunks(at, end);
            answers.wrong = at == NULL ? "bad chunks" : NULL;
        } else if (head.has_length && !bare && !may_be_bare) {
            size_t there = (size_t)(end - at) < head.length ? (size_t)(end - at) : head.length;

            answers.wrong = json && there == head.length ? check_body(at, there, &head) : NULL;
            at += there;
        } else if (!bare && !may_be_bare) {
            return answers; /* to the end of the connection */
        }
        answers.whole += head.status >= OK;
    }
    return answers;
}
