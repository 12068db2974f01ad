/* What answers the requests of the conformance cases: an Engine on a socket, or the fake in this process.
 *
 * A request is begun and finished in two calls, so that a case may have one in flight (a wait, an attach) while it
 * makes others. Every text of an answer lies in the arena given to finish().
 */
#ifndef DRYDOCK_FAKES_TESTS_CONFORMANCE_TARGET_H
#define DRYDOCK_FAKES_TESTS_CONFORMANCE_TARGET_H

#include "core/arena.h"

#include <stdbool.h>

struct header {
    const char *name;
    const char *value;
    struct header *next;
};

/* Everything in it outlives the request. */
struct request {
    const char *method;
    const char *path; /* with the query, percent-encoded */
    struct header *headers;
    const char *body; /* NULL: none */
    size_t body_size;
    const char *raw; /* not NULL: these bytes are sent as they are, and all that comes back is the answer's body */
    const char *stdin_text; /* hijacked: what is sent when the head of the answer has come, ... */
    bool hijack;            /* ... before this end of the connection is closed */
    int lines_max;          /* > 0: the client hangs up after so many lines of the body */
};

struct answer {
    int status; /* 0: no HTTP answer came; `failure` says why */
    struct header *headers;
    const char *body; /* as sent, chunking taken away; ended with a NUL, never NULL */
    size_t size;
    const char *failure;
};

struct target {
    const char *name; /* as given with --target */
    bool served;      /* behind drydock's own server, not dockerd's (README.md: `except`) */
    void *self;
    /* Sends a request; what it returns belongs to the target until it is finished. NULL: this target cannot make such a
     * one. */
    void *(*begin)(struct target *target, const struct request *request);
    /* Waits for the end of the answer. */
    void (*finish)(struct target *target, void *begun, struct arena *arena, struct answer *answer);
    /* Lets time go by, real or the fake's. */
    void (*pass)(struct target *target, int ms);
    void (*close)(struct target *target);
};

/* unix:///path or tcp://host:port, with `served:` before it where drydock serves; it is not asked yet. false: the
 * address is neither. */
bool target_open_socket(struct target *target, const char *address);

/* The fake in this process (fakes/docker/api.h). false: there is none in this build. */
bool target_open_in_process(struct target *target, const char *address);

/* The value of a header, case ignored; NULL: it is not there. */
const char *header_find(const struct header *headers, const char *name);

#endif
