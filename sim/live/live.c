#include "sim/live/live.h"

#include "core/heap.h"
#include "fakes/world.h"
#include "sim/live/fit.h"
#include "sim/live/mirror.h"
#include "sim/live/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HTTP_BAD = 300, HTTP_NOT_FOUND = 404 };

#define API "/v1.41"

struct live {
    struct docker_backend backend; /* first: what it is known by */
    struct live_options options;
    struct live_client *client;
    struct arena lasting; /* one run's */
    struct arena scratch; /* one effect's */
    struct mirror mirror;
    struct live_mismatch *mismatches;
    uint32_t mismatch_count, mismatch_size;
    uint64_t requests;
};

/* ---- one effect
 * -------------------------------------------------------------------------------------------------------------------
 */

static void note_mismatch(struct live *live, const struct world *world, const struct effect *effect, const char *what)
{
    const char *text = arena_printf(&live->lasting, "%s: %s", effect_info(effect->id)->name, what);

    for (uint32_t i = 0; i < live->mismatch_count; i++) {
        if (strcmp(live->mismatches[i].what, text) == 0) {
            live->mismatches[i].count++;
            return;
        }
    }
    struct live_mismatch *mismatch = table_add(&live->lasting, (void **)&live->mismatches, &live->mismatch_count,
                                               &live->mismatch_size, sizeof live->mismatches[0]);

    *mismatch = (struct live_mismatch){
        .what = text,
        .object = effect->object == NULL ? NULL : arena_string(&live->lasting, effect->object),
        .first_ms = world->now_ms,
        .count = 1,
    };
}

/* An error answer as the effect's. What a 304 means the client library says, not the Engine. */
static void take_error(struct live *live, const struct live_answer *answer, struct effect *effect,
                       struct arena *answers)
{
    const struct error *fake = effect->error;
    const char *message = value_get_text(answer->body, "message");

    message = message == NULL ? "" : live_ids_text(&live->mirror.ids, &live->scratch, message, false);
    if (fake != NULL && fake->status == answer->status && (message[0] == '\0' || strcmp(message, fake->message) == 0)) {
        return;
    }
    effect->result = NULL;
    effect_fail(effect, answers, answer->status, NULL, "%s", message);
}

static const char *described(struct arena *arena, const struct error *error)
{
    return error == NULL ? "no error" : arena_printf(arena, "%d %s", error->status, error->message);
}

static void compare_errors(struct live *live, const struct world *world, const struct effect *effect,
                           const struct error *fake)
{
    const struct error *real = effect->error;

    if ((fake == NULL) != (real == NULL) ||
        (fake != NULL && (fake->status != real->status || strcmp(fake->message, real->message) != 0))) {
        note_mismatch(live, world, effect,
                      arena_printf(&live->scratch, "the fake answers %s, the Engine %s",
                                   described(&live->scratch, fake), described(&live->scratch, real)));
    }
}

static void take_result(struct live *live, const struct world *world, const struct live_answer *answer,
                        struct effect *effect, struct arena *answers)
{
    const struct value *fake = effect->error == NULL ? effect->result : NULL;
    const struct value *real =
        live_ids_value(&live->mirror.ids, &live->scratch, answer->body == NULL ? value_null() : answer->body, false);
    const struct value *fitted = fake == NULL ? real : live_fit(&live->scratch, effect->id, fake, real);
    const char *difference = fake == NULL ? NULL : live_difference(&live->scratch, fake, fitted);

    if (difference != NULL) {
        note_mismatch(live, world, effect, difference);
    }
    if (fake == NULL || difference != NULL) {
        effect->error = NULL;
        effect->result = value_copy(answers, fitted);
    }
}

/* What both have made gets known by its two ids. */
static void learn_ids(struct live *live, const struct live_answer *answer, const struct effect *effect)
{
    const char *real = value_get_text(answer->body, "Id");
    const char *fake = value_get_text(effect->result, "Id");

    if ((effect->id == EFFECT_DOCKER_CONTAINERS_CREATE || effect->id == EFFECT_DOCKER_NETWORKS_CREATE) &&
        answer->status < HTTP_BAD && effect->error == NULL && real != NULL && fake != NULL) {
        live_ids_add(&live->mirror.ids, fake, real);
    }
}

/* The effect has the fake's answer, and gets the Engine's. */
static void put_to_engine(struct live *live, struct world *world, const struct docker_http_request *request,
                          struct effect *effect, struct arena *answers)
{
    const struct error *fake_error = effect->error;
    struct live_answer answer;

    live->requests++;
    if (!live_client_ask(live->client, request, &live->scratch, &answer)) {
        live->mirror.failure =
            arena_printf(&live->lasting, "the Engine went away: %s", live_client_failure(live->client));
        return;
    }
    learn_ids(live, &answer, effect);
    if (answer.status >= HTTP_BAD) {
        take_error(live, &answer, effect, answers);
    } else {
        take_result(live, world, &answer, effect, answers);
    }
    compare_errors(live, world, effect, fake_error);
}

/* Whether the Engine is still asked. */
static bool goes_on(const struct live *live)
{
    return live->mirror.failure == NULL && !live->options.stopped();
}

static void apply(struct docker_backend *backend, struct docker_engine *engine, struct effect *effect,
                  struct arena *answers)
{
    struct live *live = (struct live *)backend;
    struct mirror *mirror = &live->mirror;
    struct docker_http_request request = {.body = NULL};
    bool is_asked = false;

    if (goes_on(live)) {
        mirror_follow(mirror, engine, &live->scratch);
        is_asked = live_request(&live->scratch, live->options.run, &engine->world->host, effect, &request);
    }
    if (is_asked) { /* spelled before the fake answers: its ids are those of before */
        request.target = live_ids_text(&mirror->ids, &live->scratch, request.target, true);
        request.body = request.body == NULL ? NULL : live_ids_text(&mirror->ids, &live->scratch, request.body, true);
    }
    docker_engine_answer(engine, effect, answers);
    if (goes_on(live) && is_asked) {
        put_to_engine(live, engine->world, &request, effect, answers);
    } else if (goes_on(live) && effect->id == EFFECT_DOCKER_IMAGE_PULL && effect->error == NULL) {
        mirror_follow(mirror, engine, &live->scratch); /* the image that has come */
    }
    mirror_take(mirror, engine);
    arena_reset(&live->scratch);
    if (live->options.asked != NULL) {
        live->options.asked(live->requests);
    }
}

/* ---- before and after
 * -------------------------------------------------------------------------------------------------------------------
 */

static bool look(struct live *live, const char *target, struct live_answer *answer, char *error, size_t size)
{
    const struct docker_http_request request = {.method = "GET", .target = target};

    if (!live_client_ask(live->client, &request, &live->scratch, answer)) {
        snprintf(error, size, "%s: %s", live->options.address, live_client_failure(live->client));
        return false;
    }
    return true;
}

/* Networks beside those that every Engine has. */
static uint32_t count_networks(const struct value *networks)
{
    static const char *const predefined[] = {"bridge", "host", "none"};
    uint32_t count = value_count(networks);

    for (uint32_t i = 0; i < value_count(networks); i++) {
        for (size_t j = 0; j < sizeof predefined / sizeof predefined[0]; j++) {
            count -= value_is_text(value_get(value_at(networks, i), "Name"), predefined[j]);
        }
    }
    return count;
}

/* Images beside the base image. */
static uint32_t count_images(const struct value *images, const char *base_id)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < value_count(images); i++) {
        count += !value_is_text(value_get(value_at(images, i), "Id"), base_id);
    }
    return count;
}

static bool is_usable(struct live *live, char *error, size_t size)
{
    const struct live_options *options = &live->options;
    struct live_answer base, containers, networks, images;
    const char *target = arena_printf(&live->scratch, API "/images/%s/json", options->base_image);

    if (!look(live, target, &base, error, size) ||
        !look(live, API "/containers/json?all=1", &containers, error, size) ||
        !look(live, API "/networks", &networks, error, size) ||
        !look(live, API "/images/json?all=1", &images, error, size)) {
        return false;
    }
    const char *base_id = value_get_text(base.body, "Id");

    if (base.status == HTTP_NOT_FOUND || base_id == NULL) {
        snprintf(error, size,
                 "%s: the Engine has no image %s, which containers are made of: docker pull %s, or --base-image with "
                 "one that has sh and sleep",
                 options->address, options->base_image, options->base_image);
        return false;
    }
    uint32_t container_count = value_count(containers.body), network_count = count_networks(networks.body),
             image_count = count_images(images.body, base_id);

    if (!options->i_know && container_count + network_count + image_count > 0) {
        snprintf(error, size,
                 "%s: the Engine has %u containers, %u networks and %u images of others, expected none: FluxOS prunes; "
                 "give it an Engine of its own, or --i-know",
                 options->address, container_count, network_count, image_count);
        return false;
    }
    return true;
}

struct live *live_open(const struct live_options *options, char *error, size_t size)
{
    struct live *live = heap_take_zeroed(1, sizeof *live);

    live->backend.apply = apply;
    live->options = *options;
    arena_init(&live->lasting, arena_source_malloc());
    arena_init(&live->scratch, arena_source_malloc());
    live->client = live_client_open(options->address, error, size);
    if (live->client == NULL || !is_usable(live, error, size)) {
        live_close(live);
        return NULL;
    }
    arena_reset(&live->scratch);
    return live;
}

void live_close(struct live *live)
{
    if (live != NULL) {
        live_client_close(live->client);
        arena_reset(&live->lasting);
        arena_reset(&live->scratch);
        free(live);
    }
}

struct docker_backend *live_begin(struct live *live, char *error, size_t size)
{
    struct arena *scratch = &live->scratch;
    const char *run = live->options.run;

    arena_reset(&live->lasting);
    live->mismatches = NULL;
    live->mismatch_count = live->mismatch_size = 0;
    live->requests = 0;
    live->mirror =
        (struct mirror){.client = live->client, .run = run, .ids = {.arena = &live->lasting}, .arena = &live->lasting};
    const struct value *body = OBJECT(scratch, {"Image", value_string(scratch, live->options.base_image)},
                                      {"Labels", OBJECT(scratch, {LIVE_BASE_LABEL, value_string(scratch, run)})},
                                      {"HostConfig", OBJECT(scratch, {"NetworkMode", value_string(scratch, "none")})});

    (void)mirror_order(&live->mirror, scratch, "POST",
                       arena_printf(scratch, API "/containers/create?name=drydock-base-%s", run), body);
    if (live->mirror.failure != NULL) {
        snprintf(error, size, "%s: %s", live->options.address, live->mirror.failure);
        return NULL;
    }
    return &live->backend;
}

bool live_end(struct live *live, char *error, size_t size)
{
    const char *failure = live->mirror.failure;

    live->mirror.failure = NULL;
    mirror_remove_all(&live->mirror, &live->scratch);
    arena_reset(&live->scratch);
    failure = failure == NULL ? live->mirror.failure : failure;
    if (failure != NULL) {
        snprintf(error, size, "%s: %s", live->options.address, failure);
    }
    return failure == NULL;
}

const struct live_mismatch *live_mismatches(const struct live *live, uint32_t *count)
{
    *count = live->mismatch_count;
    return live->mismatches;
}

uint64_t live_requests(const struct live *live)
{
    return live->requests;
}
