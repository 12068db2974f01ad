/* Commands on the host: lifecycle.md 12.3, 12.4. The command text is what FluxOS runs; object, operand and amount name
 * its operands (effects.def). A non-zero exit status is the error `Command failed: <command>\n<stderr>`.
 */
#ifndef DRYDOCK_CORE_SHELL_H
#define DRYDOCK_CORE_SHELL_H

#include "core/node.h"

struct command {
    enum effect_id id;
    const char *text;    /* the whole command */
    const char *object;  /* NULL when unused */
    const char *operand; /* NULL when unused */
    double amount;
};

/* Runs a command; its standard output in *stdout_text (which may be NULL when nobody reads it). */
const struct error *run_command(struct task *task, struct command command, const char **stdout_text) MUST_CHECK;
#define run_command(task, ...) run_command(FROM_HERE(task), __VA_ARGS__)

#endif
