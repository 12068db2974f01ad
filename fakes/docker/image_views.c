/* One image: what it is, how it came to be, another name for it. */
#include "fakes/docker/containers.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/images.h"
#include "fakes/world.h"

#include <string.h>

void docker_image_inspect(struct docker_request *request)
{
    const struct docker_image *image = docker_image_of(request);
    struct arena *arena = request->answers;

    if (image == NULL) {
        const struct error *error = request->effect->error;

        effect_fail(request->effect, arena, error->status, NULL, "no such image: %s: %s",
                    docker_parameter(request, "image"), error->message);
        return;
    }
    const struct value *size = value_number(arena, image->size_bytes);
    const char *directory = arena_printf(arena, "/var/lib/docker/overlay2/%s", image->id + IMAGE_ID_PREFIX);
    const struct value *data = OBJECT(arena, {"MergedDir", value_format(arena, "%s/merged", directory)},
                                      {"UpperDir", value_format(arena, "%s/diff", directory)},
                                      {"WorkDir", value_format(arena, "%s/work", directory)});

    request->effect->result = OBJECT(
        arena, {"Id", value_string(arena, image->id)}, {"RepoTags", image->tags}, {"RepoDigests", image->digests},
        {"Parent", value_string(arena, image->parent)}, {"Comment", value_string(arena, image->comment)},
        {"Created", value_string(arena, docker_time(arena, image->created_ms))},
        {"Container", value_string(arena, image->container)}, {"ContainerConfig", docker_image_no_config(arena)},
        {"DockerVersion", value_string(arena, image->docker_version)}, {"Author", value_string(arena, image->author)},
        {"Config", image->config}, {"Architecture", value_string(arena, image->architecture)},
        {"Os", value_string(arena, "linux")}, {"Size", size}, {"VirtualSize", size},
        {"GraphDriver", OBJECT(arena, {"Data", data}, {"Name", value_string(arena, "overlay2")})},
        {"RootFS", OBJECT(arena, {"Type", value_string(arena, "layers")}, {"Layers", image->layers})},
        {"Metadata", OBJECT(arena, {"LastTagTime", value_string(arena, docker_time(arena, image->tagged_ms))})});
}

void docker_image_history(struct docker_request *request)
{
    const struct docker_image *image = docker_image_of(request);
    struct arena *arena = request->answers;

    if (image == NULL) {
        return;
    }
    const struct value *steps = image->history;

    if (steps == NULL) {
        steps = ARRAY(arena,
                      OBJECT(arena, {"Comment", value_string(arena, image->comment)},
                             {"Created", docker_unix_seconds(arena, image->created_ms)},
                             {"CreatedBy", value_string(arena, "")}, {"Size", value_number(arena, image->size_bytes)}));
    }
    const struct value *shown = value_empty_array();

    for (uint32_t i = 0; i < value_count(steps); i++) {
        const struct value *step = value_at(steps, i);
        const char *id = i == 0 ? image->id : "<missing>"; /* the Engine keeps none of a pulled image's steps */

        shown =
            value_append(arena, shown,
                         OBJECT(arena, {"Comment", value_get(step, "Comment")}, {"Created", value_get(step, "Created")},
                                {"CreatedBy", value_get(step, "CreatedBy")}, {"Id", value_string(arena, id)},
                                {"Size", value_get(step, "Size")},
                                {"Tags", i == 0 && value_count(image->tags) > 0 ? image->tags : value_null()}));
    }
    request->effect->result = shown;
}

void docker_image_tag(struct docker_request *request)
{
    struct docker_image *image = docker_image_of(request);
    struct arena *arena = request->answers;
    struct docker_reference parts;
    bool named = false;

    if (image == NULL || !docker_image_new_name(request, 500, &parts, &named)) {
        return;
    }
    if (!named) {
        effect_fail(request->effect, arena, 500, NULL, "invalid reference format");
        return;
    }
    if (strcmp(parts.name, "sha256") == 0) {
        effect_fail(request->effect, arena, 400, NULL,
                    "refusing to create an ambiguous tag using digest algorithm as name");
        return;
    }
    const char *reference = docker_reference_tagged(arena, &parts);

    if (!value_holds_text(image->tags, reference)) {
        docker_image_tag_as(request->engine, image, reference);
    }
    docker_image_event(request->engine, image, "tag", image->id, parts.tag == NULL ? parts.name : reference);
}
