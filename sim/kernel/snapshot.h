/* Saved moments of a run: everything that the run may still change, copied out, to be copied back.
 *
 * What a run changes lies in arenas at fixed addresses (sim/kernel/memory.h), so a copy brings back pointers and stacks
 * as they were. Of an arena the used part is copied, of a task's stack the live part; but not kernel->still,
 * which changes no more.
 */
#ifndef DRYDOCK_SIM_KERNEL_SNAPSHOT_H
#define DRYDOCK_SIM_KERNEL_SNAPSHOT_H

#include "sim/kernel/kernel.h"

enum { SNAPSHOT_ARENAS_MAX = 4 };

/* What beside the kernel's own belongs to the run. */
struct snapshot_scope {
    struct kernel *kernel; /* must lie in one of the arenas */
    struct arena *arenas[SNAPSHOT_ARENAS_MAX];
    uint32_t arena_count;
};

struct snapshot {
    char *bytes; /* on the heap */
    size_t length, size;
    struct memory memory;
    struct arena arenas[SNAPSHOT_ARENAS_MAX];
};

/* Whether this build can: AddressSanitizer and Valgrind keep books on stacks that a copy would not know of, and with
 * ucontext the live part of a stack is not known. Then a run is brought back by running it again. */
bool snapshot_possible(void);
/* Between two transitions only. Ends the program with status 3 when memory is out. */
void snapshot_take(struct snapshot *snapshot, const struct snapshot_scope *scope);
void snapshot_restore(const struct snapshot *snapshot, const struct snapshot_scope *scope);
void snapshot_free(struct snapshot *snapshot);

#endif
