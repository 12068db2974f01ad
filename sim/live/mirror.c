#include "sim/live/mirror.h"

#include "fakes/world.h"
#include "sim/live/requests.h"

#include <string.h>

enum { HTTP_NOT_MODIFIED = 304, HTTP_NOT_FOUND = 404, HTTP_MULTIPLE_CHOICES = 300, EXIT_CODE_KILLED = 137 };

#define API "/v1.41"
#define DIGEST "sha256:"

/* ---- requests
 * -------------------------------------------------------------------------------------------------------------------
 */

static void fail(struct mirror *mirror, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void fail(struct mirror *mirror, const char *format, ...)
{
    va_list arguments;

    if (mirror->failure == NULL) {
        va_start(arguments, format);
        mirror->failure = arena_vprintf(mirror->arena, format, arguments);
        va_end(arguments);
    }
}

static bool ask(struct mirror *mirror, struct arena *scratch, const char *method, const char *target,
                const struct value *body, struct live_answer *answer)
{
    struct docker_http_request request = {.method = method, .target = target};

    if (mirror->failure != NULL) {
        return false;
    }
    if (body != NULL) {
        request.body = value_json(scratch, body);
        request.body_length = strlen(request.body);
    }
    if (!live_client_ask(mirror->client, &request, scratch, answer)) {
        fail(mirror, "the Engine went away: %s", live_client_failure(mirror->client));
        return false;
    }
    return true;
}

const struct live_answer *mirror_order(struct mirror *mirror, struct arena *scratch, const char *method,
                                       const char *target, const struct value *body)
{
    struct live_answer *answer = arena_alloc(scratch, sizeof *answer);

    if (!ask(mirror, scratch, method, target, body, answer)) {
        return NULL;
    }
    if (answer->status >= HTTP_MULTIPLE_CHOICES && answer->status != HTTP_NOT_MODIFIED) {
        const char *message = value_get_text(answer->body, "message");

        fail(mirror, "%s %s: the Engine answers %d, %s", method, target, answer->status,
             message == NULL ? "without a message" : message);
        return NULL;
    }
    return answer;
}

/* ---- images
 * -------------------------------------------------------------------------------------------------------------------
 */

void mirror_make_image(struct mirror *mirror, struct arena *scratch, const char *repotag)
{
    struct live_answer there;
    const char *colon = strrchr(repotag, ':');
    bool has_tag = colon != NULL && strchr(colon, '/') == NULL;
    const char *repository = has_tag ? arena_string_n(scratch, repotag, (size_t)(colon - repotag)) : repotag;
    const struct effect inspect = {.id = EFFECT_DOCKER_IMAGE_INSPECT,
                                   .args = OBJECT(scratch, {"image", value_string(scratch, repotag)})};
    struct docker_http_request request;

    if (!docker_api_spell(scratch, &inspect, &request) ||
        !ask(mirror, scratch, request.method, request.target, NULL, &there) || there.status != HTTP_NOT_FOUND) {
        return;
    }
    const char *change = arena_printf(scratch, "LABEL%%20" LIVE_LABEL "%%3D%s%%20io.drydock.image%%3D%s", mirror->run,
                                      repotag); /* so that no two images are the same */
    const struct live_answer *made =
        mirror_order(mirror, scratch, "POST",
                     arena_printf(scratch, API "/commit?container=drydock-base-%s&repo=%s&tag=%s&pause=0&changes=%s",
                                  mirror->run, repository, has_tag ? colon + 1 : "latest", change),
                     NULL);
    const char *id = made == NULL ? NULL : value_get_text(made->body, "Id");

    if (id != NULL && strncmp(id, DIGEST, strlen(DIGEST)) == 0) {
        live_ids_add(&mirror->ids, docker_engine_image_id(repotag, scratch), id + strlen(DIGEST));
    }
}

/* ---- what has come, gone, or changed
 * -------------------------------------------------------------------------------------------------------------------
 */

static const char *real_id(struct mirror *mirror, struct arena *scratch, const char *id)
{
    return live_ids_text(&mirror->ids, scratch, id, true);
}

static void order_container(struct mirror *mirror, struct arena *scratch, const char *method, const char *id,
                            const char *what)
{
    (void)mirror_order(mirror, scratch, method,
                       arena_printf(scratch, API "/containers/%s%s", real_id(mirror, scratch, id), what), NULL);
}

static void end_container(struct mirror *mirror, struct arena *scratch, const struct container *container)
{
    order_container(mirror, scratch, "POST", container->id,
                    container->exit_code == EXIT_CODE_KILLED ? "/kill" : "/stop?t=5");
}

static void set_state(struct mirror *mirror, struct arena *scratch, const struct container *container,
                      enum container_state state)
{
    if (container->state == state) {
        return;
    }
    if (container->state == CONTAINER_RUNNING) {
        order_container(mirror, scratch, "POST", container->id, "/start");
    } else if (container->state == CONTAINER_EXITED) {
        if (state == CONTAINER_CREATED) {
            order_container(mirror, scratch, "POST", container->id, "/start");
        }
        end_container(mirror, scratch, container);
    }
}

static void add_container(struct mirror *mirror, struct docker_engine *engine, struct arena *scratch,
                          const struct container *container)
{
    const struct value *body = live_container_body(scratch, mirror->run, &engine->world->host, container->body,
                                                   container->image, container->network);

    if (container->address != NULL && value_get(body, "NetworkingConfig") == NULL) {
        const struct value *fixed = OBJECT(
            scratch, {"IPAMConfig", OBJECT(scratch, {"IPv4Address", value_string(scratch, container->address)})});

        body = value_with(scratch, body, "NetworkingConfig",
                          OBJECT(scratch, {"EndpointsConfig", OBJECT(scratch, {container->network, fixed})}));
    }
    mirror_make_image(mirror, scratch, container->image);
    const struct live_answer *answer = mirror_order(
        mirror, scratch, "POST", arena_printf(scratch, API "/containers/create?name=%s", container->name), body);
    const char *id = answer == NULL ? NULL : value_get_text(answer->body, "Id");

    if (id != NULL) {
        live_ids_add(&mirror->ids, container->id, id);
        set_state(mirror, scratch, container, CONTAINER_CREATED);
    }
}

static const struct mirrored_container *find_mirrored(const struct mirror *mirror, const char *id)
{
    for (uint32_t i = 0; i < mirror->container_count; i++) {
        if (strcmp(mirror->containers[i].id, id) == 0) {
            return &mirror->containers[i];
        }
    }
    return NULL;
}

static bool is_there(const struct docker_engine *engine, const char *id)
{
    for (uint32_t i = 0; i < engine->container_count; i++) {
        if (strcmp(engine->containers[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

static void follow_containers(struct mirror *mirror, struct docker_engine *engine, struct arena *scratch)
{
    for (uint32_t i = 0; i < mirror->container_count; i++) {
        if (!is_there(engine, mirror->containers[i].id)) {
            order_container(mirror, scratch, "DELETE", mirror->containers[i].id, "?force=1&v=1");
        }
    }
    for (uint32_t i = 0; i < engine->container_count; i++) {
        const struct mirrored_container *known = find_mirrored(mirror, engine->containers[i].id);

        if (known == NULL) {
            add_container(mirror, engine, scratch, &engine->containers[i]);
        } else {
            set_state(mirror, scratch, &engine->containers[i], known->state);
        }
    }
}

static void add_network(struct mirror *mirror, struct arena *scratch, const struct docker_network *network)
{
    const struct value *pool = OBJECT(scratch, {"Subnet", value_string(scratch, network->subnet)},
                                      {"Gateway", value_string(scratch, network->gateway)});
    const struct value *body = OBJECT(scratch, {"Name", value_string(scratch, network->name)},
                                      {"Labels", OBJECT(scratch, {LIVE_LABEL, value_string(scratch, mirror->run)})},
                                      {"IPAM", OBJECT(scratch, {"Config", ARRAY(scratch, pool)})});
    const struct live_answer *answer = mirror_order(mirror, scratch, "POST", API "/networks/create", body);
    const char *id = answer == NULL ? NULL : value_get_text(answer->body, "Id");

    if (id != NULL) {
        live_ids_add(&mirror->ids, network->id, id);
    }
}

static void follow_networks(struct mirror *mirror, struct docker_engine *engine, struct arena *scratch)
{
    for (uint32_t i = 0; i < mirror->network_count; i++) {
        if (docker_engine_network(engine, mirror->networks[i].id) == NULL) {
            (void)mirror_order(
                mirror, scratch, "DELETE",
                arena_printf(scratch, API "/networks/%s", real_id(mirror, scratch, mirror->networks[i].id)), NULL);
        }
    }
    for (uint32_t i = 0; i < engine->network_count; i++) {
        bool known = false;

        for (uint32_t j = 0; j < mirror->network_count && !known; j++) {
            known = strcmp(mirror->networks[j].id, engine->networks[i].id) == 0;
        }
        if (!known) {
            add_network(mirror, scratch, &engine->networks[i]);
        }
    }
}

static bool holds_image(const struct mirrored_name *images, uint32_t count, const char *repotag)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(images[i].name, repotag) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_image(const struct docker_engine *engine, const char *repotag)
{
    for (uint32_t i = 0; i < engine->image_count; i++) {
        if (strcmp(engine->images[i], repotag) == 0) {
            return true;
        }
    }
    return false;
}

static void follow_images(struct mirror *mirror, struct docker_engine *engine, struct arena *scratch)
{
    for (uint32_t i = 0; i < mirror->image_count; i++) {
        if (!has_image(engine, mirror->images[i].name)) {
            (void)mirror_order(mirror, scratch, "DELETE",
                               arena_printf(scratch, API "/images/%s?force=1", mirror->images[i].name), NULL);
        }
    }
    for (uint32_t i = 0; i < engine->image_count; i++) {
        if (!holds_image(mirror->images, mirror->image_count, engine->images[i])) {
            mirror_make_image(mirror, scratch, engine->images[i]);
        }
    }
}

void mirror_follow(struct mirror *mirror, struct docker_engine *engine, struct arena *scratch)
{
    follow_images(mirror, engine, scratch);
    follow_networks(mirror, engine, scratch);
    follow_containers(mirror, engine, scratch);
}

void mirror_take(struct mirror *mirror, const struct docker_engine *engine)
{
    mirror->container_count = mirror->network_count = mirror->image_count = 0;
    for (uint32_t i = 0; i < engine->container_count; i++) {
        const struct container *container = &engine->containers[i];

        *(struct mirrored_container *)table_add(mirror->arena, (void **)&mirror->containers, &mirror->container_count,
                                                &mirror->container_size, sizeof mirror->containers[0]) =
            (struct mirrored_container){container->id, container->name, container->state};
    }
    for (uint32_t i = 0; i < engine->network_count; i++) {
        *(struct mirrored_name *)table_add(mirror->arena, (void **)&mirror->networks, &mirror->network_count,
                                           &mirror->network_size, sizeof mirror->networks[0]) =
            (struct mirrored_name){engine->networks[i].id, engine->networks[i].name};
    }
    for (uint32_t i = 0; i < engine->image_count; i++) {
        *(struct mirrored_name *)table_add(mirror->arena, (void **)&mirror->images, &mirror->image_count,
                                           &mirror->image_size, sizeof mirror->images[0]) =
            (struct mirrored_name){NULL, engine->images[i]};
    }
}

/* ---- the end
 * -------------------------------------------------------------------------------------------------------------------
 */

static const char *label_query(struct arena *scratch, const char *label, const char *run)
{
    return arena_printf(scratch, "filters=%%7B%%22label%%22%%3A%%5B%%22%s%%3D%s%%22%%5D%%7D", label, run);
}

/* Everything that a list shows, by its member `key`, is deleted. */
static void remove_listed(struct mirror *mirror, struct arena *scratch, const char *list, const char *path,
                          const char *key, const char *query)
{
    const struct live_answer *answer = mirror_order(mirror, scratch, "GET", list, NULL);
    const struct value *items = answer == NULL ? NULL : answer->body;

    for (uint32_t i = 0; i < value_count(items); i++) {
        const char *id = value_get_text(value_at(items, i), key);

        if (id != NULL) {
            (void)mirror_order(mirror, scratch, "DELETE", arena_printf(scratch, "%s%s%s", path, id, query), NULL);
        }
    }
}

void mirror_remove_all(struct mirror *mirror, struct arena *scratch)
{
    const char *of_run = label_query(scratch, LIVE_LABEL, mirror->run);
    const char *of_base = label_query(scratch, LIVE_BASE_LABEL, mirror->run);

    remove_listed(mirror, scratch, arena_printf(scratch, API "/containers/json?all=1&%s", of_run), API "/containers/",
                  "Id", "?force=1&v=1");
    remove_listed(mirror, scratch, arena_printf(scratch, API "/containers/json?all=1&%s", of_base), API "/containers/",
                  "Id", "?force=1&v=1");
    remove_listed(mirror, scratch, arena_printf(scratch, API "/networks?%s", of_run), API "/networks/", "Id", "");
    remove_listed(mirror, scratch, arena_printf(scratch, API "/images/json?%s", of_run), API "/images/", "Id",
                  "?force=1");
}
