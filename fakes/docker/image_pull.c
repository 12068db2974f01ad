/* POST /images/create: pulls from the scripted registry (fakes/image_registry.h), and imports; the lines of progress
 * that both, and loads, answer with (moby pkg/streamformatter, distribution/xfer). */
#include "fakes/docker/handlers.h"
#include "fakes/docker/image_tar.h"
#include "fakes/docker/images.h"
#include "fakes/docker/reference.h"
#include "fakes/world.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { BAR_WIDTH = 50, KILO = 1000 };

/* ---- lines
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct value *add_line(struct arena *arena, const struct value *lines, const char *id, const char *status)
{
    return value_append(arena, lines,
                        OBJECT(arena, {"status", value_string(arena, status)}, {"id", value_string(arena, id)}));
}

/* A state of a layer, without numbers. */
static const struct value *add_state(struct arena *arena, const struct value *lines, const char *id, const char *status)
{
    return value_append(arena, lines,
                        OBJECT(arena, {"status", value_string(arena, status)}, {"progressDetail", value_empty_object()},
                               {"id", value_string(arena, id)}));
}

/* Bytes as go-units' HumanSize writes them. */
static const char *human_size(struct arena *arena, double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;

    while (bytes >= KILO && unit + 1 < sizeof units / sizeof units[0]) {
        bytes /= KILO;
        unit++;
    }
    return arena_printf(arena, "%.4g%s", bytes, units[unit]);
}

static const struct value *add_progress(struct arena *arena, const struct value *lines, const char *id,
                                        const char *status, double current, double total)
{
    int filled = (int)(current / total * BAR_WIDTH);
    char bar[BAR_WIDTH + 2];

    memset(bar, ' ', sizeof bar);
    memset(bar, '=', (size_t)filled);
    bar[filled] = '>';
    const char *text = arena_printf(arena, "[%.*s]  %s/%s", BAR_WIDTH + (filled == BAR_WIDTH), bar,
                                    human_size(arena, current), human_size(arena, total));

    return value_append(arena, lines,
                        OBJECT(arena, {"status", value_string(arena, status)},
                               {"progressDetail", OBJECT(arena, {"current", value_number(arena, current)},
                                                         {"total", value_number(arena, total)})},
                               {"progress", value_string(arena, text)}, {"id", value_string(arena, id)}));
}

static const struct value *add_layer(struct arena *arena, const struct value *lines, const char *id, double bytes)
{
    lines = add_state(arena, lines, id, "Pulling fs layer");
    lines = add_progress(arena, lines, id, "Downloading", bytes / 2, bytes);
    lines = add_state(arena, lines, id, "Verifying Checksum");
    lines = add_state(arena, lines, id, "Download complete");
    lines = add_progress(arena, lines, id, "Extracting", bytes, bytes);
    lines = add_progress(arena, lines, id, "Extracting", bytes, bytes);
    return add_state(arena, lines, id, "Pull complete");
}

static void answer_lines(struct docker_request *request, const struct value *lines)
{
    request->effect->result = OBJECT(request->answers, {"status", value_number(request->answers, 200)});
    request->reply->content_type = "application/json";
    request->reply->stream =
        (struct docker_stream){.kind = DOCKER_STREAM_PROGRESS, .content = value_copy(request->lasting, lines)};
}

/* position: lines given so far. */
enum docker_stream_state docker_progress_next(struct docker_engine *engine, struct docker_stream *stream,
                                              struct arena *arena, struct docker_chunk *chunk)
{
    (void)engine;
    if (stream->position >= value_count(stream->content)) {
        return DOCKER_OVER;
    }
    const struct value *line = value_at(stream->content, (uint32_t)stream->position++);

    chunk->bytes = arena_printf(arena, "%s\r\n", value_json(arena, line));
    chunk->length = strlen(chunk->bytes);
    return stream->position < value_count(stream->content) ? DOCKER_MORE : DOCKER_OVER;
}

/* ---- pull
 * -------------------------------------------------------------------------------------------------------------------
 */

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

static void pull(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    struct docker_reference reference;

    if (!read_reference(request, &reference)) {
        return;
    }
    const char *tagged = docker_reference_tagged(arena, &reference);
    const struct registry_image *known = image_registry_find(&engine->world->registry, tagged);
    struct docker_image *present = docker_image_find(engine, tagged);
    bool updated = known != NULL && known->updated;
    const char *digest = docker_digest(arena, image_registry_digest(tagged, updated, arena));
    const struct value *lines = value_empty_array();

    if (known != NULL && known->missing) {
        is_missing(request, &reference);
        return;
    }
    lines = add_line(arena, lines, reference.tag == NULL ? "latest" : reference.tag,
                     arena_printf(arena, "Pulling from %s", reference.path));
    const char *by_digest = arena_printf(arena, "%s@%s", reference.name, digest);
    bool up_to_date = present != NULL && (!updated || value_holds_text(present->digests, by_digest));

    if (!up_to_date) {
        struct docker_image *image = docker_image_add(engine, tagged, NULL);

        image->architecture = known == NULL ? image->architecture : known->architecture;
        image->size_bytes = known == NULL ? image->size_bytes : known->size_bytes;
        image->digests =
            value_append(engine->world->memory, image->digests, value_string(engine->world->memory, by_digest));
        docker_image_tag_as(engine, image, tagged);
        const char *layer = docker_image_layer(image, arena) + IMAGE_ID_PREFIX;

        lines = add_layer(arena, lines, arena_string_n(arena, layer, SHORT_ID), image->size_bytes);
        world_note_change(engine->world,
                          (struct change){.kind = CHANGE_IMAGE_PULLED, .object = value_text(value_at(image->tags, 0))});
        present = image;
    }
    lines = value_append(arena, lines, OBJECT(arena, {"status", value_format(arena, "Digest: %s", digest)}));
    const char *outcome = up_to_date ? "Image is up to date for" : "Downloaded newer image for";

    lines =
        value_append(arena, lines, OBJECT(arena, {"status", value_format(arena, "Status: %s %s", outcome, tagged)}));
    docker_image_event(engine, present, "pull", tagged, reference.name);
    answer_lines(request, lines);
}

/* ---- import
 * -------------------------------------------------------------------------------------------------------------------
 */

/* `CMD ["a", "b"]` or `CMD a b`: the words of an instruction of a Dockerfile. */
static const struct value *words_of(struct arena *arena, const char *text)
{
    const struct value *words = value_parse(arena, text, strlen(text));

    if (value_is(words, VALUE_ARRAY)) {
        return words;
    }
    return ARRAY(arena, value_string(arena, "/bin/sh"), value_string(arena, "-c"), value_string(arena, text));
}

static const struct value *with_label(struct arena *arena, const struct value *labels, const char *text)
{
    size_t length = strcspn(text, "=");
    const char *value = text[length] == '=' ? text + length + 1 : "";
    size_t quoted = value[0] == '"' && strlen(value) >= 2;

    return value_with(arena, value_is(labels, VALUE_OBJECT) ? labels : value_empty_object(),
                      arena_string_n(arena, text, length),
                      value_string_n(arena, value + quoted, strlen(value) - 2 * quoted));
}

/* One instruction of ?changes=, onto the configuration; NULL when it is none that may stand there. */
static const struct value *changed(struct arena *arena, const struct value *config, const char *instruction)
{
    size_t length = strcspn(instruction, " \t");
    const char *rest = instruction + length + strspn(instruction + length, " \t");
    char *word = arena_string_n(arena, instruction, length);

    for (char *at = word; *at != '\0'; at++) {
        *at = (char)toupper((unsigned char)*at);
    }
    if (strcmp(word, "CMD") == 0) {
        return value_with(arena, config, "Cmd", words_of(arena, rest));
    }
    if (strcmp(word, "ENTRYPOINT") == 0) {
        return value_with(arena, config, "Entrypoint", words_of(arena, rest));
    }
    if (strcmp(word, "ENV") == 0) {
        const struct value *env = value_get(config, "Env");
        char *pair = arena_string(arena, rest);

        if (strchr(pair, '=') == NULL && strchr(pair, ' ') != NULL) {
            *strchr(pair, ' ') = '=';
        }
        env = value_is(env, VALUE_ARRAY) ? env : value_empty_array();
        return value_with(arena, config, "Env", value_append(arena, env, value_string(arena, pair)));
    }
    if (strcmp(word, "LABEL") == 0) {
        return value_with(arena, config, "Labels", with_label(arena, value_get(config, "Labels"), rest));
    }
    if (strcmp(word, "USER") == 0) {
        return value_with(arena, config, "User", value_string(arena, rest));
    }
    if (strcmp(word, "WORKDIR") == 0) {
        return value_with(arena, config, "WorkingDir", value_string(arena, rest));
    }
    if (strcmp(word, "EXPOSE") == 0) {
        const char *port = strchr(rest, '/') == NULL ? arena_printf(arena, "%s/tcp", rest) : rest;
        const struct value *ports = value_get(config, "ExposedPorts");

        ports = value_is(ports, VALUE_OBJECT) ? ports : value_empty_object();
        return value_with(arena, config, "ExposedPorts", value_with(arena, ports, port, value_empty_object()));
    }
    if (strcmp(word, "VOLUME") == 0) {
        const struct value *volumes = value_get(config, "Volumes");

        volumes = value_is(volumes, VALUE_OBJECT) ? volumes : value_empty_object();
        return value_with(arena, config, "Volumes", value_with(arena, volumes, rest, value_empty_object()));
    }
    return NULL;
}

/* An image of a tar: only its configuration is looked at, which the request gives. */
static void import(struct docker_request *request, const char *source)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const char *repository = docker_parameter(request, "repo");
    const char *tag = docker_parameter(request, "tag");
    const char *message = docker_parameter(request, "message");
    const char *change = docker_parameter(request, "changes");
    struct docker_reference reference = {0};

    if (repository != NULL && repository[0] != '\0') {
        const char *name = tag == NULL || tag[0] == '\0' ? repository : arena_printf(arena, "%s:%s", repository, tag);
        const char *wrong = docker_reference_read(arena, name, &reference);

        if (wrong != NULL) {
            effect_fail(request->effect, arena, 400, NULL, "%s", wrong);
            return;
        }
    }
    const struct value *archive = value_get(request->effect->args, "body");

    if (!image_tar_is_one(value_text(archive), value_is(archive, VALUE_STRING) ? archive->count : 0)) {
        effect_fail(request->effect, arena, 500, NULL, "Error processing tar file(exit status 1): unexpected EOF");
        return;
    }
    struct docker_image *image = docker_image_add(engine, reference.name == NULL ? "import" : reference.name, NULL);
    const struct value *config = value_with(arena, image->config, "Cmd", value_null());

    config = value_with(arena, config, "Env", value_null());
    if (change != NULL && change[0] != '\0') {
        config = changed(arena, config, change);
    }
    if (config == NULL) {
        char *word = arena_string_n(arena, change, strcspn(change, " \t"));

        for (char *at = word; *at != '\0'; at++) {
            *at = (char)tolower((unsigned char)*at);
        }

        table_remove(engine->whole->images.all, &engine->whole->images.count, sizeof *image,
                     engine->whole->images.count - 1);
        effect_fail(request->effect, arena, 400, NULL, "%s is not a valid change command", word);
        return;
    }
    image->config = value_copy(engine->world->memory, config);
    image->comment = message != NULL && message[0] != '\0'
                         ? arena_string(engine->world->memory, message)
                         : arena_printf(engine->world->memory, "Imported from %s", source);
    if (reference.name != NULL) {
        docker_image_tag_as(engine, image, docker_reference_tagged(arena, &reference));
    }
    docker_image_event(engine, image, "import", image->id, image->id);
    answer_lines(request, ARRAY(arena, OBJECT(arena, {"status", value_string(arena, image->id)})));
}

void docker_image_pull(struct docker_request *request)
{
    const char *source = docker_parameter(request, "fromSrc");

    if (source != NULL && source[0] != '\0') {
        import(request, source);
    } else {
        pull(request);
    }
}

/* ---- load
 * -------------------------------------------------------------------------------------------------------------------
 */

/* One entry of an archive's manifest.json: {Config, RepoTags, Layers}. */
static const struct value *load_one(struct docker_request *request, const struct value *entry, const char *archive,
                                    size_t size, const struct value *lines)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    struct arena *memory = engine->world->memory;
    const char *config_name = value_get_text(entry, "Config");
    const struct value *tags = value_get(entry, "RepoTags");
    const struct value *content = config_name == NULL ? NULL : image_tar_json(arena, archive, size, config_name);
    const char *digits = config_name == NULL ? "" : arena_string_n(arena, config_name, strcspn(config_name, "."));
    const char *id = strlen(digits) == 64 ? arena_printf(arena, "sha256:%s", digits) : NULL;
    struct docker_image *image = id == NULL ? NULL : docker_image_find(engine, id);

    if (image == NULL) {
        image = docker_image_add(engine, value_text(value_at(tags, 0)) == NULL ? "load" : value_text(value_at(tags, 0)),
                                 id);
        if (value_is(value_get(content, "config"), VALUE_OBJECT)) {
            image->config = value_copy(memory, value_get(content, "config"));
        }
    }
    for (uint32_t i = 0; i < value_count(tags); i++) {
        const char *tag = value_text(value_at(tags, i));

        docker_image_tag_as(engine, image, tag);
        lines = value_append(arena, lines, OBJECT(arena, {"stream", value_format(arena, "Loaded image: %s\n", tag)}));
    }
    if (value_count(tags) == 0) {
        lines = value_append(arena, lines,
                             OBJECT(arena, {"stream", value_format(arena, "Loaded image ID: %s\n", image->id)}));
    }
    docker_image_event(engine, image, "load", image->id, image->id);
    return lines;
}

void docker_images_load(struct docker_request *request)
{
    struct arena *arena = request->answers;
    const struct value *body = value_get(request->effect->args, "body");
    const char *archive = value_text(body);
    size_t size = value_is(body, VALUE_STRING) ? body->count : 0;
    const struct value *manifest = image_tar_json(arena, archive, size, "manifest.json");
    const struct value *lines = value_empty_array();

    for (uint32_t i = 0; i < value_count(manifest); i++) {
        lines = load_one(request, value_at(manifest, i), archive, size, lines);
    }
    if (manifest == NULL) {
        const char *message = "open /var/lib/docker/tmp/docker-import/repositories: no such file or directory";

        lines = ARRAY(arena, OBJECT(arena, {"errorDetail", OBJECT(arena, {"message", value_string(arena, message)})},
                                    {"error", value_string(arena, message)}));
    }
    answer_lines(request, lines);
}
