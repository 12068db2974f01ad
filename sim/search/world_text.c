#include "sim/search/world_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { JSON_SHOWN_MAX = 160 }; /* bytes of a request */

struct listing {
    struct sink *sink;
    struct kernel *kernel;
    struct arena arena;
    const char *title; /* of the section in progress; NULL once it stands there */
};

static void item(struct listing *listing, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void item(struct listing *listing, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const char *text = arena_vprintf(&listing->arena, format, arguments);

    va_end(arguments);
    sink_printf(listing->sink, "  %-11s  %s\n", listing->title == NULL ? "" : listing->title, text);
    listing->title = NULL;
}

/* ---- sections ----------------------------------------------------------------------------------------------- */

static void list_containers(struct listing *listing)
{
    const struct docker_engine *docker = &listing->kernel->world.docker;

    for (uint32_t i = 0; i < docker->container_count; i++) {
        const struct container *container = &docker->containers[i];

        item(listing, "%s %s, network %s%s", container->name, container_state_name(container->state),
             container->network, container->disconnected ? " (disconnected)" : "");
    }
}

static void list_networks(struct listing *listing)
{
    const struct docker_engine *docker = &listing->kernel->world.docker;

    for (uint32_t i = 0; i < docker->network_count; i++) {
        item(listing, "%s%s%s", docker->networks[i].name, docker->networks[i].subnet == NULL ? "" : " ",
             docker->networks[i].subnet == NULL ? "" : docker->networks[i].subnet);
    }
}

static void list_rows(struct listing *listing)
{
    struct document_store *store = &listing->kernel->world.store;
    const struct value *row = NULL;

    for (uint32_t i = 0; (row = document_store_at(store, "localzelapps", "zelappsinformation", i)) != NULL; i++) {
        item(listing, "%s", value_get_text(row, "name"));
    }
}

static void list_locations(struct listing *listing)
{
    struct document_store *store = &listing->kernel->world.store;
    const struct value *row = NULL;

    for (uint32_t i = 0; (row = document_store_at(store, "globalzelapps", "zelappslocation", i)) != NULL; i++) {
        item(listing, "%s on %s", value_get_text(row, "name"), value_get_text(row, "ip"));
    }
}

static void list_volumes(struct listing *listing)
{
    const struct host *host = &listing->kernel->world.host;

    for (uint32_t i = 0; i < host->volume_count; i++) {
        const struct volume_file *volume = &host->volumes[i];

        item(listing, "%s, %lld GB, %s", volume->path, (long long)volume->size_gb,
             !volume->formatted  ? "not formatted"
             : volume->mark == 0 ? "empty"
                                 : "holds data");
    }
}

static void list_mounts(struct listing *listing)
{
    const struct host *host = &listing->kernel->world.host;

    for (uint32_t i = 0; i < host->mount_count; i++) {
        item(listing, "%s on %s", host->mounts[i].volume, host->mounts[i].folder);
    }
}

static void list_folders(struct listing *listing)
{
    const struct syncthing *syncthing = &listing->kernel->world.syncthing;

    for (uint32_t i = 0; i < syncthing->folder_count; i++) {
        item(listing, "%s %s, %s", syncthing->folders[i].id, syncthing->folders[i].type, syncthing->folders[i].path);
    }
}

static void list_flags(struct listing *listing)
{
    for (unsigned i = 0; i < FLAG_COUNT && listing->kernel->node_up; i++) {
        if (listing->kernel->node.cells.flags[i]) {
            item(listing, "%s", flag_name((enum flag_id)i));
        }
    }
}

static void list_caches(struct listing *listing)
{
    for (unsigned i = 0; i < CELL_COUNT && listing->kernel->node_up; i++) {
        const struct cache *cache = &listing->kernel->node.cells.caches[i];
        const char *keys = "";

        for (uint32_t j = 0; j < cache->count; j++) {
            keys = arena_printf(&listing->arena, "%s%s%s", keys, j == 0 ? "" : ", ", cache->entries[j].key);
        }
        if (cache->count > 0) {
            item(listing, "%s: %s", cell_name((enum cell_id)i), keys);
        }
    }
}

static void list_tasks(struct listing *listing)
{
    for (uint32_t i = 0; i < listing->kernel->task_count; i++) {
        item(listing, "%s", task_words(&listing->arena, listing->kernel->tasks[i]));
    }
}

static const struct {
    const char *title;
    void (*list)(struct listing *listing);
} sections[] = {{"containers", list_containers}, {"networks", list_networks},
                {"local rows", list_rows},       {"locations", list_locations},
                {"volumes", list_volumes},       {"mounts", list_mounts},
                {"folders", list_folders},       {"flags", list_flags},
                {"caches", list_caches},         {"tasks", list_tasks}};

void world_text_write(struct sink *sink, struct kernel *kernel)
{
    struct listing listing = {.sink = sink, .kernel = kernel};

    arena_init(&listing.arena, arena_source_malloc());
    sink_printf(sink, "the world at %s%s\n", value_iso_date(&listing.arena, kernel->world.now_ms),
                kernel->node_up ? "" : ", the FluxOS process is down");
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        listing.title = sections[i].title;
        sections[i].list(&listing);
        if (listing.title != NULL) {
            item(&listing, "none");
        }
    }
    arena_reset(&listing.arena);
}

/* ---- tasks -------------------------------------------------------------------------------------------------- */

static const char *shown_json(struct arena *arena, const struct value *value)
{
    const char *json = value == NULL ? "" : value_json(arena, value);

    return strlen(json) <= JSON_SHOWN_MAX ? json
                                          : arena_printf(arena, "%s …", arena_string_n(arena, json, JSON_SHOWN_MAX));
}

/* Effect, object and request. */
static const char *effect_words(struct arena *arena, const struct effect *effect)
{
    const char *object = effect->object == NULL ? "" : arena_printf(arena, " %s", effect->object);
    const char *request = shown_json(arena, effect->args);

    return arena_printf(arena, "%s%s%s%s", effect_info(effect->id)->name, object, request[0] == '\0' ? "" : " ",
                        request);
}

const char *task_words(struct arena *arena, const struct kernel_task *task)
{
    switch (task->state) {
    case TASK_NEW:
        return arena_printf(arena, "%s is about to start", kernel_label(task));
    case TASK_ISSUED:
        return arena_printf(arena, "%s is about to apply %s", kernel_label(task), effect_words(arena, task->effect));
    case TASK_PENDING:
        return arena_printf(arena, "%s waits until %s for %s, which is slow", kernel_label(task),
                            value_iso_date(arena, task->deadline_ms), effect_words(arena, task->effect));
    case TASK_APPLIED:
        return task->effect == NULL ? arena_printf(arena, "%s is about to resume", kernel_label(task))
                                    : arena_printf(arena, "%s is about to resume after %s", kernel_label(task),
                                                   effect_words(arena, task->effect));
    case TASK_ASLEEP:
        return arena_printf(arena, "%s sleeps until %s", kernel_label(task), value_iso_date(arena, task->deadline_ms));
    case TASK_DONE:
        break;
    }
    return arena_printf(arena, "%s is over", kernel_label(task));
}
