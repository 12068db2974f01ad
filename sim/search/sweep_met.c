#include "sim/search/sweep_met.h"

#include <string.h>

static struct sweep_met *met_of(struct sweep *sweep, const struct sweep_site *site, struct arena *arena)
{
    struct sweep_result *result = &sweep->result;

    for (uint32_t i = 0; i < result->met_count; i++) {
        if (result->met[i].effect == site->effect && strcmp(result->met[i].place, site->place) == 0) {
            return &result->met[i];
        }
    }
    struct sweep_met *met = table_add(arena, (void **)&result->met, &result->met_count, &result->met_size, sizeof *met);

    *met = (struct sweep_met){.place = site->place, .effect = site->effect};
    return met;
}

void sweep_note_calls(struct sweep *sweep, const struct trial *trial, struct arena *arena)
{
    for (uint32_t i = 0; i < trial->site_count; i++) {
        if (trial->sites[i].place != NULL) {
            met_of(sweep, &trial->sites[i], arena)->faults |= 1U << trial->sites[i].fault;
        }
    }
}

void sweep_note_failure(struct sweep *sweep, const struct sweep_site *site, enum fault_kind fault, struct arena *arena)
{
    if (site->place != NULL) {
        met_of(sweep, site, arena)->faults |= 1U << fault;
    }
}
