#include "sim/search/explore_unit.h"

#include "core/value.h"
#include "sim/search/bench.h"
#include "sim/search/finding.h"
#include "sim/search/grow.h"
#include "sim/search/path_course.h"
#include "sim/search/search.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COUNTS_EVERY = 64,    /* executions between two looks at what the processes share */
    REPEATS_MAX = 1 << 22 /* links, of 4 bytes each; their nodes are twice as large */
};

/* A finding of this plan. */
struct unit_found {
    struct finding finding;
    struct course_draft course;
    uint64_t times, first;
};

/* What an execution was told to show, for when it is drawn again. */
struct unit_shown {
    uint64_t execution;
    const char *fingerprint; /* borrowed from the arena */
};

struct unit {
    const struct explore_options *options;
    const struct plan *plan;
    const struct fingerprints *known;
    struct arena *arena;
    struct bench searched, replayed; /* the second writes paths as courses */
    struct search search;
    struct unit_found *found;
    uint32_t found_count, found_size;
    struct unit_shown *shown; /* by execution */
    uint32_t shown_count, shown_size;
    uint64_t told_executions; /* to the others */
    uint32_t spared;
};

bool fingerprints_have(const struct fingerprints *known, const char *text)
{
    for (uint32_t i = 0; i < known->count; i++) {
        if (strcmp(known->texts[i], text) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- what the search tells
 * ---------------------------------------------------------------------------------------------- */

/* All the mishaps have come to pass; else the run is one of a smaller plan. */
static bool all_fired(const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->plan->count; i++) {
        if (unit->searched.stage.runner->fired[i] == 0) {
            return false;
        }
    }
    return true;
}

/* Whether the same comes about with a mishap less. */
static bool is_known(const struct unit *unit, const struct finding *finding)
{
    for (uint32_t i = 0; i < finding->simpler_count; i++) {
        if (fingerprints_have(unit->known, finding->simpler[i])) {
            return true;
        }
    }
    return false;
}

static struct unit_found *find(struct unit *unit, const char *fingerprint)
{
    for (uint32_t i = 0; i < unit->found_count; i++) {
        if (strcmp(unit->found[i].finding.fingerprint, fingerprint) == 0) {
            return &unit->found[i];
        }
    }
    return NULL;
}

static void add_found(struct unit *unit, struct machine *machine, const struct finding *finding)
{
    struct unit_found new = {.finding = *finding, .times = 1, .first = unit->search.counts.executions};

    if (!course_from_path(unit->replayed.machine, &unit->replayed.stage, machine, &unit->searched.stage, &new.course)) {
        free(new.course.turns);
        return; /* another execution will show it in a way that a course can say */
    }
    grow((void *)&unit->found, &unit->found_size, unit->found_count + 1, sizeof *unit->found);
    unit->found[unit->found_count++] = new;
    atomic_fetch_add(&unit->options->shared->violations, 1);
}

static void note_shown(struct unit *unit, const char *fingerprint)
{
    grow((void *)&unit->shown, &unit->shown_size, unit->shown_count + 1, sizeof *unit->shown);
    unit->shown[unit->shown_count++] = (struct unit_shown){unit->search.counts.executions, fingerprint};
}

static void look_at_findings(struct unit *unit, struct machine *machine)
{
    struct finding findings[FINDINGS_MAX];
    uint32_t count = findings_of_run(machine, &unit->searched.stage, unit->arena, findings);

    for (uint32_t i = 0; i < count; i++) {
        struct unit_found *known = find(unit, findings[i].fingerprint);

        note_shown(unit, known != NULL ? known->finding.fingerprint : findings[i].fingerprint);
        if (known != NULL) {
            known->times++;
        } else if (!is_known(unit, &findings[i])) {
            add_found(unit, machine, &findings[i]);
        }
    }
}

static void tell_others(struct unit *unit)
{
    struct workers_shared *shared = unit->options->shared;
    uint64_t executions = unit->search.counts.executions;

    if (executions % COUNTS_EVERY == 0) {
        atomic_fetch_add(&shared->executions, executions - unit->told_executions);
        unit->told_executions = executions;
        atomic_store(&shared->depth, unit->search.machine->depth);
    }
}

static bool on_execution(void *context, struct machine *machine, bool violates, uint64_t class_hash)
{
    struct unit *unit = context;

    (void)class_hash;
    if (violates && all_fired(unit)) {
        look_at_findings(unit, machine);
    }
    tell_others(unit);
    return true;
}

/* Where the execution's findings begin. */
static uint32_t first_shown(const struct unit *unit, uint64_t execution)
{
    uint32_t low = 0;
    uint32_t high = unit->shown_count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (unit->shown[middle].execution < execution) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* What could not be written as a course then cannot be now. */
static bool on_again(void *context, uint64_t same_as)
{
    struct unit *unit = context;

    for (uint32_t i = first_shown(unit, same_as); i < unit->shown_count && unit->shown[i].execution == same_as; i++) {
        struct unit_found *known = find(unit, unit->shown[i].fingerprint);

        if (known != NULL) {
            known->times++;
        }
    }
    tell_others(unit);
    return true;
}

static bool should_stop(void *context)
{
    const struct unit *unit = context;
    const struct explore_options *options = unit->options;

    atomic_store(&options->shared->share, (unsigned)(1000 * search_estimate(&unit->search).share));
    if (options->jobs <= 1 && options->tick != NULL) { /* else the parent of the processes does */
        options->tick(options->context);
    }
    return atomic_load(&options->shared->stop);
}

/* ---- the text
 * -------------------------------------------------------------------------------------------------------------- */

static const struct value *text_or_null(struct arena *arena, const char *text)
{
    return value_string(arena, text);
}

static const struct value *whole(struct arena *arena, uint64_t number)
{
    return value_number(arena, (double)number);
}

static const struct value *turn_value(struct arena *arena, const struct turn *turn)
{
    return OBJECT(arena, {"at", text_or_null(arena, turn->at)}, {"moment", whole(arena, (uint64_t)turn->moment)},
                  {"effect", whole(arena, (uint64_t)turn->effect)}, {"nth", whole(arena, turn->nth)},
                  {"run", value_string(arena, turn->run)});
}

static const struct value *found_value(struct arena *arena, const struct unit_found *found)
{
    const struct value *turns = value_empty_array();

    for (uint32_t i = 0; i < found->course.count; i++) {
        turns = value_append(arena, turns, turn_value(arena, &found->course.turns[i]));
    }
    return OBJECT(
        arena, {"fingerprint", value_string(arena, found->finding.fingerprint)},
        {"oracle", value_string(arena, found->finding.oracle)}, {"object", text_or_null(arena, found->finding.object)},
        {"message", value_string(arena, found->finding.message)}, {"why", value_string(arena, found->finding.why)},
        {"times", whole(arena, found->times)}, {"first", whole(arena, found->first)}, {"turns", turns});
}

static const struct value *site_value(struct arena *arena, const struct scenario_stage *stage, const struct site *site)
{
    return OBJECT(arena, {"task", value_string(arena, scenario_stage_label(stage, site->slot))},
                  {"effect", whole(arena, (uint64_t)site->effect)}, {"nth", whole(arena, site->nth)},
                  {"object", text_or_null(arena, site->object)}, {"writes", value_bool(site->writes)});
}

static const char *unit_text(const struct unit *unit)
{
    struct arena *arena = unit->arena;
    const struct search_counts *counts = &unit->search.counts;
    const struct scenario_stage *stage = &unit->searched.stage;
    const struct value **sites = arena_alloc(arena, (stage->site_count + 1) * sizeof(const struct value *));
    const struct value *found = value_empty_array();

    for (uint32_t i = 0; i < stage->site_count; i++) {
        sites[i] = site_value(arena, stage, &stage->sites[i]);
    }
    for (uint32_t i = 0; i < unit->found_count; i++) {
        found = value_append(arena, found, found_value(arena, &unit->found[i]));
    }
    return value_json(
        arena, OBJECT(arena, {"complete", value_bool(unit->search.complete)},
                      {"executions", whole(arena, counts->executions)}, {"classes", whole(arena, counts->classes)},
                      {"share", value_number(arena, search_estimate(&unit->search).share)},
                      {"transitions", whole(arena, counts->transitions)}, {"blocked", whole(arena, counts->blocked)},
                      {"merged", whole(arena, counts->merged)}, {"violating", whole(arena, counts->violating)},
                      {"depth", whole(arena, counts->depth_max)}, {"spared", whole(arena, unit->spared)},
                      {"sites", value_array(arena, sites, stage->site_count)}, {"found", found}));
}

static struct turn read_turn(const struct value *value)
{
    return (struct turn){.at = value_get_text(value, "at"),
                         .moment = (enum moment)value_get_number(value, "moment", 0),
                         .effect = (enum effect_id)value_get_number(value, "effect", 0),
                         .nth = (uint32_t)value_get_number(value, "nth", 0),
                         .run = value_get_text(value, "run")};
}

static struct found read_found(const struct value *value, struct arena *arena)
{
    const struct value *turns = value_get(value, "turns");
    struct found found = {.fingerprint = value_get_text(value, "fingerprint"),
                          .oracle = value_get_text(value, "oracle"),
                          .object = value_get_text(value, "object"),
                          .message = value_get_text(value, "message"),
                          .why = value_get_text(value, "why"),
                          .times = (uint64_t)value_get_number(value, "times", 0),
                          .first = (uint64_t)value_get_number(value, "first", 0),
                          .course = {.count = value_count(turns)}};

    found.course.turns = arena_alloc(arena, (found.course.count + 1) * sizeof *found.course.turns);
    for (uint32_t i = 0; i < found.course.count; i++) {
        found.course.turns[i] = read_turn(value_at(turns, i));
    }
    return found;
}

void unit_result_read(const char *text, struct arena *arena, struct unit_result *result)
{
    const struct value *value = value_parse(arena, text, strlen(text));
    const struct value *sites = value_get(value, "sites");
    const struct value *found = value_get(value, "found");

    assert(value != NULL);
    *result = (struct unit_result){.complete = value_truthy(value_get(value, "complete")),
                                   .executions = (uint64_t)value_get_number(value, "executions", 0),
                                   .classes = (uint64_t)value_get_number(value, "classes", 0),
                                   .share = value_get_number(value, "share", 0),
                                   .transitions = (uint64_t)value_get_number(value, "transitions", 0),
                                   .blocked = (uint64_t)value_get_number(value, "blocked", 0),
                                   .merged = (uint64_t)value_get_number(value, "merged", 0),
                                   .violating = (uint64_t)value_get_number(value, "violating", 0),
                                   .depth_max = (uint32_t)value_get_number(value, "depth", 0),
                                   .spared = (uint32_t)value_get_number(value, "spared", 0),
                                   .site_count = value_count(sites),
                                   .found_count = value_count(found)};
    result->sites = arena_alloc(arena, (result->site_count + 1) * sizeof *result->sites);
    for (uint32_t i = 0; i < result->site_count; i++) {
        const struct value *site = value_at(sites, i);

        result->sites[i] = (struct unit_site){.task = value_get_text(site, "task"),
                                              .effect = (enum effect_id)value_get_number(site, "effect", 0),
                                              .nth = (uint32_t)value_get_number(site, "nth", 0),
                                              .object = value_get_text(site, "object"),
                                              .writes = value_truthy(value_get(site, "writes"))};
    }
    result->found = arena_alloc(arena, (result->found_count + 1) * sizeof *result->found);
    for (uint32_t i = 0; i < result->found_count; i++) {
        result->found[i] = read_found(value_at(found, i), arena);
    }
}

/* The scenario's course is what every run begins with; *prefix is the caller's to free. false: the run does not go that
 * way with this plan. */
static bool begin_with_course(struct unit *unit, const struct scenario *scenario, struct path_step **prefix)
{
    struct machine *machine = unit->searched.machine;
    uint32_t size = 0;

    if (!scenario->has_course || scenario->course.count == 0) {
        return true;
    }
    if (!machine_take_turns(machine, &unit->searched.stage, &scenario->course)) {
        return false;
    }
    grow((void *)prefix, &size, machine->depth + 1, sizeof **prefix);
    memcpy(*prefix, machine->path, machine->depth * sizeof **prefix);
    unit->search.prefix = *prefix;
    unit->search.prefix_length = machine->depth;
    return true;
}

static void run_search(struct search *search, const struct explore_options *options)
{
    bool bounded = options->preemptions_max != SEARCH_UNBOUNDED || options->delays_max != SEARCH_UNBOUNDED;

    if (bounded && options->strategy == STRATEGY_DPOR) {
        search_bounded(search);
    } else {
        strategy_info(options->strategy)->search(search);
    }
    if (strategy_info(options->strategy)->samples && search->stopped_by == SEARCH_EXECUTIONS) {
        search->complete = true; /* as many samples as were asked for */
    }
}

/* ---- the unit
 * ------------------------------------------------------------------------------------------------------------------ */

const char *explore_unit(const struct scenario *scenario, const struct explore_options *options,
                         const struct plan *plan, const struct fingerprints *known, struct arena *arena)
{
    struct unit unit = {.options = options, .plan = plan, .known = known, .arena = arena};

    struct run_options run = {.revision = options->revision, .without = options->without, .plan = plan};
    struct memory memories[2];

    bench_memory_init(&memories[0]);
    bench_memory_init(&memories[1]);
    run.spared = &unit.spared;
    bench_init(&unit.searched, scenario, &run, &memories[0]);
    run.spared = NULL;
    bench_init(&unit.replayed, scenario, &run, &memories[1]);
    unit.replayed.machine->spacing = 0;
    unit.search = (struct search){.machine = unit.searched.machine,
                                  .watch = {&unit, on_execution, on_again},
                                  .executions_max = options->executions_max,
                                  .should_stop = should_stop,
                                  .stop_context = &unit,
                                  .seed = options->seed,
                                  .preemptions_max = options->preemptions_max,
                                  .delays_max = options->delays_max,
                                  .repeats_max = REPEATS_MAX,
                                  .depth = options->depth};
    struct path_step *prefix = NULL;

    if (begin_with_course(&unit, scenario, &prefix)) {
        run_search(&unit.search, options);
    } else {
        unit.search.complete = true; /* nothing begins with the course */
    }
    free(prefix);
    atomic_fetch_add(&options->shared->executions, unit.search.counts.executions - unit.told_executions);
    const char *text = unit_text(&unit);

    for (uint32_t i = 0; i < unit.found_count; i++) {
        free(unit.found[i].course.turns);
    }
    free(unit.found);
    free(unit.shown);
    bench_free(&unit.searched);
    bench_free(&unit.replayed);
    memory_free(&memories[0]);
    memory_free(&memories[1]);
    return text;
}
