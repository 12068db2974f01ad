#include "sim/search/explore.h"

#include "core/value.h"
#include "sim/search/explore_unit.h"
#include "sim/search/plan_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A plan to be searched, and what its search told. */
struct piece {
    struct plan plan;
    struct unit_result result;
    bool done;
};

struct exploring {
    const struct scenario *scenario;
    const struct explore_options *options;
    struct arena *arena;
    struct exploration *exploration;
    struct piece *pieces; /* of this level */
    uint32_t count, size;
    uint32_t searched;         /* of them */
    struct fingerprints known; /* of the rounds before */
    struct plan_set plans;     /* all that were ever made */
};

static const struct strategy_info strategies[STRATEGY_COUNT] = {
#define STRATEGY(ID, name, function, samples, what) {name, function, samples, what},
#include "sim/search/strategies.def"
};

const struct strategy_info *strategy_info(enum strategy strategy)
{
    return &strategies[strategy];
}

bool strategy_by_name(const char *name, enum strategy *strategy)
{
    for (unsigned i = 0; i < STRATEGY_COUNT; i++) {
        if (strcmp(strategies[i].name, name) == 0) {
            *strategy = (enum strategy)i;
            return true;
        }
    }
    return false;
}

/* ---- plans
 * ---------------------------------------------------------------------------------------------------------------- */

/* A plan to be searched, when it is new. */
static void add_plan(struct exploring *exploring, const struct plan *plan)
{
    if (!plan_set_add(&exploring->plans, plan, exploring->arena)) {
        return;
    }
    struct piece *piece = table_add(exploring->arena, (void **)&exploring->pieces, &exploring->count, &exploring->size,
                                    sizeof *exploring->pieces);

    *piece = (struct piece){.plan = *plan};
    exploring->exploration->plans++;
}

static void add_mishap(struct exploring *exploring, const struct plan *base, struct mishap mishap)
{
    struct plan plan = *base;

    plan.mishaps[plan.count++] = mishap;
    add_plan(exploring, &plan);
}

static uint32_t count_strikes(const struct plan *plan)
{
    uint32_t strikes = 0;

    for (uint32_t i = 0; i < plan->count; i++) {
        strikes += plan->mishaps[i].strike != STRIKE_NONE;
    }
    return strikes;
}

/* A call goes wrong once; a strike after it is another matter. */
static bool has_mishap_at(const struct plan *plan, const struct unit_site *site, bool strike)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct mishap *mishap = &plan->mishaps[i];

        if ((mishap->strike != STRIKE_NONE) == strike && mishap->effect == site->effect && mishap->nth == site->nth &&
            strcmp(mishap->task, site->task) == 0) {
            return true;
        }
    }
    return false;
}

/* All plans with one fault or strike more, at this call. */
static void add_plans_at(struct exploring *exploring, const struct piece *piece, const struct unit_site *site)
{
    const struct explore_options *options = exploring->options;
    const struct effect_info *info = effect_info(site->effect);
    uint32_t strikes = count_strikes(&piece->plan);
    bool fails = piece->plan.count - strikes < options->faults_max && (options->ports & (1u << info->port)) != 0 &&
                 !has_mishap_at(&piece->plan, site, false);
    bool strikes_after = strikes < options->crashes_max && site->writes && !has_mishap_at(&piece->plan, site, true);
    uint32_t kinds = fails ? info->faults & options->fault_kinds : 0;

    for (unsigned kind = FAULT_NONE + 1; kind < FAULT_COUNT; kind++) {
        struct mishap mishap = {.task = site->task,
                                .effect = site->effect,
                                .nth = site->nth,
                                .object = site->object,
                                .fault = (enum fault_kind)kind,
                                .fires = options->stays.heals_max > 0 ? 1 : FIRES_FOREVER,
                                .delay_ms = kind == FAULT_SLOW ? options->slow_ms : 0};

        if ((kinds & (1u << kind)) != 0) {
            add_mishap(exploring, &piece->plan, mishap);
        }
    }
    /* A strike loses what the process remembers: right after a call that changed the world, or it is as good as one
     * before. */
    for (unsigned kind = STRIKE_NONE + 1; strikes_after && kind < STRIKE_COUNT; kind++) {
        if ((options->strike_kinds & (1u << kind)) != 0) {
            add_mishap(exploring, &piece->plan,
                       (struct mishap){.task = site->task,
                                       .effect = site->effect,
                                       .nth = site->nth,
                                       .object = site->object,
                                       .strike = (enum strike_kind)kind,
                                       .fires = 1});
        }
    }
}

/* Whether a call that comes after the fault has healed, by anybody, could tell that it stays longer.
 *
 * The search of a fault that happens once has no reason to try whether its call or another's comes first: it is enough
 * that another is made. One that counts makes them depend on one another, so its search met all that could be met. */
static bool can_be_told(const struct unit_result *result, uint32_t number, const struct mishap *mishap)
{
    if (mishap_stays(mishap)) {
        return (result->spared & (1u << number)) != 0;
    }
    for (uint32_t i = 0; i < result->site_count; i++) {
        const struct unit_site *site = &result->sites[i];

        if (site->effect == mishap->effect && (site->nth > mishap->nth || strcmp(site->task, mishap->task) != 0)) {
            return true;
        }
    }
    return false;
}

/* All plans with one of this one's faults staying for one call more, or for ever, where something can tell. */
static void add_longer_plans(struct exploring *exploring, const struct piece *piece)
{
    const struct stays *stays = &exploring->options->stays;

    for (uint32_t i = 0; i < piece->plan.count; i++) {
        struct plan plan = piece->plan;
        struct mishap *mishap = &plan.mishaps[i];
        bool heals = mishap->fires < stays->heals_max;
        bool longer = mishap->fault != FAULT_NONE && mishap->fires != FIRES_FOREVER && (heals || stays->forever);

        if (longer && can_be_told(&piece->result, i, mishap)) {
            mishap->fires = heals ? mishap->fires + 1 : FIRES_FOREVER;
            add_plan(exploring, &plan);
        }
    }
}

/* The next level: every plan of this one with a mishap more. */
static void next_level(struct exploring *exploring)
{
    struct piece *pieces = exploring->pieces;
    uint32_t count = exploring->count;

    exploring->pieces = NULL;
    exploring->count = 0;
    exploring->size = 0;
    exploring->searched = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; pieces[i].done && j < pieces[i].result.site_count; j++) {
            add_plans_at(exploring, &pieces[i], &pieces[i].result.sites[j]);
        }
    }
}

/* ---- a level
 * ---------------------------------------------------------------------------------------------------------------- */

static const char *work(void *context, uint32_t index, struct arena *arena)
{
    struct exploring *exploring = context;

    return explore_unit(exploring->scenario, exploring->options, &exploring->pieces[exploring->searched + index].plan,
                        &exploring->known, arena);
}

static void tick(void *context)
{
    struct exploring *exploring = context;

    if (exploring->options->tick != NULL) {
        exploring->options->tick(exploring->options->context);
    }
}

static struct found *find(struct exploration *exploration, const char *fingerprint)
{
    for (uint32_t i = 0; i < exploration->found_count; i++) {
        if (strcmp(exploration->found[i].fingerprint, fingerprint) == 0) {
            return &exploration->found[i];
        }
    }
    return NULL;
}

static const char *plan_kinds(struct arena *arena, const struct plan *plan)
{
    const char *kinds = "";

    for (uint32_t i = 0; i < plan->count; i++) {
        kinds = arena_printf(arena, "%s%s%s", kinds, i == 0 ? "" : " + ", mishap_name(&plan->mishaps[i]));
    }
    return kinds;
}

/* Whether a list, by comma, has the name. */
static bool holds_name(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *from = strstr(list, name); from != NULL; from = strstr(from + 1, name)) {
        bool begins = from == list || from[-1] == ' ';
        bool ends = from[length] == '\0' || from[length] == ',';

        if (begins && ends) {
            return true;
        }
    }
    return length == 0;
}

static void merge_found(struct exploring *exploring, const struct piece *piece, struct found found)
{
    struct exploration *exploration = exploring->exploration;
    struct found *known = find(exploration, found.fingerprint);

    const char *kinds = plan_kinds(exploring->arena, &piece->plan);

    if (known != NULL) {
        known->times += found.times;
        /* What was met without any mishap needs none. */
        if (known->plan.count > 0 && !holds_name(known->kinds, kinds)) {
            known->kinds = arena_printf(exploring->arena, "%s, %s", known->kinds, kinds);
        }
        return;
    }
    found.plan = piece->plan;
    found.kinds = kinds;
    found.first += exploration->executions;
    *(struct found *)table_add(exploring->arena, (void **)&exploration->found, &exploration->found_count,
                               &exploration->found_size, sizeof found) = found;
}

/* Takes in what a plan's search told. false: the budget ends here. */
static bool merge(struct exploring *exploring, struct piece *piece)
{
    struct exploration *exploration = exploring->exploration;
    const struct unit_result *result = &piece->result;
    uint64_t executions_max =
        strategy_info(exploring->options->strategy)->samples ? 0 : exploring->options->executions_max;
    uint64_t left = executions_max - exploration->executions;
    bool within = executions_max == 0 || result->executions <= left;

    for (uint32_t i = 0; i < result->found_count; i++) {
        if (executions_max == 0 || result->found[i].first <= left) {
            merge_found(exploring, piece, result->found[i]);
        }
    }
    exploration->executions += within ? result->executions : left;
    exploration->classes += result->classes;
    exploration->transitions += result->transitions;
    exploration->blocked += result->blocked;
    exploration->merged += result->merged;
    exploration->violating += result->violating;
    exploration->depth_max = result->depth_max > exploration->depth_max ? result->depth_max : exploration->depth_max;
    exploration->plans_done += result->complete && within;
    exploration->share += result->complete && within ? 1 : result->share;
    return within && result->complete && !(exploring->options->first && exploration->found_count > 0);
}

/* Searches the plans of this level that have not been. false: the search is over, complete or not. */
static bool search_round(struct exploring *exploring)
{
    struct exploration *exploration = exploring->exploration;
    uint32_t count = exploring->count - exploring->searched;
    const char **texts = arena_alloc(exploring->arena, (count + 1) * sizeof *texts);
    struct workers workers = {exploring->options->jobs, exploring->options->shared, exploring, work, tick};

    if (!workers_run(&workers, count, exploring->arena, texts)) {
        fprintf(stderr, "drydock: no workers: %s\n", strerror(errno));
        exit(3);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct piece *piece = &exploring->pieces[exploring->searched + i];

        if (texts[i] == NULL) {
            exploration->complete = false;
            return false;
        }
        unit_result_read(texts[i], exploring->arena, &piece->result);
        piece->done = true;
        if (!merge(exploring, piece)) {
            exploration->complete = false;
            return false;
        }
    }
    exploring->searched = exploring->count;
    /* Only what is known before a round is left out in it: so it does not matter which plan is searched when. */
    exploring->known = (struct fingerprints){NULL, 0, 0};
    for (uint32_t i = 0; i < exploration->found_count; i++) {
        *(const char **)table_add(exploring->arena, (void **)&exploring->known.texts, &exploring->known.count,
                                  &exploring->known.size, sizeof(const char *)) = exploration->found[i].fingerprint;
    }
    return true;
}

/* Searches the plans of this level, round after round until no fault of theirs can stay for longer. */
static bool search_level(struct exploring *exploring)
{
    bool go_on = true;

    while (go_on && exploring->searched < exploring->count) {
        uint32_t from = exploring->searched;
        uint32_t until = exploring->count;

        go_on = search_round(exploring);
        for (uint32_t i = from; go_on && i < until; i++) {
            struct piece piece = exploring->pieces[i]; /* adding may move it */

            add_longer_plans(exploring, &piece);
        }
    }
    return go_on;
}

void explore(const struct scenario *scenario, const struct explore_options *options, struct arena *arena,
             struct exploration *exploration)
{
    struct exploring exploring = {.scenario = scenario, .options = options, .arena = arena, .exploration = exploration};
    uint32_t levels = options->faults_max + options->crashes_max;
    bool go_on = true;

    *exploration = (struct exploration){.complete = true};
    add_plan(&exploring, &(struct plan){.count = 0});
    for (uint32_t level = 0; go_on && exploring.count > 0; level++) {
        go_on = search_level(&exploring) && level < levels;
        if (go_on) {
            next_level(&exploring);
        }
    }
    exploration->share /= exploration->plans;
    if (!exploration->complete) {
        bool budget = options->executions_max != 0 && exploration->executions >= options->executions_max;

        exploration->stopped_by = atomic_load(&options->shared->stop)              ? "stop"
                                  : budget                                         ? "executions"
                                  : options->first && exploration->found_count > 0 ? "first"
                                                                                   : "run";
    }
}
