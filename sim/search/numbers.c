#include "sim/search/numbers.h"

#include "fakes/world.h"

#include <stdio.h>
#include <stdlib.h>

enum { BASE = 16, DIGITS_MAX = 17 /* and a space */ };

void numbers_add(struct numbers *numbers, uint64_t number, struct arena *arena)
{
    *(uint64_t *)table_add(arena, (void **)&numbers->items, &numbers->count, &numbers->size, sizeof numbers->items[0]) =
        number;
}

const char *numbers_text(const struct numbers *numbers, struct arena *arena)
{
    size_t size = (size_t)numbers->count * DIGITS_MAX + 1;
    char *text = arena_alloc(arena, size);
    size_t length = 0;

    for (uint32_t i = 0; i < numbers->count; i++) {
        length += (size_t)snprintf(text + length, size - length, "%s%llx", i == 0 ? "" : " ",
                                   (unsigned long long)numbers->items[i]);
    }
    return text;
}

struct numbers numbers_read(const char *text, struct arena *arena)
{
    struct numbers numbers = {NULL, 0, 0};
    char *end = NULL;

    for (uint64_t number = strtoull(text, &end, BASE); end != text; number = strtoull(text, &end, BASE)) {
        numbers_add(&numbers, number, arena);
        text = end;
    }
    return numbers;
}
