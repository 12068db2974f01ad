#include "sim/search/report_counts.h"

enum { REPORTS_LEAST = 64 };

static struct report_count *slot_of(const struct report_counts *reports, uint64_t said)
{
    uint32_t place = (uint32_t)said & (reports->size - 1);

    while (reports->slots[place].said != 0 && reports->slots[place].said != said) {
        place = (place + 1) & (reports->size - 1);
    }
    return &reports->slots[place];
}

uint32_t report_counts_times(const struct report_counts *reports, uint64_t said)
{
    return reports->size == 0 ? 0 : slot_of(reports, said | 1)->times;
}

static void make_room(struct report_counts *reports, struct arena *arena)
{
    struct report_counts larger = {NULL, reports->count, reports->size == 0 ? REPORTS_LEAST : reports->size * 2};

    larger.slots = arena_alloc(arena, larger.size * sizeof *larger.slots);
    for (uint32_t i = 0; i < reports->size; i++) {
        if (reports->slots[i].said != 0) {
            *slot_of(&larger, reports->slots[i].said) = reports->slots[i];
        }
    }
    *reports = larger;
}

uint32_t report_counts_add(struct report_counts *reports, uint64_t said, struct arena *arena)
{
    if ((reports->count + 1) * 2 > reports->size) {
        make_room(reports, arena);
    }
    struct report_count *slot = slot_of(reports, said | 1);

    reports->count += slot->times == 0;
    *slot = (struct report_count){said | 1, slot->times + 1};
    return slot->times;
}
