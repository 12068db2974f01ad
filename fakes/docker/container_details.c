/* What a container is made of, whether a request or a scenario brought it: its configuration with what the Engine adds.
 */
#include "fakes/docker/container_creation.h"
#include "fakes/docker/reference.h"
#include "fakes/world.h"

enum { HOSTNAME_LENGTH = 12 };

const struct config_fallbacks *container_fallbacks(const struct docker_engine *engine)
{
    return &engine->whole->containers.fallbacks;
}

static bool is_text(const struct value *object, const char *name, const char *text)
{
    return value_is_text(value_get(object, name), text);
}

static void drop_where(const struct config_fallbacks *fallbacks, struct arena *arena, const struct value **host_config,
                       const char *name, bool drop)
{
    if (drop) {
        *host_config = config_with(fallbacks, SHAPE_HOST_CONFIG, *host_config, name, NULL, arena);
    }
}

/* moby daemon_unix.go, adaptContainerSettings(): defaults that depend on other members. */
const struct value *container_adapted(const struct config_fallbacks *fallbacks, struct arena *arena,
                                      const struct value *host_config)
{
    static const char *const never_empty[] = {"NetworkMode", "IpcMode", "CgroupnsMode", "Runtime"};
    double memory = value_get_number(host_config, "Memory", 0);
    bool privileged = value_truthy(value_get(host_config, "Privileged"));
    const struct value *adapted = host_config;

    for (size_t i = 0; i < sizeof never_empty / sizeof never_empty[0]; i++) {
        drop_where(fallbacks, arena, &adapted, never_empty[i], is_text(adapted, never_empty[i], ""));
    }
    drop_where(fallbacks, arena, &adapted, "ShmSize", value_get_number(adapted, "ShmSize", 0) == 0);
    drop_where(fallbacks, arena, &adapted, "PidsLimit", value_get_number(adapted, "PidsLimit", 0) <= 0);
    drop_where(fallbacks, arena, &adapted, "MemorySwappiness", value_get_number(adapted, "MemorySwappiness", 0) < 0);
    drop_where(fallbacks, arena, &adapted, "BlkioWeight", value_get_number(adapted, "BlkioWeight", 0) > 0);

#define SET(name, value) adapted = config_with(fallbacks, SHAPE_HOST_CONFIG, adapted, (name), (value), arena)
    if (is_text(value_get(adapted, "LogConfig"), "Type", "")) {
        SET("LogConfig", value_with(arena, value_get(adapted, "LogConfig"), "Type", value_string(arena, "json-file")));
    }
    if (memory > 0 && value_get_number(adapted, "MemorySwap", 0) == 0) {
        SET("MemorySwap", value_number(arena, 2 * memory));
    }
    if (privileged) { /* nothing is hidden from it */
        static const char *const hidden[] = {"MaskedPaths", "ReadonlyPaths"};

        for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
            if (value_get(adapted, hidden[i]) == NULL) {
                SET(hidden[i], value_null());
            }
        }
    }
    if ((privileged || is_text(adapted, "IpcMode", "host") || is_text(adapted, "PidMode", "host")) &&
        value_get(adapted, "SecurityOpt") == NULL) {
        SET("SecurityOpt", ARRAY(arena, value_string(arena, "label=disable")));
    }
#undef SET
    return adapted;
}

/* What a container keeps as its body: the same for one of a request and one of a scenario. */
const struct value *container_kept_body(const struct value *config, const struct value *host_config,
                                        const struct value *networking, struct arena *arena)
{
    return OBJECT(arena, {"Config", config}, {"HostConfig", host_config}, {"NetworkingConfig", networking});
}

void docker_containers_init(struct docker_engine *engine)
{
    struct docker_containers *containers = &engine->whole->containers;

    config_fallbacks_init(&containers->fallbacks, engine->world->memory);
    containers->clock.due_ms = INT64_MAX;
    containers->bench = arena_alloc(engine->world->memory, LISTING_BENCH);
    arena_init(&containers->scratch, engine->world->memory->source);
}

/* The body of a container that came without a request, read as one of a request would have been. */
static const struct value *body_of_scenario(struct docker_engine *engine, const struct container *container,
                                            struct arena *arena)
{
    const struct config_fallbacks *fallbacks = container_fallbacks(engine);
    const struct docker_image *image = docker_image_find(engine, container->image);
    struct config_error error = {0};
    const struct value *config = config_read(fallbacks, SHAPE_CONFIG, container->body, "", arena, &error);
    const struct value *host_config =
        config_read(fallbacks, SHAPE_HOST_CONFIG, value_get(container->body, "HostConfig"), "", arena, &error);

    if (image != NULL) {
        config = config_merged(fallbacks, config, image->config, arena);
    }
    config = config_with(fallbacks, SHAPE_CONFIG, config, "Image", value_string(arena, container->image), arena);
    host_config = config_with(fallbacks, SHAPE_HOST_CONFIG, container_adapted(fallbacks, arena, host_config),
                              "NetworkMode", value_string(arena, container->network), arena);
    return container_kept_body(config, host_config, value_get(container->body, "NetworkingConfig"), arena);
}

static const struct value *hostname_of(const struct container *container, struct arena *arena)
{
    bool is_host = is_text(value_get(container->body, "HostConfig"), "NetworkMode", "host");

    return is_host ? value_string(arena, "drydock") : value_string_n(arena, container->id, HOSTNAME_LENGTH);
}

/* That of an image's tags which a reference means; NULL: none. */
static const char *tag_asked_for(struct docker_engine *engine, const struct docker_image *image, const char *reference)
{
    struct arena *scratch = &engine->whole->containers.scratch;
    struct docker_reference parts;
    const char *found = NULL;

    if (docker_reference_read(scratch, reference, &parts) == NULL) {
        const char *tag = docker_reference_tagged(scratch, &parts);

        for (uint32_t i = 0; found == NULL && i < value_count(image->tags); i++) {
            found = value_is_text(value_at(image->tags, i), tag) ? value_text(value_at(image->tags, i)) : NULL;
        }
    }
    arena_reset(scratch);
    return found;
}

const struct value *docker_container_keep_body(struct docker_engine *engine, const struct value *body)
{
    struct docker_containers *containers = &engine->whole->containers;

    containers->last_body = value_copy_sharing(engine->world->memory, body, containers->last_body);
    return containers->last_body;
}

void docker_container_added(struct docker_engine *engine, struct container *container)
{
    struct docker_containers *containers = &engine->whole->containers;
    struct arena *memory = engine->world->memory;
    struct docker_request *request = containers->creating;
    struct container_details *details = arena_alloc(memory, sizeof *details);
    const struct docker_image *image = docker_image_find(engine, container->image);

    if (value_get(container->body, "Config") == NULL) {
        container->body = docker_container_keep_body(engine, body_of_scenario(engine, container, &containers->scratch));
        arena_reset(&containers->scratch);
    }
    *details = (struct container_details){
        .config = value_get(container->body, "Config"),
        .host_config = value_get(container->body, "HostConfig"),
        .image_id = image != NULL ? image->id : "",
        .image_tag = image != NULL ? tag_asked_for(engine, image, container->image) : NULL,
        .error = "",
        .finished_ms = container->state == CONTAINER_EXITED ? engine->world->now_ms : 0,
        .stop_due_ms = INT64_MAX,
        .restart_due_ms = INT64_MAX,
        .due_ms = INT64_MAX,
        .has_files = container->state != CONTAINER_CREATED,
    };
    if (value_get(details->config, "Hostname") == NULL) {
        details->config = config_with(&containers->fallbacks, SHAPE_CONFIG, details->config, "Hostname",
                                      hostname_of(container, memory), memory);
    }
    container->details = details;
    if (docker_volumes_mount(engine, request, container)) {
        (void)docker_networks_plan(engine, request, container, value_get(container->body, "NetworkingConfig"));
    }
}
