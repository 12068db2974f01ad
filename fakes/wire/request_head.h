/* Whether the head of an HTTP request is one that Go's net/http (1.19, which dockerd 20.10 is built with) would take,
 * and what it answers when it is not. Sources: net/http `readRequest`, `conn.serve`; net/textproto `ReadMIMEHeader`. */
#ifndef DRYDOCK_FAKES_WIRE_REQUEST_HEAD_H
#define DRYDOCK_FAKES_WIRE_REQUEST_HEAD_H

#include <stdbool.h>
#include <stddef.h>

enum request_head {
    REQUEST_HEAD_MORE, /* well so far, not whole yet */
    REQUEST_HEAD_WHOLE,
    REQUEST_HEAD_BAD,
};

/* What is answered then: what follows `HTTP/1.1 `, and the body. */
struct request_fault {
    const char *status, *text;
};

/* Looks at the first bytes of a connection, as many as there are. `fault` is set when they are bad. */
enum request_head request_head_check(const char *bytes, size_t length, const struct request_fault **fault);
/* Whether it would take a target, of any method but CONNECT (url.ParseRequestURI). */
bool request_target_is_good(const char *target);

#endif
