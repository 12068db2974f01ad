#include "sim/kernel/kernel.h"

#include <assert.h>
#include <string.h>

/* ---- the ready queue --------------------------------------------------------------------------------------- */

/* The ring's size is a power of two. */
static struct kernel_task **ready_slot(const struct kernel *kernel, uint32_t index)
{
    return &kernel->ready[(kernel->ready_first + index) & (kernel->ready_size - 1)];
}

static void ready_push(struct kernel *kernel, struct kernel_task *task)
{
    assert(!task->queued);
    if (kernel->ready_count == kernel->ready_size) {
        uint32_t size = kernel->ready_size == 0 ? 32 : kernel->ready_size * 2;
        struct kernel_task **ready = arena_alloc(&kernel->arena, size * sizeof *ready);

        for (uint32_t i = 0; i < kernel->ready_count; i++) {
            ready[i] = *ready_slot(kernel, i);
        }
        kernel->ready = ready;
        kernel->ready_size = size;
        kernel->ready_first = 0;
    }
    *ready_slot(kernel, kernel->ready_count++) = task;
    task->queued = true;
}

static struct kernel_task *ready_take(struct kernel *kernel, uint32_t index)
{
    struct kernel_task *task = *ready_slot(kernel, index);

    assert(index < kernel->ready_count);
    /* The shorter side closes the gap. */
    if (index <= kernel->ready_count / 2) {
        for (uint32_t i = index; i > 0; i--) {
            *ready_slot(kernel, i) = *ready_slot(kernel, i - 1);
        }
        kernel->ready_first = (kernel->ready_first + 1) & (kernel->ready_size - 1);
    } else {
        for (uint32_t i = index; i + 1 < kernel->ready_count; i++) {
            *ready_slot(kernel, i) = *ready_slot(kernel, i + 1);
        }
    }
    kernel->ready_count--;
    task->queued = false;
    return task;
}

uint32_t kernel_ready_count(const struct kernel *kernel)
{
    return kernel->ready_count;
}

struct kernel_task *kernel_ready(const struct kernel *kernel, uint32_t index)
{
    assert(index < kernel->ready_count);
    return *ready_slot(kernel, index);
}

/* ---- timers ------------------------------------------------------------------------------------------------ */

static bool timer_before(const struct kernel_timer *left, const struct kernel_timer *right)
{
    return left->at_ms != right->at_ms ? left->at_ms < right->at_ms : left->order < right->order;
}

static void timer_swap(struct kernel_timer *left, struct kernel_timer *right)
{
    struct kernel_timer held = *left;

    *left = *right;
    *right = held;
}

void kernel_at(struct kernel *kernel, int64_t at_ms, void (*fire)(void *, uint32_t), void *context, uint32_t tag)
{
    struct kernel_timer *timer = table_add(&kernel->arena, (void **)&kernel->timers, &kernel->timer_count,
                                           &kernel->timer_size, sizeof kernel->timers[0]);
    uint32_t index = kernel->timer_count - 1;

    *timer = (struct kernel_timer){at_ms > kernel->world.now_ms ? at_ms : kernel->world.now_ms, kernel->timer_order++,
                                   fire, context, tag};
    while (index > 0 && timer_before(&kernel->timers[index], &kernel->timers[(index - 1) / 2])) {
        timer_swap(&kernel->timers[index], &kernel->timers[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
}

static struct kernel_timer timer_take(struct kernel *kernel)
{
    struct kernel_timer first = kernel->timers[0];
    uint32_t index = 0;

    kernel->timers[0] = kernel->timers[--kernel->timer_count];
    for (;;) {
        uint32_t least = index;

        for (uint32_t child = 2 * index + 1; child <= 2 * index + 2; child++) {
            if (child < kernel->timer_count && timer_before(&kernel->timers[child], &kernel->timers[least])) {
                least = child;
            }
        }
        if (least == index) {
            return first;
        }
        timer_swap(&kernel->timers[index], &kernel->timers[least]);
        index = least;
    }
}

/* A sleeper's or slow call's timer carries the task's number; the task may be gone by then. */
static void task_due(void *context, uint32_t number)
{
    struct kernel *kernel = context;

    for (uint32_t i = 0; i < kernel->task_count; i++) {
        struct kernel_task *task = kernel->tasks[i];

        if (task->number == number) {
            assert(task->state == TASK_ASLEEP || task->state == TASK_PENDING);
            task->state = task->state == TASK_ASLEEP ? TASK_APPLIED : TASK_ISSUED;
            ready_push(kernel, task);
            return;
        }
    }
}

int64_t kernel_next_ms(const struct kernel *kernel)
{
    return kernel->timer_count == 0 ? INT64_MAX : kernel->timers[0].at_ms;
}

void kernel_advance_to(struct kernel *kernel, int64_t at_ms)
{
    int64_t from_ms = kernel->world.now_ms;

    assert(at_ms >= from_ms);
    kernel->world.now_ms = at_ms;
    if (at_ms != from_ms && kernel->observer.time_moved != NULL) {
        kernel->observer.time_moved(kernel->observer.context, from_ms);
    }
}

void kernel_jump(struct kernel *kernel, int64_t by_ms)
{
    int64_t from_ms = kernel->world.now_ms;

    assert(by_ms >= 0);
    kernel->world.now_ms += by_ms;
    for (uint32_t i = 0; i < kernel->timer_count; i++) {
        kernel->timers[i].at_ms += by_ms;
    }
    for (uint32_t i = 0; i < kernel->task_count; i++) {
        kernel->tasks[i]->deadline_ms += by_ms;
    }
    if (kernel->observer.time_moved != NULL) {
        kernel->observer.time_moved(kernel->observer.context, from_ms);
    }
}

void kernel_advance(struct kernel *kernel)
{
    int64_t at_ms = kernel_next_ms(kernel);

    assert(at_ms != INT64_MAX);
    kernel_advance_to(kernel, at_ms);
    while (kernel->timer_count > 0 && kernel->timers[0].at_ms <= at_ms) {
        struct kernel_timer timer = timer_take(kernel);

        timer.fire(timer.context, timer.tag);
    }
}

/* ---- tasks ------------------------------------------------------------------------------------------------- */

static void task_main(void *argument)
{
    struct kernel_task *task = argument;

    task->run(&task->task, task->argument);
}

enum { BASE = 10 }; /* of the numbers in labels */

static uint32_t digits_of(uint32_t number)
{
    uint32_t digits = 1;

    while (number >= BASE) {
        number /= BASE;
        digits++;
    }
    return digits;
}

/* From the last child's number to the first ancestor whose text is there. */
static const char *spell_label(const struct kernel_label *label)
{
    size_t length = 0;
    const struct kernel_label *known = label;

    for (; known->text == NULL; known = known->parent) {
        length += strlen("/") + digits_of(known->number);
    }
    size_t known_length = strlen(known->text);
    char *text = arena_alloc(label->arena, known_length + length + 1);
    char *end = text + known_length + length;

    memcpy(text, known->text, known_length);
    for (; label != known; label = label->parent) {
        uint32_t number = label->number;

        do {
            *--end = (char)('0' + number % BASE);
            number /= BASE;
        } while (number > 0);
        *--end = '/';
    }
    return text;
}

const char *kernel_label(const struct kernel_task *task)
{
    struct kernel_label *label = task->label;

    if (label->text == NULL) {
        label->text = spell_label(label);
    }
    return label->text;
}

/* A child is named after its parent, whatever else is going on. */
static void name_task(struct kernel *kernel, struct kernel_task *task, const struct kernel_start *start)
{
    struct kernel_task *parent = kernel->running;

    if (task->label == NULL) {
        task->label = arena_alloc(&kernel->arena, sizeof *task->label);
    }
    task->label->arena = &kernel->arena;
    if (parent == NULL) {
        task->label->text = start->label == NULL ? start->name : start->label;
        task->identity = hash_text(task->label->text);
    } else {
        parent->child_count++;
        task->label->parent = parent->label;
        task->label->number = parent->child_count;
        task->identity = hash_combine(parent->identity, parent->child_count);
    }
    task->prng.state = hash_combine(kernel->seed, task->identity);
}

struct kernel_task *kernel_start(struct kernel *kernel, struct kernel_start start)
{
    struct kernel_task **free = start.passing ? &kernel->free_passing : &kernel->free_tasks;
    struct kernel_task *task = *free, before = {.label = NULL};

    if (task == NULL) {
        task = arena_alloc(&kernel->arena, sizeof *task);
    } else {
        *free = task->next_free;
        before = *task;
    }
    *task =
        (struct kernel_task){.state = TASK_NEW,
                             .number = start.passing && before.label != NULL ? before.number : kernel->task_number++,
                             .label = start.passing ? before.label : NULL,
                             .origin = start.origin,
                             .of_node = start.of_node,
                             .spawned = start.spawned,
                             .passing = start.passing,
                             .run = start.run};
    name_task(kernel, task, &start);
    arena_init(&task->arena, &kernel->memory->source);
    task->task = (struct task){.node = &kernel->node, .arena = &task->arena, .name = start.name, .host = task};

    /* The stack is one chunk, hung in behind the arena's own: it is given back with the rest. */
    arena_alloc(&task->arena, 1);
    struct arena_chunk *chunk = kernel->memory->source.lend(&kernel->memory->source, KERNEL_STACK_SIZE);

    chunk->next = task->arena.chunks->next;
    task->arena.chunks->next = chunk;
    coroutine_init(&task->coroutine, (char *)(chunk + 1), chunk->size - sizeof *chunk, task_main, task);

    if (start.size > 0) {
        void *copy = arena_alloc(&task->arena, start.size);

        memcpy(copy, start.argument, start.size);
        task->argument = copy;
    }
    *(struct kernel_task **)table_add(&kernel->arena, (void **)&kernel->tasks, &kernel->task_count, &kernel->task_size,
                                      sizeof kernel->tasks[0]) = task;
    ready_push(kernel, task);
    if (kernel->observer.started != NULL) {
        kernel->observer.started(kernel->observer.context, task);
    }
    return task;
}

static void task_end(struct kernel *kernel, struct kernel_task *task, bool killed)
{
    task->state = TASK_DONE;
    if (kernel->observer.ended != NULL) {
        kernel->observer.ended(kernel->observer.context, task, killed);
    }
    coroutine_release(&task->coroutine);
    arena_reset(&task->arena);
    for (uint32_t i = 0; i < kernel->task_count; i++) {
        if (kernel->tasks[i] == task) {
            table_remove(kernel->tasks, &kernel->task_count, sizeof kernel->tasks[0], i);
            break;
        }
    }
    struct kernel_task **free = task->passing ? &kernel->free_passing : &kernel->free_tasks;

    task->next_free = *free;
    *free = task;
}

/* Runs the task to its next issue or its end. */
static void task_run(struct kernel *kernel, struct kernel_task *task)
{
    kernel->running = task;
    coroutine_resume(&task->coroutine);
    kernel->running = NULL;
    assert(!coroutine_overran(&task->coroutine));
    if (task->coroutine.finished) {
        task_end(kernel, task, false);
    }
}

/* ---- the door ---------------------------------------------------------------------------------------------- */

static void perform_spawn(struct kernel *kernel, struct kernel_task *parent, const struct spawn *spawn)
{
    kernel_start(kernel, (struct kernel_start){.name = parent->task.name,
                                               .origin = parent->origin,
                                               .of_node = parent->of_node,
                                               .spawned = true,
                                               .run = spawn->run,
                                               .argument = spawn->argument,
                                               .size = spawn->size});
}

/* [a]: another task whose answer is there may run first, if the strategy likes (lifecycle.md 0.2). */
static void perform_microtask(struct kernel *kernel, struct kernel_task *task)
{
    if (!kernel->choose_microtasks || prng_below(&kernel->choices, 2) == 0) {
        return;
    }
    for (uint32_t i = 0; i < kernel->ready_count; i++) {
        if (kernel_ready(kernel, i)->state == TASK_APPLIED) {
            task->state = TASK_APPLIED;
            ready_push(kernel, task);
            coroutine_yield(&task->coroutine);
            return;
        }
    }
}

static void perform_immediately(struct kernel *kernel, struct kernel_task *task, struct effect *effect)
{
    switch (effect->id) {
    case EFFECT_CLOCK_NOW:
        effect->amount = (double)kernel->world.now_ms;
        return;
    case EFFECT_NODE_RANDOM:
        effect->amount = kernel->inputs.chance != NULL
                             ? kernel->inputs.chance(kernel->inputs.context, task, (uint32_t)effect->amount)
                             : prng_below(&task->prng, (uint32_t)effect->amount);
        return;
    case EFFECT_NODE_SPAWN:
        perform_spawn(kernel, task, effect->payload);
        return;
    case EFFECT_CLOCK_MICROTASK:
        perform_microtask(kernel, task);
        return;
    default:
        if (kernel->observer.immediate != NULL) {
            kernel->observer.immediate(kernel->observer.context, task, effect);
        }
    }
}

static void kernel_perform(void *context, struct task *core_task, struct effect *effect)
{
    struct kernel *kernel = context;
    struct kernel_task *task = core_task->host;

    assert(kernel->running == task);
    if (effect_info(effect->id)->immediate) {
        perform_immediately(kernel, task, effect);
        return;
    }
    task->effect = effect;
    task->issued[effect->id]++;
    if (kernel->observer.issued != NULL) {
        kernel->observer.issued(kernel->observer.context, task, effect);
    }
    int64_t wait_ms = 0;

    task->slow = false;
    if (effect->id == EFFECT_CLOCK_DELAY) {
        /* A delay has no apply: it is over when its time has come. */
        wait_ms = effect->amount > 0 ? (int64_t)effect->amount : 0;
        effect->result = value_null();
        task->state = TASK_ASLEEP;
    } else {
        wait_ms =
            kernel->faults.slowness_ms == NULL ? 0 : kernel->faults.slowness_ms(kernel->faults.context, task, effect);
        task->slow = wait_ms > 0;
        task->state = task->slow ? TASK_PENDING : TASK_ISSUED;
    }
    if (task->state == TASK_ISSUED) {
        ready_push(kernel, task);
    } else {
        task->deadline_ms = kernel->world.now_ms + wait_ms;
        kernel_at(kernel, task->deadline_ms, task_due, kernel, task->number);
    }
    coroutine_yield(&task->coroutine);
}

/* ---- transitions ------------------------------------------------------------------------------------------- */

/* The alternatives of apply: design.md, Faults. */
static void apply_with_fault(struct kernel *kernel, struct kernel_task *task, struct effect *effect,
                             enum fault_kind fault)
{
    const struct fault_info *info = fault_info(fault);
    struct arena *arena = &task->arena;

    if (info->happens) {
        world_apply(&kernel->world, effect, arena);
    }
    switch (fault) {
    case FAULT_NONE:
    case FAULT_SLOW:
        return;
    case FAULT_GARBLED:
        effect->error = NULL;
        effect->result = value_string(arena, "<html><body>502 Bad Gateway</body></html>");
        return;
    case FAULT_IN_BAND:
        effect->result =
            OBJECT(arena, {"status", value_string(arena, "error")},
                   {"error", value_string(arena, "toomanyrequests: You have reached your pull rate limit")},
                   {"data", value_null()});
        return;
    default:
        effect->result = NULL;
        effect_fail(effect, arena, info->status,
                    fault == FAULT_REFUSED      ? "ECONNREFUSED"
                    : fault == FAULT_LOST_REPLY ? "ETIMEDOUT"
                                                : NULL,
                    "%s", info->message);
    }
}

/* The task sees its answer and goes on. */
static void task_resume(struct kernel *kernel, struct kernel_task *task)
{
    struct effect *effect = task->effect;

    if (effect != NULL) {
        task->effect = NULL;
        if (kernel->observer.resumed != NULL) {
            kernel->observer.resumed(kernel->observer.context, task, effect);
        }
    }
    task_run(kernel, task);
}

static void task_apply(struct kernel *kernel, struct kernel_task *task)
{
    struct effect *effect = task->effect;
    enum fault_kind fault =
        kernel->faults.pick == NULL ? FAULT_NONE : kernel->faults.pick(kernel->faults.context, task, effect);

    if (fault == FAULT_NONE && task->slow) {
        fault = FAULT_SLOW;
    }
    task->fault = fault;
    kernel->world.change_count = 0;
    if (kernel->inputs.answer == NULL || !kernel->inputs.answer(kernel->inputs.context, task, effect)) {
        apply_with_fault(kernel, task, effect, fault);
    }
    assert(effect->result != NULL || effect->error != NULL);
    task->state = TASK_APPLIED;
    if (!kernel->fused) {
        ready_push(kernel, task);
    }
    if (kernel->observer.applied != NULL) {
        kernel->observer.applied(kernel->observer.context, task, effect, fault);
    }
    if (kernel->faults.strike != NULL) {
        kernel->faults.strike(kernel->faults.context, task, effect);
    } else if (kernel->fused) {
        task_resume(kernel, task);
    }
}

void kernel_step(struct kernel *kernel, uint32_t index)
{
    struct kernel_task *task = ready_take(kernel, index);

    kernel->step_count++;
    switch (task->state) {
    case TASK_NEW:
        task_run(kernel, task);
        break;
    case TASK_ISSUED:
        task_apply(kernel, task);
        break;
    case TASK_APPLIED:
        task_resume(kernel, task);
        break;
    case TASK_PENDING:
    case TASK_ASLEEP:
    case TASK_DONE:
        assert(false && "a task that cannot move stands in the ready queue");
    }
}

void kernel_step_task(struct kernel *kernel, struct kernel_task *task)
{
    for (uint32_t i = 0; i < kernel->ready_count; i++) {
        if (kernel_ready(kernel, i) == task) {
            kernel_step(kernel, i);
            return;
        }
    }
    assert(false && "a task that cannot move was asked to");
}

/* ---- life -------------------------------------------------------------------------------------------------- */

void kernel_init(struct kernel *kernel, struct memory *memory, uint64_t seed, int64_t now_ms)
{
    *kernel = (struct kernel){.memory = memory};
    arena_init(&kernel->arena, &memory->source);
    arena_init(&kernel->still, &memory->source);
    arena_init(&kernel->node_arena, &memory->source);
    kernel->seed = seed;
    kernel->choices.state = hash_combine(seed, 1);
    world_init(&kernel->world, &kernel->arena, seed, now_ms);
}

void kernel_build(struct kernel *kernel)
{
    kernel->arena.still = &kernel->still;
}

void kernel_settle(struct kernel *kernel)
{
    kernel->arena.still = NULL;
}

void kernel_boot(struct kernel *kernel, const struct node_config *config)
{
    assert(!kernel->node_up);
    node_start(&kernel->node, &kernel->node_arena, (struct door){kernel, kernel_perform, kernel->log_unread}, config);
    kernel->node_up = true;
}

void kernel_hush_log(struct kernel *kernel)
{
    kernel->log_unread = true;
    kernel->node.door.log_unread = true;
}

void kernel_crash(struct kernel *kernel)
{
    assert(kernel->running == NULL || !kernel->running->of_node);
    for (uint32_t i = 0; i < kernel->ready_count;) {
        if (kernel_ready(kernel, i)->of_node) {
            ready_take(kernel, i);
        } else {
            i++;
        }
    }
    for (uint32_t i = 0; i < kernel->task_count;) {
        if (kernel->tasks[i]->of_node) {
            task_end(kernel, kernel->tasks[i], true);
        } else {
            i++;
        }
    }
    arena_reset(&kernel->node_arena);
    kernel->node_up = false;
}
