#include "fakes/docker/registries.h"

#include "fakes/docker/images.h"
#include "fakes/docker/whole.h"

#include <string.h>

static const struct value *find_host(const struct docker_engine *engine, const char *host)
{
    const struct value *registries = engine->whole->registries;

    for (uint32_t i = 0; i < value_count(registries); i++) {
        if (value_is_text(value_get(value_at(registries, i), "host"), host)) {
            return value_at(registries, i);
        }
    }
    return NULL;
}

const char *docker_registry_down(const struct docker_engine *engine, struct arena *arena, const char *host)
{
    return value_truthy(value_get(find_host(engine, host), "down"))
               ? arena_printf(arena, "Get \"http://%s/v2/\": dial tcp %s: connect: connection refused", host, host)
               : NULL;
}

/* The entry `path:tag`; *named: some entry has the path. */
static const struct value *find_image(const struct value *registry, const char *path, const char *tag, bool *named)
{
    const struct value *images = value_get(registry, "images");
    const struct value *found = NULL;
    size_t length = strlen(path);

    for (uint32_t i = 0; i < value_count(images); i++) {
        const char *name = value_get_text(value_at(images, i), "name");

        if (name != NULL && strncmp(name, path, length) == 0 && name[length] == ':') {
            *named = true;
            found = strcmp(name + length + 1, tag) == 0 ? value_at(images, i) : found;
        }
    }
    return found;
}

/* An entry of the path by its manifest's digest. */
static const struct value *find_manifest(const struct value *registry, struct arena *arena, const char *path,
                                         const char *digest, bool *named)
{
    const struct value *images = value_get(registry, "images");
    size_t length = strlen(path);

    for (uint32_t i = 0; i < value_count(images); i++) {
        const struct value *image = value_at(images, i);
        const char *name = value_get_text(image, "name");

        if (name != NULL && strncmp(name, path, length) == 0 && name[length] == ':') {
            *named = true;
            if (strcmp(docker_registry_manifest(arena, image), digest) == 0) {
                return image;
            }
        }
    }
    return NULL;
}

struct registry_answer docker_registry_ask(const struct docker_engine *engine, struct arena *arena,
                                           const struct docker_reference *reference)
{
    const struct value *registry = find_host(engine, reference->host);
    struct registry_answer answer = {.is_scripted = registry != NULL};
    bool named = false;

    if (registry == NULL) {
        return answer;
    }
    answer.error = docker_registry_down(engine, arena, reference->host);
    answer.is_down = answer.error != NULL;
    if (answer.is_down) {
        return answer;
    }
    if (value_holds_text(value_get(registry, "denied"), reference->path)) {
        answer.error = "unauthorized";
        return answer;
    }
    answer.image =
        reference->digest != NULL
            ? find_manifest(registry, arena, reference->path, reference->digest, &named)
            : find_image(registry, reference->path, reference->tag == NULL ? "latest" : reference->tag, &named);
    if (answer.image == NULL) {
        answer.error = named ? "manifest unknown" : "name unknown";
    }
    return answer;
}

const struct value *docker_registry_layers(struct arena *arena, const struct value *image)
{
    const struct value *texts = value_get(image, "layers");
    const struct value *layers = value_empty_array();

    for (uint32_t i = 0; i < value_count(texts); i++) {
        layers = value_append(arena, layers, value_string(arena, docker_digest(arena, value_text(value_at(texts, i)))));
    }
    return layers;
}

const char *docker_registry_image_id(struct arena *arena, const struct value *image)
{
    return docker_digest(arena, value_json(arena, value_without(arena, image, "name")));
}

const char *docker_registry_manifest(struct arena *arena, const struct value *image)
{
    return docker_digest(arena, arena_printf(arena, "manifest of %s", docker_registry_image_id(arena, image)));
}
