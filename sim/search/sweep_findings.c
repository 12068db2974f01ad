#include "sim/search/sweep_findings.h"

#include <string.h>

/* ---- kinds
 * ------------------------------------------------------------------------------------------------------------- */

_Static_assert((int)FAULT_COUNT + (int)STRIKE_COUNT <= SWEEP_KINDS_MAX, "there is room for all kinds");

uint64_t mishap_bit(const struct mishap *mishap)
{
    return UINT64_C(1) << (mishap->fault == FAULT_NONE ? FAULT_COUNT + (unsigned)mishap->strike
                                                       : (unsigned)mishap->fault);
}

static const char *kind_name(unsigned number)
{
    return number < FAULT_COUNT ? fault_info((enum fault_kind)number)->name
                                : strike_info((enum strike_kind)(number - FAULT_COUNT))->name;
}

static void add_kinds(struct sweep_finding *finding, const struct counted_finding *counted)
{
    for (unsigned i = 0; i < SWEEP_MISHAPS_MAX; i++) {
        for (unsigned number = 0; number < FAULT_COUNT + STRIKE_COUNT; number++) {
            if ((counted->kinds[i] & (UINT64_C(1) << number)) != 0) {
                sweep_kinds_add(&finding->kinds[i], kind_name(number));
            }
        }
    }
}

/* ---- findings
 * ---------------------------------------------------------------------------------------------------------- */

bool sweep_count_finding(struct sweep *sweep, const struct counted_finding *counted)
{
    struct sweep_result *result = &sweep->result;

    for (uint32_t i = 0; i < result->finding_count; i++) {
        if (hash_text(result->findings[i].fingerprint) == counted->fingerprint) {
            result->findings[i].times += counted->times;
            add_kinds(&result->findings[i], counted);
            return true;
        }
    }
    return false;
}

static void keep_oracles(struct sweep_found *found, const struct trial *trial, struct arena *arena)
{
    found->oracles = arena_alloc(arena, (trial->violation_count + 1) * sizeof *found->oracles);
    for (uint32_t i = 0; i < trial->violation_count; i++) {
        bool known = false;

        for (uint32_t j = 0; j < found->oracle_count; j++) {
            known = known || strcmp(found->oracles[j], trial->violations[i].oracle) == 0;
        }
        if (!known) {
            found->oracles[found->oracle_count++] = trial->violations[i].oracle;
        }
    }
}

/* The plan with texts of the result's own. */
static struct plan keep_plan(const struct plan *plan, struct arena *arena)
{
    struct plan kept = *plan;

    for (uint32_t i = 0; i < kept.count; i++) {
        kept.mishaps[i].task = arena_string(arena, kept.mishaps[i].task);
        kept.mishaps[i].object = kept.mishaps[i].object == NULL ? NULL : arena_string(arena, kept.mishaps[i].object);
    }
    return kept;
}

static const char *mishaps_text(const struct plan *plan, uint32_t own, struct arena *arena)
{
    const char *text = mishap_text(arena, &plan->mishaps[plan->count - own]);

    return own == 1 ? text
                    : arena_printf(arena, "%s; then %s", text, mishap_text(arena, &plan->mishaps[plan->count - 1]));
}

void sweep_add_finding(struct sweep *sweep, const struct trial *trial, const struct sweep_verdict *verdict,
                       const struct counted_finding *counted, uint32_t own, struct arena *arena)
{
    for (uint32_t i = 0; i < verdict->count; i++) {
        const struct verdict_finding *finding = &verdict->findings[i];

        if (hash_text(finding->fingerprint) != counted->fingerprint) {
            continue;
        }
        struct sweep_finding *added = table_add(arena, (void **)&sweep->result.findings, &sweep->result.finding_count,
                                                &sweep->result.finding_size, sizeof sweep->result.findings[0]);

        *added = (struct sweep_finding){.class = verdict->class,
                                        .fingerprint = arena_string(arena, finding->fingerprint),
                                        .mishap = mishaps_text(&trial->plan, own, arena),
                                        .why = arena_string(arena, finding->why),
                                        .times = counted->times};
        add_kinds(added, counted);
        struct sweep_found *found =
            table_add(arena, (void **)&sweep->found, &sweep->found_count, &sweep->found_size, sizeof sweep->found[0]);

        *found = (struct sweep_found){.plan = keep_plan(&trial->plan, arena),
                                      .trace_hash = trial->trace_hash,
                                      .unfired_faults = trial->unfired_faults};
        keep_oracles(found, trial, arena);
        return;
    }
}

void sweep_add_unfired(struct sweep *sweep, const struct trial *trial, uint32_t own, struct arena *arena)
{
    struct sweep_result *result = &sweep->result;

    *(struct sweep_unfired *)table_add(arena, (void **)&result->unfired, &result->unfired_count, &result->unfired_size,
                                       sizeof result->unfired[0]) =
        (struct sweep_unfired){mishaps_text(&trial->plan, own, arena), unfired_because(trial, arena)};
}
