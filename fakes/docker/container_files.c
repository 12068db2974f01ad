/* The files of containers and of what is mounted there (process_files.h). */
#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

#include <ctype.h>
#include <string.h>

enum { PASSWD_SIZE = 4096, CONTENT_MAX = 1024 };

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

/* A new volume begins with what the image has in the folder where it is mounted; programs aside. `below`: the path in
 * the volume. */
static void populate(const struct process_files *image, const char *folder, struct process_files *volume,
                     const char *below, int64_t now_ms)
{
    struct pool *pool = volume->pool;
    struct text names = {0}, from = {0}, to = {0};

    process_files_names(image, folder, pool, &names);
    for (uint32_t at = 0; at < names.length; at = text_next_string(&names, at)) {
        text_cut(&from, 0);
        text_cut(&to, 0);
        text_printf(pool, &from, "%s/%s", folder, names.bytes + at);
        text_printf(pool, &to, "%s/%s", below, names.bytes + at);
        const struct file_status status = process_files_status(image, text_string(&from));

        if (status.kind == FILE_FOLDER) {
            (void)process_files_mkdir(volume, text_string(&to), now_ms);
            populate(image, text_string(&from), volume, text_string(&to), now_ms); // as deep as the image's tree
        } else if (status.kind == FILE_REGULAR && !status.executable) {
            char content[CONTENT_MAX];
            size_t length = process_files_read(image, text_string(&from), 0, content, sizeof content);

            (void)process_files_write(volume, text_string(&to), 0, content, length, now_ms);
        }
    }
    text_free(pool, &names);
    text_free(pool, &from);
    text_free(pool, &to);
}

static bool is_to_be_populated(const struct value *mount, const struct process_files *volume)
{
    const char *mode = value_get_text(mount, "Mode");

    return value_is_text(value_get(mount, "Type"), "volume") && volume->first == NULL &&
           strstr(mode == NULL ? "" : mode, "nocopy") == NULL;
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
            if (is_to_be_populated(mount, mounted)) {
                populate(files, text_string(&path), mounted, "", engine->world->now_ms);
            }
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
    size_t length = user == NULL ? 0 : strcspn(user, ":");

    if (length == 0 || isdigit((unsigned char)user[0])) {
        return NULL;
    }
    char *passwd = arena_alloc(arena, PASSWD_SIZE);

    passwd[process_files_read(files, "/etc/passwd", 0, passwd, PASSWD_SIZE - 1)] = '\0';
    if (has_user(passwd, user, length)) {
        return NULL;
    }
    return arena_printf(arena, "unable to find user %.*s: no matching entries in passwd file", (int)length, user);
}
