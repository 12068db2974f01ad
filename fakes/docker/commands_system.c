/* Commands that say where they run. */
#include "fakes/docker/command_io.h"
#include "fakes/docker/command_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DATE_SIZE = 256, SECONDS_PER_MINUTE = 60, ACCOUNT_SIZE = 64 };

static const char kernel_release[] = "5.10.0-28-amd64";
static const char kernel_version[] = "#1 SMP Debian 5.10.209-2 (2024-01-31)";

/* ---- who ----------------------------------------------------------------------------------------------------- */

/* Looks a name or number up in /etc/passwd or /etc/group: name and number. false: it is not there. */
static bool find_account(struct machine *machine, const char *file, const char *wanted, char name[ACCOUNT_SIZE],
                         long *number)
{
    char text[IO_CHUNK];
    size_t length = process_files_read(machine->files, file, 0, text, sizeof text - 1);

    text[length] = '\0';
    for (char *line = text; *line != '\0';) {
        size_t size = strcspn(line, "\n");
        size_t name_size = strcspn(line, ":");
        const char *colon = name_size < size ? strchr(line + name_size + 1, ':') : NULL;

        if (colon != NULL && name_size < ACCOUNT_SIZE) {
            char digits[NUMBER_SIZE];

            *number = strtol(colon + 1, NULL, TEN);
            memcpy(name, line, name_size);
            name[name_size] = '\0';
            snprintf(digits, sizeof digits, "%ld", *number);
            if (strcmp(name, wanted) == 0 || strcmp(digits, wanted) == 0) {
                return true;
            }
        }
        line += size + (line[size] == '\n');
    }
    name[0] = '\0';
    *number = strtol(wanted, NULL, TEN);
    return false;
}

struct account {
    char user[ACCOUNT_SIZE], group[ACCOUNT_SIZE];
    long uid, gid;
};

static struct account account_of(struct machine *machine)
{
    struct account account;
    char wanted[ACCOUNT_SIZE];
    const char *user = text_string(&machine->user);
    const char *colon = strchr(user, ':');
    size_t length = colon == NULL ? strlen(user) : (size_t)(colon - user);

    snprintf(wanted, sizeof wanted, "%.*s", (int)length, length == 0 ? "" : user);
    (void)find_account(machine, "/etc/passwd", length == 0 ? "root" : wanted, account.user, &account.uid);
    if (colon != NULL) {
        (void)find_account(machine, "/etc/group", colon + 1, account.group, &account.gid);
    } else {
        (void)find_account(machine, "/etc/group", account.user[0] == '\0' ? "root" : account.user, account.group,
                           &account.gid);
    }
    return account;
}

static void print_account(struct machine *machine, struct proc *proc, const char *what, long number, const char *name)
{
    command_print(machine, proc, "%s=%ld", what, number);
    if (name[0] != '\0') {
        command_print(machine, proc, "(%s)", name);
    }
}

/* id [-u|-g|-G] [-n]; whoami */
enum command_answer command_id(struct machine *machine, struct proc *proc)
{
    struct account account = account_of(machine);
    bool names = command_has_option(proc, 'n') || strcmp(command_argument(proc, 0), "whoami") == 0;
    bool is_root = account.uid == 0;

    if (command_has_option(proc, 'G')) {
        command_print(machine, proc, is_root ? "%ld 10\n" : "%ld\n", account.gid);
    } else if (command_has_option(proc, 'g')) {
        if (names) {
            command_print(machine, proc, "%s\n", account.group);
        } else {
            command_print(machine, proc, "%ld\n", account.gid);
        }
    } else if (names && account.user[0] == '\0') {
        return command_fail(machine, proc, 1, "unknown uid %ld", account.uid);
    } else if (names) {
        command_print(machine, proc, "%s\n", account.user);
    } else if (command_has_option(proc, 'u')) {
        command_print(machine, proc, "%ld\n", account.uid);
    } else {
        print_account(machine, proc, "uid", account.uid, account.user);
        print_account(machine, proc, " gid", account.gid, account.group);
        print_account(machine, proc, " groups", account.gid, account.group);
        command_print(machine, proc, is_root ? ",10(wheel)\n" : "\n");
    }
    return command_finish(proc, 0);
}

/* ---- the system ---------------------------------------------------------------------------------------------- */

enum command_answer command_arch(struct machine *machine, struct proc *proc)
{
    command_print(machine, proc, "x86_64\n");
    return command_finish(proc, 0);
}

enum command_answer command_nproc(struct machine *machine, struct proc *proc)
{
    command_print(machine, proc, "1\n");
    return command_finish(proc, 0);
}

enum command_answer command_clear(struct machine *machine, struct proc *proc)
{
    command_print(machine, proc, "\033[H\033[J");
    return command_finish(proc, 0);
}

enum command_answer command_hostname(struct machine *machine, struct proc *proc)
{
    command_print(machine, proc, "%s\n", machine->hostname.length == 0 ? "localhost" : machine->hostname.bytes);
    return command_finish(proc, 0);
}

enum command_answer command_uname(struct machine *machine, struct proc *proc)
{
    const struct {
        char letter;
        const char *text;
    } fields[] = {{'s', "Linux"},        {'n', machine->hostname.length == 0 ? "localhost" : machine->hostname.bytes},
                  {'r', kernel_release}, {'v', kernel_version},
                  {'m', "x86_64"},       {'o', "GNU/Linux"}};
    bool all = command_has_option(proc, 'a');
    bool none = command_argument(proc, 1) == NULL;
    bool any = false;

    for (uint32_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (all || command_has_option(proc, fields[i].letter) || (none && i == 0)) {
            command_print(machine, proc, "%s%s", any ? " " : "", fields[i].text);
            any = true;
        }
    }
    command_print(machine, proc, "\n");
    return command_finish(proc, 0);
}

enum command_answer command_date(struct machine *machine, struct proc *proc)
{
    const char *given = command_option(proc, "dD", 'd');
    uint32_t index = command_first_operand(proc, "dD");
    const char *format = command_argument(proc, index);
    time_t seconds = (time_t)(machine->now_ms / MS_PER_SECOND);
    struct tm parts;
    char text[DATE_SIZE] = "";

    if (given != NULL && given[0] == '@') {
        seconds = (time_t)strtoll(given + 1, NULL, TEN);
    } else if (given != NULL) {
        return command_fail(machine, proc, 1, "invalid date '%s'", given);
    }
    gmtime_r(&seconds, &parts);
    parts.tm_zone = "UTC"; /* "GMT" of gmtime_r() */
    if (strftime(text, sizeof text, format == NULL || format[0] != '+' ? "%a %b %e %H:%M:%S %Z %Y" : format + 1,
                 &parts) == 0) {
        text[0] = '\0';
    }
    command_print(machine, proc, "%s\n", text);
    return command_finish(proc, 0);
}

static void print_clock(struct machine *machine, struct proc *proc)
{
    time_t seconds = (time_t)(machine->now_ms / MS_PER_SECOND);
    int64_t up = (machine->now_ms - machine->start_ms) / MS_PER_SECOND / SECONDS_PER_MINUTE;
    struct tm parts;

    gmtime_r(&seconds, &parts);
    command_print(machine, proc, " %02d:%02d:%02d up %lld min,  0 users,  load average: 0.00, 0.00, 0.00\n",
                  parts.tm_hour, parts.tm_min, parts.tm_sec, (long long)up);
}

enum command_answer command_uptime(struct machine *machine, struct proc *proc)
{
    print_clock(machine, proc);
    return command_finish(proc, 0);
}

enum command_answer command_tty(struct machine *machine, struct proc *proc)
{
    const struct open_file *file = proc->files[0];
    bool is_terminal = machine->tty && file != NULL && (file->kind == OPEN_INPUT || file->kind == OPEN_OUTPUT);

    command_print(machine, proc, is_terminal ? "/dev/pts/0\n" : "not a tty\n");
    return command_finish(proc, !is_terminal);
}

enum command_answer command_stty(struct machine *machine, struct proc *proc)
{
    if (!machine->tty) {
        return command_fail(machine, proc, 1, "standard input: Inappropriate ioctl for device");
    }
    if (command_argument(proc, 1) != NULL && strcmp(command_argument(proc, 1), "size") == 0) {
        command_print(machine, proc, "%u %u\n", machine->rows, machine->columns);
    } else if (command_argument(proc, 1) == NULL) {
        command_print(machine, proc, "speed 38400 baud; line = 0;\n-brkint -imaxbel\n");
    }
    return command_finish(proc, 0);
}

enum command_answer command_busybox(struct machine *machine, struct proc *proc)
{
    struct text arguments = {0};
    int status;

    if (command_argument(proc, 1) == NULL) {
        command_print(machine, proc, "BusyBox v1.35.0 (2022-12-22 22:27:22 UTC) multi-call binary.\n");
        return command_finish(proc, 0);
    }
    if (strcmp(command_argument(proc, 1), "--list") == 0) {
        for (uint32_t i = 0; command_name_at(i) != NULL; i++) {
            command_print(machine, proc, "%s\n", command_name_at(i));
        }
        return command_finish(proc, 0);
    }
    uint32_t at = text_next_string(&proc->arguments, 0);

    text_add(machine->pool, &arguments, proc->arguments.bytes + at, proc->arguments.length - at);
    status = proc_exec_arguments(machine, proc, &arguments);
    if (status != 0) {
        proc_printf(machine, proc, 2, "%s: applet not found\n", arguments.bytes);
    }
    text_free(machine->pool, &arguments);
    return status == 0 ? COMMAND_AGAIN : command_finish(proc, EXIT_NOT_FOUND);
}

enum command_answer command_ps(struct machine *machine, struct proc *proc)
{
    struct account account = account_of(machine);

    command_print(machine, proc, "PID   USER     TIME  COMMAND\n");
    for (const struct proc *other = machine->first; other != NULL; other = other->next) {
        struct text line = {0};

        for (uint32_t at = 0; at < other->arguments.length; at = text_next_string(&other->arguments, at)) {
            text_printf(machine->pool, &line, "%s%s", at == 0 ? "" : " ", other->arguments.bytes + at);
        }
        if (!other->is_over) {
            command_print(machine, proc, "%5d %-8s  0:00 %s\n", other->pid, account.user, text_string(&line));
        }
        text_free(machine->pool, &line);
    }
    return command_finish(proc, 0);
}

/* ---- env, printenv ------------------------------------------------------------------------------------------- */

static enum command_answer print_environment(struct machine *machine, struct proc *proc)
{
    for (const struct variable *variable = proc->variables; variable != NULL; variable = variable->next) {
        if (variable->exported && variable->value != NULL) {
            command_print(machine, proc, "%s=%s\n", variable->name, variable->value);
        }
    }
    return command_finish(proc, 0);
}

static enum command_answer print_some(struct machine *machine, struct proc *proc)
{
    const char *name;

    proc->status = 0;
    for (uint32_t i = 1; (name = command_argument(proc, i)) != NULL; i++) {
        const struct variable *variable = variable_find(proc, name);

        if (variable != NULL && variable->exported && variable->value != NULL) {
            command_print(machine, proc, "%s\n", variable->value);
        } else {
            proc->status = 1;
        }
    }
    return command_finish(proc, proc->status);
}

/* env [-i] [-u NAME] [NAME=VALUE…] [COMMAND…] */
enum command_answer command_env(struct machine *machine, struct proc *proc)
{
    uint32_t index = command_first_operand(proc, "u");
    const char *unset = command_option(proc, "u", 'u');
    struct text arguments = {0};
    const char *word;

    if (strcmp(command_argument(proc, 0), "printenv") == 0 && command_argument(proc, 1) != NULL) {
        return print_some(machine, proc);
    }
    while (command_has_option(proc, 'i') && proc->variables != NULL) {
        variable_remove(machine, proc, proc->variables->name);
    }
    if (unset != NULL) {
        variable_remove(machine, proc, unset);
    }
    for (; (word = command_argument(proc, index)) != NULL && strchr(word, '=') != NULL; index++) {
        struct text name = {0};

        text_add(machine->pool, &name, word, strcspn(word, "="));
        (void)variable_set(machine, proc, name.bytes, strchr(word, '=') + 1, true);
        text_free(machine->pool, &name);
    }
    if (word == NULL) {
        return print_environment(machine, proc);
    }
    if (variable_find(proc, "PATH") == NULL) {
        (void)variable_set(machine, proc, "PATH", "/bin", false);
    }
    for (; (word = command_argument(proc, index)) != NULL; index++) {
        text_append_string(machine->pool, &arguments, word);
    }
    int status = proc_exec_arguments(machine, proc, &arguments);

    if (status != 0) {
        command_complain(machine, proc, "can't execute '%s': No such file or directory", arguments.bytes);
    }
    text_free(machine->pool, &arguments);
    return status == 0 ? COMMAND_AGAIN : command_finish(proc, status);
}
