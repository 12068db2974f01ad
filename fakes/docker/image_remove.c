/* Removing images: what may go, and what it takes along (moby daemon/images/image_delete.go, image_prune.go). */
#include "fakes/docker/filters.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/images.h"
#include "fakes/docker/reference.h"
#include "fakes/world.h"

#include <string.h>

/* The first container made of an image, running or not as asked; NULL: none. */
static const struct container *user_of(const struct docker_engine *engine, const struct docker_image *image,
                                       bool running)
{
    for (uint32_t i = 0; i < engine->container_count; i++) {
        const struct container *container = &engine->containers[i];

        if (container->details->image_id != NULL && strcmp(container->details->image_id, image->id) == 0 &&
            (container->state == CONTAINER_RUNNING) == running) {
            return container;
        }
    }
    return NULL;
}

bool docker_layer_is_used(const struct docker_engine *engine, const struct docker_image *except, const char *layer)
{
    const struct docker_images *images = &engine->whole->images;

    for (uint32_t i = 0; i < images->count; i++) {
        if (&images->all[i] != except && value_holds_text(images->all[i].layers, layer)) {
            return true;
        }
    }
    return user_of(engine, except, true) != NULL || user_of(engine, except, false) != NULL;
}

bool docker_layer_is_known(const struct docker_engine *engine, const char *layer)
{
    for (uint32_t i = 0; i < engine->whole->images.count; i++) {
        if (value_holds_text(engine->whole->images.all[i].layers, layer)) {
            return true;
        }
    }
    return false;
}

const struct value *docker_image_delete(struct docker_engine *engine, struct docker_image *image,
                                        const struct value *removed, struct arena *arena)
{
    struct docker_images *images = &engine->whole->images;

    docker_image_event(engine, image, "delete", image->id, image->id);
    removed = value_append(arena, removed, OBJECT(arena, {"Deleted", value_string(arena, image->id)}));
    for (uint32_t i = value_count(image->layers); i > 0; i--) {
        const struct value *layer = value_at(image->layers, i - 1);

        if (docker_layer_is_used(engine, image, value_text(layer))) {
            break;
        }
        removed = value_append(arena, removed, OBJECT(arena, {"Deleted", layer}));
    }
    if (image->files != NULL) {
        process_files_free(image->files);
        pool_give(&engine->whole->pool, image->files, sizeof *image->files);
    }
    table_remove(images->all, &images->count, sizeof images->all[0], (uint32_t)(image - images->all));
    return removed;
}

static const struct value *untag(struct docker_engine *engine, struct docker_image *image, const char *reference,
                                 const struct value *removed, struct arena *arena)
{
    const struct value *untagged = OBJECT(arena, {"Untagged", value_string(arena, reference)});

    docker_image_untag(engine, image, reference);
    docker_image_event(engine, image, "untag", image->id, image->id);
    return value_append(arena, removed, untagged);
}

/* Whether all references to an image are one tag, and digests of the same name at most. */
static bool is_single(const struct docker_image *image, struct arena *arena)
{
    const char *tag = value_text(value_at(image->tags, 0));

    if (value_count(image->tags) > 1) {
        return false;
    }
    for (uint32_t i = 0; tag != NULL && i < value_count(image->digests); i++) {
        const char *digest = value_text(value_at(image->digests, i));
        const char *name = arena_string_n(arena, tag, (size_t)(strrchr(tag, ':') - tag));

        if (strncmp(digest, name, strlen(name)) != 0 || digest[strlen(name)] != '@') {
            return false;
        }
    }
    return true;
}

static void conflict(struct docker_request *request, const struct docker_image *image, bool hard, const char *why)
{
    effect_fail(request->effect, request->answers, 409, NULL, "conflict: unable to delete %.12s (%s) - %s",
                image->id + IMAGE_ID_PREFIX, hard ? "cannot be forced" : "must be forced", why);
}

/* Whether the image itself may go; false with the conflict set. */
static bool may_go(struct docker_request *request, const struct docker_image *image, bool force, bool by_id)
{
    struct arena *arena = request->answers;
    const struct container *running = user_of(request->engine, image, true);
    const struct container *stopped = user_of(request->engine, image, false);

    if (running != NULL) {
        conflict(request, image, true,
                 arena_printf(arena, "image is being used by running container %.12s", running->id));
    } else if (!force && by_id && !is_single(image, arena)) {
        conflict(request, image, false, "image is referenced in multiple repositories");
    } else if (!force && stopped != NULL) {
        conflict(request, image, false,
                 arena_printf(arena, "image is being used by stopped container %.12s", stopped->id));
    }
    return request->effect->error == NULL;
}

static const struct value *untag_all(struct docker_engine *engine, struct docker_image *image,
                                     const struct value *removed, struct arena *arena)
{
    while (value_count(image->tags) > 0) {
        removed = untag(engine, image, value_text(value_at(image->tags, 0)), removed, arena);
    }
    while (value_count(image->digests) > 0) {
        removed = untag(engine, image, value_text(value_at(image->digests, 0)), removed, arena);
    }
    return removed;
}

/* By a tag or a digest: that goes, and the image when it was the last. */
static void remove_reference(struct docker_request *request, struct docker_image *image, const char *reference,
                             bool force)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const struct container *user = user_of(engine, image, true);
    const struct value *removed = value_empty_array();

    user = user != NULL ? user : user_of(engine, image, false);
    if (!force && is_single(image, arena) && user != NULL) {
        effect_fail(
            request->effect, arena, 409, NULL,
            "conflict: unable to remove repository reference \"%s\" (must force) - container %.12s is using its "
            "referenced image %.12s",
            docker_parameter(request, "image"), user->id, image->id + IMAGE_ID_PREFIX);
        return;
    }
    removed = untag(engine, image, reference, removed, arena);
    if (value_count(image->tags) == 0 && is_single(image, arena)) {
        while (value_count(image->digests) > 0) {
            removed = untag(engine, image, value_text(value_at(image->digests, 0)), removed, arena);
        }
    }
    if (value_count(image->tags) == 0 && (user == NULL || (force && user->state != CONTAINER_RUNNING))) {
        removed = docker_image_delete(engine, image, removed, arena);
    }
    request->effect->result = removed;
}

void docker_image_remove(struct docker_request *request)
{
    struct docker_image *image = docker_image_of(request);
    struct arena *arena = request->answers;
    bool force = docker_flag(request, "force");
    struct docker_reference parts;

    if (image == NULL) {
        return;
    }
    const char *given = docker_parameter(request, "image");
    const char *reference =
        docker_reference_read(arena, given, &parts) == NULL ? docker_reference_tagged(arena, &parts) : "";

    if (value_holds_text(image->tags, reference) || value_holds_text(image->digests, reference)) {
        remove_reference(request, image, reference, force);
    } else if (may_go(request, image, force, true)) {
        const struct value *removed = untag_all(request->engine, image, value_empty_array(), arena);

        request->effect->result = docker_image_delete(request->engine, image, removed, arena);
    }
}

void docker_images_prune(struct docker_request *request)
{
    static const char *const accepted[] = {"dangling", "label", "label!", "until", NULL};
    struct docker_engine *engine = request->engine;
    struct docker_images *images = &engine->whole->images;
    struct arena *arena = request->answers;
    struct docker_filters filters;
    const struct value *removed = value_empty_array();
    bool dangling_only = true;
    double reclaimed = 0;
    int64_t until_ms = INT64_MAX;

    if (!docker_filters_read(request, accepted, &filters) ||
        !docker_image_dangling(request, &filters, true, &dangling_only) ||
        !docker_filter_until(request, &filters, &until_ms)) {
        return;
    }
    for (uint32_t i = images->count; i > 0; i--) {
        struct docker_image *image = &images->all[i - 1];
        const struct value *labels = value_get(image->config, "Labels");

        if ((dangling_only && value_count(image->tags) > 0) || image->created_ms >= until_ms ||
            user_of(engine, image, true) != NULL || user_of(engine, image, false) != NULL ||
            !docker_filter_labels(&filters, "label", labels) || !docker_filter_labels(&filters, "label!", labels)) {
            continue;
        }
        double size_bytes = image->size_bytes;

        removed = untag_all(engine, image, removed, arena);
        uint32_t before = value_count(removed);

        removed = docker_image_delete(engine, image, removed, arena);
        reclaimed += value_count(removed) - before > 1 ? size_bytes : 0; /* its layers went, too */
    }
    docker_event_note(
        engine, (struct docker_event){"image", "prune", "",
                                      OBJECT(&engine->whole->scratch,
                                             {"reclaimed", value_format(&engine->whole->scratch, "%.0f", reclaimed)})});
    request->effect->result = OBJECT(arena, {"ImagesDeleted", value_count(removed) == 0 ? value_null() : removed},
                                     {"SpaceReclaimed", value_number(arena, reclaimed)});
}
