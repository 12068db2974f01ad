/* What machine an image is for: "os[/architecture[/variant]]" (containerd platforms.Parse). This one is linux/amd64. */
#ifndef DRYDOCK_FAKES_DOCKER_PLATFORM_H
#define DRYDOCK_FAKES_DOCKER_PLATFORM_H

#include "fakes/docker/images.h"

#define DOCKER_ARCHITECTURE "amd64"

/* What is wrong with a platform that a client names; NULL: it is one. */
const char *docker_platform_wrong(struct arena *arena, const char *platform);
/* What the Engine says of an image, by the reference that was asked for, which is not of the platform; NULL: it is. */
const char *docker_platform_mismatch(struct arena *arena, const struct docker_image *image, const char *reference,
                                     const char *platform);

#endif
