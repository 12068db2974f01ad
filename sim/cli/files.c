/* Which files an operand means. */
#include "sim/cli/cli.h"

#include "core/heap.h"
#include "fakes/world.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDER_DEPTH_MAX = 16 };

static void add_file(struct arena *arena, struct file_list *files, const char *name)
{
    *(const char **)table_add(arena, (void **)&files->names, &files->count, &files->size, sizeof files->names[0]) =
        name;
}

static bool is_scenario_name(const char *name)
{
    size_t length = strlen(name);

    return length > 5 && strcmp(name + length - 5, ".json") == 0 && strcmp(name, "schema.json") != 0;
}

/* Recordings are data of the real system, not scenarios. */
static bool is_skipped_folder(const char *name)
{
    return name[0] == '.' || strcmp(name, "recordings") == 0;
}

static bool collect_folder(struct arena *arena, const char *path, struct file_list *files, int depth)
{
    struct dirent **entries = NULL;
    int count = -1;

    do {
        count = scandir(path, &entries, NULL, NULL);
    } while (count < 0 && errno == EINTR);
    bool good = count >= 0;

    if (!good && errno == ENOMEM) {
        heap_is_out();
    }
    if (!good) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        const char *inside = arena_printf(arena, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", name);
        struct stat status;

        if (stat(inside, &status) == 0 && S_ISDIR(status.st_mode)) {
            if (!is_skipped_folder(name) && depth < FOLDER_DEPTH_MAX) {
                good = collect_folder(arena, inside, files, depth + 1) && good;
            }
        } else if (is_scenario_name(name)) {
            add_file(arena, files, inside);
        }
        free(entries[i]);
    }
    free(entries);
    return good;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

bool collect_files(struct arena *arena, const char *path, struct file_list *files)
{
    struct stat status;
    uint32_t before = files->count;

    if (stat(path, &status) != 0) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(status.st_mode)) {
        add_file(arena, files, arena_string(arena, path));
        return true;
    }
    if (!collect_folder(arena, path, files, 0)) {
        return false;
    }
    if (files->count == before) {
        complain("%s: no scenario files (*.json) in this directory", path);
        return false;
    }
    qsort(files->names + before, files->count - before, sizeof files->names[0], by_name);
    return true;
}
