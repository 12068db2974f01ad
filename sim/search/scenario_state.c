#include "sim/search/scenario_state.h"

#include "core/value.h"
#include "sim/search/finding.h"

/* A task is a function of what it has seen: the answers and when they came, and the cells (its chances are its own). */
void scenario_state_resumed(const struct scenario_stage *stage, struct kernel_task *task, const struct effect *effect)
{
    const struct error *error = effect->error;
    uint64_t answer = error != NULL            ? hash_combine(hash_text(error->message), (uint64_t)error->status + 1)
                      : effect->result != NULL ? effect->result->hash
                                               : 0;

    task->seen = hash_combine(hash_combine(task->seen, answer), (uint64_t)stage->runner->kernel.world.now_ms);
}

void scenario_state_read(const struct scenario_stage *stage, struct kernel_task *task, const struct effect *effect)
{
    if (effect->payload == NULL) {
        task->seen = hash_combine(task->seen, node_cell_hash(&stage->runner->kernel.node, effect->object));
    }
}

static uint64_t tasks_hash(const struct kernel *kernel)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < kernel->task_count; i++) {
        const struct kernel_task *task = kernel->tasks[i];
        uint64_t hash = hash_combine(task->identity, task->seen);

        sum += hash_combine(hash_combine(hash, (uint64_t)task->state), (uint64_t)task->deadline_ms);
    }
    return sum;
}

static uint64_t actors_hash(const struct runner *runner)
{
    uint64_t hash = 0;

    for (uint32_t i = 0; i < runner->scenario->actor_count; i++) {
        const struct actor_state *actor = &runner->actors[i];

        hash = hash_combine(hash, (uint64_t)actor->next_ms);
        hash = hash_combine(hash, ((uint64_t)actor->rounds << 2) | ((uint64_t)actor->due << 1) | actor->held);
    }
    return hash;
}

static uint64_t faults_hash(const struct runner *runner)
{
    uint64_t hash = 0;

    for (uint32_t i = 0; i < runner->scenario->fault_count; i++) {
        hash = hash_combine(hash, ((uint64_t)runner->faults[i].matched << 32) | runner->faults[i].fired);
    }
    for (uint32_t i = 0; i < runner->plan.count; i++) {
        hash = hash_combine(hash, runner->fired[i]);
    }
    return hash;
}

/* What has been found on the way: runs that differ in it are not the same, or one of the findings would not be told. */
static uint64_t findings_hash(const struct scenario_stage *stage)
{
    struct finding findings[FINDINGS_MAX];
    struct arena arena;
    uint64_t sum = 0;

    if (stage->runner->record->violation_count == 0) {
        return 0;
    }
    arena_init(&arena, arena_source_malloc());
    uint32_t count = findings_of_run(stage->machine, stage, &arena, findings);

    for (uint32_t i = 0; i < count; i++) {
        sum += hash_text(findings[i].fingerprint);
    }
    arena_reset(&arena);
    return sum;
}

uint64_t scenario_state(const struct scenario_stage *stage)
{
    const struct runner *runner = stage->runner;

    if (!runner->kernel.node_up) {
        return 0;
    }
    uint64_t hash = hash_combine(world_hash(&runner->kernel.world), node_hash(&runner->kernel.node));

    hash = hash_combine(hash, (uint64_t)runner->kernel.world.now_ms);
    hash = hash_combine(hash, tasks_hash(&runner->kernel));
    hash = hash_combine(hash, actors_hash(runner));
    hash = hash_combine(hash, faults_hash(runner));
    hash = hash_combine(hash, oracles_hash(&runner->oracles));
    return hash_combine(hash, findings_hash(stage)) | 1;
}
