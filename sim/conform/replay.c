#include "sim/conform/replay_state.h"

#include "sim/conform/world_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPLAY_SEED = 1, PASSES_MAX = 64 };

/* ---- divergences --------------------------------------------------------------------------------------------------
 */

void diverge(struct replay *replay, const char *where, const char *what, const char *recorded, const char *own)
{
    struct conformity *conformity = replay->conformity;

    *(struct divergence *)table_add(replay->arena, (void **)&conformity->divergences, &conformity->divergence_count,
                                    &conformity->divergence_size, sizeof(struct divergence)) =
        (struct divergence){where, what, recorded, own};
}

static const char *place(const struct replay *replay, const struct recorded_op *op)
{
    return arena_printf(replay->arena, "line %u, %s", op->line, op->task == NULL ? op->actor : op->task);
}

static void lose(struct replay *replay, const char *where, const char *what, const char *recorded, const char *own)
{
    diverge(replay, where, what, recorded, own);
    replay->lost = true;
}

/* ---- activities ---------------------------------------------------------------------------------------------------
 */

static bool is_node(const struct recorded_op *op)
{
    return strcmp(op->actor, "node") == 0;
}

static bool is_net(const struct recorded_op *op)
{
    return strcmp(op->port, "net") == 0;
}

static bool is_compared(const struct recorded_op *op)
{
    return is_node(op) && !is_net(op);
}

static uint32_t lane_of(struct replay *replay, const char *name)
{
    for (uint32_t i = 0; i < replay->lane_count; i++) {
        if (strcmp(replay->lanes[i].name, name) == 0) {
            return i;
        }
    }
    struct lane *lane =
        table_add(replay->arena, (void **)&replay->lanes, &replay->lane_count, &replay->lane_size, sizeof *lane);

    *lane = (struct lane){name, replay->lane_count - 1};
    return replay->lane_count - 1;
}

static const struct recorded_op *op_of(const struct replay *replay, const struct kernel_task *task)
{
    return task->event == 0 ? NULL : &replay->recording->ops[task->event - 1];
}

/* An activity goes on as long as one of its tasks waits for an answer that the recording has. */
static bool is_active(const struct replay *replay, uint32_t origin)
{
    for (uint32_t i = 0; i < replay->kernel.task_count; i++) {
        const struct kernel_task *task = replay->kernel.tasks[i];

        if (task->origin == origin && task->state != TASK_DONE) {
            const struct recorded_op *op = task->effect == NULL ? NULL : op_of(replay, task);

            if (op == NULL || op->completion >= 0) {
                return true;
            }
        }
    }
    return false;
}

/* ---- what drydock asks for ----------------------------------------------------------------------------------------
 */

static void on_issued(void *context, struct kernel_task *task, struct effect *effect)
{
    struct replay *replay = context;

    (void)effect;
    task->event = 0;
    *(struct kernel_task **)table_add(replay->arena, (void **)&replay->turn, &replay->turn_count, &replay->turn_size,
                                      sizeof(struct kernel_task *)) = task;
}

/* The next recorded operations of an activity that drydock has not asked for yet: the `skip`th, −1 when there is none.
 */
static int64_t next_recorded(const struct replay *replay, const char *lane, uint32_t skip)
{
    for (uint32_t i = 0; i < replay->recording->op_count; i++) {
        const struct recorded_op *op = &replay->recording->ops[i];

        if (is_compared(op) && !replay->asked[i] && strcmp(op->task, lane) == 0 && skip-- == 0) {
            return i;
        }
    }
    return -1;
}

/* Within a turn, what was issued may stand in any order among the activity's next operations (left_out.def). */
static void match(struct replay *replay, struct kernel_task *task, uint32_t window)
{
    const char *lane = replay->lanes[task->origin].name;
    struct operation own = canonical_request(replay->arena, task->effect);
    int64_t first = next_recorded(replay, lane, 0);

    for (uint32_t skip = 0; skip < window; skip++) {
        int64_t index = next_recorded(replay, lane, skip);

        if (index >= 0 && same_request(&replay->recorded[index], &own)) {
            replay->asked[index] = true;
            task->event = (uint32_t)index + 1;
            replay->conformity->effects[index] = (int)task->effect->id;
            return;
        }
    }
    if (first < 0) {
        lose(replay, arena_printf(replay->arena, "after the last operation of %s", lane), "one operation more", NULL,
             request_text(replay->arena, &own));
    } else {
        lose(replay, place(replay, &replay->recording->ops[first]), "another operation",
             request_text(replay->arena, &replay->recorded[first]), request_text(replay->arena, &own));
    }
}

/* Downloads are not compared, but one that failed in the recording fails here too: the first of its kind that the
 * activity has not had yet. */
static void learn_download(struct replay *replay, struct kernel_task *task)
{
    static const struct {
        enum effect_id id;
        const char *part;
    } kinds[] = {{EFFECT_NET_BLOCKED_REPOSITORIES, "blockedrepositories"},
                 {EFFECT_NET_VETTED_REPOSITORIES, "vettedrepositories"},
                 {EFFECT_NET_MANIFEST, "/manifests/"},
                 {EFFECT_NET_BLOB, "/blobs/"}};
    const char *lane = replay->lanes[task->origin].name;

    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
        for (uint32_t i = 0; kinds[kind].id == task->effect->id && i < replay->recording->op_count; i++) {
            const struct recorded_op *op = &replay->recording->ops[i];

            if (!is_node(op) || !is_net(op) || replay->asked[i] || strcmp(op->task, lane) != 0 ||
                strstr(op->op, kinds[kind].part) == NULL) {
                continue;
            }
            replay->asked[i] = true;
            replay->inject[i] = op->error != NULL || value_get_number(op->result, "status", 0) >= 400;
            task->event = i + 1;
            return;
        }
    }
}

/* Lets all that needs no recorded answer go on: new tasks, downloads. Then compares what was asked for. */
static void finish_turn(struct replay *replay)
{
    struct kernel *kernel = &replay->kernel;

    for (uint32_t i = 0; i < kernel_ready_count(kernel);) {
        struct kernel_task *task = kernel_ready(kernel, i);
        bool download = task->effect != NULL && effect_info(task->effect->id)->port == PORT_net;

        if (task->state == TASK_NEW || download) {
            for (uint32_t j = 0; j < replay->turn_count; j++) {
                if (replay->turn[j] == task) {
                    table_remove(replay->turn, &replay->turn_count, sizeof(struct kernel_task *), j--);
                }
            }
            if (download && task->state == TASK_ISSUED) {
                learn_download(replay, task);
            }
            kernel_step(kernel, i);
            i = 0;
        } else {
            i++;
        }
    }
    uint32_t window = replay->turn_count;

    for (uint32_t i = 0; i < window && !replay->lost; i++) {
        match(replay, replay->turn[i], window);
    }
    replay->turn_count = 0;
}

/* ---- time ---------------------------------------------------------------------------------------------------------
 */

static void advance_to(struct replay *replay, int64_t after_start_ms)
{
    struct kernel *kernel = &replay->kernel;
    int64_t at_ms = replay->start_ms + after_start_ms;

    while (kernel_next_ms(kernel) <= at_ms) {
        kernel_advance(kernel);
    }
    if (at_ms > kernel->world.now_ms) {
        kernel_advance_to(kernel, at_ms);
    }
}

/* ---- answers ------------------------------------------------------------------------------------------------------
 */

/* The names of what a prune is about to delete: its answer has ids of what is gone by then. */
static const struct value *names_by_id(struct replay *replay)
{
    const struct docker_engine *docker = &replay->kernel.world.docker;
    const struct value *names = value_empty_object();

    for (uint32_t i = 0; i < docker->container_count; i++) {
        names = value_with(replay->arena, names, arena_string(replay->arena, docker->containers[i].id),
                           value_string(replay->arena, docker->containers[i].name));
    }
    return names;
}

static const struct value *deleted_names(struct replay *replay, const struct effect *effect, const struct value *names)
{
    static const char *const keys[] = {"ContainersDeleted", "NetworksDeleted", "VolumesDeleted"};
    const struct value *deleted = value_empty_array();

    for (size_t key = 0; key < sizeof keys / sizeof keys[0]; key++) {
        const struct value *ids = value_get(effect->result, keys[key]);

        for (uint32_t i = 0; i < value_count(ids); i++) {
            const struct value *id = value_at(ids, i);
            /* A stand-in's recorded reply can hold anything. */
            const struct value *name = value_text(id) == NULL ? NULL : value_get(names, value_text(id));

            deleted = value_append(replay->arena, deleted, name != NULL ? name : id);
        }
    }
    return deleted;
}

static bool answer_as_recorded(void *context, struct kernel_task *task, struct effect *effect)
{
    struct replay *replay = context;
    const struct recorded_op *op = op_of(replay, task);

    if (op == NULL || !replay->inject[task->event - 1]) {
        return false;
    }
    int refusal = value_get_int(op->result, "status", 0);

    if (is_net(op) && op->error == NULL) {
        effect->error = error_with_status(&task->arena, refusal, NULL, "Request failed with status code %d", refusal);
        return true;
    }
    if (op->error == NULL) {
        effect->result = op->result; /* a stand-in's reply that the fakes have no other way to give */
        return true;
    }
    const char *message = value_get_text(op->error, "message");
    const char *command = value_get_text(op->args, "command");
    int status = value_get_int(op->error, "status", value_get_int(op->error, "code", 0));

    message = message == NULL ? "" : message;
    if (command != NULL && strncmp(message, "Command failed: ", 16) == 0 && strstr(message, command) == message + 16) {
        message += 16 + strlen(command); /* core/shell.c says it in front of what the command printed */
        message += message[0] == '\n';
    }
    effect->result = NULL;
    effect->error = error_with_status(&task->arena, status, value_get_text(op->error, "code"), "%s", message);
    return true;
}

/* Chance as recorded: the octet of the network that is about to be made (1.5). */
static uint32_t recorded_octet(void *context, struct kernel_task *task, uint32_t bound)
{
    struct replay *replay = context;
    const char *lane = replay->lanes[task->origin].name;
    int64_t index = 0;

    for (uint32_t skip = 0; (index = next_recorded(replay, lane, skip)) >= 0; skip++) {
        const struct value *ipam = value_get(replay->recording->ops[index].args, "IPAM");
        const char *subnet = value_get_text(value_at(value_get(ipam, "Config"), 0), "Subnet");
        unsigned octet = 0;

        if (subnet != NULL && sscanf(subnet, "172.23.%3u.", &octet) == 1 && octet < bound) {
            return octet;
        }
    }
    return 0;
}

static struct kernel_task *waiting_for(struct replay *replay, uint32_t index)
{
    for (uint32_t i = 0; i < replay->kernel.task_count; i++) {
        struct kernel_task *task = replay->kernel.tasks[i];

        if (task->state != TASK_DONE && task->effect != NULL && task->event == index + 1) {
            return task;
        }
    }
    return NULL;
}

static void complete(struct replay *replay, uint32_t index)
{
    const struct recorded_op *op = &replay->recording->ops[index];
    struct kernel_task *task = waiting_for(replay, index);

    if (task == NULL) {
        lose(replay, place(replay, op), "an operation that drydock does not ask for",
             request_text(replay->arena, &replay->recorded[index]), NULL);
        return;
    }
    while (task->state == TASK_ASLEEP) {
        kernel_advance(&replay->kernel);
    }
    struct operation own = canonical_request(replay->arena, task->effect);

    if (task->state == TASK_ISSUED) {
        const struct value *names = names_by_id(replay);

        surroundings_learn(replay, op);
        kernel_step_task(&replay->kernel, task);
        canonical_answer(replay->arena, task->effect, deleted_names(replay, task->effect, names), &own);
    } else {
        own.result = value_null();
    }
    if (same_answer(&replay->recorded[index], &own)) {
        replay->conformity->matched++;
    } else {
        diverge(replay, place(replay, op), "another answer", answer_text(replay->arena, &replay->recorded[index]),
                answer_text(replay->arena, &own));
    }
    kernel_step_task(&replay->kernel, task);
    finish_turn(replay);
}

/* ---- order --------------------------------------------------------------------------------------------------------
 */

/* Starts the activities whose first operation was called before the answer at hand came. */
static void start_due(struct replay *replay, const struct recorded_op *next)
{
    for (uint32_t i = 0; i < replay->recording->op_count && !replay->lost; i++) {
        const struct recorded_op *op = &replay->recording->ops[i];

        if (op->call > next->call && (op->setup != next->setup || op->called_ms >= next->completed_ms)) {
            return;
        }
        if (!is_node(op) || replay->asked[i] || is_net(op)) {
            continue;
        }
        uint32_t lane = lane_of(replay, op->task);

        if (!is_active(replay, lane)) {
            advance_to(replay, op->called_ms);
            if (!step_start(replay, lane, op)) {
                replay->lost = true;
                return;
            }
            finish_turn(replay);
        }
    }
}

static int by_completion(const void *left, const void *right)
{
    const struct recorded_op *one = *(const struct recorded_op *const *)left;
    const struct recorded_op *other = *(const struct recorded_op *const *)right;

    return (one->completion > other->completion) - (one->completion < other->completion);
}

static void compare_world(struct replay *replay, const char *which, const struct value *recorded)
{
    if (recorded == NULL || replay->lost) {
        replay->conformity->worlds += recorded != NULL;
        return;
    }
    const char *difference = world_difference(replay->arena, world_recorded(replay->arena, recorded),
                                              world_view(replay->arena, &replay->kernel));

    replay->conformity->worlds++;
    replay->conformity->matched_worlds += difference == NULL;
    if (difference != NULL) {
        diverge(replay, which, "another world", difference, NULL);
    }
}

static void follow(struct replay *replay)
{
    const struct recording *recording = replay->recording;
    const struct recorded_op **order = arena_alloc(replay->arena, (recording->op_count + 1) * sizeof *order);
    uint32_t count = 0;
    bool in_setup = true;

    for (uint32_t i = 0; i < recording->op_count; i++) {
        replay->conformity->operations += is_compared(&recording->ops[i]);
        if (recording->ops[i].completion >= 0) {
            order[count++] = &recording->ops[i];
        }
    }
    qsort(order, count, sizeof order[0], by_completion);
    for (uint32_t i = 0; i < count && !replay->lost; i++) {
        const struct recorded_op *op = order[i];

        if (in_setup && !op->setup) {
            in_setup = false;
            compare_world(replay, "initial world", recording->initial);
        }
        start_due(replay, op);
        if (replay->lost) {
            break;
        }
        advance_to(replay, op->completed_ms);
        if (!is_node(op)) {
            surroundings_act(replay, op);
        } else if (!is_net(op)) {
            complete(replay, (uint32_t)(op - recording->ops));
        }
    }
    for (uint32_t i = 0; i < recording->op_count; i++) {
        if (!is_compared(&recording->ops[i]) || recording->ops[i].completion >= 0) {
            continue;
        }
        replay->conformity->matched += replay->asked[i]; /* asked for alike, and never answered */
        if (!replay->asked[i] && !replay->lost) {
            diverge(replay, place(replay, &recording->ops[i]), "an operation that drydock does not ask for",
                    request_text(replay->arena, &replay->recorded[i]), NULL);
        }
    }
    compare_world(replay, "final world", recording->final);
}

/* The first divergence is an error in the recording and none, or one of another kind, in drydock: the error came from
 * outside the recorded world, and the next pass gives it. What drydock's world refuses otherwise stays a divergence. */
static bool find_injected(struct replay *replay)
{
    const struct conformity *conformity = replay->conformity;
    const struct divergence *first = conformity->divergence_count == 0 ? NULL : &conformity->divergences[0];

    if (first == NULL || strcmp(first->what, "another answer") != 0) {
        return false;
    }
    for (uint32_t i = 0; i < replay->recording->op_count; i++) {
        const struct recorded_op *op = &replay->recording->ops[i];
        double status = value_get_number(op->error, "status", 500);
        bool refused = strstr(first->own, "→ error") != NULL;

        if (op->error != NULL && !replay->inject[i] && (!refused || status >= 500) &&
            strcmp(first->where, place(replay, op)) == 0) {
            replay->inject[i] = true;
            return true;
        }
    }
    return false;
}

/* One pass. true when it found an error that only the recording can give: then another pass is needed. */
static bool pass(const struct recording *recording, const struct revision *revision, struct memory *memory,
                 struct arena *arena, bool *inject, struct conformity *conformity)
{
    struct replay *replay = arena_alloc(arena, sizeof *replay);

    memory_reset(memory);
    *conformity = (struct conformity){.recording = recording, .revision = revision};
    replay->recording = recording;
    replay->conformity = conformity;
    replay->arena = arena;
    replay->inject = inject;
    replay->start_ms = recording->started_ms;
    replay->recorded = arena_alloc(arena, (recording->op_count + 1) * sizeof *replay->recorded);
    replay->asked = arena_alloc(arena, recording->op_count + 1);
    conformity->effects = arena_alloc(arena, (recording->op_count + 1) * sizeof *conformity->effects);
    for (uint32_t i = 0; i < recording->op_count; i++) {
        conformity->effects[i] = -1;
    }
    for (uint32_t i = 0; i < recording->op_count; i++) {
        replay->recorded[i] = canonical_recorded(arena, &recording->ops[i]);
    }
    kernel_init(&replay->kernel, memory, REPLAY_SEED, replay->start_ms);
    replay->kernel.observer = (struct kernel_observer){.context = replay, .issued = on_issued};
    replay->kernel.inputs = (struct kernel_inputs){replay, answer_as_recorded, recorded_octet};
    replay->config.revision = revision;
    surroundings_build(replay);
    kernel_boot(&replay->kernel, &replay->config);
    follow(replay);
    return find_injected(replay);
}

struct conformity *recording_replay(const struct recording *recording, const struct revision *revision,
                                    struct memory *memory, struct arena *arena)
{
    struct conformity *conformity = arena_alloc(arena, sizeof *conformity);
    bool *inject = arena_alloc(arena, recording->op_count + 1);

    for (int i = 0; i < PASSES_MAX && pass(recording, revision, memory, arena, inject, conformity); i++) {
    }
    for (uint32_t i = 0; i < recording->op_count; i++) {
        if (inject[i] && !reply_is_input(&recording->ops[i])) {
            struct operation operation = canonical_recorded(arena, &recording->ops[i]);

            *(const char **)table_add(arena, (void **)&conformity->injected, &conformity->injected_count,
                                      &conformity->injected_size, sizeof(const char *)) =
                arena_printf(arena, "line %u: %s", recording->ops[i].line, answer_text(arena, &operation));
        }
    }
    return conformity;
}

bool conforms(const struct conformity *conformity)
{
    return conformity->divergence_count == 0 && conformity->matched == conformity->operations &&
           conformity->matched_worlds == conformity->worlds;
}
