/* A sweep under way, for the parts of it: sweep.c tries mishaps alone, sweep_pairs.c tries them in pairs. */
#ifndef DRYDOCK_SIM_SEARCH_SWEEPING_H
#define DRYDOCK_SIM_SEARCH_SWEEPING_H

#include "sim/search/sweep_findings.h"
#include "sim/search/workers.h"

/* What is remembered of a single mishap for its pairs. */
struct single {
    enum sweep_class class;
    uint64_t *keys; /* of violations */
    uint32_t key_count;
};

struct sweeping {
    struct trial_bench *bench;
    const struct sweep_options *options;
    struct arena *arena; /* of the result */
    struct arena plain_arena, first_arena, run_arena;
    struct workers_shared *shared;
    struct sweep *sweep;
    struct trial *plain;
    struct trial *plain_late; /* NULL: nothing is tried so (trial_can_be_late()) */
    struct sweep_cases cases;
    struct single *singles; /* of cases, same places */
    uint32_t *firsts;       /* cases that are paired */
    uint32_t done;
    bool in_pairs;
};

/* Runs with these mishaps; the trial lies in `arena`. */
struct trial *sweep_try(struct sweeping *sweeping, const struct mishap *mishaps, uint32_t count,
                        const struct trial *baseline, bool sites, struct arena *arena);
/* Tells how far it is; false when it is to stop. */
bool sweep_goes_on(const struct sweeping *sweeping);
/* What comes after a stop may be cut short, and does not count. */
bool sweep_is_stopped(const struct sweeping *sweeping);
/* Has pieces of work done by the processes, and takes what each told in their order. Ends the program with status 3
 * when there can be none. */
void sweep_pieces(struct sweeping *sweeping, uint32_t count,
                  const char *(*work)(void *context, uint32_t item, struct arena *arena),
                  bool (*take)(void *context, uint32_t item, const char *text));
/* Tries every pair, after all mishaps were tried alone. */
void sweep_pairs(struct sweeping *sweeping);

#endif
