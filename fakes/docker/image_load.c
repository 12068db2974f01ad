/* POST /images/load, GET /images/get: images as tars of `docker save` (image-spec v1.2: manifest.json, a configuration
 * and layers), at the level of names, configurations and layers' ids. moby image/tarexport. */
#include "fakes/docker/containers.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/images.h"
#include "fakes/docker/tar.h"
#include "fakes/world.h"

#include <string.h>

enum { ID_DIGITS = 64, FILE_MODE = 0644 };

static const char manifest_name[] = "manifest.json";

/* ---- load
 * -------------------------------------------------------------------------------------------------------------------
 */

struct archive {
    struct arena *arena;
    const char *bytes;
    size_t length;
};

struct wanted {
    const char *name;
    struct tar_entry found;
};

static bool find(void *context, const struct tar_entry *entry)
{
    struct wanted *wanted = context;

    if (strcmp(entry->name, wanted->name) != 0) {
        return true;
    }
    wanted->found = *entry;
    return false;
}

/* A file of the archive; its bytes are NULL when it is not there. */
static struct tar_entry file_of(const struct archive *archive, const char *name)
{
    struct wanted wanted = {.name = name};

    (void)tar_read(archive->arena, archive->bytes, archive->length, find, &wanted);
    return wanted.found;
}

/* "sha256:" and the digits by which images that were saved here call their configurations; NULL: it has another name.
 */
static const char *saved_id(struct arena *arena, const char *name)
{
    bool is_id = strspn(name, "0123456789abcdef") == ID_DIGITS && strcmp(name + ID_DIGITS, ".json") == 0;

    return is_id ? arena_printf(arena, "sha256:%.*s", ID_DIGITS, name) : NULL;
}

/* The first layer that is not what the configuration says of it, in the Engine's words; NULL: none. */
static const char *wrong_layer(const struct archive *archive, const struct value *entry, const struct value *diff_ids)
{
    const struct value *names = value_get(entry, "Layers");

    if (value_count(names) != value_count(diff_ids)) {
        return arena_printf(archive->arena, "invalid manifest, layers length mismatch: expected %u, got %u",
                            value_count(diff_ids), value_count(names));
    }
    for (uint32_t i = 0; i < value_count(names); i++) {
        struct tar_entry layer = file_of(archive, value_text(value_at(names, i)));
        const char *expected = value_text(value_at(diff_ids, i));
        const char *got = layer.bytes == NULL ? "nothing" : docker_sha256(archive->arena, layer.bytes, layer.length);

        if (expected == NULL || strcmp(expected, got) != 0) {
            return arena_printf(archive->arena, "invalid diffID for layer %u: expected \"%s\", got \"%s\"", i,
                                expected == NULL ? "" : expected, got);
        }
    }
    return NULL;
}

/* The image of a configuration, which may be there already. */
static struct docker_image *load_image(struct docker_engine *engine, const char *id, const struct value *content)
{
    struct arena *memory = engine->world->memory;
    struct docker_image *image = docker_image_find(engine, id);
    const char *architecture = value_get_text(content, "architecture");
    const struct value *given = value_get(content, "config");
    int64_t created_ms = 0;

    if (image != NULL) {
        return image;
    }
    image = docker_image_add(engine, "load", id);
    const struct value *config = docker_image_no_config(memory);

    for (uint32_t i = 0; value_is(given, VALUE_OBJECT) && i < given->count; i++) {
        config = value_with(memory, config, arena_string(memory, given->members[i].key),
                            value_copy(memory, given->members[i].value));
    }
    image->config = config;
    image->docker_version = "";
    image->layers = value_copy(memory, value_get(value_get(content, "rootfs"), "diff_ids"));
    image->architecture = architecture == NULL ? image->architecture : arena_string(memory, architecture);
    if (value_get_text(content, "created") != NULL && parse_iso_date(value_get_text(content, "created"), &created_ms)) {
        image->created_ms = created_ms;
    }
    return image;
}

/* Names the image, and says so; the message of the first name that is none. */
static const char *name_image(struct docker_request *request, struct docker_image *image, const struct value *tags,
                              const struct value **lines)
{
    struct arena *arena = request->answers;

    for (uint32_t i = 0; i < value_count(tags); i++) {
        const char *tag = value_text(value_at(tags, i));
        struct docker_reference reference;
        const char *wrong = docker_reference_read(arena, tag == NULL ? "" : tag, &reference);

        if (wrong != NULL) {
            return wrong;
        }
        const char *tagged = docker_reference_tagged(arena, &reference);

        if (!value_holds_text(image->tags, tagged)) {
            docker_image_tag_as(request->engine, image, tagged);
            image->tagged_ms = 0;
        }
        *lines =
            value_append(arena, *lines, OBJECT(arena, {"stream", value_format(arena, "Loaded image: %s\n", tagged)}));
    }
    if (value_count(tags) == 0) {
        *lines = value_append(arena, *lines,
                              OBJECT(arena, {"stream", value_format(arena, "Loaded image ID: %s\n", image->id)}));
    }
    return NULL;
}

/* One entry of the manifest: {Config, RepoTags, Layers}. NULL, or what is wrong. */
static const char *load_one(struct docker_request *request, const struct archive *archive, const struct value *entry,
                            const struct value **lines)
{
    struct arena *arena = request->answers;
    const char *name = value_get_text(entry, "Config");
    const struct tar_entry config = file_of(archive, name == NULL ? "" : name);
    const struct value *content = config.bytes == NULL ? NULL : value_parse(arena, config.bytes, config.length);
    const struct value *diff_ids = value_get(value_get(content, "rootfs"), "diff_ids");

    if (content == NULL) {
        return arena_printf(arena, "open /var/lib/docker/tmp/docker-import-%09u/%s: no such file or directory", 0U,
                            name == NULL ? "" : name);
    }
    const char *id = saved_id(arena, name);
    const char *wrong = id == NULL ? wrong_layer(archive, entry, diff_ids) : NULL;

    if (wrong != NULL) {
        return wrong;
    }
    id = id == NULL ? docker_sha256(arena, config.bytes, config.length) : id;
    struct docker_image *image = load_image(request->engine, id, content);

    wrong = name_image(request, image, value_get(entry, "RepoTags"), lines);
    if (wrong == NULL) {
        docker_image_event(request->engine, image, "load", image->id, image->id);
    }
    return wrong;
}

/* Loads what the manifest names. NULL, or what is wrong: images before that are there. */
static const char *load_all(struct docker_request *request, const struct archive *archive, const struct value **lines)
{
    struct arena *arena = request->answers;
    struct wanted wanted = {.name = manifest_name};

    if (archive->bytes == NULL || tar_read(arena, archive->bytes, archive->length, find, &wanted) != NULL) {
        return "Error processing tar file(exit status 1): unexpected EOF";
    }
    if (wanted.found.bytes == NULL) {
        return arena_printf(arena,
                            "open /var/lib/docker/tmp/docker-import-%09u/repositories: no such file or directory", 0U);
    }
    const struct value *manifest = value_parse(arena, wanted.found.bytes, wanted.found.length);

    if (!value_is(manifest, VALUE_ARRAY)) {
        return arena_printf(arena, "invalid character '%c' looking for beginning of value",
                            wanted.found.length == 0 ? ' ' : wanted.found.bytes[0]);
    }
    for (uint32_t i = 0; i < manifest->count; i++) {
        const char *wrong = load_one(request, archive, value_at(manifest, i), lines);

        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}

void docker_images_load(struct docker_request *request)
{
    const struct value *body = value_get(request->effect->args, "body");
    const struct archive archive = {request->answers, value_text(body), body == NULL ? 0 : body->count};
    const struct value *lines = value_empty_array();
    const char *wrong = load_all(request, &archive, &lines);

    if (wrong != NULL) {
        lines = value_append(request->answers, lines, docker_error_line(request->answers, wrong));
    }
    docker_answer_lines(request, lines);
}

/* ---- save
 * -------------------------------------------------------------------------------------------------------------------
 */

static void add_file(struct tar_writer *writer, const char *name, const char *bytes, size_t length)
{
    tar_add(writer,
            &(struct tar_entry){.name = name, .kind = TAR_FILE, .mode = FILE_MODE, .bytes = bytes, .length = length});
}

static const struct value *save_one(struct docker_request *request, struct tar_writer *writer,
                                    const struct docker_image *image)
{
    enum { EMPTY_TAR = 1024 };
    static const char no_files[EMPTY_TAR];
    struct arena *arena = request->answers;
    const struct value *names = value_empty_array();
    const char *config_name = arena_printf(arena, "%s.json", image->id + IMAGE_ID_PREFIX);
    const struct value *content = OBJECT(
        arena, {"architecture", value_string(arena, image->architecture)}, {"config", image->config},
        {"created", value_string(arena, docker_time(arena, image->created_ms))}, {"os", value_string(arena, "linux")},
        {"rootfs", OBJECT(arena, {"type", value_string(arena, "layers")}, {"diff_ids", image->layers})});
    const char *text = value_json(arena, content);

    add_file(writer, config_name, text, strlen(text));
    for (uint32_t i = 0; i < value_count(image->layers); i++) {
        const char *name =
            arena_printf(arena, "%s/layer.tar", value_text(value_at(image->layers, i)) + IMAGE_ID_PREFIX);

        add_file(writer, name, no_files, sizeof no_files);
        names = value_append(arena, names, value_string(arena, name));
    }
    return OBJECT(arena, {"Config", value_string(arena, config_name)},
                  {"RepoTags", value_count(image->tags) == 0 ? value_null() : image->tags}, {"Layers", names});
}

void docker_images_save(struct docker_request *request)
{
    struct arena *arena = request->answers;
    const char *one = docker_parameter(request, "image");
    const char *names = one == NULL ? docker_parameter(request, "names") : one;
    struct tar_writer *writer = tar_begin(request->lasting);
    const struct value *manifest = value_empty_array();

    while (names != NULL && *names != '\0' && request->effect->error == NULL) {
        size_t length = strcspn(names, "\n");
        const char *name = arena_string_n(arena, names, length);
        const struct docker_image *image = docker_image_find(request->engine, name);

        if (image == NULL) {
            effect_fail(request->effect, arena, 404, NULL, "No such image: %s", name);
        } else {
            manifest = value_append(arena, manifest, save_one(request, writer, image));
        }
        names += length + (names[length] == '\n');
    }
    const char *text = value_json(arena, manifest);

    add_file(writer, manifest_name, text, strlen(text));
    const char *bytes = tar_end(writer, &request->reply->text_length);

    if (request->effect->error == NULL) {
        request->reply->text = bytes;
        request->reply->text_stays = true;
        request->reply->content_type = "application/x-tar";
    }
}
