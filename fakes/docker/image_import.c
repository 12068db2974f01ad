/* POST /images/create?fromSrc=: an image of a tar, whose configuration the request gives. The tar is looked at as far
 * as it is one layer: the same bytes, the same layer. */
#include "fakes/docker/images.h"
#include "fakes/docker/tar.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <string.h>

static bool enough(void *context, const struct tar_entry *entry)
{
    (void)context;
    (void)entry;
    return true;
}

/* A source elsewhere: there is no network. */
static void fetch(struct docker_request *request, const char *source)
{
    const char *host = strstr(source, "://");

    if (host == NULL) {
        effect_fail(request->effect, request->answers, 500, NULL, "Get \"http:%s%s\": http: no Host in request URL",
                    source[0] == '\0' ? "" : "//", source);
        return;
    }
    host += strlen("://");
    effect_fail(request->effect, request->answers, 500, NULL, "Get \"%s\": dial tcp %.*s: connect: connection refused",
                source, (int)strcspn(host, "/"), host);
}

void docker_image_import(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers, *memory = engine->world->memory;
    const char *source = docker_parameter(request, "fromSrc");
    const char *message = docker_parameter(request, "message");
    const struct value *body = value_get(request->effect->args, "body");
    const struct value *empty = value_with(arena, docker_image_no_config(arena), "Cmd", value_null());
    struct docker_reference reference = {0};
    bool named = false;

    if (!docker_image_new_name(request, 400, &reference, &named)) {
        return;
    }
    const struct value *config = docker_image_changed(request, empty);

    if (config == NULL) {
        return;
    }
    if (source == NULL || strcmp(source, "-") != 0) {
        fetch(request, source == NULL ? "" : source);
        return;
    }
    if (body == NULL || tar_read(arena, value_text(body), body->count, enough, NULL) != NULL) {
        effect_fail(request->effect, arena, 500, NULL, "Error processing tar file(exit status 1): unexpected EOF");
        return;
    }
    struct docker_image *image = docker_image_add(engine, named ? reference.name : "import", NULL);

    image->config = value_copy(memory, config);
    image->layers = ARRAY(memory, value_string(memory, docker_sha256(arena, value_text(body), body->count)));
    image->comment = message != NULL && message[0] != '\0' ? arena_string(memory, message)
                                                           : arena_printf(memory, "Imported from %s", source);
    if (named) {
        docker_image_tag_as(engine, image, docker_reference_tagged(arena, &reference));
        docker_image_event(engine, image, "tag", image->id,
                           reference.tag == NULL ? reference.name : docker_reference_tagged(arena, &reference));
    }
    docker_image_event(engine, image, "import", image->id, image->id);
    docker_answer_lines(request, ARRAY(arena, OBJECT(arena, {"status", value_string(arena, image->id)})));
}
