#include "sim/search/scenario_stage.h"

#include "core/value.h"
#include "sim/search/grow.h"
#include "sim/search/scenario_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Classes of objects beside the world's (enum object_class), as keys of the catalogue. */
enum { OBJECTS_OF_CELLS = 1 << 16, OBJECTS_OF_RUN };

/* Members of OBJECTS_OF_RUN: what crashes and sticky faults share with every other transition. */
enum { RUN_PROCESS = 1, RUN_STICKY };

struct stage_run {
    struct kernel_observer inner; /* the runner's own */
    struct moved *moved;
    uint32_t moved_count, moved_size;
    struct moved current; /* what the transition in progress is, as far as it has told */
    bool writes;          /* the transition in progress has changed the world */
};

/* ---- names and sites
 * -------------------------------------------------------------------------------------------------- */

const char *scenario_stage_label(const struct scenario_stage *stage, uint32_t slot)
{
    assert(slot < stage->label_size && stage->labels[slot] != NULL);
    return stage->labels[slot];
}

const struct scenario_actor *scenario_stage_actor(const struct scenario_stage *stage, uint32_t origin)
{
    assert(origin < stage->scenario.actor_count);
    return &stage->scenario.actors[origin];
}

static uint64_t site_key(uint32_t slot, enum effect_id effect, uint32_t nth)
{
    return hash_combine(hash_combine(slot + 1, nth), (uint64_t)effect);
}

static uint32_t *site_place(const struct scenario_stage *stage, uint32_t slot, enum effect_id effect, uint32_t nth)
{
    uint32_t place = (uint32_t)site_key(slot, effect, nth) & (stage->site_table_size - 1);

    while (stage->site_table[place] != 0) {
        const struct site *site = &stage->sites[stage->site_table[place] - 1];

        if (site->slot == slot && site->nth == nth && site->effect == effect) {
            break;
        }
        place = (place + 1) & (stage->site_table_size - 1);
    }
    return &stage->site_table[place];
}

static void more_site_places(struct scenario_stage *stage)
{
    uint32_t size = stage->site_table_size == 0 ? 256 : stage->site_table_size * 2;

    free(stage->site_table);
    stage->site_table = NULL;
    stage->site_table_size = 0;
    grow((void *)&stage->site_table, &stage->site_table_size, size, sizeof *stage->site_table);
    for (uint32_t i = 0; i < stage->site_count; i++) {
        const struct site *site = &stage->sites[i];

        *site_place(stage, site->slot, site->effect, site->nth) = i + 1;
    }
}

static void note_site(struct scenario_stage *stage, const struct moved *moved, bool writes)
{
    if ((stage->site_count + 1) * 2 > stage->site_table_size) {
        more_site_places(stage);
    }
    uint32_t *place = site_place(stage, moved->slot, moved->effect, moved->nth);

    if (*place == 0) {
        grow((void *)&stage->sites, &stage->site_size, stage->site_count + 1, sizeof *stage->sites);
        stage->sites[stage->site_count++] = (struct site){moved->slot, moved->effect, moved->nth, moved->object, false};
        *place = stage->site_count;
    }
    stage->sites[*place - 1].writes |= writes;
}

/* ---- what a transition touches
 * ------------------------------------------------------------------------------------------ */

static void touch_in_catalogue(struct scenario_stage *stage, uint64_t class, uint64_t set, uint64_t key,
                               enum access_mode mode)
{
    struct machine *machine = stage->machine;

    if (machine->gathers) {
        machine_touch(machine, catalogue_member(&machine->catalogue, hash_combine(class, set), key), mode);
    }
}

static void world_touched(void *context, enum object_class class, uint64_t set, uint64_t key, enum touch_mode mode)
{
    static const enum access_mode modes[] = {
        [TOUCH_READ] = ACCESS_READ, [TOUCH_WRITE] = ACCESS_WRITE, [TOUCH_ADD] = ACCESS_ADD};
    struct scenario_stage *stage = context;

    stage->run->writes = stage->run->writes || mode != TOUCH_READ;
    touch_in_catalogue(stage, (uint64_t) class, set, key, modes[mode]);
}

/* Of the node, or what an oracle remembers; key NULL: all of it. */
static void cell_touched(void *context, const char *cell, const char *key, bool writes)
{
    uint64_t member = key == NULL ? 0 : hash_text(key) | 1;

    touch_in_catalogue(context, OBJECTS_OF_CELLS, hash_text(cell), member, writes ? ACCESS_WRITE : ACCESS_READ);
}

static void touch_process(struct scenario_stage *stage, bool ends)
{
    touch_in_catalogue(stage, OBJECTS_OF_RUN, 0, RUN_PROCESS, ends ? ACCESS_WRITE : ACCESS_READ);
}

/* Whether a call of its effect brings the mishap, or brings one that is going to heal nearer to it. */
static bool moves_on(const struct mishap *mishap, uint32_t fired, bool own, enum fault_kind fault)
{
    if (own || mishap->fires == FIRES_FOREVER || fired == 0) {
        return own;
    }
    return mishap->fault == FAULT_SLOW ? fired < mishap->fires : fault == mishap->fault;
}

/* A mishap that one transition brings and others feel makes them depend on one another. Whether a call is slow is
 * decided when it is issued, all else when it is applied, and has then been counted. */
static void touch_mishaps(struct scenario_stage *stage, const struct kernel_task *task, const struct effect *effect,
                          bool applied, enum fault_kind fault)
{
    for (uint32_t i = 0; i < stage->plan.count; i++) {
        const struct mishap *mishap = &stage->plan.mishaps[i];
        bool own = mishap->nth == task->issued[effect->id] && strcmp(mishap->task, kernel_label(task)) == 0;

        if (mishap->effect != effect->id || (mishap->fault != FAULT_SLOW) != applied) {
            continue;
        }
        if (mishap->strike != STRIKE_NONE && own) {
            touch_process(stage, true);
        } else if (mishap_stays(mishap)) {
            bool moves = moves_on(mishap, stage->runner->fired[i], own, fault);

            touch_in_catalogue(stage, OBJECTS_OF_RUN, (uint64_t)effect->id, RUN_STICKY,
                               moves ? ACCESS_WRITE : ACCESS_READ);
        }
    }
}

/* ---- what the kernel tells
 * ------------------------------------------------------------------------------------------------ */

static void on_started(void *context, struct kernel_task *task)
{
    struct scenario_stage *stage = context;

    machine_task_started(stage->machine, task);
    grow((void *)&stage->labels, &stage->label_size, task->slot + 1, sizeof *stage->labels);
    if (stage->labels[task->slot] == NULL) {
        stage->labels[task->slot] = names_keep(&stage->names, kernel_label(task));
    }
    stage->run->inner.started(stage->run->inner.context, task);
}

static void on_issued(void *context, struct kernel_task *task, struct effect *effect)
{
    struct scenario_stage *stage = context;

    touch_mishaps(stage, task, effect, false, FAULT_NONE);
    stage->run->inner.issued(stage->run->inner.context, task, effect);
}

static void on_applied(void *context, struct kernel_task *task, struct effect *effect, enum fault_kind fault)
{
    struct scenario_stage *stage = context;
    struct moved *current = &stage->run->current;

    current->moment = MOMENT_APPLY;
    current->effect = effect->id;
    current->nth = task->issued[effect->id];
    current->object = names_keep(&stage->names, effect->object);
    task->object = current->object;
    current->fault = fault;
    touch_mishaps(stage, task, effect, true, fault);
    stage->run->inner.applied(stage->run->inner.context, task, effect, fault);
}

static void on_resumed(void *context, struct kernel_task *task, struct effect *effect)
{
    struct scenario_stage *stage = context;
    struct moved *current = &stage->run->current;

    current->moment = MOMENT_RESUME;
    current->effect = effect->id;
    current->nth = task->issued[effect->id];
    /* A delay has no apply. */
    current->object = effect->id == EFFECT_CLOCK_DELAY ? names_keep(&stage->names, effect->object) : task->object;
    scenario_state_resumed(stage, task, effect);
    stage->run->inner.resumed(stage->run->inner.context, task, effect);
}

static void on_immediate(void *context, struct kernel_task *task, struct effect *effect)
{
    struct scenario_stage *stage = context;

    if (effect->id == EFFECT_NODE_CELL) {
        cell_touched(stage, effect->object, effect->operand, effect->payload != NULL);
        scenario_state_read(stage, task, effect);
    }
    stage->run->inner.immediate(stage->run->inner.context, task, effect);
}

static void on_ended(void *context, struct kernel_task *task, bool killed)
{
    struct scenario_stage *stage = context;

    stage->run->inner.ended(stage->run->inner.context, task, killed);
}

static void on_time_moved(void *context, int64_t from_ms)
{
    struct scenario_stage *stage = context;

    stage->run->inner.time_moved(stage->run->inner.context, from_ms);
}

/* ---- the stage's own
 * -------------------------------------------------------------------------------------------------------- */

static void begin(void *context, struct machine *machine, struct snapshot_scope *scope)
{
    struct scenario_stage *stage = context;

    stage->machine = machine;
    arena_init(&stage->arena, &stage->memory->source);
    arena_init(&stage->record_arena, &stage->memory->source);
    arena_init(&stage->event_arena, &stage->memory->source);
    stage->runner = runner_begin(&stage->scenario, &stage->options, stage->memory, &stage->arena, &stage->record_arena,
                                 &stage->event_arena);
    stage->run = arena_alloc(&stage->arena, sizeof *stage->run);

    struct kernel *kernel = &stage->runner->kernel;

    stage->run->inner = kernel->observer;
    if (stage->counts_only) {
        recorder_hush(&stage->runner->recorder);
        kernel_hush_log(kernel);
    }
    kernel->observer = (struct kernel_observer){stage,      on_started,   on_issued, on_applied,
                                                on_resumed, on_immediate, on_ended,  on_time_moved};
    kernel->world.watch = (struct world_watch){stage, world_touched};
    stage->runner->oracles.watch = (struct oracle_watch){stage, cell_touched};
    stage->runner->oracles.memory = &stage->oracle_memory;
    *scope = (struct snapshot_scope){.kernel = kernel,
                                     .arenas = {&stage->arena, &stage->record_arena, &stage->event_arena},
                                     .arena_count = 3,
                                     .writes = &stage->writes};
}

static bool ends_process(const struct scenario_actor *actor)
{
    return actor->kind == ACTOR_CRASH || actor->kind == ACTOR_HOST_REBOOT;
}

static void before(void *context, const struct kernel_task *task, bool switched)
{
    struct scenario_stage *stage = context;

    stage->run->current = (struct moved){.slot = task->slot,
                                         .origin = task->origin,
                                         .moment = MOMENT_START,
                                         .nth = 1,
                                         .object = scenario_stage_actor(stage, task->origin)->subject,
                                         .switched = switched};
    stage->run->writes = false;
    if (stage->ends_tasks) {
        touch_process(stage, ends_process(scenario_stage_actor(stage, task->origin)));
    }
}

static void after(void *context)
{
    struct scenario_stage *stage = context;
    struct stage_run *run = stage->run;

    run->current.writes = run->writes;
    *(struct moved *)table_add(&stage->arena, (void **)&run->moved, &run->moved_count, &run->moved_size,
                               sizeof *run->moved) = run->current;
    if (run->current.moment == MOMENT_APPLY) {
        note_site(stage, &run->current, run->writes);
    }
}

/* What a transition touches depends on the answer, the cells and the world that it finds. */
static bool is_variable(void *context, const struct kernel_task *task)
{
    (void)context;
    (void)task;
    return true;
}

/* ---- passing on
 * --------------------------------------------------------------------------------------------------------------- */

/* The lowest bits of `way` spread over the bits of `mask`, so that ways count through the subsets; the first takes all.
 */
uint64_t scenario_stage_starts(const struct scenario_stage *stage, uint32_t way)
{
    uint64_t mask = course_held(stage->runner);
    uint64_t starts = 0;

    for (uint64_t rest = mask; rest != 0; rest &= rest - 1, way >>= 1) {
        if ((way & 1) == 0) {
            starts |= rest & (~rest + 1);
        }
    }
    return starts;
}

uint32_t scenario_stage_way(const struct scenario_stage *stage, uint64_t starts)
{
    uint32_t way = 0;
    uint32_t bit = 1;

    for (uint64_t rest = course_held(stage->runner); rest != 0; rest &= rest - 1, bit <<= 1) {
        if ((starts & rest & (~rest + 1)) == 0) {
            way |= bit;
        }
    }
    return way;
}

static uint32_t rest(void *context)
{
    struct scenario_stage *stage = context;
    uint32_t subsets = 1u << __builtin_popcountll(course_held(stage->runner));

    if (!course_goes_on(stage->runner)) {
        return 0;
    }
    return course_can_wait(stage->runner) ? subsets : subsets - 1; /* the last subset is the empty one */
}

static void pass(void *context, uint32_t way)
{
    struct scenario_stage *stage = context;

    course_pass(stage->runner, scenario_stage_starts(stage, way));
}

static uint64_t state(void *context)
{
    return scenario_state(context);
}

/* The run has ended where it stands: with time left, everything is idle, and the world can be looked at. */
static bool over(void *context)
{
    struct scenario_stage *stage = context;

    if (schedule_at_rest(stage->runner)) {
        bool gathers = stage->machine->gathers;

        stage->machine->gathers = false; /* no transition looks there */
        oracles_at_rest(&stage->runner->oracles);
        stage->machine->gathers = gathers;
    }
    return stage->runner->record->violation_count > 0;
}

/* ---- life
 * ------------------------------------------------------------------------------------------------------------------------
 */

void scenario_stage_init(struct scenario_stage *stage, const struct scenario *scenario,
                         const struct run_options *options, struct memory *memory)
{
    *stage = (struct scenario_stage){.scenario = *scenario, .options = *options, .memory = memory};
    stage->scenario.expectation_count = 0;
    stage->scenario.step_count = 0;
    stage->scenario.random = false;
    stage->plan = options->plan != NULL ? *options->plan : scenario->plan;
    stage->options.plan = &stage->plan;
    stage->options.hold_any = true;
    stage->options.writes = &stage->writes;
    for (uint32_t i = 0; i < scenario->actor_count; i++) {
        stage->ends_tasks |= ends_process(&scenario->actors[i]);
    }
    for (uint32_t i = 0; i < stage->plan.count; i++) {
        enum strike_kind strike = stage->plan.mishaps[i].strike;

        stage->ends_tasks |= strike == STRIKE_CRASH || strike == STRIKE_HOST_REBOOT;
    }
}

void scenario_stage_free(struct scenario_stage *stage)
{
    snapshot_end(&stage->writes);
    names_free(&stage->names);
    free(stage->labels);
    free(stage->sites);
    free(stage->site_table);
}

struct stage scenario_stage(struct scenario_stage *stage)
{
    return (struct stage){.context = stage,
                          .memory = stage->memory,
                          .ends_tasks = stage->ends_tasks,
                          .begin = begin,
                          .variable = is_variable,
                          .before = before,
                          .after = after,
                          .rest = rest,
                          .pass = pass,
                          .state = state,
                          .over = over};
}

uint32_t scenario_stage_moved_count(const struct scenario_stage *stage)
{
    return stage->run->moved_count;
}

const struct moved *scenario_stage_moved(const struct scenario_stage *stage, uint32_t index)
{
    assert(index < stage->run->moved_count);
    return &stage->run->moved[index];
}
