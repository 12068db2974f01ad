#include "core/tests/test_arena.h"

struct arena arena;

int set_up(void **state)
{
    (void)state;
    arena_init(&arena, arena_source_malloc());
    return 0;
}

int tear_down(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}
