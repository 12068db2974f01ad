/* Names of things on a node: lifecycle.md 0.3, and the tests on containerData of 0.4 that look for letters only. */
#ifndef DRYDOCK_CORE_NAMES_H
#define DRYDOCK_CORE_NAMES_H

#include "core/arena.h"

#include <stdbool.h>

/* Component identifier: `<component>_<app>`, or `<app>` for version ≤ 3. */
const char *component_identifier(struct arena *arena, int version, const char *component, const char *app);
/* App id of an identifier: container name, data folder, syncthing folder id. */
const char *get_app_identifier(struct arena *arena, const char *identifier);
/* Identifier from a name as docker lists it, with its leading slash ("/fluxweb_app" → "web_app"). */
const char *identifier_from_docker_name(const char *docker_name);
/* Main app name: the text between the first and the second underscore, or the whole. */
const char *main_app_name(struct arena *arena, const char *identifier);
/* `fluxDockerNetwork_<app>`. */
const char *app_network_name(struct arena *arena, const char *app);
/* Whether docker lists this name (leading slash included) for a Flux container: it begins with zel or flux. */
bool is_flux_container(const char *docker_name);

/* The substring test of 0.4: containerData contains "g:" / "r:"; NULL contains neither. */
bool has_g(const char *container_data);
bool has_r(const char *container_data);

#endif
