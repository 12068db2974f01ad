/* Saved moments of a run: everything that the run may still change, copied out, to be copied back.
 *
 * What a run changes lies in arenas at fixed addresses (sim/kernel/memory.h), so a copy brings back pointers and stacks
 * as they were. Of an arena the used part is copied, of a task's stack the live part. Of kernel->still, where strings,
 * values and the world's large tables lie, only those blocks are, that have been written since the start of the run
 * (fakes/write_log.h).
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
    struct write_log *writes; /* that the world tells; NULL: kernel->still is never written */
};

struct snapshot {
    char *bytes; /* on the heap */
    size_t length, size;
    uint32_t written_count; /* blocks of kernel->still: the first pieces */
    struct memory memory;
    struct arena arenas[SNAPSHOT_ARENAS_MAX];
};

/* Whether this build can: AddressSanitizer and Valgrind keep books on stacks that a copy would not know of, and with
 * ucontext the live part of a stack is not known. Then a run is brought back by running it again. */
bool snapshot_possible(void);
/* The run is at its start: from here on it is told what is written of kernel->still. */
void snapshot_begin(const struct snapshot_scope *scope);
void snapshot_end(struct write_log *writes);
/* Between two transitions only. Ends the program with status 3 when memory is out. */
void snapshot_take(struct snapshot *snapshot, const struct snapshot_scope *scope);
void snapshot_restore(const struct snapshot *snapshot, const struct snapshot_scope *scope);
void snapshot_free(struct snapshot *snapshot);

#endif
