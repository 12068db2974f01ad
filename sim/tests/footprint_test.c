/* Footprints: gathered in any order they are the same, and they conflict when any two of their accesses do. */
#include "sim/kernel/prng.h"
#include "sim/search/footprint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

enum { CLASSES = 3, MEMBERS = 6, OBJECTS = CLASSES * (MEMBERS + 1) + 5, TRIES = 20000, ACCESSES_MAX = 8 };

static struct catalogue *catalogue;
static uint32_t objects[OBJECTS];

static int make_catalogue(void **state)
{
    uint32_t count = 0;

    (void)state;
    catalogue = malloc(sizeof *catalogue);
    assert_non_null(catalogue);
    catalogue_init(catalogue);
    for (uint64_t class = 1; class <= CLASSES; class ++) {
        for (uint64_t key = 0; key <= MEMBERS; key++) {
            objects[count++] = catalogue_member(catalogue, class, key);
        }
    }
    while (count < OBJECTS) {
        objects[count] = catalogue_object(catalogue, 1000 + count);
        count++;
    }
    return 0;
}

static int free_catalogue(void **state)
{
    (void)state;
    catalogue_free(catalogue);
    free(catalogue);
    return 0;
}

static uint32_t draw(struct prng *prng, struct access accesses[ACCESSES_MAX])
{
    uint32_t count = prng_below(prng, ACCESSES_MAX);

    for (uint32_t i = 0; i < count; i++) {
        accesses[i] = (struct access){objects[prng_below(prng, OBJECTS)], prng_below(prng, ACCESS_MODES)};
    }
    return count;
}

static const struct footprint *gather(const struct access *accesses, uint32_t count, bool backwards)
{
    footprint_begin(catalogue);
    for (uint32_t i = 0; i < count; i++) {
        const struct access *access = &accesses[backwards ? count - 1 - i : i];

        footprint_touch(catalogue, access->object, access->mode);
    }
    return footprint_end(catalogue);
}

static void order_and_repetition_do_not_matter(void **state)
{
    struct prng prng = {1};

    (void)state;
    for (int i = 0; i < TRIES; i++) {
        struct access accesses[ACCESSES_MAX];
        uint32_t count = draw(&prng, accesses);
        const struct footprint *footprint = gather(accesses, count, false);

        assert_ptr_equal(footprint, gather(accesses, count, true));
        for (uint32_t j = 1; j < footprint->count; j++) {
            assert_true(footprint->accesses[j - 1].object < footprint->accesses[j].object);
        }
        if (footprint->count == 1) {
            assert_ptr_equal(footprint,
                             footprint_single(catalogue, footprint->accesses[0].object, footprint->accesses[0].mode));
        }
    }
    assert_ptr_equal(gather(NULL, 0, false), catalogue->empty);
}

static void two_modes_on_one_object_are_a_write(void **state)
{
    const struct access both[] = {{objects[1], ACCESS_READ}, {objects[2], ACCESS_READ}, {objects[1], ACCESS_ADD}};
    const struct footprint *footprint = gather(both, 3, false);

    (void)state;
    assert_int_equal(footprint->count, 2);
    assert_int_equal(footprint->accesses[0].mode, ACCESS_WRITE);
    assert_int_equal(footprint->accesses[1].mode, ACCESS_READ);
}

static bool any_two_conflict(const struct footprint *left, const struct footprint *right)
{
    for (uint32_t i = 0; i < left->count; i++) {
        for (uint32_t j = 0; j < right->count; j++) {
            uint32_t one = left->accesses[i].object;
            uint32_t other = right->accesses[j].object;
            bool same =
                one == other || catalogue->objects[one].whole == other || catalogue->objects[other].whole == one;

            if (same && modes_conflict(left->accesses[i].mode, right->accesses[j].mode)) {
                return true;
            }
        }
    }
    return false;
}

static void footprints_conflict_when_two_accesses_do(void **state)
{
    struct prng prng = {2};
    int conflicts = 0;

    (void)state;
    for (int i = 0; i < TRIES; i++) {
        struct access accesses[ACCESSES_MAX];
        uint32_t count = draw(&prng, accesses);
        const struct footprint *left = gather(accesses, count, false);

        count = draw(&prng, accesses);
        const struct footprint *right = gather(accesses, count, false);
        bool conflict = any_two_conflict(left, right);

        assert_int_equal(footprints_conflict(catalogue, left, right), conflict);
        assert_int_equal(footprints_conflict(catalogue, right, left), conflict);
        conflicts += conflict;
    }
    assert_in_range(conflicts, TRIES / 4, TRIES * 3 / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_repetition_do_not_matter),
        cmocka_unit_test(two_modes_on_one_object_are_a_write),
        cmocka_unit_test(footprints_conflict_when_two_accesses_do),
    };

    return cmocka_run_group_tests(tests, make_catalogue, free_catalogue);
}
