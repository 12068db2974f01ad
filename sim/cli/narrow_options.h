/* What a timeline is narrowed to: --around, --task, --port, --object, the same for every verb that has them. */
#ifndef DRYDOCK_SIM_CLI_NARROW_OPTIONS_H
#define DRYDOCK_SIM_CLI_NARROW_OPTIONS_H

#include "reports/report.h"
#include "sim/cli/cli.h"

struct narrow_options {
    const char **tasks;
    uint32_t task_count, task_size;
    const char **objects;
    uint32_t object_count, object_size;
    uint32_t ports;
    bool around;
    const char *oracle; /* NULL: any */
    uint32_t nth;
    bool given; /* any of them */
};

/* Whether an option of that name is one of these. */
bool is_narrow_option(const char *name);
/* Takes one of them. false, after a message, when it names no oracle, port or number. */
bool take_narrow_option(struct arena *arena, const char *verb, const char *name, const char *argument,
                        struct narrow_options *options);
/* The form that reports take; borrows from the options. */
struct timeline_narrowing narrowing_of(const struct narrow_options *options);

#endif
