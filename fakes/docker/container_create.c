/* POST /containers/create. moby daemon/create.go, api/server/router/container, in their order. */
#include "fakes/docker/container_creation.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <string.h>

/* ---- reading the body
 * -------------------------------------------------------------------------------------------------------------------
 */

static bool read_body(struct creation *creation)
{
    static const char wrapper[] = "ContainerConfigWrapper";
    struct docker_request *request = creation->request;
    const struct config_fallbacks *fallbacks = container_fallbacks(request->engine);
    const struct value *body = value_get(request->effect->args, "body");
    const struct value *host_config = config_given(body, "HostConfig");
    struct config_error error = {0};

    if (body == NULL) {
        return creation_refuse(request, 500, "EOF");
    }
    if (!value_is(body, VALUE_OBJECT) && !value_is(body, VALUE_NULL)) {
        static const char *const kinds[] = {"null", "bool", "number", "string", "string", "array"};

        return creation_refuse(
            request, 500,
            arena_printf(request->answers,
                         "json: cannot unmarshal %s into Go value of type runconfig.ContainerConfigWrapper",
                         kinds[body->kind]));
    }
    creation->config = config_read(fallbacks, SHAPE_CONFIG, body, wrapper, request->answers, &error);
    if (error.text == NULL && host_config != NULL && !value_is(host_config, VALUE_OBJECT) &&
        !value_is(host_config, VALUE_NULL)) {
        error.text = arena_printf(request->answers,
                                  "json: cannot unmarshal %s into Go struct field %s.HostConfig of type "
                                  "container.HostConfig",
                                  value_is(host_config, VALUE_ARRAY)    ? "array"
                                  : value_is(host_config, VALUE_STRING) ? "string"
                                  : value_is(host_config, VALUE_NUMBER) ? "number"
                                                                        : "bool",
                                  wrapper);
    }
    creation->host_config =
        config_read(fallbacks, SHAPE_HOST_CONFIG, host_config, "HostConfig.HostConfig", request->answers, &error);
    if (error.text != NULL) {
        return creation_refuse(request, 500, error.text);
    }
    return config_mentions(SHAPE_CONFIG, body) ||
           creation_refuse(request, 400, "Config cannot be empty in order to create a container");
}

/* "/a//b/./c/" without what says nothing. */
static const struct value *clean_folder(struct arena *arena, const struct value *folder)
{
    const char *text = value_text(folder);
    size_t length = text == NULL ? 0 : strlen(text);

    while (length > 1 && text[length - 1] == '/') {
        length--;
    }
    return text == NULL ? NULL : value_string_n(arena, text, length);
}

/* ---- the request
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Everything that is checked before there is a container, in the Engine's order. */
static bool check(struct creation *creation)
{
    struct docker_request *request = creation->request;
    const struct config_fallbacks *fallbacks = container_fallbacks(request->engine);

    if (!read_body(creation) || !creation_modes_are_valid(creation) ||
        !container_config_is_valid(request, creation->config) ||
        !container_host_config_is_valid(request, creation->host_config, false, &creation->warnings) ||
        !creation_find_image(creation)) {
        return false;
    }
    creation->config = config_merged(fallbacks, creation->config,
                                     creation->image == NULL ? NULL : creation->image->config, request->answers);
    if (value_count(value_get(creation->config, "Cmd")) == 0 &&
        value_count(value_get(creation->config, "Entrypoint")) == 0) {
        return creation_refuse(request, 400, "No command specified");
    }
    return creation_log_config_is_valid(creation);
}

/* "container:NAME" with the id of that container, where there is one. */
static const struct value *shared_by_id(struct docker_engine *engine, const struct value *host_config,
                                        struct arena *arena)
{
    const char *reference = container_shared_network(host_config);
    uint32_t fitting = 0;
    const struct container *other = reference == NULL ? NULL : docker_container_find(engine, reference, &fitting);

    return other == NULL ? host_config
                         : config_with(container_fallbacks(engine), SHAPE_HOST_CONFIG, host_config, "NetworkMode",
                                       value_format(arena, "container:%s", other->id), arena);
}

static struct container *add(struct creation *creation, const char *name)
{
    struct docker_request *request = creation->request;
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const struct config_fallbacks *fallbacks = container_fallbacks(engine);
    const struct value *networking = config_given(value_get(request->effect->args, "body"), "NetworkingConfig");
    const struct value *host_config =
        shared_by_id(engine, container_adapted(fallbacks, arena, creation->host_config), arena);
    const char *network = value_get_text(host_config, "NetworkMode");
    const char *image = value_get_text(creation->config, "Image");

    network = network == NULL ? "default" : network;
    if (value_count(value_get(creation->config, "Volumes")) == 0) {
        creation->config = config_with(fallbacks, SHAPE_CONFIG, creation->config, "Volumes", NULL, arena);
    }
    creation->config = config_with(fallbacks, SHAPE_CONFIG, creation->config, "WorkingDir",
                                   clean_folder(arena, value_get(creation->config, "WorkingDir")), arena);
    engine->whole->containers.creating = request;
    struct container *container = docker_engine_add_container(
        engine, name, image == NULL ? "" : image, network,
        value_get_text(value_get(value_get(value_get(networking, "EndpointsConfig"), network), "IPAMConfig"),
                       "IPv4Address"),
        CONTAINER_CREATED, container_kept_body(creation->config, host_config, networking, arena));

    engine->whole->containers.creating = NULL;
    return container;
}

void docker_containers_create(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct creation creation = {.request = request, .warnings = value_empty_array()};
    const char *name = docker_parameter(request, "name");

    if (!check(&creation)) {
        return;
    }
    if (name == NULL || name[0] == '\0') {
        name = container_random_name(engine, request->answers);
    } else if (!container_name_is_valid(name)) {
        effect_fail(request->effect, request->answers, 400, NULL,
                    "Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name);
        return;
    }
    name += name[0] == '/';
    if (!container_name_is_free(request, name, "") || !creation_security_is_valid(&creation)) {
        return;
    }
    struct container *container = add(&creation, name);

    if (request->effect->error != NULL) {
        docker_engine_remove_existing(engine, container);
        return;
    }
    world_note_change(engine->world, (struct change){.kind = CHANGE_CONTAINER_CREATED, .object = container->name});
    docker_event_of_container(engine, container, "create", NULL);
    (void)container_listing_length(engine,
                                   container); /* made now, so that the first list of many does not wait for all */
    request->effect->result = OBJECT(request->answers, {"Id", value_string(request->answers, container->id)},
                                     {"Warnings", creation.warnings});
}
