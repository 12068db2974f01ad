/* A container's entry in a list, as JSON text that is kept until the container changes (moby daemon/list.go,
 * container/view.go). Lists are asked for all the time; what changes with time, the status, is put in each time. */
#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 1536, ROOM_STEP = 16, NUMBER_LENGTH = 64, ANONYMOUS_NAME = 64 };

static void enlarge(struct text_room *room, size_t size)
{
    char *larger = arena_take(room->arena, size);

    if (room->length > 0) {
        memcpy(larger, room->text, room->length);
    }
    room->text = larger;
    room->size = size;
}

void text_room_expect(struct text_room *room, size_t length)
{
    if (room->length + length + 1 > room->size) {
        enlarge(room, room->length + length + 1);
    }
}

void text_room_add(struct text_room *room, const char *bytes, size_t length)
{
    size_t wanted = room->length + length + 1;

    if (wanted > room->size) {
        enlarge(room, room->size * 2 > wanted ? room->size * 2 : wanted + ROOM_FIRST);
    }
    memcpy(room->text + room->length, bytes, length);
    room->length += length;
    room->text[room->length] = '\0';
}

static void add(struct text_room *room, const char *text)
{
    text_room_add(room, text, strlen(text));
}

/* `label` is what stands before it: `,"Name":`. */
static void add_member(struct text_room *room, const char *label, const struct value *value)
{
    add(room, label);
    add(room, value_json(room->arena, value));
}

static bool is_plain(const char *text)
{
    while ((unsigned char)*text >= ' ' && (unsigned char)*text < SCHAR_MAX && *text != '"' && *text != '\\') {
        text++;
    }
    return *text == '\0';
}

/* A text as JSON, after what stands before it: `,"Name":`. */
static void add_text(struct text_room *room, const char *label, const char *text)
{
    add(room, label);
    if (is_plain(text)) {
        add(room, "\"");
        add(room, text);
        add(room, "\"");
    } else {
        add(room, value_json(room->arena, value_string(room->arena, text)));
    }
}

/* ---- members
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct value *one_port(struct arena *arena, const char *port, const struct value *binding)
{
    const char *slash = strchr(port, '/');
    const char *public_port = value_get_text(binding, "HostPort");
    const char *address = value_get_text(binding, "HostIp");

    return OBJECT(arena, {"IP", address == NULL || address[0] == '\0' ? NULL : value_string(arena, address)},
                  {"PrivatePort", value_number(arena, (double)strtol(port, NULL, 10))},
                  {"PublicPort", public_port == NULL || public_port[0] == '\0'
                                     ? NULL
                                     : value_number(arena, (double)strtol(public_port, NULL, 10))},
                  {"Type", value_string(arena, slash == NULL ? "tcp" : slash + 1)});
}

/* Its published and exposed ports. */
static const struct value *ports_shown(const struct container *container, struct arena *arena)
{
    const struct container_details *details = container->details;
    const struct value *shown = value_empty_array();

    if (value_get(details->config, "ExposedPorts") == NULL && value_get(details->host_config, "PortBindings") == NULL) {
        return shown;
    }
    const struct value *ports = docker_networks_ports(container, arena);

    for (uint32_t i = 0; i < value_count(ports); i++) {
        const char *port = ports->members[i].key;
        const struct value *bindings = ports->members[i].value;

        if (value_count(bindings) == 0) {
            shown = value_append(arena, shown, one_port(arena, port, NULL));
        }
        for (uint32_t j = 0; j < value_count(bindings); j++) {
            shown = value_append(arena, shown, one_port(arena, port, value_at(bindings, j)));
        }
    }
    return shown;
}

/* A list does not say where an anonymous volume lies. */
static const struct value *mounts_shown(const struct container *container, struct arena *arena)
{
    const struct value *mounts = container->details->mounts;
    const struct value *shown = value_empty_array();

    for (uint32_t i = 0; i < value_count(mounts); i++) {
        const struct value *mount = value_at(mounts, i);
        const char *name = value_get_text(mount, "Name");
        bool is_anonymous =
            name != NULL && strlen(name) == ANONYMOUS_NAME && strspn(name, "0123456789abcdef") == ANONYMOUS_NAME;

        shown = value_append(arena, shown,
                             is_anonymous ? value_with(arena, mount, "Source", value_string(arena, "")) : mount);
    }
    return shown;
}

/* Its image as it was asked for, or its id when that means another image by now. */
static const char *image_shown(const struct docker_engine *engine, const struct container *container)
{
    const struct docker_images *images = &engine->whole->images;
    const struct container_details *details = container->details;

    for (uint32_t i = 0; i < images->count; i++) {
        if (strcmp(images->all[i].id, details->image_id) == 0) {
            return details->image_tag == NULL || value_holds_text(images->all[i].tags, details->image_tag)
                       ? container->image
                       : details->image_id;
        }
    }
    return details->image_id[0] == '\0' ? container->image : details->image_id;
}

static const struct value *labels_of(const struct container *container)
{
    const struct value *labels = value_get(container->details->config, "Labels");

    return labels == NULL ? value_empty_object() : labels;
}

/* ---- the entry
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Memory for putting one entry together: what does not fit on the bench comes from the engine's source, until it is
 * reset. */
static struct arena bench_of(struct docker_engine *engine)
{
    char *bench = engine->whole->containers.bench;

    return (struct arena){.source = engine->world->memory->source, .next = bench, .end = bench + LISTING_BENCH};
}

static void make(struct docker_engine *engine, struct container *container)
{
    struct docker_listing *listing = &container->details->listing;
    struct arena bench = bench_of(engine);
    struct text_room room = {.arena = &bench};
    const struct value *network = docker_container_config(engine, container, MEMBER_HOST_CONFIG_NetworkMode);
    char created[NUMBER_LENGTH];

    (void)snprintf(created, sizeof created,
                   ",\"Created\":%" PRId64 ",\"Ports\":", container->created_ms / MS_PER_SECOND);
    add_text(&room, "{\"Id\":", container->id);
    add_text(&room, ",\"Names\":[", arena_printf(&bench, "/%s", container->name));
    add_text(&room, "],\"Image\":", image_shown(engine, container));
    add_text(&room, ",\"ImageID\":", container->details->image_id);
    add_text(&room, ",\"Command\":", container_command_line(container, &bench));
    add_member(&room, created, ports_shown(container, &bench));
    listing->sizes_at = (uint32_t)room.length;
    add_member(&room, ",\"Labels\":", labels_of(container));
    add_text(&room, ",\"State\":", docker_container_status(container));
    add(&room, ",\"Status\":\"");
    listing->status_at = (uint32_t)room.length;
    add_text(&room, "\",\"HostConfig\":{\"NetworkMode\":", value_text(network));
    add_member(&room, "},\"NetworkSettings\":", docker_networks_settings(engine, container, true, &bench));
    add_member(&room, ",\"Mounts\":", mounts_shown(container, &bench));
    add(&room, "}");
    if (listing->size < room.length) {
        listing->size = (uint32_t)(room.length + ROOM_STEP) / ROOM_STEP * ROOM_STEP;
        listing->text = arena_take(engine->world->memory, listing->size);
    }
    memcpy(listing->text, room.text, room.length);
    listing->length = (uint32_t)room.length;
    arena_reset(&bench);
}

static void add_sizes(const struct docker_engine *engine, const struct container *container, struct text_room *room)
{
    const struct docker_image *image = docker_image_find(engine, container->details->image_id);

    if (image != NULL) {
        add_member(room, ",\"SizeRootFs\":", value_number(room->arena, image->size_bytes));
    }
}

size_t container_listing_length(struct docker_engine *engine, struct container *container)
{
    enum { STATUS_LENGTH_MAX = 64 };

    if (container->details->listing.length == 0) {
        make(engine, container);
    }
    return container->details->listing.length + STATUS_LENGTH_MAX;
}

int64_t container_listing_add(struct docker_engine *engine, struct container *container, bool size,
                              struct text_room *room)
{
    const struct docker_listing *listing = &container->details->listing;
    int64_t until_ms = INT64_MAX;

    if (listing->length == 0) {
        make(engine, container);
    }
    struct arena bench = bench_of(engine);

    text_room_add(room, listing->text, listing->sizes_at);
    if (size) {
        add_sizes(engine, container, room);
    }
    text_room_add(room, listing->text + listing->sizes_at, listing->status_at - listing->sizes_at);
    add(room, container_status_line(engine, container, &bench, &until_ms));
    text_room_add(room, listing->text + listing->status_at, listing->length - listing->status_at);
    arena_reset(&bench);
    return until_ms;
}
