/* Scenario files: what is refused is refused at a place; what loads is the same when it is written and read again, and
 * its run the same when it is repeated, on every release it is for.
 *
 * Input: the file's text. */
#include "sim/fuzz/fuzz.h"
#include "sim/fuzz/json_mutator.h"
#include "sim/scenario/pretty_json.h"

#include <string.h>

/* Written for people and read again: the same scenario. */
static struct scenario *write_and_read(struct arena *arena, const struct scenario *scenario)
{
    const char *text = pretty_json(arena, scenario->source);
    struct scenario_mistake mistake = {NULL};
    struct scenario *again = scenario_parse(arena, "again.json", text, strlen(text), &mistake);

    REQUIRE(again != NULL, "loads, and written again it does not: %s", mistake.text);
    REQUIRE(value_equal(again->source, scenario->source), "written and read it is another:\n%s", text);
    REQUIRE(strcmp(pretty_json(arena, again->source), text) == 0, "its text changes each time it is written:\n%s",
            text);
    return again;
}

static void require_same_runs(struct scenario *scenario, struct scenario *again)
{
    if (!fuzz_make_short(scenario) || !fuzz_make_short(again)) {
        return;
    }
    for (uint32_t i = 0; i < scenario->revision_count; i++) {
        uint64_t one = fuzz_run_twice(scenario, scenario->revisions[i]);
        uint64_t other = fuzz_run_twice(again, again->revisions[i]);

        REQUIRE(one == other, "written and read again it runs another way");
    }
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
    struct scenario *scenario = scenario_parse(&arena, "fuzz.json", (const char *)data, size, &mistake);

    if (scenario == NULL) {
        fuzz_require_mistake(mistake.text, "fuzz.json", fuzz_lines(data, size));
    } else {
        REQUIRE(mistake.text == NULL, "loads with a mistake: %s", mistake.text);
        require_same_runs(scenario, write_and_read(&arena, scenario));
    }
    arena_reset(&arena);
    return 0;
}
