/* Dynamic partial-order reduction with sleep sets, source sets and wake-up trees, so that each class of executions is run
 * once and none is begun in vain: Algorithm 3 of Abdulla, Aronis, Jonsson & Sagonas, Source Sets: A Foundation for Optimal
 * Dynamic Partial Order Reduction, JACM 64(4), 2017; after Flanagan & Godefroid, POPL 2005, and Godefroid 1996 (sleep
 * sets).
 *
 * Three things are added. A transition may have alternatives (faults): each is a transition of its own, and all that are
 * not asleep are tried wherever one is. A run passes on from rest to rest: everything before a rest happens before
 * everything after it, so each stretch in between is a search of its own, and a resting state that was met before need not
 * be searched again. Footprints are those of the transition as it ran; for the one whose order is reversed they may come
 * out otherwise, which the races of the new execution then show.
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
    struct label label;
    const struct footprint *footprint;
    uint64_t alternatives; /* of its task there */
};

/* A state on the path, and what is to be done from it. */
struct choice {
    bool pass; /* a rest: `way` of `ways` is being tried */
    uint32_t way, ways;
    uint32_t sleep_first, sleep_count; /* in the pool */
    uint32_t tree;                     /* what is still to be tried, without the branch under way */
    struct label label;                /* the branch under way */
    const struct footprint *footprint;
    uint64_t alternatives;
};

/* A stretch between two rests. */
struct stretch {
    uint32_t depth; /* of its first transition */
    struct order order;
    bool *alone; /* of each event: its task had no alternative */
    uint32_t alone_size;
    uint32_t checked;     /* events whose races are in the trees */
    uint64_t class_before; /* of all stretches before */
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
    uint64_t class_before = dpor->stretch_count == 0
                                ? 0
                                : hash_combine(current(dpor)->class_before, current(dpor)->order.class_hash);

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

static bool is_asleep(const struct dpor *dpor, const struct choice *node, struct label label)
{
    for (uint32_t i = 0; i < node->sleep_count; i++) {
        const struct sleeper *sleeper = &dpor->sleepers[node->sleep_first + i];

        if (sleeper->label.slot == label.slot && sleeper->label.alternative == label.alternative) {
            return true;
        }
    }
    return false;
}

/* ---- choosing ---------------------------------------------------------------------------------------------------- */

static bool in_tree(const struct dpor *dpor, uint32_t tree, struct label label)
{
    for (uint32_t i = tree; i != WAKEUP_NONE; i = dpor->wakeup.nodes[i].next) {
        if (dpor->wakeup.nodes[i].label.slot == label.slot &&
            dpor->wakeup.nodes[i].label.alternative == label.alternative) {
            return true;
        }
    }
    return false;
}

/* Adds every alternative of a move to what is to be tried at the node, but for those asleep or there already. */
static bool add_alternatives(struct dpor *dpor, struct choice *node, const struct move *move)
{
    bool added = false;

    for (uint64_t rest = move->alternatives; rest != 0; rest &= rest - 1) {
        struct label label = {move->slot, (uint32_t)__builtin_ctzll(rest)};

        if (!is_asleep(dpor, node, label) && !in_tree(dpor, node->tree, label)) {
            wakeup_add(&dpor->wakeup, &node->tree,
                       (struct wakeup_node){.label = label, .alone = move->alternatives == 1});
            added = true;
        }
    }
    return added;
}

/* Something to try at a node that nobody has wishes for: the task that moved last if it can, for few switches. false when
 * everything that can move is asleep. */
static bool choose(struct dpor *dpor, struct choice *node)
{
    struct machine *machine = dpor->machine;
    const struct order *order = &current(dpor)->order;
    struct move move;

    if (order->count > 0 && machine_find(machine, order->events[order->count - 1].label.slot, &move) &&
        add_alternatives(dpor, node, &move)) {
        return true;
    }
    for (uint32_t i = 0; i < machine_move_count(machine); i++) {
        move = machine_move(machine, i);
        if (add_alternatives(dpor, node, &move)) {
            return true;
        }
    }
    return false;
}

/* ---- going down --------------------------------------------------------------------------------------------------- */

/* Performs the first branch of the node's tree and enters the state it leads to. */
static void step(struct dpor *dpor)
{
    struct choice *node = &dpor->nodes[dpor->depth];
    struct stretch *stretch = current(dpor);
    uint32_t branch = node->tree;
    struct label label = dpor->wakeup.nodes[branch].label;
    struct move move;
    bool can_move = machine_find(dpor->machine, label.slot, &move);

    assert(can_move && (move.alternatives >> label.alternative & 1) != 0);
    (void)can_move;
    if (move.alternatives != 1) {
        add_alternatives(dpor, node, &move);
    }
    uint32_t below = dpor->wakeup.nodes[branch].first;

    node->tree = dpor->wakeup.nodes[branch].next;
    dpor->wakeup.nodes[branch].first = WAKEUP_NONE;
    dpor->wakeup.nodes[branch].next = WAKEUP_NONE;
    wakeup_drop(&dpor->wakeup, branch);

    uint32_t cause = machine_cause(dpor->machine, &move);

    node->label = label;
    node->alternatives = move.alternatives;
    node->footprint = machine_step(dpor->machine, label);
    grow((void *)&stretch->alone, &stretch->alone_size, stretch->order.count + 1, sizeof *stretch->alone);
    stretch->alone[stretch->order.count] = move.alternatives == 1;
    order_add(&stretch->order, label, node->footprint, cause);

    dpor->depth++;
    struct choice *next = node_enter(dpor);

    node = &dpor->nodes[dpor->depth - 1];
    next->tree = below;
    for (uint32_t i = 0; i < node->sleep_count; i++) {
        struct sleeper sleeper = dpor->sleepers[node->sleep_first + i];

        if (sleeper.label.slot != label.slot &&
            !footprints_conflict(&dpor->machine->catalogue, sleeper.footprint, node->footprint)) {
            add_sleeper(dpor, next, sleeper);
        }
    }
}

/* ---- races --------------------------------------------------------------------------------------------------------- */

/* Whether everything that begins with the sequence, from the node, has been seen: the sleep set meets its weak initials.
 * A task with alternatives counts when all its alternatives are asleep and none of them minds the sequence. */
static bool is_covered(const struct dpor *dpor, const struct choice *node, const struct order *order, const uint64_t *row)
{
    for (uint32_t i = 0; i < node->sleep_count; i++) {
        const struct sleeper *sleeper = &dpor->sleepers[node->sleep_first + i];
        uint32_t event = ORDER_NONE;

        if (wakeup_weak_initial(order, row, sleeper->label, sleeper->footprint, sleeper->alternatives == 1, &event)) {
            return true;
        }
        if (sleeper->alternatives != 1 && event == ORDER_NONE) {
            uint64_t asleep = 0;

            for (uint32_t j = 0; j < node->sleep_count; j++) {
                const struct sleeper *other = &dpor->sleepers[node->sleep_first + j];

                if (other->label.slot == sleeper->label.slot && !order_depends(order, other->footprint, row)) {
                    asleep |= (uint64_t)1 << other->label.alternative;
                }
            }
            if (asleep == sleeper->alternatives) {
                return true;
            }
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
    if (!is_covered(dpor, node, order, row)) {
        wakeup_insert(&dpor->wakeup, &node->tree, order, (struct wakeup_sequence){row, race.second}, stretch->alone);
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

/* ---- rests --------------------------------------------------------------------------------------------------------- */

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

/* ---- the search ---------------------------------------------------------------------------------------------------- */

/* Goes on from the state at the end of the path until the run is over. Whether the search is to go on. */
static bool go_down(struct dpor *dpor)
{
    struct search *search = dpor->search;
    struct machine *machine = dpor->machine;

    for (;;) {
        struct choice *node = &dpor->nodes[dpor->depth];

        if (machine_move_count(machine) == 0) {
            check_races(dpor);
            node->ways = machine_rest(machine);
            if (node->ways == 0) {
                bool violates = machine_over(machine);
                const struct stretch *stretch = current(dpor);

                search->counts.executions++;
                search->counts.violating += violates;
                return search->watch.execution == NULL ||
                       search->watch.execution(search->watch.context, machine, violates,
                                               hash_combine(stretch->class_before, stretch->order.class_hash));
            }
            if (met_before(dpor)) {
                search->counts.merged++;
                return true;
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

/* Leaves the state at the end of the path for the last one where something is still to be tried. false: there is none. */
static bool go_back(struct dpor *dpor)
{
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
        add_sleeper(dpor, node, (struct sleeper){node->label, node->footprint, node->alternatives});
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
        free(dpor.stretches[i].alone);
    }
    free(dpor.stretches);
    free(dpor.nodes);
    free(dpor.sleepers);
    free(dpor.row);
    free(dpor.rests);
}
