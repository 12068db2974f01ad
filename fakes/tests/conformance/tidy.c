#include "fakes/tests/conformance/tidy.h"

#include "fakes/tests/conformance/compose.h"

#include <string.h>

static const char base_tag[] = "busybox:latest";

cJSON *ask(struct target *target, struct variables *variables, const char *line, struct answer *answer)
{
    cJSON *step = cJSON_CreateObject();

    cJSON_AddStringToObject(step, "request", line);
    void *begun = target->begin(target, compose_request(variables, step));

    cJSON_Delete(step);
    *answer = (struct answer){.body = "", .failure = "this target cannot make the request"};
    if (begun != NULL) {
        target->finish(target, begun, variables->arena, answer);
    }
    return cJSON_Parse(answer->body);
}

/* What is listed where, and how one of it is removed. */
static const struct kind {
    const char *list;
    const char *inside; /* the member of the answer that has the list; NULL: it is the answer */
    const char *name;
    const char *removal;
} kinds[] = {
    {"GET /v1.41/containers/json?all=1", NULL, "Id", "DELETE /v1.41/containers/%s?force=1&v=1"},
    {"GET /v1.41/networks", NULL, "Name", "DELETE /v1.41/networks/%s"},
    {"GET /v1.41/volumes", "Volumes", "Name", "DELETE /v1.41/volumes/%s?force=1"},
};

static bool is_builtin(const char *name)
{
    return strcmp(name, "none") == 0 || strcmp(name, "host") == 0 || strcmp(name, "bridge") == 0;
}

static const char *remove_one(struct target *target, struct variables *variables, const char *removal, const char *name,
                              const char *left)
{
    struct answer answer;
    /* The format has one %s: it is of the table above. */
    const char *percent = strchr(removal, '%');
    const char *line =
        arena_printf(variables->arena, "%.*s%s%s", (int)(percent - removal), removal, name, percent + strlen("%s"));

    cJSON_Delete(ask(target, variables, line, &answer));
    return arena_printf(variables->arena, "%s%s%s", left == NULL ? "" : left, left == NULL ? "" : ", ", line);
}

static const char *tidy_images(struct target *target, struct variables *variables, const char *left)
{
    static const char removal[] = "DELETE /v1.41/images/%s?force=1";
    struct answer answer;
    cJSON *images = ask(target, variables, "GET /v1.41/images/json", &answer);
    const char *base = variables_find(variables, "image");
    const cJSON *image = NULL, *tag = NULL;

    cJSON_ArrayForEach (image, images) {
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(image, "Id"));

        if (id == NULL || base == NULL || strcmp(id, base) != 0) {
            left = id == NULL ? left : remove_one(target, variables, removal, id, left);
            continue;
        }
        cJSON_ArrayForEach (tag, cJSON_GetObjectItemCaseSensitive(image, "RepoTags")) {
            if (strcmp(tag->valuestring, base_tag) != 0) {
                left = remove_one(target, variables, removal, tag->valuestring, left);
            }
        }
    }
    cJSON_Delete(images);
    return left;
}

const char *tidy(struct target *target, struct variables *variables)
{
    const char *left = NULL;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct answer answer;
        cJSON *listed = ask(target, variables, kinds[i].list, &answer), *item = NULL;
        const cJSON *list = kinds[i].inside == NULL ? listed : cJSON_GetObjectItem(listed, kinds[i].inside);

        cJSON_ArrayForEach (item, list) {
            const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, kinds[i].name));

            if (name != NULL && !is_builtin(name)) {
                left = remove_one(target, variables, kinds[i].removal, name, left);
            }
        }
        cJSON_Delete(listed);
    }
    return tidy_images(target, variables, left);
}
