#include "sim/search/sweep.h"

#include "sim/search/numbers.h"
#include "sim/search/sweep_findings.h"
#include "sim/search/workers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run that makes this many times the calls of the plain one, and then this many, is given up as endless. */
enum { ENDLESS_TIMES = 10, ENDLESS_MORE = 10 * 1000 };

enum { EXIT_BROKEN = 3 /* internal error, as the command line says it */ };

/* What is remembered of a single mishap for its pairs. */
struct single {
    enum sweep_class class;
    uint64_t *keys; /* of violations */
    uint32_t key_count;
};

struct sweeping {
    struct trial_bench *bench;
    const struct sweep_options *options;
    struct arena *arena; /* of the result */
    struct arena plain_arena, first_arena, run_arena;
    struct workers_shared *shared;
    struct sweep *sweep;
    struct trial *plain;
    struct sweep_cases cases;
    struct single *singles; /* of cases, same places */
    uint32_t *firsts;       /* cases that are paired */
    uint32_t done;
    bool in_pairs;
};

static uint32_t calls_max(const struct trial *baseline)
{
    return baseline->calls * ENDLESS_TIMES + ENDLESS_MORE;
}

/* Runs with these mishaps. */
static struct trial *try_mishaps(struct sweeping *sweeping, const struct mishap *mishaps, uint32_t count,
                                 const struct trial *baseline, bool sites, struct arena *arena)
{
    struct trial_request request = {mishaps, count, baseline, sites, calls_max(baseline)};

    return trial_run(sweeping->bench, &request, arena);
}

/* ---- pieces of work
 * ----------------------------------------------------------------------------------------------------- */

static bool go_on(const struct sweeping *sweeping)
{
    const struct sweep_result *result = &sweeping->sweep->result;
    struct sweep_progress progress = {result->scenario,
                                      result->revision,
                                      sweeping->in_pairs,
                                      sweeping->done,
                                      sweeping->in_pairs ? (uint32_t)result->firsts : sweeping->cases.count,
                                      result->finding_count};

    return sweeping->options->go_on == NULL || sweeping->options->go_on(sweeping->options->context, &progress);
}

static void tick(void *context)
{
    struct sweeping *sweeping = context;

    if (!go_on(sweeping)) {
        atomic_store(&sweeping->shared->stop, true);
    }
}

/* What comes after a stop may be cut short, and does not count. */
static bool is_stopped(const struct sweeping *sweeping)
{
    return atomic_load(&sweeping->shared->stop);
}

static void do_pieces(struct sweeping *sweeping, uint32_t count,
                      const char *(*work)(void *context, uint32_t item, struct arena *arena),
                      bool (*take)(void *context, uint32_t item, const char *text))
{
    struct workers workers = {sweeping->options->jobs, sweeping->shared, sweeping, work, tick};

    tick(sweeping);
    if (!workers_take(&workers, count, take)) {
        fprintf(stderr, "drydock: no workers: %s\n", strerror(errno));
        exit(EXIT_BROKEN);
    }
}

/* ---- single mishaps
 * ---------------------------------------------------------------------------------------------------- */

static const char *work_on_single(void *context, uint32_t item, struct arena *arena)
{
    struct sweeping *sweeping = context;
    struct numbers found = {NULL, 0, 0};

    arena_reset(&sweeping->run_arena);
    struct trial *trial =
        try_mishaps(sweeping, &sweeping->cases.cases[item].mishap, 1, sweeping->plain, false, &sweeping->run_arena);
    struct sweep_verdict verdict = sweep_judge(trial, sweeping->plain, 1, &sweeping->run_arena);

    numbers_add(&found, (uint64_t)verdict.class, arena);
    for (uint32_t i = 0; i < verdict.count; i++) {
        numbers_add(&found, verdict.findings[i].key, arena);
        numbers_add(&found, hash_text(verdict.findings[i].fingerprint), arena);
    }
    return numbers_text(&found, arena);
}

/* Runs a single mishap again, for its texts. */
static void look_again(struct sweeping *sweeping, uint32_t item, const struct counted_finding *counted)
{
    arena_reset(&sweeping->run_arena);
    struct trial *trial =
        try_mishaps(sweeping, &sweeping->cases.cases[item].mishap, 1, sweeping->plain, true, &sweeping->run_arena);
    struct sweep_verdict verdict = sweep_judge(trial, sweeping->plain, 1, &sweeping->run_arena);

    if (verdict.class == SWEEP_NOT_REACHED) {
        sweep_add_unfired(sweeping->sweep, trial, 1, sweeping->arena);
    } else {
        sweep_add_finding(sweeping->sweep, trial, &verdict, counted, 1, sweeping->arena);
    }
}

static bool take_single(void *context, uint32_t item, const char *text)
{
    struct sweeping *sweeping = context;
    struct single *single = &sweeping->singles[item];
    struct sweep_tally *tally = &sweeping->sweep->result.singles;

    if (is_stopped(sweeping)) {
        return false;
    }
    arena_reset(&sweeping->first_arena);
    struct numbers found = numbers_read(text, &sweeping->first_arena);
    uint32_t count = (found.count - 1) / 2;

    *single = (struct single){(enum sweep_class)found.items[0],
                              arena_alloc(&sweeping->plain_arena, (count + 1) * sizeof *single->keys), count};
    tally->tried++;
    tally->classes[single->class]++;
    for (uint32_t i = 0; i < count; i++) {
        single->keys[i] = found.items[1 + 2 * i];
        struct counted_finding counted = {
            found.items[2 + 2 * i], 1, {mishap_bit(&sweeping->cases.cases[item].mishap), 0}};

        if (!sweep_count_finding(sweeping->sweep, &counted)) {
            look_again(sweeping, item, &counted);
        }
    }
    if (single->class == SWEEP_NOT_REACHED) {
        look_again(sweeping, item, NULL);
    }
    sweeping->done++;
    return go_on(sweeping);
}

/* ---- pairs
 * ----------------------------------------------------------------------------------------------------------------- */

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
    first.trial = try_mishaps(sweeping, first.mishap, 1, sweeping->plain, true, arena);
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
    return try_mishaps(sweeping, mishaps, 2, first->trial, sites, &sweeping->run_arena);
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
        struct trial *trial = try_mishaps(sweeping, mishap, 1, sweeping->plain, false, arena);

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
    for (uint32_t second = 0; second < first.seconds.count && !is_stopped(sweeping); second++) {
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

    if (is_stopped(sweeping)) {
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
    return go_on(sweeping);
}

/* ---- the sweep
 * ------------------------------------------------------------------------------------------------------------- */

static void sweep_singles(struct sweeping *sweeping)
{
    struct sweep_result *result = &sweeping->sweep->result;

    sweeping->cases = sweep_cases(sweeping->plain, &sweeping->options->bounds, 0, NULL, &sweeping->plain_arena);
    sweeping->singles = arena_alloc(&sweeping->plain_arena, (sweeping->cases.count + 1) * sizeof *sweeping->singles);
    result->folded = sweeping->cases.folded;
    result->singles.planned = sweeping->cases.count;
    do_pieces(sweeping, sweeping->cases.count, work_on_single, take_single);
}

static void sweep_pairs(struct sweeping *sweeping)
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
    do_pieces(sweeping, count, work_on_pairs, take_pairs);
}

static void set_result(struct sweeping *sweeping, const struct scenario *scenario)
{
    struct sweep_result *result = &sweeping->sweep->result;
    const struct run_options *run = &sweeping->options->run;

    *result = (struct sweep_result){.scenario = scenario->name,
                                    .file = scenario->file,
                                    .revision = run->revision->name,
                                    .with_pairs = sweeping->options->pairs};
    result->without = arena_alloc(sweeping->arena, SWITCH_COUNT * sizeof *result->without);
    for (unsigned i = 0; i < SWITCH_COUNT; i++) {
        if ((run->without & (1U << i)) != 0) {
            result->without[result->without_count++] = switch_info(i)->name;
        }
    }
}

static void sweep_all(struct sweeping *sweeping, const struct scenario *scenario)
{
    struct sweep_result *result = &sweeping->sweep->result;
    struct trial_request plain = {.sites = true};
    uint32_t own_max = sweeping->options->pairs ? 2 : 1;

    if (scenario->plan.count + own_max > PLAN_MISHAPS_MAX) {
        result->unswept_because = arena_printf(sweeping->arena, "it has %u mishaps of its own, and a run can have %d",
                                               scenario->plan.count, PLAN_MISHAPS_MAX);
        return;
    }
    sweeping->plain = trial_run(sweeping->bench, &plain, &sweeping->plain_arena);
    if (sweeping->plain->gave_up != NULL) {
        result->unswept_because = arena_printf(sweeping->arena, "its run without a mishap does not come to an end: %s",
                                               sweeping->plain->gave_up);
        return;
    }
    result->calls = sweeping->plain->calls;
    sweep_singles(sweeping);
    result->complete = result->singles.tried == result->singles.planned;
    if (sweeping->options->pairs && result->complete) {
        sweep_pairs(sweeping);
        result->complete = result->firsts_done == result->firsts;
    }
}

struct sweep *sweep_scenario(struct trial_bench *bench, const struct scenario *scenario,
                             const struct sweep_options *options, struct arena *arena)
{
    struct sweeping sweeping = {
        .bench = bench, .options = options, .arena = arena, .sweep = arena_alloc(arena, sizeof *sweeping.sweep)};

    sweeping.shared = workers_shared_new();
    if (sweeping.shared == NULL) {
        perror("drydock: memory");
        exit(EXIT_BROKEN);
    }
    trial_bench_set(bench, scenario, &options->run);
    memory_reset(&bench->keep_memory);
    arena_init(&sweeping.plain_arena, &bench->keep_memory.source);
    arena_init(&sweeping.first_arena, &bench->keep_memory.source);
    arena_init(&sweeping.run_arena, &bench->keep_memory.source);
    set_result(&sweeping, scenario);
    sweep_all(&sweeping, scenario);
    workers_shared_free(sweeping.shared);
    return sweeping.sweep;
}
