#define CALLS_FOR_ITS_CALLERS /* see FROM_HERE */
#include "core/docker_service.h"

#include "core/names.h"

#include <string.h>

/* ---- errors in the client library's words (12.8)
 * -------------------------------------------------------------------------- */

/* The reason that the library's table gives a status, per call; anything else is `unexpected`. */
static const struct {
    enum effect_id id;
    int status;
    const char *reason;
} reasons[] = {
    {EFFECT_DOCKER_CONTAINERS_LIST, 400, "bad parameter"},
    {EFFECT_DOCKER_CONTAINERS_LIST, 500, "server error"},
    {EFFECT_DOCKER_CONTAINERS_PRUNE, 500, "server error"},
    {EFFECT_DOCKER_CONTAINERS_CREATE, 400, "bad parameter"},
    {EFFECT_DOCKER_CONTAINERS_CREATE, 404, "no such container"},
    {EFFECT_DOCKER_CONTAINERS_CREATE, 406, "impossible to attach"},
    {EFFECT_DOCKER_CONTAINERS_CREATE, 500, "server error"},
    {EFFECT_DOCKER_CONTAINER_INSPECT, 404, "no such container"},
    {EFFECT_DOCKER_CONTAINER_INSPECT, 500, "server error"},
    {EFFECT_DOCKER_CONTAINER_START, 304, "container already started"},
    {EFFECT_DOCKER_CONTAINER_START, 404, "no such container"},
    {EFFECT_DOCKER_CONTAINER_START, 500, "server error"},
    {EFFECT_DOCKER_CONTAINER_STOP, 304, "container already stopped"},
    {EFFECT_DOCKER_CONTAINER_STOP, 404, "no such container"},
    {EFFECT_DOCKER_CONTAINER_STOP, 500, "server error"},
    {EFFECT_DOCKER_CONTAINER_RESTART, 404, "no such container"},
    {EFFECT_DOCKER_CONTAINER_RESTART, 500, "server error"},
    {EFFECT_DOCKER_CONTAINER_KILL, 404, "no such container"},
    {EFFECT_DOCKER_CONTAINER_KILL, 500, "server error"},
    {EFFECT_DOCKER_CONTAINER_REMOVE, 400, "bad parameter"},
    {EFFECT_DOCKER_CONTAINER_REMOVE, 404, "no such container"},
    {EFFECT_DOCKER_CONTAINER_REMOVE, 500, "server error"},
    {EFFECT_DOCKER_NETWORK_INSPECT, 404, "no such network"},
    {EFFECT_DOCKER_NETWORK_INSPECT, 500, "server error"},
    {EFFECT_DOCKER_NETWORKS_CREATE, 403, "operation not supported for pre-defined networks"},
    {EFFECT_DOCKER_NETWORKS_CREATE, 404, "driver not found"},
    {EFFECT_DOCKER_NETWORKS_CREATE, 500, "server error"},
    {EFFECT_DOCKER_NETWORK_REMOVE, 404, "no such network"},
    {EFFECT_DOCKER_NETWORK_REMOVE, 409, "conflict"},
    {EFFECT_DOCKER_NETWORK_REMOVE, 500, "server error"},
    {EFFECT_DOCKER_NETWORK_DISCONNECT, 404, "no such container"},
    {EFFECT_DOCKER_NETWORK_DISCONNECT, 500, "server error"},
    {EFFECT_DOCKER_IMAGE_PULL, 404, "no such image"},
    {EFFECT_DOCKER_IMAGE_PULL, 500, "server error"},
    {EFFECT_DOCKER_IMAGE_REMOVE, 404, "no such image"},
    {EFFECT_DOCKER_IMAGE_REMOVE, 409, "conflict"},
    {EFFECT_DOCKER_IMAGE_REMOVE, 500, "server error"},
    {EFFECT_DOCKER_INFO, 500, "server error"},
};

static const char *reason_of(enum effect_id id, int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].id == id && reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "unexpected";
}

const struct error *docker_call(struct task *task, struct effect *effect)
{
    const struct error *failure = perform(task, effect);

    if (failure == NULL || failure->status == 0) {
        return failure; /* a broken connection has no HTTP status to dress up */
    }
    struct error *error = arena_alloc(task->arena, sizeof *error);

    *error = *failure;
    error->message = arena_printf(task->arena, "(HTTP code %d) %s - %s ", failure->status,
                                  reason_of(effect->id, failure->status), failure->message);
    return error;
}

/* ---- looking
 * ------------------------------------------------------------------------------------------------------------------ */

const struct error *docker_list_containers(struct task *task, bool all, const struct value **containers)
{
    struct effect effect = {.id = EFFECT_DOCKER_CONTAINERS_LIST, .args = OBJECT(task->arena, {"all", value_bool(all)})};

    *containers = NULL;
    TRY(docker_call(task, &effect));
    if (!value_is(effect.result, VALUE_ARRAY)) {
        return error_new(task->arena, "TypeError", "containers.find is not a function");
    }
    *containers = effect.result;
    return NULL;
}

/* DS 154–175: matched by first listed name or id. */
const struct error *get_docker_container_only(struct task *task, const char *argument, const struct value **container)
{
    const struct value *containers = NULL;
    const char *name = get_app_identifier(task->arena, argument);

    *container = NULL;
    TRY(docker_list_containers(task, true, &containers));
    for (uint32_t i = 0; i < value_count(containers) && *container == NULL; i++) {
        const struct value *listed = value_at(containers, i);
        const char *first_name = value_text(value_at(value_get(listed, "Names"), 0));

        if ((first_name != NULL && first_name[0] == '/' && strcmp(first_name + 1, name) == 0) ||
            value_is_text(value_get(listed, "Id"), argument)) {
            *container = listed;
        }
    }
    if (*container == NULL) {
        log_error(task, "Container %s not found", argument);
    }
    return NULL;
}

/* The common first part of every primitive: list, then the id, or the TypeError of 12.8. */
static const struct error *find_id(struct task *task, const char *argument, const struct value **id)
{
    const struct value *container = NULL;

    TRY(get_docker_container_only(task, argument, &container));
    *id = value_get(container, "Id");
    return *id != NULL ? NULL
                       : error_new(task->arena, "TypeError", "Cannot read properties of undefined (reading 'Id')");
}

/* A call about one container; *result may be NULL. */
static const struct error *container_call(struct task *task, enum effect_id id, const char *argument,
                                          const struct value *args, const struct value **result)
{
    struct effect effect = {.id = id, .args = args, .object = get_app_identifier(task->arena, argument)};

    TRY(docker_call(task, &effect));
    if (result != NULL) {
        *result = effect.result;
    }
    return NULL;
}

static const struct value *id_args(struct task *task, const struct value *id)
{
    return OBJECT(task->arena, {"container", id});
}

static const struct error *inspect_running(struct task *task, const char *argument, const struct value *id,
                                           bool *running)
{
    const struct value *inspected = NULL;

    TRY(container_call(task, EFFECT_DOCKER_CONTAINER_INSPECT, argument, id_args(task, id), &inspected));
    const struct value *state = value_get(inspected, "State");

    if (state == NULL) {
        return error_new(task->arena, "TypeError", "Cannot read properties of undefined (reading 'Running')");
    }
    *running = value_truthy(value_get(state, "Running"));
    return NULL;
}

/* ---- primitives (2.8)
 * ------------------------------------------------------------------------------------------------------ */

static const struct error *note_failed_start(struct task *task, const char *argument, const struct error *error)
{
    if (error != NULL) {
        take_note(task, NOTE_START_FAILED, NULL, get_app_identifier(task->arena, argument), error->message);
    }
    return error;
}

static const struct error *start(struct task *task, const char *argument)
{
    const struct value *id = NULL;
    bool running = false;

    TRY(find_id(task, argument, &id));
    TRY(container_call(task, EFFECT_DOCKER_CONTAINER_START, argument, id_args(task, id), NULL));
    /* The inspect is for CPU burst, whose errors are swallowed. */
    const struct error *burst_error = inspect_running(task, argument, id, &running);

    (void)burst_error;
    return NULL;
}

const struct error *app_docker_start(struct task *task, const char *argument)
{
    return note_failed_start(task, argument, start(task, argument));
}

const struct error *app_docker_stop(struct task *task, const char *argument)
{
    const struct value *id = NULL;
    bool running = false;

    TRY(find_id(task, argument, &id));
    TRY(inspect_running(task, argument, id, &running));
    return running ? container_call(task, EFFECT_DOCKER_CONTAINER_STOP, argument, id_args(task, id), NULL) : NULL;
}

static const struct error *restart(struct task *task, const char *argument)
{
    const struct value *id = NULL;
    bool running = false;

    TRY(find_id(task, argument, &id));
    TRY(inspect_running(task, argument, id, &running));
    return container_call(task, running ? EFFECT_DOCKER_CONTAINER_RESTART : EFFECT_DOCKER_CONTAINER_START, argument,
                          id_args(task, id), NULL);
}

const struct error *app_docker_restart(struct task *task, const char *argument)
{
    return note_failed_start(task, argument, restart(task, argument));
}

const struct error *app_docker_kill(struct task *task, const char *argument)
{
    const struct value *id = NULL;

    TRY(find_id(task, argument, &id));
    return container_call(task, EFFECT_DOCKER_CONTAINER_KILL, argument, id_args(task, id), NULL);
}

static const struct error *remove_container(struct task *task, const char *argument, bool force)
{
    const struct value *id = NULL;

    TRY(find_id(task, argument, &id));
    return container_call(
        task, EFFECT_DOCKER_CONTAINER_REMOVE, argument,
        OBJECT(task->arena, {"container", id}, {"force", value_bool(force)}, {"v", value_bool(force)}), NULL);
}

const struct error *app_docker_remove(struct task *task, const char *argument)
{
    return remove_container(task, argument, false);
}

const struct error *app_docker_force_remove(struct task *task, const char *argument)
{
    return remove_container(task, argument, true);
}

const struct error *app_docker_image_remove(struct task *task, const char *repotag)
{
    struct effect effect = {.id = EFFECT_DOCKER_IMAGE_REMOVE,
                            .args = OBJECT(task->arena, {"image", value_string(task->arena, repotag)}),
                            .object = repotag};

    return docker_call(task, &effect);
}

const char *first_container_name(const struct value *container)
{
    const char *name = value_text(value_at(value_get(container, "Names"), 0));

    return name == NULL ? "" : name;
}
