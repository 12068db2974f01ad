/* The class of an execution as a number: equal for two executions only if they are equal but for the order of what is
 * independent, and always then.
 *
 * The hash of an event mixes that of its task's event before (of the first, the task's identity) with those of the
 * events that it conflicts with since the last write; the class is their sum. So it is had without an order, at a few
 * nanoseconds per access, and names neither slots nor objects, which are numbered as a search comes by them.
 */
#ifndef DRYDOCK_SIM_SEARCH_CLASS_HASH_H
#define DRYDOCK_SIM_SEARCH_CLASS_HASH_H

#include "sim/search/footprint.h"

struct class_hash {
    const struct catalogue *catalogue;
    uint64_t sum; /* of all events */

    struct class_past *pasts; /* by object */
    uint32_t past_size;
    uint64_t *last; /* event of each task, by slot; 0: none */
    uint32_t last_size;
    struct class_event *events;
    uint32_t count, event_size;
    struct class_change *changes; /* of pasts, to be taken back */
    uint32_t change_count, change_size;
};

void class_hash_init(struct class_hash *hash, const struct catalogue *catalogue);
void class_hash_free(struct class_hash *hash);
/* Adds an event of a task. Returns its hash. */
uint64_t class_hash_add(struct class_hash *hash, uint32_t slot, uint64_t identity, const struct footprint *footprint);
/* Cuts back to `count` events. */
void class_hash_cut(struct class_hash *hash, uint32_t count);

#endif
