/* Over all sweeps: which failures the calls of core/ met, of all that they can meet. */
#include "reports/sweep_report.h"

#include "core/heap.h"

#include <stdlib.h>
#include <string.h>

static int by_call(const void *left, const void *right)
{
    const struct sweep_met *a = left, *b = right;
    const int order = strcmp(a->place, b->place);

    return order != 0 ? order : (int)a->effect - (int)b->effect;
}

void sweep_failures(const struct sweep_result *const *results, size_t count, struct exercised_share *share)
{
    size_t all = 0, filled = 0;

    *share = (struct exercised_share){0, 0};
    for (size_t i = 0; i < count; i++) {
        all += results[i]->met_count;
    }
    struct sweep_met *calls = heap_take((all + 1) * sizeof *calls);

    for (size_t i = 0; i < count; i++) {
        if (results[i]->met_count > 0) {
            memcpy(calls + filled, results[i]->met, results[i]->met_count * sizeof *calls);
            filled += results[i]->met_count;
        }
    }
    qsort(calls, filled, sizeof *calls, by_call);
    for (size_t i = 0; i < filled;) {
        uint32_t met = 0;
        size_t next = i;

        while (next < filled && by_call(&calls[i], &calls[next]) == 0) {
            met |= calls[next++].faults;
        }
        exercised_share_failures(share, calls[i].effect, met);
        i = next;
    }
    free(calls);
}
