/* What core/ does not go on with: a promise that is broken ends the program at once, before anything is made of it. */
#include "core/memo.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

static sigjmp_buf back;

static void come_back(int signal_number)
{
    (void)signal_number;
    siglongjmp(back, 1);
}

/* Whether the act ends in abort(), as a failed assert does. */
static bool aborts(void (*act)(void))
{
    struct sigaction before;
    struct sigaction instead = {.sa_handler = come_back};
    volatile bool aborted = true;

    sigaction(SIGABRT, &instead, &before);
    if (sigsetjmp(back, 1) == 0) {
        act();
        aborted = false;
    }
    sigaction(SIGABRT, &before, NULL);
    return aborted;
}

static struct script script;

static int set_up(void **state)
{
    (void)state;
    script_begin(&script, "8.9.2");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    script_end(&script);
    return 0;
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static volatile size_t size;

static void take_size(void)
{
    arena_take(&script.arena, size);
}

static void test_sizes_that_wrap_are_refused(void **state)
{
    static const size_t sizes[] = {(size_t)PTRDIFF_MAX + 1, SIZE_MAX - 16, SIZE_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size = sizes[i];
        assert_true(aborts(take_size));
    }
    size = 0;
    assert_false(aborts(take_size));
}

static void test_nothing_has_an_address_too(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    assert_non_null(arena_take(&arena, 0));
    arena_reset(&arena);
    assert_null(arena.chunks);
}

static struct arena_chunk *lend_too_little(struct arena_source *source, size_t size_min)
{
    static _Alignas(16) char memory[8192];
    struct arena_chunk *chunk = (struct arena_chunk *)(void *)memory;

    (void)source;
    chunk->size = size_min - 1;
    return chunk;
}

static void take_from_a_bad_source(void)
{
    struct arena_source source = {.lend = lend_too_little};
    struct arena arena;

    arena_init(&arena, &source);
    arena_take(&arena, 5000); /* more than the least that a source is asked for */
}

static void test_a_source_lends_what_was_asked_for(void **state)
{
    (void)state;
    assert_true(aborts(take_from_a_bad_source));
}

/* No text is what printf cannot print: a character that the locale, which is C, has not. */
static void print_what_cannot_be_printed(void)
{
    arena_printf(&script.arena, "%ls", L"\u20ac");
}

static void test_a_text_can_be_printed(void **state)
{
    (void)state;
    assert_true(aborts(print_what_cannot_be_printed));
}

static void value_of_too_long_a_text(void)
{
    value_string_n(&script.arena, "", (size_t)UINT32_MAX + 1);
}

static void test_a_string_has_32_bits_of_length(void **state)
{
    (void)state;
    assert_true(aborts(value_of_too_long_a_text));
}

static struct memo memo;

static void keep_nothing(void)
{
    memo_keep(&memo, &script.arena, MEMO_DECRYPTED, 1, NULL);
}

static void keep_seven(void)
{
    memo_keep(&memo, &script.arena, MEMO_DECRYPTED, 1, value_number(&script.arena, 7));
}

static void test_a_memo_is_made_once(void **state)
{
    (void)state;
    assert_true(aborts(keep_nothing));
    assert_false(aborts(keep_seven));
    assert_true(aborts(keep_seven));
    assert_int_equal(memo.count, 1);
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static void ask_for_a_fact_of_no_effect(void)
{
    effect_info(EFFECT_COUNT);
}

static void ask_for_a_fact_of_no_fault(void)
{
    fault_info(FAULT_COUNT);
}

static void ask_for_a_fact_of_no_switch(void)
{
    switch_info(SWITCH_COUNT);
}

static void start_without_a_release(void)
{
    node_start(&script.node, &script.arena, (struct door){0}, &(struct node_config){0});
}

static void test_tables_end(void **state)
{
    (void)state;
    assert_true(aborts(ask_for_a_fact_of_no_effect));
    assert_true(aborts(ask_for_a_fact_of_no_fault));
    assert_true(aborts(ask_for_a_fact_of_no_switch));
    assert_true(aborts(start_without_a_release));
}

/* ---- the door ---------------------------------------------------------------------------------------------------- */

static double drawn;

static void answer_nothing(void *world, struct task *task, struct effect *effect)
{
    (void)world;
    (void)task;
    (void)effect;
}

static void refuse_all(void *world, struct task *task, struct effect *effect)
{
    (void)world;
    effect->error = error_new(task->arena, "Error", "no");
}

static void draw(void *world, struct task *task, struct effect *effect)
{
    (void)world;
    (void)task;
    effect->amount = drawn;
}

static void list_containers(void)
{
    struct effect effect = {.id = EFFECT_DOCKER_CONTAINERS_LIST};
    const struct error *error = perform(&script.task, &effect);

    (void)error;
}

static void read_the_clock(void)
{
    now_ms(&script.task);
}

static void read_a_flag(void)
{
    flag_get(&script.task, FLAG_REM);
}

static void throw_a_die(void)
{
    random_below(&script.task, 6);
}

static void test_an_effect_is_answered(void **state)
{
    (void)state;
    script.node.door.perform = answer_nothing;
    assert_true(aborts(list_containers));
    assert_false(aborts(read_the_clock));
    script.node.door.perform = refuse_all;
    assert_false(aborts(list_containers));
}

static void test_what_is_answered_at_once_cannot_fail(void **state)
{
    (void)state;
    script.node.door.perform = refuse_all;
    assert_true(aborts(read_the_clock));
    assert_true(aborts(read_a_flag));
}

static void test_chance_stays_below_its_bound(void **state)
{
    (void)state;
    script.node.door.perform = draw;
    drawn = 6;
    assert_true(aborts(throw_a_die));
    drawn = -1;
    assert_true(aborts(throw_a_die));
    drawn = 5;
    assert_false(aborts(throw_a_die));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sizes_that_wrap_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_has_an_address_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_source_lends_what_was_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_text_can_be_printed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_string_has_32_bits_of_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_memo_is_made_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tables_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_effect_is_answered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_answered_at_once_cannot_fail, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_chance_stays_below_its_bound, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
