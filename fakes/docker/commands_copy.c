/* cp, mv, ln, mktemp. */
#include "fakes/docker/command_io.h"
#include "fakes/docker/command_steps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int copy_file(struct machine *machine, const char *from, const char *to)
{
    struct file_status status = process_files_status(machine->files, from);
    char chunk[IO_CHUNK];
    uint64_t offset = 0;
    size_t length;
    int error = process_files_truncate(machine->files, to, machine->now_ms);

    while (error == 0 && (length = process_files_read(machine->files, from, offset, chunk, sizeof chunk)) > 0) {
        error = process_files_write(machine->files, to, offset, chunk, length, machine->now_ms);
        offset += length;
        if (machine->pool->overrun) {
            return EIO;
        }
    }
    return error != 0 || status.mode == 0 ? error
                                          : process_files_chmod(machine->files, to, status.mode, machine->now_ms);
}

static int copy_tree(struct machine *machine, const char *from, const char *to)
{
    struct text names = {0};
    struct text source = {0};
    struct text target = {0};
    int error;

    if (process_files_status(machine->files, from).kind != FILE_FOLDER) {
        return copy_file(machine, from, to);
    }
    error = process_files_mkdir(machine->files, to, machine->now_ms);
    error = error == EEXIST ? 0 : error;
    process_files_names(machine->files, from, machine->pool, &names);
    for (uint32_t at = 0; error == 0 && at < names.length; at = text_next_string(&names, at)) {
        text_cut(&source, 0);
        text_cut(&target, 0);
        text_printf(machine->pool, &source, "%s/%s", from, names.bytes + at);
        text_printf(machine->pool, &target, "%s/%s", to, names.bytes + at);
        error = strncmp(source.bytes, to, strlen(to)) == 0
                    ? 0
                    : copy_tree(machine, source.bytes, target.bytes); // NOLINT(misc-no-recursion): as deep as the tree
    }
    text_free(machine->pool, &names);
    text_free(machine->pool, &source);
    text_free(machine->pool, &target);
    return error;
}

/* Where a source goes: into the target when that is a folder. */
static void target_of(struct machine *machine, const struct proc *proc, const char *source, const char *target,
                      struct text *absolute)
{
    const char *slash = strrchr(source, '/');

    proc_path(machine, proc, target, absolute);
    if (process_files_status(machine->files, absolute->bytes).kind == FILE_FOLDER) {
        text_printf(machine->pool, absolute, "%s%s", strcmp(absolute->bytes, "/") == 0 ? "" : "/",
                    slash == NULL ? source : slash + 1);
    }
}

static int transfer_one(struct machine *machine, struct proc *proc, const char *source, const char *target, bool moves)
{
    struct text from = {0};
    struct text to = {0};
    struct file_status status = command_file_status(machine, proc, source, &from);
    bool is_recursive =
        moves || command_has_option(proc, 'r') || command_has_option(proc, 'R') || command_has_option(proc, 'a');
    int error = 0;

    target_of(machine, proc, source, target, &to);
    if (status.kind == FILE_NONE) {
        command_complain(machine, proc, moves ? "can't rename '%s': %s" : "can't stat '%s': %s", source,
                         proc_error_text(ENOENT));
        error = ENOENT;
    } else if (status.kind == FILE_FOLDER && !is_recursive) {
        command_complain(machine, proc, "omitting directory '%s'", source);
        error = EISDIR;
    } else {
        error = copy_tree(machine, from.bytes, to.bytes);
        if (error == 0 && moves) {
            error = process_files_remove_tree(machine->files, from.bytes, machine->now_ms);
        }
        if (error != 0) {
            command_complain(machine, proc, moves ? "can't rename '%s': %s" : "can't create '%s': %s",
                             moves ? source : target, proc_error_text(error));
        }
    }
    text_free(machine->pool, &from);
    text_free(machine->pool, &to);
    return error != 0;
}

static enum command_answer transfer(struct machine *machine, struct proc *proc, bool moves)
{
    uint32_t first = command_first_operand(proc, "");
    uint32_t last = text_string_count(&proc->arguments) - 1;
    int status = 0;

    if (last <= first) {
        return command_fail(machine, proc, 1, "missing operand");
    }
    for (uint32_t i = first; i < last; i++) {
        status |= transfer_one(machine, proc, command_argument(proc, i), command_argument(proc, last), moves);
    }
    return command_finish(proc, status);
}

enum command_answer command_cp(struct machine *machine, struct proc *proc)
{
    return transfer(machine, proc, false);
}

enum command_answer command_mv(struct machine *machine, struct proc *proc)
{
    return transfer(machine, proc, true);
}

enum command_answer command_ln(struct machine *machine, struct proc *proc)
{
    uint32_t first = command_first_operand(proc, "");
    const char *source = command_argument(proc, first);
    const char *target = source == NULL ? NULL : command_argument(proc, first + 1);
    struct text absolute = {0};
    int error;

    if (target == NULL) {
        return command_fail(machine, proc, 1, "missing operand");
    }
    if (!command_has_option(proc, 's')) {
        return command_finish(proc, transfer_one(machine, proc, source, target, false));
    }
    target_of(machine, proc, source, target, &absolute);
    if (command_has_option(proc, 'f')) {
        (void)process_files_remove(machine->files, absolute.bytes, machine->now_ms);
    }
    error = process_files_link(machine->files, absolute.bytes, source, machine->now_ms);
    text_free(machine->pool, &absolute);
    if (error != 0) {
        command_complain(machine, proc, "%s: %s", target, proc_error_text(error));
    }
    return command_finish(proc, error != 0);
}

enum command_answer command_mktemp(struct machine *machine, struct proc *proc)
{
    char path[sizeof "/tmp/tmp.000000"];
    int error;

    do { /* the first name that is free: nothing here is by chance */
        snprintf(path, sizeof path, "/tmp/tmp.%06u", (unsigned)proc->state.phase++ % 1000000);
    } while (process_files_status(machine->files, path).kind != FILE_NONE);
    error = command_has_option(proc, 'd') ? process_files_mkdir(machine->files, path, machine->now_ms)
                                          : process_files_touch(machine->files, path, machine->now_ms);
    if (error != 0) {
        return command_fail(machine, proc, 1, "%s: %s", path, proc_error_text(error));
    }
    command_print(machine, proc, "%s\n", path);
    return command_finish(proc, 0);
}
