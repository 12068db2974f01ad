/* Events of an engine (GET /events): the last EVENTS_KEPT are kept for clients that ask later, as the Engine keeps
 * them, and streams read them from there. */
#ifndef DRYDOCK_FAKES_DOCKER_EVENTS_H
#define DRYDOCK_FAKES_DOCKER_EVENTS_H

#include "core/effect.h"

struct docker_engine;
struct container;
struct docker_request;

enum { EVENTS_KEPT = 256 }; /* moby daemon/events: eventsLimit */

/* An event to be noted. */
struct docker_event {
    const char *type;               /* "container", "network", "volume", "image", "daemon": a literal */
    const char *action;             /* "start", "exec_create: sh" … */
    const char *id;                 /* of the actor */
    const struct value *attributes; /* of texts, the object's labels among them; NULL: none */
};

/* An event that is kept: its texts stand in one block one after another, each with a NUL after it: action, id, then the
 * attributes' names and values, sorted by name. A slot's block is used again by the next event there. */
struct docker_kept_event {
    const char *type;
    int64_t at_us;
    uint64_t number; /* 1, 2 …, in the order in which they happened */
    char *texts;
    uint32_t size; /* bytes of the block */
    uint32_t attribute_count;
};

struct docker_events {
    struct docker_kept_event kept[EVENTS_KEPT]; /* event n is at (n - 1) % EVENTS_KEPT */
    uint64_t noted;                             /* events ever */
    int64_t last_ms;                            /* what docker_now_us() was asked for last, */
    int64_t within_us;                          /* and how far into that millisecond it has come */
};

/* Now, in µs since the epoch: within one millisecond each answer is a microsecond after the last one, so that who asks
 * for the events between two instants gets those between. */
int64_t docker_now_us(struct docker_engine *engine);

/* Notes an event at this instant; everything is copied. */
void docker_event_note(struct docker_engine *engine, struct docker_event event);
/* The same of a container, with the attributes that every container event has (image, name, labels) and those of
 * `more`, an object of texts or NULL. */
void docker_event_of_container(struct docker_engine *engine, const struct container *container, const char *action,
                               const struct value *more);
/* The instant of a parameter, seconds since the epoch with a fraction or not, in µs; `otherwise` where it was not
 * given. false, with an error of `status` set, when it is none. */
bool docker_instant(struct docker_request *request, const char *name, int status, int64_t otherwise, int64_t *us);

#endif
