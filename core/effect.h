/* The border: everything the logic asks of the outside is an effect (design.md, The border).
 *
 * A request and its answer travel in one struct effect through one door, perform(). The vocabulary is effects.def, the
 * failures are faults.def; enum, names, footprints and catalogues all come from these two tables.
 */
#ifndef DRYDOCK_CORE_EFFECT_H
#define DRYDOCK_CORE_EFFECT_H

#include "core/arena.h"
#include "core/error.h"
#include "core/value.h"

#include <stdbool.h>
#include <stdint.h>

enum effect_id {
#define EFFECT(ID, port, operation, wire_port, wire_operation, reads, writes, faults) EFFECT_##ID,
#define IMMEDIATE(ID, port, operation) EFFECT_##ID,
#include "core/effects.def"
    EFFECT_COUNT
};

/* The wires, in the words of traces and scenarios. */
enum effect_port {
    PORT_docker,
    PORT_db,
    PORT_bench,
    PORT_daemon,
    PORT_syncthing,
    PORT_fdm,
    PORT_peers,
    PORT_net,
    PORT_host,
    PORT_clock,
    PORT_node,
};

enum fault_kind {
    FAULT_NONE,
#define FAULT(ID, name, happens, status, message, what) FAULT_##ID,
#include "core/faults.def"
    FAULT_COUNT
};

/* Classes of objects that an effect reads and writes, as bits. */
enum object_class {
    OBJECTS_NOTHING = 0,
    OBJECTS_CONTAINERS = 1 << 0,
    OBJECTS_NETWORKS = 1 << 1,
    OBJECTS_IMAGES = 1 << 2,
    OBJECTS_ROWS = 1 << 3,
    OBJECTS_CHAIN = 1 << 4,
    OBJECTS_SYNC = 1 << 5,
    OBJECTS_PRIMARY = 1 << 6,
    OBJECTS_PEER_STORES = 1 << 7,
    OBJECTS_FILES = 1 << 8,
    OBJECTS_VOLUMES = 1 << 9,
    OBJECTS_MOUNTS = 1 << 10,
    OBJECTS_CRONTAB = 1 << 11,
    OBJECTS_FIREWALL = 1 << 12,
    OBJECTS_ENGINE = 1 << 13,
};

struct effect_info {
    const char *name; /* "docker containers.prune" */
    enum effect_port port;
    const char *port_name;
    const char *operation;
    const char *wire_port; /* as the recordings write it; NULL where it is the same */
    const char *wire_operation;
    uint32_t reads; /* bits of enum object_class */
    uint32_t writes;
    uint32_t faults; /* bit 1 << enum fault_kind */
    bool immediate;
};

struct fault_info {
    const char *name;
    bool happens; /* the world changes all the same */
    int status;
    const char *message; /* NULL for a fault without text */
    const char *what;
};

/* One request and, once perform() is back, its answer. The caller owns the struct; everything it points to lives in the
 * task's arena or longer. */
struct effect {
    enum effect_id id;
    const struct value *args; /* the request as it goes over the wire; NULL for immediate effects */
    const char *object;       /* what it is about: container name, app, path; NULL when nothing in particular */
    const char *operand;      /* see effects.def; NULL when unused */
    double amount;            /* see effects.def */
    const void *
        payload; /* immediate effects: see effects.def; of a request that came over a wire: what waits for its answer */
    const char *place; /* where in core/ it was issued, "core/db.c:85"; perform() sets it; NULL: not by core/ */

    const struct value *result; /* not NULL when error is NULL; null where the answer has no content */
    const struct error *error;  /* as the far side gave it, before any client dresses it up */
};

/* Facts about an effect or a fault kind, by id; by name ("docker containers.prune"), NULL when there is none. */
const struct effect_info *effect_info(enum effect_id id);
const struct fault_info *fault_info(enum fault_kind kind);
bool effect_by_name(const char *name, enum effect_id *id);
bool fault_by_name(const char *name, enum fault_kind *kind);
/* The name of an object class by its bit number; NULL past the last. */
const char *object_class_name(unsigned bit);

#endif
