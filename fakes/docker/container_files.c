/* The files of containers and of what is mounted there (process_files.h). */
#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

#include <ctype.h>
#include <string.h>

enum { PASSWD_SIZE = 4096 };

/* A folder and those above it, as the Engine makes them where something is to be mounted. */
static void make_folder(struct process_files *files, const char *folder, struct pool *pool, int64_t now_ms)
{
    struct text path = {0};

    for (const char *part = folder; *part != '\0'; part += strcspn(part, "/")) {
        part++;
        text_cut(&path, 0);
        text_add(pool, &path, folder, (size_t)(part - folder) + strcspn(part, "/"));
        (void)process_files_mkdir(files, text_string(&path), now_ms); /* it may be there */
    }
    text_free(pool, &path);
}

/* Mounts are there, from the first on that is looked at. What is mounted over a file (/etc/localtime of the host) is as
 * the image has it. */
static void mount_all(struct docker_engine *engine, const struct container *container)
{
    struct process_files *files = container->details->files;
    const struct value *mounts = container->details->mounts;
    struct pool *pool = &engine->whole->pool;
    bool read_only = files->read_only;

    files->read_only = false;
    for (uint32_t i = 0; i < value_count(mounts); i++) {
        const struct value *mount = value_at(mounts, i);
        const char *folder = value_get_text(mount, "Destination");
        struct process_files *mounted = docker_volumes_files(engine, mount);
        struct text path = {0};

        process_files_resolve(files, folder, true, pool, &path);
        make_folder(files, text_string(&path), pool, engine->world->now_ms);
        if (mounted != NULL && process_files_status(files, text_string(&path)).kind == FILE_FOLDER) {
            process_files_mount(files, text_string(&path), mounted, !value_truthy(value_get(mount, "RW")));
        }
        text_free(pool, &path);
    }
    files->read_only = read_only;
}

struct process_files *container_files(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;
    struct pool *pool = &engine->whole->pool;

    if (details->files == NULL) {
        details->files = pool_take(pool, sizeof *details->files);
        process_files_init(details->files, pool);
        details->files->read_only = value_truthy(value_get(details->host_config, "ReadonlyRootfs"));
        details->files->hostname = value_get_text(details->config, "Hostname");
        const struct docker_image *image =
            details->image_id == NULL ? NULL : docker_image_find(engine, details->image_id);

        if (image != NULL && image->files != NULL) {
            process_files_copy(details->files, image->files);
        }
        mount_all(engine, container);
    }
    details->files->address = NULL;
    for (uint32_t i = 0; i < details->endpoints.count && details->files->address == NULL; i++) {
        const char *address = details->endpoints.all[i].address;

        details->files->address = address[0] == '\0' ? NULL : address;
    }
    return details->files;
}

void container_files_end(struct docker_engine *engine, struct container *container)
{
    struct container_details *details = container->details;

    if (details->files != NULL) {
        process_files_free(details->files);
        pool_give(&engine->whole->pool, details->files, sizeof *details->files);
        details->files = NULL;
    }
}

/* Whether there is a line of a passwd file. */
static bool has_user(const char *passwd, const char *user, size_t length)
{
    for (const char *line = passwd; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, user, length) == 0 && line[length] == ':') {
            return true;
        }
    }
    return false;
}

const char *container_no_user(const struct process_files *files, const char *user, struct arena *arena)
{
    char *passwd = arena_alloc(arena, PASSWD_SIZE);
    size_t length = user == NULL ? 0 : strcspn(user, ":");
    size_t read = process_files_read(files, "/etc/passwd", 0, passwd, PASSWD_SIZE - 1);

    passwd[read] = '\0';
    if (length == 0 || isdigit((unsigned char)user[0]) || has_user(passwd, user, length)) {
        return NULL;
    }
    return arena_printf(arena, "unable to find user %.*s: no matching entries in passwd file", (int)length, user);
}
