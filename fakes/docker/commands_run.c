/* Commands that take time, or run others. */
#include "fakes/docker/command_io.h"
#include "fakes/docker/command_steps.h"

#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
    MS_PER_MINUTE = 60 * MS_PER_SECOND,
    MS_PER_HOUR = 60 * MS_PER_MINUTE,
    MS_PER_DAY = 24 * MS_PER_HOUR,
    US_PER_MS = 1000,
    TOP_INTERVAL_MS = 5000,
    PING_BYTES = 56
};

/* A number with a suffix s, m, h or d as ms; −1: none. */
static double duration_ms(const char *text)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || !(value >= 0)) {
        return -1;
    }
    switch (*end) {
    case '\0':
        return value * MS_PER_SECOND;
    case 's':
        return end[1] == '\0' ? value * MS_PER_SECOND : -1;
    case 'm':
        return end[1] == '\0' ? value * MS_PER_MINUTE : -1;
    case 'h':
        return end[1] == '\0' ? value * MS_PER_HOUR : -1;
    case 'd':
        return end[1] == '\0' ? value * MS_PER_DAY : -1;
    default:
        return strcmp(text, "inf") == 0 ? (double)INT32_MAX * MS_PER_SECOND : -1;
    }
}

/* So much later; what is beyond all time never comes. */
static int64_t after(const struct machine *machine, double ms)
{
    return ms < (double)(INT64_MAX / 2) ? machine->now_ms + (int64_t)ms : INT64_MAX;
}

/* Sleeps once, from the first step on; true when that is over. */
static bool has_slept(struct machine *machine, struct proc *proc, double ms)
{
    if (proc->state.phase == 0) {
        proc->state.phase = 1;
        proc_sleep_until(proc, after(machine, ms));
    }
    return machine->now_ms >= proc->wake_ms;
}

enum command_answer command_sleep(struct machine *machine, struct proc *proc)
{
    bool is_micro = strcmp(command_argument(proc, 0), "usleep") == 0;
    double total = 0;
    const char *word;

    if (command_argument(proc, 1) == NULL) {
        return command_fail(machine, proc, 1, "missing operand");
    }
    for (uint32_t i = 1; (word = command_argument(proc, i)) != NULL; i++) {
        double ms = duration_ms(word);

        if (ms < 0) {
            return command_fail(machine, proc, 1, "invalid number '%s'", word);
        }
        total += is_micro ? ms / MS_PER_SECOND / US_PER_MS : ms;
    }
    return has_slept(machine, proc, total) ? command_finish(proc, 0) : COMMAND_BLOCKED;
}

enum command_answer command_kill(struct machine *machine, struct proc *proc)
{
    return command_finish(proc, shell_kill(machine, proc, &proc->arguments));
}

enum command_answer command_serve(struct machine *machine, struct proc *proc)
{
    if (strcmp(command_argument(proc, 0), "httpd") == 0 && !command_has_option(proc, 'f')) {
        struct proc *child = proc->state.phase == 0 ? proc_fork(machine, proc) : NULL; /* a daemon */

        if (child != NULL) {
            text_add(machine->pool, &child->arguments, proc->arguments.bytes, proc->arguments.length);
            child->command = proc->command;
            child->state.phase = 1;
            return command_finish(proc, 0);
        }
    }
    return COMMAND_BLOCKED;
}

/* Whether a host has an address here: only itself and numbers. */
static bool is_known_host(const struct machine *machine, const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, text_string(&machine->hostname)) == 0 ||
           host[strspn(host, "0123456789.")] == '\0';
}

enum command_answer command_ping(struct machine *machine, struct proc *proc)
{
    const char *host = command_argument(proc, command_first_operand(proc, "cWwsIi"));
    const char *count = command_option(proc, "cWwsIi", 'c');
    struct command_state *state = &proc->state;

    if (host == NULL || !is_known_host(machine, host)) {
        return command_fail(machine, proc, 1, "bad address '%s'", host == NULL ? "" : host);
    }
    if (isalpha((unsigned char)host[0])) {
        host = "127.0.0.1";
    }
    if (state->phase == 0) {
        command_print(machine, proc, "PING %s (%s): %d data bytes\n",
                      command_argument(proc, command_first_operand(proc, "cWwsIi")), host, PING_BYTES);
        state->phase = 1;
        proc_sleep_until(proc, machine->now_ms);
    }
    if (machine->now_ms < proc->wake_ms) {
        return COMMAND_BLOCKED;
    }
    command_print(machine, proc, "%d bytes from %s: seq=%lld ttl=64 time=0.050 ms\n", PING_BYTES + 8, host,
                  (long long)state->count);
    state->count++;
    if (count != NULL && state->count >= strtoll(count, NULL, TEN)) {
        command_print(machine, proc,
                      "\n--- %s ping statistics ---\n%lld packets transmitted, %lld packets received, 0%% packet loss\n"
                      "round-trip min/avg/max = 0.050/0.050/0.050 ms\n",
                      command_argument(proc, command_first_operand(proc, "cWwsIi")), (long long)state->count,
                      (long long)state->count);
        return command_finish(proc, 0);
    }
    proc_sleep_until(proc, proc->wake_ms + MS_PER_SECOND);
    return COMMAND_AGAIN;
}

static void print_screen(struct machine *machine, struct proc *proc)
{
    command_print(machine, proc, "%sMem: 4000000K used, 4000000K free, 0K shrd, 0K buff, 0K cached\n",
                  machine->tty ? "\033[H\033[J" : "");
    command_print(machine, proc, "CPU:   0%% usr   0%% sys   0%% nic 100%% idle   0%% io   0%% irq   0%% sirq\n");
    command_print(machine, proc, "Load average: 0.00 0.00 0.00 1/100 %d\n", proc->pid);
    command_print(machine, proc, "  PID  PPID USER     STAT   VSZ %%VSZ CPU %%CPU COMMAND\n");
    for (const struct proc *other = machine->first; other != NULL; other = other->next) {
        if (!other->is_over) {
            command_print(machine, proc, "%5d %5d root     %c     1300   0%%   0   0%% %s\n", other->pid, other->parent,
                          other == proc ? 'R' : 'S', text_string(&other->arguments));
        }
    }
}

enum command_answer command_top(struct machine *machine, struct proc *proc)
{
    const char *limit = command_option(proc, "nd", 'n');
    bool is_batch = command_has_option(proc, 'b');

    if (proc->state.phase > 0 && machine->now_ms < proc->wake_ms) {
        return COMMAND_BLOCKED;
    }
    if (limit != NULL && proc->state.count >= strtoll(limit, NULL, TEN)) {
        return command_finish(proc, 0);
    }
    (void)is_batch;
    print_screen(machine, proc);
    proc->state.count++;
    proc_sleep_until(proc, (proc->state.phase == 0 ? machine->now_ms : proc->wake_ms) + TOP_INTERVAL_MS);
    proc->state.phase = 1;
    return COMMAND_AGAIN;
}

/* wget, nslookup: there is no network to ask. */
enum command_answer command_lookup(struct machine *machine, struct proc *proc)
{
    const char *url = command_argument(proc, command_first_operand(proc, "OTUYP"));
    const char *start = url == NULL ? NULL : strstr(url, "://");
    struct text host = {0};

    if (url == NULL) {
        return command_fail(machine, proc, 1, "missing operand");
    }
    start = start == NULL ? url : start + 3;
    text_add(machine->pool, &host, start, strcspn(start, ":/"));
    if (is_known_host(machine, text_string(&host))) {
        command_complain(machine, proc, "can't connect to remote host (%s): Connection refused",
                         isalpha((unsigned char)start[0]) ? "127.0.0.1" : text_string(&host));
    } else {
        command_complain(machine, proc, "bad address '%s'", text_string(&host));
    }
    text_free(machine->pool, &host);
    return command_finish(proc, 1);
}

/* ---- commands that run another ------------------------------------------------------------------------------- */

static void arguments_from(struct machine *machine, const struct proc *proc, uint32_t index, struct text *arguments)
{
    for (; command_argument(proc, index) != NULL; index++) {
        text_append_string(machine->pool, arguments, command_argument(proc, index));
    }
}

static enum command_answer become(struct machine *machine, struct proc *proc, struct text *arguments)
{
    int status = arguments->length == 0 ? EXIT_NOT_FOUND : proc_exec_arguments(machine, proc, arguments);

    if (status != 0) {
        command_complain(machine, proc, "can't execute '%s': No such file or directory", text_string(arguments));
    }
    text_free(machine->pool, arguments);
    return status == 0 ? COMMAND_AGAIN : command_finish(proc, status);
}

/* nohup, time */
enum command_answer command_prefix(struct machine *machine, struct proc *proc)
{
    struct text arguments = {0};

    arguments_from(machine, proc, command_first_operand(proc, ""), &arguments);
    return become(machine, proc, &arguments);
}

/* Starts a child that performs the arguments; false: it could not. */
static bool start_child(struct machine *machine, struct proc *proc, struct text *arguments)
{
    struct proc *child = proc_fork(machine, proc);
    bool ok = child != NULL && proc_exec_arguments(machine, child, arguments) == 0;

    if (child != NULL) {
        child->job = 1;
        if (!ok) {
            proc_reap(machine, child);
        }
    }
    if (!ok) {
        command_complain(machine, proc, "can't execute '%s': No such file or directory", text_string(arguments));
    }
    text_free(machine->pool, arguments);
    return ok;
}

/* The child of start_child(), or NULL. */
static struct proc *child_of(struct machine *machine, const struct proc *proc)
{
    struct proc *child = machine->first;

    while (child != NULL && child->parent != proc->pid) {
        child = child->next;
    }
    return child;
}

/* timeout [-s SIGNAL] DURATION COMMAND…: busybox's: the command gets the signal, and its end is the end. */
enum command_answer command_timeout(struct machine *machine, struct proc *proc)
{
    uint32_t index = command_first_operand(proc, "sk");
    const char *name = command_option(proc, "sk", 's');
    double ms = command_argument(proc, index) == NULL ? -1 : duration_ms(command_argument(proc, index));
    struct proc *child = child_of(machine, proc);

    if (proc->state.phase == 0) {
        struct text arguments = {0};

        arguments_from(machine, proc, index + 1, &arguments);
        if (ms < 0 || arguments.length == 0) {
            text_free(machine->pool, &arguments);
            return command_fail(machine, proc, 1, "invalid number '%s'",
                                command_argument(proc, index) == NULL ? "" : command_argument(proc, index));
        }
        proc->state.phase = 1;
        proc_sleep_until(proc, after(machine, ms));
        return start_child(machine, proc, &arguments) ? COMMAND_AGAIN : command_finish(proc, EXIT_NOT_FOUND);
    }
    if (child == NULL || child->is_over) {
        proc->death = child == NULL ? 0 : child->death; /* busybox: the command itself is the caller's child */
        return command_finish(proc, child == NULL ? 0 : child->status);
    }
    if (proc->state.phase == 1 && machine->now_ms >= proc->wake_ms) {
        proc->state.phase = 2;
        proc_sleep_until(proc, INT64_MAX);
        proc_signal(child, name == NULL ? SIGTERM : proc_signal_number(name), false);
        return COMMAND_AGAIN;
    }
    return COMMAND_BLOCKED;
}

/* Takes words from the input, at most `count` (0: all), to a command's arguments. */
static bool take_words(struct machine *machine, struct proc *proc, int64_t count, struct text *arguments)
{
    struct text *input = &proc->state.text;
    int64_t taken = 0;
    uint32_t at = 0;

    while (at < input->length && (count == 0 || taken < count)) {
        uint32_t start;
        struct text word = {0};

        while (at < input->length && isspace((unsigned char)input->bytes[at])) {
            at++;
        }
        start = at;
        while (at < input->length && !isspace((unsigned char)input->bytes[at])) {
            at++;
        }
        if (at > start) {
            text_add(machine->pool, &word, input->bytes + start, at - start);
            text_append_string(machine->pool, arguments, word.bytes);
            text_free(machine->pool, &word);
            taken++;
        }
    }
    text_drop_front(input, at);
    return taken > 0;
}

/* xargs [-n N] [COMMAND…] */
enum command_answer command_xargs(struct machine *machine, struct proc *proc)
{
    uint32_t index = command_first_operand(proc, "nIP");
    const char *count = command_option(proc, "nIP", 'n');
    struct proc *child = child_of(machine, proc);
    struct text arguments = {0};

    if (proc->state.phase == 0) {
        char chunk[IO_CHUNK];
        int64_t length = proc_read(machine, proc, 0, chunk, sizeof chunk);

        if (length > 0) {
            text_add(machine->pool, &proc->state.text, chunk, (size_t)length);
        }
        proc->state.phase = length == 0 ? 1 : 0;
        return length == -1 ? COMMAND_BLOCKED : COMMAND_AGAIN;
    }
    if (child != NULL && !child->is_over) {
        return COMMAND_BLOCKED;
    }
    if (child != NULL) {
        enum { EXIT_SOME_FAILED = 123 };

        proc->status = child->status != 0 ? EXIT_SOME_FAILED : proc->status;
        proc_reap(machine, child);
    }
    if (command_argument(proc, index) == NULL) {
        text_append_string(machine->pool, &arguments, "echo");
    } else {
        arguments_from(machine, proc, index, &arguments);
    }
    bool any = take_words(machine, proc, count == NULL ? 0 : strtoll(count, NULL, TEN), &arguments);

    if (!any && (proc->state.phase > 1 || command_has_option(proc, 'r'))) {
        text_free(machine->pool, &arguments);
        return command_finish(proc, proc->status);
    }
    proc->state.phase = 2;
    return start_child(machine, proc, &arguments) ? COMMAND_AGAIN : command_finish(proc, EXIT_NOT_FOUND);
}
