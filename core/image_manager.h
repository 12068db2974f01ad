/* Checking and pulling an image: lifecycle.md 2.5. */
#ifndef DRYDOCK_CORE_IMAGE_MANAGER_H
#define DRYDOCK_CORE_IMAGE_MANAGER_H

#include "core/app_spec.h"

const struct error *verify_and_pull_image(struct task *task, const struct component *component,
                                          const struct app_spec *full_specs) MUST_CHECK;

/* Whether the registry has another image under the tag than the node: images.list, then HEAD of the manifest. */
const struct error *image_has_update(struct task *task, const char *repotag, bool *updated) MUST_CHECK;

#endif
