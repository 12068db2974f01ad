/* Wake-up trees: which sequences of transitions are still to be tried from a state
 * (Abdulla, Aronis, Jonsson & Sagonas, Source Sets: A Foundation for Optimal Dynamic Partial Order Reduction, JACM
 * 2017, section 6). The children of a node are tried in order, the first first.
 */
#ifndef DRYDOCK_SIM_SEARCH_WAKEUP_H
#define DRYDOCK_SIM_SEARCH_WAKEUP_H

#include "sim/search/order.h"

enum { WAKEUP_NONE = 0 }; /* no node: the table's first entry is never used */

struct wakeup_node {
    uint32_t slot;                     /* the task to move */
    const struct footprint *footprint; /* of its transition there; NULL: not known, and it is about to be tried */
    uint32_t first, next;              /* child, sibling */
};

/* The nodes of all trees of a search. */
struct wakeup {
    struct wakeup_node *nodes;
    uint32_t count, size;
    uint32_t free; /* chained by next */
    uint64_t *row; /* working space: the rest of a sequence */
    uint32_t row_size;
};

void wakeup_init(struct wakeup *wakeup);
void wakeup_free(struct wakeup *wakeup);

/* A new node at the end of the list of children *first. */
uint32_t wakeup_add(struct wakeup *wakeup, uint32_t *first, struct wakeup_node node);
/* Gives a list of nodes back with all that hangs below. */
void wakeup_drop(struct wakeup *wakeup, uint32_t first);

/* A sequence: the events of `row` in their order, and `last` (which is in the row) as the final one, with what it
 * touches when it runs there: that may be something else than where it was seen. */
struct wakeup_sequence {
    const uint64_t *row;
    uint32_t last;
    const struct footprint *last_footprint;
};

/* Inserts a sequence of events of `order` into the tree of the children *first, unless a leaf already covers it:
 * insert() of section 6.1. Returns whether the tree grew. */
bool wakeup_insert(struct wakeup *wakeup, uint32_t *first, const struct order *order, struct wakeup_sequence sequence);

/* Whether the next transition of a task, with this footprint, can come first in some continuation of the sequence: weak
 * initials, section 4.1. *event is the transition in the sequence, or ORDER_NONE. */
bool wakeup_weak_initial(const struct order *order, struct wakeup_sequence sequence, uint32_t slot,
                         const struct footprint *footprint, uint32_t *event);

#endif
