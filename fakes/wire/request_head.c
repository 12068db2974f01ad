#include "fakes/wire/request_head.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Part of the bytes, without a NUL. */
struct span {
    const char *start;
    size_t length;
};

struct head {
    bool host_needed, host_seen, field_seen;
    struct span length; /* Content-Length's value; none: NULL */
};

#define FAULT(name, status) static const struct request_fault name = {status, status}

FAULT(bad, "400 Bad Request");
FAULT(bad_version, "505 HTTP Version Not Supported: unsupported protocol version");
FAULT(bad_name, "400 Bad Request: invalid header name");
FAULT(bad_value, "400 Bad Request: invalid header value");
FAULT(bad_host, "400 Bad Request: malformed Host header");
FAULT(no_host, "400 Bad Request: missing required Host header");
static const struct request_fault bad_encoding = {"501 Not Implemented", "Unsupported transfer encoding"};

static bool all(struct span span, bool (*is)(unsigned char))
{
    for (size_t i = 0; i < span.length; i++) {
        if (!is((unsigned char)span.start[i])) {
            return false;
        }
    }
    return true;
}

/* RFC 7230 tchar */
static bool is_token(unsigned char byte)
{
    return isalnum(byte) || (byte != '\0' && strchr("!#$%&'*+-.^_`|~", byte) != NULL);
}

static bool is_no_control(unsigned char byte)
{
    return !iscntrl(byte);
}

static bool is_value(unsigned char byte)
{
    return byte == '\t' || !iscntrl(byte);
}

/* `validHostByte` of golang.org/x/net/http/httpguts */
static bool is_host(unsigned char byte)
{
    return isalnum(byte) || (byte != '\0' && strchr("!$%&()*+,-.:;=[']_~", byte) != NULL);
}

static bool is_digit(unsigned char byte)
{
    return isdigit(byte);
}

static bool equals(struct span span, const char *text)
{
    return span.length == strlen(text) && strncasecmp(span.start, text, span.length) == 0;
}

/* Takes what stands before the first space off the front; without a space, nothing. */
static struct span take_word(struct span *line)
{
    const char *space = memchr(line->start, ' ', line->length);
    struct span word = {line->start, space == NULL ? 0 : (size_t)(space - line->start)};

    if (space != NULL) {
        line->length -= word.length + 1;
        line->start = space + 1;
    }
    return word;
}

static bool is_target(struct span target)
{
    size_t path = target.length;
    const char *query = memchr(target.start, '?', target.length);

    if (query != NULL) {
        path = (size_t)(query - target.start);
    }
    for (size_t i = 0; i < path; i++) {
        if (target.start[i] == '%' && (i + 2 >= path || !isxdigit((unsigned char)target.start[i + 1]) ||
                                       !isxdigit((unsigned char)target.start[i + 2]))) {
            return false;
        }
    }
    return target.length > 0 && all(target, is_no_control) &&
           (target.start[0] == '/' || equals(target, "*") || memmem(target.start, target.length, "://", 3) != NULL);
}

bool request_target_is_good(const char *target)
{
    return is_target((struct span){target, strlen(target)});
}

static const struct request_fault *check_request_line(struct head *head, struct span line)
{
    static const char shape[] = "HTTP/d.d";
    enum { MAJOR = 5, POINT = 6, MINOR = 7 };
    struct span method = take_word(&line);
    struct span target = take_word(&line);
    const char *version = line.start;

    if (method.length == 0 || !all(method, is_token) || (!is_target(target) && !equals(method, "CONNECT"))) {
        return &bad;
    }
    if (line.length != sizeof shape - 1 || memcmp(version, shape, MAJOR) != 0 || version[POINT] != '.' ||
        !isdigit((unsigned char)version[MAJOR]) || !isdigit((unsigned char)version[MINOR])) {
        return &bad;
    }
    if (version[MAJOR] != '1') {
        return &bad_version;
    }
    head->host_needed = version[MINOR] != '0' && !equals(method, "CONNECT");
    return NULL;
}

static struct span trimmed(struct span span)
{
    while (span.length > 0 && (span.start[0] == ' ' || span.start[0] == '\t')) {
        span.start++;
        span.length--;
    }
    while (span.length > 0 && (span.start[span.length - 1] == ' ' || span.start[span.length - 1] == '\t')) {
        span.length--;
    }
    return span;
}

/* A field that says where the body ends must be understood: RFC 7230 3.3.3. */
static const struct request_fault *check_length(struct head *head, struct span value)
{
    const size_t digits_max = 18; /* of 63 bits, as net/http has it */
    const bool differs = head->length.start != NULL && (value.length != head->length.length ||
                                                        memcmp(value.start, head->length.start, value.length) != 0);

    head->length = value;
    return value.length == 0 || value.length > digits_max || !all(value, is_digit) || differs ? &bad : NULL;
}

static const struct request_fault *check_host(struct head *head, struct span value)
{
    const bool again = head->host_seen;

    head->host_seen = true;
    return again ? &bad : all(value, is_host) ? NULL : &bad_host;
}

static const struct request_fault *check_field(struct head *head, struct span line)
{
    const char *colon = memchr(line.start, ':', line.length);

    if (line.start[0] == ' ' || line.start[0] == '\t') { /* goes on from the line before */
        return !head->field_seen ? &bad : all(line, is_value) ? NULL : &bad_value;
    }
    if (colon == NULL) {
        return &bad;
    }
    struct span name = {line.start, (size_t)(colon - line.start)};
    struct span value = trimmed((struct span){colon + 1, line.length - name.length - 1});

    head->field_seen = true;
    if (!all(name, is_token) || !all(value, is_value)) {
        return all(name, is_token) ? &bad_value : &bad_name;
    }
    if (equals(name, "Content-Length")) {
        return check_length(head, value);
    }
    if (equals(name, "Transfer-Encoding") && !equals(value, "chunked")) {
        return &bad_encoding;
    }
    return equals(name, "Host") ? check_host(head, value) : NULL;
}

enum request_head request_head_check(const char *bytes, size_t length, const struct request_fault **fault)
{
    struct head head = {.host_needed = false};
    const char *line = bytes;
    const char *end;

    *fault = NULL;
    for (; (end = memchr(line, '\n', length - (size_t)(line - bytes))) != NULL; line = end + 1) {
        struct span span = {line, (size_t)(end - line)};

        span.length -= span.length > 0 && end[-1] == '\r';
        if (line == bytes) {
            *fault = check_request_line(&head, span);
        } else if (span.length > 0) {
            *fault = check_field(&head, span);
        } else if (head.host_needed && !head.host_seen) {
            *fault = &no_host;
        } else {
            return REQUEST_HEAD_WHOLE;
        }
        if (*fault != NULL) {
            return REQUEST_HEAD_BAD;
        }
    }
    return REQUEST_HEAD_MORE;
}
