/* What clients ask of terminals, the same for containers and executions. */
#ifndef DRYDOCK_FAKES_DOCKER_TERMINAL_REQUEST_H
#define DRYDOCK_FAKES_DOCKER_TERMINAL_REQUEST_H

#include "fakes/docker/whole.h"

/* Whether these are keys to detach with: characters and `ctrl-` with one, commas between (moby/term, ToBytes). */
bool docker_detach_keys_valid(const char *keys);
/* The size that the parameters h and w say; false, with a 400 set, when they are no numbers. */
bool docker_terminal_size(struct docker_request *request, uint32_t *rows, uint32_t *columns);

#endif
