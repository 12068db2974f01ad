/* POST /images/create: pulls, from registries of the scenario (registries.h) and from all others (image_registry.h). */
#include "fakes/docker/handlers.h"
#include "fakes/docker/images.h"
#include "fakes/docker/platform.h"
#include "fakes/docker/registries.h"
#include "fakes/world.h"

#include <string.h>

static bool is_digest_reference(const char *tag)
{
    return strncmp(tag, "sha256:", IMAGE_ID_PREFIX) == 0 && strlen(tag) == IMAGE_ID_LENGTH;
}

/* The reference that a pull names; false, with a 400 set, when it is none. */
static bool read_reference(struct docker_request *request, struct docker_reference *reference)
{
    struct arena *arena = request->answers;
    const char *name = docker_parameter(request, "fromImage");
    const char *tag = docker_parameter(request, "tag");

    name = name != NULL ? name : docker_parameter(request, "image");
    name = name != NULL ? name : "";
    if (tag != NULL && tag[0] != '\0' && !docker_reference_is_tag(tag) && !is_digest_reference(tag)) {
        effect_fail(request->effect, arena, 400, NULL, "invalid tag format");
        return false;
    }
    if (tag != NULL && tag[0] != '\0') {
        name = arena_printf(arena, is_digest_reference(tag) ? "%s@%s" : "%s:%s", name, tag);
    }
    const char *wrong = docker_reference_read(arena, name, reference);

    if (wrong != NULL) {
        effect_fail(request->effect, arena, 400, NULL, "%s", wrong);
    }
    return wrong == NULL;
}

/* The Engine tells apart a repository that it may not see and a tag that is not there; the registry of a scenario only
 * knows which images are missing. */
static void is_missing(struct docker_request *request, const struct docker_reference *reference)
{
    if (reference->tag == NULL) {
        effect_fail(request->effect, request->answers, 404, NULL,
                    "pull access denied for %s, repository does not exist or may require 'docker login': denied: "
                    "requested access to the resource is denied",
                    reference->name);
    } else {
        effect_fail(request->effect, request->answers, 404, NULL,
                    "manifest for %s not found: manifest unknown: manifest unknown",
                    docker_reference_tagged(request->answers, reference));
    }
}

/* An image that has come, with the configuration and layers that are the registry's. */
static struct docker_image *arrive(struct docker_engine *engine, const char *tagged, const char *id, const char *digest)
{
    struct arena *memory = engine->world->memory;
    struct docker_image *image = docker_image_add(engine, tagged, id);

    image->docker_version = "";
    image->digests = value_append(memory, image->digests, value_string(memory, digest));
    return image;
}

static void name_arrived(struct docker_engine *engine, struct docker_image *image, const char *tagged)
{
    if (tagged != NULL && !value_holds_text(image->tags, tagged)) {
        docker_image_tag_as(engine, image, tagged);
        image->tagged_ms = 0;
        world_note_change(engine->world, (struct change){.kind = CHANGE_IMAGE_PULLED,
                                                         .object = arena_string(engine->world->memory, tagged)});
    }
}

/* What a pull has found, and what it says. */
struct pull {
    struct docker_request *request;
    struct docker_reference reference;
    const char *tagged;    /* name:tag; NULL: by digest */
    const char *by_digest; /* name@sha256:… */
    const char *digest;
    struct docker_image *image;
    bool up_to_date;
    const struct value *lines;
};

/* From a registry that the scenario has written: layers that are here already are not fetched. */
static void pull_scripted(struct pull *pull, const struct value *entry)
{
    struct docker_engine *engine = pull->request->engine;
    struct arena *arena = pull->request->answers, *memory = engine->world->memory;
    const struct value *layers = docker_registry_layers(arena, entry);
    const char *id = docker_registry_image_id(arena, entry);
    const char *architecture = value_get_text(entry, "architecture");
    enum { LAYER_BYTES = 120 };

    pull->digest = docker_registry_manifest(arena, entry);
    pull->by_digest = arena_printf(arena, "%s@%s", pull->reference.name, pull->digest);
    pull->image = docker_image_find(engine, id);
    pull->up_to_date =
        pull->image != NULL && (pull->tagged == NULL || value_holds_text(pull->image->tags, pull->tagged));
    if (pull->image != NULL) {
        return;
    }
    for (uint32_t i = 0; i < value_count(layers); i++) {
        const char *layer = value_text(value_at(layers, i));
        const char *short_id = arena_string_n(arena, layer + IMAGE_ID_PREFIX, SHORT_ID);

        pull->lines = docker_layer_is_known(engine, layer)
                          ? docker_line_of_state(arena, pull->lines, short_id, "Already exists")
                          : docker_lines_of_layer(arena, pull->lines, short_id, LAYER_BYTES);
    }
    pull->image = arrive(engine, pull->tagged == NULL ? pull->reference.name : pull->tagged, id, pull->by_digest);
    const struct value *command = value_get(entry, "command");
    const struct value *config =
        value_with(arena, docker_image_no_config(arena), "Cmd", command == NULL ? value_null() : command);

    pull->image->layers = value_copy(memory, layers);
    pull->image->config = value_copy(memory, config);
    pull->image->architecture = architecture == NULL ? "amd64" : arena_string(memory, architecture);
    pull->image->size_bytes = LAYER_BYTES * value_count(layers);
}

/* From a registry that has every image, but for what the scenario says (`world.docker.images`). false, with the error
 * set, when it is missing. */
static bool pull_any(struct pull *pull)
{
    struct docker_engine *engine = pull->request->engine;
    struct arena *arena = pull->request->answers;
    const char *name = pull->tagged == NULL ? pull->reference.name : pull->tagged;
    const struct registry_image *known = image_registry_find(&engine->world->registry, name);
    bool updated = known != NULL && known->updated;

    if (known != NULL && known->missing) {
        is_missing(pull->request, &pull->reference);
        return false;
    }
    pull->digest = pull->reference.digest != NULL ? pull->reference.digest
                                                  : docker_digest(arena, image_registry_digest(name, updated, arena));
    pull->by_digest = arena_printf(arena, "%s@%s", pull->reference.name, pull->digest);
    pull->image = docker_image_find(engine, pull->tagged == NULL ? pull->by_digest : pull->tagged);
    pull->up_to_date = pull->image != NULL && (!updated || value_holds_text(pull->image->digests, pull->by_digest));
    if (pull->up_to_date) {
        return true;
    }
    pull->image = arrive(engine, name, NULL, pull->by_digest);
    pull->image->architecture = known == NULL ? pull->image->architecture : known->architecture;
    pull->image->size_bytes = known == NULL ? pull->image->size_bytes : known->size_bytes;
    const char *layer = value_text(value_at(pull->image->layers, 0)) + IMAGE_ID_PREFIX;

    pull->lines =
        docker_lines_of_layer(arena, pull->lines, arena_string_n(arena, layer, SHORT_ID), pull->image->size_bytes);
    return true;
}

/* What a client wants; NULL: nothing in particular. false, with a 400 set, when it is no platform. */
static bool read_platform(struct docker_request *request, const char **platform)
{
    const char *text = docker_parameter(request, "platform");
    const char *wrong = text == NULL || text[0] == '\0' ? NULL : docker_platform_wrong(request->answers, text);

    *platform = text == NULL || text[0] == '\0' ? NULL : text;
    if (wrong != NULL) {
        effect_fail(request->effect, request->answers, 400, NULL, "%s", wrong);
    }
    return wrong == NULL;
}

static void answer_pull(struct pull *pull, const char *platform)
{
    struct docker_request *request = pull->request;
    struct arena *arena = request->answers;
    const char *shown = pull->tagged == NULL ? pull->by_digest : pull->tagged;

    pull->lines = docker_line_of_status(arena, pull->lines, arena_printf(arena, "Digest: %s", pull->digest));
    pull->lines = docker_line_of_status(
        arena, pull->lines,
        arena_printf(arena, "Status: %s %s",
                     pull->up_to_date ? "Image is up to date for" : "Downloaded newer image for", shown));
    const char *mismatch = platform == NULL ? NULL : docker_platform_mismatch(arena, pull->image, shown, platform);

    if (mismatch != NULL) {
        pull->lines = docker_line_of_status(arena, pull->lines, arena_printf(arena, "WARNING: %s", mismatch));
    }
    docker_image_event(request->engine, pull->image, "pull", shown, pull->reference.name);
    docker_answer_lines(request, pull->lines);
}

static void pull_image(struct docker_request *request)
{
    struct arena *arena = request->answers;
    struct pull pull = {.request = request, .lines = value_empty_array()};
    const char *platform = NULL;

    if (!read_platform(request, &platform) || !read_reference(request, &pull.reference)) {
        return;
    }
    struct registry_answer registry = docker_registry_ask(request->engine, arena, &pull.reference);

    if (registry.error != NULL) {
        effect_fail(request->effect, arena, 500, NULL, "%s", registry.error);
        return;
    }
    pull.tagged = pull.reference.digest != NULL ? NULL : docker_reference_tagged(arena, &pull.reference);
    pull.lines = docker_line(arena, pull.lines,
                             pull.reference.digest != NULL ? pull.reference.digest
                             : pull.reference.tag == NULL  ? "latest"
                                                           : pull.reference.tag,
                             arena_printf(arena, "Pulling from %s", pull.reference.path));
    if (registry.image != NULL) {
        pull_scripted(&pull, registry.image);
    } else if (!pull_any(&pull)) {
        return;
    }
    name_arrived(request->engine, pull.image, pull.tagged);
    answer_pull(&pull, platform);
}

void docker_image_pull(struct docker_request *request)
{
    const char *image = docker_parameter(request, "fromImage");

    /* Core's own words of a pull are `image` and `tag`. */
    if ((image != NULL && image[0] != '\0') || docker_parameter(request, "image") != NULL) {
        pull_image(request);
    } else {
        docker_image_import(request);
    }
}
