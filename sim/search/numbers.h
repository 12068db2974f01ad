/* A list of numbers, as a text that goes from process to process (sim/search/workers.h). */
#ifndef DRYDOCK_SIM_SEARCH_NUMBERS_H
#define DRYDOCK_SIM_SEARCH_NUMBERS_H

#include "core/arena.h"

#include <stdint.h>

/* Zero it at the start; it lives in the arena that is given to it. */
struct numbers {
    uint64_t *items;
    uint32_t count, size;
};

void numbers_add(struct numbers *numbers, uint64_t number, struct arena *arena);
/* All of them: "1f 0 a7". */
const char *numbers_text(const struct numbers *numbers, struct arena *arena);
/* Reads such a text. */
struct numbers numbers_read(const char *text, struct arena *arena);

#endif
