#include "sim/search/wakeup.h"

#include "sim/search/grow.h"

#include <stdlib.h>
#include <string.h>

void wakeup_init(struct wakeup *wakeup)
{
    *wakeup = (struct wakeup){.count = 1};
}

void wakeup_free(struct wakeup *wakeup)
{
    free(wakeup->nodes);
    free(wakeup->row);
}

uint32_t wakeup_add(struct wakeup *wakeup, uint32_t *first, struct wakeup_node node)
{
    uint32_t number = wakeup->free;
    uint32_t *link = first;

    while (*link != WAKEUP_NONE) {
        link = &wakeup->nodes[*link].next;
    }
    if (number == WAKEUP_NONE) {
        if (wakeup->count == wakeup->size || wakeup->nodes == NULL) {
            /* `link` may lead into the table that moves. */
            bool inside = link != first;
            size_t place = inside ? (size_t)((char *)link - (char *)wakeup->nodes) : 0;

            grow((void *)&wakeup->nodes, &wakeup->size, wakeup->count + 1, sizeof *wakeup->nodes);
            link = inside ? (uint32_t *)(void *)((char *)wakeup->nodes + place) : first;
        }
        number = wakeup->count++;
    } else {
        wakeup->free = wakeup->nodes[number].next;
    }
    *link = number;
    node.next = WAKEUP_NONE;
    wakeup->nodes[number] = node;
    return number;
}

void wakeup_drop(struct wakeup *wakeup, uint32_t first)
{
    while (first != WAKEUP_NONE) {
        uint32_t next = wakeup->nodes[first].next;

        wakeup_drop(wakeup, wakeup->nodes[first].first);
        wakeup->nodes[first].next = wakeup->free;
        wakeup->free = first;
        first = next;
    }
}

/* Whether a transition with this footprint depends on an event of the sequence other than its last. */
static bool depends_before_last(const struct order *order, struct wakeup_sequence sequence,
                                const struct footprint *footprint)
{
    for (uint32_t word = 0; word < order->words; word++) {
        uint64_t rest = sequence.row[word];

        if (word == sequence.last >> 6) {
            rest &= ~((uint64_t)1 << (sequence.last & 63));
        }
        if (rest != 0 && order_depends_word(order, footprint, word, rest)) {
            return true;
        }
    }
    return false;
}

bool wakeup_weak_initial(const struct order *order, struct wakeup_sequence sequence, uint32_t slot,
                         const struct footprint *footprint, uint32_t *event)
{
    bool has_last = row_has(sequence.row, sequence.last);

    if (!order_first_of(order, slot, sequence.row, event)) {
        *event = ORDER_NONE;
        return footprint != NULL && !depends_before_last(order, sequence, footprint) &&
               !(has_last && footprints_conflict(order->catalogue, footprint, sequence.last_footprint));
    }
    if (*event != sequence.last) {
        return !rows_meet(order_before(order, *event), sequence.row, order->words);
    }
    return !depends_before_last(order, sequence, sequence.last_footprint);
}

/* Adds a node below *parent, or to the tree's children *first when there is none yet, and makes it the next parent. */
static void add_below(struct wakeup *wakeup, uint32_t *first, uint32_t *parent, struct wakeup_node node)
{
    uint32_t children = *parent == WAKEUP_NONE ? *first : wakeup->nodes[*parent].first;
    uint32_t number = wakeup_add(wakeup, &children, node);

    if (*parent == WAKEUP_NONE) {
        *first = children;
    } else {
        wakeup->nodes[*parent].first = children;
    }
    *parent = number;
}

static struct wakeup_node node_of(const struct order *order, uint32_t event, const struct footprint *footprint)
{
    return (struct wakeup_node){order->events[event].slot, footprint, WAKEUP_NONE, WAKEUP_NONE};
}

/* Appends what is left of the sequence as a chain of nodes; its last, whose order changes, comes when all others have
 * been. */
static void append(struct wakeup *wakeup, uint32_t *first, uint32_t parent, const struct order *order, uint64_t *row,
                   struct wakeup_sequence sequence)
{
    bool has_last = row_has(row, sequence.last);

    for (uint32_t word = 0; word < order->words; word++) {
        while (row[word] != 0) {
            uint32_t event = word * 64 + (uint32_t)__builtin_ctzll(row[word]);

            row[word] &= row[word] - 1;
            if (event != sequence.last) {
                add_below(wakeup, first, &parent, node_of(order, event, order->events[event].footprint));
            }
        }
    }
    if (has_last) {
        add_below(wakeup, first, &parent, node_of(order, sequence.last, sequence.last_footprint));
    }
}

static bool is_empty(const uint64_t *row, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++) {
        if (row[i] != 0) {
            return false;
        }
    }
    return true;
}

bool wakeup_insert(struct wakeup *wakeup, uint32_t *first, const struct order *order, struct wakeup_sequence sequence)
{
    uint32_t parent = WAKEUP_NONE;
    uint32_t child = *first;

    grow((void *)&wakeup->row, &wakeup->row_size, order->words, sizeof *wakeup->row);
    uint64_t *row = wakeup->row;

    memcpy(row, sequence.row, order->words * sizeof *row);
    while (child != WAKEUP_NONE) {
        const struct wakeup_node *node = &wakeup->nodes[child];
        uint32_t event = ORDER_NONE;

        struct wakeup_sequence rest = {row, sequence.last, sequence.last_footprint};

        if (!wakeup_weak_initial(order, rest, node->slot, node->footprint, &event)) {
            child = node->next;
            continue;
        }
        if (event != ORDER_NONE) {
            row[event >> 6] &= ~((uint64_t)1 << (event & 63));
        }
        if (node->first == WAKEUP_NONE || is_empty(row, order->words)) {
            return false;
        }
        parent = child;
        child = node->first;
    }
    append(wakeup, first, parent, order, row, sequence);
    return true;
}
