#include "fakes/docker/images.h"

#include "fakes/docker/containers.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

enum { HEX_WORDS = 4, SIZE_DEFAULT = 4262000 };

/* What images of these names run when nobody says otherwise; any other is a service of its own. */
static const struct known_image {
    const char *name, *command[4];
} known_images[] = {
    {"busybox", {"sh"}},         {"alpine", {"/bin/sh"}},     {"debian", {"bash"}},
    {"ubuntu", {"/bin/bash"}},   {"hello-world", {"/hello"}}, {"nginx", {"nginx", "-g", "daemon off;"}},
    {"redis", {"redis-server"}},
};

/* ---- the table
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct value *usual_command(struct arena *arena, const char *name)
{
    const struct value *command = value_empty_array();
    size_t length = strcspn(name, ":@");

    for (size_t i = 0; i < sizeof known_images / sizeof known_images[0]; i++) {
        const struct known_image *known = &known_images[i];

        if (strlen(known->name) == length && strncmp(known->name, name, length) == 0) {
            for (size_t word = 0; known->command[word] != NULL; word++) {
                command = value_append(arena, command, value_string(arena, known->command[word]));
            }
            return command;
        }
    }
    return ARRAY(arena, value_string(arena, "/usr/local/bin/service"));
}

/* Config of an image, with Go's zero values where nothing is said. */
static const struct value *usual_config(struct arena *arena, const char *name)
{
    const struct value *path = value_string(arena, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    const struct value *empty = value_string(arena, "");
    const struct value *no = value_bool(false);

    return OBJECT(arena, {"Hostname", empty}, {"Domainname", empty}, {"User", empty}, {"AttachStdin", no},
                  {"AttachStdout", no}, {"AttachStderr", no}, {"Tty", no}, {"OpenStdin", no}, {"StdinOnce", no},
                  {"Env", ARRAY(arena, path)}, {"Cmd", usual_command(arena, name)}, {"Image", empty},
                  {"Volumes", value_null()}, {"WorkingDir", empty}, {"Entrypoint", value_null()},
                  {"OnBuild", value_null()}, {"Labels", value_null()});
}

const struct value *docker_image_no_config(struct arena *arena)
{
    const struct value *config = value_with(arena, usual_config(arena, ""), "Env", value_null());

    return value_with(arena, config, "Cmd", value_null());
}

const char *docker_sha256(struct arena *arena, const void *bytes, size_t length)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char digits[2 * SHA256_DIGEST_LENGTH + 1];

    SHA256(bytes, length, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(digits + 2 * i, sizeof "ff", "%02x", digest[i]);
    }
    return arena_printf(arena, "sha256:%s", digits);
}

const char *docker_digest(struct arena *arena, const char *text)
{
    uint64_t words[HEX_WORDS] = {hash_text(text)};

    for (int i = 1; i < HEX_WORDS; i++) {
        words[i] = hash_combine(words[i - 1], (uint64_t)i);
    }
    return arena_printf(arena, "sha256:%016llx%016llx%016llx%016llx", (unsigned long long)words[0],
                        (unsigned long long)words[1], (unsigned long long)words[2], (unsigned long long)words[3]);
}

struct docker_image *docker_image_add(struct docker_engine *engine, const char *name, const char *id)
{
    struct docker_images *images = &engine->whole->images;
    struct arena *memory = engine->world->memory;
    struct docker_image *image = table_add(memory, (void **)&images->all, &images->count, &images->size, sizeof *image);

    *image = (struct docker_image){
        .id = id == NULL ? docker_digest(
                               memory, arena_printf(memory, "%s %s", name, world_new_id(engine->world, "image", name)))
                         : arena_string(memory, id),
        .config = usual_config(memory, name),
        .tags = value_empty_array(),
        .digests = value_empty_array(),
        .comment = "",
        .author = "",
        .parent = "",
        .container = "",
        .docker_version = DOCKER_ENGINE_VERSION,
        .architecture = "amd64",
        .created_ms = engine->world->now_ms,
        .size_bytes = SIZE_DEFAULT,
    };
    image->layers = ARRAY(memory, value_string(memory, docker_digest(memory, image->id)));
    return image;
}

void docker_images_init(struct docker_engine *engine)
{
    for (uint32_t i = 0; i < engine->image_count; i++) {
        struct docker_image *image = docker_image_add(engine, engine->images[i], NULL);

        docker_image_tag_as(engine, image, engine->images[i]);
    }
}

static const struct value *without(struct arena *arena, const struct value *texts, const char *text)
{
    const struct value *rest = value_empty_array();

    for (uint32_t i = 0; i < value_count(texts); i++) {
        if (!value_is_text(value_at(texts, i), text)) {
            rest = value_append(arena, rest, value_at(texts, i));
        }
    }
    return rest;
}

void docker_image_untag(struct docker_engine *engine, struct docker_image *image, const char *reference)
{
    struct arena *memory = engine->world->memory;

    image->tags = without(memory, image->tags, reference);
    image->digests = without(memory, image->digests, reference);
    docker_engine_drop_image(engine, reference);
    docker_containers_forget_lists(engine);
}

/* The Engine shows an image's names in byte order. */
static const struct value *with_in_order(struct arena *memory, const struct value *texts, const char *text)
{
    const struct value *ordered = value_empty_array();
    uint32_t i = 0;

    for (; i < value_count(texts) && strcmp(value_text(value_at(texts, i)), text) < 0; i++) {
        ordered = value_append(memory, ordered, value_at(texts, i));
    }
    ordered = value_append(memory, ordered, value_string(memory, text));
    for (; i < value_count(texts); i++) {
        ordered = value_append(memory, ordered, value_at(texts, i));
    }
    return ordered;
}

void docker_image_tag_as(struct docker_engine *engine, struct docker_image *image, const char *tag)
{
    struct docker_images *images = &engine->whole->images;
    struct arena *memory = engine->world->memory;

    for (uint32_t i = 0; i < images->count; i++) {
        if (value_holds_text(images->all[i].tags, tag)) {
            docker_image_untag(engine, &images->all[i], tag);
        }
    }
    image->tags = with_in_order(memory, image->tags, tag);
    image->tagged_ms = engine->world->now_ms;
    docker_engine_add_image(engine, tag);
    docker_containers_forget_lists(engine);
}

static struct docker_image *by_reference(const struct docker_images *images, const char *text)
{
    for (uint32_t i = 0; i < images->count; i++) {
        if (value_holds_text(images->all[i].tags, text) || value_holds_text(images->all[i].digests, text)) {
            return &images->all[i];
        }
    }
    return NULL;
}

/* By an id or what it begins with, "sha256:" before it or not. */
static struct docker_image *by_id(const struct docker_images *images, const char *text)
{
    const char *digits = strncmp(text, "sha256:", IMAGE_ID_PREFIX) == 0 ? text + IMAGE_ID_PREFIX : text;
    size_t length = strlen(digits);
    struct docker_image *found = NULL;

    if (length == 0 || strspn(digits, "0123456789abcdef") != length) {
        return NULL;
    }
    for (uint32_t i = 0; i < images->count; i++) {
        if (strncmp(images->all[i].id + IMAGE_ID_PREFIX, digits, length) == 0) {
            if (found != NULL) {
                return NULL;
            }
            found = &images->all[i];
        }
    }
    return found;
}

struct docker_image *docker_image_find(const struct docker_engine *engine, const char *reference)
{
    const struct docker_images *images = &engine->whole->images;
    struct arena *scratch = &engine->whole->scratch;
    struct docker_reference parts;
    struct docker_image *found = NULL;

    if (docker_reference_read(scratch, reference, &parts) == NULL) {
        found = by_reference(images, docker_reference_tagged(scratch, &parts));
    }
    arena_reset(scratch);
    return found != NULL ? found : by_id(images, reference);
}

struct docker_image *docker_image_of(struct docker_request *request)
{
    const char *name = docker_parameter(request, "image");
    struct docker_image *image = docker_image_find(request->engine, name);
    struct docker_reference parts;
    const char *wrong = docker_reference_read(request->answers, name, &parts);

    if (image == NULL && wrong != NULL && strncmp(name, "sha256:", IMAGE_ID_PREFIX) != 0) {
        effect_fail(request->effect, request->answers, 400, NULL, "%s", wrong);
    } else if (image == NULL) {
        const char *shown = wrong != NULL ? name : docker_reference_tagged(request->answers, &parts);

        effect_fail(request->effect, request->answers, 404, NULL, "No such image: %s", shown);
    }
    return image;
}

void docker_image_event(struct docker_engine *engine, const struct docker_image *image, const char *action,
                        const char *id, const char *name)
{
    struct arena *scratch = &engine->whole->scratch;
    const struct value *labels = value_get(image->config, "Labels");
    const struct value *attributes = value_is(labels, VALUE_OBJECT) ? labels : value_empty_object();

    docker_event_note(engine,
                      (struct docker_event){"image", action, id,
                                            value_with(scratch, attributes, "name", value_string(scratch, name))});
}
