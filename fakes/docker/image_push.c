/* What is asked of a registry without a pull: pushes, what it has of an image, a log-in. */
#include "fakes/docker/handlers.h"
#include "fakes/docker/images.h"
#include "fakes/docker/registries.h"
#include "fakes/image_registry.h"
#include "fakes/world.h"

#include <string.h>

enum { MANIFEST_BYTES = 527 };

/* All layers are new to a registry, which then has the manifest. */
static const struct value *push_layers(struct arena *arena, const struct docker_image *image, const char *tag,
                                       const struct value *lines)
{
    static const char *const states[] = {"Preparing", "Pushed"};

    for (size_t state = 0; state < sizeof states / sizeof states[0]; state++) {
        for (uint32_t i = 0; i < value_count(image->layers); i++) {
            const char *layer = value_text(value_at(image->layers, i)) + IMAGE_ID_PREFIX;

            lines = docker_line_of_state(arena, lines, arena_string_n(arena, layer, SHORT_ID), states[state]);
        }
    }
    const char *digest = docker_digest(arena, arena_printf(arena, "manifest of %s", image->id));
    const struct value *aux = OBJECT(arena, {"Tag", value_string(arena, tag)}, {"Digest", value_string(arena, digest)},
                                     {"Size", value_number(arena, MANIFEST_BYTES)});

    lines = docker_line_of_status(arena, lines,
                                  arena_printf(arena, "%s: digest: %s size: %d", tag, digest, MANIFEST_BYTES));
    return value_append(arena, lines, OBJECT(arena, {"progressDetail", value_empty_object()}, {"aux", aux}));
}

void docker_image_push(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const char *name = docker_parameter(request, "image");
    const char *tag = docker_parameter(request, "tag");
    struct docker_reference reference;

    if (value_get(request->effect->args, "registryAuth") == NULL) {
        effect_fail(request->effect, arena, 400, NULL, "Bad parameters and missing X-Registry-Auth: EOF");
        return;
    }
    name = tag == NULL || tag[0] == '\0' ? name : arena_printf(arena, "%s:%s", name, tag);
    const char *wrong = docker_reference_read(arena, name, &reference);

    if (wrong != NULL) {
        effect_fail(request->effect, arena, 500, NULL, "%s", wrong);
        return;
    }
    const char *tagged = docker_reference_tagged(arena, &reference);
    const struct docker_image *image = docker_image_find(engine, tagged);
    const char *down = docker_registry_down(engine, arena, reference.host);
    const struct value *lines = docker_line_of_status(
        arena, value_empty_array(),
        arena_printf(arena, "The push refers to repository [%s/%s]", reference.host, reference.path));

    if (image == NULL) {
        lines = value_append(
            arena, lines,
            docker_error_line(arena,
                              arena_printf(arena, "An image does not exist locally with the tag: %s", reference.name)));
    } else if (down != NULL) {
        lines = value_append(arena, lines, docker_error_line(arena, down));
    } else {
        lines = push_layers(arena, image, reference.tag == NULL ? "latest" : reference.tag, lines);
        docker_image_event(engine, image, "push", tagged, reference.name);
    }
    docker_answer_lines(request, lines);
}

void docker_distribution(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    struct docker_reference reference;
    const char *wrong = docker_reference_read(arena, docker_parameter(request, "image"), &reference);

    if (wrong != NULL) {
        effect_fail(request->effect, arena, 400, NULL, "%s", wrong);
        return;
    }
    struct registry_answer registry = docker_registry_ask(engine, arena, &reference);
    const char *tagged = docker_reference_tagged(arena, &reference);
    const struct registry_image *known = image_registry_find(&engine->world->registry, tagged);

    if (registry.error != NULL || (!registry.is_scripted && known != NULL && known->missing)) {
        effect_fail(request->effect, arena, registry.is_down ? 500 : 404, NULL, "%s",
                    registry.error == NULL ? "manifest unknown" : registry.error);
        return;
    }
    const char *architecture = value_get_text(registry.image, "architecture");
    const char *digest =
        registry.image != NULL
            ? docker_registry_manifest(arena, registry.image)
            : docker_digest(arena, image_registry_digest(tagged, known != NULL && known->updated, arena));

    architecture = architecture != NULL ? architecture : known != NULL ? known->architecture : "amd64";
    const struct value *descriptor =
        OBJECT(arena, {"mediaType", value_string(arena, "application/vnd.docker.distribution.manifest.v2+json")},
               {"digest", value_string(arena, digest)}, {"size", value_number(arena, MANIFEST_BYTES)});
    const struct value *platform =
        OBJECT(arena, {"architecture", value_string(arena, architecture)}, {"os", value_string(arena, "linux")});

    request->effect->result = OBJECT(arena, {"Descriptor", descriptor}, {"Platforms", ARRAY(arena, platform)});
}

/* Nobody is asked but a registry that the scenario has down: any name with a password is let in. */
void docker_auth(struct docker_request *request)
{
    struct arena *arena = request->answers;
    const struct value *body = value_get(request->effect->args, "body");
    const char *user = value_get_text(body, "username");
    const char *password = value_get_text(body, "password");
    const char *host = value_get_text(body, "serveraddress");
    const char *down = host == NULL ? NULL : docker_registry_down(request->engine, arena, host);

    if (body == NULL) {
        effect_fail(request->effect, arena, 500, NULL, "EOF");
    } else if (down != NULL) {
        effect_fail(request->effect, arena, 500, NULL, "%s", down);
    } else if (user == NULL || user[0] == '\0' || password == NULL || password[0] == '\0') {
        effect_fail(request->effect, arena, 401, NULL,
                    "Get \"https://registry-1.docker.io/v2/\": unauthorized: incorrect username or password");
    } else {
        request->effect->result = OBJECT(arena, {"Status", value_string(arena, "Login Succeeded")},
                                         {"IdentityToken", value_string(arena, "")});
    }
}
