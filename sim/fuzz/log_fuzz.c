/* Import of a node's log: what is refused is refused at a line; what is imported is a scenario that loads and runs, and
 * the same one each time.
 *
 * Input: the log's text. */
#include "sim/conform/import.h"
#include "sim/fuzz/fuzz.h"
#include "sim/scenario/pretty_json.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *mistake = NULL;
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    const struct value *imported = import_log(&arena, "fuzz.log", (const char *)data, size, &mistake);

    if (imported == NULL) {
        fuzz_require_mistake(mistake, "fuzz.log", fuzz_lines(data, size));
    } else {
        const char *text = pretty_json(&arena, imported);
        struct scenario_mistake wrong = {NULL};
        struct scenario *scenario = scenario_parse(&arena, "imported.json", text, strlen(text), &wrong);

        REQUIRE(scenario != NULL, "what was imported does not load: %s\n%s", wrong.text, text);
        REQUIRE(value_equal(import_log(&arena, "fuzz.log", (const char *)data, size, &mistake), imported),
                "imported twice, it is another");
        if (fuzz_make_short(scenario)) {
            (void)fuzz_run_twice(scenario, scenario->revisions[0]);
        }
    }
    arena_reset(&arena);
    return 0;
}
