/* What a Docker Engine must answer, by the rules of its API (https://docs.docker.com/engine/api/v1.41/) and what real
 * Engines answered (fakes/tests/conformance/cases/): a second, smaller Engine without the fake's code, in which things
 * have numbers instead of names.
 *
 * It knows containers (made of an image, on a user's network or none, whose command sleeps, ends or does not exist),
 * networks and images, by state and by what refuses what. Each function is a request: it changes the model and returns
 * the status of the answer.
 */
#ifndef DRYDOCK_SIM_FUZZ_ENGINE_MODEL_H
#define DRYDOCK_SIM_FUZZ_ENGINE_MODEL_H

#include <stdbool.h>

enum {
    MODEL_NAMES = 5,      /* of containers */
    MODEL_NETWORKS = 3,   /* names of networks */
    MODEL_REFERENCES = 4, /* names of images */
    MODEL_MADE_MAX = 64,  /* containers, networks or images that are made in one play */
    MODEL_NONE = -1,
};

enum model_state { MODEL_CREATED, MODEL_RUNNING, MODEL_PAUSED, MODEL_EXITED };
enum model_command { MODEL_SLEEPS, MODEL_SUCCEEDS, MODEL_FAILS, MODEL_IS_MISSING, MODEL_COMMANDS };

struct model_container {
    bool exists;
    int name;
    int image;     /* that it is made of; it may be gone */
    int reference; /* the name that was given for it */
    int network;   /* by name, MODEL_NONE: none */
    int attached; /* the network that its first start found, which alone it is started on again; MODEL_NONE: none yet */
    enum model_state state;
    enum model_command command;
    int exit_code; /* once exited, or a start has failed */
};

struct model_network {
    bool exists;
    int name;
};

/* Containers, networks and images by the order in which they were made. */
struct engine_model {
    struct model_container containers[MODEL_MADE_MAX];
    int container_count;
    struct model_network networks[MODEL_MADE_MAX];
    int network_count;
    bool images[MODEL_MADE_MAX]; /* whether it exists */
    int image_count;
    int references[MODEL_REFERENCES]; /* the image of each name, MODEL_NONE: it is not there */
};

void model_begin(struct engine_model *model);

/* Who has a name, MODEL_NONE: nobody. */
int model_container_named(const struct engine_model *model, int name);
int model_network_named(const struct engine_model *model, int name);
bool model_is_up(const struct model_container *container); /* running or paused */
int model_references_of(const struct engine_model *model, int image);

int model_create(struct engine_model *model, int name, int reference, int network, enum model_command command);
/* Of a container by its number, MODEL_NONE: there is none. */
int model_start(struct engine_model *model, int number);
int model_stop(struct engine_model *model, int number);
int model_kill(struct engine_model *model, int number);
int model_pause(struct engine_model *model, int number);
int model_unpause(struct engine_model *model, int number);
int model_restart(struct engine_model *model, int number);
int model_rename(struct engine_model *model, int number, int name);
int model_remove(struct engine_model *model, int number, bool force);
/* Marks in `pruned` (by number) what goes. */
void model_prune_containers(struct engine_model *model, bool pruned[MODEL_MADE_MAX]);

int model_create_network(struct engine_model *model, int name);
int model_remove_network(struct engine_model *model, int number);
void model_prune_networks(struct engine_model *model, bool pruned[MODEL_MADE_MAX]);
bool model_network_is_used(const struct engine_model *model, int number);

/* A new image under a name, which another may lose. */
int model_import(struct engine_model *model, int reference);
int model_tag(struct engine_model *model, int reference, int other);
int model_remove_image(struct engine_model *model, int reference, bool force);
void model_prune_images(struct engine_model *model, bool pruned[MODEL_MADE_MAX]);

#endif
