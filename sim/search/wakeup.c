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

bool wakeup_weak_initial(const struct order *order, const uint64_t *row, struct label label,
                         const struct footprint *footprint, bool alone, uint32_t *event)
{
    if (order_first_of(order, label.slot, row, event)) {
        return order->events[*event].label.alternative == label.alternative &&
               !rows_meet(order_before(order, *event), row, order->words);
    }
    *event = ORDER_NONE;
    return alone && footprint != NULL && !order_depends(order, footprint, row);
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

static struct wakeup_node node_of(const struct order *order, uint32_t event, const bool *alone)
{
    return (struct wakeup_node){order->events[event].label, order->events[event].footprint, alone[event], WAKEUP_NONE,
                                WAKEUP_NONE};
}

/* Appends what is left of the sequence as a chain of nodes; `last`, whose order changes, comes when all others have
 * been. */
static void append(struct wakeup *wakeup, uint32_t *first, uint32_t parent, const struct order *order, uint64_t *row,
                   uint32_t last, const bool *alone)
{
    bool has_last = row_has(row, last);

    for (uint32_t word = 0; word < order->words; word++) {
        while (row[word] != 0) {
            uint32_t event = word * 64 + (uint32_t)__builtin_ctzll(row[word]);

            row[word] &= row[word] - 1;
            if (event != last) {
                add_below(wakeup, first, &parent, node_of(order, event, alone));
            }
        }
    }
    if (has_last) {
        add_below(wakeup, first, &parent, node_of(order, last, alone));
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

bool wakeup_insert(struct wakeup *wakeup, uint32_t *first, const struct order *order,
                   struct wakeup_sequence sequence, const bool *alone)
{
    uint32_t parent = WAKEUP_NONE;
    uint32_t child = *first;

    grow((void *)&wakeup->row, &wakeup->row_size, order->words, sizeof *wakeup->row);
    uint64_t *row = wakeup->row;

    memcpy(row, sequence.row, order->words * sizeof *row);
    while (child != WAKEUP_NONE) {
        const struct wakeup_node *node = &wakeup->nodes[child];
        uint32_t event = ORDER_NONE;

        if (!wakeup_weak_initial(order, row, node->label, node->footprint, node->alone, &event)) {
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
    append(wakeup, first, parent, order, row, sequence.last, alone);
    return true;
}
