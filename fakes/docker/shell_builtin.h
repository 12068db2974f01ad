/* The builtins, by the file that has them. Internal to shell_builtins*.c. */
#ifndef DRYDOCK_FAKES_DOCKER_SHELL_BUILTIN_H
#define DRYDOCK_FAKES_DOCKER_SHELL_BUILTIN_H

#include "fakes/docker/proc.h"

/* The index-th argument of a builtin, its name being 0; NULL behind the last. */
const char *builtin_argument(const struct frame *frame, uint32_t index);
/* It is done with this status. */
enum step builtin_done(struct proc *proc, int status);

#define BUILTIN(name) enum step builtin_##name(struct machine *machine, struct proc *proc, struct frame *frame)
/* shell_builtins_variables.c */
BUILTIN(declare);
BUILTIN(unset);
BUILTIN(set);
BUILTIN(shift);
BUILTIN(let);
BUILTIN(cd);
BUILTIN(umask);
BUILTIN(read);
/* shell_builtins_jobs.c */
BUILTIN(trap);
BUILTIN(kill);
BUILTIN(wait);
BUILTIN(jobs);
#undef BUILTIN

#endif
