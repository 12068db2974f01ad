#include "fakes/docker/images.h"

#include "fakes/docker/containers.h"
#include "fakes/docker/filters.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/reference.h"
#include "fakes/world.h"

#include <stdlib.h>
#include <string.h>

enum { MS_PER_SECOND = 1000, DIGEST_LENGTH = 71 /* "sha256:" and 64 digits */, HEX_WORDS = 4, SIZE_DEFAULT = 4262000 };

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
        .architecture = "amd64",
        .created_ms = engine->world->now_ms,
        .size_bytes = SIZE_DEFAULT,
    };
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

void docker_image_tag_as(struct docker_engine *engine, struct docker_image *image, const char *tag)
{
    struct docker_images *images = &engine->whole->images;
    struct arena *memory = engine->world->memory;

    for (uint32_t i = 0; i < images->count; i++) {
        if (value_holds_text(images->all[i].tags, tag)) {
            docker_image_untag(engine, &images->all[i], tag);
        }
    }
    image->tags = value_append(memory, image->tags, value_string(memory, tag));
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

const char *docker_image_layer(const struct docker_image *image, struct arena *arena)
{
    return docker_digest(arena, image->id);
}

/* ---- list
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct value *or_null(const struct value *array)
{
    return value_count(array) == 0 ? value_null() : array;
}

static const struct value *listed(const struct docker_image *image, struct arena *arena)
{
    bool dangling = value_count(image->tags) == 0;
    const struct value *tags = dangling ? ARRAY(arena, value_string(arena, "<none>:<none>")) : image->tags;
    const struct value *digests = dangling && value_count(image->digests) == 0
                                      ? ARRAY(arena, value_string(arena, "<none>@<none>"))
                                      : or_null(image->digests);
    const struct value *size = value_number(arena, image->size_bytes);

    return OBJECT(arena, {"Containers", value_number(arena, -1)},
                  {"Created", docker_unix_seconds(arena, image->created_ms)}, {"Id", value_string(arena, image->id)},
                  {"Labels", value_get(image->config, "Labels")}, {"ParentId", value_string(arena, "")},
                  {"RepoDigests", digests}, {"RepoTags", tags}, {"SharedSize", value_number(arena, -1)}, {"Size", size},
                  {"VirtualSize", size});
}

/* One of path.Match's: `*` is anything but a slash, `?` one of these. */
static bool matches(const char *pattern, const char *text)
{
    if (*pattern == '*') {
        return matches(pattern + 1, text) || (*text != '\0' && *text != '/' && matches(pattern, text + 1));
    }
    if (*pattern == '\0' || *text == '\0') {
        return *pattern == *text;
    }
    return (*pattern == *text || (*pattern == '?' && *text != '/')) && matches(pattern + 1, text + 1);
}

/* The tags that one of the filter's patterns fits, with a tag in the pattern or without. */
static const struct value *tags_that_fit(const struct value *tags, const struct value *patterns, struct arena *arena)
{
    const struct value *fitting = value_empty_array();

    for (uint32_t i = 0; i < value_count(tags); i++) {
        const char *tag = value_text(value_at(tags, i));
        const char *name = arena_string_n(arena, tag, (size_t)(strrchr(tag, ':') - tag));
        bool fits = false;

        for (uint32_t j = 0; j < value_count(patterns); j++) {
            const char *pattern = value_text(value_at(patterns, j));

            fits = fits || matches(pattern, tag) || matches(pattern, name);
        }
        if (fits) {
            fitting = value_append(arena, fitting, value_at(tags, i));
        }
    }
    return fitting;
}

/* The image that a filter `before` or `since` names. false, with an error set, when there is none. */
static bool image_of_filter(struct docker_request *request, const struct docker_filters *filters, const char *name,
                            const struct docker_image **image)
{
    const char *reference = value_text(value_at(docker_filter_values(filters, name), 0));

    *image = NULL;
    if (reference != NULL && (*image = docker_image_find(request->engine, reference)) == NULL) {
        struct docker_reference parts;
        const char *wrong = docker_reference_read(request->answers, reference, &parts);

        effect_fail(request->effect, request->answers, 404, NULL, "No such image: %s",
                    wrong != NULL ? reference : docker_reference_tagged(request->answers, &parts));
        return false;
    }
    return true;
}

struct image_list {
    struct docker_filters filters;
    const struct docker_image *before, *since;
    bool dangling_asked, dangling;
};

static const struct value *passed(const struct image_list *list, const struct docker_image *image, struct arena *arena)
{
    const struct value *patterns = docker_filter_values(&list->filters, "reference");
    struct docker_image shown = *image;

    if ((list->dangling_asked && list->dangling != (value_count(image->tags) == 0)) ||
        (list->before != NULL && image->created_ms >= list->before->created_ms) ||
        (list->since != NULL && image->created_ms <= list->since->created_ms) ||
        !docker_filter_labels(&list->filters, "label", value_get(image->config, "Labels"))) {
        return NULL;
    }
    if (patterns != NULL) {
        shown.tags = tags_that_fit(image->tags, patterns, arena);
        shown.digests = value_empty_array();
        if (value_count(shown.tags) == 0) {
            return NULL;
        }
    }
    return listed(&shown, arena);
}

/* The newest first. */
static int newest_first(const void *left, const void *right)
{
    double left_s = value_get_number(*(const struct value *const *)left, "Created", 0);
    double right_s = value_get_number(*(const struct value *const *)right, "Created", 0);

    return left_s < right_s ? 1 : left_s > right_s ? -1 : 0;
}

void docker_images_list(struct docker_request *request)
{
    static const char *const accepted[] = {"dangling", "label", "before", "since", "reference", NULL};
    const struct docker_images *images = &request->engine->whole->images;
    struct arena *arena = request->answers;
    struct image_list list = {0};
    const struct value **found = arena_alloc(arena, (images->count + 1) * sizeof *found);
    size_t count = 0;

    if (!docker_filters_read(request, accepted, &list.filters) ||
        !docker_filter_truth(request, &list.filters, "dangling", false, &list.dangling) ||
        !image_of_filter(request, &list.filters, "before", &list.before) ||
        !image_of_filter(request, &list.filters, "since", &list.since)) {
        return;
    }
    list.dangling_asked = docker_filter_values(&list.filters, "dangling") != NULL;
    for (uint32_t i = 0; i < images->count; i++) {
        const struct value *shown = passed(&list, &images->all[i], arena);

        if (shown != NULL) {
            found[count++] = shown;
        }
    }
    qsort(found, count, sizeof found[0], newest_first);
    request->effect->result = value_array(arena, found, count);
}

/* ---- inspect, history, tag
 * -------------------------------------------------------------------------------------------------------------------
 */

void docker_image_inspect(struct docker_request *request)
{
    const struct docker_image *image = docker_image_of(request);
    struct arena *arena = request->answers;

    if (image == NULL) {
        const struct error *error = request->effect->error;

        effect_fail(request->effect, arena, error->status, NULL, "no such image: %s: %s",
                    docker_parameter(request, "image"), error->message);
        return;
    }
    const struct value *empty = value_string(arena, "");
    const struct value *size = value_number(arena, image->size_bytes);
    const char *directory = arena_printf(arena, "/var/lib/docker/overlay2/%s", image->id + IMAGE_ID_PREFIX);
    const struct value *data = OBJECT(arena, {"MergedDir", value_format(arena, "%s/merged", directory)},
                                      {"UpperDir", value_format(arena, "%s/diff", directory)},
                                      {"WorkDir", value_format(arena, "%s/work", directory)});
    const struct value *no_config = usual_config(arena, "");

    no_config = value_with(arena, value_with(arena, no_config, "Env", value_null()), "Cmd", value_null());
    request->effect->result =
        OBJECT(arena, {"Id", value_string(arena, image->id)}, {"RepoTags", image->tags},
               {"RepoDigests", image->digests}, {"Parent", empty}, {"Comment", value_string(arena, image->comment)},
               {"Created", value_string(arena, docker_time(arena, image->created_ms))}, {"Container", empty},
               {"ContainerConfig", no_config}, {"DockerVersion", value_string(arena, DOCKER_ENGINE_VERSION)},
               {"Author", empty}, {"Config", image->config}, {"Architecture", value_string(arena, image->architecture)},
               {"Os", value_string(arena, "linux")}, {"Size", size}, {"VirtualSize", size},
               {"GraphDriver", OBJECT(arena, {"Data", data}, {"Name", value_string(arena, "overlay2")})},
               {"RootFS", OBJECT(arena, {"Type", value_string(arena, "layers")},
                                 {"Layers", ARRAY(arena, value_string(arena, docker_image_layer(image, arena)))})},
               {"Metadata", OBJECT(arena, {"LastTagTime", value_string(arena, docker_time(arena, image->tagged_ms))})});
}

void docker_image_history(struct docker_request *request)
{
    const struct docker_image *image = docker_image_of(request);
    struct arena *arena = request->answers;

    if (image != NULL) {
        request->effect->result =
            ARRAY(arena, OBJECT(arena, {"Comment", value_string(arena, image->comment)},
                                {"Created", docker_unix_seconds(arena, image->created_ms)},
                                {"CreatedBy", value_string(arena, "")}, {"Id", value_string(arena, image->id)},
                                {"Size", value_number(arena, image->size_bytes)}, {"Tags", or_null(image->tags)}));
    }
}

void docker_image_tag(struct docker_request *request)
{
    struct docker_image *image = docker_image_of(request);
    struct arena *arena = request->answers;
    const char *repository = docker_parameter(request, "repo");
    const char *tag = docker_parameter(request, "tag");
    struct docker_reference parts;

    if (image == NULL) {
        return;
    }
    const char *text = repository == NULL ? "" : repository;

    if (tag != NULL && tag[0] != '\0' && !docker_reference_is_tag(tag)) {
        effect_fail(request->effect, arena, 500, NULL, "invalid tag format");
        return;
    }
    const char *wrong = docker_reference_read(
        arena, tag == NULL || tag[0] == '\0' ? text : arena_printf(arena, "%s:%s", text, tag), &parts);

    if (wrong != NULL) {
        effect_fail(request->effect, arena, 500, NULL, "%s", wrong);
        return;
    }
    const char *reference = docker_reference_tagged(arena, &parts);

    if (!value_holds_text(image->tags, reference)) {
        docker_image_tag_as(request->engine, image, reference);
    }
    docker_image_event(request->engine, image, "tag", image->id, parts.tag == NULL ? parts.name : reference);
}
