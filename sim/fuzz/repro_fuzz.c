/* Repros: played strictly, leniently and by chance a run ends, and the same way twice; steps are read as they are
 * written; a repro that is renewed replays without a divergence.
 *
 * Input: the file's text. */
#include "sim/fuzz/fuzz.h"
#include "sim/fuzz/json_mutator.h"
#include "sim/search/repro.h"
#include "sim/search/replay.h"

#include <string.h>

/* A play's outcome, made in `arena`. */
struct outcome {
    uint64_t trace;
    const char *divergence, *left;
    uint32_t steps, taken, passed_over;
};

static struct outcome play(const struct scenario *scenario, const struct replay_options *options, struct arena *arena)
{
    struct replay *replay = replay_run(scenario, options, fuzz_memory(), arena);
    struct outcome outcome = {
        .trace = replay->record->trace_hash,
        .divergence = replay_divergence(replay),
        .left = replay->left,
        .steps = replay->steps.count,
        .taken = replay->turns_taken,
        .passed_over = replay->turns_passed_over,
    };

    REQUIRE(outcome.taken <= scenario->course.count, "%u turns of %u were taken", outcome.taken,
            scenario->course.count);
    replay_free(replay);
    return outcome;
}

static bool same_text(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

static void play_twice(const struct scenario *scenario, const struct replay_options *options, struct arena *arena)
{
    const struct outcome one = play(scenario, options, arena);
    const struct outcome other = play(scenario, options, arena);

    REQUIRE(one.trace == other.trace && one.steps == other.steps && one.taken == other.taken &&
                one.passed_over == other.passed_over,
            "two plays of one repro go different ways");
    REQUIRE(same_text(one.divergence, other.divergence), "two plays diverge differently: %s, and %s",
            one.divergence == NULL ? "not" : one.divergence, other.divergence == NULL ? "not" : other.divergence);
    REQUIRE(same_text(one.left, other.left), "two plays leave the course differently");
}

/* As lines and read again. */
static void require_steps(const struct repro_steps *steps, struct arena *arena)
{
    const struct value *lines = repro_steps_lines(arena, steps, steps->count);
    struct repro_steps again = {0};
    uint32_t line = 0;

    REQUIRE(repro_steps_read(arena, lines, &again, &line), "line %u of written steps cannot be read: %s", line,
            value_json(arena, lines));
    REQUIRE(again.count + again.more == steps->count, "%u steps became %u: %s", steps->count, again.count + again.more,
            value_json(arena, lines));
    for (uint32_t i = 0; i < again.count; i++) {
        REQUIRE(strcmp(again.items[i].task, steps->items[i].task) == 0 &&
                    strcmp(again.items[i].text, steps->items[i].text) == 0,
                "step %u is another: %s", i, value_json(arena, lines));
    }
    repro_steps_free(&again);
}

static void renew(const char *text, struct arena *arena)
{
    struct scenario_mistake mistake = {NULL};
    const char *renewed = repro_updated(arena, "fuzz.json", text, fuzz_memory(), &mistake);

    if (renewed == NULL) {
        fuzz_require_mistake(mistake.text, "fuzz.json", SIZE_MAX);
        return;
    }
    struct scenario *scenario = scenario_parse(arena, "renewed.json", renewed, strlen(renewed), &mistake);

    REQUIRE(scenario != NULL, "a renewed repro does not load: %s", mistake.text);
    struct repro_steps steps = {0};
    uint32_t line = 0;

    REQUIRE(repro_steps_read(arena, scenario->found.steps, &steps, &line), "renewed steps cannot be read: line %u",
            line);
    const struct outcome outcome =
        play(scenario,
             &(struct replay_options){
                 .revision = scenario->revisions[0], .without = scenario->found.without, .expected = &steps},
             arena);

    REQUIRE(outcome.divergence == NULL, "a renewed repro diverges: %s", outcome.divergence);
    repro_steps_free(&steps);
}

static void play_all_ways(struct scenario *scenario, const char *text, struct arena *arena)
{
    struct repro_steps steps = {0};
    uint32_t line = 0;
    struct replay_options options = {.revision = scenario->revisions[0],
                                     .without = scenario->found.without & scenario->revisions[0]->switches};

    if (repro_steps_read(arena, scenario->found.steps, &steps, &line)) {
        require_steps(&steps, arena);
        options.expected = scenario->found.steps == NULL ? NULL : &steps;
        play_twice(scenario, &options, arena);
        options.expected = NULL;
        options.lenient = true;
        play_twice(scenario, &options, arena);
        options.random = true;
        options.seed = scenario->seed;
        play_twice(scenario, &options, arena);
        renew(text, arena);
    } else {
        REQUIRE(line < value_count(scenario->found.steps), "line %u of %u cannot be read", line,
                value_count(scenario->found.steps));
    }
    repro_steps_free(&steps);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    return mutate_json(data, size, size_max, seed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scenario_mistake mistake = {NULL};
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    const char *text = fuzz_text(&arena, data, size);
    struct scenario *scenario = scenario_parse(&arena, "fuzz.json", text, strlen(text), &mistake);
    /* What is renewed is played as it stands: only what is short anyway. */
    int64_t duration_ms = scenario == NULL ? 0 : scenario->duration_ms;

    if (scenario == NULL) {
        fuzz_require_mistake(mistake.text, "fuzz.json", fuzz_lines(data, size));
    } else if (scenario->has_course && fuzz_make_short(scenario)) {
        scenario->duration_ms = duration_ms == 0 ? 0 : scenario->duration_ms;
        play_all_ways(scenario, text, &arena);
    }
    arena_reset(&arena);
    return 0;
}
