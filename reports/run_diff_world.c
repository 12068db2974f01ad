/* Two worlds, as far as the changes of their runs tell. */
#include "reports/run_diff.h"

#include <string.h>

enum after_kind { AFTER_STATE, AFTER_DETAIL, AFTER_MORE, AFTER_FEWER, AFTER_UPDATED };
enum naming { NAMED_OBJECT, NAMED_BOTH };

static const struct world_change {
    const char *change, *thing;
    enum naming named;
    const char *before;
    enum after_kind after;
    const char *state;
} world_changes[] = {
#define STATE(text) AFTER_STATE, text
#define DETAIL AFTER_DETAIL, NULL
#define MORE AFTER_MORE, NULL
#define FEWER AFTER_FEWER, NULL
#define UPDATED AFTER_UPDATED, NULL
#define WORLD_CHANGE(change, thing, named, before, ...) {change, thing, NAMED_##named, before, __VA_ARGS__},
#include "reports/world_changes.def"
#undef STATE
#undef DETAIL
#undef MORE
#undef FEWER
#undef UPDATED
};

enum { WORLD_CHANGES = sizeof world_changes / sizeof world_changes[0] };

static const struct world_change *world_change(const char *name)
{
    for (size_t i = 0; i < WORLD_CHANGES; i++) {
        if (strcmp(world_changes[i].change, name) == 0) {
            return &world_changes[i];
        }
    }
    return NULL;
}

bool world_change_known(const char *name)
{
    return world_change(name) != NULL;
}

/* ---- the first change that differs ------------------------------------------------------------------------------- */

/* The next change from this event on; the run's number of events when there is none. */
static uint32_t next_change(const struct run_record *record, uint32_t event)
{
    while (event < record->event_count && record->events[event].kind != RUN_CHANGE) {
        event++;
    }
    return event;
}

static bool same_text(const char *left, const char *right)
{
    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

static const char *task_of(const struct run_record *record, const struct run_event *event)
{
    return event->task == RUN_NONE ? NULL : record->tasks[event->task];
}

/* Whose it was and what; not which event brought it about, which the world does not show. */
static bool same_change(const struct run_record *const records[DIFF_SIDES], const uint32_t at[DIFF_SIDES])
{
    const struct run_event *left = &records[0]->events[at[0]];
    const struct run_event *right = &records[1]->events[at[1]];

    return left->at_ms - records[0]->clock_start_ms == right->at_ms - records[1]->clock_start_ms &&
           same_text(left->text, right->text) && same_text(left->object, right->object) &&
           same_text(left->detail, right->detail) && same_text(task_of(records[0], left), task_of(records[1], right));
}

static void compare_changes(const struct run_record *const records[DIFF_SIDES], struct run_diff *diff)
{
    uint32_t at[DIFF_SIDES] = {next_change(records[0], 0), next_change(records[1], 0)};

    while (at[0] < records[0]->event_count && at[1] < records[1]->event_count && same_change(records, at)) {
        at[0] = next_change(records[0], at[0] + 1);
        at[1] = next_change(records[1], at[1] + 1);
        diff->world_place++;
    }
    for (int side = 0; side < DIFF_SIDES; side++) {
        bool more = at[side] < records[side]->event_count;

        diff->changes[side] = more ? at[side] : RUN_NONE;
        diff->world_differs = diff->world_differs || more;
    }
}

/* ---- things at the end ------------------------------------------------------------------------------------------- */

/* What one run's changes say of a thing. */
struct fate {
    const char *before; /* the first change tells; NULL: it does not */
    const char *state;  /* NULL: counted, or not heard of */
    int balance;        /* rows of the name, more or fewer than at the start */
    bool heard, updated;
};

struct thing {
    uint64_t hash;
    const char *thing, *object, *detail;
    struct fate fates[DIFF_SIDES];
};

struct things {
    struct thing *items; /* in the order in which they were heard of, the left run's first */
    uint32_t count;
    uint32_t *places; /* index + 1; 0: free */
    uint64_t size;    /* a power of two */
};

static uint64_t hash_of(const char *text)
{
    return text == NULL ? 0 : hash_text(text);
}

static struct thing *thing_of(struct things *things, const struct world_change *what, const struct run_event *event)
{
    const char *detail = what->named == NAMED_BOTH ? event->detail : NULL;
    uint64_t hash = hash_combine(hash_combine(hash_text(what->thing), hash_of(event->object)), hash_of(detail));
    uint64_t place = hash & (things->size - 1);

    for (; things->places[place] != 0; place = (place + 1) & (things->size - 1)) {
        struct thing *thing = &things->items[things->places[place] - 1];

        if (thing->hash == hash && strcmp(thing->thing, what->thing) == 0 && same_text(thing->object, event->object) &&
            same_text(thing->detail, detail)) {
            return thing;
        }
    }
    things->items[things->count] =
        (struct thing){.hash = hash, .thing = what->thing, .object = event->object, .detail = detail};
    things->places[place] = ++things->count;
    return &things->items[things->count - 1];
}

static void hear(struct fate *fate, const struct world_change *what, const struct run_event *event)
{
    if (!fate->heard) {
        fate->before = what->before;
    }
    fate->heard = true;
    switch (what->after) {
    case AFTER_STATE:
        fate->state = what->state;
        break;
    case AFTER_DETAIL:
        fate->state = event->detail == NULL ? "present" : event->detail;
        break;
    case AFTER_MORE:
        fate->balance++;
        break;
    case AFTER_FEWER:
        fate->balance--;
        break;
    case AFTER_UPDATED:
        fate->updated = true;
        break;
    }
}

static void hear_all(struct things *things, const struct run_record *record, int side)
{
    for (uint32_t i = next_change(record, 0); i < record->event_count; i = next_change(record, i + 1)) {
        const struct run_event *event = &record->events[i];
        const struct world_change *what = world_change(event->text);

        if (what != NULL && what->thing != NULL) {
            hear(&thing_of(things, what, event)->fates[side], what, event);
        }
    }
}

static const char *balance_words(struct arena *arena, const struct fate *fate)
{
    if (fate->balance == 0) {
        return fate->updated ? "updated" : "as at the start";
    }
    return arena_printf(arena, "%d %s than at the start", fate->balance < 0 ? -fate->balance : fate->balance,
                        fate->balance < 0 ? "fewer" : "more");
}

/* How the thing is at the end of this run; what it was at the start may be known from the other. */
static const char *fate_words(struct arena *arena, const struct fate *own, const struct fate *other)
{
    if (!own->heard) {
        return other->before != NULL ? arena_string(arena, other->before) : "as at the start";
    }
    return own->state != NULL ? own->state : balance_words(arena, own);
}

static void compare_ends(struct arena *arena, const struct things *things, struct run_diff *diff)
{
    diff->world = arena_alloc(arena, (things->count + 1) * sizeof *diff->world);
    for (uint32_t i = 0; i < things->count; i++) {
        const struct thing *thing = &things->items[i];
        struct world_difference difference = {.thing = thing->thing, .object = thing->object, .detail = thing->detail};

        for (int side = 0; side < DIFF_SIDES; side++) {
            difference.states[side] = fate_words(arena, &thing->fates[side], &thing->fates[1 - side]);
        }
        if (strcmp(difference.states[0], difference.states[1]) != 0) {
            diff->world[diff->world_count++] = difference;
        }
    }
}

void run_diff_world(struct arena *arena, const struct run_record *const records[DIFF_SIDES], struct run_diff *diff)
{
    struct things things = {.size = 16};
    struct arena scratch;
    uint32_t changes = 0;

    compare_changes(records, diff);
    for (int side = 0; side < DIFF_SIDES; side++) {
        for (uint32_t i = next_change(records[side], 0); i < records[side]->event_count;
             i = next_change(records[side], i + 1)) {
            changes++;
        }
    }
    while (things.size < (uint64_t)changes * 2) {
        things.size *= 2;
    }
    arena_init(&scratch, arena_source_malloc());
    things.items = arena_alloc(&scratch, (changes + 1) * sizeof *things.items);
    things.places = arena_alloc(&scratch, things.size * sizeof *things.places);
    hear_all(&things, records[0], 0);
    hear_all(&things, records[1], 1);
    compare_ends(arena, &things, diff);
    arena_reset(&scratch);
}
