/* Events of an engine (GET /events): kept for clients that ask later (the Engine keeps the last 256), read by streams.
 */
#ifndef DRYDOCK_FAKES_DOCKER_EVENTS_H
#define DRYDOCK_FAKES_DOCKER_EVENTS_H

#include "core/value.h"

struct docker_engine;
struct container;

struct docker_event {
    const char *type;   /* "container", "network", "volume", "image", "daemon": a literal */
    const char *action; /* "start", "exec_create: sh" … */
    const char *id;     /* of the actor */
    const struct value *attributes;
    const struct value *labels; /* the object's, for filters by label; NULL: none */
    int64_t at_ms;
    uint64_t number; /* 1, 2 …, in the order in which they happened */
};

struct docker_events {
    struct docker_event *kept; /* a ring */
    uint32_t first, count, size;
    uint64_t noted; /* events ever */
};

/* Notes an event now; texts and values are copied. */
void docker_event_note(struct docker_engine *engine, struct docker_event event);
/* The same of a container, with the attributes that every container event has (name, image, labels) and those of
 * `more`, an object or NULL. */
void docker_event_of_container(struct docker_engine *engine, const struct container *container, const char *action,
                               const struct value *more);

#endif
