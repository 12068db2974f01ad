/* Builtins about variables, options and the working folder, and read. */
#include "fakes/docker/shell_builtin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TEN = 10 };

static void list_exported(struct machine *machine, struct proc *proc)
{
    for (const struct variable *variable = proc->variables; variable != NULL; variable = variable->next) {
        if (variable->exported && variable->value != NULL) {
            proc_printf(machine, proc, 1, "export %s='%s'\n", variable->name, variable->value);
        }
    }
}

/* export, readonly, local: NAME or NAME=VALUE each. */
enum step builtin_declare(struct machine *machine, struct proc *proc, struct frame *frame)
{
    const char *what = builtin_argument(frame, 0);
    struct frame *call = frame;
    const char *word;

    while (call != NULL && call->kind != FRAME_FUNCTION) {
        call = call->below;
    }
    if (what[0] == 'l' && call == NULL) {
        shell_complain(machine, proc, "local: line 0: not in a function");
        proc->shell->unwind = UNWIND_EXIT;
        return builtin_done(proc, EXIT_USAGE);
    }
    if (builtin_argument(frame, 1) == NULL || strcmp(builtin_argument(frame, 1), "-p") == 0) {
        list_exported(machine, proc);
        return builtin_done(proc, 0);
    }
    for (uint32_t i = 1; (word = builtin_argument(frame, i)) != NULL; i++) {
        const char *equals = strchr(word, '=');
        struct text name = {0};

        text_add(machine->pool, &name, word, equals == NULL ? strlen(word) : (size_t)(equals - word));
        if (!shell_is_name_start(name.bytes[0])) {
            shell_complain(machine, proc, "%s: line 0: %s: bad variable name", what, name.bytes);
            text_free(machine->pool, &name);
            proc->shell->unwind = UNWIND_EXIT;
            return builtin_done(proc, EXIT_USAGE);
        }
        if (what[0] == 'l') {
            variable_save(machine, proc, name.bytes, &call->locals);
        }
        if (equals != NULL || what[0] != 'l') {
            if (!variable_set(machine, proc, name.bytes, equals == NULL ? variable_get(proc, name.bytes) : equals + 1,
                              what[0] == 'e')) {
                text_free(machine->pool, &name);
                return builtin_done(proc, 1);
            }
        }
        if (what[0] == 'r') {
            variable_find(proc, name.bytes)->read_only = true;
        }
        text_free(machine->pool, &name);
    }
    return builtin_done(proc, 0);
}

static void remove_function(struct machine *machine, struct proc *proc, const char *name)
{
    struct function **link = &proc->shell->functions;

    while (*link != NULL && strcmp((*link)->node->name, name) != 0) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        struct function *function = *link;

        *link = function->next;
        script_release(machine->pool, function->script);
        pool_give(machine->pool, function, sizeof *function);
    }
}

enum step builtin_unset(struct machine *machine, struct proc *proc, struct frame *frame)
{
    bool is_function = builtin_argument(frame, 1) != NULL && strcmp(builtin_argument(frame, 1), "-f") == 0;
    const char *name;

    for (uint32_t i = 1; (name = builtin_argument(frame, i)) != NULL; i++) {
        const struct variable *variable = variable_find(proc, name);

        if (variable != NULL && variable->read_only) {
            shell_complain(machine, proc, "unset: line 0: %s: is read only", name);
            proc->shell->unwind = UNWIND_EXIT;
            return builtin_done(proc, EXIT_USAGE);
        }
        if (name[0] != '-' && is_function) {
            remove_function(machine, proc, name);
        } else if (name[0] != '-') {
            variable_remove(machine, proc, name);
        }
    }
    return builtin_done(proc, 0);
}

static void set_long_option(struct shell *shell, const char *name, bool on)
{
    if (strcmp(name, "errexit") == 0) {
        shell->errexit = on;
    } else if (strcmp(name, "nounset") == 0) {
        shell->nounset = on;
    } else if (strcmp(name, "xtrace") == 0) {
        shell->xtrace = on;
    } else if (strcmp(name, "noglob") == 0) {
        shell->noglob = on;
    }
}

static void list_variables(struct machine *machine, struct proc *proc)
{
    for (const struct variable *variable = proc->variables; variable != NULL; variable = variable->next) {
        if (variable->value != NULL) {
            proc_printf(machine, proc, 1, "%s='%s'\n", variable->name, variable->value);
        }
    }
}

enum step builtin_set(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct shell *shell = proc->shell;
    uint32_t index = 1;
    const char *word = builtin_argument(frame, 1);
    bool replaces = false;

    if (word == NULL) {
        list_variables(machine, proc);
        return builtin_done(proc, 0);
    }
    while ((word = builtin_argument(frame, index)) != NULL && (word[0] == '-' || word[0] == '+') && word[1] != '\0') {
        bool on = word[0] == '-';

        index++;
        if (strcmp(word, "--") == 0) {
            replaces = true;
            break;
        }
        if (word[1] == 'o') {
            set_long_option(shell, builtin_argument(frame, index) == NULL ? "" : builtin_argument(frame, index), on);
            index++;
            continue;
        }
        for (uint32_t i = 1; word[i] != '\0'; i++) {
            shell->errexit = word[i] == 'e' ? on : shell->errexit;
            shell->nounset = word[i] == 'u' ? on : shell->nounset;
            shell->xtrace = word[i] == 'x' ? on : shell->xtrace;
            shell->noglob = word[i] == 'f' ? on : shell->noglob;
        }
    }
    if (replaces || builtin_argument(frame, index) != NULL) {
        text_cut(&shell->parameters, 0);
        for (; builtin_argument(frame, index) != NULL; index++) {
            text_append_string(machine->pool, &shell->parameters, builtin_argument(frame, index));
        }
    }
    return builtin_done(proc, 0);
}

enum step builtin_shift(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct text *parameters = &proc->shell->parameters;
    uint32_t count = builtin_argument(frame, 1) == NULL ? 1 : (uint32_t)strtoul(builtin_argument(frame, 1), NULL, TEN);

    (void)machine;
    if (count > text_string_count(parameters)) {
        return builtin_done(proc, 1);
    }
    while (count-- > 0) {
        text_drop_front(parameters, text_next_string(parameters, 0));
    }
    return builtin_done(proc, 0);
}

enum step builtin_let(struct machine *machine, struct proc *proc, struct frame *frame)
{
    int64_t value = 0;

    for (uint32_t i = 1; builtin_argument(frame, i) != NULL; i++) {
        if (!shell_arithmetic(machine, proc, builtin_argument(frame, i), &value)) {
            return builtin_done(proc, EXIT_USAGE);
        }
    }
    return builtin_done(proc, value == 0);
}

enum step builtin_cd(struct machine *machine, struct proc *proc, struct frame *frame)
{
    const char *to = builtin_argument(frame, 1) == NULL ? variable_get(proc, "HOME") : builtin_argument(frame, 1);
    struct text absolute = {0};
    bool shows = false;

    if (to != NULL && strcmp(to, "-") == 0) {
        to = variable_get(proc, "OLDPWD");
        shows = true;
    }
    proc_path(machine, proc, to == NULL ? "/" : to, &absolute);
    if (process_files_status(machine->files, absolute.bytes).kind != FILE_FOLDER) {
        shell_complain(machine, proc, "cd: line 0: can't cd to %s: %s", to,
                       process_files_status(machine->files, absolute.bytes).kind == FILE_NONE
                           ? proc_error_text(ENOENT)
                           : proc_error_text(ENOTDIR));
        text_free(machine->pool, &absolute);
        return builtin_done(proc, EXIT_USAGE);
    }
    (void)variable_set(machine, proc, "OLDPWD", text_string(&proc->folder), false);
    (void)variable_set(machine, proc, "PWD", absolute.bytes, false);
    text_free(machine->pool, &proc->folder);
    proc->folder = absolute;
    if (shows) {
        proc_printf(machine, proc, 1, "%s\n", absolute.bytes);
    }
    return builtin_done(proc, 0);
}

enum step builtin_umask(struct machine *machine, struct proc *proc, struct frame *frame)
{
    if (builtin_argument(frame, 1) == NULL) {
        proc_printf(machine, proc, 1, "0022\n");
    }
    return builtin_done(proc, 0);
}

static void assign_fields(struct machine *machine, struct proc *proc, struct frame *frame, uint32_t index, char *line)
{
    const char *separators = variable_get(proc, "IFS");
    const char *name = builtin_argument(frame, index) == NULL ? "REPLY" : builtin_argument(frame, index);

    separators = separators == NULL ? " \t\n" : separators;
    do {
        const char *next = builtin_argument(frame, ++index);

        line += strspn(line, separators);
        size_t length = next == NULL ? strlen(line) : strcspn(line, separators);

        while (next == NULL && length > 0 && strchr(separators, line[length - 1]) != NULL) {
            length--;
        }
        bool is_more = line[length] != '\0';

        line[length] = '\0';
        (void)variable_set(machine, proc, name, line, false);
        line += length + is_more;
        name = next;
    } while (name != NULL);
}

enum step builtin_read(struct machine *machine, struct proc *proc, struct frame *frame)
{
    uint32_t index = 1;
    bool is_raw = false;
    const char *word;
    struct text *line = &frame->state.text;

    while ((word = builtin_argument(frame, index)) != NULL && word[0] == '-' && word[1] != '\0') {
        index++;
        is_raw |= strchr(word, 'r') != NULL;
        if (strchr("ptnd", word[strlen(word) - 1]) != NULL) {
            if (word[1] == 'p' && frame->state.phase == 0) {
                proc_printf(machine, proc, 2, "%s", builtin_argument(frame, index));
            }
            index++;
        }
    }
    frame->state.phase = 1;
    if (proc->shell->caught != 0) {
        return builtin_done(proc, EXIT_SIGNAL);
    }
    int got = proc_read_line(machine, proc, 0, line);

    if (got < 0) {
        return STEP_BLOCKED;
    }
    if (got == 1) {
        text_cut(line, line->length - 1);
        if (!is_raw && line->length > 0 && line->bytes[line->length - 1] == '\\') {
            text_cut(line, line->length - 1);
            return STEP_BLOCKED;
        }
    }
    if (line->bytes == NULL) {
        text_add_string(machine->pool, line, "");
    }
    assign_fields(machine, proc, frame, index, line->bytes);
    return builtin_done(proc, got == 1 ? 0 : 1);
}
