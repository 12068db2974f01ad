#include "fakes/docker/archive.h"

#include "fakes/world.h"

#include <string.h>

void archive_refuse(struct docker_request *request, int status, const char *text)
{
    effect_fail(request->effect, request->answers, status, NULL, "%s", text);
}

bool archive_is_of_kernel(const char *path, const struct file_status *status)
{
    return strncmp(path, "/proc/", strlen("/proc/")) == 0 || strncmp(path, "/sys/", strlen("/sys/")) == 0 ||
           status->kind == FILE_DEVICE;
}

const char *archive_resolved(struct docker_request *request, const struct process_files *files, const char *path,
                             bool last)
{
    struct pool *pool = &request->engine->whole->pool;
    struct text result = {0};

    process_files_resolve(files, path, last, pool, &result);
    const char *kept = arena_string(request->answers, text_string(&result));

    text_free(pool, &result);
    return kept;
}

/* Go's filepath.Base. */
static const char *base_of(struct arena *arena, const char *path)
{
    size_t length = strlen(path), start;

    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    for (start = length; start > 0 && path[start - 1] != '/'; start--) {
    }
    return length <= 1 ? "/" : arena_string_n(arena, path + start, length - start);
}

/* Whether what stands before a slash is no folder: then it is another error than not to be there. */
static bool leads_through_file(struct docker_request *request, const struct archive_spot *spot)
{
    char *above = arena_string(request->answers, spot->path);
    size_t length = strlen(spot->asked);

    if (spot->status.kind != FILE_NONE) {
        return spot->asked[length - 1] == '/' && spot->status.kind != FILE_FOLDER;
    }
    for (char *slash = strrchr(above, '/'); slash != NULL && slash != above; slash = strrchr(above, '/')) {
        *slash = '\0';
        const struct file_status status = process_files_status(spot->files, above);

        if (status.kind != FILE_NONE) {
            return status.kind != FILE_FOLDER;
        }
    }
    return false;
}

/* Finds what a request is about; false with an error set. `last`: a link at its end is followed. */
bool archive_find(struct docker_request *request, bool last, struct archive_spot *spot)
{
    struct arena *arena = request->answers;
    const char *path = docker_parameter(request, "path");

    if (path == NULL || path[0] == '\0') {
        archive_refuse(request, 400, "bad parameter: pathcannot be empty");
        return false;
    }
    *spot = (struct archive_spot){.container = docker_find_container(request), .asked = path};
    if (spot->container == NULL) {
        return false;
    }
    spot->files = container_files(request->engine, spot->container);
    path = arena_printf(arena, "/%s", path);
    spot->base = base_of(arena, path);
    spot->path = archive_resolved(request, spot->files, path, last);
    spot->status = process_files_status(spot->files, spot->path);
    if (leads_through_file(request, spot)) {
        if (!last) {
            archive_refuse(request, 500,
                           arena_printf(arena, "lstat /var/lib/docker/overlay2/%s/merged%s: not a directory",
                                        spot->container->id, path + (path[1] == '/')));
            return false;
        }
    } else if (spot->status.kind == FILE_NONE || archive_is_of_kernel(spot->path, &spot->status)) {
        archive_refuse(request, 404,
                       arena_printf(arena, "Could not find the file %s in container %s", spot->asked,
                                    docker_parameter(request, "container")));
        return false;
    }
    return true;
}
