/* The Docker client: lifecycle.md 2.7, 2.8, 12.5, and error texts of 12.8.
 *
 * Every primitive that addresses a container by name first lists all containers; a missing one is logged and gives the
 * TypeError of 12.8. `argument` is an identifier or an app id, and is logged as passed.
 */
#ifndef DRYDOCK_CORE_DOCKER_SERVICE_H
#define DRYDOCK_CORE_DOCKER_SERVICE_H

#include "core/app_spec.h"

/* Sends a docker effect; an error comes back in the client library's words (12.8). */
const struct error *docker_call(struct task *task, struct effect *effect) MUST_CHECK;
#define docker_call(task, ...) docker_call(FROM_HERE(task), __VA_ARGS__)

/* containers.list: array of {Id, Names, State …}. */
const struct error *docker_list_containers(struct task *task, bool all, const struct value **containers) MUST_CHECK;
#define docker_list_containers(task, ...) docker_list_containers(FROM_HERE(task), __VA_ARGS__)
/* getDockerContainerOnly: *container is NULL when absent (logged). */
const struct error *get_docker_container_only(struct task *task, const char *argument,
                                              const struct value **container) MUST_CHECK;
#define get_docker_container_only(task, ...) get_docker_container_only(FROM_HERE(task), __VA_ARGS__)
const struct error *app_docker_start(struct task *task, const char *argument) MUST_CHECK;
#define app_docker_start(task, ...) app_docker_start(FROM_HERE(task), __VA_ARGS__)
const struct error *app_docker_stop(struct task *task, const char *argument) MUST_CHECK;
#define app_docker_stop(task, ...) app_docker_stop(FROM_HERE(task), __VA_ARGS__)
const struct error *app_docker_restart(struct task *task, const char *argument) MUST_CHECK;
#define app_docker_restart(task, ...) app_docker_restart(FROM_HERE(task), __VA_ARGS__)
const struct error *app_docker_kill(struct task *task, const char *argument) MUST_CHECK;
#define app_docker_kill(task, ...) app_docker_kill(FROM_HERE(task), __VA_ARGS__)
const struct error *app_docker_remove(struct task *task, const char *argument) MUST_CHECK;
#define app_docker_remove(task, ...) app_docker_remove(FROM_HERE(task), __VA_ARGS__)
const struct error *app_docker_force_remove(struct task *task, const char *argument) MUST_CHECK;
#define app_docker_force_remove(task, ...) app_docker_force_remove(FROM_HERE(task), __VA_ARGS__)
const struct error *app_docker_image_remove(struct task *task, const char *repotag) MUST_CHECK;
#define app_docker_image_remove(task, ...) app_docker_image_remove(FROM_HERE(task), __VA_ARGS__)

/* appDockerCreate (2.7). `spec` is the whole app, `component` the one to create. */
const struct error *app_docker_create(struct task *task, struct component *component, const char *app,
                                      bool is_component, struct app_spec *spec) MUST_CHECK;
/* ensureMountPathsExist (2.7 step 9, 5.4). */
const struct error *ensure_mount_paths_exist(struct task *task, const struct component *component, const char *app,
                                             bool is_component, const struct app_spec *spec) MUST_CHECK;

/* createFluxAppDockerNetwork (1.5 step 2). */
const struct error *create_flux_app_docker_network(struct task *task, const char *app, uint32_t octet) MUST_CHECK;
/* Interface names `br-…` of the app networks (1.5 step 4): array of text. */
const struct error *get_flux_docker_network_physical_interface_names(struct task *task,
                                                                     const struct value **names) MUST_CHECK;
/* removeFluxAppDockerNetwork and its forced form (6.1 step 10); errors of inspect mean already gone. */
const struct error *remove_flux_app_docker_network(struct task *task, const char *app) MUST_CHECK;
const struct error *force_remove_flux_app_docker_network(struct task *task, const char *app) MUST_CHECK;

/* The first name that a listed container bears, with its slash; "" when it has none. */
const char *first_container_name(const struct value *container);

#endif
