/* What Dockerfile instructions in a request change of an image's configuration, and the name that it gives to an image:
 * imports and commits (moby builder/dockerfile, BuildFromConfig). */
#include "fakes/docker/images.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <ctype.h>
#include <string.h>

enum { ID_DIGITS = 64 };

/* `CMD ["a", "b"]` or `CMD a b`: the words of an instruction of a Dockerfile. */
static const struct value *words_of(struct arena *arena, const char *text)
{
    const struct value *words = value_parse(arena, text, strlen(text));

    if (value_is(words, VALUE_ARRAY)) {
        return words;
    }
    return ARRAY(arena, value_string(arena, "/bin/sh"), value_string(arena, "-c"), value_string(arena, text));
}

/* Takes one pair of `a=b c="d e"` (its value may be quoted) or the only one of `a b c`; gives the text behind it. */
static const char *take_pair(struct arena *arena, const char *text, const char **key, const char **value)
{
    size_t length = strcspn(text, "= ");
    bool is_last = text[length] != '=';

    *key = arena_string_n(arena, text, length);
    text += length + (text[length] != '\0');
    bool quoted = *text == '"' && !is_last;

    text += quoted;
    length = is_last ? strlen(text) : strcspn(text, quoted ? "\"" : " ");
    *value = arena_string_n(arena, text, length);
    text += length + (text[length] == '"');
    return text + strspn(text, " ");
}

static const struct value *with_labels(struct arena *arena, const struct value *labels, const char *text)
{
    labels = value_is(labels, VALUE_OBJECT) ? labels : value_empty_object();
    while (*text != '\0') {
        const char *key, *value;

        text = take_pair(arena, text, &key, &value);
        labels = value_with(arena, labels, key, value_string(arena, value));
    }
    return labels;
}

/* A variable takes the place that it had. */
static const struct value *with_variables(struct arena *arena, const struct value *env, const char *text)
{
    while (*text != '\0') {
        const struct value *all = value_empty_array();
        const char *key, *value;
        bool had = false;

        text = take_pair(arena, text, &key, &value);
        const struct value *pair = value_format(arena, "%s=%s", key, value);

        for (uint32_t i = 0; i < value_count(env); i++) {
            const char *old = value_text(value_at(env, i));
            bool is_it = old != NULL && strncmp(old, key, strlen(key)) == 0 && old[strlen(key)] == '=';

            all = value_append(arena, all, is_it ? pair : value_at(env, i));
            had |= is_it;
        }
        env = had ? all : value_append(arena, all, pair);
    }
    return env;
}

/* One instruction, onto the configuration; NULL when it is none that may stand there. */
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

        return value_with(arena, config, "Env",
                          with_variables(arena, value_is(env, VALUE_ARRAY) ? env : value_empty_array(), rest));
    }
    if (strcmp(word, "LABEL") == 0) {
        return value_with(arena, config, "Labels", with_labels(arena, value_get(config, "Labels"), rest));
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

const struct value *docker_image_changed(struct docker_request *request, const struct value *config)
{
    struct arena *arena = request->answers;
    const char *changes = docker_parameter(request, "changes");

    while (changes != NULL && *changes != '\0') {
        size_t length = strcspn(changes, "\n");
        char *instruction = arena_string_n(arena, changes, length);

        config = length == 0 ? config : changed(arena, config, instruction);
        if (config == NULL) {
            instruction[strcspn(instruction, " \t")] = '\0';
            for (char *at = instruction; *at != '\0'; at++) {
                *at = (char)tolower((unsigned char)*at);
            }
            effect_fail(request->effect, arena, 400, NULL, "%s is not a valid change command", instruction);
            return NULL;
        }
        changes += length + (changes[length] == '\n');
    }
    return config;
}

bool docker_image_new_name(struct docker_request *request, int status, struct docker_reference *reference, bool *given)
{
    struct arena *arena = request->answers;
    const char *repository = docker_parameter(request, "repo");
    const char *tag = docker_parameter(request, "tag");
    const char *wrong = NULL;

    *given = repository != NULL && repository[0] != '\0';
    if (!*given) {
        return true;
    }
    if (tag != NULL && tag[0] != '\0' && !docker_reference_is_tag(tag)) {
        wrong = "invalid tag format";
    } else if (strlen(repository) == ID_DIGITS && strspn(repository, "0123456789abcdef") == ID_DIGITS) {
        wrong =
            arena_printf(arena, "invalid repository name (%s), cannot specify 64-byte hexadecimal strings", repository);
    } else {
        wrong = docker_reference_read(
            arena, tag == NULL || tag[0] == '\0' ? repository : arena_printf(arena, "%s:%s", repository, tag),
            reference);
    }
    if (wrong != NULL) {
        effect_fail(request->effect, arena, status, NULL, "%s", wrong);
    }
    return wrong == NULL;
}
