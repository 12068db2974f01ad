/* A process that does what a scenario says (process.h, script). Times are the process's own: frozen time does not
 * count. */
#include "fakes/docker/process_script.h"

#include <signal.h>

static bool names_signal(const struct value *name, int number)
{
    const char *text = value_text(name);

    return text != NULL && process_signal_number(text) == number;
}

static bool is_ignored(const struct value *script, int number)
{
    const struct value *ignored = value_get(script, "ignores");

    for (uint32_t i = 0; i < value_count(ignored); i++) {
        if (names_signal(value_at(ignored, i), number)) {
            return true;
        }
    }
    return false;
}

static const struct value *reaction_to(const struct value *script, int number)
{
    const struct value *reactions = value_get(script, "onSignal");

    for (uint32_t i = 0; i < value_count(reactions); i++) {
        if (process_signal_number(reactions->members[i].key) == number) {
            return reactions->members[i].value;
        }
    }
    return NULL;
}

void script_start(struct process *process, const struct value *script)
{
    const struct value *after = value_get(script, "after");
    bool ends = after != NULL || value_get(script, "exitCode") != NULL || value_truthy(value_get(script, "oomKilled"));

    process->script = script;
    process->script_exit = value_get_int(script, "exitCode", 0);
    process->ends_ms = ends ? process->started_ms + value_get_whole(script, "after", 0) : INT64_MAX;
}

/* The instant of the next output, or INT64_MAX. */
static int64_t next_output_ms(const struct process *process)
{
    const struct value *output = value_at(value_get(process->script, "output"), process->script_output);

    return output == NULL ? INT64_MAX : process->started_ms + value_get_whole(output, "after", 0);
}

int64_t script_next_ms(const struct process *process)
{
    int64_t output = next_output_ms(process);

    if (process->script_text.length > 0) {
        return process->started_ms;
    }
    return output < process->ends_ms ? output : process->ends_ms;
}

bool script_pass(struct process *process, int64_t now_ms, const struct process_io *io)
{
    enum { EXIT_OOM = 137 };

    while (next_output_ms(process) <= now_ms && next_output_ms(process) <= process->ends_ms) {
        const struct value *output = value_at(value_get(process->script, "output"), process->script_output);
        const struct value *text = value_get(output, "text");
        bool is_error = value_is_text(value_get(output, "stream"), "stderr");

        if (value_is(text, VALUE_STRING)) {
            io->output(io->context, next_output_ms(process) + process->frozen_ms,
                       is_error ? PROCESS_STDERR : PROCESS_STDOUT, text->string, text->count);
        }
        process->script_output++;
    }
    if (process->script_text.length > 0) {
        io->output(io->context, now_ms + process->frozen_ms, PROCESS_STDOUT, process->script_text.bytes,
                   process->script_text.length);
        text_free(process->pool, &process->script_text);
    }
    if (process->ends_ms > now_ms) {
        return true;
    }
    process->oom_killed = value_truthy(value_get(process->script, "oomKilled")) && process->script_exit == 0;
    process->exit_code = process->oom_killed ? EXIT_OOM : process->script_exit;
    process->finished_ms = process->ends_ms + process->frozen_ms;
    return false;
}

void script_signal(struct process *process, int number, int64_t now_ms)
{
    const struct value *reaction = reaction_to(process->script, number);
    const char *text = value_get_text(reaction, "output");

    if (is_ignored(process->script, number)) {
        return;
    }
    if (reaction != NULL) {
        if (text != NULL) {
            text_add_string(process->pool, &process->script_text, text);
        }
        if (value_get(reaction, "exitCode") != NULL) {
            process->ends_ms = now_ms + value_get_whole(reaction, "after", 0);
            process->script_exit = value_get_int(reaction, "exitCode", 0);
        }
    } else if (number == SIGTERM || number == SIGINT || number == SIGQUIT) {
        process->ends_ms = now_ms;
        process->script_exit = 0;
    }
}
