/* A process that does what a scenario says. Internal to process.c; instants are the process's own. */
#ifndef DRYDOCK_FAKES_DOCKER_PROCESS_SCRIPT_H
#define DRYDOCK_FAKES_DOCKER_PROCESS_SCRIPT_H

#include "fakes/docker/process.h"

void script_start(struct process *process, const struct value *script);
int64_t script_next_ms(const struct process *process);
/* false: it is over, and the process knows how. */
bool script_pass(struct process *process, int64_t now_ms, const struct process_io *io);
void script_signal(struct process *process, int number, int64_t now_ms);

#endif
