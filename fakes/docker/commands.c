#include "fakes/docker/command_steps.h"

#include <signal.h>
#include <string.h>

static const struct command commands[] = {
#define COMMAND(name, step, signals, status) {name, step, signals, status},
#include "fakes/docker/commands.def"
#undef COMMAND
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static enum command_answer serve(struct machine *machine, struct proc *proc)
{
    (void)machine;
    (void)proc;
    return COMMAND_BLOCKED;
}

const struct command *command_find(const char *name)
{
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

bool command_is_known(const char *name)
{
    return command_find(name) != NULL;
}

const char *command_name_at(uint32_t index)
{
    return index < COMMAND_COUNT ? commands[index].name : NULL;
}

const struct command *command_service(void)
{
    static const struct command service = {"service", serve,
                                           (uint64_t)1 << SIGTERM | (uint64_t)1 << SIGINT | (uint64_t)1 << SIGQUIT, 0};

    return &service;
}
