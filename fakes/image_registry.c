#include "fakes/image_registry.h"

#include "fakes/world.h"

#include <assert.h>
#include <string.h>

enum { LAYER_SIZE_DEFAULT = 50 * 1000 * 1000 };

/* The registry's images are a set of their own beside the Docker Engine's. Which there are is fixed; only tokens are
 * given. */
enum { SET_REGISTRY = 2 };

static void touch_token(const struct image_registry *registry, const struct registry_image *image, enum touch_mode mode)
{
    touch_member(&registry->world->watch, OBJECTS_IMAGES, SET_REGISTRY, image->repotag, mode);
}

void image_registry_init(struct image_registry *registry, struct world *world)
{
    *registry = (struct image_registry){.world = world, .blocked = value_empty_array(), .vetted = value_empty_array()};
}

const struct registry_image *image_registry_find(const struct image_registry *registry, const char *repotag)
{
    for (uint32_t i = 0; repotag != NULL && i < registry->image_count; i++) {
        if (strcmp(registry->images[i].repotag, repotag) == 0) {
            return &registry->images[i];
        }
    }
    return NULL;
}

struct registry_image *image_registry_add(struct image_registry *registry, const char *repotag)
{
    struct registry_image *image = table_add(registry->world->memory, (void **)&registry->images,
                                             &registry->image_count, &registry->image_size, sizeof *image);

    *image = (struct registry_image){.repotag = arena_string(registry->world->memory, repotag),
                                     .architecture = "amd64",
                                     .size_bytes = LAYER_SIZE_DEFAULT};
    return image;
}

/* A digest that stands for a text. */
static const struct value *digest_of(const char *text, struct arena *arena)
{
    return value_format(arena, "sha256:%016llx", (unsigned long long)hash_text(text));
}

const char *image_registry_digest(const char *repotag, bool updated, struct arena *arena)
{
    return value_text(digest_of(updated ? arena_printf(arena, "%s updated", repotag) : repotag, arena));
}

static const struct value *manifest_list(const struct registry_image *image, struct arena *arena)
{
    const struct value *platform = OBJECT(arena, {"architecture", value_string(arena, image->architecture)});
    const struct value *attestation = OBJECT(arena, {"architecture", value_string(arena, "unknown")});

    return OBJECT(
        arena,
        {"manifests", ARRAY(arena, OBJECT(arena, {"digest", digest_of(image->repotag, arena)}, {"platform", platform}),
                            OBJECT(arena, {"digest", digest_of("attestation", arena)}, {"platform", attestation}))});
}

static const struct value *single_manifest(const char *repotag, double size_bytes, struct arena *arena)
{
    const struct value *config = OBJECT(arena, {"digest", digest_of(arena_printf(arena, "%s config", repotag), arena)});
    const struct value *layer = OBJECT(arena, {"size", value_number(arena, size_bytes)});

    return OBJECT(arena, {"config", config}, {"layers", ARRAY(arena, layer)});
}

static void answer_digest(struct image_registry *registry, struct effect *effect, struct arena *answers)
{
    const struct registry_image *image = image_registry_find(registry, effect->object);

    if (image != NULL && image->missing) {
        effect_fail(effect, answers, 404, NULL, "manifest unknown");
        return;
    }
    const char *digest = image_registry_digest(effect->object, image != NULL && image->updated, answers);

    effect->result = OBJECT(answers, {"digest", value_string(answers, digest)});
}

static void answer_image(struct image_registry *registry, struct effect *effect, struct arena *answers)
{
    const struct registry_image *image = image_registry_find(registry, effect->object);
    const char *repotag = effect->object == NULL ? "" : effect->object;
    const char *reference = value_get_text(effect->args, "reference");
    bool by_tag = reference != NULL && strncmp(reference, "sha256:", 7) != 0;

    if (image != NULL && image->token_wanted) {
        touch_token(registry, image, TOUCH_READ);
    }
    if (image != NULL && image->missing) {
        effect_fail(effect, answers, 404, NULL, "manifest unknown");
    } else if (image != NULL && image->token_wanted && !image->token_given) {
        effect_fail(effect, answers, 401, NULL, "https://auth.docker.io/token?scope=repository:%s:pull", repotag);
    } else if (effect->id == EFFECT_NET_BLOB) {
        effect->result =
            OBJECT(answers, {"architecture", value_string(answers, image == NULL ? "amd64" : image->architecture)});
    } else if (image != NULL && image->manifest_list && by_tag) {
        effect->result = manifest_list(image, answers);
    } else {
        effect->result = single_manifest(repotag, image == NULL ? LAYER_SIZE_DEFAULT : image->size_bytes, answers);
    }
}

/* A token opens the image that its realm names. */
static void give_token(struct image_registry *registry, struct effect *effect, struct arena *answers)
{
    const char *realm = value_get_text(effect->args, "realm");

    for (uint32_t i = 0; realm != NULL && i < registry->image_count; i++) {
        if (strstr(realm, registry->images[i].repotag) != NULL) {
            touch_token(registry, &registry->images[i], TOUCH_ADD);
            registry->images[i].token_given = true;
        }
    }
    effect->result = OBJECT(answers, {"token", value_string(answers, "token")});
}

void image_registry_apply(struct image_registry *registry, struct effect *effect, struct arena *answers)
{
    switch (effect->id) {
    case EFFECT_NET_BLOCKED_REPOSITORIES:
        effect->result = registry->blocked;
        break;
    case EFFECT_NET_VETTED_REPOSITORIES:
        effect->result = registry->vetted;
        break;
    case EFFECT_NET_MARKETPLACE:
        effect->result = OBJECT(answers, {"status", value_string(answers, "success")}, {"data", value_empty_array()});
        break;
    case EFFECT_NET_BACKUP:
        effect->result = value_null();
        break;
    case EFFECT_NET_ORBIT_STATUS:
        effect->result = OBJECT(answers, {"status", value_string(answers, "running")});
        break;
    case EFFECT_NET_STORAGE:
        effect_fail(effect, answers, 404, NULL, "Request failed with status code 404");
        break;
    case EFFECT_NET_DIGEST:
        answer_digest(registry, effect, answers);
        break;
    case EFFECT_NET_MANIFEST:
    case EFFECT_NET_BLOB:
        answer_image(registry, effect, answers);
        break;
    case EFFECT_NET_TOKEN:
        give_token(registry, effect, answers);
        break;
    default:
        assert(false && "not an effect of the registry");
    }
}

uint64_t image_registry_hash(const struct image_registry *registry)
{
    uint64_t hash = hash_combine(registry->blocked->hash, registry->vetted->hash);

    for (uint32_t i = 0; i < registry->image_count; i++) {
        const struct registry_image *image = &registry->images[i];
        const bool flags[] = {image->missing, image->token_wanted, image->token_given, image->manifest_list,
                              image->updated};

        hash = hash_combine(hash, hash_text(image->repotag));
        hash = hash_combine(hash, hash_bytes(flags, sizeof flags));
        hash = hash_combine(hash, hash_combine(hash_of_text(image->architecture), hash_of_number(image->size_bytes)));
    }
    return hash;
}
