/* Tables of a search: they outlive the runs that are searched, so they are on the heap and not in a run's memory. */
#ifndef DRYDOCK_SIM_SEARCH_GROW_H
#define DRYDOCK_SIM_SEARCH_GROW_H

#include <stddef.h>
#include <stdint.h>

/* grow() when there is too little room. */
void grow_table(void *items, uint32_t *size, uint32_t count, size_t item_size);

/* Makes room for at least `count` entries of item_size bytes at *items (NULL at first, to be free()d); *size is how
 * many there is room for. New room is zeroed. Ends the program with status 3 when memory is out. */
static inline void grow(void *items, uint32_t *size, uint32_t count, size_t item_size)
{
    if (count > *size) {
        grow_table(items, size, count, item_size);
    }
}

#endif
