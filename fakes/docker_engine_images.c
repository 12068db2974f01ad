#include "fakes/docker_engine_parts.h"

#include <string.h>

/* ---- the table --------------------------------------------------------------------------------------------------- */

bool engine_has_image(const struct docker_engine *engine, const char *repotag)
{
    touch_name(&engine->world->watch, OBJECTS_IMAGES, repotag, TOUCH_READ);
    for (uint32_t i = 0; repotag != NULL && i < engine->image_count; i++) {
        if (strcmp(engine->images[i], repotag) == 0) {
            return true;
        }
    }
    return false;
}

const char *docker_engine_image_id(const char *repotag, struct arena *arena)
{
    return arena_printf(arena, "%012llx", (unsigned long long)(hash_text(repotag) & 0xffffffffffffu));
}

void docker_engine_add_image(struct docker_engine *engine, const char *repotag)
{
    if (!engine_has_image(engine, repotag)) {
        touch_added(&engine->world->watch, OBJECTS_IMAGES, repotag);
        *(const char **)world_add(engine->world, (void **)&engine->images, &engine->image_count, &engine->image_size,
                                  sizeof engine->images[0]) = arena_string(engine->world->memory, repotag);
    }
}

void docker_engine_drop_image(struct docker_engine *engine, const char *repotag)
{
    for (uint32_t i = 0; i < engine->image_count; i++) {
        if (strcmp(engine->images[i], repotag) == 0) {
            engine_note(engine, CHANGE_IMAGE_REMOVED, engine->images[i]);
            world_remove(engine->world, engine->images, &engine->image_count, sizeof engine->images[0], i);
            break;
        }
    }
}

uint64_t engine_hash_images(const struct docker_engine *engine, uint64_t hash)
{
    for (uint32_t i = 0; i < engine->image_count; i++) {
        hash = hash_combine(hash, hash_text(engine->images[i]));
    }
    return hash;
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static void pull_image(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const char *image = value_get_text(effect->args, "image");
    const char *tag = value_get_text(effect->args, "tag");
    const char *repotag = arena_printf(answers, "%s:%s", image == NULL ? "" : image, tag == NULL ? "latest" : tag);

    if (!engine_has_image(engine, repotag)) {
        docker_engine_add_image(engine, repotag);
        engine_note(engine, CHANGE_IMAGE_PULLED, engine->images[engine->image_count - 1]);
    }
    effect->result = OBJECT(answers, {"status", value_number(answers, 200)});
}

static void remove_image(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    const char *repotag = value_get_text(effect->args, "image");

    if (!engine_has_image(engine, repotag)) {
        effect_fail(effect, answers, 404, NULL, "No such image: %s", repotag == NULL ? "" : repotag);
        return;
    }
    touch_every(&engine->world->watch, OBJECTS_CONTAINERS);
    for (uint32_t i = 0; i < engine->container_count; i++) {
        if (strcmp(engine->containers[i].image, repotag) == 0) {
            effect_fail(
                effect, answers, 409, NULL,
                "conflict: unable to remove repository reference \"%s\" (must force) - container %.12s is using "
                "its referenced image %s",
                repotag, engine->containers[i].id, docker_engine_image_id(repotag, answers));
            return;
        }
    }
    touch_name(&engine->world->watch, OBJECTS_IMAGES, repotag, TOUCH_WRITE);
    docker_engine_drop_image(engine, repotag);
    effect->result = value_null();
}

/* Each image as it was pulled: its digest is the registry's of before any update. */
static const struct value *list_images(const struct docker_engine *engine, struct arena *arena)
{
    const struct value *images = value_empty_array();

    touch_every(&engine->world->watch, OBJECTS_IMAGES);
    for (uint32_t i = 0; i < engine->image_count; i++) {
        const char *digest = image_registry_digest(engine->images[i], false, arena);

        images = value_append(
            arena, images,
            OBJECT(arena, {"RepoTags", ARRAY(arena, value_string(arena, engine->images[i]))},
                   {"RepoDigests", ARRAY(arena, value_format(arena, "%s@%s", engine->images[i], digest))}));
    }
    return images;
}

void engine_apply_to_images(struct docker_engine *engine, struct effect *effect, struct arena *answers)
{
    switch (effect->id) {
    case EFFECT_DOCKER_IMAGE_PULL:
        pull_image(engine, effect, answers);
        break;
    case EFFECT_DOCKER_IMAGE_REMOVE:
        remove_image(engine, effect, answers);
        break;
    case EFFECT_DOCKER_IMAGES_LIST:
        effect->result = list_images(engine, answers);
        break;
    default: /* images.prune, dangling images only: there are none */
        effect->result = OBJECT(answers, {"ImagesDeleted", value_empty_array()});
        break;
    }
}
