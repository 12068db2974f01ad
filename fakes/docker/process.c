#include "fakes/docker/process.h"

#include "fakes/docker/process_machine.h"
#include "fakes/docker/process_script.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_EXEC_PID = 32 };

static const char default_path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

int process_signal_number(const char *name)
{
    return proc_signal_number(name);
}

/* ---- starting ------------------------------------------------------------------------------------------------ */

static void set_from_text(struct machine *machine, struct proc *proc, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    struct text name = {0};

    if (equals != NULL) {
        text_add(machine->pool, &name, assignment, (size_t)(equals - assignment));
        (void)variable_set(machine, proc, text_string(&name), equals + 1, true);
        text_free(machine->pool, &name);
    }
}

/* As Engine and runc make it: PATH, HOSTNAME, TERM, what is given, HOME. */
static void set_environment(struct machine *machine, struct proc *proc, const struct process_spec *spec)
{
    bool is_root =
        spec->user == NULL || spec->user[0] == '\0' || spec->user[0] == '0' || strncmp(spec->user, "root", 4) == 0;

    set_from_text(machine, proc, default_path);
    if (spec->hostname != NULL) {
        (void)variable_set(machine, proc, "HOSTNAME", spec->hostname, true);
    }
    if (spec->tty) {
        (void)variable_set(machine, proc, "TERM", "xterm", true);
    }
    for (uint32_t i = 0; spec->env != NULL && spec->env[i] != NULL; i++) {
        set_from_text(machine, proc, spec->env[i]);
    }
    if (variable_find(proc, "HOME") == NULL) {
        (void)variable_set(machine, proc, "HOME", is_root ? "/root" : "/home", true);
    }
}

/* Whether a name stands for a program: 0 and what, or the exit code. */
static int look_up(struct machine *machine, struct proc *proc, const struct process_spec *spec,
                   const struct command **command)
{
    struct text path = {0};
    bool is_script;
    int status = 0;

    *command = command_service();
    if (spec->argv != NULL && spec->argv[0] != NULL) {
        status = command_look_up(machine, proc, spec->argv[0], command, &is_script, &path);
        text_free(machine->pool, &path);
        if (status != 0 && spec->runs_unknown) {
            *command = command_service();
            status = 0;
        }
    }
    return status;
}

int process_can_start(const struct process_spec *spec, const struct process_files *files, char *message, size_t size)
{
    struct machine machine = {.pool = files->pool, .files = (struct process_files *)(uintptr_t)files};
    struct proc proc = {.wake_ms = INT64_MAX};
    const char *name = spec->argv == NULL || spec->argv[0] == NULL ? "" : spec->argv[0];
    const struct command *command;
    int status;

    set_environment(&machine, &proc, spec);
    text_add_string(machine.pool, &proc.folder, spec->working_dir == NULL ? "/" : spec->working_dir);
    status = look_up(&machine, &proc, spec, &command);
    if (status == 0 && spec->is_exec && spec->working_dir != NULL &&
        process_files_status(files, spec->working_dir).kind != FILE_FOLDER) {
        status = EXIT_NOT_FOUND;
        snprintf(message, size,
                 "unable to start container process: chdir to cwd (\"%s\") set in config.json failed: no such file or "
                 "directory: unknown",
                 spec->working_dir);
    } else if (status == EXIT_NOT_FOUND) {
        snprintf(message, size, "unable to start container process: exec: \"%s\": %s%s%s: unknown", name,
                 strchr(name, '/') == NULL ? "executable file not found in $PATH" : "stat ",
                 strchr(name, '/') == NULL ? "" : name, strchr(name, '/') == NULL ? "" : ": no such file or directory");
    } else if (status != 0) {
        snprintf(message, size, "unable to start container process: exec: \"%s\": permission denied: unknown", name);
    }
    while (proc.variables != NULL) {
        variable_remove(&machine, &proc, proc.variables->name);
    }
    text_free(machine.pool, &proc.folder);
    return status;
}

static void open_standard_files(struct machine *machine, struct proc *proc)
{
    bool reads = machine->has_open_stdin || machine->tty;

    proc->files[0] = open_new(machine, reads ? OPEN_INPUT : OPEN_NULL);
    proc->files[1] = open_new(machine, OPEN_OUTPUT);
    proc->files[2] = open_new(machine, OPEN_ERROR);
}

static struct machine *new_machine(const struct process_spec *spec, struct pool *pool, struct process_files *files,
                                   int64_t now_ms)
{
    enum { ROWS = 24, COLUMNS = 80 };
    struct machine *machine = pool_take(pool, sizeof *machine);

    machine->pool = pool;
    machine->files = files;
    machine->next_pid = spec->first_pid != 0 ? spec->first_pid : spec->is_exec ? FIRST_EXEC_PID : 1;
    machine->init_pid = machine->next_pid;
    machine->now_ms = machine->start_ms = now_ms;
    machine->is_init = !spec->is_exec;
    machine->tty = spec->tty;
    machine->has_open_stdin = spec->open_stdin;
    machine->has_news = true;
    machine->rows = ROWS;
    machine->columns = COLUMNS;
    text_add_string(pool, &machine->hostname, spec->hostname == NULL ? "" : spec->hostname);
    text_add_string(pool, &machine->user, spec->user == NULL ? "" : spec->user);
    return machine;
}

void process_start(struct process *process, const struct process_spec *spec, struct pool *pool,
                   struct process_files *files, int64_t now_ms)
{
    struct text arguments = {0};
    const struct command *command;
    struct machine *machine;
    struct proc *proc;

    *process = (struct process){.state = PROCESS_RUNNING, .started_ms = now_ms, .pool = pool, .ends_ms = INT64_MAX};
    if (spec->script != NULL) {
        script_start(process, spec->script);
        return;
    }
    process->machine = machine = new_machine(spec, pool, files, now_ms);
    proc = proc_new(machine);
    proc->is_init = machine->is_init;
    set_environment(machine, proc, spec);
    text_add_string(pool, &proc->folder, "/");
    if (spec->working_dir != NULL && spec->working_dir[0] != '\0') {
        text_free(pool, &proc->folder);
        proc_path(machine, proc, spec->working_dir, &proc->folder);
    }
    open_standard_files(machine, proc);
    for (uint32_t i = 0; spec->argv != NULL && spec->argv[i] != NULL; i++) {
        text_append_string(pool, &arguments, spec->argv[i]);
    }
    if (look_up(machine, proc, spec, &command) != 0 || command == command_service()) {
        text_add(pool, &proc->arguments, text_string(&arguments), arguments.length);
        proc->command = command_service();
    } else {
        (void)proc_exec_arguments(machine, proc, &arguments);
    }
    text_free(pool, &arguments);
}

/* ---- time ---------------------------------------------------------------------------------------------------- */

static void end(struct process *process)
{
    if (process->machine != NULL) {
        process_machine_free(process->machine);
        process->machine = NULL;
    }
    text_free(process->pool, &process->script_text);
    process->script = NULL;
    process->state = PROCESS_EXITED;
    process->paused = false;
}

int64_t process_next_ms(const struct process *process)
{
    int64_t next;

    if (process->state != PROCESS_RUNNING || process->paused) {
        return INT64_MAX;
    }
    next = process->script != NULL ? script_next_ms(process) : process_machine_next_ms(process->machine);
    return next == INT64_MAX ? next : next + process->frozen_ms;
}

/* Instants of output are the process's own until here. */
struct shift {
    const struct process_io *io;
    int64_t frozen_ms;
};

static void shifted_output(void *context, int64_t ms, enum process_stream stream, const char *bytes, size_t length)
{
    const struct shift *shift = context;

    shift->io->output(shift->io->context, ms + shift->frozen_ms, stream, bytes, length);
}

static bool shifted_kill(void *context, int pid, int signal)
{
    const struct shift *shift = context;

    return shift->io->kill != NULL && shift->io->kill(shift->io->context, pid, signal);
}

void process_pass(struct process *process, int64_t now_ms, const struct process_io *io)
{
    struct shift shift = {io, process->frozen_ms};
    struct process_io shifted = {&shift, shifted_output, shifted_kill};

    if (process->state != PROCESS_RUNNING || process->paused) {
        return;
    }
    if (process->script != NULL) {
        if (!script_pass(process, now_ms - process->frozen_ms, io)) {
            end(process);
        }
        return;
    }
    if (process_machine_pass(process->machine, now_ms - process->frozen_ms, &shifted)) {
        return;
    }
    process->oom_killed = process->pool->overrun;
    process->pool->overrun = false;
    process->exit_code =
        process->oom_killed ? EXIT_SIGNAL + SIGKILL : proc_find(process->machine, process->machine->init_pid)->status;
    process->finished_ms = process->machine->now_ms + process->frozen_ms;
    end(process);
}

void process_pause(struct process *process, int64_t now_ms)
{
    if (process->state == PROCESS_RUNNING && !process->paused) {
        process->paused = true;
        process->paused_ms = now_ms;
    }
}

void process_unpause(struct process *process, int64_t now_ms)
{
    if (process->paused) {
        process->paused = false;
        process->frozen_ms += now_ms - process->paused_ms;
    }
}

/* ---- from outside -------------------------------------------------------------------------------------------- */

size_t process_input(struct process *process, const char *bytes, size_t length)
{
    struct machine *machine = process->machine;

    if (process->state != PROCESS_RUNNING || machine == NULL || !machine->has_open_stdin || machine->is_input_over) {
        return length;
    }
    struct text *into = machine->tty ? &machine->raw : &machine->input.data;
    size_t room = into->length < PROCESS_INPUT_MAX ? PROCESS_INPUT_MAX - into->length : 0;
    size_t taken = length < room ? length : room;

    text_add(process->pool, into, bytes, taken);
    machine->has_news = true;
    return taken;
}

void process_input_end(struct process *process)
{
    if (process->machine != NULL && !process->machine->tty) {
        process->machine->is_input_over = true;
        process->machine->has_news = true;
    }
}

void process_signal(struct process *process, int number, int64_t now_ms)
{
    if (process->state != PROCESS_RUNNING) {
        return;
    }
    if (number == SIGKILL) {
        process->exit_code = EXIT_SIGNAL + SIGKILL;
        process->finished_ms = now_ms;
        end(process);
    } else if (process->script != NULL) {
        script_signal(process, number, now_ms - process->frozen_ms);
    } else {
        proc_signal(proc_find(process->machine, process->machine->init_pid), number, true);
        process->machine->has_news = true;
    }
}

void process_resize(struct process *process, uint32_t rows, uint32_t columns)
{
    if (process->machine != NULL) {
        process->machine->rows = rows;
        process->machine->columns = columns;
    }
}

void process_list(const struct process *process, void *context,
                  void (*entry)(void *context, int pid, int parent, const char *arguments))
{
    for (const struct proc *proc = process->machine == NULL ? NULL : process->machine->first; proc != NULL;
         proc = proc->next) {
        struct text line = {0};

        for (uint32_t at = 0; at < proc->arguments.length; at = text_next_string(&proc->arguments, at)) {
            text_printf(process->pool, &line, "%s%s", at == 0 ? "" : " ", proc->arguments.bytes + at);
        }
        if (!proc->is_over) {
            entry(context, proc->pid, proc->parent, text_string(&line));
        }
        text_free(process->pool, &line);
    }
}

void process_free(struct process *process)
{
    if (process->state == PROCESS_RUNNING) {
        end(process);
    }
    *process = (struct process){.state = PROCESS_NONE};
}
