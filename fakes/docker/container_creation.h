/* A container that is to be made: what the files of POST /containers/create share. */
#ifndef DRYDOCK_FAKES_DOCKER_CONTAINER_CREATION_H
#define DRYDOCK_FAKES_DOCKER_CONTAINER_CREATION_H

#include "fakes/docker/container_parts.h"

/* A request on its way to a container. */
struct creation {
    struct docker_request *request;
    const struct value *config, *host_config; /* read, see container_config.h */
    const struct docker_image *image;
    const struct value *warnings;
};

/* ---- container_creation.c: false with an error set ------------------------------------------------------------- */

bool creation_refuse(struct docker_request *request, int status, const char *text);
/* What contradicts itself (moby runconfig/hostconfig*.go). */
bool creation_modes_are_valid(const struct creation *creation);
/* Sets the image; it must be there and of the platform that was asked for. */
bool creation_find_image(struct creation *creation);
bool creation_log_config_is_valid(const struct creation *creation);
bool creation_security_is_valid(const struct creation *creation);

/* ---- container_details.c --------------------------------------------------------------------------------------- */

const struct config_fallbacks *container_fallbacks(const struct docker_engine *engine);
/* HostConfig with defaults that depend on other members (moby daemon_unix.go, adaptContainerSettings()). */
const struct value *container_adapted(const struct config_fallbacks *fallbacks, struct arena *arena,
                                      const struct value *host_config);
/* What a container keeps as its body: the same for one of a request and one of a scenario. */
const struct value *container_kept_body(const struct value *config, const struct value *host_config,
                                        const struct value *networking, struct arena *arena);

#endif
