/* Parts of the socket target: where it is, and requests that libcurl does not make. */
#ifndef DRYDOCK_FAKES_TESTS_CONFORMANCE_TARGET_SOCKET_H
#define DRYDOCK_FAKES_TESTS_CONFORMANCE_TARGET_SOCKET_H

#include "fakes/tests/conformance/target.h"

enum { ANSWER_MS_MAX = 300000, BYTES_FIRST = 4096, STATUS_OK = 200 };

struct socket_address {
    const char *unix_path; /* NULL: tcp */
    const char *host;
    const char *port;
};

/* Bytes that grow; always ended with a NUL once something was added. */
struct bytes {
    char *at;
    size_t size;
    size_t room;
};

void bytes_add(struct bytes *bytes, const char *from, size_t size);

/* Sends a hijacked or raw request on a connection of its own and reads until the other end has said everything. The
 * head of the answer goes to `head`, what follows it to `body`. Returns why there is no answer, or NULL. */
const char *raw_exchange(const struct socket_address *address, const struct request *request, struct bytes *head,
                         struct bytes *body);

#endif
