/* What a client may expect of the bytes that come back on an HTTP/1.1 connection (RFC 9112): answers, one after the
 * other, each well formed. */
#ifndef DRYDOCK_SIM_FUZZ_HTTP_ANSWERS_H
#define DRYDOCK_SIM_FUZZ_HTTP_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

struct http_answers {
    unsigned whole;    /* answers that have come to their end, informational ones left out */
    unsigned last;     /* status of the last one */
    const char *wrong; /* what is not as it should be; NULL: nothing */
    const char *at;    /* where */
};

/* Reads what has come. `closed`: nothing more comes. `heads`: some request may have been a HEAD, whose answer has no
 * body whatever its head says. `json`: bodies said to be JSON are JSON, errors have a message. */
struct http_answers http_answers_read(const char *bytes, size_t length, bool closed, bool heads, bool json);

#endif
