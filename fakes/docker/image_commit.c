/* POST /commit: an image of a container (moby daemon/commit.go). */
#include "fakes/docker/containers.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/images.h"
#include "fakes/world.h"

#include <string.h>

/* Members that the request's body says something of, over the container's. */
static const struct value *merged(struct arena *arena, const struct value *config, const struct value *given)
{
    for (uint32_t i = 0; value_is(given, VALUE_OBJECT) && i < given->count; i++) {
        const struct value *value = given->members[i].value;
        bool is_said = value_is(value, VALUE_STRING) ? value->count > 0 : value_truthy(value);

        if (is_said && !(value_is(value, VALUE_ARRAY) && value->count == 0)) {
            config = value_with(arena, config, given->members[i].key, value);
        }
    }
    return config;
}

/* The container's configuration as an image's: what is the container's own stays with it. */
static const struct value *config_of(struct docker_request *request, const struct container *container)
{
    static const struct {
        const char *name;
        enum config_member member;
    } kept[] = {
        {"Env", MEMBER_CONFIG_Env},
        {"Cmd", MEMBER_CONFIG_Cmd},
        {"Entrypoint", MEMBER_CONFIG_Entrypoint},
        {"WorkingDir", MEMBER_CONFIG_WorkingDir},
        {"User", MEMBER_CONFIG_User},
        {"Labels", MEMBER_CONFIG_Labels},
        {"Volumes", MEMBER_CONFIG_Volumes},
        {"ExposedPorts", MEMBER_CONFIG_ExposedPorts},
    };
    struct arena *arena = request->answers;
    const struct value *config = docker_image_no_config(arena);

    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const struct value *value = docker_container_config(request->engine, container, kept[i].member);

        config = value == NULL ? config : value_with(arena, config, kept[i].name, value);
    }
    return config;
}

static const char *kept_text(struct arena *memory, const char *text)
{
    return text == NULL ? "" : arena_string(memory, text);
}

void docker_container_commit(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers, *memory = engine->world->memory;
    const char *name = docker_parameter(request, "container");
    struct docker_reference reference = {0};
    bool named = false;

    if (name == NULL || name[0] == '\0') {
        effect_fail(request->effect, arena, 400, NULL, "invalid name or ID supplied: \"\"");
        return;
    }
    const struct container *container = docker_find_container(request);

    if (container == NULL || !docker_image_new_name(request, 500, &reference, &named)) {
        return;
    }
    const struct value *config = docker_image_changed(request, config_of(request, container));

    if (config == NULL) {
        return;
    }
    const struct docker_image *base = docker_image_find(engine, container->details->image_id);
    const struct value *layers = base == NULL ? value_empty_array() : base->layers;
    const char *parent = base == NULL ? "" : base->id;
    double size_bytes = base == NULL ? 0 : base->size_bytes;
    struct docker_image *image = docker_image_add(engine, named ? reference.name : "commit", NULL);

    if (container->details->files != NULL) { /* what never ran has changed nothing */
        layers = value_append(memory, layers, value_at(image->layers, 0));
        image->files = pool_take(&engine->whole->pool, sizeof *image->files);
        process_files_init(image->files, &engine->whole->pool);
        process_files_copy(image->files, container->details->files);
    }
    image->config = value_copy(memory, merged(arena, config, value_get(request->effect->args, "body")));
    image->layers = layers;
    image->parent = parent;
    image->container = container->id;
    image->comment = kept_text(memory, docker_parameter(request, "comment"));
    image->author = kept_text(memory, docker_parameter(request, "author"));
    image->size_bytes = size_bytes;
    if (named) {
        docker_image_tag_as(engine, image, docker_reference_tagged(arena, &reference));
    }
    const char *shown = named ? docker_reference_tagged(arena, &reference) : "";

    docker_event_of_container(engine, container, "commit",
                              OBJECT(arena, {"comment", value_string(arena, image->comment)},
                                     {"imageID", value_string(arena, image->id)},
                                     {"imageRef", value_string(arena, shown)}));
    request->effect->result = OBJECT(arena, {"Id", value_string(arena, image->id)});
}
