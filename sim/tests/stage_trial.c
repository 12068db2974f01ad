#include "sim/tests/stage_trial.h"

#include "core/revision.h"
#include "core/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

const char stage_install_stop[] =
    "{\"name\":\"install-stop\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"napp\"}]},\"actors\":["
    "{\"actor\":\"install\",\"app\":\"napp\",\"at\":\"any\"},"
    "{\"actor\":\"stop-container\",\"container\":\"fluxweb_shop\",\"at\":\"any\"}]}";
const char stage_two_removals[] = "{\"name\":\"two-removals\",\"world\":{\"apps\":[{\"name\":\"shop\"}]},\"actors\":["
                                  "{\"actor\":\"remove\",\"app\":\"shop\",\"at\":\"any\"},"
                                  "{\"actor\":\"remove\",\"app\":\"shop\",\"as\":\"again\",\"at\":\"any\"}]}";
const char stage_remove_check[] =
    "{\"name\":\"remove-check\",\"world\":{\"apps\":[{\"name\":\"shop\"}]},\"actors\":["
    "{\"actor\":\"remove\",\"app\":\"shop\",\"at\":\"any\"},{\"actor\":\"check\",\"at\":\"any\"}]}";
const char stage_install_loop[] =
    "{\"name\":\"install-loop\",\"world\":{\"apps\":[{\"name\":\"shop\",\"containerData\":\"g:/data\"},"
    "{\"name\":\"napp\"}]},\"actors\":[{\"actor\":\"install\",\"app\":\"napp\",\"at\":\"any\"},"
    "{\"actor\":\"master-slave\",\"at\":\"any\"}]}";

bool stage_trial_has(const struct stage_trial *trial, const char *fingerprint)
{
    return hash_set_has(&trial->findings, hash_text(fingerprint));
}

/* Whether the search has it to tell: a mishap that came before a violation without bringing it about is in some orders
 * of the same class and not in others. */
static bool has_to_tell(const struct stage_trial *trial, const struct finding *finding)
{
    for (uint32_t i = 0; i < finding->simpler_count; i++) {
        if (stage_trial_has(trial, finding->simpler[i])) {
            return true;
        }
    }
    return stage_trial_has(trial, finding->fingerprint);
}

static void note_world(struct stage_trial *trial)
{
    const struct world *world = &trial->bench.stage.runner->kernel.world;
    uint64_t hash = hash_combine(world_hash(world), (uint64_t)world->now_ms);

    if (hash_set_add(&trial->worlds, hash) && trial->whole != NULL && !hash_set_has(&trial->whole->worlds, hash)) {
        trial->worlds_missed++;
    }
}

static void note_finding(struct stage_trial *trial, const struct finding *finding)
{
    if (hash_set_add(&trial->findings, hash_text(finding->fingerprint)) && trial->whole != NULL &&
        !has_to_tell(trial->whole, finding)) {
        print_error("not met: %s\n", finding->fingerprint);
        trial->findings_missed++;
    }
}

static bool note_execution(void *context, struct machine *machine, bool violates, uint64_t class_hash)
{
    struct stage_trial *trial = context;
    struct finding findings[FINDINGS_MAX];
    struct arena arena;

    (void)class_hash;
    note_world(trial);
    if (!violates) {
        return true;
    }
    arena_init(&arena, arena_source_malloc());
    uint32_t count = findings_of_run(machine, &trial->bench.stage, &arena, findings);

    for (uint32_t i = 0; i < count; i++) {
        note_finding(trial, &findings[i]);
    }
    arena_reset(&arena);
    return true;
}

void stage_trial_begin(struct stage_trial *trial, const char *json)
{
    struct scenario_mistake mistake = {NULL};

    *trial = (struct stage_trial){.options = {.revision = revision_by_name("8.9.2")}};
    arena_init(&trial->arena, arena_source_malloc());
    trial->scenario = scenario_parse(&trial->arena, "test.json", json, strlen(json), &mistake);
    if (trial->scenario == NULL) {
        fail_msg("%s", mistake.text);
    }
    bench_memory_init(&trial->memory);
    bench_init(&trial->bench, trial->scenario, &trial->options, &trial->memory);
    trial->search = (struct search){.machine = trial->bench.machine,
                                    .watch = {trial, note_execution, NULL},
                                    .preemptions_max = SEARCH_UNBOUNDED,
                                    .delays_max = SEARCH_UNBOUNDED};
}

void stage_trial_end(struct stage_trial *trial)
{
    bench_free(&trial->bench);
    memory_free(&trial->memory);
    hash_set_free(&trial->findings);
    hash_set_free(&trial->worlds);
    arena_reset(&trial->arena);
}
