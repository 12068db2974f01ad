#include "fakes/docker/reference.h"

#include <string.h>

enum { NAME_LENGTH_MAX = 255, TAG_LENGTH_MAX = 128, DIGEST_HEX_MIN = 32 };

static const char invalid[] = "invalid reference format";

static bool is_in(char character, const char *set)
{
    return character != '\0' && strchr(set, character) != NULL;
}

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Whether a text is a path of lower-case components, each alphanumeric with single `.`, one or two `_` or any `-`
 * inside. */
static bool is_path(const char *text, size_t length)
{
    bool after_word = false;
    size_t i = 0;

    while (i < length) {
        if (is_in(text[i], LOWER)) {
            after_word = true;
            i++;
            continue;
        }
        size_t dashes = strspn(text + i, "-"), underlines = strspn(text + i, "_");
        size_t separator = dashes > 0 ? dashes : underlines > 0 && underlines <= 2 ? underlines : is_in(text[i], "./");

        i += separator;
        if (separator == 0 || !after_word || i >= length || !is_in(text[i], LOWER)) {
            return false;
        }
    }
    return length > 0;
}

bool docker_reference_is_tag(const char *tag)
{
    return tag[0] != '\0' && !is_in(tag[0], ".-") && strspn(tag, LOWER UPPER "_.-") == strlen(tag) &&
           strlen(tag) <= TAG_LENGTH_MAX;
}

static bool is_digest(const char *digest)
{
    const char *colon = strchr(digest, ':');

    return colon != NULL && colon > digest && strlen(colon + 1) >= DIGEST_HEX_MIN &&
           strspn(colon + 1, "0123456789abcdefABCDEF") == strlen(colon + 1);
}

/* The bytes of the host: what comes before the first slash, when it looks like one; 0: there is none. */
static size_t host_length(const char *name)
{
    size_t length = strcspn(name, "/");
    bool looks_like_one = strcspn(name, ".:" UPPER) < length || strncmp(name, "localhost/", strlen("localhost/")) == 0;

    return name[length] == '/' && looks_like_one ? length : 0;
}

static bool is_docker_hub(const char *name, size_t host)
{
    return host == 0 || strncmp(name, "docker.io/", host + 1) == 0 || strncmp(name, "index.docker.io/", host + 1) == 0;
}

const char *docker_reference_read(struct arena *arena, const char *text, struct docker_reference *reference)
{
    char *name = arena_string(arena, text);
    char *at = strchr(name, '@');

    *reference = (struct docker_reference){.host = "docker.io"};
    if (at != NULL) {
        *at = '\0';
        reference->digest = at + 1;
    }
    char *slash = strrchr(name, '/');
    char *colon = strchr(slash == NULL ? name : slash, ':');

    if (colon != NULL) {
        *colon = '\0';
        reference->tag = colon + 1;
    }
    size_t host = host_length(name);
    const char *path = host > 0 ? name + host + 1 : name;

    if (path[strcspn(path, UPPER)] != '\0') {
        return "invalid reference format: repository name must be lowercase";
    }
    if (!is_path(path, strlen(path)) || (reference->tag != NULL && !docker_reference_is_tag(reference->tag)) ||
        (reference->digest != NULL && !is_digest(reference->digest))) {
        return invalid;
    }
    if (strlen(name) > NAME_LENGTH_MAX) {
        return "repository name must not be more than 255 characters";
    }
    if (is_docker_hub(name, host)) {
        const char *official = strncmp(path, "library/", strlen("library/")) == 0 ? path + strlen("library/") : path;

        reference->name = official;
        reference->path = strchr(official, '/') == NULL ? arena_printf(arena, "library/%s", official) : path;
    } else {
        reference->host = arena_string_n(arena, name, host);
        reference->path = path;
        reference->name = name;
    }
    return NULL;
}

const char *docker_reference_tagged(struct arena *arena, const struct docker_reference *reference)
{
    if (reference->digest != NULL) {
        return arena_printf(arena, "%s@%s", reference->name, reference->digest);
    }
    return arena_printf(arena, "%s:%s", reference->name, reference->tag == NULL ? "latest" : reference->tag);
}
