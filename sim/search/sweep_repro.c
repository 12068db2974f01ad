/* A sweep's finding as a scenario that stands alone. */
#include "sim/search/repro.h"
#include "sim/search/sweep.h"

#include <string.h>

enum { FAULT_BITS = 64 };

const char *sweep_replay_command(const struct sweep *sweep, const char *file, bool along_course, struct arena *arena)
{
    const struct sweep_result *result = &sweep->result;
    const char *command = arena_printf(arena, "drydock %s %s", along_course ? "replay" : "run", file);

    for (uint32_t i = 0; i < result->without_count && !along_course; i++) {
        command = arena_printf(arena, "%s --without %s", command, result->without[i]);
    }
    return command;
}

static const struct value *found_value(const struct sweep *sweep, uint32_t finding, const char *file,
                                       struct arena *arena)
{
    const struct sweep_result *result = &sweep->result;
    const struct value *without = result->without_count == 0 ? NULL : value_empty_array();

    for (uint32_t i = 0; i < result->without_count; i++) {
        without = value_append(arena, without, value_string(arena, result->without[i]));
    }
    return OBJECT(
        arena, {"replay", value_string(arena, sweep_replay_command(sweep, file, true, arena))},
        {"fingerprint", value_string(arena, result->findings[finding].fingerprint)},
        {"why", value_format(arena, "%s: %s", result->findings[finding].mishap, result->findings[finding].why)},
        {"trace", value_format(arena, "%016llx", (unsigned long long)sweep->found[finding].trace_hash)},
        {"without", without});
}

/* The tree without the faults that never fired: an armed fault that does not fire is a mistake of its own. */
static const struct value *without_unfired(const struct value *tree, uint64_t unfired, struct arena *arena)
{
    const struct value *faults = value_get(tree, "faults");
    const struct value *kept = value_empty_array();

    for (uint32_t i = 0; i < value_count(faults); i++) {
        if (i >= FAULT_BITS || (unfired & (UINT64_C(1) << i)) == 0) {
            kept = value_append(arena, kept, value_at(faults, i));
        }
    }
    return value_count(kept) == 0 ? value_without(arena, tree, "faults") : value_with(arena, tree, "faults", kept);
}

const struct value *sweep_repro(const struct sweep *sweep, uint32_t finding, const struct value *tree, const char *file,
                                bool along_course, struct arena *arena)
{
    const struct sweep_found *found = &sweep->found[finding];
    const struct value *mishaps = value_empty_array();
    const struct value *oracles = value_empty_array();
    const struct value *release = value_string(arena, sweep->result.revision);

    for (uint32_t i = 0; i < found->plan.count; i++) {
        mishaps = value_append(arena, mishaps, repro_mishap(arena, &found->plan.mishaps[i]));
    }
    for (uint32_t i = 0; i < found->oracle_count; i++) {
        oracles = value_append(arena, oracles, value_string(arena, found->oracles[i]));
    }
    tree = without_unfired(tree, found->unfired_faults, arena);
    tree = value_with(arena, tree, "revisions", ARRAY(arena, release));
    tree = value_with(arena, tree, "mishaps", mishaps);
    if (along_course) {
        tree = value_with(arena, tree, "course", value_empty_array());
        tree = value_with(arena, tree, "found", found_value(sweep, finding, file, arena));
    } else {
        tree = value_with(arena, tree, "summary", value_string(arena, sweep->result.findings[finding].fingerprint));
    }
    return value_with(arena, tree, "expect", OBJECT(arena, {"violates", oracles}));
}
