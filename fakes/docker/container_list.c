/* GET /containers/json: which containers a list shows (moby daemon/list.go). */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/filters.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_LENGTH_MAX = 1 << 18 };

/* What a list is asked for. */
struct listing {
    struct docker_request *request;
    struct docker_filters filters;
    bool all, size;
    bool tasks;                             /* of a swarm only: there are none */
    long limit;                             /* 0 or less: none */
    const struct container *before, *since; /* NULL: none */
};

/* Reads a number as Go's strconv.Atoi does; false with its 500 set. */
static bool read_number(struct docker_request *request, const char *text, long *number)
{
    char *end = NULL;

    errno = 0;
    *number = strtol(text, &end, 10);
    if (text[0] == '\0' || *end != '\0' || text[0] == ' ') {
        effect_fail(request->effect, request->answers, 500, NULL, "strconv.Atoi: parsing \"%s\": invalid syntax", text);
        return false;
    }
    if (errno == ERANGE) {
        effect_fail(request->effect, request->answers, 500, NULL, "strconv.Atoi: parsing \"%s\": value out of range",
                    text);
        return false;
    }
    return true;
}

/* ---- reading the filters
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Whether each value of a filter is one of these; false with a 400 set by this format. */
static bool values_are_among(const struct listing *listing, const char *name, const char *const *known,
                             const char *format)
{
    const struct value *values = docker_filter_values(&listing->filters, name);

    for (uint32_t i = 0; i < value_count(values); i++) {
        const char *value = value_text(value_at(values, i));
        size_t at = 0;

        while (known[at] != NULL && strcmp(known[at], value) != 0) {
            at++;
        }
        if (known[at] == NULL) {
            effect_fail(listing->request->effect, listing->request->answers, 400, NULL, "%s%s%s", format, value,
                        format[strlen(format) - 1] == '=' ? "'" : "");
            return false;
        }
    }
    return true;
}

/* The container that a filter names: the last of its values counts (an Engine takes any one of them). False with a 500
 * set when there is none. */
static bool read_container(struct listing *listing, const char *name, const struct container **container)
{
    const struct value *values = docker_filter_values(&listing->filters, name);
    struct docker_engine *engine = listing->request->engine;

    for (uint32_t i = 0; i < value_count(values); i++) {
        const char *reference = value_text(value_at(values, i));

        uint32_t fitting = 0;

        *container = docker_container_find(engine, reference, &fitting);
        if (*container == NULL) {
            effect_fail(listing->request->effect, listing->request->answers, 500, NULL, "no such container %s",
                        reference);
            return false;
        }
    }
    return true;
}

static bool exit_codes_are_numbers(const struct listing *listing)
{
    const struct value *values = docker_filter_values(&listing->filters, "exited");
    long code = 0;

    for (uint32_t i = 0; i < value_count(values); i++) {
        if (!read_number(listing->request, value_text(value_at(values, i)), &code)) {
            return false;
        }
    }
    return true;
}

/* "80", "80/tcp", "80-90/udp". */
static bool ports_are_numbers(const struct listing *listing, const char *name)
{
    const struct value *values = docker_filter_values(&listing->filters, name);

    for (uint32_t i = 0; i < value_count(values); i++) {
        const char *port = value_text(value_at(values, i));
        size_t digits = strspn(port, "0123456789-");

        if (digits == 0 || (port[digits] != '\0' && port[digits] != '/')) {
            size_t length = strcspn(port, "/");

            effect_fail(listing->request->effect, listing->request->answers, 500, NULL,
                        "error while looking up for %s %s: strconv.ParseUint: parsing \"%.*s\": invalid syntax", name,
                        port, (int)length, port);
            return false;
        }
    }
    return true;
}

static bool read_filters(struct listing *listing)
{
    static const char *const names[] = {"ancestor", "before",  "exited", "id",    "isolation", "label",
                                        "name",     "status",  "health", "since", "volume",    "network",
                                        "is-task",  "publish", "expose", NULL};
    static const char *const states[] = {"paused", "restarting", "removing", "running",
                                         "dead",   "created",    "exited",   NULL};
    static const char *const healths[] = {"starting", "healthy", "unhealthy", "none", NULL};
    if (!docker_filters_read(listing->request, names, &listing->filters)) {
        return false;
    }
    if (!exit_codes_are_numbers(listing) || !values_are_among(listing, "status", states, "Invalid filter 'status=") ||
        !docker_filter_truth(listing->request, &listing->filters, "is-task", false, &listing->tasks) ||
        !values_are_among(listing, "health", healths, "Unrecognised filter value for health: ") ||
        !read_container(listing, "before", &listing->before) || !read_container(listing, "since", &listing->since)) {
        return false;
    }
    listing->all = listing->all || docker_filter_values(&listing->filters, "status") != NULL;
    return ports_are_numbers(listing, "publish") && ports_are_numbers(listing, "expose");
}

/* ---- matching
 * -------------------------------------------------------------------------------------------------------------------
 */

static bool name_fits(const struct listing *listing, const struct container *container)
{
    return docker_filter_pattern(&listing->filters, "name", container->name) ||
           docker_filter_pattern(&listing->filters, "name",
                                 arena_printf(listing->request->answers, "/%s", container->name));
}

static bool exit_code_fits(const struct listing *listing, const struct container *container)
{
    const struct value *values = docker_filter_values(&listing->filters, "exited");

    for (uint32_t i = 0; i < value_count(values); i++) {
        if (strtol(value_text(value_at(values, i)), NULL, 10) == container->exit_code &&
            !docker_container_is_up(container) && container->started_ms != 0) {
            return true;
        }
    }
    return value_count(values) == 0;
}

/* A volume by its name, or a place in the container. */
static bool volume_fits(const struct listing *listing, const struct container *container)
{
    const struct value *values = docker_filter_values(&listing->filters, "volume");
    const struct value *mounts = container->details->mounts;

    for (uint32_t i = 0; i < value_count(mounts); i++) {
        const struct value *mount = value_at(mounts, i);

        if (value_holds_text(values, value_get_text(mount, "Name")) ||
            value_holds_text(values, value_get_text(mount, "Destination")) ||
            (value_is_text(value_get(mount, "Type"), "bind") &&
             value_holds_text(values, value_get_text(mount, "Source")))) {
            return true;
        }
    }
    return value_count(values) == 0;
}

/* An image by reference or id. */
static bool ancestor_fits(const struct listing *listing, const struct container *container)
{
    const struct value *values = docker_filter_values(&listing->filters, "ancestor");

    for (uint32_t i = 0; i < value_count(values); i++) {
        const char *reference = value_text(value_at(values, i));
        const struct docker_image *image = docker_image_find(listing->request->engine, reference);

        if (strcmp(container->image, reference) == 0 ||
            (image != NULL && strcmp(image->id, container->details->image_id) == 0)) {
            return true;
        }
    }
    return value_count(values) == 0;
}

static bool network_fits(const struct listing *listing, const struct container *container)
{
    const struct value *values = docker_filter_values(&listing->filters, "network");
    const struct docker_endpoints *endpoints = &container->details->endpoints;

    for (uint32_t i = 0; i < endpoints->count; i++) {
        if (value_holds_text(values, endpoints->all[i].network) ||
            value_holds_text(values, endpoints->all[i].network_id)) {
            return true;
        }
    }
    return value_count(values) == 0;
}

/* Whether one of a filter's ports is among those that the container has now; `published` ones only. */
/* Whether a port of a container ("80/tcp", and where it is published) is one of a range of container's ports, or
 * (`published`) is published at one of these. */
static bool port_is_in(const struct value_member *port, long first, long last, const char *protocol, bool published)
{
    char *end = NULL;
    long number = strtol(port->key, &end, 10);

    if (strcmp(end, protocol) != 0) {
        return false;
    }
    for (uint32_t i = 0; published && i < value_count(port->value); i++) {
        const char *host_port = value_get_text(value_at(port->value, i), "HostPort");

        number = host_port == NULL ? 0 : strtol(host_port, NULL, 10);
        if (number >= first && number <= last) {
            return true;
        }
    }
    return !published && number >= first && number <= last;
}

static bool port_fits(const struct listing *listing, const char *name, const struct container *container,
                      bool published)
{
    const struct value *values = docker_filter_values(&listing->filters, name);
    struct docker_request *request = listing->request;
    const struct value *ports = values == NULL ? NULL : docker_networks_ports(container, request->answers);

    for (uint32_t i = 0; i < value_count(values); i++) {
        const char *text = value_text(value_at(values, i));
        const char *protocol = strchr(text, '/') == NULL ? "/tcp" : strchr(text, '/');
        char *end = NULL;
        long first = strtol(text, &end, 10);
        long last = *end == '-' ? strtol(end + 1, NULL, 10) : first;

        for (uint32_t j = 0; j < value_count(ports); j++) {
            if (port_is_in(&ports->members[j], first, last, protocol, published)) {
                return true;
            }
        }
    }
    return value_count(values) == 0;
}

static bool fits(const struct listing *listing, const struct container *container)
{
    const struct docker_filters *filters = &listing->filters;
    const struct container_details *details = container->details;

    return (listing->all || listing->limit > 0 || docker_container_is_up(container)) && name_fits(listing, container) &&
           docker_filter_pattern(filters, "id", container->id) &&
           docker_filter_labels(filters, "label", value_get(details->config, "Labels")) &&
           exit_code_fits(listing, container) &&
           docker_filter_is(filters, "status", docker_container_status(container)) &&
           docker_filter_is(filters, "health", container_health_name(container)) && volume_fits(listing, container) &&
           ancestor_fits(listing, container) && network_fits(listing, container) && !listing->tasks &&
           port_fits(listing, "publish", container, true) && port_fits(listing, "expose", container, false);
}

/* ---- the answer
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Room for all entries at once: ten thousand of them are not to be copied from one room to the next. */
static void expect_entries(const struct listing *listing, struct text_room *room)
{
    struct docker_engine *engine = listing->request->engine;
    size_t length = 0;

    for (uint32_t i = 0; i < engine->container_count; i++) {
        length += container_listing_length(engine, &engine->containers[i]);
    }
    text_room_expect(room, length);
}

/* Adds the entries, the newest first; until when they stay true is returned. */
static int64_t add_entries(const struct listing *listing, struct text_room *room)
{
    struct docker_engine *engine = listing->request->engine;
    bool is_plain = value_count(listing->filters.all) == 0 && listing->all;
    bool reached = listing->before == NULL;
    int64_t until_ms = INT64_MAX;
    long shown = 0;

    if (is_plain && listing->limit <= 0) {
        expect_entries(listing, room);
    }
    text_room_add(room, "[", 1);
    for (uint32_t i = engine->container_count; i > 0; i--) {
        struct container *container = &engine->containers[i - 1];

        if (container == listing->since || (listing->limit > 0 && shown == listing->limit)) {
            break;
        }
        if (reached && (is_plain || fits(listing, container))) {
            if (shown++ > 0) {
                text_room_add(room, ",", 1);
            }
            int64_t stays_ms = container_listing_add(engine, container, listing->size, room);

            until_ms = stays_ms < until_ms ? stays_ms : until_ms;
        }
        reached = reached || container == listing->before;
    }
    text_room_add(room, "]\n", 2);
    return until_ms;
}

/* A list without filters is kept for the next who asks, unless it is large: that is put together from its entries. */
static void keep(const struct listing *listing, const struct text_room *room, int64_t until_ms)
{
    struct docker_engine *engine = listing->request->engine;
    struct docker_kept_list *kept = &engine->whole->containers.lists[listing->all];

    if (room->length > KEPT_LENGTH_MAX) {
        return;
    }
    if (kept->size < room->length) {
        kept->size = 2 * room->length;
        kept->text = arena_take(engine->world->memory, kept->size);
    }
    memcpy(kept->text, room->text, room->length);
    kept->length = room->length;
    kept->until_ms = until_ms;
}

static void make_list(const struct listing *listing, struct text_room *room)
{
    struct docker_engine *engine = listing->request->engine;
    const struct docker_kept_list *kept = &engine->whole->containers.lists[listing->all];
    bool is_plain = value_count(listing->filters.all) == 0 && listing->limit <= 0 && !listing->size;

    if (is_plain && engine->world->now_ms < kept->until_ms) {
        text_room_add(room, kept->text, kept->length);
        return;
    }
    int64_t until_ms = add_entries(listing, room);

    if (is_plain) {
        keep(listing, room, until_ms);
    }
}

void docker_containers_list(struct docker_request *request)
{
    struct listing listing = {
        .request = request, .all = docker_flag(request, "all"), .size = docker_flag(request, "size")};
    struct text_room room = {.arena = request->lasting};
    const char *limit = docker_parameter(request, "limit");

    listing.limit = limit == NULL ? value_get_whole(request->effect->args, "limit", 0) : 0;
    if ((limit != NULL && limit[0] != '\0' && !read_number(request, limit, &listing.limit)) ||
        !read_filters(&listing)) {
        return;
    }
    make_list(&listing, &room);
    if (request->effect->payload == NULL) { /* who asks in process wants values */
        request->effect->result = value_parse(request->answers, room.text, room.length);
        return;
    }
    request->reply->text = room.text;
    request->reply->text_length = room.length;
    request->reply->text_stays = true;
    request->reply->content_type = "application/json";
}

void docker_container_changed(struct docker_engine *engine, struct container *container)
{
    if (container != NULL && container->details != NULL) {
        container->details->listing.length = 0;
        docker_container_due(engine, container->details);
    }
    for (size_t i = 0; i < LISTS_KEPT; i++) {
        engine->whole->containers.lists[i].until_ms = 0;
    }
}

void docker_containers_forget_lists(struct docker_engine *engine)
{
    for (uint32_t i = 0; i < engine->container_count; i++) {
        docker_container_changed(engine, &engine->containers[i]);
    }
}
