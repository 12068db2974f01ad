#include "sim/search/machine.h"

#include "sim/search/grow.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SPACING = 6, SPACING_MAX = 1024, BACKS_MEASURED = 256 };

/* Room for saved runs: a deep search of a large world has to go back over longer ways. */
static const size_t saved_bytes_max = (size_t)64 << 20;

void machine_init(struct machine *machine, const struct stage *stage)
{
    memset(machine, 0, offsetof(struct machine, catalogue));
    memset(&machine->phase, 0, sizeof *machine - offsetof(struct machine, phase));
    machine->stage = stage;
    machine->gathers = true;
    machine->spacing = SPACING;
    catalogue_init(&machine->catalogue);
}

void machine_free(struct machine *machine)
{
    for (uint32_t i = 0; i < machine->saved_size; i++) {
        snapshot_free(&machine->saved[i].snapshot);
    }
    free(machine->saved);
    free(machine->path);
    free(machine->path_kept);
    free(machine->identities);
    free(machine->slot_by_identity);
    catalogue_free(&machine->catalogue);
}

/* ---- tasks and their slots ----------------------------------------------------------------------------------------
 */

static uint32_t *slot_place(const struct machine *machine, uint64_t identity)
{
    uint32_t place = (uint32_t)identity & (machine->slot_table_size - 1);

    while (machine->slot_by_identity[place] != 0 &&
           machine->identities[machine->slot_by_identity[place] - 1] != identity) {
        place = (place + 1) & (machine->slot_table_size - 1);
    }
    return &machine->slot_by_identity[place];
}

static uint32_t slot_of(struct machine *machine, uint64_t identity)
{
    if ((machine->identity_count + 1) * 2 > machine->slot_table_size) {
        uint32_t size = machine->slot_table_size == 0 ? 64 : machine->slot_table_size * 2;

        free(machine->slot_by_identity);
        machine->slot_by_identity = NULL;
        machine->slot_table_size = 0;
        grow((void *)&machine->slot_by_identity, &machine->slot_table_size, size, sizeof(uint32_t));
        for (uint32_t i = 0; i < machine->identity_count; i++) {
            *slot_place(machine, machine->identities[i]) = i + 1;
        }
    }
    uint32_t *place = slot_place(machine, identity);

    if (*place == 0) {
        grow((void *)&machine->identities, &machine->identity_size, machine->identity_count + 1,
             sizeof *machine->identities);
        machine->identities[machine->identity_count++] = identity;
        *place = machine->identity_count;
    }
    return *place - 1;
}

void machine_task_started(struct machine *machine, struct kernel_task *task)
{
    task->slot = slot_of(machine, task->identity);
    task->cause_phase = machine->phase;
    task->cause_event = machine->kernel == NULL || machine->kernel->running == NULL ? ORDER_NONE : machine->event_count;
}

/* ---- moving --------------------------------------------------------------------------------------------------------
 */

uint32_t machine_move_count(const struct machine *machine)
{
    return kernel_ready_count(machine->kernel);
}

uint32_t machine_move_slot(const struct machine *machine, uint32_t index)
{
    return kernel_ready(machine->kernel, index)->slot;
}

struct move machine_move(const struct machine *machine, uint32_t index)
{
    const struct stage *stage = machine->stage;
    const struct kernel_task *task = kernel_ready(machine->kernel, index);
    bool first = task->state == TASK_NEW && task->cause_phase == machine->phase;

    return (struct move){.slot = task->slot,
                         .index = index,
                         .variable = stage->variable != NULL && stage->variable(stage->context, task),
                         .cause = first ? task->cause_event : ORDER_NONE};
}

uint32_t machine_index(const struct machine *machine, uint32_t slot)
{
    const struct kernel *kernel = machine->kernel;

    for (uint32_t i = 0; i < kernel_ready_count(kernel); i++) {
        if (kernel_ready(kernel, i)->slot == slot) {
            return i;
        }
    }
    return ORDER_NONE;
}

bool machine_find(const struct machine *machine, uint32_t slot, struct move *move)
{
    uint32_t index = machine_index(machine, slot);

    if (index != ORDER_NONE) {
        *move = machine_move(machine, index);
    }
    return index != ORDER_NONE;
}

/* Whether the task that moved last could go on, and another is to move. */
static bool is_switch(const struct machine *machine, uint32_t slot)
{
    const struct path_step *last = machine->depth == 0 ? NULL : &machine->path[machine->depth - 1];

    return last != NULL && !last->pass && last->number != slot && machine_index(machine, last->number) != ORDER_NONE;
}

/* machine->depth is that of before the step. */
static void move_at(struct machine *machine, uint32_t index)
{
    const struct stage *stage = machine->stage;

    assert(index != ORDER_NONE && "a task that cannot move was asked to");
    if (stage->before != NULL) {
        const struct kernel_task *task = kernel_ready(machine->kernel, index);

        stage->before(stage->context, task, is_switch(machine, task->slot));
    }
    kernel_step(machine->kernel, index);
    if (stage->after != NULL) {
        stage->after(stage->context);
    }
    machine->event_count++;
}

static void do_pass(struct machine *machine, uint32_t way)
{
    machine->phase++;
    machine->event_count = 0;
    machine->stage->pass(machine->stage->context, way);
}

/* ---- saved runs ------------------------------------------------------------------------------------------------- */

static bool measures(const struct machine *machine)
{
    return machine->clock_ns != NULL && machine->backs_measured < BACKS_MEASURED;
}

/* The least, for what else goes on on the computer does not count. */
static void note_least(uint64_t *least_ns, uint64_t ns)
{
    if (*least_ns == 0 || ns < *least_ns) {
        *least_ns = ns;
    }
}

/* Gives back every second saved run but the start, and all room that is not in use: from now on they are farther apart.
 */
static void thin_out(struct machine *machine)
{
    uint32_t kept = 1;

    for (uint32_t i = 1; i < machine->saved_size; i++) {
        if (i < machine->saved_count && i % 2 == 0) {
            struct saved_run held = machine->saved[kept];

            machine->saved[kept++] = machine->saved[i];
            machine->saved[i] = held;
        }
    }
    for (uint32_t i = kept; i < machine->saved_size; i++) {
        machine->saved_bytes -= machine->saved[i].snapshot.size;
        snapshot_free(&machine->saved[i].snapshot);
    }
    machine->saved_count = kept;
    machine->spacing_min = machine->spacing * 2;
    machine->spacing = machine->spacing_min;
}

static void save(struct machine *machine)
{
    uint64_t start_ns = measures(machine) ? machine->clock_ns() : 0;

    grow((void *)&machine->saved, &machine->saved_size, machine->saved_count + 1, sizeof *machine->saved);
    struct saved_run *saved = &machine->saved[machine->saved_count++];

    saved->depth = machine->depth;
    saved->phase = machine->phase;
    saved->event_count = machine->event_count;
    machine->saved_bytes -= saved->snapshot.size;
    snapshot_take(&saved->snapshot, &machine->scope);
    machine->saved_bytes += saved->snapshot.size;
    if (machine->saved_bytes > saved_bytes_max && machine->saved_count > 2) {
        thin_out(machine);
    }
    if (measures(machine)) {
        note_least(&machine->save_ns, machine->clock_ns() - start_ns);
    }
}

/* An execution has n new steps, and on the way to it (spacing - 1) / 2 are run again: n * save / spacing + step *
 * spacing / 2 is least when spacing² = 2 * n * save / step. */
static void choose_spacing(struct machine *machine)
{
    uint64_t new_steps = machine->steps_measured / BACKS_MEASURED;
    uint32_t spacing = machine->spacing_min > 0 ? machine->spacing_min : 1;

    while (spacing < SPACING_MAX && (uint64_t)spacing * spacing * machine->step_ns < 2 * new_steps * machine->save_ns) {
        spacing++;
    }
    machine->spacing = spacing;
}

static void add_step(struct machine *machine, struct path_step step)
{
    grow((void *)&machine->path, &machine->path_size, machine->depth + 1, sizeof *machine->path);
    machine->path[machine->depth++] = step;
    if (machine->spacing != 0 && machine->saved_count > 0 &&
        machine->depth - machine->saved[machine->saved_count - 1].depth >= machine->spacing) {
        save(machine);
    }
}

const struct footprint *machine_step_at(struct machine *machine, uint32_t slot, uint32_t index)
{
    const struct footprint *footprint = machine->catalogue.empty;
    uint64_t start_ns = measures(machine) ? machine->clock_ns() : 0;

    if (machine->gathers) {
        footprint_begin(&machine->catalogue);
        move_at(machine, index);
        footprint = footprint_end(&machine->catalogue);
    } else {
        move_at(machine, index);
    }
    machine->transition_count++;
    if (measures(machine)) {
        note_least(&machine->step_ns, machine->clock_ns() - start_ns);
        machine->steps_measured++;
    }
    add_step(machine, (struct path_step){.number = slot, .footprint = footprint});
    return footprint;
}

const struct footprint *machine_step(struct machine *machine, uint32_t slot)
{
    uint32_t index = machine_index(machine, slot);

    assert(index != ORDER_NONE && "a task that cannot move was asked to");
    return machine_step_at(machine, slot, index);
}

void machine_keep(struct machine *machine)
{
    if (machine->saved_count > 0 && machine->saved[machine->saved_count - 1].depth != machine->depth) {
        save(machine);
    }
}

uint32_t machine_rest(const struct machine *machine)
{
    return machine->stage->rest == NULL ? 0 : machine->stage->rest(machine->stage->context);
}

void machine_pass(struct machine *machine, uint32_t way)
{
    do_pass(machine, way);
    add_step(machine, (struct path_step){.pass = true, .number = way});
}

bool machine_over(const struct machine *machine)
{
    return machine->stage->over != NULL && machine->stage->over(machine->stage->context);
}

/* ---- going back ----------------------------------------------------------------------------------------------------
 */

static void begin(struct machine *machine)
{
    machine->phase = 0;
    machine->event_count = 0;
    memory_reset(machine->stage->memory);
    machine->kernel = NULL;
    machine->stage->begin(machine->stage->context, machine, &machine->scope);
    machine->kernel = machine->scope.kernel;
}

static void back_to_saved(struct machine *machine, uint32_t index)
{
    const struct saved_run *saved = &machine->saved[index];

    snapshot_restore(&saved->snapshot, &machine->scope);
    machine->phase = saved->phase;
    machine->event_count = saved->event_count;
    machine->depth = saved->depth;
}

void machine_start(struct machine *machine)
{
    if (machine->saved_count == 0) {
        begin(machine);
        machine->depth = 0;
        if (snapshot_possible()) {
            snapshot_begin(&machine->scope);
            save(machine);
        }
        return;
    }
    machine->saved_count = 1;
    back_to_saved(machine, 0);
}

/* To a point of the path, from the last saved run before it. */
static void go_to(struct machine *machine, uint32_t depth)
{
    bool gathers = machine->gathers;

    if (machine->saved_count == 0) {
        begin(machine);
        machine->depth = 0;
    } else {
        uint32_t index = machine->saved_count - 1;

        while (machine->saved[index].depth > depth) {
            index--;
        }
        back_to_saved(machine, index);
    }
    machine->gathers = false;
    while (machine->depth < depth) {
        const struct path_step *step = &machine->path[machine->depth];

        if (step->pass) {
            do_pass(machine, step->number);
        } else {
            move_at(machine, machine_index(machine, step->number));
            machine->repeated_count++;
        }
        machine->depth++;
    }
    machine->gathers = gathers;
}

void machine_back(struct machine *machine, uint32_t depth)
{
    assert(depth <= machine->depth);
    if (measures(machine) && machine->spacing != 0 && ++machine->backs_measured == BACKS_MEASURED) {
        choose_spacing(machine);
    }
    while (machine->saved_count > 1 && machine->saved[machine->saved_count - 1].depth > depth) {
        machine->saved_count--;
    }
    go_to(machine, depth);
}

const struct footprint *machine_detour(struct machine *machine, uint32_t depth, const uint32_t *slots, uint32_t count)
{
    const struct footprint *footprint = machine->catalogue.empty;
    uint32_t path_length = machine->depth;
    uint32_t spacing = machine->spacing;

    assert(depth <= path_length);
    grow((void *)&machine->path_kept, &machine->path_kept_size, path_length, sizeof *machine->path_kept);
    memcpy(machine->path_kept, machine->path, path_length * sizeof *machine->path);
    /* The path stays, and with it the runs that were saved along it; on the detour none is. */
    machine->spacing = 0;
    go_to(machine, depth);
    for (uint32_t i = 0; i < count; i++) {
        footprint = machine_step(machine, slots[i]);
    }
    machine->spacing = spacing;
    memcpy(machine->path, machine->path_kept, path_length * sizeof *machine->path);
    machine->depth = path_length;
    return footprint;
}
