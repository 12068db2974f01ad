#include "sim/scenario/runner.h"

#include "sim/scenario/world_value.h"

#include <string.h>

/* ---- what the kernel tells, to recorder and oracles -------------------------------------------------------------- */

static void on_started(void *context, struct kernel_task *task)
{
    struct runner *runner = context;

    recorder_started(&runner->recorder, task);
    oracles_started(&runner->oracles, task);
}

static void on_issued(void *context, struct kernel_task *task, struct effect *effect)
{
    struct runner *runner = context;

    recorder_issued(&runner->recorder, task, effect);
    schedule_issued(runner, task, effect);
}

static void on_applied(void *context, struct kernel_task *task, struct effect *effect, enum fault_kind fault)
{
    struct runner *runner = context;

    recorder_applied(&runner->recorder, task, effect, fault);
    oracles_applied(&runner->oracles, task, effect, fault);
}

static void on_resumed(void *context, struct kernel_task *task, struct effect *effect)
{
    struct runner *runner = context;

    recorder_resumed(&runner->recorder, task, effect);
}

static void on_immediate(void *context, struct kernel_task *task, struct effect *effect)
{
    struct runner *runner = context;

    recorder_immediate(&runner->recorder, task, effect);
    oracles_immediate(&runner->oracles, task, effect);
}

static void on_ended(void *context, struct kernel_task *task, bool killed)
{
    struct runner *runner = context;

    oracles_ended(&runner->oracles, task, killed);
}

static void on_time_moved(void *context, int64_t from_ms)
{
    struct runner *runner = context;

    (void)from_ms;
    oracles_time_moved(&runner->oracles);
}

/* ---- the run ------------------------------------------------------------------------------------------------------
 */

static struct run_record *record_new(const struct runner *runner, struct arena *arena)
{
    const struct scenario *scenario = runner->scenario;
    struct run_record *record = arena_alloc(arena, sizeof *record);

    record->scenario = arena_string(arena, scenario->name);
    record->summary = scenario->summary == NULL ? NULL : arena_string(arena, scenario->summary);
    record->file = arena_string(arena, scenario->file);
    record->revision = runner->options.revision->name;
    record->without = arena_alloc(arena, SWITCH_COUNT * sizeof *record->without);
    for (unsigned i = 0; i < SWITCH_COUNT; i++) {
        if ((runner->options.without & (1u << i)) != 0) {
            record->without[record->without_count++] = switch_info(i)->name;
        }
    }
    record->seed = runner->options.seed_given ? runner->options.seed : scenario->seed;
    record->strategy = scenario->has_course ? "course" : scenario->random ? "random" : "script";
    record->source = scenario->source;
    record->clock_start_ms = scenario->clock_ms;
    return record;
}

/* Flags and task lists that the scenario says the process starts with. */
static void set_node_state(struct runner *runner)
{
    const struct scenario_world *world = &runner->scenario->world;
    struct node *node = &runner->kernel.node;

    for (unsigned i = 0; i < FLAG_COUNT; i++) {
        node->cells.flags[i] =
            (node->cells.flags[i] || (world->flags_set & (1u << i)) != 0) && (world->flags_clear & (1u << i)) == 0;
    }
    for (uint32_t i = 0; i < world->backup_count; i++) {
        cache_set(&node->cells.caches[CELL_BACKUP_IN_PROGRESS], world->backup[i], node, runner->start_ms);
    }
    for (uint32_t i = 0; i < world->restore_count; i++) {
        cache_set(&node->cells.caches[CELL_RESTORE_IN_PROGRESS], world->restore[i], node, runner->start_ms);
    }
}

struct runner *runner_begin(const struct scenario *scenario, const struct run_options *options,
                            struct memory *run_memory, struct arena *arena, struct arena *record_arena,
                            struct arena *event_arena)
{
    struct runner *runner = arena_alloc(arena, sizeof *runner);

    runner->scenario = scenario;
    runner->options = *options;
    runner->revision = *options->revision;
    runner->revision.switches &= ~options->without;
    runner->plan = options->plan != NULL ? *options->plan : scenario->plan;
    runner->options.hold_any = options->hold_any || scenario->has_course;
    runner->start_ms = scenario->clock_ms;
    runner->end_ms = scenario->duration_ms == 0 ? INT64_MAX : scenario->clock_ms + scenario->duration_ms;
    runner->record = record_new(runner, record_arena);

    struct kernel *kernel = &runner->kernel;

    kernel_init(kernel, run_memory, runner->record->seed, scenario->clock_ms);
    world_tell_writes(&kernel->world, options->writes);
    kernel_build(kernel);
    kernel->choose_microtasks = scenario->random;
    scenario_build_world(scenario, &kernel->world, &runner->revision, &runner->config);
    runner->config.asked = options->asked;
    kernel->world.docker.backend = options->docker;
    kernel_boot(kernel, &runner->config);
    set_node_state(runner);
    recorder_init(&runner->recorder, kernel, record_arena, event_arena, runner->record,
                  options->keep_events || expectations_want_events(runner));
    if (options->keep_events) {
        runner->record->first_world = world_value(event_arena, kernel);
    }
    oracles_init(&runner->oracles, kernel, &runner->recorder, scenario, scenario->world.ip);
    kernel->observer = (struct kernel_observer){runner,     on_started,   on_issued, on_applied,
                                                on_resumed, on_immediate, on_ended,  on_time_moved};
    kernel->faults = injector_faults(runner);
    actors_arm(runner);
    kernel_settle(kernel);
    return runner;
}

void runner_end(struct runner *runner)
{
    injector_report(runner);
    expectations_check(runner);
    runner->record->virtual_ms = runner->kernel.world.now_ms - runner->start_ms;
    runner->record->transitions = runner->kernel.step_count;
    if (runner->options.keep_events) {
        runner->record->last_world = world_value(runner->recorder.events, &runner->kernel);
    }
}

struct run_record runner_look(struct runner *runner)
{
    struct run_record *own = runner->record;
    struct run_record look = *own;

    runner->record = &look;
    runner_end(runner);
    runner->record = own;
    return look;
}

struct run_record *scenario_run(const struct scenario *scenario, const struct run_options *options,
                                struct memory *run_memory, struct arena *record_arena, struct arena *event_arena)
{
    struct arena arena;

    memory_reset(run_memory);
    arena_init(&arena, &run_memory->source);
    struct runner *runner = runner_begin(scenario, options, run_memory, &arena, record_arena, event_arena);
    struct run_record *record = runner->record;

    schedule_follow(runner);
    runner_end(runner);
    if (!options->keep_events) {
        arena_reset(event_arena);
        record->events = NULL;
        record->event_count = 0;
        record->event_size = 0;
    }
    return record;
}
