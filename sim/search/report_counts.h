/* How often each thing was said in a run, by hash. */
#ifndef DRYDOCK_SIM_SEARCH_REPORT_COUNTS_H
#define DRYDOCK_SIM_SEARCH_REPORT_COUNTS_H

#include "core/arena.h"

#include <stdint.h>

struct report_count {
    uint64_t said; /* 0: free */
    uint32_t times;
};

/* Zero it at the start; it lives in the arena that is given to it. */
struct report_counts {
    struct report_count *slots; /* open addressing */
    uint32_t count, size;
};

/* Counts once more; returns how often by now. */
uint32_t report_counts_add(struct report_counts *reports, uint64_t said, struct arena *arena);
uint32_t report_counts_times(const struct report_counts *reports, uint64_t said);

#endif
