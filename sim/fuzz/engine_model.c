#include "sim/fuzz/engine_model.h"

#include <string.h>

enum {
    OK = 200,
    CREATED = 201,
    NO_CONTENT = 204,
    NOT_MODIFIED = 304,
    BAD_PARAMETER = 400,
    FORBIDDEN = 403,
    NO_SUCH = 404,
    CONFLICT = 409,
    SERVER_ERROR = 500,
    /* exit codes */
    NOT_STARTED = 128, /* a start failed before there was a process */
    NOT_FOUND = 127,   /* no such command */
    KILLED = 137,      /* 128 and the signal */
};

void model_begin(struct engine_model *model)
{
    memset(model, 0, sizeof *model);
    for (int i = 0; i < MODEL_REFERENCES; i++) {
        model->references[i] = MODEL_NONE;
    }
}

int model_container_named(const struct engine_model *model, int name)
{
    for (int i = 0; i < model->container_count; i++) {
        if (model->containers[i].exists && model->containers[i].name == name) {
            return i;
        }
    }
    return MODEL_NONE;
}

int model_network_named(const struct engine_model *model, int name)
{
    for (int i = 0; i < model->network_count; i++) {
        if (model->networks[i].exists && model->networks[i].name == name) {
            return i;
        }
    }
    return MODEL_NONE;
}

bool model_is_up(const struct model_container *container)
{
    return container->state == MODEL_RUNNING || container->state == MODEL_PAUSED;
}

/* ---- containers ---------------------------------------------------------------------------------------------------
 */

/* ContainerCreate: 404 no such image, 409 the name is in use. A network is not looked for before the start. */
int model_create(struct engine_model *model, int name, int reference, int network, enum model_command command)
{
    if (model->references[reference] == MODEL_NONE) {
        return NO_SUCH;
    }
    if (model_container_named(model, name) != MODEL_NONE) {
        return CONFLICT;
    }
    model->containers[model->container_count++] = (struct model_container){.exists = true,
                                                                           .name = name,
                                                                           .image = model->references[reference],
                                                                           .reference = reference,
                                                                           .network = network,
                                                                           .attached = MODEL_NONE,
                                                                           .state = MODEL_CREATED,
                                                                           .command = command};
    return CREATED;
}

/* A start fails; it leaves an exit code where there was none. */
static bool fail(struct model_container *container, int exit_code)
{
    container->exit_code = container->exit_code == 0 ? exit_code : container->exit_code;
    return false;
}

/* It comes up, and what ends at once has ended. false: its network is not there, by number once it has been on it, or
 * its command is not. */
static bool come_up(struct engine_model *model, struct model_container *container)
{
    if (container->command == MODEL_IS_MISSING) {
        return fail(container, NOT_FOUND);
    }
    if (container->network != MODEL_NONE) {
        int network =
            container->attached != MODEL_NONE ? container->attached : model_network_named(model, container->network);

        if (network == MODEL_NONE || !model->networks[network].exists) {
            return fail(container, NOT_STARTED);
        }
        container->attached = network;
    }
    container->state = container->command == MODEL_SLEEPS ? MODEL_RUNNING : MODEL_EXITED;
    container->exit_code = container->command == MODEL_FAILS;
    return true;
}

static struct model_container *find(struct engine_model *model, int number)
{
    return number == MODEL_NONE || !model->containers[number].exists ? NULL : &model->containers[number];
}

static void end(struct model_container *container)
{
    container->state = MODEL_EXITED;
    container->exit_code = KILLED;
}

/* ContainerStart: 304 already started; a paused one is to be unpaused instead. A command that cannot be run: 400. */
int model_start(struct engine_model *model, int number)
{
    struct model_container *container = find(model, number);

    if (container == NULL) {
        return NO_SUCH;
    }
    if (model_is_up(container)) {
        return container->state == MODEL_PAUSED ? CONFLICT : NOT_MODIFIED;
    }
    return come_up(model, container) ? NO_CONTENT : container->command == MODEL_IS_MISSING ? BAD_PARAMETER : NO_SUCH;
}

/* ContainerStop, at once: 304 already stopped. `sleep` does not end by SIGTERM as process 1, so it is killed. */
int model_stop(struct engine_model *model, int number)
{
    struct model_container *container = find(model, number);

    if (container == NULL) {
        return NO_SUCH;
    }
    if (!model_is_up(container)) {
        return NOT_MODIFIED;
    }
    end(container);
    return NO_CONTENT;
}

/* ContainerKill: 409 it is not running. */
int model_kill(struct engine_model *model, int number)
{
    struct model_container *container = find(model, number);

    if (container == NULL) {
        return NO_SUCH;
    }
    if (!model_is_up(container)) {
        return CONFLICT;
    }
    end(container);
    return NO_CONTENT;
}

/* ContainerPause: 409 not running, or paused already. */
int model_pause(struct engine_model *model, int number)
{
    struct model_container *container = find(model, number);

    if (container == NULL) {
        return NO_SUCH;
    }
    if (container->state != MODEL_RUNNING) {
        return CONFLICT;
    }
    container->state = MODEL_PAUSED;
    return NO_CONTENT;
}

/* ContainerUnpause: 500 it is not paused. */
int model_unpause(struct engine_model *model, int number)
{
    struct model_container *container = find(model, number);

    if (container == NULL) {
        return NO_SUCH;
    }
    if (container->state != MODEL_PAUSED) {
        return SERVER_ERROR;
    }
    container->state = MODEL_RUNNING;
    return NO_CONTENT;
}

/* ContainerRestart: stop, then start, whatever it was before. Whatever makes the start fail: 500. */
int model_restart(struct engine_model *model, int number)
{
    struct model_container *container = find(model, number);

    if (container == NULL) {
        return NO_SUCH;
    }
    if (model_is_up(container)) {
        end(container);
    }
    return come_up(model, container) ? NO_CONTENT : SERVER_ERROR;
}

/* ContainerRename: 400 the same name, 409 another's. */
int model_rename(struct engine_model *model, int number, int name)
{
    struct model_container *container = find(model, number);
    int holder = model_container_named(model, name);

    if (container == NULL) {
        return NO_SUCH;
    }
    if (holder != MODEL_NONE) {
        return holder == number ? BAD_PARAMETER : CONFLICT;
    }
    container->name = name;
    return NO_CONTENT;
}

/* ContainerDelete: 409 it runs or is paused, and force is not given. */
int model_remove(struct engine_model *model, int number, bool force)
{
    struct model_container *container = find(model, number);

    if (container == NULL) {
        return NO_SUCH;
    }
    if (model_is_up(container) && !force) {
        return CONFLICT;
    }
    container->exists = false;
    return NO_CONTENT;
}

/* ContainerPrune: all that are stopped, created ones included. */
void model_prune_containers(struct engine_model *model, bool pruned[MODEL_MADE_MAX])
{
    for (int i = 0; i < model->container_count; i++) {
        struct model_container *container = &model->containers[i];

        pruned[i] = container->exists && !model_is_up(container);
        container->exists = container->exists && !pruned[i];
    }
}

/* ---- networks -----------------------------------------------------------------------------------------------------
 */

/* NetworkCreate with CheckDuplicate: 409 the name is in use. */
int model_create_network(struct engine_model *model, int name)
{
    if (model_network_named(model, name) != MODEL_NONE) {
        return CONFLICT;
    }
    model->networks[model->network_count++] = (struct model_network){.exists = true, .name = name};
    return CREATED;
}

/* By a container that is up; one that is stopped only remembers it. */
bool model_network_is_used(const struct engine_model *model, int number)
{
    for (int i = 0; i < model->container_count; i++) {
        const struct model_container *container = &model->containers[i];

        if (container->exists && model_is_up(container) && container->network != MODEL_NONE &&
            container->attached == number) {
            return true;
        }
    }
    return false;
}

/* NetworkDelete: 403 it has active endpoints. */
int model_remove_network(struct engine_model *model, int number)
{
    if (number == MODEL_NONE || !model->networks[number].exists) {
        return NO_SUCH;
    }
    if (model_network_is_used(model, number)) {
        return FORBIDDEN;
    }
    model->networks[number].exists = false;
    return NO_CONTENT;
}

void model_prune_networks(struct engine_model *model, bool pruned[MODEL_MADE_MAX])
{
    for (int i = 0; i < model->network_count; i++) {
        pruned[i] = model->networks[i].exists && !model_network_is_used(model, i);
        model->networks[i].exists = model->networks[i].exists && !pruned[i];
    }
}

/* ---- images -------------------------------------------------------------------------------------------------------
 */

int model_references_of(const struct engine_model *model, int image)
{
    int count = 0;

    for (int i = 0; i < MODEL_REFERENCES; i++) {
        count += model->references[i] == image;
    }
    return count;
}

/* Whether a container is made of it; `up`: one that is up. */
static bool image_is_used(const struct engine_model *model, int image, bool up)
{
    for (int i = 0; i < model->container_count; i++) {
        const struct model_container *container = &model->containers[i];

        if (container->exists && container->image == image && (!up || model_is_up(container))) {
            return true;
        }
    }
    return false;
}

int model_import(struct engine_model *model, int reference)
{
    model->images[model->image_count] = true;
    model->references[reference] = model->image_count++;
    return OK;
}

int model_tag(struct engine_model *model, int reference, int other)
{
    if (model->references[reference] == MODEL_NONE) {
        return NO_SUCH;
    }
    model->references[other] = model->references[reference];
    return CREATED;
}

/* ImageDelete by name: 409 it is the image's last, a container uses it, and force is not given. The last name takes the
 * image along, unless a container that is up uses it. */
int model_remove_image(struct engine_model *model, int reference, bool force)
{
    int image = model->references[reference];

    if (image == MODEL_NONE) {
        return NO_SUCH;
    }
    if (!force && model_references_of(model, image) == 1 && image_is_used(model, image, false)) {
        return CONFLICT;
    }
    model->references[reference] = MODEL_NONE;
    if (model_references_of(model, image) == 0 && !image_is_used(model, image, true)) {
        model->images[image] = false;
    }
    return OK;
}

/* ImagePrune: those without a name that no container is made of. */
void model_prune_images(struct engine_model *model, bool pruned[MODEL_MADE_MAX])
{
    for (int i = 0; i < model->image_count; i++) {
        pruned[i] = model->images[i] && model_references_of(model, i) == 0 && !image_is_used(model, i, false);
        model->images[i] = model->images[i] && !pruned[i];
    }
}
