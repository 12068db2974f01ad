/* Recordings: what is refused is refused at a line; what is read is performed, twice alike, and imported as a scenario
 * that loads.
 *
 * Input: JSON lines. */
#include "core/revision.h"
#include "sim/conform/import.h"
#include "sim/fuzz/fuzz.h"
#include "sim/fuzz/json_mutator.h"
#include "sim/scenario/pretty_json.h"

#include <string.h>

enum { OPERATIONS_MAX = 400 };

static void require_counts(const struct conformity *conformity)
{
    REQUIRE(conformity->matched <= conformity->operations, "%u of %u operations matched", conformity->matched,
            conformity->operations);
    REQUIRE(conformity->matched_worlds <= conformity->worlds, "%u of %u worlds matched", conformity->matched_worlds,
            conformity->worlds);
    REQUIRE(conforms(conformity) || conformity->divergence_count > 0, "it does not conform, and nothing diverges");
}

static void import(const struct conformity *performed, struct arena *arena)
{
    const char *text = pretty_json(arena, import_recording(arena, performed));
    struct scenario_mistake mistake = {NULL};

    REQUIRE(scenario_parse(arena, "imported.json", text, strlen(text), &mistake) != NULL,
            "what was imported does not load: %s\n%s", mistake.text, text);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    return mutate_json(data, size, size_max, seed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *mistake = NULL;
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    struct recording *recording = recording_parse(&arena, "fuzz.jsonl", (const char *)data, size, &mistake);
    const struct revision *revision = recording == NULL ? NULL : revision_by_name(recording->tag);

    if (recording == NULL) {
        fuzz_require_mistake(mistake, "fuzz.jsonl", fuzz_lines(data, size));
    } else if (recording->op_count <= OPERATIONS_MAX && revision != NULL) {
        const struct conformity *one = recording_replay(recording, revision, fuzz_memory(), &arena);
        const struct conformity *other = recording_replay(recording, revision, fuzz_memory(), &arena);

        require_counts(one);
        REQUIRE(one->operations == other->operations && one->matched == other->matched &&
                    one->divergence_count == other->divergence_count,
                "performed twice, it goes two ways");
        import(one, &arena);
    }
    arena_reset(&arena);
    return 0;
}
