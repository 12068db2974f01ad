#include "fakes/docker/whole.h"

#include "fakes/docker/handlers.h"
#include "fakes/docker/reply.h"
#include "fakes/world.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

enum { ID_LENGTH = 64 };

static void (*handler_of(enum effect_id id))(struct docker_request *)
{
    static void (*const handlers[EFFECT_COUNT])(struct docker_request *) = {
#define ROUTE(method, path, effect, status, body, handler) [EFFECT_##effect] = (handler),
#define ALIAS(method, path, effect, status, body)
#include "fakes/docker/routes.def"
    };

    return handlers[id];
}

void docker_engine_make_whole(struct docker_engine *engine, const struct docker_whole_options *options)
{
    static const struct docker_whole_options usual;
    struct arena *memory = engine->world->memory;

    assert(engine->whole == NULL);
    engine->whole = arena_alloc(memory, sizeof *engine->whole);
    arena_init(&engine->whole->scratch, memory->source);
    options = options == NULL ? &usual : options;
    engine->whole->scripts = value_copy(memory, options->scripts);
    engine->whole->registries = value_copy(memory, options->registries);
    engine->whole->no_bridge = options->no_bridge;
    pool_init(&engine->whole->pool, memory);
    docker_containers_init(engine);
    docker_images_init(engine);
    docker_networks_init(engine);
    /* All of them first: an address is looked for among all. */
    for (uint32_t i = 0; i < engine->container_count; i++) {
        docker_container_added(engine, &engine->containers[i]);
    }
    for (uint32_t i = 0; i < engine->container_count; i++) {
        if (engine->containers[i].state == CONTAINER_RUNNING) {
            (void)docker_networks_attach(engine, NULL, &engine->containers[i]);
            docker_container_started(engine, &engine->containers[i]);
        }
    }
}

int64_t docker_engine_next_ms(struct docker_engine *engine)
{
    if (engine->whole == NULL) {
        return INT64_MAX;
    }
    int64_t containers_ms = docker_containers_next_ms(engine);
    int64_t execs_ms = docker_execs_next_ms(engine);

    return containers_ms < execs_ms ? containers_ms : execs_ms;
}

void docker_engine_pass(struct docker_engine *engine)
{
    if (engine->whole != NULL) {
        docker_execs_pass(engine);
        docker_containers_pass(engine);
    }
}

/* A request touches all of the classes that effects.def gives to its effect: which members is not told. */
static void touch_classes(struct docker_engine *engine, enum effect_id id)
{
    const struct effect_info *info = effect_info(id);

    for (unsigned bit = 0; object_class_name(bit) != NULL; bit++) {
        enum object_class class = (enum object_class)(1u << bit);

        if ((info->writes & class) != 0) {
            touch_object(&engine->world->watch, class, TOUCH_ONE_SET, TOUCH_EVERY, TOUCH_WRITE);
        } else if ((info->reads & class) != 0) {
            touch_object(&engine->world->watch, class, TOUCH_ONE_SET, TOUCH_EVERY, TOUCH_READ);
        }
    }
}

void docker_whole_apply(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    struct docker_reply nobody = {0};
    const struct docker_waiter *waiter = effect->payload;
    struct docker_request request = {
        .engine = engine,
        .effect = effect,
        .answers = answers,
        .reply = waiter == NULL ? &nobody : waiter->reply,
        .lasting = waiter == NULL ? answers : waiter->arena,
    };
    struct world_watch watch = engine->world->watch;

    touch_classes(engine, effect->id);
    engine->world->watch = (struct world_watch){0};
    handler_of(effect->id)(&request);
    engine->world->watch = watch;
    if (effect->result == NULL && effect->error == NULL) {
        effect->result = value_null();
    }
}

/* ---- for the handlers
 * ------------------------------------------------------------------------------------------------------------------ */

const char *docker_parameter(const struct docker_request *request, const char *name)
{
    return value_get_text(request->effect->args, name);
}

bool docker_flag(const struct docker_request *request, const char *name)
{
    static const char *const no[] = {"", "0", "no", "false", "none"};
    const struct value *given = value_get(request->effect->args, name);
    const char *text = value_text(given);

    if (text == NULL) {
        return value_truthy(given);
    }
    while (*text == ' ' || *text == '\t') {
        text++;
    }
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        if (strcasecmp(text, no[i]) == 0) {
            return false;
        }
    }
    return true;
}

struct container *docker_container_find(struct docker_engine *engine, const char *reference, uint32_t *fitting)
{
    size_t length = strlen(reference);
    struct container *found = docker_engine_container(engine, reference[0] == '/' ? reference + 1 : reference);

    *fitting = found != NULL;
    for (uint32_t i = 0; found == NULL && i < engine->container_count; i++) {
        if (strcmp(engine->containers[i].id, reference) == 0) {
            found = &engine->containers[i];
            *fitting = 1;
        }
    }
    for (uint32_t i = 0; *fitting == 0 && length > 0 && length < ID_LENGTH && i < engine->container_count; i++) {
        if (strncmp(engine->containers[i].id, reference, length) == 0) {
            found = &engine->containers[i];
            for (uint32_t j = i; j < engine->container_count; j++) {
                *fitting += strncmp(engine->containers[j].id, reference, length) == 0;
            }
        }
    }
    return *fitting == 1 ? found : NULL;
}

struct container *docker_find_container(struct docker_request *request)
{
    const char *reference = docker_parameter(request, "container");
    const char *name = reference == NULL ? "" : reference;
    uint32_t fitting = 0;
    struct container *found = docker_container_find(request->engine, name, &fitting);

    if (fitting > 1) {
        effect_fail(request->effect, request->answers, 500, NULL, "Multiple IDs found with provided prefix: %s", name);
    } else if (found == NULL) {
        effect_fail(request->effect, request->answers, 404, NULL, "No such container: %s", name);
    }
    return found;
}
