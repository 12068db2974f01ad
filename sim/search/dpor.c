/* Dynamic partial-order reduction with sleep sets, source sets and wake-up trees, so that each class of executions is
 * run once and none is begun in vain: Algorithm 3 of Abdulla, Aronis, Jonsson & Sagonas, Source Sets: A Foundation for
 * Optimal Dynamic Partial Order Reduction, JACM 64(4), 2017; after Flanagan & Godefroid, POPL 2005, and Godefroid 1996
 * (sleep sets).
 *
 * Two things are added. A run passes on from rest to rest: everything before a rest happens before everything after it,
 * so each stretch in between is a search of its own, and a resting state that was met before need not be searched
 * again. And what a transition touches may depend on what it finds: then the one whose order is reversed is tried where
 * it is to run, to see what it touches there (footprint_there()).
 */
#include "sim/search/estimate.h"
#include "sim/search/footprint_memo.h"
#include "sim/search/grow.h"
#include "sim/search/hash_set.h"
#include "sim/search/search.h"
#include "sim/search/wakeup.h"
#include "sim/search/walk.h"

#include "core/value.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A transition that need not be tried here: everything that begins with it has been seen. */
struct sleeper {
    uint32_t slot;
    const struct footprint *footprint;
};

/* A state on the path, and what is to be done from it. */
struct choice {
    bool pass; /* a rest: `way` of `ways` is being tried */
    uint32_t way, ways;
    uint32_t sleep_first, sleep_count; /* in the pool */
    uint32_t tree;                     /* what is still to be tried, without the branch under way */
    uint32_t finished;                 /* branches */
    uint32_t slot;                     /* the branch under way */
    const struct footprint *footprint;
};

struct dpor {
    struct search *search;
    struct machine *machine;
    struct walk walk;
    struct wakeup wakeup;
    struct choice *nodes;
    uint32_t depth, node_size;
    struct sleeper *sleepers;
    uint32_t sleeper_count, sleeper_size;
    uint64_t *row; /* working space */
    uint32_t row_size;
    bool astray;     /* the run is not at the end of the path: machine_back() brings it there */
    uint32_t *slots; /* working space: of a sequence */
    uint32_t slots_size;
    struct footprint_memo seen;
    struct hash_set rests; /* states met */
    struct estimate estimate;
};

/* ---- nodes ---------------------------------------------------------------------------------------- */

/* A new state at the end of the path; its sleepers follow in the pool. */
static struct choice *node_enter(struct dpor *dpor)
{
    grow((void *)&dpor->nodes, &dpor->node_size, dpor->depth + 1, sizeof *dpor->nodes);
    struct choice *node = &dpor->nodes[dpor->depth];

    *node = (struct choice){.sleep_first = dpor->sleeper_count};
    return node;
}

static void add_sleeper(struct dpor *dpor, struct choice *node, struct sleeper sleeper)
{
    assert(node->sleep_first + node->sleep_count == dpor->sleeper_count);
    grow((void *)&dpor->sleepers, &dpor->sleeper_size, dpor->sleeper_count + 1, sizeof *dpor->sleepers);
    dpor->sleepers[dpor->sleeper_count++] = sleeper;
    node->sleep_count++;
}

static bool is_asleep(const struct dpor *dpor, const struct choice *node, uint32_t slot)
{
    for (uint32_t i = 0; i < node->sleep_count; i++) {
        if (dpor->sleepers[node->sleep_first + i].slot == slot) {
            return true;
        }
    }
    return false;
}

/* Something to try at a node that nobody has wishes for: the task that moved last if it can, for few switches. false
 * when everything that can move is asleep. */
static bool choose(struct dpor *dpor, struct choice *node)
{
    struct machine *machine = dpor->machine;
    const struct order *order = &walk_stretch(&dpor->walk)->order;
    uint32_t slot = order->count > 0 ? order->events[order->count - 1].slot : 0;
    bool found = order->count > 0 && !is_asleep(dpor, node, slot) && machine_index(machine, slot) != ORDER_NONE;

    for (uint32_t i = 0; i < machine_move_count(machine) && !found; i++) {
        slot = machine_move_slot(machine, i);
        found = !is_asleep(dpor, node, slot);
    }
    if (found) {
        wakeup_add(&dpor->wakeup, &node->tree, (struct wakeup_node){.slot = slot});
    }
    return found;
}

/* ---- footprints that depend on what they find
 * ------------------------------------------------------------------------ */

/* What a task's next transition touches in a state, for those whose footprint depends on what they find. A class of
 * executions leads to one state, so its hash names the state. */
static uint64_t footprint_key(const struct stretch *stretch, uint64_t class_hash, uint32_t slot)
{
    return hash_combine(hash_combine(stretch->class_before, class_hash), slot);
}

/* What the last event of a sequence touches when it runs at its end, from the state before event `from`. */
static const struct footprint *footprint_there(struct dpor *dpor, const struct stretch *stretch, uint32_t from,
                                               const uint64_t *row, uint32_t last)
{
    const struct order *order = &stretch->order;

    if (!order->events[last].variable) {
        return order->events[last].footprint;
    }
    uint64_t class_hash = 0;
    uint32_t count = 0;

    grow((void *)&dpor->slots, &dpor->slots_size, order->count + 1, sizeof *dpor->slots);
    for (uint32_t i = 0; i < order->count; i++) {
        if (i < from || (row_has(row, i) && i != last)) {
            class_hash += order->events[i].hash;
        }
        if (i >= from && row_has(row, i) && i != last) {
            dpor->slots[count++] = order->events[i].slot;
        }
    }
    dpor->slots[count++] = order->events[last].slot;
    uint64_t key = footprint_key(stretch, class_hash, order->events[last].slot);

    const struct footprint *footprint = footprint_memo_get(&dpor->seen, key);

    if (footprint == NULL) {
        footprint = machine_detour(dpor->machine, stretch->depth + from, dpor->slots, count);
        footprint_memo_put(&dpor->seen, key, footprint);
        dpor->astray = true;
    }
    return footprint;
}

/* ---- going down ---------------------------------------------------------------------------------------------------
 */

/* Keeps the slots of what can move. Returns how many. */
static uint32_t note_slots(struct dpor *dpor)
{
    uint32_t count = machine_move_count(dpor->machine);

    grow((void *)&dpor->slots, &dpor->slots_size, count, sizeof *dpor->slots);
    for (uint32_t i = 0; i < count; i++) {
        dpor->slots[i] = machine_move_slot(dpor->machine, i);
    }
    return count;
}

static bool has_branch(const struct dpor *dpor, uint32_t tree, uint32_t slot)
{
    while (tree != WAKEUP_NONE && dpor->wakeup.nodes[tree].slot != slot) {
        tree = dpor->wakeup.nodes[tree].next;
    }
    return tree != WAKEUP_NONE;
}

/* A task that the last transition ended could have moved before it. No race tells, for it never came to its event: so
 * that is wished for here (the algorithm takes it that no task disables another: JACM 2017, section 2). */
static void wish_for_ended(struct dpor *dpor, struct choice *node, uint32_t noted)
{
    struct machine *machine = dpor->machine;
    uint32_t ended = 0;

    for (uint32_t i = 0; i < noted; i++) {
        uint32_t slot = dpor->slots[i];

        if (slot != node->slot && machine_index(machine, slot) == ORDER_NONE && !is_asleep(dpor, node, slot) &&
            !has_branch(dpor, node->tree, slot)) {
            dpor->slots[ended++] = slot;
        }
    }
    for (uint32_t i = 0; i < ended; i++) {
        struct wakeup_node wish = {.slot = dpor->slots[i],
                                   .footprint = machine_detour(machine, dpor->depth, &dpor->slots[i], 1)};

        wakeup_add(&dpor->wakeup, &node->tree, wish);
    }
    if (ended > 0) {
        machine_back(machine, machine->depth);
    }
}

/* Performs the first branch of the node's tree and enters the state it leads to. */
static void step(struct dpor *dpor)
{
    struct choice *node = &dpor->nodes[dpor->depth];
    uint32_t branch = node->tree;
    uint32_t slot = dpor->wakeup.nodes[branch].slot;
    uint32_t below = dpor->wakeup.nodes[branch].first;
    struct move move = {0};
    bool can_move = machine_find(dpor->machine, slot, &move);

    assert(can_move);
    (void)can_move;
    node->tree = dpor->wakeup.nodes[branch].next;
    dpor->wakeup.nodes[branch].first = WAKEUP_NONE;
    dpor->wakeup.nodes[branch].next = WAKEUP_NONE;
    wakeup_drop(&dpor->wakeup, branch);
    node->slot = slot;
    uint64_t class_hash = walk_sum(&dpor->walk);
    uint32_t noted = dpor->machine->stage->ends_tasks ? note_slots(dpor) : 0;

    node->footprint = walk_step(&dpor->walk, move.index);
    if (move.variable) {
        footprint_memo_put(&dpor->seen, footprint_key(walk_stretch(&dpor->walk), class_hash, slot), node->footprint);
    }
    wish_for_ended(dpor, node, noted);

    dpor->depth++;
    struct choice *next = node_enter(dpor);

    node = &dpor->nodes[dpor->depth - 1];
    next->tree = below;
    for (uint32_t i = 0; i < node->sleep_count; i++) {
        struct sleeper sleeper = dpor->sleepers[node->sleep_first + i];

        if (sleeper.slot != slot &&
            !footprints_conflict(&dpor->machine->catalogue, sleeper.footprint, node->footprint)) {
            add_sleeper(dpor, next, sleeper);
        }
    }
}

/* ---- races ---------------------------------------------------------------------------------------------------------
 */

/* Whether everything that begins with the sequence, from the node, has been seen: the sleep set meets its weak
 * initials. */
static bool is_covered(const struct dpor *dpor, const struct choice *node, const struct order *order,
                       struct wakeup_sequence sequence)
{
    for (uint32_t i = 0; i < node->sleep_count; i++) {
        const struct sleeper *sleeper = &dpor->sleepers[node->sleep_first + i];
        uint32_t event = ORDER_NONE;

        if (wakeup_weak_initial(order, sequence, sleeper->slot, sleeper->footprint, &event)) {
            return true;
        }
    }
    return false;
}

/* Wishes for an execution in which the race goes the other way: notdep(first, E).second, section 6.2. */
static void reverse(struct dpor *dpor, struct stretch *stretch, struct race race)
{
    const struct order *order = &stretch->order;
    struct choice *node = &dpor->nodes[stretch->depth + race.first];

    if (stretch->depth + race.first < dpor->search->prefix_length) {
        return;
    }
    uint64_t *row = dpor->row;

    memset(row, 0, order->words * sizeof *row);
    for (uint32_t i = race.first + 1; i < order->count; i++) {
        if (!row_has(order_before(order, i), race.first)) {
            row[i >> 6] |= (uint64_t)1 << (i & 63);
        }
    }
    row[race.second >> 6] |= (uint64_t)1 << (race.second & 63);
    struct wakeup_sequence sequence = {row, race.second, footprint_there(dpor, stretch, race.first, row, race.second)};

    if (!is_covered(dpor, node, order, sequence)) {
        wakeup_insert(&dpor->wakeup, &node->tree, order, sequence);
    }
}

/* The stretch has come to its end: reverses the races that its new events are in. */
static void check_races(struct dpor *dpor)
{
    struct stretch *stretch = walk_stretch(&dpor->walk);
    const struct order *order = &stretch->order;

    if (order->count == 0) {
        return;
    }
    uint32_t from = stretch->checked == 0 ? 0 : order->events[stretch->checked - 1].race_count;
    uint32_t until = order->events[order->count - 1].race_count;

    grow((void *)&dpor->row, &dpor->row_size, order->words, sizeof *dpor->row);
    for (uint32_t i = from; i < until; i++) {
        reverse(dpor, stretch, order->races[i]);
    }
    stretch->checked = order->count;
}

/* ---- rests ---------------------------------------------------------------------------------------------------------
 */

/* Whether a run has rested in this state before. */
static bool met_before(struct dpor *dpor)
{
    const struct stage *stage = dpor->machine->stage;
    uint64_t state = stage->state == NULL ? 0 : stage->state(stage->context);

    return state != 0 && !hash_set_add(&dpor->rests, state);
}

static void pass(struct dpor *dpor)
{
    walk_pass(&dpor->walk, dpor->nodes[dpor->depth].way);
    dpor->depth++;
    node_enter(dpor);
}

/* ---- the search ----------------------------------------------------------------------------------------------------
 */

/* The run is over: tells of it, then sees what it leaves to do. Whether the search is to go on. */
static bool end_execution(struct dpor *dpor)
{
    bool go_on = search_execution(dpor->search, walk_hash(&dpor->walk));

    dpor->search->counts.classes++;
    check_races(dpor);
    return go_on;
}

/* Goes on from the state at the end of the path until the run is over. Whether the search is to go on. */
static bool go_down(struct dpor *dpor)
{
    struct search *search = dpor->search;
    struct machine *machine = dpor->machine;

    for (;;) {
        struct choice *node = &dpor->nodes[dpor->depth];

        if (machine_move_count(machine) == 0) {
            node->ways = machine_rest(machine);
            if (node->ways == 0) {
                return end_execution(dpor);
            }
            bool merges = met_before(dpor);

            check_races(dpor);
            if (merges) {
                search->counts.merged++;
                return true;
            }
            if (dpor->astray) {
                machine_back(machine, machine->depth);
                dpor->astray = false;
            }
            node->pass = true;
            pass(dpor);
            continue;
        }
        if (node->tree == WAKEUP_NONE && !choose(dpor, node)) {
            check_races(dpor);
            search->counts.blocked++;
            return true;
        }
        step(dpor);
        if (!search_goes_on(search)) {
            return false;
        }
    }
}

/* Leaves the state at the end of the path for the last one where something is still to be tried. false: there is none.
 */
static bool go_back(struct dpor *dpor)
{
    dpor->astray = false;
    while (dpor->depth > dpor->search->prefix_length) {
        struct choice *node = &dpor->nodes[--dpor->depth];

        dpor->sleeper_count = node->sleep_first + node->sleep_count;
        walk_cut(&dpor->walk, dpor->depth);
        if (node->pass) {
            if (++node->way < node->ways) {
                machine_back(dpor->machine, dpor->depth);
                pass(dpor);
                return true;
            }
            estimate_finished(&dpor->estimate, dpor->depth, node->ways);
            continue;
        }
        node->finished++;
        add_sleeper(dpor, node, (struct sleeper){node->slot, node->footprint});
        if (node->tree != WAKEUP_NONE) {
            machine_back(dpor->machine, dpor->depth);
            return true;
        }
        estimate_finished(&dpor->estimate, dpor->depth, node->finished);
    }
    return false;
}

static uint32_t branches_left(const struct dpor *dpor, const struct choice *node)
{
    uint32_t count = 0;

    for (uint32_t branch = node->tree; branch != WAKEUP_NONE; branch = dpor->wakeup.nodes[branch].next) {
        count++;
    }
    return count;
}

/* The share of the whole that has been searched, the execution under way included. */
static double share(const struct dpor *dpor)
{
    struct estimate_sum sum = ESTIMATE_SUM_START;

    for (uint32_t depth = dpor->search->prefix_length; depth < dpor->depth; depth++) {
        const struct choice *node = &dpor->nodes[depth];
        uint32_t finished = node->pass ? node->way : node->finished;
        uint32_t known = node->pass ? node->ways : node->finished + 1 + branches_left(dpor, node);

        estimate_add(&dpor->estimate, &sum, depth, finished, known);
    }
    return sum.share + sum.weight;
}

struct search_estimate search_estimate(const struct search *search)
{
    double searched = search->share;

    if (search->dpor != NULL) {
        /* Of the first execution no race is known before it was told of. */
        searched = search->counts.executions > 1 ? share(search->dpor) : 0;
    }
    return (struct search_estimate){searched, searched == 0 ? 0 : (double)search->counts.executions / searched};
}

/* The states of the prefix have nodes, where nothing is ever to be tried. */
static bool enter_prefix(struct dpor *dpor)
{
    const struct search *search = dpor->search;

    if (!walk_follow(&dpor->walk, search->prefix, search->prefix_length)) {
        return false;
    }
    for (dpor->depth = 0; dpor->depth < search->prefix_length; dpor->depth++) {
        node_enter(dpor);
    }
    node_enter(dpor);
    return true;
}

void search_dpor(struct search *search)
{
    struct dpor dpor = {.search = search, .machine = search->machine};
    uint64_t transitions = search->machine->transition_count;

    wakeup_init(&dpor.wakeup);
    walk_init(&dpor.walk, search->machine, true);
    if (enter_prefix(&dpor)) {
        bool go_on = true;
        bool left = true;

        search->dpor = &dpor;
        while (left && go_on) {
            go_on = go_down(&dpor);
            search->share = go_on ? 0 : share(&dpor);
            left = go_back(&dpor);
        }
        search->dpor = NULL;
        search->complete = !left && search->stopped_by != SEARCH_CALLER_STOPPED;
        if (search->complete) {
            search->stopped_by = SEARCH_NOT_STOPPED;
            search->share = 1;
        }
    } else {
        search->stopped_by = SEARCH_PREFIX;
    }
    search->counts.transitions += search->machine->transition_count - transitions;

    wakeup_free(&dpor.wakeup);
    walk_free(&dpor.walk);
    footprint_memo_free(&dpor.seen);
    hash_set_free(&dpor.rests);
    estimate_free(&dpor.estimate);
    free(dpor.nodes);
    free(dpor.sleepers);
    free(dpor.row);
    free(dpor.slots);
}
