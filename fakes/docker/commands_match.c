/* grep and sed, by POSIX regular expressions (regex.h). */
#include "fakes/docker/command_io.h"
#include "fakes/docker/command_steps.h"
#include "fakes/docker/pattern.h"

#include <string.h>

enum { GROUP_COUNT = 10, EXIT_WRONG = 2 };

static void add_quoted(struct machine *machine, struct text *pattern, const char *fixed)
{
    for (; *fixed != '\0'; fixed++) {
        if (strchr("\\[].*^$", *fixed) != NULL) {
            text_add_char(machine->pool, pattern, '\\');
        }
        text_add_char(machine->pool, pattern, *fixed);
    }
}

/* Compiles what grep is asked for. */
static bool compile(struct machine *machine, struct proc *proc, regex_t *regex)
{
    const char *given = command_option(proc, "emABC", 'e');
    const char *name = command_argument(proc, 0);
    bool is_fixed = command_has_option(proc, 'F') || name[0] == 'f';
    bool is_extended = command_has_option(proc, 'E') || name[0] == 'e';
    struct text pattern = {0};

    given = given == NULL ? command_argument(proc, command_first_operand(proc, "emABC")) : given;
    if (is_fixed) {
        add_quoted(machine, &pattern, given);
    } else if (command_has_option(proc, 'w')) {
        text_printf(machine->pool, &pattern, "\\<%s\\>", given);
    } else if (command_has_option(proc, 'x')) {
        text_printf(machine->pool, &pattern, "^%s$", given);
    } else {
        text_add_string(machine->pool, &pattern, given);
    }
    bool is_one = pattern_read(regex, text_string(&pattern),
                               (is_extended ? REG_EXTENDED : 0) | (command_has_option(proc, 'i') ? REG_ICASE : 0));

    text_free(machine->pool, &pattern);
    return is_one;
}

static void print_matches(struct machine *machine, struct proc *proc, const regex_t *regex, const char *text)
{
    regmatch_t match;

    while (*text != '\0' && pattern_fits(regex, text, 1, &match, 0) && match.rm_eo > match.rm_so) {
        command_print(machine, proc, "%.*s\n", (int)(match.rm_eo - match.rm_so), text + match.rm_so);
        text += match.rm_eo;
    }
}

static bool grep_line(struct machine *machine, struct proc *proc, const char *text, size_t length)
{
    regex_t regex;

    (void)length;
    proc->state.until++; /* the line's number */
    if (!compile(machine, proc, &regex)) {
        command_complain(machine, proc, "bad regex");
        proc->status = EXIT_WRONG;
        return false;
    }
    bool fits = (pattern_fits(&regex, text, 0, NULL, 0)) != command_has_option(proc, 'v');

    if (fits) {
        proc->state.count++;
        if (command_has_option(proc, 'o')) {
            print_matches(machine, proc, &regex, text);
        } else if (!command_has_option(proc, 'q') && !command_has_option(proc, 'c') && !command_has_option(proc, 'l')) {
            if (command_has_option(proc, 'n')) {
                command_print(machine, proc, "%lld:", (long long)proc->state.until);
            }
            command_print(machine, proc, "%s\n", text);
        }
    }
    regfree(&regex);
    return !(fits && (command_has_option(proc, 'q') || command_has_option(proc, 'l')));
}

enum command_answer command_grep(struct machine *machine, struct proc *proc)
{
    uint32_t first = command_first_operand(proc, "emABC");
    bool has_pattern = command_option(proc, "emABC", 'e') != NULL;

    if (!has_pattern && command_argument(proc, first) == NULL) {
        return command_fail(machine, proc, EXIT_WRONG, "missing pattern");
    }
    enum command_answer answer = command_each_line(machine, proc, first + (has_pattern ? 0 : 1), grep_line);

    if (answer == COMMAND_DONE) {
        if (command_has_option(proc, 'c')) {
            command_print(machine, proc, "%lld\n", (long long)proc->state.count);
        } else if (command_has_option(proc, 'l') && proc->state.count > 0) {
            command_print(machine, proc, "%s\n", command_argument(proc, first + (has_pattern ? 0 : 1)));
        }
        proc->status = proc->status == 1 || proc->status == EXIT_WRONG ? EXIT_WRONG : proc->state.count == 0;
    }
    return answer;
}

/* ---- sed: s/…/…/[gip], [N|$|/re/]p, d, q --------------------------------------------------------------------- */

struct sed_command {
    struct text address; /* a number, `$`, or a regular expression behind a slash */
    char kind;
    struct text pattern, with;
    bool is_global, prints;
    int flags;
};

static const char *read_delimited(struct machine *machine, const char *at, char delimiter, struct text *into)
{
    for (; *at != '\0' && *at != delimiter; at++) {
        if (*at == '\\' && at[1] == delimiter) {
            at++;
        } else if (*at == '\\' && at[1] != '\0') {
            text_add_char(machine->pool, into, *at++);
        }
        text_add_char(machine->pool, into, *at);
    }
    return *at == '\0' ? at : at + 1;
}

/* Reads one command; where the next begins, NULL when it is not understood. */
static const char *read_command(struct machine *machine, struct proc *proc, const char *at, struct sed_command *command)
{
    at += strspn(at, " ;\n");
    if (*at == '/') {
        text_add_char(machine->pool, &command->address, '/');
        at = read_delimited(machine, at + 1, '/', &command->address);
    } else {
        size_t length = strspn(at, "0123456789$");

        text_add(machine->pool, &command->address, at, length);
        at += length;
    }
    command->kind = *at;
    command->flags = command_has_option(proc, 'E') || command_has_option(proc, 'r') ? REG_EXTENDED : 0;
    if (*at != 's') {
        return *at != '\0' && strchr("pdq", *at) != NULL ? at + 1 : NULL;
    }
    char delimiter = at[1];

    at = read_delimited(machine, at + 2, delimiter, &command->pattern);
    at = read_delimited(machine, at, delimiter, &command->with);
    for (; *at != '\0' && strchr("gipI", *at) != NULL; at++) {
        command->is_global |= *at == 'g';
        command->prints |= *at == 'p';
        command->flags |= *at == 'i' || *at == 'I' ? REG_ICASE : 0;
    }
    return at;
}

static void add_replacement(struct machine *machine, struct text *out, const char *with, const char *text,
                            const regmatch_t *groups)
{
    for (; *with != '\0'; with++) {
        int group = *with == '&' ? 0 : -1;

        if (*with == '\\' && with[1] != '\0') {
            with++;
            group = *with >= '0' && *with <= '9' ? *with - '0' : -1;
        }
        if (group >= 0 && groups[group].rm_so >= 0) {
            text_add(machine->pool, out, text + groups[group].rm_so,
                     (size_t)(groups[group].rm_eo - groups[group].rm_so));
        } else if (group < 0) {
            text_add_char(machine->pool, out, *with == 'n' && with[-1] == '\\' ? '\n' : *with);
        }
    }
}

static bool substitute(struct machine *machine, const struct sed_command *command, struct text *line)
{
    regex_t regex;
    regmatch_t groups[GROUP_COUNT];
    struct text out = {0};
    const char *at = text_string(line);
    bool found = false;

    if (!pattern_read(&regex, text_string(&command->pattern), command->flags)) {
        return false;
    }
    while (pattern_fits(&regex, at, GROUP_COUNT, groups, at == text_string(line) ? 0 : REG_NOTBOL)) {
        found = true;
        text_add(machine->pool, &out, at, (size_t)groups[0].rm_so);
        add_replacement(machine, &out, text_string(&command->with), at, groups);
        at += groups[0].rm_eo;
        if (groups[0].rm_eo == groups[0].rm_so) {
            if (*at == '\0') {
                break;
            }
            text_add_char(machine->pool, &out, *at++);
        }
        if (!command->is_global) {
            break;
        }
    }
    text_add_string(machine->pool, &out, at);
    text_free(machine->pool, line);
    *line = out;
    regfree(&regex);
    return found;
}

static bool is_addressed(const struct proc *proc, const struct sed_command *command, const char *line, bool is_last)
{
    const char *address = text_string(&command->address);
    regex_t regex;

    if (address[0] == '\0') {
        return true;
    }
    if (address[0] == '/') {
        bool fits = pattern_read(&regex, address + 1, command->flags | REG_NOSUB);

        if (fits) {
            fits = pattern_fits(&regex, line, 0, NULL, 0);
            regfree(&regex);
        }
        return fits;
    }
    if (address[0] == '$') {
        return is_last;
    }
    int64_t number = 0;

    for (; *address >= '0' && *address <= '9'; address++) {
        number = number * TEN + (*address - '0');
    }
    return number == proc->state.until;
}

static void free_command(struct machine *machine, struct sed_command *command)
{
    text_free(machine->pool, &command->address);
    text_free(machine->pool, &command->pattern);
    text_free(machine->pool, &command->with);
}

static bool sed_line(struct machine *machine, struct proc *proc, const char *text, size_t length)
{
    const char *script = command_option(proc, "e", 'e');
    struct text line = {0};
    bool is_deleted = false;
    bool goes_on = true;

    script = script == NULL ? command_argument(proc, command_first_operand(proc, "e")) : script;
    proc->state.until++;
    text_add(machine->pool, &line, text, length);
    while (script != NULL && *script != '\0' && !is_deleted && goes_on) {
        struct sed_command command = {.kind = '\0'};

        script = read_command(machine, proc, script, &command);
        if (script == NULL) {
            command_complain(machine, proc, "unsupported command %c", command.kind);
            proc->status = 1;
            goes_on = false;
            is_deleted = true;
        } else if (is_addressed(proc, &command, text_string(&line), false)) {
            bool found = command.kind == 's' && substitute(machine, &command, &line);

            if (command.kind == 'p' || (found && command.prints)) {
                command_print(machine, proc, "%s\n", text_string(&line));
            }
            is_deleted = command.kind == 'd';
            goes_on = command.kind != 'q';
        }
        free_command(machine, &command);
    }
    if (!is_deleted && !command_has_option(proc, 'n')) {
        command_print(machine, proc, "%s\n", text_string(&line));
    }
    text_free(machine->pool, &line);
    return goes_on;
}

enum command_answer command_sed(struct machine *machine, struct proc *proc)
{
    uint32_t first = command_first_operand(proc, "e");
    bool has_script = command_option(proc, "e", 'e') != NULL;

    if (!has_script && command_argument(proc, first) == NULL) {
        return command_fail(machine, proc, 1, "no script");
    }
    return command_each_line(machine, proc, first + (has_script ? 0 : 1), sed_line);
}
