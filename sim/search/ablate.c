#include "sim/search/ablate.h"

#include "core/value.h"
#include "sim/search/bench.h"

#include <assert.h>
#include <string.h>

/* ---- judging ------------------------------------------------------------------------------------------------ */

static bool is_same_text(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

/* How often the run breaks this oracle on this object, among its first `count` violations. */
static uint32_t times_broken(const struct run_record *record, uint32_t count, const struct run_violation *violation)
{
    uint32_t times = 0;

    for (uint32_t i = 0; i < count; i++) {
        times += strcmp(record->violations[i].oracle, violation->oracle) == 0 &&
                 is_same_text(record->violations[i].object, violation->object);
    }
    return times;
}

/* The first violation of a run that the other run does not have, or not as often; NULL: none. */
static const struct run_violation *first_beyond(const struct run_record *record, const struct run_record *other)
{
    for (uint32_t i = 0; i < record->violation_count; i++) {
        const struct run_violation *violation = &record->violations[i];

        if (times_broken(record, i + 1, violation) > times_broken(other, other->violation_count, violation)) {
            return violation;
        }
    }
    return NULL;
}

/* The first count that differs; RUN_COUNT_COUNT: none. How many effects there were is not what came of them: where
 * nothing else differs, that is the trace's business. */
static unsigned first_count(const struct run_record *with, const struct run_record *without)
{
    unsigned count = 0;

    while (count < RUN_COUNT_COUNT && (count == RUN_COUNT_EFFECTS || with->counts[count] == without->counts[count])) {
        count++;
    }
    return count;
}

static enum ablation_sign sign_of(const struct run_record *with, const struct run_record *without)
{
    if (with->as_expected && !without->as_expected) {
        return ABLATION_EXPECTATION;
    }
    if (first_beyond(without, with) != NULL || first_beyond(with, without) != NULL) {
        return ABLATION_ORACLE;
    }
    if (first_count(with, without) < RUN_COUNT_COUNT) {
        return ABLATION_COUNT;
    }
    return with->trace_hash != without->trace_hash ? ABLATION_TRACE : ABLATION_SAME;
}

static void tell_by_violation(const struct run_record *record, const struct run_violation *violation,
                              struct ablation_cell *cell)
{
    cell->oracle = violation->oracle;
    cell->why = violation->message;
    cell->depth = violation->depth;
    cell->after_ms = violation->at_ms - record->clock_start_ms;
}

struct ablation_cell ablate_judge(const struct run_record *with, const struct run_record *without, struct arena *arena)
{
    struct ablation_cell cell = {.sign = sign_of(with, without)};
    const struct run_violation *broken = first_beyond(without, with);
    const struct run_violation *held = first_beyond(with, without);

    if (cell.sign < ABLATION_COUNT) {
        return cell;
    }
    cell.depth = without->transitions;
    cell.after_ms = without->virtual_ms;
    if (broken != NULL) {
        tell_by_violation(without, broken, &cell);
    } else if (held != NULL) {
        tell_by_violation(with, held, &cell);
        cell.gone = true;
        cell.why = arena_printf(arena, "only with the switch: %s", held->message);
    } else if (cell.sign == ABLATION_EXPECTATION) {
        cell.why = without->unmet[0].message;
    } else {
        unsigned count = first_count(with, without);

        cell.why = arena_printf(arena, "%llu %s, and %llu with the switch", (unsigned long long)without->counts[count],
                                run_count_name((enum run_count)count), (unsigned long long)with->counts[count]);
    }
    return cell;
}

/* ---- one scenario ------------------------------------------------------------------------------------------- */

static uint32_t count_switches(uint32_t switches)
{
    return (uint32_t)__builtin_popcount(switches);
}

struct ablation_scenario ablate_scenario(const struct scenario *scenario, const struct ablate_options *options,
                                         struct arena *arena)
{
    struct ablation_scenario result = {.name = scenario->name, .file = scenario->file};
    uint32_t asked = 0;
    struct run_options run = {
        .revision = options->revision, .seed_given = options->seed_given, .seed = options->seed, .asked = &asked};
    struct memory memory;
    struct arena events;
    uint32_t number = 0;

    bench_memory_init(&memory);
    arena_init(&events, arena_source_malloc());
    const struct run_record *with = scenario_run(scenario, &run, &memory, arena, &events);

    run.asked = NULL;
    result.unmet = with->as_expected ? NULL : with->unmet[0].message;
    result.cells = arena_alloc(arena, (count_switches(options->switches) + 1) * sizeof *result.cells);
    for (unsigned i = 0; i < SWITCH_COUNT; i++) {
        uint32_t bit = 1u << i;

        if ((options->switches & bit) == 0) {
            continue;
        }
        struct ablation_cell *cell = &result.cells[number++];

        if (!with->as_expected) {
            cell->sign = ABLATION_NOT_JUDGED;
        } else if ((asked & bit) == 0) {
            cell->sign = ABLATION_NOT_REACHED;
        } else {
            run.without = bit;
            *cell = ablate_judge(with, scenario_run(scenario, &run, &memory, arena, &events), arena);
        }
    }
    arena_reset(&events);
    memory_free(&memory);
    return result;
}

/* ---- all, side by side: what a process says of a scenario is a text ------------------------------------------ */

struct ablating {
    const struct scenario *const *scenarios;
    const struct ablate_options *options;
};

static const struct value *cell_value(struct arena *arena, const struct ablation_cell *cell)
{
    return OBJECT(arena, {"sign", value_number(arena, cell->sign)}, {"oracle", value_string(arena, cell->oracle)},
                  {"gone", value_bool(cell->gone)}, {"why", value_string(arena, cell->why)},
                  {"depth", value_number(arena, (double)cell->depth)},
                  {"after_ms", value_number(arena, (double)cell->after_ms)});
}

static struct ablation_cell read_cell(const struct value *value)
{
    return (struct ablation_cell){.sign = (enum ablation_sign)value_get_number(value, "sign", 0),
                                  .oracle = value_get_text(value, "oracle"),
                                  .gone = value_truthy(value_get(value, "gone")),
                                  .why = value_get_text(value, "why"),
                                  .depth = (uint64_t)value_get_number(value, "depth", 0),
                                  .after_ms = (int64_t)value_get_number(value, "after_ms", 0)};
}

static const char *work(void *context, uint32_t index, struct arena *arena)
{
    const struct ablating *ablating = context;
    struct ablation_scenario result = ablate_scenario(ablating->scenarios[index], ablating->options, arena);
    uint32_t count = count_switches(ablating->options->switches);
    const struct value **cells = arena_alloc(arena, (count + 1) * sizeof(const struct value *));

    for (uint32_t i = 0; i < count; i++) {
        cells[i] = cell_value(arena, &result.cells[i]);
    }
    return value_json(arena, OBJECT(arena, {"unmet", value_string(arena, result.unmet)},
                                    {"cells", value_array(arena, cells, count)}));
}

static struct ablation_scenario read_result(struct arena *arena, const struct scenario *scenario, const char *text)
{
    const struct value *value = value_parse(arena, text, strlen(text));
    const struct value *cells = value_get(value, "cells");
    struct ablation_scenario result = {
        .name = scenario->name, .file = scenario->file, .unmet = value_get_text(value, "unmet")};

    assert(cells != NULL);
    result.cells = arena_alloc(arena, (cells->count + 1) * sizeof *result.cells);
    for (uint32_t i = 0; i < cells->count; i++) {
        result.cells[i] = read_cell(cells->items[i]);
    }
    return result;
}

static void tick(void *context)
{
    const struct ablating *ablating = context;

    if (ablating->options->tick != NULL) {
        ablating->options->tick(ablating->options->context);
    }
}

static void name_switches(uint32_t switches, struct arena *arena, struct ablation *ablation)
{
    ablation->switches = arena_alloc(arena, SWITCH_COUNT * sizeof *ablation->switches);
    for (unsigned i = 0; i < SWITCH_COUNT; i++) {
        if ((switches & (1u << i)) != 0) {
            const struct switch_info *info = switch_info(i);

            ablation->switches[ablation->switch_count++] =
                (struct ablation_switch){info->name, info->what, info->file, info->line};
        }
    }
}

bool ablate(const struct scenario *const *scenarios, uint32_t count, const struct ablate_options *options,
            struct arena *arena, struct ablation *ablation)
{
    struct ablating ablating = {scenarios, options};
    const struct workers workers = {
        .jobs = options->jobs, .shared = options->shared, .context = &ablating, .work = work, .tick = tick};
    const char **texts = arena_alloc(arena, (count + 1) * sizeof *texts);

    *ablation = (struct ablation){.revision = options->revision->name, .planned = count, .least = options->least};
    name_switches(options->switches, arena, ablation);
    if (!workers_run(&workers, count, arena, texts)) {
        return false;
    }
    ablation->scenarios = arena_alloc(arena, (count + 1) * sizeof *ablation->scenarios);
    for (uint32_t i = 0; i < count; i++) {
        if (texts[i] != NULL) {
            ablation->scenarios[ablation->scenario_count++] = read_result(arena, scenarios[i], texts[i]);
        }
    }
    return true;
}
