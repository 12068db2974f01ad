#define CALLS_FOR_ITS_CALLERS /* see FROM_HERE */
#include "sim/search/programs.h"

#include "core/revision.h"
#include "sim/search/machine.h"

#include <assert.h>
#include <string.h>

/* ---- the programs --------------------------------------------------------------------------------------------------
 */

static struct program_step *add_step(struct program *program, uint32_t task)
{
    assert(program->step_counts[task] < PROGRAM_STEPS_MAX);
    return &program->steps[task][program->step_counts[task]++];
}

static void add_act(struct program_step *step, struct program_act act)
{
    assert(step->act_count < PROGRAM_ACTS_MAX);
    step->acts[step->act_count++] = act;
}

static void add_single(struct program *program, uint32_t task, struct program_act act)
{
    add_act(add_step(program, task), act);
}

void program_start_race(struct program *program, uint32_t tasks)
{
    *program = (struct program){.name = "start race", .task_count = tasks, .object_count = tasks + 1};
    for (uint32_t task = 0; task < tasks; task++) {
        uint32_t row = task + 1;

        add_single(program, task, (struct program_act){.kind = ACT_READ, .object = 0});
        add_single(program, task, (struct program_act){.kind = ACT_WRITE, .object = row, .value = 1});
        add_single(program, task, (struct program_act){.kind = ACT_ADD, .object = 0, .value = 1});
        add_single(program, task, (struct program_act){.kind = ACT_READ, .object = row});
    }
}

void program_lcaa(struct program *program, uint32_t tasks, uint32_t rounds, uint32_t slots, bool commuting)
{
    *program =
        (struct program){.name = "LCAA", .task_count = tasks, .object_count = slots + tasks, .claimed_count = slots};
    for (uint32_t task = 0; task < tasks; task++) {
        for (uint32_t round = 0; round < rounds; round++) {
            uint32_t slot = round % slots;
            uint32_t own = slots + task;

            add_single(program, task, (struct program_act){.kind = ACT_LOOK, .object = (round + 1) % slots});
            add_single(program, task, (struct program_act){.kind = ACT_READ, .object = slot});
            add_single(program, task, (struct program_act){.kind = ACT_WRITE, .object = own, .value = 1});
            add_single(
                program, task,
                (struct program_act){.kind = ACT_CLAIM, .object = slot, .other = own, .value = commuting ? 1 : 0});
        }
    }
}

static void generate_step(struct program *program, uint32_t task, struct prng *prng, bool faults)
{
    struct program_step *step = add_step(program, task);
    uint32_t acts = 1 + (prng_below(prng, 3) == 0);

    step->fails = faults && prng_below(prng, 4) == 0;
    for (uint32_t act = 0; act < acts; act++) {
        add_act(step, (struct program_act){.kind = prng_below(prng, 6),
                                           .object = prng_below(prng, program->object_count),
                                           .other = prng_below(prng, program->object_count),
                                           .value = 1 + prng_below(prng, 2)});
    }
}

void program_generate(struct program *program, uint64_t seed)
{
    struct prng prng = {seed};

    *program = (struct program){.name = "generated",
                                .task_count = 2 + prng_below(&prng, 3),
                                .object_count = 1 + prng_below(&prng, 4),
                                .claimed_count = 1};
    bool faults = prng_below(&prng, 2) == 0;
    uint32_t steps_max = program->task_count == 2 ? 5 : program->task_count == 3 ? 3 : 2;

    for (uint32_t task = 0; task < program->task_count; task++) {
        uint32_t steps = 2 + prng_below(&prng, steps_max - 1);

        for (uint32_t i = 0; i < steps; i++) {
            generate_step(program, task, &prng, faults);
        }
    }
}

void program_generate_again(struct program *program, uint64_t seed)
{
    struct prng prng = {seed};

    *program = (struct program){.name = "generated, again",
                                .task_count = 2,
                                .object_count = 1 + prng_below(&prng, 3),
                                .claimed_count = 1,
                                .again_count = 2,
                                .ways = 2};
    for (uint32_t i = 0; i < 4; i++) {
        generate_step(program, i / 2, &prng, false);
    }
}

/* ---- running them ---------------------------------------------------------------------------------------------------
 */

struct program_run {
    struct kernel kernel;
    struct program_stage *stage;
    int64_t values[PROGRAM_OBJECTS_MAX];
    int64_t registers[PROGRAM_TASKS_MAX];
    uint64_t histories[PROGRAM_TASKS_MAX]; /* of what each task read */
    uint32_t again;                        /* how often all have started again */
};

struct program_task {
    const struct program *program;
    uint32_t number;
};

/* To the kernel every step is the same effect: which one does not matter. */
static void run_task(struct task *task, const void *argument)
{
    const struct program_task *of = argument;
    for (uint32_t i = 0; i < of->program->step_counts[of->number]; i++) {
        struct effect effect = {.id = EFFECT_DB_UPDATE, .payload = &of->program->steps[of->number][i]};

        if (perform(task, &effect) != NULL) {
            assert(false && "a step of a program has no error");
        }
    }
}

static void touch(struct program_run *run, uint32_t object, enum access_mode mode)
{
    machine_touch(run->stage->machine, run->stage->objects[object], mode);
}

static void do_act(struct program_run *run, uint32_t task, const struct program_act *act)
{
    int64_t *value = &run->values[act->object];
    uint32_t claimed = run->registers[task] == 0 ? act->object : act->other;

    switch (act->kind) {
    case ACT_READ:
        touch(run, act->object, ACCESS_READ);
        run->registers[task] = *value;
        run->histories[task] = hash_combine(run->histories[task], (uint64_t)*value);
        break;
    case ACT_LOOK:
        touch(run, act->object, ACCESS_READ);
        run->histories[task] = hash_combine(run->histories[task], (uint64_t)*value);
        break;
    case ACT_WRITE:
        touch(run, act->object, ACCESS_WRITE);
        *value = act->value + (int64_t)task * 16;
        break;
    case ACT_ADD:
        touch(run, act->object, ACCESS_WRITE);
        *value += act->value;
        run->histories[task] = hash_combine(run->histories[task], (uint64_t)*value);
        break;
    case ACT_COUNT:
        touch(run, act->object, ACCESS_ADD);
        *value += act->value;
        break;
    case ACT_CLAIM:
        touch(run, claimed, claimed == act->object && act->value != 0 ? ACCESS_ADD : ACCESS_WRITE);
        run->values[claimed]++;
        break;
    }
}

static bool answer(void *context, struct kernel_task *task, struct effect *effect)
{
    struct program_run *run = context;
    const struct program_step *step = effect->payload;

    effect->result = value_null();
    if (step->fails) {
        run->registers[task->origin] = -1;
        run->histories[task->origin] = hash_combine(run->histories[task->origin], UINT64_MAX);
        return true;
    }
    for (uint32_t i = 0; i < step->act_count; i++) {
        do_act(run, task->origin, &step->acts[i]);
    }
    return true;
}

static void started(void *context, struct kernel_task *task)
{
    struct program_run *run = context;

    machine_task_started(run->stage->machine, task);
}

static void start_tasks(struct program_run *run)
{
    const struct program *program = run->stage->program;

    for (uint32_t i = 0; i < program->task_count; i++) {
        struct program_task argument = {program, i};

        kernel_start(&run->kernel, (struct kernel_start){.name = "task",
                                                         .origin = i,
                                                         .label = arena_printf(&run->stage->arena, "task %u",
                                                                               run->again * PROGRAM_TASKS_MAX + i + 1),
                                                         .run = run_task,
                                                         .argument = &argument,
                                                         .size = sizeof argument});
    }
    /* The way to the first step is no transition of the program. */
    for (uint32_t i = 0; i < program->task_count; i++) {
        kernel_step(&run->kernel, 0);
    }
}

static void begin(void *context, struct machine *machine, struct snapshot_scope *scope)
{
    struct program_stage *stage = context;
    static const struct revision revision = {"none", 0};
    static const struct node_config config = {.revision = &revision, .flux_dir = "", .apps_folder = ""};

    stage->machine = machine;
    for (uint32_t i = 0; i < stage->program->object_count; i++) {
        stage->objects[i] = catalogue_object(&machine->catalogue, i + 1);
    }
    arena_init(&stage->arena, &stage->memory->source);
    struct program_run *run = arena_alloc(&stage->arena, sizeof *run);

    stage->run = run;
    run->stage = stage;
    kernel_init(&run->kernel, stage->memory, 1, 0);
    run->kernel.fused = stage->fused;
    kernel_boot(&run->kernel, &config);
    run->kernel.inputs = (struct kernel_inputs){run, answer, NULL};
    run->kernel.observer = (struct kernel_observer){.context = run, .started = started};
    *scope = (struct snapshot_scope){.kernel = &run->kernel, .arenas = {&stage->arena}, .arena_count = 1};
    start_tasks(run);
}

static uint32_t rest(void *context)
{
    const struct program_stage *stage = context;

    return stage->run->again < stage->program->again_count ? stage->program->ways : 0;
}

static void pass(void *context, uint32_t way)
{
    struct program_run *run = ((struct program_stage *)context)->run;

    run->again++;
    run->values[0] += way;
    start_tasks(run);
}

static uint64_t state(void *context)
{
    const struct program_stage *stage = context;
    uint64_t hash = stage->run->again;

    for (uint32_t i = 0; i < stage->program->object_count; i++) {
        hash = hash_combine(hash, (uint64_t)stage->run->values[i]);
    }
    for (uint32_t i = 0; i < stage->program->task_count; i++) {
        hash = hash_combine(hash, (uint64_t)stage->run->registers[i]);
    }
    return stage->program->knows_state ? hash : 0;
}

/* A step that claims by what it has just read touches what it finds. */
static bool is_variable(void *context, const struct kernel_task *task)
{
    const struct program_step *step = task->state == TASK_ISSUED ? task->effect->payload : NULL;

    (void)context;
    for (uint32_t i = 1; step != NULL && i < step->act_count; i++) {
        if (step->acts[i].kind == ACT_CLAIM) {
            return true;
        }
    }
    return false;
}

static bool over(void *context)
{
    const struct program_stage *stage = context;

    for (uint32_t i = 0; i < stage->program->claimed_count; i++) {
        if (stage->run->values[i] > 1) {
            return true;
        }
    }
    return false;
}

struct stage program_stage(struct program_stage *stage, struct memory *memory)
{
    stage->memory = memory;
    return (struct stage){.context = stage,
                          .memory = memory,
                          .begin = begin,
                          .variable = is_variable,
                          .rest = rest,
                          .pass = pass,
                          .state = state,
                          .over = over};
}

uint64_t program_outcome(const struct program_stage *stage)
{
    uint64_t hash = 1;

    for (uint32_t i = 0; i < stage->program->object_count; i++) {
        hash = hash_combine(hash, (uint64_t)stage->run->values[i]);
    }
    for (uint32_t i = 0; i < stage->program->task_count; i++) {
        hash = hash_combine(hash, stage->run->histories[i]);
    }
    return hash;
}
