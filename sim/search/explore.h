/* Exploring a scenario: all orders of its transitions, and all mishaps of its calls, within bounds.
 *
 * The search is split by plans. The first plan has no mishap; its search meets the calls of the scenario in all orders.
 * Each call and each way it can go wrong makes a plan of its own, and so on from the calls that are met then, up to the
 * bounds. A mishap is named by task, effect and number (sim/scenario/plan.h), so it is tried once, however many places
 * it could take among the others' transitions, and the reduction covers the rest. A fault that heals after n firings is
 * the same whenever it heals between two of them, so heal times are counted in firings; and one more is tried only when
 * a call can come after it has healed: else nothing can tell the two apart. Plans are searched by processes side by
 * side; what they find is put together in the order of the plans.
 */
#ifndef DRYDOCK_SIM_SEARCH_EXPLORE_H
#define DRYDOCK_SIM_SEARCH_EXPLORE_H

#include "sim/scenario/scenario.h"
#include "sim/search/search.h"
#include "sim/search/workers.h"

enum strategy {
#define STRATEGY(ID, name, function, samples, what) STRATEGY_##ID,
#include "sim/search/strategies.def"
    STRATEGY_COUNT
};

struct strategy_info {
    const char *name;
    void (*search)(struct search *search);
    bool samples; /* its executions depend on a seed, and it never comes to an end by itself */
    const char *what;
};
const struct strategy_info *strategy_info(enum strategy strategy);
bool strategy_by_name(const char *name, enum strategy *strategy);

struct explore_options {
    const struct revision *revision;
    uint32_t without; /* switches taken out */
    enum strategy strategy;
    uint64_t seed;                        /* of a strategy that samples */
    uint32_t depth;                       /* of pct; 0: its default */
    uint32_t preemptions_max, delays_max; /* of dpor; SEARCH_UNBOUNDED: none */
    uint32_t faults_max, crashes_max;     /* mishaps of a plan: faults, strikes */
    uint32_t fault_kinds;                 /* bits 1 << enum fault_kind */
    uint32_t strike_kinds;                /* bits 1 << enum strike_kind */
    uint32_t ports;                       /* bits 1 << enum effect_port: whose calls fail */
    struct stays stays;                   /* how long a fault does */
    int64_t slow_ms;
    uint64_t executions_max; /* 0: none; of a strategy that samples, for each plan */
    bool first;              /* end with the first plan that breaks anything */
    uint32_t jobs;
    struct workers_shared *shared;
    void *context;
    void (*tick)(void *context); /* see struct workers; may be NULL */
};

/* One finding, and one run that shows it. */
struct found {
    const char *fingerprint, *oracle, *object, *message, *why;
    struct plan plan;
    struct course course;
    const char *kinds; /* of the mishaps that lead to it, by comma; "" without any */
    uint64_t times;    /* executions that showed it */
    uint64_t first;    /* executions before it was met, this one included */
};

struct exploration {
    bool complete;
    const char *stopped_by; /* what ended it early; NULL: nothing */
    uint64_t executions, classes, transitions, blocked, merged, violating;
    uint32_t depth_max;
    uint32_t plans, plans_done;
    double share; /* of the plans made so far that was searched, 0 to 1, by estimate (search_estimate()) */
    struct found *found;
    uint32_t found_count, found_size;
};

/* Explores. What is found is made in `arena`. */
void explore(const struct scenario *scenario, const struct explore_options *options, struct arena *arena,
             struct exploration *exploration);

#endif
