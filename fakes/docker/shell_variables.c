/* Parameters and variables: POSIX XCU 2.5. */
#include "fakes/docker/proc.h"

#include <stdlib.h>
#include <string.h>

static char *copy_string(struct pool *pool, const char *string)
{
    size_t size = strlen(string) + 1;

    return memcpy(pool_take(pool, size), string, size);
}

static void give_string(struct pool *pool, char *string)
{
    if (string != NULL) {
        pool_give(pool, string, strlen(string) + 1);
    }
}

struct variable *variable_find(const struct proc *proc, const char *name)
{
    struct variable *variable = proc->variables;

    while (variable != NULL && strcmp(variable->name, name) != 0) {
        variable = variable->next;
    }
    return variable;
}

const char *variable_get(const struct proc *proc, const char *name)
{
    const struct variable *variable = variable_find(proc, name);

    return variable == NULL ? NULL : variable->value;
}

static struct variable *variable_add(struct machine *machine, struct proc *proc, const char *name)
{
    struct variable **link = &proc->variables;
    struct variable *variable = pool_take(machine->pool, sizeof *variable);

    while (*link != NULL) {
        link = &(*link)->next;
    }
    variable->name = copy_string(machine->pool, name);
    *link = variable;
    return variable;
}

bool variable_set(struct machine *machine, struct proc *proc, const char *name, const char *value, bool export)
{
    struct variable *variable = variable_find(proc, name);

    if (variable != NULL && variable->read_only && value != NULL) {
        shell_complain(machine, proc, "%s: is read only", name);
        return false;
    }
    if (variable == NULL) {
        variable = variable_add(machine, proc, name);
    }
    char *copy = value == NULL ? NULL : copy_string(machine->pool, value);

    if (value != NULL || !export) {
        give_string(machine->pool, variable->value);
        variable->value = copy;
    }
    variable->exported |= export;
    return true;
}

static void variable_free(struct machine *machine, struct variable *variable)
{
    give_string(machine->pool, variable->name);
    give_string(machine->pool, variable->value);
    pool_give(machine->pool, variable, sizeof *variable);
}

void variable_remove(struct machine *machine, struct proc *proc, const char *name)
{
    struct variable **link = &proc->variables;

    while (*link != NULL && strcmp((*link)->name, name) != 0) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        struct variable *variable = *link;

        *link = variable->next;
        variable_free(machine, variable);
    }
}

void variable_save(struct machine *machine, struct proc *proc, const char *name, struct variable **saved)
{
    struct variable *copy = pool_take(machine->pool, sizeof *copy);
    const struct variable *variable = variable_find(proc, name);

    copy->name = copy_string(machine->pool, name);
    if (variable != NULL) {
        copy->exported = variable->exported;
        copy->value = variable->value == NULL ? NULL : copy_string(machine->pool, variable->value);
    }
    copy->next = *saved;
    *saved = copy;
}

void variables_restore(struct machine *machine, struct proc *proc, struct variable **saved)
{
    while (*saved != NULL) {
        struct variable *copy = *saved;

        *saved = copy->next;
        variable_remove(machine, proc, copy->name);
        if (copy->value != NULL || copy->exported) {
            (void)variable_set(machine, proc, copy->name, copy->value, copy->exported);
        }
        variable_free(machine, copy);
    }
}

void variables_forget(struct machine *machine, struct variable **saved)
{
    while (*saved != NULL) {
        struct variable *copy = *saved;

        *saved = copy->next;
        variable_free(machine, copy);
    }
}

/* $@ and $*, joined. */
static void add_parameters(struct machine *machine, const struct proc *proc, struct text *value)
{
    const struct text *parameters = &proc->shell->parameters;
    const char *separators = variable_get(proc, "IFS");

    for (uint32_t at = 0; at < parameters->length; at = text_next_string(parameters, at)) {
        if (at > 0 && (separators == NULL || separators[0] != '\0')) {
            text_add_char(machine->pool, value, separators == NULL ? ' ' : separators[0]);
        }
        text_add_string(machine->pool, value, parameters->bytes + at);
    }
}

static void add_options(struct machine *machine, const struct shell *shell, struct text *value)
{
    text_printf(machine->pool, value, "%s%s%s%s%s", shell->errexit ? "e" : "", shell->noglob ? "f" : "",
                shell->interactive ? "i" : "", shell->nounset ? "u" : "", shell->xtrace ? "x" : "");
}

static bool special_get(struct machine *machine, const struct proc *proc, char name, struct text *value)
{
    const struct shell *shell = proc->shell;

    switch (name) {
    case '?':
        text_printf(machine->pool, value, "%d", shell->status);
        return true;
    case '#':
        text_printf(machine->pool, value, "%u", text_string_count(&shell->parameters));
        return true;
    case '$':
        text_printf(machine->pool, value, "%d", shell->shell_pid);
        return true;
    case '!':
        if (shell->last_background != 0) {
            text_printf(machine->pool, value, "%d", shell->last_background);
        }
        return shell->last_background != 0;
    case '-':
        add_options(machine, shell, value);
        return true;
    case '@':
    case '*':
        add_parameters(machine, proc, value);
        return shell->parameters.length > 0;
    default:
        return false;
    }
}

bool shell_parameter(struct machine *machine, const struct proc *proc, const char *name, struct text *value)
{
    enum { TEN = 10 };
    const char *found;

    if (name[0] >= '0' && name[0] <= '9') {
        uint32_t index = (uint32_t)strtoul(name, NULL, TEN);

        found = index == 0 ? text_string(&proc->shell->name) : text_string_at(&proc->shell->parameters, index - 1);
    } else if (shell_is_name_start(name[0])) {
        found = variable_get(proc, name);
    } else {
        return special_get(machine, proc, name[0], value);
    }
    if (found != NULL) {
        text_add_string(machine->pool, value, found);
    }
    return found != NULL;
}
