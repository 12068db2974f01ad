/* The memory of runs: one reserved region, lent out in chunks, taken back whole.
 *
 * Everything a run changes (world, node, tasks, stacks, record) lies in one region, so that a run costs no malloc and a
 * copy of the used prefix is a copy of the run. Chunks that come back are lent again, the latest first, while they
 * are still in the processor's cache. When the region is used up the run cannot go on: memory->exhausted is called and
 * must not return.
 */
#ifndef DRYDOCK_SIM_KERNEL_MEMORY_H
#define DRYDOCK_SIM_KERNEL_MEMORY_H

#include "core/arena.h"

#include <stdbool.h>

enum { MEMORY_CLASS_COUNT = 24 }; /* chunks of 32 KiB << n */

struct memory {
    struct arena_source source; /* first: an arena_source * is a struct memory * */
    char *region;
    size_t size; /* bytes reserved */
    size_t used; /* bytes ever lent */
    struct arena_chunk *free[MEMORY_CLASS_COUNT];
    void (*exhausted)(void *context);
    void *context;
};

/* Reserves address space (no memory is used before it is touched). false when the system refuses. */
bool memory_init(struct memory *memory, size_t size, void (*exhausted)(void *), void *context);
/* Forgets all that was lent: every arena on it is void. */
void memory_reset(struct memory *memory);
void memory_free(struct memory *memory);

#endif
