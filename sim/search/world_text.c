#include "sim/search/world_text.h"

#include "sim/scenario/world_value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { JSON_SHOWN_MAX = 160 }; /* bytes of a request */

struct listing {
    struct sink *sink;
    struct kernel *kernel;
    const struct value *world;
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

/* ---- sections: an item of world_value() in words ------------------------------------------------------------- */

static void tell_container(struct listing *listing, const struct value *container)
{
    item(listing, "%s %s, network %s%s", value_get_text(container, "name"), value_get_text(container, "state"),
         value_get_text(container, "network"),
         value_truthy(value_get(container, "disconnected")) ? " (disconnected)" : "");
}

static void tell_network(struct listing *listing, const struct value *network)
{
    const char *subnet = value_get_text(network, "subnet");

    item(listing, "%s%s%s", value_get_text(network, "name"), subnet == NULL ? "" : " ", subnet == NULL ? "" : subnet);
}

static void tell_text(struct listing *listing, const struct value *text)
{
    item(listing, "%s", value_text(text));
}

static void tell_location(struct listing *listing, const struct value *location)
{
    item(listing, "%s on %s", value_get_text(location, "name"), value_get_text(location, "ip"));
}

static void tell_volume(struct listing *listing, const struct value *volume)
{
    item(listing, "%s, %.0f GB, %s", value_get_text(volume, "path"), value_get_number(volume, "size_gb", 0),
         !value_truthy(value_get(volume, "formatted")) ? "not formatted"
         : !value_truthy(value_get(volume, "data"))    ? "empty"
                                                       : "holds data");
}

static void tell_mount(struct listing *listing, const struct value *mount)
{
    item(listing, "%s on %s", value_get_text(mount, "volume"), value_get_text(mount, "folder"));
}

static void tell_folder(struct listing *listing, const struct value *folder)
{
    item(listing, "%s %s, %s", value_get_text(folder, "id"), value_get_text(folder, "type"),
         value_get_text(folder, "path"));
}

static void list_rows(struct listing *listing)
{
    const struct value *rows = value_get(value_get(listing->world, "rows"), "localzelapps.zelappsinformation");

    for (uint32_t i = 0; i < value_count(rows); i++) {
        tell_text(listing, value_at(rows, i));
    }
}

static void list_caches(struct listing *listing)
{
    const struct value *caches = value_get(listing->world, "caches");

    for (uint32_t i = 0; i < value_count(caches); i++) {
        const struct value_member *cache = &caches->members[i];
        const char *keys = "";

        for (uint32_t j = 0; j < value_count(cache->value); j++) {
            keys = arena_printf(&listing->arena, "%s%s%s", keys, j == 0 ? "" : ", ",
                                value_text(value_at(cache->value, j)));
        }
        item(listing, "%s: %s", cache->key, keys);
    }
}

static void list_tasks(struct listing *listing)
{
    for (uint32_t i = 0; i < listing->kernel->task_count; i++) {
        item(listing, "%s", task_words(&listing->arena, listing->kernel->tasks[i]));
    }
}

static void list_items(struct listing *listing, const struct value *items,
                       void (*tell)(struct listing *listing, const struct value *item))
{
    for (uint32_t i = 0; i < value_count(items); i++) {
        tell(listing, value_at(items, i));
    }
}

/* A section: the member of the world whose items are told one by one, or a function of its own. */
static const struct {
    const char *title;
    const char *member;
    void (*tell)(struct listing *listing, const struct value *item);
    void (*list)(struct listing *listing);
} sections[] = {{"containers", "containers", tell_container, NULL},
                {"networks", "networks", tell_network, NULL},
                {"local rows", NULL, NULL, list_rows},
                {"locations", "locations", tell_location, NULL},
                {"volumes", "volumes", tell_volume, NULL},
                {"mounts", "mounts", tell_mount, NULL},
                {"folders", "folders", tell_folder, NULL},
                {"flags", "flags", tell_text, NULL},
                {"caches", NULL, NULL, list_caches},
                {"tasks", NULL, NULL, list_tasks}};

void world_text_write(struct sink *sink, struct kernel *kernel)
{
    struct listing listing = {.sink = sink, .kernel = kernel};

    arena_init(&listing.arena, arena_source_malloc());
    listing.world = world_value(&listing.arena, kernel);
    sink_printf(sink, "the world at %s%s\n", value_iso_date(&listing.arena, kernel->world.now_ms),
                kernel->node_up ? "" : ", the FluxOS process is down");
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        listing.title = sections[i].title;
        if (sections[i].list != NULL) {
            sections[i].list(&listing);
        } else {
            list_items(&listing, value_get(listing.world, sections[i].member), sections[i].tell);
        }
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
