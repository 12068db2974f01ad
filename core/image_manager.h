/* Checking and pulling an image: lifecycle.md 2.5. */
#ifndef DRYDOCK_CORE_IMAGE_MANAGER_H
#define DRYDOCK_CORE_IMAGE_MANAGER_H

#include "core/app_spec.h"

const struct error *verify_and_pull_image(struct task *task, const struct component *component,
                                          const struct app_spec *full_specs) MUST_CHECK;

#endif
