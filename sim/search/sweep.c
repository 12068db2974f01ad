#include "sim/search/sweep.h"

#include "sim/search/numbers.h"
#include "sim/search/sweep_met.h"
#include "sim/search/sweeping.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run that makes this many times the calls of the plain one, and then this many, is given up as endless. */
enum { ENDLESS_TIMES = 10, ENDLESS_MORE = 10 * 1000 };

enum { EXIT_BROKEN = 3 /* internal error, as the command line says it */ };

static uint32_t calls_max(const struct trial *baseline)
{
    return baseline->calls * ENDLESS_TIMES + ENDLESS_MORE;
}

struct trial *sweep_try(struct sweeping *sweeping, const struct mishap *mishaps, uint32_t count,
                        const struct trial *baseline, bool sites, struct arena *arena)
{
    struct trial_request request = {mishaps, count, baseline, sites, calls_max(baseline), false};

    return trial_run(sweeping->bench, &request, arena);
}

/* ---- pieces of work
 * ----------------------------------------------------------------------------------------------------- */

bool sweep_goes_on(const struct sweeping *sweeping)
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

    if (!sweep_goes_on(sweeping)) {
        atomic_store(&sweeping->shared->stop, true);
    }
}

bool sweep_is_stopped(const struct sweeping *sweeping)
{
    return atomic_load(&sweeping->shared->stop);
}

void sweep_pieces(struct sweeping *sweeping, uint32_t count,
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

/* A mishap alone, and what is thought of it. */
struct tried {
    struct trial *trial;
    struct sweep_verdict verdict;
};

/* A violation counts in either order; all else is told of the first, which is that of `drydock run`. Both are the same
 * but for what nobody waits for. */
static struct tried try_single(struct sweeping *sweeping, uint32_t item, bool sites)
{
    struct arena *arena = &sweeping->run_arena;
    const struct mishap *mishap = &sweeping->cases.cases[item].mishap;
    struct tried tried;

    arena_reset(arena);
    tried.trial = sweep_try(sweeping, mishap, 1, sweeping->plain, sites, arena);
    tried.verdict = sweep_judge(tried.trial, sweeping->plain, 1, arena);
    if (sweeping->plain_late == NULL || tried.verdict.class <= SWEEP_VIOLATING) {
        return tried;
    }
    struct trial_request request = {mishap, 1, sweeping->plain_late, sites, calls_max(sweeping->plain_late), true};
    struct tried late = {.trial = trial_run(sweeping->bench, &request, arena)};

    late.verdict = sweep_judge(late.trial, sweeping->plain_late, 1, arena);
    return late.verdict.class == SWEEP_VIOLATING ? late : tried;
}

static const char *work_on_single(void *context, uint32_t item, struct arena *arena)
{
    struct sweeping *sweeping = context;
    struct numbers found = {NULL, 0, 0};

    struct sweep_verdict verdict = try_single(sweeping, item, false).verdict;

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
    struct tried tried = try_single(sweeping, item, true);

    if (tried.verdict.class == SWEEP_NOT_REACHED) {
        sweep_add_unfired(sweeping->sweep, tried.trial, 1, sweeping->arena);
    } else {
        sweep_add_finding(sweeping->sweep, tried.trial, &tried.verdict, counted, 1, sweeping->arena);
    }
}

static bool take_single(void *context, uint32_t item, const char *text)
{
    struct sweeping *sweeping = context;
    struct single *single = &sweeping->singles[item];
    struct sweep_tally *tally = &sweeping->sweep->result.singles;

    if (sweep_is_stopped(sweeping)) {
        return false;
    }
    arena_reset(&sweeping->first_arena);
    struct numbers found = numbers_read(text, &sweeping->first_arena);
    uint32_t count = (found.count - 1) / 2;

    *single = (struct single){(enum sweep_class)found.items[0],
                              arena_alloc(&sweeping->plain_arena, (count + 1) * sizeof *single->keys), count};
    tally->tried++;
    tally->classes[single->class]++;
    if (single->class != SWEEP_NOT_REACHED) {
        const struct sweep_case *tried = &sweeping->cases.cases[item];

        sweep_note_failure(sweeping->sweep, &sweeping->plain->sites[tried->site], tried->mishap.fault, sweeping->arena);
    }
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
    return sweep_goes_on(sweeping);
}

/* ---- the sweep
 * ------------------------------------------------------------------------------------------------------------- */

static void sweep_singles(struct sweeping *sweeping)
{
    struct sweep_result *result = &sweeping->sweep->result;

    sweeping->cases = sweep_cases(sweeping->plain, &sweeping->options->bounds, 0, NULL, &sweeping->plain_arena);
    sweeping->singles = arena_alloc(&sweeping->plain_arena, (sweeping->cases.count + 1) * sizeof *sweeping->singles);
    sweep_note_calls(sweeping->sweep, sweeping->plain, sweeping->arena);
    result->folded = sweeping->cases.folded;
    result->singles.planned = sweeping->cases.count;
    sweep_pieces(sweeping, sweeping->cases.count, work_on_single, take_single);
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
    if (trial_can_be_late(sweeping->bench)) {
        struct trial_request late = {.late = true};
        struct trial *plain_late = trial_run(sweeping->bench, &late, &sweeping->plain_arena);

        sweeping->plain_late = plain_late->gave_up == NULL ? plain_late : NULL;
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
