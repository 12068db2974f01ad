/* What is looked at of an uploaded archive: whether it is a tar, and JSON files in it (POSIX.1-2001, ustar). */
#ifndef DRYDOCK_FAKES_DOCKER_IMAGE_TAR_H
#define DRYDOCK_FAKES_DOCKER_IMAGE_TAR_H

#include "core/effect.h"

/* Whether bytes (NULL: none) are a tar archive, an empty one too. */
bool image_tar_is_one(const char *archive, size_t size);
/* The JSON of a file in an archive; NULL when it is not there or no JSON. */
const struct value *image_tar_json(struct arena *arena, const char *archive, size_t size, const char *name);

#endif
