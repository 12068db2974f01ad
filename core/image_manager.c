#include "core/image_manager.h"

#include "core/benchmark_service.h"
#include "core/docker_service.h"
#include "core/pgp_service.h"

#include <string.h>
#include <strings.h>

enum { IMAGE_SIZE_MAX = 2000000000, MANIFEST_WAIT_MS = 1000 };

struct image {
    const char *host;       /* "registry-1.docker.io" */
    const char *name;       /* "runonflux/website" */
    const char *repository; /* with the registry, as the tag was written */
    const char *tag;
};

/* ---- the name
 * ------------------------------------------------------------------------------------------------------------ */

/* Split at the last colon; a first part with a dot or port names the registry. */
static const struct error *parse_repotag(struct task *task, const char *repotag, struct image *image)
{
    const char *colon = repotag == NULL ? NULL : strrchr(repotag, ':');

    if (repotag == NULL || colon == NULL || colon == repotag || strchr(colon, '/') != NULL) {
        return error_new(task->arena, "Error", "Repository is not in valid format namespace/repository:tag");
    }
    image->repository = arena_string_n(task->arena, repotag, (size_t)(colon - repotag));
    image->tag = colon + 1;
    image->host = "registry-1.docker.io";
    image->name = image->repository;
    const char *slash = strchr(image->repository, '/');

    if (slash == NULL) {
        image->name = arena_printf(task->arena, "library/%s", image->repository);
    } else if (memchr(image->repository, '.', (size_t)(slash - image->repository)) != NULL ||
               memchr(image->repository, ':', (size_t)(slash - image->repository)) != NULL) {
        image->host = arena_string_n(task->arena, image->repository, (size_t)(slash - image->repository));
        image->name = slash + 1;
    }
    return NULL;
}

/* ---- lists of repositories (2.5 step 2)
 * -------------------------------------------------------------------------------------- */

/* Kept for 6 h under the list's own key; an empty list counts as kept (12.1). NULL: not to be had. */
static const struct value *repository_list(struct task *task, enum effect_id id, const char *key)
{
    const struct value *list = cell_get(task, CELL_REPOSITORY_LISTS, key);

    if (list != NULL) {
        microtask(task);
        return list;
    }
    struct effect effect = {
        .id = id, .args = OBJECT(task->arena, {"host", value_string(task->arena, "raw.githubusercontent.com")})};

    if (perform(task, &effect) != NULL || !value_is(effect.result, VALUE_ARRAY)) {
        return NULL;
    }
    list = value_copy(task->node->memory, effect.result);
    cell_set(task, CELL_REPOSITORY_LISTS, key, list);
    return list;
}

static bool lists(const struct value *list, const char *text)
{
    for (uint32_t i = 0; text != NULL && i < value_count(list); i++) {
        const char *entry = value_text(value_at(list, i));

        if (entry != NULL && strcasecmp(entry, text) == 0) {
            return true;
        }
    }
    return false;
}

/* The image without its tag, and its organisation: what a list may name. */
static bool lists_image(struct task *task, const struct value *list, const char *repotag)
{
    struct image image;

    if (parse_repotag(task, repotag, &image) != NULL) {
        return false;
    }
    const char *slash = strrchr(image.repository, '/');

    return lists(list, image.repository) || lists(list, repotag) ||
           (slash != NULL &&
            lists(list, arena_string_n(task->arena, image.repository, (size_t)(slash - image.repository))));
}

/* Hash, owner, every image of the whole app. */
static const struct error *check_list(struct task *task, const struct value *list, const struct app_spec *spec)
{
    if (lists(list, spec->hash) || lists(list, spec->owner)) {
        return error_new(task->arena, "Error", "%s is not allowed to run on Flux Network",
                         lists(list, spec->hash) ? spec->hash : spec->owner);
    }
    for (uint32_t i = 0; i < spec->component_count; i++) {
        const char *repotag = value_get_text(spec->components[i].document, "repotag");

        if (repotag != NULL && lists_image(task, list, repotag)) {
            return error_new(task->arena, "Error", "Image %s is blocked. Application %s connot be spawned.", repotag,
                             spec->name);
        }
    }
    return NULL;
}

static const struct error *check_compliance(struct task *task, const struct app_spec *spec)
{
    const struct value *own = task->node->config.blocked_images;
    const struct value *blocked = repository_list(task, EFFECT_NET_BLOCKED_REPOSITORIES, "blockedRepositories");

    if (blocked == NULL) {
        return error_new(task->arena, "Error", "Unable to communicate with Flux Services! Try again later.");
    }
    TRY(check_list(task, blocked, spec));
    TRY(check_list(task, own, spec));
    if (value_count(own) > 0) {
        struct effect marketplace = {.id = EFFECT_NET_MARKETPLACE, .args = value_empty_object()};
        const struct error *unanswered = perform(task, &marketplace);

        (void)unanswered; /* the specification tells that it is asked and where, not that it decides */
    }
    const struct value *vetted = repository_list(task, EFFECT_NET_VETTED_REPOSITORIES, "vettedRepositories");

    (void)vetted; /* asked for and kept; its failure is tolerated and it decides nothing here */
    return NULL;
}

/* ---- the registry (2.5 step 4)
 * ------------------------------------------------------------------------------------------------- */

/* A 401 names a realm in its message: fetch a token there, then ask again. */
static const struct error *registry_call(struct task *task, struct effect *effect)
{
    const struct error *error = perform(task, effect);

    if (error == NULL || error->status != 401) {
        return error;
    }
    struct effect token = {.id = EFFECT_NET_TOKEN,
                           .args = OBJECT(task->arena, {"realm", value_string(task->arena, error->message)})};

    TRY(perform(task, &token));
    return perform(task, effect);
}

static const struct error *get_manifest(struct task *task, const struct image *image, const char *reference,
                                        const struct value **manifest)
{
    struct effect effect = {.id = EFFECT_NET_MANIFEST,
                            .args = OBJECT(task->arena, {"host", value_string(task->arena, image->host)},
                                           {"image", value_string(task->arena, image->name)},
                                           {"reference", value_string(task->arena, reference)}),
                            .object = arena_printf(task->arena, "%s:%s", image->repository, image->tag)};

    TRY(registry_call(task, &effect));
    *manifest = effect.result;
    return NULL;
}

static const struct error *check_size(struct task *task, const struct value *manifest)
{
    const struct value *layers = value_get(manifest, "layers");
    double size = 0;

    if (!value_is(layers, VALUE_ARRAY)) {
        return error_new(task->arena, "Error", "Manifest has no layers");
    }
    for (uint32_t i = 0; i < layers->count; i++) {
        size += value_get_number(layers->items[i], "size", 0);
    }
    return size > IMAGE_SIZE_MAX ? error_new(task->arena, "Error", "Docker image size is over Flux limit") : NULL;
}

static bool is_supported(const char *architecture)
{
    return architecture != NULL && (strcmp(architecture, "amd64") == 0 || strcmp(architecture, "arm64") == 0);
}

static const struct error *unsupported(struct task *task, const char *architecture)
{
    return error_new(task->arena, "Error", "Architecture %s not supported by the image", architecture);
}

static const struct error *verify_single(struct task *task, const struct image *image, const struct value *manifest,
                                         const char *architecture)
{
    const char *digest = value_get_text(value_get(manifest, "config"), "digest");

    TRY(check_size(task, manifest));
    if (digest == NULL) {
        return error_new(task->arena, "TypeError", "Cannot read properties of undefined (reading 'digest')");
    }
    struct effect effect = {.id = EFFECT_NET_BLOB,
                            .args = OBJECT(task->arena, {"host", value_string(task->arena, image->host)},
                                           {"image", value_string(task->arena, image->name)},
                                           {"digest", value_string(task->arena, digest)}),
                            .object = arena_printf(task->arena, "%s:%s", image->repository, image->tag)};

    TRY(registry_call(task, &effect));
    return value_is_text(value_get(effect.result, "architecture"), architecture) ? NULL
                                                                                 : unsupported(task, architecture);
}

static const struct error *verify_list(struct task *task, const struct image *image, const struct value *manifests,
                                       const char *architecture)
{
    bool found = false;

    for (uint32_t i = 0; i < value_count(manifests); i++) {
        const struct value *entry = value_at(manifests, i);
        const char *own = value_get_text(value_get(entry, "platform"), "architecture");
        const char *digest = value_get_text(entry, "digest");
        const struct value *manifest = NULL;

        if (!is_supported(own) || digest == NULL) {
            continue;
        }
        delay(task, MANIFEST_WAIT_MS);
        TRY(get_manifest(task, image, digest, &manifest));
        TRY(check_size(task, manifest));
        found = found || strcmp(own, architecture) == 0;
    }
    return found ? NULL : unsupported(task, architecture);
}

static const struct error *verify_image(struct task *task, const struct image *image, const char *architecture)
{
    const struct value *manifest = NULL;

    TRY(get_manifest(task, image, image->tag, &manifest));
    const struct value *manifests = value_get(manifest, "manifests");

    return value_is(manifests, VALUE_ARRAY) ? verify_list(task, image, manifests, architecture)
                                            : verify_single(task, image, manifest, architecture);
}

/* 2.5 step 3: `user:password`, PGP-encrypted to the node in version 7 and in clear inside version 8's blob. *auth
 * becomes what X-Registry-Auth carries (Docker Engine API, "Authentication"). */
static const struct error *read_credentials(struct task *task, const struct component *component, int version,
                                            const struct value **auth)
{
    const char *text = value_get_text(component->document, "repoauth");

    if (text == NULL || text[0] == '\0') {
        return NULL;
    }
    if (version == 7) {
        TRY(pgp_decrypt(task, text, component->name, &text));
    }
    const char *colon = text == NULL ? NULL : strchr(text, ':');

    if (colon == NULL) {
        return error_new(task->arena, "Error", "Invalid login credentials for the image registry");
    }
    *auth = OBJECT(task->arena, {"username", value_string_n(task->arena, text, (size_t)(colon - text))},
                   {"password", value_string(task->arena, colon + 1)});
    return NULL;
}

static const struct error *pull(struct task *task, const struct image *image, const struct value *auth)
{
    struct effect effect = {.id = EFFECT_DOCKER_IMAGE_PULL,
                            .args = OBJECT(task->arena, {"image", value_string(task->arena, image->repository)},
                                           {"tag", value_string(task->arena, image->tag)}, {"auth", auth}),
                            .object = arena_printf(task->arena, "%s:%s", image->repository, image->tag)};

    TRY(docker_call(task, &effect));
    const char *error = value_get_text(effect.result, "error"); /* an error inside the progress stream */

    return error == NULL ? NULL : error_new(task->arena, "Error", "%s", error);
}

const struct error *verify_and_pull_image(struct task *task, const struct component *component,
                                          const struct app_spec *full_specs)
{
    const struct value *benchmarks = NULL;
    const struct value *auth = NULL;
    struct image image;

    TRY(get_benchmarks(task, &benchmarks)); /* 1 */
    const char *architecture = value_get_text(benchmarks, "architecture");

    if (!is_supported(architecture)) {
        return error_new(task->arena, "Error", "Invalid architecture %s", text_or_undefined(architecture));
    }
    TRY(check_compliance(task, full_specs)); /* 2 */
    TRY(parse_repotag(task, value_get_text(component->document, "repotag"), &image));
    TRY(read_credentials(task, component, full_specs->version, &auth)); /* 3 */
    TRY(verify_image(task, &image, architecture));                      /* 4 */
    return pull(task, &image, auth);                                    /* 5 */
}

/* ---- updates (8, imageUpdateService)
 * ---------------------------------------------------------------------------------- */

/* The digest behind `@` of the image with this tag; NULL when the node has none. */
static const char *local_digest(const struct value *images, const char *repotag)
{
    for (uint32_t i = 0; i < value_count(images); i++) {
        const struct value *image = value_at(images, i);
        const char *digest = value_text(value_at(value_get(image, "RepoDigests"), 0));

        if (value_holds_text(value_get(image, "RepoTags"), repotag) && digest != NULL) {
            return strchr(digest, '@') == NULL ? digest : strchr(digest, '@') + 1;
        }
    }
    return NULL;
}

const struct error *image_has_update(struct task *task, const char *repotag, bool *updated)
{
    struct effect list = {.id = EFFECT_DOCKER_IMAGES_LIST, .args = value_empty_object()};
    struct image image;

    *updated = false;
    TRY(parse_repotag(task, repotag, &image));
    TRY(docker_call(task, &list));
    const char *local = local_digest(list.result, repotag);
    struct effect head = {.id = EFFECT_NET_DIGEST,
                          .args = OBJECT(task->arena, {"host", value_string(task->arena, image.host)},
                                         {"image", value_string(task->arena, image.name)},
                                         {"reference", value_string(task->arena, image.tag)}),
                          .object = repotag};

    TRY(registry_call(task, &head));
    const char *remote = value_get_text(head.result, "digest");

    *updated = local != NULL && remote != NULL && strcmp(local, remote) != 0;
    return NULL;
}
