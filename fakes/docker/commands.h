/* The commands of busybox that are known here (commands.def): https://busybox.net/downloads/BusyBox.html. */
#ifndef DRYDOCK_FAKES_DOCKER_COMMANDS_H
#define DRYDOCK_FAKES_DOCKER_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

struct machine;
struct proc;

enum command_answer { COMMAND_AGAIN, COMMAND_BLOCKED, COMMAND_DONE };

struct command {
    const char *name;
    /* One step: bounded work, then what follows. COMMAND_DONE: the exit status is in proc->status. */
    enum command_answer (*step)(struct machine *machine, struct proc *proc);
    uint64_t ends_by; /* signals (1 << number) that it handles by ending in good order */
    int ends_with;    /* its exit status then */
};

/* NULL: there is none. A shell's step is NULL. */
const struct command *command_find(const char *name);
bool command_is_known(const char *name);
/* For listing /bin; NULL at the end. */
const char *command_name_at(uint32_t index);
/* Stands for a program that is not modelled: it runs for ever, and ends by TERM, INT or QUIT. */
const struct command *command_service(void);

#endif
