/* Work shared out to processes, its results taken in order: the same results in the same order for any number of them.
 *
 * Item i is done by process i mod jobs; what it found travels as numbers through that process's pipe. A process works
 * in its own copy of the memory, so work leaves no other trace. With one job no process is started.
 */
#ifndef DRYDOCK_SIM_SEARCH_SWEEP_CREW_H
#define DRYDOCK_SIM_SEARCH_SWEEP_CREW_H

#include <stdbool.h>
#include <stdint.h>

/* A list of numbers on the heap. */
struct words {
    uint64_t *items;
    uint32_t count, size;
};
void words_add(struct words *words, uint64_t word);
void words_free(struct words *words);

struct crew {
    uint32_t jobs;
    void *context;
    /* Does an item and adds what it found to *found, which is empty. */
    void (*work)(void *context, uint32_t item, struct words *found);
    /* Takes what was found, in the order of items. */
    void (*take)(void *context, uint32_t item, const struct words *found);
    /* Whether to go on: asked before every item and when a signal comes in. */
    bool (*go_on)(void *context);
};

enum { CREW_JOBS_MAX = 256 };

/* Does items 0 … count − 1; returns how many were taken: fewer when go_on said no. Ends the program with status 3 when
 * a process dies of itself. */
uint32_t crew_run(const struct crew *crew, uint32_t count);

#endif
