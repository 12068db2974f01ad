#define CALLS_FOR_ITS_CALLERS /* see FROM_HERE */
#include "core/shell.h"

const struct error *run_command(struct task *task, struct command command, const char **stdout_text)
{
    struct effect effect = {
        .id = command.id,
        .args = OBJECT(task->arena, {"command", value_string(task->arena, command.text)}),
        .object = command.object,
        .operand = command.operand,
        .amount = command.amount,
    };
    const struct error *failure = perform(task, &effect);

    if (failure != NULL) {
        struct error *error = arena_alloc(task->arena, sizeof *error);

        /* 12.3: the command failed; its standard error follows on the next line. */
        *error = *failure;
        error->message = arena_printf(task->arena, "Command failed: %s\n%s", command.text, failure->message);
        return error;
    }
    if (stdout_text != NULL) {
        const char *text = value_get_text(effect.result, "stdout");

        *stdout_text = text == NULL ? "" : text;
    }
    return NULL;
}
