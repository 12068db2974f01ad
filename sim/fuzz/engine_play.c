#include "sim/fuzz/engine_play.h"

#include "sim/fuzz/engine_client.h"
#include "sim/fuzz/engine_model.h"
#include "sim/fuzz/fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { REQUESTS_MAX = 60, HEX_ID = 64, SHORT_ID = 12, TAR_END = 1024, NO_CONTENT = 204, FIRST_ERROR = 400 };

struct play {
    struct fuzz_input input;
    enum engine_defect defect;
    struct engine_client client;
    struct engine_model model;
    struct engine_answer answer; /* the last */
    const struct value *body;    /* its JSON, NULL: none */
    const char *ids[MODEL_MADE_MAX], *network_ids[MODEL_MADE_MAX], *image_ids[MODEL_MADE_MAX];
    const char *parted; /* what is not as it should be; NULL so far */
    char *said;
};

static void part(struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void part(struct play *play, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (play->parted == NULL) {
        play->parted = arena_vprintf(&play->client.arena, format, arguments);
    }
    va_end(arguments);
}

static void expect(struct play *play, bool holds, const char *what)
{
    if (!holds) {
        part(play, "%s: %d %.600s", what, play->answer.status, play->answer.text);
    }
}

/* ---- requests -----------------------------------------------------------------------------------------------------
 */

static void say(struct play *play, const char *method, const char *target)
{
    size_t length = strlen(play->said);

    (void)snprintf(play->said + length, PLAY_SAID_MAX - length, "%s %s\n", method, target);
}

/* Every answer is JSON or nothing, an error has a message; `expected` is its status. */
static void check_answer(struct play *play, int expected)
{
    const struct engine_answer *answer = &play->answer;

    play->body = value_parse(&play->client.arena, answer->text, answer->length);
    if (answer->endless) {
        part(play, "the answer never ends");
    } else if (answer->status != expected) {
        part(play, "status %d, expected %d: %.300s", answer->status, expected, answer->text);
    } else if (answer->status >= FIRST_ERROR) {
        const char *message = value_get_text(play->body, "message");

        expect(play, message != NULL && message[0] != '\0', "an error without a message");
    }
}

static void send_bytes(struct play *play, int expected, const char *method, const char *target, const char *type,
                       const char *body, size_t length)
{
    say(play, method, target);
    play->answer = engine_client_ask(&play->client, method, target, type, body, length);
    check_answer(play, expected);
}

static void ask(struct play *play, int expected, const char *method, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void ask(struct play *play, int expected, const char *method, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    send_bytes(play, expected, method, arena_vprintf(&play->client.arena, format, arguments), NULL, NULL, 0);
    va_end(arguments);
}

static void ask_with(struct play *play, int expected, const char *target, const char *body)
{
    send_bytes(play, expected, "POST", target, "application/json", body, strlen(body));
}

/* An answer without a request: what a defect says. */
static void pretend(struct play *play, int expected, int status, const char *text)
{
    say(play, "(pretended)", text);
    play->answer = (struct engine_answer){.status = status, .text = text, .length = strlen(text)};
    check_answer(play, expected);
}

/* ---- names --------------------------------------------------------------------------------------------------------
 */

static const char *name_text(struct play *play, int name)
{
    return arena_printf(&play->client.arena, "box%d", name);
}

static const char *network_text(struct play *play, int name)
{
    return name == MODEL_NONE ? "none" : arena_printf(&play->client.arena, "net%d", name);
}

/* Of what is called busybox the fake says which commands it lacks (container_process.c). */
static const char *reference_text(struct play *play, int reference)
{
    return arena_printf(&play->client.arena, "busybox%d", reference);
}

/* One of `count` names, mostly of those that are in use (by `user_of`), so that there is something to do. */
static int some_name(struct play *play, int count, int (*user_of)(const struct engine_model *model, int name))
{
    enum { ANY_FROM = 224 };
    int byte = fuzz_byte(&play->input);
    int used[UINT8_MAX];
    int used_count = 0;

    for (int i = 0; i < count; i++) {
        if (user_of(&play->model, i) != MODEL_NONE) {
            used[used_count++] = i;
        }
    }
    return byte < ANY_FROM && used_count > 0 ? used[byte % used_count] : byte % count;
}

static int image_of(const struct engine_model *model, int reference)
{
    return model->references[reference];
}

static int some_reference(struct play *play)
{
    return some_name(play, MODEL_REFERENCES, image_of);
}

/* Some container by its name, id or short id; one that is not there, too. */
static const char *some_container(struct play *play, int *number)
{
    enum { BY_NAME, BY_ID, BY_SHORT_ID, WAYS };
    int name = some_name(play, MODEL_NAMES, model_container_named);
    unsigned way = fuzz_below(&play->input, WAYS);

    *number = model_container_named(&play->model, name);
    if (*number == MODEL_NONE || way == BY_NAME) {
        return name_text(play, name);
    }
    return way == BY_ID ? play->ids[*number] : arena_string_n(&play->client.arena, play->ids[*number], SHORT_ID);
}

static bool is_hex(const char *id, size_t length)
{
    return id != NULL && strlen(id) == length && strspn(id, "0123456789abcdef") == length;
}

static int number_of(const char *const *ids, int count, const char *id)
{
    for (int i = 0; i < count && id != NULL; i++) {
        if (strcmp(ids[i], id) == 0) {
            return i;
        }
    }
    return MODEL_NONE;
}

/* The id of something new: no other has it. */
static const char *new_id(struct play *play, const char *const *ids, int count, const char *id, size_t prefix)
{
    expect(play, id != NULL && strlen(id) == prefix + HEX_ID && is_hex(id + prefix, HEX_ID), "no id");
    expect(play, number_of(ids, count, id) == MODEL_NONE, "an id that another has");
    return id == NULL ? "" : id;
}

/* ---- what is shown ------------------------------------------------------------------------------------------------
 */

static const char *state_text(enum model_state state)
{
    static const char *const texts[] = {"created", "running", "paused", "exited"};

    return texts[state];
}

/* Config.Image while that name still leads to the image, else the image's id. */
static const char *image_shown(struct play *play, const struct model_container *container)
{
    return play->model.references[container->reference] == container->image ? reference_text(play, container->reference)
                                                                            : play->image_ids[container->image];
}

static void check_listed(struct play *play, const struct value *entry, int number)
{
    const struct model_container *container = &play->model.containers[number];
    struct arena *arena = &play->client.arena;
    const char *name = arena_printf(arena, "/%s", name_text(play, container->name));

    expect(play, value_is_text(value_get(entry, "Id"), play->ids[number]), "the list's order, newest first");
    expect(play, value_is_text(value_at(value_get(entry, "Names"), 0), name), "a listed container's name");
    expect(play, value_is_text(value_get(entry, "State"), state_text(container->state)), "a listed container's state");
    expect(play, value_is_text(value_get(entry, "Image"), image_shown(play, container)), "a listed container's image");
    expect(play, value_is_text(value_get(entry, "ImageID"), play->image_ids[container->image]),
           "a listed container's image id");
}

static void list_containers(struct play *play, bool all)
{
    uint32_t at = 0;

    ask(play, 200, "GET", "/v1.41/containers/json%s", all || play->defect == DEFECT_LISTS_ALL ? "?all=1" : "");
    for (int i = play->model.container_count - 1; i >= 0 && play->parted == NULL; i--) {
        const struct model_container *container = &play->model.containers[i];

        if (container->exists && (all || model_is_up(container))) {
            check_listed(play, value_at(play->body, at++), i);
        }
    }
    expect(play, value_is(play->body, VALUE_ARRAY) && value_count(play->body) == at, "the number of listed containers");
}

static void inspect_container(struct play *play, int number, const char *reference)
{
    struct arena *arena = &play->client.arena;

    ask(play, number == MODEL_NONE ? 404 : 200, "GET", "/v1.41/containers/%s/json", reference);
    if (number == MODEL_NONE || play->parted != NULL) {
        return;
    }
    const struct model_container *container = &play->model.containers[number];
    const struct value *state = value_get(play->body, "State");

    expect(play, value_is_text(value_get(play->body, "Id"), play->ids[number]), "an inspected container's id");
    expect(play,
           value_is_text(value_get(play->body, "Name"), arena_printf(arena, "/%s", name_text(play, container->name))),
           "an inspected container's name");
    expect(play, value_is_text(value_get(state, "Status"), state_text(container->state)),
           "an inspected container's state");
    expect(play, value_truthy(value_get(state, "Running")) == model_is_up(container), "Running");
    expect(play, value_truthy(value_get(state, "Paused")) == (container->state == MODEL_PAUSED), "Paused");
    expect(play, value_is_text(value_get(play->body, "Image"), play->image_ids[container->image]),
           "an inspected container's image");
    if (!model_is_up(container)) {
        expect(play, (int)value_get_number(state, "ExitCode", -1) == container->exit_code, "an exit code");
    }
}

/* The model's networks and the two that are always there. */
static void list_networks(struct play *play)
{
    uint32_t count = 2;

    ask(play, 200, "GET", "/v1.41/networks");
    for (int i = 0; i < play->model.network_count; i++) {
        bool listed = false;

        for (uint32_t j = 0; j < value_count(play->body); j++) {
            const struct value *entry = value_at(play->body, j);

            listed =
                listed || (value_is_text(value_get(entry, "Id"), play->network_ids[i]) &&
                           value_is_text(value_get(entry, "Name"), network_text(play, play->model.networks[i].name)));
        }
        expect(play, listed == play->model.networks[i].exists, "which networks are listed");
        count += play->model.networks[i].exists;
    }
    expect(play, value_count(play->body) == count, "the number of listed networks");
}

static void inspect_network(struct play *play, int number, const char *reference)
{
    ask(play, number == MODEL_NONE ? 404 : 200, "GET", "/v1.41/networks/%s", reference);
    if (number == MODEL_NONE || play->parted != NULL) {
        return;
    }
    const struct value *members = value_get(play->body, "Containers");
    uint32_t count = 0;

    for (int i = 0; i < play->model.container_count; i++) {
        const struct model_container *container = &play->model.containers[i];
        bool on_it = container->exists && model_is_up(container) && container->network != MODEL_NONE &&
                     container->attached == number;

        expect(play, (value_get(members, play->ids[i]) != NULL) == on_it, "which containers a network has");
        count += on_it;
    }
    expect(play, value_count(members) == count, "the number of a network's containers");
}

static void check_listed_image(struct play *play, const struct value *entry, int image)
{
    const struct value *tags = value_get(entry, "RepoTags");
    int references = model_references_of(&play->model, image);

    for (int i = 0; i < MODEL_REFERENCES; i++) {
        const char *tag = arena_printf(&play->client.arena, "%s:latest", reference_text(play, i));

        expect(play, value_holds_text(tags, tag) == (play->model.references[i] == image), "which names an image has");
    }
    expect(play, references > 0 ? value_count(tags) == (uint32_t)references : value_holds_text(tags, "<none>:<none>"),
           "the number of an image's names");
}

static void list_images(struct play *play)
{
    uint32_t count = 0;

    ask(play, 200, "GET", "/v1.41/images/json");
    for (uint32_t i = 0; i < value_count(play->body) && play->parted == NULL; i++) {
        const struct value *entry = value_at(play->body, i);
        int image = number_of(play->image_ids, play->model.image_count, value_get_text(entry, "Id"));

        expect(play, image != MODEL_NONE && play->model.images[image], "a listed image");
        if (play->parted == NULL) {
            check_listed_image(play, entry, image);
        }
    }
    for (int i = 0; i < play->model.image_count; i++) {
        count += play->model.images[i];
    }
    expect(play, value_is(play->body, VALUE_ARRAY) && value_count(play->body) == count, "the number of listed images");
}

static void list_everything(struct play *play)
{
    list_containers(play, true);
    list_containers(play, false);
    list_networks(play);
    list_images(play);
    for (int i = 0; i < play->model.container_count; i++) {
        inspect_container(play, play->model.containers[i].exists ? i : MODEL_NONE, play->ids[i]);
    }
    for (int i = 0; i < play->model.network_count; i++) {
        inspect_network(play, play->model.networks[i].exists ? i : MODEL_NONE, play->network_ids[i]);
    }
}

/* ---- what is done -------------------------------------------------------------------------------------------------
 */

static void create_container(struct play *play)
{
    enum { NO_NETWORK = 3, MORE_SLEEPERS = 6 };
    static const char *const commands[] = {"\"sleep\",\"1000000\"", "\"true\"", "\"false\"", "\"nosuch\""};
    struct arena *arena = &play->client.arena;
    int name = (int)fuzz_below(&play->input, MODEL_NAMES);
    int reference = some_reference(play);
    int network = (int)fuzz_below(&play->input, MODEL_NETWORKS + NO_NETWORK);
    enum model_command command = fuzz_below(&play->input, MODEL_COMMANDS + MORE_SLEEPERS);

    /* Most run and go on running, so that there is something to refuse. */
    network = network < MODEL_NETWORKS ? network : MODEL_NONE;
    command = command < MODEL_COMMANDS ? command : MODEL_SLEEPS;
    /* What a start that fails in the middle leaves of a network is another matter. */
    network = command == MODEL_IS_MISSING ? MODEL_NONE : network;
    int number = play->model.container_count;
    int status = model_create(&play->model, name, reference, network, command);
    const char *target = arena_printf(arena, "/v1.41/containers/create?name=%s", name_text(play, name));
    const char *body = arena_printf(arena, "{\"Image\":\"%s\",\"Cmd\":[%s],\"HostConfig\":{\"NetworkMode\":\"%s\"}}",
                                    reference_text(play, reference), commands[command], network_text(play, network));

    if (play->defect == DEFECT_CREATES_TWICE) {
        (void)engine_client_ask(&play->client, "POST", target, "application/json", body, strlen(body));
    }
    ask_with(play, status, target, body);
    if (status == 201 && play->parted == NULL) {
        play->ids[number] = new_id(play, play->ids, number, value_get_text(play->body, "Id"), 0);
    }
}

static void start_container(struct play *play)
{
    int number = 0;
    const char *reference = some_container(play, &number);
    int status = model_start(&play->model, number);

    if (play->defect == DEFECT_LOSES_STARTS && status == NO_CONTENT) {
        pretend(play, status, NO_CONTENT, "");
    } else if (play->defect == DEFECT_STARTS_TWICE && status == 304) {
        pretend(play, status, NO_CONTENT, "");
    } else {
        ask(play, status, "POST", "/v1.41/containers/%s/start", reference);
    }
}

static void stop_container(struct play *play)
{
    int number = 0;
    const char *reference = some_container(play, &number);

    ask(play, model_stop(&play->model, number), "POST", "/v1.41/containers/%s/stop?t=0", reference);
}

static void kill_container(struct play *play)
{
    int number = 0;
    const char *reference = some_container(play, &number);

    ask(play, model_kill(&play->model, number), "POST", "/v1.41/containers/%s/kill", reference);
}

static void pause_container(struct play *play)
{
    int number = 0;
    const char *reference = some_container(play, &number);

    ask(play, model_pause(&play->model, number), "POST", "/v1.41/containers/%s/%s", reference,
        play->defect == DEFECT_PAUSES_BY_STOPPING ? "stop?t=0" : "pause");
}

static void unpause_container(struct play *play)
{
    int number = 0;
    const char *reference = some_container(play, &number);

    ask(play, model_unpause(&play->model, number), "POST", "/v1.41/containers/%s/unpause", reference);
}

static void restart_container(struct play *play)
{
    int number = 0;
    const char *reference = some_container(play, &number);

    ask(play, model_restart(&play->model, number), "POST", "/v1.41/containers/%s/restart?t=0", reference);
}

static void rename_container(struct play *play)
{
    int number = 0;
    const char *reference = some_container(play, &number);
    int name = (int)fuzz_below(&play->input, MODEL_NAMES);
    int status = model_rename(&play->model, number, name);

    if (play->defect == DEFECT_RENAMES_NOBODY && status == NO_CONTENT) {
        pretend(play, status, NO_CONTENT, "");
        return;
    }
    ask(play, status, "POST", "/v1.41/containers/%s/rename?name=%s", reference, name_text(play, name));
}

static void remove_container(struct play *play)
{
    int number = 0;
    const char *reference = some_container(play, &number);
    bool force = fuzz_below(&play->input, 2) == 1;
    int status = model_remove(&play->model, number, force);

    force = force || play->defect == DEFECT_REMOVES_RUNNING;
    ask(play, status, "DELETE", "/v1.41/containers/%s%s", reference, force ? "?force=1" : "");
}

/* Of one that does not run: answered at once. */
static void wait_container(struct play *play)
{
    int number = 0;
    const char *reference = some_container(play, &number);
    const struct model_container *container = number == MODEL_NONE ? NULL : &play->model.containers[number];

    if (container != NULL && model_is_up(container)) {
        return;
    }
    ask(play, container == NULL ? 404 : 200, "POST", "/v1.41/containers/%s/wait", reference);
    if (container != NULL) {
        expect(play, (int)value_get_number(play->body, "StatusCode", -1) == container->exit_code, "a wait's exit code");
    }
}

static void inspect_some_container(struct play *play)
{
    int number = 0;
    const char *reference = some_container(play, &number);

    inspect_container(play, number, reference);
}

static void list_some_containers(struct play *play)
{
    list_containers(play, fuzz_below(&play->input, 2) == 1);
}

/* Whether a prune's list names exactly those that go. */
static void check_pruned(struct play *play, const char *member, const char *const *names, int count,
                         const bool pruned[MODEL_MADE_MAX])
{
    const struct value *listed = value_get(play->body, member);
    uint32_t expected = 0;

    for (int i = 0; i < count; i++) {
        expect(play, !pruned[i] || value_holds_text(listed, names[i]), "what was pruned is not said");
        expected += pruned[i];
    }
    expect(play, value_count(listed) == expected, "how much was pruned");
}

static void prune_containers(struct play *play)
{
    bool pruned[MODEL_MADE_MAX];

    model_prune_containers(&play->model, pruned);
    if (play->defect == DEFECT_PRUNES_NOTHING) {
        const struct value *ids = value_empty_array();

        for (int i = 0; i < play->model.container_count; i++) {
            ids = pruned[i] ? value_append(&play->client.arena, ids, value_string(&play->client.arena, play->ids[i]))
                            : ids;
        }
        pretend(play, 200, 200,
                value_json(&play->client.arena, OBJECT(&play->client.arena, {"ContainersDeleted", ids})));
    } else {
        ask(play, 200, "POST", "/v1.41/containers/prune");
    }
    check_pruned(play, "ContainersDeleted", play->ids, play->model.container_count, pruned);
}

static void create_network(struct play *play)
{
    int name = (int)fuzz_below(&play->input, MODEL_NETWORKS);
    int number = play->model.network_count;
    int status = model_create_network(&play->model, name);

    ask_with(play, status, "/v1.41/networks/create",
             arena_printf(&play->client.arena, "{\"Name\":\"%s\",\"CheckDuplicate\":true}", network_text(play, name)));
    if (status == 201 && play->parted == NULL) {
        play->network_ids[number] = new_id(play, play->network_ids, number, value_get_text(play->body, "Id"), 0);
    }
}

static const char *some_network(struct play *play, int *number)
{
    int name = some_name(play, MODEL_NETWORKS, model_network_named);
    bool by_id = fuzz_below(&play->input, 2) == 1;

    *number = model_network_named(&play->model, name);
    return by_id && *number != MODEL_NONE ? play->network_ids[*number] : network_text(play, name);
}

static void remove_network(struct play *play)
{
    int number = 0;
    const char *reference = some_network(play, &number);
    int status = model_remove_network(&play->model, number);

    if (play->defect == DEFECT_KEEPS_NETWORKS && status == NO_CONTENT) {
        pretend(play, status, NO_CONTENT, "");
        return;
    }
    ask(play, status, "DELETE", "/v1.41/networks/%s", reference);
}

static void inspect_some_network(struct play *play)
{
    int number = 0;
    const char *reference = some_network(play, &number);

    inspect_network(play, number, reference);
}

static void prune_networks(struct play *play)
{
    bool pruned[MODEL_MADE_MAX];
    const char *names[MODEL_MADE_MAX];

    for (int i = 0; i < play->model.network_count; i++) {
        names[i] = network_text(play, play->model.networks[i].name);
    }
    model_prune_networks(&play->model, pruned);
    ask(play, 200, "POST", "/v1.41/networks/prune");
    check_pruned(play, "NetworksDeleted", names, play->model.network_count, pruned);
}

/* A tar of nothing: an image without files, another one each time. */
static void import_image(struct play *play)
{
    static const char nothing[TAR_END];
    int reference = (int)fuzz_below(&play->input, MODEL_REFERENCES);
    int number = play->model.image_count;
    const char *target =
        arena_printf(&play->client.arena, "/v1.41/images/create?fromSrc=-&repo=%s", reference_text(play, reference));

    send_bytes(play, model_import(&play->model, reference), "POST", target, "application/x-tar", nothing,
               sizeof nothing);
    play->image_ids[number] = "";
    if (play->parted == NULL) {
        static const char prefix[] = "sha256:";

        ask(play, 200, "GET", "/v1.41/images/%s/json", reference_text(play, reference));
        play->image_ids[number] =
            new_id(play, play->image_ids, number, value_get_text(play->body, "Id"), strlen(prefix));
    }
}

static void tag_image(struct play *play)
{
    int reference = some_reference(play);
    int other = (int)fuzz_below(&play->input, MODEL_REFERENCES);
    int status = model_tag(&play->model, reference, other);

    ask(play, status, "POST", "/v1.41/images/%s/tag?repo=%s", reference_text(play, reference),
        reference_text(play, other));
}

static void remove_image(struct play *play)
{
    int reference = some_reference(play);
    bool force = fuzz_below(&play->input, 2) == 1;
    int status = model_remove_image(&play->model, reference, force);

    force = force || play->defect == DEFECT_REMOVES_USED_IMAGES;
    ask(play, status, "DELETE", "/v1.41/images/%s%s", reference_text(play, reference), force ? "?force=1" : "");
}

static void prune_images(struct play *play)
{
    bool pruned[MODEL_MADE_MAX];

    model_prune_images(&play->model, pruned);
    ask(play, 200, "POST", "/v1.41/images/prune");
    const struct value *deleted = value_get(play->body, "ImagesDeleted");

    for (int i = 0; i < play->model.image_count; i++) {
        bool said = false;

        for (uint32_t j = 0; j < value_count(deleted); j++) {
            said = said || value_is_text(value_get(value_at(deleted, j), "Deleted"), play->image_ids[i]);
        }
        expect(play, said == pruned[i], "which images were pruned");
    }
}

/* Often what changes something, seldom what only looks. */
static void (*const requests[])(struct play *) = {
    import_image,      create_container,       create_container,     create_container, start_container,
    start_container,   start_container,        stop_container,       kill_container,   pause_container,
    unpause_container, restart_container,      rename_container,     remove_container, remove_container,
    wait_container,    inspect_some_container, list_some_containers, prune_containers, create_network,
    create_network,    remove_network,         inspect_some_network, list_networks,    prune_networks,
    tag_image,         remove_image,           list_images,          prune_images,
};

enum { REQUEST_KINDS = sizeof requests / sizeof requests[0] };

bool engine_play(const uint8_t *data, size_t size, enum engine_defect defect, char said[PLAY_SAID_MAX])
{
    static struct play play;

    play = (struct play){.input = {data, data + size}, .defect = defect, .said = said};
    said[0] = '\0';
    engine_client_begin(&play.client);
    model_begin(&play.model);
    /* Without an image nothing can be made. */
    for (int i = 0; i < REQUESTS_MAX && play.input.next < play.input.end && play.parted == NULL; i++) {
        (i == 0 ? import_image : requests[fuzz_below(&play.input, REQUEST_KINDS)])(&play);
    }
    if (play.parted == NULL) {
        list_everything(&play);
    }
    bool good = play.parted == NULL;

    if (!good) {
        size_t length = strlen(said);

        (void)snprintf(said + length, PLAY_SAID_MAX - length, "    %s\n", play.parted);
    }
    engine_client_end(&play.client);
    return good;
}
