/* Arenas: what is taken is zeroed and apart, and AddressSanitizer knows its bounds. */
#include "core/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

enum { TAKINGS = 300 };

static void test_what_is_taken_is_apart(void **state)
{
    struct arena arena;
    unsigned char *taken[TAKINGS];

    (void)state;
    arena_init(&arena, arena_source_malloc());
    for (size_t i = 0; i < TAKINGS; i++) {
        taken[i] = arena_alloc(&arena, i);
        assert_int_equal((uintptr_t)taken[i] % 16, 0);
        for (size_t j = 0; j < i; j++) {
            assert_int_equal(taken[i][j], 0);
        }
        memset(taken[i], (int)(i % 250 + 1), i);
    }
    for (size_t i = 0; i < TAKINGS; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_int_equal(taken[i][j], i % 250 + 1);
        }
    }
    arena_reset(&arena);
}

/* Else a sanitizer, and sim/mutate, would let pass whatever stays in malloc's chunk. */
static void test_the_end_of_what_is_taken_is_seen(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__)
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    char *text = arena_string(&arena, "twelve bytes");
    char *next = arena_string(&arena, "next");

    assert_false(__asan_address_is_poisoned(text + strlen(text)));
    assert_true(__asan_address_is_poisoned(text + strlen(text) + 1));
    assert_false(__asan_address_is_poisoned(next));
    assert_true(__asan_address_is_poisoned(next - 1));
    assert_true(__asan_address_is_poisoned(next + strlen(next) + 1));
    arena_reset(&arena);
#elif defined(ARENA_GAP_SIZE)
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    char *taken = arena_take(&arena, 12);
    char *zeroed = arena_alloc(&arena, 12);

    for (int i = 12; i < ARENA_GAP_SIZE; i++) {
        assert_int_equal(taken[i], ARENA_GAP_BYTE);
        assert_int_equal(zeroed[i], ARENA_GAP_BYTE);
    }
    assert_int_equal(zeroed[11], 0);
    for (size_t size = 1; size < 40; size++) { /* behind the whole of it */
        char *before = arena_take(&arena, size);

        assert_true((char *)arena_take(&arena, 1) >= before + size + ARENA_GAP_SIZE);
    }
    arena_reset(&arena);
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_taken_is_apart),
        cmocka_unit_test(test_the_end_of_what_is_taken_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
