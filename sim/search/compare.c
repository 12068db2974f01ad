#include "sim/search/compare.h"

#include "core/value.h"
#include "sim/search/bench.h"
#include "sim/search/finding.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A search to be done. */
struct piece {
    uint32_t row;
    uint32_t seed; /* 0: the strategy knows none */
};

/* What came of it. */
struct piece_result {
    bool ended; /* not stopped from outside */
    bool found, exhausted;
    uint64_t executions, ns;
};

struct comparing {
    const struct scenario *scenario;
    const struct compare_options *options;
    struct comparison *comparison;
    struct piece *pieces; /* seed by seed, so that an early end leaves every strategy with the same seeds */
    struct piece_result *results;
    uint32_t count;
};

/* ---- one search
 * ------------------------------------------------------------------------------------------------------ */

struct first_search {
    const struct compare_options *options;
    struct bench bench;
    struct search search;
    struct arena arena; /* of findings */
    bool found, gave_up;
};

/* Those that dpor broke off have cost as well. */
static uint64_t executions_of(const struct first_search *first)
{
    const struct search_counts *counts = &first->search.counts;

    return counts->executions + counts->merged + counts->blocked;
}

static bool is_looked_for(struct first_search *first, struct machine *machine)
{
    const char *fingerprint = first->options->fingerprint;
    struct finding findings[FINDINGS_MAX];
    bool found = false;

    if (fingerprint == NULL) {
        return true;
    }
    uint32_t count = findings_of_run(machine, &first->bench.stage, &first->arena, findings);

    for (uint32_t i = 0; i < count && !found; i++) {
        found = strcmp(findings[i].fingerprint, fingerprint) == 0;
    }
    arena_reset(&first->arena);
    return found;
}

static bool on_execution(void *context, struct machine *machine, bool violates, uint64_t class_hash)
{
    struct first_search *first = context;
    uint64_t executions = executions_of(first);

    (void)class_hash;
    first->found = executions <= first->options->executions_max && violates && is_looked_for(first, machine);
    first->gave_up = !first->found && executions >= first->options->executions_max;
    return !first->found && !first->gave_up;
}

/* Executions that are broken off are not told of, but they count. */
static bool should_stop(void *context)
{
    struct first_search *first = context;
    const struct compare_options *options = first->options;

    if (options->jobs <= 1 && options->tick != NULL) {
        options->tick(options->context);
    }
    first->gave_up = executions_of(first) >= options->executions_max;
    return first->gave_up || atomic_load(&options->shared->stop);
}

static const char *result_text(struct arena *arena, const struct piece_result *result)
{
    return value_json(arena, OBJECT(arena, {"ended", value_bool(result->ended)}, {"found", value_bool(result->found)},
                                    {"exhausted", value_bool(result->exhausted)},
                                    {"executions", value_number(arena, (double)result->executions)},
                                    {"ns", value_number(arena, (double)result->ns)}));
}

static struct piece_result read_result(struct arena *arena, const char *text)
{
    const struct value *value = value_parse(arena, text, strlen(text));

    assert(value != NULL);
    return (struct piece_result){.ended = value_truthy(value_get(value, "ended")),
                                 .found = value_truthy(value_get(value, "found")),
                                 .exhausted = value_truthy(value_get(value, "exhausted")),
                                 .executions = (uint64_t)value_get_number(value, "executions", 0),
                                 .ns = (uint64_t)value_get_number(value, "ns", 0)};
}

static uint64_t now_ns(const struct compare_options *options)
{
    return options->clock_ns == NULL ? 0 : options->clock_ns();
}

/* Building the stage is no part of the time: it is the same for all. */
static struct piece_result search_once(const struct scenario *scenario, const struct compare_options *options,
                                       const struct compare_row *row, uint32_t seed)
{
    struct first_search first = {.options = options};
    struct run_options run = {.revision = options->revision, .without = options->without};
    struct memory memory;

    bench_memory_init(&memory);
    bench_init(&first.bench, scenario, &run, &memory);
    arena_init(&first.arena, arena_source_malloc());
    first.search = (struct search){.machine = first.bench.machine,
                                   .watch = {&first, on_execution, NULL},
                                   .should_stop = should_stop,
                                   .stop_context = &first,
                                   .seed = seed,
                                   .depth = row->depth};
    uint64_t started_ns = now_ns(options);

    strategy_info(row->strategy)->search(&first.search);
    uint64_t ended_ns = now_ns(options);
    uint64_t executions = executions_of(&first);
    struct piece_result result = {.ended = first.found || first.gave_up || first.search.complete,
                                  .found = first.found,
                                  .exhausted = !first.found && first.search.complete,
                                  .executions = first.gave_up ? options->executions_max : executions,
                                  .ns = ended_ns - started_ns};

    arena_reset(&first.arena);
    bench_free(&first.bench);
    memory_free(&memory);
    return result;
}

static const char *work(void *context, uint32_t index, struct arena *arena)
{
    const struct comparing *comparing = context;
    const struct piece *piece = &comparing->pieces[index];
    struct piece_result result =
        search_once(comparing->scenario, comparing->options, &comparing->comparison->rows[piece->row], piece->seed);

    return result_text(arena, &result);
}

static void tick(void *context)
{
    const struct comparing *comparing = context;

    if (comparing->options->tick != NULL) {
        comparing->options->tick(comparing->options->context);
    }
}

/* ---- what is to be done
 * ---------------------------------------------------------------------------------------------- */

static void add_row(struct comparison *comparison, enum strategy strategy, uint32_t depth)
{
    comparison->rows[comparison->row_count++] = (struct compare_row){.strategy = strategy, .depth = depth};
}

static void make_rows(const struct compare_options *options, struct comparison *comparison)
{
    static const uint32_t default_depth = PCT_DEPTH_DEFAULT;
    const uint32_t *depths = options->depth_count == 0 ? &default_depth : options->depths;
    uint32_t depth_count = options->depth_count == 0 ? 1 : options->depth_count;

    *comparison = (struct comparison){.complete = true};
    add_row(comparison, STRATEGY_RANDOM, 0);
    for (unsigned i = 0; i < STRATEGY_COUNT; i++) {
        if (i == STRATEGY_RANDOM || (options->strategies & (1u << i)) == 0) {
            continue;
        }
        if (i != STRATEGY_PCT) {
            add_row(comparison, (enum strategy)i, 0);
        }
        for (uint32_t j = 0; i == STRATEGY_PCT && j < depth_count; j++) {
            add_row(comparison, STRATEGY_PCT, depths[j]);
        }
    }
}

static bool has_seeds(const struct compare_row *row)
{
    return strategy_info(row->strategy)->samples;
}

static uint32_t count_searches(const struct comparison *comparison, uint32_t seeds)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < comparison->row_count; i++) {
        count += has_seeds(&comparison->rows[i]) ? seeds : 1;
    }
    return count;
}

uint32_t compare_search_count(const struct compare_options *options)
{
    struct comparison comparison;

    make_rows(options, &comparison);
    return count_searches(&comparison, options->seeds);
}

/* Seed 0 stands for the searches that know none. */
static void make_pieces(struct comparing *comparing, struct arena *arena)
{
    const struct comparison *comparison = comparing->comparison;
    uint32_t count = count_searches(comparison, comparing->options->seeds);

    comparing->pieces = arena_alloc(arena, count * sizeof *comparing->pieces);
    comparing->results = arena_alloc(arena, count * sizeof *comparing->results);
    for (uint32_t seed = 0; seed <= comparing->options->seeds; seed++) {
        for (uint32_t i = 0; i < comparison->row_count; i++) {
            if (has_seeds(&comparison->rows[i]) == (seed > 0)) {
                comparing->pieces[comparing->count++] = (struct piece){i, seed};
            }
        }
    }
}

/* ---- what came of it
 * ------------------------------------------------------------------------------------------------- */

/* The seeds before the first with which a search was stopped. */
static void count_seeds(struct comparing *comparing)
{
    struct comparison *comparison = comparing->comparison;

    comparison->seeds = comparing->options->seeds;
    for (uint32_t i = 0; i < comparing->count; i++) {
        const struct piece *piece = &comparing->pieces[i];

        if (comparing->results[i].ended) {
            continue;
        }
        comparison->complete = false;
        if (piece->seed > 0 && piece->seed <= comparison->seeds) {
            comparison->seeds = piece->seed - 1;
        }
    }
}

/* A search without a seed counts for as far as it got. */
static bool counts(const struct comparing *comparing, uint32_t index, uint32_t row)
{
    const struct piece *piece = &comparing->pieces[index];
    bool begun = comparing->results[index].ended || comparing->results[index].executions > 0;

    return piece->row == row && piece->seed <= comparing->comparison->seeds && begun;
}

static void fill_row(struct comparing *comparing, uint32_t index, struct observation *executions,
                     struct observation *ns)
{
    struct compare_row *row = &comparing->comparison->rows[index];

    for (uint32_t i = 0; i < comparing->count; i++) {
        const struct piece_result *result = &comparing->results[i];

        if (counts(comparing, i, index)) {
            executions[row->searches] = (struct observation){result->executions, !result->found};
            ns[row->searches] = (struct observation){result->ns, !result->found};
            row->searches++;
            row->found += result->found;
            row->exhausted = row->exhausted || result->exhausted;
        }
    }
    row->executions = median_of(executions, row->searches);
    row->ns = median_of(ns, comparing->options->clock_ns == NULL ? 0 : row->searches);
}

void compare(const struct scenario *scenario, const struct compare_options *options, struct arena *arena,
             struct comparison *comparison)
{
    struct comparing comparing = {.scenario = scenario, .options = options, .comparison = comparison};
    struct workers workers = {options->jobs, options->shared, &comparing, work, tick};

    assert(options->seeds > 0 && options->seeds <= MEDIAN_COUNT_MAX && options->executions_max > 0);
    make_rows(options, comparison);
    make_pieces(&comparing, arena);
    const char **texts = arena_alloc(arena, comparing.count * sizeof *texts);

    if (!workers_run(&workers, comparing.count, arena, texts)) {
        fprintf(stderr, "drydock: no workers: %s\n", strerror(errno));
        exit(3);
    }
    for (uint32_t i = 0; i < comparing.count; i++) {
        if (texts[i] != NULL) {
            comparing.results[i] = read_result(arena, texts[i]);
        }
    }
    count_seeds(&comparing);
    struct observation *executions = arena_alloc(arena, options->seeds * sizeof *executions);
    struct observation *ns = arena_alloc(arena, options->seeds * sizeof *ns);

    for (uint32_t i = 0; i < comparison->row_count; i++) {
        fill_row(&comparing, i, executions, ns);
    }
}

struct compare_ratio compare_ratio(const struct compare_row *random, const struct compare_row *row)
{
    struct observation baseline = random->executions.middle;
    struct observation other = row->executions.middle;
    bool none = row->exhausted || random->executions.count == 0 || row->executions.count == 0;

    if (none || baseline.value == 0 || (baseline.beyond && other.beyond)) {
        return (struct compare_ratio){RATIO_UNKNOWN, 0};
    }
    return (struct compare_ratio){baseline.beyond ? RATIO_BELOW
                                  : other.beyond  ? RATIO_ABOVE
                                                  : RATIO_IS,
                                  (double)other.value / (double)baseline.value};
}
