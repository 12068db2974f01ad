/* Caches against a plain list that does the same, step by step (lifecycle.md 3.3, 4.1, 12.1: bounded in number and age,
 * least recently used goes first, reading does not renew the age). */
#include "core/cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { KEYS = 60, STEPS = 6000 };

static const char *const names[KEYS] = {"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b0", "b1",
                                        "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "c0", "c1", "c2", "c3",
                                        "c4", "c5", "c6", "c7", "c8", "c9", "d0", "d1", "d2", "d3", "d4", "d5",
                                        "d6", "d7", "d8", "d9", "e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7",
                                        "e8", "e9", "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9"};
static const int contents[STEPS];

/* What the cache should hold: in the order of insertion. */
static struct {
    int key;
    const void *content;
    int64_t set_ms;
    int used; /* the step */
} model[KEYS];
static int count;

static int find(int key)
{
    int i = 0;

    while (i < count && model[i].key != key) {
        i++;
    }
    return i;
}

static void drop(int index)
{
    count--;
    for (int i = index; i < count; i++) {
        model[i] = model[i + 1];
    }
}

static void set(struct cache *cache, int key, int step, int64_t now_ms)
{
    bool evicts = find(key) == count && cache->count_max != 0 && count == (int)cache->count_max;

    if (evicts) {
        int oldest = 0;

        for (int i = 1; i < count; i++) {
            oldest = model[i].used < model[oldest].used ? i : oldest;
        }
        drop(oldest);
    }
    int index = find(key);

    count += index == count;
    model[index].key = key;
    model[index].content = &contents[step];
    model[index].set_ms = now_ms;
    model[index].used = step;
    assert_int_equal(cache_set(cache, names[key], &contents[step], now_ms), evicts);
}

static void get(struct cache *cache, int key, int step, int64_t now_ms)
{
    int index = find(key);
    const void *content = index < count ? model[index].content : NULL;

    if (index < count && cache->age_ms_max != 0 && now_ms - model[index].set_ms >= cache->age_ms_max) {
        drop(index);
        content = NULL;
    } else if (index < count) {
        model[index].used = step;
    }
    assert_ptr_equal(cache_get(cache, names[key], now_ms), content);
}

static void expect_same(const struct cache *cache)
{
    assert_int_equal(cache->count, count);
    for (int i = 0; i < count; i++) {
        assert_string_equal(cache->entries[i].key, names[model[i].key]);
        assert_ptr_equal(cache->entries[i].content, model[i].content);
    }
}

static void test_a_cache_does_what_the_list_does(void **state)
{
    static const struct {
        uint32_t count_max;
        int64_t age_ms_max;
    } bounds[] = {{0, 0}, {1, 0}, {3, 0}, {40, 0}, {0, 30}, {40, 50}, {8, 7}};

    (void)state;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        struct arena arena;
        struct cache cache;
        uint32_t lot = 12345;
        int64_t now_ms = 1000;

        arena_init(&arena, arena_source_malloc());
        cache_init(&cache, &arena, bounds[i].count_max, bounds[i].age_ms_max);
        count = 0;
        for (int step = 0; step < STEPS; step++) {
            lot = lot * 1664525 + 1013904223;
            int key = (int)(lot >> 16) % KEYS;

            now_ms += (lot >> 8) % 2;
            switch ((lot >> 24) % 16) {
            case 0:
                if (find(key) < count) {
                    drop(find(key));
                }
                cache_delete(&cache, names[key]);
                break;
            case 1:
                if ((lot >> 10) % 32 == 0) {
                    count = 0;
                    cache_clear(&cache);
                }
                break;
            case 2:
            case 3:
            case 4:
            case 5:
            case 6:
            case 7:
                get(&cache, key, step, now_ms);
                break;
            default:
                set(&cache, key, step, now_ms);
            }
            expect_same(&cache);
        }
        arena_reset(&arena);
    }
}

/* Keys are copied; what is there for ever does not age. */
static void test_keys_are_the_caches_own(void **state)
{
    struct arena arena;
    struct cache cache;
    char key[] = "key";

    (void)state;
    arena_init(&arena, arena_source_malloc());
    cache_init(&cache, &arena, 0, 0);
    assert_false(cache_set(&cache, key, &contents[0], 5));
    key[0] = 'x';
    assert_ptr_equal(cache_get(&cache, "key", INT64_MAX - 1), &contents[0]);
    assert_null(cache_get(&cache, "xey", 5));
    arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cache_does_what_the_list_does),
        cmocka_unit_test(test_keys_are_the_caches_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
