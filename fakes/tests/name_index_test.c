/* The name index beside a table that grows at its end and closes its gaps: an entry is found there or nearer to the
 * front, whatever has gone before it. */
#include "fakes/name_index.h"

#include "core/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ABSENT UINT32_MAX

enum { ENTRIES_MAX = 512, NAME_SIZE = 16 };

/* A table as those of the fakes. */
struct table {
    struct arena arena;
    struct name_index index;
    const char *names[ENTRIES_MAX];
    uint32_t count;
};

static void begin(struct table *table)
{
    memset(table, 0, sizeof *table);
    arena_init(&table->arena, arena_source_malloc());
}

static void end(struct table *table)
{
    arena_reset(&table->arena);
}

static void add(struct table *table, const char *name)
{
    assert_true(table->count < ENTRIES_MAX);
    table->names[table->count] = arena_string(&table->arena, name);
    name_index_add(&table->index, &table->arena, table->names[table->count], table->count);
    table->count++;
}

static void remove_at(struct table *table, uint32_t at)
{
    name_index_remove(&table->index, table->names[at]);
    memmove(&table->names[at], &table->names[at + 1], (table->count - at - 1) * sizeof table->names[0]);
    table->count--;
}

/* Where the last entry of the name stands, looked for as the fakes do: they tell the index what they have found. */
static uint32_t find(struct table *table, const char *name)
{
    struct name_place *place = name_index_find(&table->index, name);

    if (place == NULL) {
        return ABSENT;
    }
    if (place->at >= table->count) {
        place->at = table->count - 1;
    }
    while (strcmp(table->names[place->at], name) != 0) {
        assert_true(place->at > 0); /* it would not be where the index promises */
        place->at--;
    }
    return place->at;
}

static uint32_t find_by_looking(const struct table *table, const char *name)
{
    for (uint32_t i = table->count; i > 0; i--) {
        if (strcmp(table->names[i - 1], name) == 0) {
            return i - 1;
        }
    }
    return ABSENT;
}

static void an_empty_index_knows_no_name(void **state)
{
    struct table table;

    (void)state;
    begin(&table);
    assert_null(name_index_find(&table.index, "shop"));
    add(&table, "shop");
    assert_null(name_index_find(&table.index, "napp"));
    end(&table);
}

static void an_entry_is_found_after_gaps_were_closed(void **state)
{
    struct table table;

    (void)state;
    begin(&table);
    add(&table, "a");
    add(&table, "b");
    add(&table, "c");
    add(&table, "d");
    remove_at(&table, 1);
    assert_int_equal(find(&table, "a"), 0);
    assert_int_equal(find(&table, "c"), 1);
    remove_at(&table, 0);
    assert_int_equal(find(&table, "c"), 0);
    assert_int_equal(find(&table, "d"), 1);
    assert_int_equal(find(&table, "b"), ABSENT);
    end(&table);
}

static void a_name_of_several_entries_lasts_as_long_as_one_of_them(void **state)
{
    struct table table;

    (void)state;
    begin(&table);
    add(&table, "twin");
    add(&table, "other");
    add(&table, "twin");
    assert_int_equal(name_index_find(&table.index, "twin")->count, 2);
    assert_int_equal(find(&table, "twin"), 2);
    remove_at(&table, 2);
    assert_int_equal(find(&table, "twin"), 0);
    remove_at(&table, 0);
    assert_null(name_index_find(&table.index, "twin"));
    assert_int_equal(find(&table, "other"), 0);
    end(&table);
}

static void a_name_may_come_back(void **state)
{
    struct table table;

    (void)state;
    begin(&table);
    add(&table, "a");
    add(&table, "b");
    remove_at(&table, 0);
    add(&table, "a");
    assert_int_equal(name_index_find(&table.index, "a")->count, 1);
    assert_int_equal(find(&table, "a"), 1);
    end(&table);
}

/* Two names may have one hash: each is found, and found to be gone, by itself. */
static void names_of_one_hash_are_told_apart(void **state)
{
    struct table table;

    (void)state;
    assert_int_equal(hash_text(""), hash_text("\x01"));
    begin(&table);
    add(&table, "\x01");
    assert_null(name_index_find(&table.index, ""));
    add(&table, "");
    add(&table, "other");
    assert_int_equal(find(&table, "\x01"), 0);
    assert_int_equal(find(&table, ""), 1);
    remove_at(&table, 1);
    assert_null(name_index_find(&table.index, ""));
    assert_int_equal(find(&table, "\x01"), 0);
    end(&table);
}

/* The index has one place for a name, however often it comes and goes. */
static void names_that_come_and_go_take_no_room(void **state)
{
    enum { TIMES = 1000 };
    struct table table;

    (void)state;
    begin(&table);
    add(&table, "first");
    uint32_t size = table.index.size;

    for (int i = 0; i < TIMES; i++) {
        add(&table, "again");
        remove_at(&table, 1);
    }
    assert_int_equal(table.index.count, 2);
    assert_int_equal(table.index.size, size);
    end(&table);
}

static void everything_is_found_while_it_grows(void **state)
{
    struct table table;
    char name[NAME_SIZE];

    (void)state;
    begin(&table);
    for (uint32_t i = 0; i < ENTRIES_MAX; i++) {
        snprintf(name, sizeof name, "app%u", i);
        add(&table, name);
        assert_true(table.index.size >= table.index.count * 2);
        for (uint32_t j = 0; j <= i; j++) {
            snprintf(name, sizeof name, "app%u", j);
            assert_int_equal(find(&table, name), j);
        }
    }
    end(&table);
}

/* Any mixture of coming and going, against a plain search from the end. */
static void it_agrees_with_looking(void **state)
{
    enum { STEPS = 4000, NAMES = 40, FULL = 60 };
    struct table table;
    uint64_t chance = 1;
    char name[NAME_SIZE];

    (void)state;
    begin(&table);
    for (int i = 0; i < STEPS; i++) {
        chance = hash_combine(chance, (uint64_t)i);
        if (table.count == FULL || (table.count > 0 && chance % 2 == 0)) {
            remove_at(&table, (uint32_t)(chance >> 1) % table.count);
        } else {
            snprintf(name, sizeof name, "app%u", (unsigned)(chance >> 1) % NAMES);
            add(&table, name);
        }
        for (unsigned j = i % 3 == 0 ? 0 : NAMES; j < NAMES; j++) { /* what nobody asks for stays uncorrected */
            snprintf(name, sizeof name, "app%u", j);
            assert_int_equal(find(&table, name), find_by_looking(&table, name));
        }
    }
    end(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_index_knows_no_name),
        cmocka_unit_test(an_entry_is_found_after_gaps_were_closed),
        cmocka_unit_test(a_name_of_several_entries_lasts_as_long_as_one_of_them),
        cmocka_unit_test(a_name_may_come_back),
        cmocka_unit_test(names_of_one_hash_are_told_apart),
        cmocka_unit_test(names_that_come_and_go_take_no_room),
        cmocka_unit_test(everything_is_found_while_it_grows),
        cmocka_unit_test(it_agrees_with_looking),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
