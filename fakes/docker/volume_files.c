/* What is in volumes and in folders of the host that are bound into containers. */
#include "fakes/docker/volumes.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <string.h>

static struct process_files *new_files(struct docker_engine *engine)
{
    struct pool *pool = &engine->whole->pool;
    struct process_files *files = pool_take(pool, sizeof *files);

    process_files_init(files, pool);
    files->is_volume = true;
    return files;
}

static struct process_files *folder_files(struct docker_engine *engine, const char *path)
{
    struct docker_volumes *volumes = &engine->whole->volumes;
    struct arena *memory = engine->world->memory;

    for (uint32_t i = 0; i < volumes->folder_count; i++) {
        if (strcmp(volumes->folders[i].path, path) == 0) {
            return volumes->folders[i].files;
        }
    }
    struct docker_host_folder *folder =
        table_add(memory, (void **)&volumes->folders, &volumes->folder_count, &volumes->folder_size, sizeof *folder);

    *folder = (struct docker_host_folder){arena_string(memory, path), new_files(engine)};
    return folder->files;
}

struct process_files *docker_volumes_files(struct docker_engine *engine, const struct value *mount)
{
    const char *name = value_get_text(mount, "Name");
    struct docker_volume *volume = name == NULL ? NULL : docker_volume_find(engine, name);

    if (value_is_text(value_get(mount, "Type"), "bind")) {
        return folder_files(engine, value_get_text(mount, "Source"));
    }
    if (volume != NULL && volume->files == NULL) {
        volume->files = new_files(engine);
    }
    return volume == NULL ? NULL : volume->files;
}
