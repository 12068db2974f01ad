#include "sim/search/grow.h"

#include "core/heap.h"

#include <string.h>

void grow_table(void *items, uint32_t *size, uint32_t count, size_t item_size)
{
    enum { SIZE_FIRST = 16 };
    void *table = NULL;

    uint32_t larger = *size == 0 ? SIZE_FIRST : *size;

    while (larger < count) {
        larger *= 2;
    }
    memcpy(&table, items, sizeof table);
    table = heap_resize(table, larger * item_size);
    memset((char *)table + *size * item_size, 0, (larger - *size) * item_size);
    memcpy(items, &table, sizeof table);
    *size = larger;
}
