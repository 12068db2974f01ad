/* Every schedule within a bound on preemptions (Musuvathi & Qadeer, PLDI 2007) or delays (Emmi, Qadeer & Rakamaric,
 * POPL 2011), depth first.
 *
 * Sleep sets would lose classes here: the one schedule of a class that they leave may be beyond the bound when another
 * is within. Instead a state that was reached before, with as much of the bound used, is not entered again; a class of
 * executions leads to one state, so its hash names the state.
 */
#include "sim/search/grow.h"
#include "sim/search/hash_set.h"
#include "sim/search/search.h"
#include "sim/search/walk.h"

#include "core/value.h"

#include <stdlib.h>

/* A state on the path. */
struct bounded_node {
    bool pass;            /* nothing can move: `count` ways of passing on */
    uint32_t next, count; /* what to try next, and how much there is */
    uint32_t last;        /* the task that moved last and could move on; ORDER_NONE: there is none */
    uint32_t preemptions, delays;
};

struct bounded {
    struct search *search;
    struct walk walk;
    struct bounded_node *nodes; /* by depth */
    uint32_t depth, size;
    struct hash_set states, classes;
};

/* The hash of a state and of all that the bound makes matter. */
static uint64_t state_key(const struct bounded *bounded, const struct bounded_node *node)
{
    const struct search *search = bounded->search;
    uint64_t key = walk_hash(&bounded->walk);

    if (search->preemptions_max != SEARCH_UNBOUNDED) {
        key = hash_combine(hash_combine(key, node->last), node->preemptions);
    }
    if (search->delays_max != SEARCH_UNBOUNDED) {
        key = hash_combine(key, node->delays);
        for (uint32_t i = 0; i < machine_move_count(search->machine); i++) {
            key = hash_combine(key, machine_move_slot(search->machine, i));
        }
    }
    return key;
}

/* The run is over. Whether the search is to go on. */
static bool end_execution(struct bounded *bounded)
{
    struct search *search = bounded->search;
    uint64_t class_hash = walk_hash(&bounded->walk);

    if (!hash_set_add(&bounded->classes, class_hash)) {
        search->counts.merged++;
        return true;
    }
    search->counts.classes += !bounded->classes.full;
    return search_execution(search, class_hash);
}

/* Leaves out what is beyond the bound. */
static void narrow(const struct bounded *bounded, struct bounded_node *node)
{
    const struct search *search = bounded->search;

    if (node->last != ORDER_NONE && node->preemptions == search->preemptions_max) {
        node->next = machine_index(search->machine, node->last);
        node->count = node->next + 1;
    }
    if (node->count - 1 > search->delays_max - node->delays) {
        node->count = search->delays_max - node->delays + 1;
    }
}

/* Enters the state at the end of the path. `last` moved last (ORDER_NONE: nobody since the run passed on). Whether the
 * search is to go on. */
static bool enter(struct bounded *bounded, uint32_t last, uint32_t preemptions, uint32_t delays)
{
    struct search *search = bounded->search;
    struct machine *machine = search->machine;
    bool could_go_on = last != ORDER_NONE && machine_index(machine, last) != ORDER_NONE;

    grow((void *)&bounded->nodes, &bounded->size, bounded->depth + 1, sizeof *bounded->nodes);
    struct bounded_node *node = &bounded->nodes[bounded->depth];

    *node =
        (struct bounded_node){.last = could_go_on ? last : ORDER_NONE, .preemptions = preemptions, .delays = delays};
    node->count = machine_move_count(machine);
    if (node->count == 0) {
        node->pass = true;
        node->count = machine_rest(machine);
        if (node->count == 0) {
            return end_execution(bounded);
        }
    }
    if (!hash_set_add(&bounded->states, state_key(bounded, node))) {
        node->count = 0;
        search->counts.merged++;
    } else if (!node->pass) {
        narrow(bounded, node);
    }
    return search_goes_on(search);
}

/* Tries what is next in the state at the end of the path. Whether the search is to go on. */
static bool try_next(struct bounded *bounded)
{
    struct machine *machine = bounded->search->machine;
    struct bounded_node node = bounded->nodes[bounded->depth];
    uint32_t index = node.next;

    bounded->nodes[bounded->depth].next++;
    if (machine->depth != bounded->depth) {
        walk_back(&bounded->walk, bounded->depth);
    }
    bounded->depth++;
    if (node.pass) {
        walk_pass(&bounded->walk, index);
        return enter(bounded, ORDER_NONE, node.preemptions, node.delays);
    }
    uint32_t slot = machine_move_slot(machine, index);
    bool preempts = node.last != ORDER_NONE && node.last != slot;

    walk_step(&bounded->walk, index);
    return enter(bounded, slot, node.preemptions + preempts, node.delays + index);
}

/* Goes back to the last state where something is left to try. false: there is none. */
static bool go_back(struct bounded *bounded)
{
    while (bounded->nodes[bounded->depth].next >= bounded->nodes[bounded->depth].count) {
        if (bounded->depth == bounded->search->prefix_length) {
            return false;
        }
        bounded->depth--;
    }
    return true;
}

void search_bounded(struct search *search)
{
    struct bounded bounded = {.search = search, .depth = search->prefix_length};
    uint64_t transitions = search->machine->transition_count;

    walk_init(&bounded.walk, search->machine, false);
    if (walk_follow(&bounded.walk, search->prefix, search->prefix_length)) {
        bool go_on = enter(&bounded, ORDER_NONE, 0, 0);

        while (go_on && go_back(&bounded)) {
            go_on = try_next(&bounded);
        }
        search->complete = go_on;
        search->counts.classes_full = bounded.classes.full;
    } else {
        search->stopped_by = SEARCH_PREFIX;
    }
    search->counts.transitions += search->machine->transition_count - transitions;
    walk_free(&bounded.walk);
    hash_set_free(&bounded.states);
    hash_set_free(&bounded.classes);
    free(bounded.nodes);
}
