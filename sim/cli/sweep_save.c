/* drydock sweep --save: findings as scenario files. */
#include "sim/cli/sweep.h"

#include "sim/cli/save.h"
#include "sim/scenario/file_text.h"
#include "sim/scenario/json_text.h"
#include "sim/scenario/pretty_json.h"
#include "sim/search/repro_name.h"

#include <stdlib.h>
#include <string.h>

static const struct value *read_tree(struct arena *arena, const char *file)
{
    size_t length = 0;
    char *text = file_text(file, JSON_SIZE_MAX, &length);
    const struct value *tree = text == NULL ? NULL : value_parse(arena, text, length);

    free(text);
    return tree;
}

/* Why a repro does not replay as found; NULL: it does. */
static const char *flaw(const struct sweep *sweep, uint32_t finding, struct trial_bench *bench, const char *file,
                        const char *text, struct arena *arena)
{
    struct scenario_mistake mistake = {NULL};
    const struct scenario *scenario = scenario_parse(arena, file, text, strlen(text), &mistake);

    if (scenario == NULL) {
        return mistake.text;
    }
    struct arena events;

    arena_init(&events, arena_source_malloc());
    const struct run_record *record = scenario_run(scenario, &bench->options, &bench->run_memory, arena, &events);

    arena_reset(&events);

    if (record->unmet_count > 0) {
        return record->unmet[0].message;
    }
    if (record->inconclusive_because != NULL) {
        return record->inconclusive_because;
    }
    return record->trace_hash == sweep->found[finding].trace_hash ? NULL
                                                                  : "it takes another course when it is replayed";
}

/* Along a course if that replays as found, else as a plain scenario. NULL: neither does, and the finding says why. */
static const char *repro_text(struct sweep *sweep, uint32_t finding, const struct value *tree,
                              struct trial_bench *bench, const char *file, bool *along_course, struct arena *arena)
{
    for (int form = 0; form < 2; form++) {
        *along_course = form == 0;
        const char *text = pretty_json(arena, sweep_repro(sweep, finding, tree, file, *along_course, arena));

        sweep->result.findings[finding].no_repro = flaw(sweep, finding, bench, file, text, arena);
        if (sweep->result.findings[finding].no_repro == NULL) {
            return arena_printf(arena, "%s\n", text);
        }
    }
    return NULL;
}

/* FOLDER/SCENARIO-RELEASE-001.json, or a name beside it where that is the file of another finding. */
static const char *file_of(const struct sweep_result *result, uint32_t finding, const char *folder, struct arena *arena)
{
    const char *name = arena_printf(arena, "%s-%s-%03u", result->scenario, result->revision, finding + 1);
    struct repro_identity identity = {.scenario = result->scenario,
                                      .revision = result->revision,
                                      .fingerprint = result->findings[finding].fingerprint};

    for (uint32_t i = 0; i < result->without_count; i++) {
        uint32_t bit = 0;

        identity.without |= switch_by_name(result->without[i], &bit) ? bit : 0;
    }
    return repro_file(arena, folder, repro_name(arena, folder, &name, 1, &identity));
}

bool save_repros(struct sweep *sweep, struct trial_bench *bench, const char *folder, struct arena *arena)
{
    struct sweep_result *result = &sweep->result;
    const struct value *tree = read_tree(arena, result->file);
    struct saved *saved = arena_alloc(arena, (result->finding_count + 1) * sizeof *saved);

    if (tree == NULL) {
        complain("%s: it cannot be read any more", result->file);
        return false;
    }
    for (uint32_t i = 0; i < result->finding_count; i++) {
        struct sweep_finding *finding = &result->findings[i];
        const char *file = file_of(result, i, folder, arena);
        bool along_course = true;
        const char *text = repro_text(sweep, i, tree, bench, file, &along_course, arena);

        saved[i] = (struct saved){file, text};
        if (text != NULL) {
            finding->repro = file;
            finding->replay = sweep_replay_command(sweep, file, along_course, arena);
        }
    }
    return save_files(folder, saved, result->finding_count);
}
