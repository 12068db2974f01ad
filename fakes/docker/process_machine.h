/* The processes of one container start or exec, together. Internal to process.c. */
#ifndef DRYDOCK_FAKES_DOCKER_PROCESS_MACHINE_H
#define DRYDOCK_FAKES_DOCKER_PROCESS_MACHINE_H

#include "fakes/docker/proc.h"

/* When it has something to do by itself, in its own time; INT64_MAX: never. */
int64_t process_machine_next_ms(const struct machine *machine);
/* Performs what is due up to now. false: the first process is over, or memory is. */
bool process_machine_pass(struct machine *machine, int64_t now_ms, const struct process_io *io);
void process_machine_free(struct machine *machine);

#endif
