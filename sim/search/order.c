#include "sim/search/order.h"

#include "core/heap.h"
#include "sim/search/grow.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void order_init(struct order *order, const struct catalogue *catalogue)
{
    *order = (struct order){.catalogue = catalogue, .words = 1};
}

void order_free(struct order *order)
{
    free(order->events);
    free(order->before);
    free(order->of_task);
    free(order->touched);
    free(order->races);
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static void widen(uint64_t **rows, uint32_t *size, uint32_t words)
{
    uint32_t count = *size / words;
    uint64_t *wide = NULL;
    uint32_t wide_size = 0;

    if (count > 0) {
        grow((void *)&wide, &wide_size, count * words * 2, sizeof *wide);
    }
    for (uint32_t i = 0; i < count; i++) {
        memcpy(&wide[(uint64_t)i * words * 2], &(*rows)[(uint64_t)i * words], words * sizeof *wide);
    }
    free(*rows);
    *rows = wide;
    *size = count * words * 2;
}

/* Rows are too short for one more event: all get twice as long. */
static void more_words(struct order *order)
{
    widen(&order->before, &order->before_size, order->words);
    widen(&order->of_task, &order->of_task_size, order->words);
    widen(&order->touched, &order->touched_size, order->words);
    order->words *= 2;
}

static uint64_t *task_row(struct order *order, uint32_t slot)
{
    if ((slot + 1) * order->words > order->of_task_size) {
        grow((void *)&order->of_task, &order->of_task_size, (slot + 1) * order->words, sizeof *order->of_task);
    }
    return &order->of_task[(uint64_t)slot * order->words];
}

static uint64_t *touched_row(const struct order *order, uint32_t object, enum access_mode mode)
{
    return &order->touched[((uint64_t)object * ACCESS_MODES + (uint64_t)mode) * order->words];
}

static void need_objects(struct order *order, uint32_t count)
{
    if (count * ACCESS_MODES * order->words > order->touched_size) {
        grow((void *)&order->touched, &order->touched_size, count * ACCESS_MODES * order->words,
             sizeof *order->touched);
    }
}

/* The rows that an access must be held against: those of its object, of the whole when it is a member, of all members
 * when it is the whole. */
static uint32_t opposite(const struct catalogue *catalogue, uint32_t object, uint32_t opposites[2])
{
    const struct object *facts = &catalogue->objects[object];

    if (facts->whole != OBJECT_NONE) {
        opposites[0] = object;
        opposites[1] = facts->whole;
        return 2;
    }
    opposites[0] = facts->members != OBJECT_NONE ? facts->members : object;
    return 1;
}

/* ---- growing and cutting ----------------------------------------------------------------------------------------- */

/* Adds to `row` what an access conflicts with. */
static void collect(const struct order *order, struct access access, uint64_t *row)
{
    uint32_t opposites[2];
    uint32_t count = opposite(order->catalogue, access.object, opposites);

    for (uint32_t i = 0; i < count; i++) {
        if ((uint64_t)opposites[i] * ACCESS_MODES * order->words >= order->touched_size) {
            continue;
        }
        for (enum access_mode mode = ACCESS_READ; mode < ACCESS_MODES; mode++) {
            if (modes_conflict(access.mode, mode)) {
                const uint64_t *touched = touched_row(order, opposites[i], mode);

                for (uint32_t word = 0; word < order->words; word++) {
                    row[word] |= touched[word];
                }
            }
        }
    }
}

static void mark(struct order *order, const struct footprint *footprint, uint32_t event, bool set)
{
    for (uint32_t i = 0; i < footprint->count; i++) {
        struct access access = footprint->accesses[i];
        uint32_t objects[2] = {access.object, order->catalogue->objects[access.object].members};

        for (int j = 0; j < 2; j++) {
            if (objects[j] != OBJECT_NONE) {
                uint64_t *word = &touched_row(order, objects[j], access.mode)[event >> 6];

                *word = set ? *word | (uint64_t)1 << (event & 63) : *word & ~((uint64_t)1 << (event & 63));
            }
        }
    }
}

static void add_race(struct order *order, uint32_t first, uint32_t second, uint32_t *count)
{
    grow((void *)&order->races, &order->race_size, *count + 1, sizeof *order->races);
    order->races[(*count)++] = (struct race){first, second};
}

/* The highest event of a row, which must not be empty. */
static bool highest(const uint64_t *row, uint32_t words, uint32_t *event)
{
    for (uint32_t i = words; i-- > 0;) {
        if (row[i] != 0) {
            *event = i * 64 + 63 - (uint32_t)__builtin_clzll(row[i]);
            return true;
        }
    }
    return false;
}

/* Takes in an event and what is before it: before := before + event + its predecessors; rest := rest − those. */
static void absorb(const struct order *order, uint32_t event, uint64_t *before, uint64_t *rest)
{
    const uint64_t *earlier = order_before(order, event);

    before[event >> 6] |= (uint64_t)1 << (event & 63);
    for (uint32_t i = 0; i < order->words; i++) {
        before[i] |= earlier[i];
        rest[i] &= ~before[i];
    }
}

void order_add(struct order *order, struct order_event event, uint32_t cause)
{
    uint32_t number = order->count;

    if (number >= order->words * 64) {
        more_words(order);
    }
    uint32_t words = order->words;

    grow((void *)&order->events, &order->event_size, number + 1, sizeof *order->events);
    grow((void *)&order->before, &order->before_size, (number + 1) * words, sizeof *order->before);
    need_objects(order, order->catalogue->object_count);

    uint64_t *before = order_before(order, number);
    uint64_t *own = task_row(order, event.slot);
    const struct footprint *footprint = event.footprint;
    uint64_t rest_word = 0;
    uint64_t *rest = words == 1 ? &rest_word : heap_take_zeroed(words, sizeof *rest);
    uint32_t race_count = number == 0 ? 0 : order->events[number - 1].race_count;
    uint32_t last = 0;

    memset(before, 0, words * sizeof *before);
    for (uint32_t i = 0; i < footprint->count; i++) {
        collect(order, footprint->accesses[i], rest);
    }
    if (highest(own, words, &last)) {
        absorb(order, last, before, rest);
    }
    if (cause != ORDER_NONE) {
        absorb(order, cause, before, rest);
    }
    /* From the latest on: what is left when its turn comes is ordered by nothing later, so it races. */
    while (highest(rest, words, &last)) {
        add_race(order, last, number, &race_count);
        absorb(order, last, before, rest);
    }
    if (words > 1) {
        free(rest);
    }
    own[number >> 6] |= (uint64_t)1 << (number & 63);
    mark(order, footprint, number, true);
    event.race_count = race_count;
    order->events[number] = event;
    order->count++;
}

void order_cut(struct order *order, uint32_t count)
{
    while (order->count > count) {
        uint32_t number = --order->count;
        const struct order_event *event = &order->events[number];

        mark(order, event->footprint, number, false);
        task_row(order, event->slot)[number >> 6] &= ~((uint64_t)1 << (number & 63));
    }
}

/* ---- questions -------------------------------------------------------------------------------------------------- */

bool order_first_of(const struct order *order, uint32_t slot, const uint64_t *row, uint32_t *event)
{
    if ((uint64_t)(slot + 1) * order->words > order->of_task_size) {
        return false;
    }
    const uint64_t *own = &order->of_task[(uint64_t)slot * order->words];

    for (uint32_t i = 0; i < order->words; i++) {
        uint64_t both = own[i] & row[i];

        if (both != 0) {
            *event = i * 64 + (uint32_t)__builtin_ctzll(both);
            return true;
        }
    }
    return false;
}

bool order_depends_word(const struct order *order, const struct footprint *footprint, uint32_t word, uint64_t bits)
{
    for (uint32_t i = 0; i < footprint->count; i++) {
        struct access access = footprint->accesses[i];
        uint32_t opposites[2];
        uint32_t count = opposite(order->catalogue, access.object, opposites);

        for (uint32_t j = 0; j < count; j++) {
            if ((uint64_t)opposites[j] * ACCESS_MODES * order->words >= order->touched_size) {
                continue;
            }
            for (enum access_mode mode = ACCESS_READ; mode < ACCESS_MODES; mode++) {
                if (modes_conflict(access.mode, mode) && (touched_row(order, opposites[j], mode)[word] & bits) != 0) {
                    return true;
                }
            }
        }
    }
    return false;
}
