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
#include "sim/search/grow.h"
#include "sim/search/search.h"
#include "sim/search/wakeup.h"

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
    uint32_t slot;                     /* the branch under way */
    const struct footprint *footprint;
};

/* A stretch between two rests. */
struct stretch {
    uint32_t depth; /* of its first transition */
    struct order order;
    uint32_t checked;      /* events whose races are in the trees */
    uint64_t class_before; /* of all stretches before */
};

/* What a task's next transition touches in a state, of those whose footprint depends on what they find. A class of
 * executions leads to one state, so its hash names the state. */
struct seen_footprint {
    uint64_t key;                      /* of class and task */
    const struct footprint *footprint; /* NULL: free */
};

struct dpor {
    struct search *search;
    struct machine *machine;
    struct wakeup wakeup;
    struct choice *nodes;
    uint32_t depth, node_size;
    struct sleeper *sleepers;
    uint32_t sleeper_count, sleeper_size;
    struct stretch *stretches;
    uint32_t stretch_count, stretch_size, stretches_made;
    uint64_t *row; /* working space */
    uint32_t row_size;
    bool astray;     /* the run is not at the end of the path: machine_back() brings it there */
    uint32_t *slots; /* working space: of a sequence */
    uint32_t slots_size;
    struct seen_footprint *seen; /* open addressing */
    uint32_t seen_count, seen_size;
    uint64_t *rests; /* states met, open addressing */
    uint32_t rest_count, rest_size;
};

static struct stretch *current(struct dpor *dpor)
{
    return &dpor->stretches[dpor->stretch_count - 1];
}

/* ---- nodes and stretches ---------------------------------------------------------------------------------------- */

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

static void stretch_enter(struct dpor *dpor)
{
    uint64_t class_before =
        dpor->stretch_count == 0 ? 0 : hash_combine(current(dpor)->class_before, current(dpor)->order.class_hash);

    grow((void *)&dpor->stretches, &dpor->stretch_size, dpor->stretch_count + 1, sizeof *dpor->stretches);
    struct stretch *stretch = &dpor->stretches[dpor->stretch_count++];

    if (dpor->stretch_count > dpor->stretches_made) {
        order_init(&stretch->order, &dpor->machine->catalogue);
        dpor->stretches_made = dpor->stretch_count;
    }
    order_cut(&stretch->order, 0);
    stretch->depth = dpor->depth;
    stretch->checked = 0;
    stretch->class_before = class_before;
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
    const struct order *order = &current(dpor)->order;
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

static struct seen_footprint *seen_place(const struct dpor *dpor, uint64_t key)
{
    uint32_t place = (uint32_t)key & (dpor->seen_size - 1);

    while (dpor->seen[place].footprint != NULL && dpor->seen[place].key != key) {
        place = (place + 1) & (dpor->seen_size - 1);
    }
    return &dpor->seen[place];
}

static void more_seen(struct dpor *dpor)
{
    struct seen_footprint *old = dpor->seen;
    uint32_t old_size = dpor->seen_size;

    dpor->seen = NULL;
    dpor->seen_size = 0;
    grow((void *)&dpor->seen, &dpor->seen_size, old_size == 0 ? 1024 : old_size * 2, sizeof *dpor->seen);
    for (uint32_t i = 0; i < old_size; i++) {
        if (old[i].footprint != NULL) {
            *seen_place(dpor, old[i].key) = old[i];
        }
    }
    free(old);
}

static void remember_footprint(struct dpor *dpor, uint64_t key, const struct footprint *footprint)
{
    if ((dpor->seen_count + 1) * 2 > dpor->seen_size) {
        more_seen(dpor);
    }
    struct seen_footprint *place = seen_place(dpor, key);

    dpor->seen_count += place->footprint == NULL;
    *place = (struct seen_footprint){key, footprint};
}

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

    if (dpor->seen_size == 0 || seen_place(dpor, key)->footprint == NULL) {
        remember_footprint(dpor, key, machine_detour(dpor->machine, stretch->depth + from, dpor->slots, count));
        dpor->astray = true;
    }
    return seen_place(dpor, key)->footprint;
}

/* ---- going down ---------------------------------------------------------------------------------------------------
 */

/* Performs the first branch of the node's tree and enters the state it leads to. */
static void step(struct dpor *dpor)
{
    struct choice *node = &dpor->nodes[dpor->depth];
    struct stretch *stretch = current(dpor);
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
    node->footprint = machine_step_at(dpor->machine, move.index);
    if (move.variable) {
        remember_footprint(dpor, footprint_key(stretch, stretch->order.class_hash, slot), node->footprint);
    }
    order_add(&stretch->order, slot, move.variable, node->footprint, move.cause);

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
    struct stretch *stretch = current(dpor);
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

static uint64_t *rest_place(const struct dpor *dpor, uint64_t state)
{
    uint32_t place = (uint32_t)state & (dpor->rest_size - 1);

    while (dpor->rests[place] != 0 && dpor->rests[place] != state) {
        place = (place + 1) & (dpor->rest_size - 1);
    }
    return &dpor->rests[place];
}

/* Whether a run has rested in this state before. */
static bool met_before(struct dpor *dpor)
{
    const struct stage *stage = dpor->machine->stage;
    uint64_t state = stage->state == NULL ? 0 : stage->state(stage->context);

    if (state == 0) {
        return false;
    }
    if ((dpor->rest_count + 1) * 2 > dpor->rest_size) {
        uint64_t *old = dpor->rests;
        uint32_t old_size = dpor->rest_size;

        dpor->rests = NULL;
        dpor->rest_size = 0;
        grow((void *)&dpor->rests, &dpor->rest_size, old_size == 0 ? 1024 : old_size * 2, sizeof *dpor->rests);
        for (uint32_t i = 0; i < old_size; i++) {
            if (old[i] != 0) {
                *rest_place(dpor, old[i]) = old[i];
            }
        }
        free(old);
    }
    uint64_t *place = rest_place(dpor, state);

    if (*place == state) {
        return true;
    }
    *place = state;
    dpor->rest_count++;
    return false;
}

static void pass(struct dpor *dpor)
{
    machine_pass(dpor->machine, dpor->nodes[dpor->depth].way);
    dpor->depth++;
    node_enter(dpor);
    stretch_enter(dpor);
}

/* ---- the search ----------------------------------------------------------------------------------------------------
 */

/* The run is over: tells of it, then sees what it leaves to do. Whether the search is to go on. */
static bool end_execution(struct dpor *dpor)
{
    struct search *search = dpor->search;
    const struct stretch *stretch = current(dpor);
    bool violates = machine_over(dpor->machine);

    search->counts.executions++;
    search->counts.violating += violates;
    bool go_on = search->watch.execution == NULL ||
                 search->watch.execution(search->watch.context, dpor->machine, violates,
                                         hash_combine(stretch->class_before, stretch->order.class_hash));

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
        if (dpor->depth > search->counts.depth_max) {
            search->counts.depth_max = dpor->depth;
        }
    }
}

/* Leaves the state at the end of the path for the last one where something is still to be tried. false: there is none.
 */
static bool go_back(struct dpor *dpor)
{
    dpor->astray = false;
    while (dpor->depth > 0) {
        struct choice *node = &dpor->nodes[--dpor->depth];
        struct stretch *stretch = current(dpor);

        dpor->sleeper_count = node->sleep_first + node->sleep_count;
        if (node->pass) {
            dpor->stretch_count--;
            if (++node->way < node->ways) {
                machine_back(dpor->machine, dpor->depth);
                pass(dpor);
                return true;
            }
            continue;
        }
        order_cut(&stretch->order, dpor->depth - stretch->depth);
        if (stretch->checked > stretch->order.count) {
            stretch->checked = stretch->order.count;
        }
        add_sleeper(dpor, node, (struct sleeper){node->slot, node->footprint});
        if (node->tree != WAKEUP_NONE) {
            machine_back(dpor->machine, dpor->depth);
            return true;
        }
    }
    return false;
}

void search_dpor(struct search *search)
{
    struct dpor dpor = {.search = search, .machine = search->machine};
    uint64_t transitions = search->machine->transition_count;
    bool go_on = true;
    bool left = true;

    wakeup_init(&dpor.wakeup);
    machine_start(dpor.machine);
    node_enter(&dpor);
    stretch_enter(&dpor);
    while (left && go_on) {
        go_on = go_down(&dpor);
        left = go_back(&dpor);
    }
    search->complete = !left;
    search->counts.transitions += search->machine->transition_count - transitions;

    wakeup_free(&dpor.wakeup);
    for (uint32_t i = 0; i < dpor.stretches_made; i++) {
        order_free(&dpor.stretches[i].order);
    }
    free(dpor.stretches);
    free(dpor.nodes);
    free(dpor.sleepers);
    free(dpor.row);
    free(dpor.slots);
    free(dpor.seen);
    free(dpor.rests);
}
