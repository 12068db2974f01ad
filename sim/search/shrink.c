#include "sim/search/shrink.h"

#include "sim/search/bench.h"
#include "sim/search/finding.h"
#include "sim/search/path_course.h"
#include "sim/search/tree_edit.h"

#include <string.h>

/* Of a fault that stays for ever. */
enum { FIRES_TRIED_MAX = 8 };

struct shrinking {
    struct shrinkable *best;
    const char *fingerprint, *file;
    const struct shrink_options *options;
    struct arena *arena;
    struct memory memory; /* of the runs */
    struct shrunk *shrunk;
    bool ended; /* by the bound or the caller */
};

/* ---- trying
 * --------------------------------------------------------------------------------------------------------------- */

static const struct finding *find(const struct finding *findings, uint32_t count, const char *fingerprint)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(findings[i].fingerprint, fingerprint) == 0) {
            return &findings[i];
        }
    }
    return NULL;
}

static void keep_finding(struct shrinking *shrinking, const struct finding *finding)
{
    struct arena *arena = shrinking->arena;
    struct shrunk *shrunk = shrinking->shrunk;

    shrunk->shows = true;
    shrunk->oracle = arena_string(arena, finding->oracle);
    shrunk->object = finding->object == NULL ? NULL : arena_string(arena, finding->object);
    shrunk->message = arena_string(arena, finding->message);
    shrunk->why = arena_string(arena, finding->why);
}

/* Runs the candidate; when it shows the finding it is the best so far, less the turns that the run did not take. */
static bool try(struct shrinking *shrinking, const struct shrinkable *candidate)
{
    const struct shrink_options *options = shrinking->options;
    struct scenario_mistake mistake = {NULL};
    struct finding findings[FINDINGS_MAX];
    struct arena arena;
    uint32_t taken = 0;
    bool shows = false;

    if (shrinking->ended || (options->tries_max != 0 && shrinking->shrunk->tries >= options->tries_max) ||
        (options->should_stop != NULL && options->should_stop(options->context))) {
        shrinking->ended = true;
        return false;
    }
    shrinking->shrunk->tries++;
    arena_init(&arena, arena_source_malloc());
    const char *text = value_json(&arena, candidate->tree);
    struct scenario *scenario = scenario_parse(&arena, shrinking->file, text, strlen(text), &mistake);

    if (scenario != NULL) {
        struct run_options run = {.revision = options->revision, .without = options->without, .plan = &candidate->plan};
        struct bench bench;

        bench_init(&bench, scenario, &run, &shrinking->memory);
        bench.machine->spacing = 0;
        if (machine_follow(bench.machine, &bench.stage, &candidate->course, NULL, &taken) == RUN_OVER) {
            uint32_t count = findings_of_run(bench.machine, &bench.stage, &arena, findings);
            const struct finding *finding = find(findings, count, shrinking->fingerprint);

            shows = finding != NULL;
            if (shows) {
                keep_finding(shrinking, finding);
            }
        }
        bench_free(&bench);
    }
    arena_reset(&arena);
    if (shows) {
        *shrinking->best = *candidate;
        shrinking->best->course.count = taken;
    }
    return shows;
}

/* ---- turns and mishaps
 * ---------------------------------------------------------------------------------------------------- */

static struct course without_turns(struct arena *arena, const struct course *course, uint32_t from, uint32_t until)
{
    struct course fewer = {arena_alloc(arena, (course->count + 1) * sizeof *fewer.turns), 0};

    for (uint32_t i = 0; i < course->count; i++) {
        if (i < from || i >= until) {
            fewer.turns[fewer.count++] = course->turns[i];
        }
    }
    return fewer;
}

/* The turns from `from` up to `last` become one: at the place of the first, the task of the last. */
static struct course merged_turns(struct arena *arena, const struct course *course, uint32_t from, uint32_t last)
{
    struct course fewer = without_turns(arena, course, from, last);
    const char *run = course->turns[last].run;

    fewer.turns[from] = course->turns[from];
    fewer.turns[from].run = run;
    return fewer;
}

static bool drop_turns(struct shrinking *shrinking)
{
    bool any = false;

    for (uint32_t size = shrinking->best->course.count; size > 0; size /= 2) {
        for (uint32_t i = shrinking->best->course.count; i >= size && i > 0; i--) {
            struct shrinkable candidate = *shrinking->best;

            if (i > candidate.course.count) {
                continue;
            }
            candidate.course = without_turns(shrinking->arena, &candidate.course, i - size, i);
            any = try(shrinking, &candidate) || any;
        }
    }
    return any;
}

static bool merge_turns(struct shrinking *shrinking)
{
    bool any = false;

    for (uint32_t last = shrinking->best->course.count; last-- > 1;) {
        for (uint32_t from = last; from-- > 0;) {
            struct shrinkable candidate = *shrinking->best;

            if (last >= candidate.course.count) {
                break;
            }
            candidate.course = merged_turns(shrinking->arena, &candidate.course, from, last);
            if (try(shrinking, &candidate)) {
                any = true;
                break;
            }
        }
    }
    return any;
}

/* A fault that hits fewer calls: one that stays for ever may heal after a few. */
static bool heal_sooner(struct shrinking *shrinking, uint32_t number)
{
    uint32_t fires = shrinking->best->plan.mishaps[number].fires;
    uint32_t most = fires == FIRES_FOREVER ? FIRES_TRIED_MAX : fires - 1;

    for (uint32_t fewer = 1; fewer <= most; fewer++) {
        struct shrinkable candidate = *shrinking->best;

        candidate.plan.mishaps[number].fires = fewer;
        if (try(shrinking, &candidate)) {
            return true;
        }
    }
    return false;
}

static bool drop_mishaps(struct shrinking *shrinking)
{
    bool any = false;

    for (uint32_t i = shrinking->best->plan.count; i-- > 0;) {
        any = heal_sooner(shrinking, i) || any;
        struct shrinkable candidate = *shrinking->best;

        candidate.plan.count--;
        memmove(&candidate.plan.mishaps[i], &candidate.plan.mishaps[i + 1],
                (candidate.plan.count - i) * sizeof candidate.plan.mishaps[0]);
        any = try(shrinking, &candidate) || any;
    }
    return any;
}

/* ---- the scenario
 * ---------------------------------------------------------------------------------------------------------- */

/* What makes a scenario small when it is taken away: every piece under these keys, whole ones before their parts. */
static bool drop_pieces(struct shrinking *shrinking)
{
    static const char *const roots[] = {"actors", "faults", "world",      "duration",
                                        "clock",  "seed",   "retryBound", "window"};
    bool any = false;

    for (uint32_t number = 0; !shrinking->ended;) {
        struct shrinkable candidate = *shrinking->best;

        candidate.tree = tree_without(shrinking->arena, candidate.tree, roots, sizeof roots / sizeof roots[0], number);
        if (candidate.tree == NULL) {
            return any;
        }
        /* When it is gone, the next piece has its number. */
        if (try(shrinking, &candidate)) {
            any = true;
        } else {
            number++;
        }
    }
    return any;
}

/* Rounder and shorter times. */
static bool shorten_times(struct shrinking *shrinking)
{
    static const char *const shorter[] = {"1m", "5m", "30m", "1h", "3h", "12h", "1d"};
    const char *duration = value_get_text(shrinking->best->tree, "duration");

    for (size_t i = 0; duration != NULL && i < sizeof shorter / sizeof shorter[0]; i++) {
        struct shrinkable candidate = *shrinking->best;

        if (strcmp(shorter[i], duration) == 0) {
            return false;
        }
        candidate.tree =
            value_with(shrinking->arena, candidate.tree, "duration", value_string(shrinking->arena, shorter[i]));
        if (try(shrinking, &candidate)) {
            return true;
        }
    }
    return false;
}

void shrink(struct shrinkable *what, const char *fingerprint, const char *file, const struct shrink_options *options,
            struct arena *arena, struct shrunk *shrunk)
{
    struct shrinking shrinking = {
        .best = what, .fingerprint = fingerprint, .file = file, .options = options, .arena = arena, .shrunk = shrunk};
    struct shrinkable whole = *what;
    bool any = true;

    *shrunk = (struct shrunk){.shows = false};
    bench_memory_init(&shrinking.memory);
    if (try(&shrinking, &whole)) {
        while (any && !shrinking.ended) {
            any = drop_turns(&shrinking);
            any = merge_turns(&shrinking) || any;
            any = drop_mishaps(&shrinking) || any;
            any = drop_pieces(&shrinking) || any;
            any = shorten_times(&shrinking) || any;
        }
        /* The last round tried every single piece and could spare none. */
        shrunk->minimal = !any && !shrinking.ended;
    }
    memory_free(&shrinking.memory);
}
