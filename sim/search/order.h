/* The order of an execution: which transitions happen before which, and which race.
 *
 * Happens-before is the least transitive relation that orders transitions of one task and transitions that depend on
 * one another (Mazurkiewicz traces; Abdulla, Aronis, Jonsson & Sagonas, JACM 2017, section 3). It is kept as one row of
 * bits per event, its predecessors: with a few dozen events a row is one word, and races fall out of building it.
 *
 * An order is a stack: events are added at its end and cut off there.
 */
#ifndef DRYDOCK_SIM_SEARCH_ORDER_H
#define DRYDOCK_SIM_SEARCH_ORDER_H

#include "sim/search/footprint.h"

#define ORDER_NONE UINT32_MAX

/* A transition: the next one of the task in this slot. */
struct order_event {
    uint32_t slot;
    bool variable; /* the footprint depends on what the transition finds */
    const struct footprint *footprint;
    uint64_t hash;       /* of the event in its class: the same wherever it stands */
    uint32_t race_count; /* races up to and including this event's; order_add() sets it */
};

/* first < second, of different tasks, dependent, and nothing in between orders them. */
struct race {
    uint32_t first, second;
};

struct order {
    const struct catalogue *catalogue;
    uint32_t words; /* in a row of bits */
    uint32_t count;
    struct order_event *events;
    uint32_t event_size;
    uint64_t *before; /* count rows: the predecessors */
    uint32_t before_size;
    uint64_t *of_task; /* a row per slot */
    uint32_t of_task_size;
    uint64_t *touched; /* ACCESS_MODES rows per object: who read, wrote, added */
    uint32_t touched_size;
    struct race *races;
    uint32_t race_size;
};

void order_init(struct order *order, const struct catalogue *catalogue);
void order_free(struct order *order);
/* Adds an event and finds its races. `cause` is the event without which it could not be, beside its task's own: the one
 * that started the task (ORDER_NONE: none). */
void order_add(struct order *order, struct order_event event, uint32_t cause);
/* Cuts back to `count` events. */
void order_cut(struct order *order, uint32_t count);

static inline uint64_t *order_before(const struct order *order, uint32_t event)
{
    return &order->before[(uint64_t)event * order->words];
}

static inline bool row_has(const uint64_t *row, uint32_t bit)
{
    return (row[bit >> 6] >> (bit & 63) & 1) != 0;
}

/* Whether two rows have an event in common. */
static inline bool rows_meet(const uint64_t *left, const uint64_t *right, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++) {
        if ((left[i] & right[i]) != 0) {
            return true;
        }
    }
    return false;
}

/* The first event of a task among the events of a row; false when there is none. */
bool order_first_of(const struct order *order, uint32_t slot, const uint64_t *row, uint32_t *event);
/* Whether a transition with this footprint depends on any event of `bits`, word number `word` of a row (other than of
 * its own task). */
bool order_depends_word(const struct order *order, const struct footprint *footprint, uint32_t word, uint64_t bits);

#endif
