/* A walk: a run and its order, side by side. Everything before a rest happens before everything after it, so each
 * stretch between two rests has an order of its own, and the class of the whole is made of theirs. */
#ifndef DRYDOCK_SIM_SEARCH_WALK_H
#define DRYDOCK_SIM_SEARCH_WALK_H

#include "sim/search/class_hash.h"
#include "sim/search/machine.h"

struct stretch {
    uint32_t depth;        /* of its first transition */
    uint32_t event_first;  /* number of that in the whole run */
    uint64_t class_before; /* of all stretches before, and of how they were passed on from */
    uint64_t sum_before;   /* the hashes of their events */
    struct order order;    /* empty unless the walk has orders */
    uint32_t checked;      /* events whose races have been seen to (dpor) */
};

struct walk {
    struct machine *machine;
    bool orders; /* whether they are wanted */
    struct class_hash class;
    struct stretch *stretches; /* the last is the one under way */
    uint32_t count, size, made;
};

/* To the start of a run. */
void walk_init(struct walk *walk, struct machine *machine, bool orders);
void walk_free(struct walk *walk);

static inline struct stretch *walk_stretch(const struct walk *walk)
{
    return &walk->stretches[walk->count - 1];
}

/* Of the run so far, in its class: equal for two runs only if they are equal but for the order of what is independent.
 */
uint64_t walk_hash(const struct walk *walk);
/* The same in the stretch under way, as the sum of its events' hashes. */
static inline uint64_t walk_sum(const struct walk *walk)
{
    return walk->class.sum - walk_stretch(walk)->sum_before;
}
/* Performs the next transition of the task at an index of what can move. The footprint is the catalogue's. */
const struct footprint *walk_step(struct walk *walk, uint32_t index);
void walk_pass(struct walk *walk, uint32_t way);
/* Performs steps of a path; false when one of them is not possible. A later walk_back() to its end costs a copy. */
bool walk_follow(struct walk *walk, const struct path_step *steps, uint32_t count);
/* Back to an earlier point of the path. */
void walk_back(struct walk *walk, uint32_t depth);
/* The same of the order alone; the run stays where it is. */
void walk_cut(struct walk *walk, uint32_t depth);

#endif
