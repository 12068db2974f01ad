#include "sim/search/sweep_judge.h"

#include <string.h>

/* The mishaps that had hit by transition `until` (0: at the end), as sim/search/finding.c names them. */
static const char *with_mishaps(const struct trial *trial, uint32_t own, uint64_t until, const char *text,
                                struct arena *arena)
{
    for (uint32_t i = trial->plan.count - own; i < trial->plan.count; i++) {
        if (trial->hits[i].site != NULL && (until == 0 || trial->hits[i].step <= until)) {
            text =
                arena_printf(arena, "%s | %s: %s", text, trial->hits[i].site, mishap_effect(&trial->plan.mishaps[i]));
        }
    }
    return text;
}

static void add_finding(struct sweep_verdict *verdict, struct verdict_finding finding, struct arena *arena)
{
    for (uint32_t i = 0; i < verdict->count; i++) {
        if (strcmp(verdict->findings[i].fingerprint, finding.fingerprint) == 0) {
            return;
        }
    }
    *(struct verdict_finding *)table_add(arena, (void **)&verdict->findings, &verdict->count, &verdict->size,
                                         sizeof verdict->findings[0]) = finding;
}

static void add_violations(struct sweep_verdict *verdict, const struct trial *trial, const struct trial *baseline,
                           uint32_t own, struct arena *arena)
{
    for (uint32_t i = 0; i < trial->violation_count; i++) {
        const struct trial_violation *violation = &trial->violations[i];

        if (trial_violates(baseline, violation->key)) {
            continue;
        }
        const char *text = violation->site == NULL ? violation->oracle
                                                   : arena_printf(arena, "%s | %s", violation->oracle, violation->site);

        const char *why =
            arena_printf(arena, "%s%s", violation->message, trial->late ? ", when what nobody waits for is late" : "");

        add_finding(
            verdict,
            (struct verdict_finding){with_mishaps(trial, own, violation->step, text, arena), why, violation->key},
            arena);
    }
}

static const char *silence_text(const struct trial *trial, uint32_t parts, struct arena *arena)
{
    if (trial->gave_up != NULL) {
        return arena_printf(arena, "nothing is said of it, and the run does not end: %s", trial->gave_up);
    }
    return arena_printf(arena, "nothing is said of it, and the end is another: %s", outcome_parts_text(arena, parts));
}

struct sweep_verdict sweep_judge(const struct trial *trial, const struct trial *baseline, uint32_t own,
                                 struct arena *arena)
{
    struct sweep_verdict verdict = {SWEEP_NOT_REACHED, NULL, 0, 0};

    if (trial->fired[trial->plan.count - 1] == 0) {
        return verdict;
    }
    add_violations(&verdict, trial, baseline, own, arena);
    uint32_t parts = trial_difference(trial, baseline);

    if (verdict.count > 0) {
        verdict.class = SWEEP_VIOLATING;
    } else if (parts == 0) {
        verdict.class = trial->reported ? SWEEP_RECOVERED : SWEEP_ABSORBED;
    } else if (trial->reported) {
        verdict.class = SWEEP_REPORTED;
    } else {
        const char *text = arena_printf(arena, "silent | %s", outcome_parts_text(arena, parts));

        verdict.class = SWEEP_SILENT;
        add_finding(
            &verdict,
            (struct verdict_finding){with_mishaps(trial, own, 0, text, arena), silence_text(trial, parts, arena), 0},
            arena);
    }
    return verdict;
}

const char *unfired_because(const struct trial *trial, struct arena *arena)
{
    const struct mishap *mishap = &trial->plan.mishaps[trial->plan.count - 1];
    uint32_t made = 0;
    bool acted = false;

    for (uint32_t i = 0; i < trial->site_count; i++) {
        if (strcmp(trial->sites[i].task, mishap->task) == 0) {
            acted = true;
            made += trial->sites[i].effect == mishap->effect;
        }
    }
    if (!acted) {
        return arena_printf(arena, "there is no task %s in this run, or it makes no call", mishap->task);
    }
    if (made < mishap->nth) {
        return arena_printf(arena, "%s makes %u such calls", mishap->task, made);
    }
    return "another mishap comes first at this call";
}
