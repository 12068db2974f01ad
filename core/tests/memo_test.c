/* What is kept of pure functions: so much and no more, and found again. */
#include "core/memo.h"
#include "core/tests/test_arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_a_memo_keeps_so_many(void **state)
{
    struct memo memo = {.count = 0};
    const struct value *seven = value_number(&arena, 7);

    (void)state;
    assert_null(memo_find(&memo, MEMO_DECRYPTED, 1));
    const struct value *kept = memo_keep(&memo, &arena, MEMO_DECRYPTED, 1, seven);

    assert_ptr_not_equal(kept, seven); /* which goes with its task */
    assert_true(value_equal(kept, seven));
    assert_ptr_equal(memo_find(&memo, MEMO_DECRYPTED, 1), kept);
    assert_null(memo_find(&memo, MEMO_FORMATTED, 1));
    for (uint64_t argument = 2; argument <= 2 * MEMO_COUNT_MAX; argument++) {
        kept = memo_keep(&memo, &arena, MEMO_DECRYPTED, argument, value_number(&arena, (double)argument));
        assert_true(value_to_number(kept, 0) >= (double)argument);
        assert_int_equal(memo_find(&memo, MEMO_DECRYPTED, argument) != NULL, argument <= MEMO_COUNT_MAX);
    }
    assert_true(value_to_number(memo_find(&memo, MEMO_DECRYPTED, 9), 0) == 9);
}

/* Half of a memo's places may be taken: whichever they are, the others are come by from each. */
static void test_a_memo_is_searched_place_by_place(void **state)
{
    struct memo memo = {.count = 0};
    uint64_t argument = 0;

    (void)state;
    for (; memo.count < MEMO_COUNT_MAX; argument++) {
        uint64_t place = hash_combine(argument, MEMO_DECRYPTED) % MEMO_PLACES;

        if (place % 2 == 0 && memo.places[place].value == NULL) {
            memo_keep(&memo, &arena, MEMO_DECRYPTED, argument, value_null());
        }
    }
    for (int i = 0; i < MEMO_PLACES; i += 2) {
        assert_non_null(memo.places[i].value);
    }
    for (uint64_t last = argument + MEMO_PLACES; argument < last; argument++) {
        assert_null(memo_find(&memo, MEMO_DECRYPTED, argument));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_memo_keeps_so_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_memo_is_searched_place_by_place, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
