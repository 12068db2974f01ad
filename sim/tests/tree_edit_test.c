/* Pieces of a tree: each is taken away once, whole ones before their parts. */
#include "sim/search/tree_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char tree_text[] =
    "{\"name\":\"t\",\"actors\":[{\"actor\":\"check\"},{\"actor\":\"remove\",\"app\":\"a\"}],"
    "\"world\":{\"apps\":[{\"name\":\"a\"}],\"seed\":{}},\"kept\":[1,2]}";
static const char *const roots[] = {"actors", "faults", "world"};

enum { ROOTS = sizeof roots / sizeof roots[0], NUMBERS_MAX = 100 };

static const struct value *without(struct arena *arena, const char *text, uint32_t number)
{
    return tree_without(arena, value_parse(arena, text, strlen(text)), roots, ROOTS, number);
}

static void pieces_come_whole_before_parts(void **state)
{
    static const char *const less[] = {
        /* the keys themselves */
        "{\"name\":\"t\",\"world\":{\"apps\":[{\"name\":\"a\"}],\"seed\":{}},\"kept\":[1,2]}",
        "{\"name\":\"t\",\"actors\":[{\"actor\":\"check\"},{\"actor\":\"remove\",\"app\":\"a\"}],\"kept\":[1,2]}",
        /* what is right below them */
        "{\"name\":\"t\",\"actors\":[{\"actor\":\"remove\",\"app\":\"a\"}],"
        "\"world\":{\"apps\":[{\"name\":\"a\"}],\"seed\":{}},\"kept\":[1,2]}",
        "{\"name\":\"t\",\"actors\":[{\"actor\":\"check\"}],\"world\":{\"apps\":[{\"name\":\"a\"}],\"seed\":{}},"
        "\"kept\":[1,2]}",
        "{\"name\":\"t\",\"actors\":[{\"actor\":\"check\"},{\"actor\":\"remove\",\"app\":\"a\"}],\"world\":{\"seed\":{}"
        "},"
        "\"kept\":[1,2]}",
        "{\"name\":\"t\",\"actors\":[{\"actor\":\"check\"},{\"actor\":\"remove\",\"app\":\"a\"}],"
        "\"world\":{\"apps\":[{\"name\":\"a\"}]},\"kept\":[1,2]}",
        /* and their parts */
        "{\"name\":\"t\",\"actors\":[{},{\"actor\":\"remove\",\"app\":\"a\"}],"
        "\"world\":{\"apps\":[{\"name\":\"a\"}],\"seed\":{}},\"kept\":[1,2]}",
        "{\"name\":\"t\",\"actors\":[{\"actor\":\"check\"},{\"app\":\"a\"}],"
        "\"world\":{\"apps\":[{\"name\":\"a\"}],\"seed\":{}},\"kept\":[1,2]}",
        "{\"name\":\"t\",\"actors\":[{\"actor\":\"check\"},{\"actor\":\"remove\"}],"
        "\"world\":{\"apps\":[{\"name\":\"a\"}],\"seed\":{}},\"kept\":[1,2]}",
        "{\"name\":\"t\",\"actors\":[{\"actor\":\"check\"},{\"actor\":\"remove\",\"app\":\"a\"}],"
        "\"world\":{\"apps\":[],\"seed\":{}},\"kept\":[1,2]}",
        "{\"name\":\"t\",\"actors\":[{\"actor\":\"check\"},{\"actor\":\"remove\",\"app\":\"a\"}],"
        "\"world\":{\"apps\":[{}],\"seed\":{}},\"kept\":[1,2]}"};
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    for (uint32_t i = 0; i < sizeof less / sizeof less[0]; i++) {
        assert_string_equal(value_json(&arena, without(&arena, tree_text, i)), less[i]);
    }
    assert_null(without(&arena, tree_text, sizeof less / sizeof less[0]));
    assert_null(without(&arena, tree_text, NUMBERS_MAX));
    arena_reset(&arena);
}

/* How many pieces a value has below it. */
static uint32_t count_pieces(const struct value *value)
{
    bool object = value_is(value, VALUE_OBJECT);
    uint32_t pieces = 0;

    if (!object && !value_is(value, VALUE_ARRAY)) {
        return 0;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        pieces += 1 + count_pieces(object ? value->members[i].value : value_at(value, i));
    }
    return pieces;
}

static void every_piece_goes_once(void **state)
{
    static const char text[] =
        "{\"actors\":[[1,[2,3],{\"a\":[4],\"b\":{}}],[],5],\"world\":{\"x\":{\"y\":{\"z\":[6,[7]]}}}}";
    struct arena arena;
    const struct value *all[NUMBERS_MAX];
    uint32_t count = 0;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    while (count < NUMBERS_MAX && (all[count] = without(&arena, text, count)) != NULL) {
        for (uint32_t i = 0; i < count; i++) {
            assert_false(value_equal(all[count], all[i]));
        }
        count++;
    }
    assert_int_equal(count, count_pieces(value_parse(&arena, text, strlen(text))));
    arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_come_whole_before_parts),
        cmocka_unit_test(every_piece_goes_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
