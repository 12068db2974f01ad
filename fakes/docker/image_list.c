/* GET /images/json. */
#include "fakes/docker/containers.h"
#include "fakes/docker/filters.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/images.h"
#include "fakes/world.h"

#include <stdlib.h>
#include <string.h>

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

bool docker_image_dangling(struct docker_request *request, const struct docker_filters *filters, bool otherwise,
                           bool *truth)
{
    const char *text = value_text(value_at(docker_filter_values(filters, "dangling"), 0));

    if (text != NULL && (strcmp(text, "1") == 0 || strcmp(text, "0") == 0)) {
        effect_fail(request->effect, request->answers, 400, NULL, "Invalid filter 'dangling=[%s]'", text);
        return false;
    }
    return docker_filter_truth(request, filters, "dangling", otherwise, truth);
}

/* A class of characters, `[a-z]` or `[^a-z]`, after its bracket; what follows it, and whether it has the character. */
static const char *class_has(const char *pattern, char byte, bool *has)
{
    const bool negated = *pattern == '^';

    *has = false;
    for (pattern += negated; *pattern != ']'; pattern++) {
        char low = *pattern, high = low;

        if (pattern[1] == '-' && pattern[2] != ']') {
            high = pattern[2];
            pattern += 2;
        }
        *has = *has || (byte >= low && byte <= high);
    }
    *has = *has != negated;
    return pattern + 1;
}

/* One of Go's path.Match: `*` is anything but a slash, `?` one of these, `[…]` one of some. */
static bool matches(const char *pattern, const char *text)
{
    bool has = false;

    if (*pattern == '*') {
        return matches(pattern + 1, text) || (*text != '\0' && *text != '/' && matches(pattern, text + 1));
    }
    if (*pattern == '\0' || *text == '\0') {
        return *pattern == *text;
    }
    if (*pattern == '[') {
        const char *rest = class_has(pattern + 1, *text, &has);

        return has && matches(rest, text + 1);
    }
    return (*pattern == *text || (*pattern == '?' && *text != '/')) && matches(pattern + 1, text + 1);
}

/* Whether all patterns can be read; false with an error set. */
static bool are_patterns(struct docker_request *request, const struct value *patterns)
{
    for (uint32_t i = 0; i < value_count(patterns); i++) {
        const char *open = strchr(value_text(value_at(patterns, i)), '[');

        for (; open != NULL; open = strchr(open + 1, '[')) {
            const char *close = strchr(open, ']');

            if (close == NULL || close == open + 1) {
                effect_fail(request->effect, request->answers, 500, NULL, "syntax error in pattern");
                return false;
            }
            open = close;
        }
    }
    return true;
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
        !docker_image_dangling(request, &list.filters, false, &list.dangling) ||
        !image_of_filter(request, &list.filters, "before", &list.before) ||
        !image_of_filter(request, &list.filters, "since", &list.since) ||
        !are_patterns(request, docker_filter_values(&list.filters, "reference"))) {
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
