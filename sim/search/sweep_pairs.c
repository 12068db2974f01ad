/* A sweep's pairs: a second mishap among the calls that follow the first. */
#include "sim/search/numbers.h"
#include "sim/search/sweeping.h"

/* The run with the first mishap and what may follow it; in first_arena. */
struct first_run {
    const struct mishap *mishap;
    struct trial *trial;
    struct sweep_cases seconds;
};

static struct first_run run_first(struct sweeping *sweeping, uint32_t item)
{
    struct first_run first = {.mishap = &sweeping->cases.cases[sweeping->firsts[item]].mishap};
    struct arena *arena = &sweeping->first_arena;

    arena_reset(arena);
    first.trial = sweep_try(sweeping, first.mishap, 1, sweeping->plain, true, arena);
    if (first.trial->gave_up == NULL) {
        uint64_t hit_step = first.trial->hits[first.trial->plan.count - 1].step;

        first.seconds = sweep_cases(first.trial, &sweeping->options->bounds, hit_step, &first.trial->plan, arena);
    }
    return first;
}

static struct trial *run_pair(struct sweeping *sweeping, const struct first_run *first, uint32_t second, bool sites)
{
    struct mishap mishaps[] = {*first->mishap, first->seconds.cases[second].mishap};

    arena_reset(&sweeping->run_arena);
    return sweep_try(sweeping, mishaps, 2, first->trial, sites, &sweeping->run_arena);
}

/* What the second mishap does alone, when it was tried alone. */
static const struct single *single_of(const struct sweeping *sweeping, const struct mishap *mishap)
{
    for (uint32_t i = 0; i < sweeping->cases.count; i++) {
        if (mishap_equal(&sweeping->cases.cases[i].mishap, mishap)) {
            return &sweeping->singles[i];
        }
    }
    return NULL;
}

/* Whether the second mishap alone breaks the same (key), or is silent too (key 0). */
static bool does_it_alone(struct sweeping *sweeping, const struct mishap *mishap, uint64_t key)
{
    const struct single *single = single_of(sweeping, mishap);

    if (single == NULL) { /* a repetition, or a call of the recovery */
        struct arena *arena = &sweeping->run_arena;
        struct trial *trial = sweep_try(sweeping, mishap, 1, sweeping->plain, false, arena);

        return key == 0 ? sweep_judge(trial, sweeping->plain, 1, arena).class == SWEEP_SILENT
                        : trial_violates(trial, key);
    }
    if (key == 0) {
        return single->class == SWEEP_SILENT;
    }
    for (uint32_t i = 0; i < single->key_count; i++) {
        if (single->keys[i] == key) {
            return true;
        }
    }
    return false;
}

/* Found: whether the first run ends; calls folded; runs per class; then fingerprint, times, the second mishap that gave
 * it first and the kinds of all that did, of each finding. */
enum { WORD_ENDS, WORD_FOLDED, WORD_CLASSES, WORD_FINDINGS = WORD_CLASSES + SWEEP_CLASS_COUNT };
enum { FINDING_HASH, FINDING_TIMES, FINDING_SECOND, FINDING_KINDS, FINDING_WORDS };

static void note_pair_finding(struct numbers *found, uint64_t fingerprint, const struct first_run *first,
                              uint32_t second, struct arena *arena)
{
    uint64_t kind = mishap_bit(&first->seconds.cases[second].mishap);

    for (uint32_t i = WORD_FINDINGS; i < found->count; i += FINDING_WORDS) {
        if (found->items[i + FINDING_HASH] == fingerprint) {
            found->items[i + FINDING_TIMES]++;
            found->items[i + FINDING_KINDS] |= kind;
            return;
        }
    }
    numbers_add(found, fingerprint, arena);
    numbers_add(found, 1, arena);
    numbers_add(found, second, arena);
    numbers_add(found, kind, arena);
}

static const char *work_on_pairs(void *context, uint32_t item, struct arena *arena)
{
    struct sweeping *sweeping = context;
    struct numbers found = {NULL, 0, 0};
    struct first_run first = run_first(sweeping, item);

    for (uint32_t i = 0; i < WORD_FINDINGS; i++) {
        numbers_add(&found, 0, arena);
    }
    found.items[WORD_ENDS] = first.trial->gave_up == NULL;
    found.items[WORD_FOLDED] = first.seconds.folded;
    for (uint32_t second = 0; second < first.seconds.count && !sweep_is_stopped(sweeping); second++) {
        struct trial *trial = run_pair(sweeping, &first, second, false);
        struct sweep_verdict verdict = sweep_judge(trial, first.trial, 2, &sweeping->run_arena);

        found.items[WORD_CLASSES + verdict.class]++;
        if (verdict.class == SWEEP_NOT_REACHED) {
            note_pair_finding(&found, (uint64_t)second | UINT64_C(1) << 32, &first, second, arena);
        }
        for (uint32_t i = 0; i < verdict.count; i++) {
            if (!does_it_alone(sweeping, &first.seconds.cases[second].mishap, verdict.findings[i].key)) {
                note_pair_finding(&found, hash_text(verdict.findings[i].fingerprint), &first, second, arena);
            }
        }
    }
    return numbers_text(&found, arena);
}

static void look_at_pair_again(struct sweeping *sweeping, uint32_t item, const struct counted_finding *counted,
                               uint32_t second)
{
    struct first_run first = run_first(sweeping, item);
    struct trial *trial = run_pair(sweeping, &first, second, true);
    struct sweep_verdict verdict = sweep_judge(trial, first.trial, 2, &sweeping->run_arena);

    if (verdict.class == SWEEP_NOT_REACHED) {
        sweep_add_unfired(sweeping->sweep, trial, 2, sweeping->arena);
    } else {
        sweep_add_finding(sweeping->sweep, trial, &verdict, counted, 2, sweeping->arena);
    }
}

static bool take_pairs(void *context, uint32_t item, const char *text)
{
    struct sweeping *sweeping = context;
    struct sweep_result *result = &sweeping->sweep->result;

    if (sweep_is_stopped(sweeping)) {
        return false;
    }
    struct numbers found = numbers_read(text, &sweeping->plain_arena);
    uint64_t first_bit = mishap_bit(&sweeping->cases.cases[sweeping->firsts[item]].mishap);

    result->firsts_done++;
    result->endless_firsts += found.items[WORD_ENDS] == 0;
    result->folded += found.items[WORD_FOLDED];
    for (uint32_t i = 0; i < SWEEP_CLASS_COUNT; i++) {
        result->pairs.classes[i] += found.items[WORD_CLASSES + i];
        result->pairs.tried += found.items[WORD_CLASSES + i];
    }
    for (uint32_t i = WORD_FINDINGS; i < found.count; i += FINDING_WORDS) {
        struct counted_finding counted = {
            found.items[i + FINDING_HASH], found.items[i + FINDING_TIMES], {first_bit, found.items[i + FINDING_KINDS]}};

        if (!sweep_count_finding(sweeping->sweep, &counted)) {
            look_at_pair_again(sweeping, item, &counted, (uint32_t)found.items[i + FINDING_SECOND]);
        }
    }
    sweeping->done++;
    return sweep_goes_on(sweeping);
}

void sweep_pairs(struct sweeping *sweeping)
{
    struct sweep_result *result = &sweeping->sweep->result;
    uint32_t count = 0;

    sweeping->firsts = arena_alloc(&sweeping->plain_arena, (sweeping->cases.count + 1) * sizeof *sweeping->firsts);
    for (uint32_t i = 0; i < sweeping->cases.count; i++) {
        if (sweeping->singles[i].class != SWEEP_NOT_REACHED) {
            sweeping->firsts[count++] = i;
        }
    }
    sweeping->done = 0;
    sweeping->in_pairs = true;
    result->firsts = count;
    sweep_pieces(sweeping, count, work_on_pairs, take_pairs);
}
