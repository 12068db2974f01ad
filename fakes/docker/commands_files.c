/* Commands that change files. */
#include "fakes/docker/command_io.h"
#include "fakes/docker/command_steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OCTAL = 8, KIBI = 1024, BLOCK_SIZE = 512, EXECUTE = 0111 };

/* One command's work for each operand; the text is the operand's absolute path. */
typedef int (*operand_change)(struct machine *machine, struct proc *proc, const char *path, const char *absolute);

static enum command_answer for_each(struct machine *machine, struct proc *proc, uint32_t first, operand_change change)
{
    int status = 0;
    struct text absolute = {0};
    const char *path;

    if (command_argument(proc, first) == NULL) {
        return command_fail(machine, proc, 1, "missing operand");
    }
    for (uint32_t i = first; (path = command_argument(proc, i)) != NULL; i++) {
        text_cut(&absolute, 0);
        proc_path(machine, proc, path, &absolute);
        status |= change(machine, proc, path, absolute.bytes);
    }
    text_free(machine->pool, &absolute);
    return command_finish(proc, status);
}

static int make_folder(struct machine *machine, struct proc *proc, const char *path, const char *absolute)
{
    struct text above = {0};
    int error;

    for (size_t i = 1; command_has_option(proc, 'p') && absolute[i] != '\0'; i++) {
        if (absolute[i] == '/') {
            text_cut(&above, 0);
            text_add(machine->pool, &above, absolute, i);
            (void)process_files_mkdir(machine->files, above.bytes, machine->now_ms);
        }
    }
    text_free(machine->pool, &above);
    error = process_files_mkdir(machine->files, absolute, machine->now_ms);
    if (error == EEXIST && command_has_option(proc, 'p') &&
        process_files_status(machine->files, absolute).kind == FILE_FOLDER) {
        error = 0;
    }
    if (error != 0) {
        command_complain(machine, proc, "can't create directory '%s': %s", path, proc_error_text(error));
    }
    return error != 0;
}

enum command_answer command_mkdir(struct machine *machine, struct proc *proc)
{
    return for_each(machine, proc, command_first_operand(proc, "m"), make_folder);
}

static int remove_folder(struct machine *machine, struct proc *proc, const char *path, const char *absolute)
{
    struct file_status status = process_files_status(machine->files, absolute);
    int error = status.kind == FILE_NONE || status.kind == FILE_FOLDER
                    ? process_files_remove(machine->files, absolute, machine->now_ms)
                    : ENOTDIR;

    if (error != 0) {
        command_complain(machine, proc, "'%s': %s", path, proc_error_text(error));
    }
    return error != 0;
}

enum command_answer command_rmdir(struct machine *machine, struct proc *proc)
{
    return for_each(machine, proc, command_first_operand(proc, ""), remove_folder);
}

static int remove_path(struct machine *machine, struct proc *proc, const char *path, const char *absolute)
{
    bool is_recursive = command_has_option(proc, 'r') || command_has_option(proc, 'R');
    bool is_forced = command_has_option(proc, 'f');
    struct file_status status = process_files_status(machine->files, absolute);
    int error;

    if (status.kind == FILE_FOLDER && !is_recursive) {
        command_complain(machine, proc, "'%s' is a directory", path);
        return 1;
    }
    error = is_recursive ? process_files_remove_tree(machine->files, absolute, machine->now_ms)
                         : process_files_remove(machine->files, absolute, machine->now_ms);
    if (error == ENOENT && is_forced) {
        return 0;
    }
    if (error != 0) {
        command_complain(machine, proc, "can't remove '%s': %s", path, proc_error_text(error));
    }
    return error != 0;
}

enum command_answer command_rm(struct machine *machine, struct proc *proc)
{
    uint32_t first = command_first_operand(proc, "");

    if (command_argument(proc, first) == NULL && command_has_option(proc, 'f')) {
        return command_finish(proc, 0);
    }
    return for_each(machine, proc, first, remove_path);
}

static uint64_t size_of(const char *text)
{
    char *end;
    uint64_t size = strtoull(text, &end, TEN);

    switch (*end) {
    case 'k':
    case 'K':
        return size * KIBI;
    case 'M':
        return size * KIBI * KIBI;
    case 'G':
        return size * KIBI * KIBI * KIBI;
    case 'b':
        return size * BLOCK_SIZE;
    default:
        return size;
    }
}

static int touch_path(struct machine *machine, struct proc *proc, const char *path, const char *absolute)
{
    const char *size = command_option(proc, "sdtr", 's');
    int error = 0;

    if (!command_has_option(proc, 'c') || process_files_status(machine->files, absolute).kind != FILE_NONE) {
        error = size == NULL ? process_files_touch(machine->files, absolute, machine->now_ms)
                             : process_files_truncate(machine->files, absolute, machine->now_ms);
    }
    if (error == 0 && size != NULL && size_of(size) > 0) {
        error = process_files_write(machine->files, absolute, 0, NULL, size_of(size), machine->now_ms);
    }
    if (error != 0) {
        command_complain(machine, proc, "%s: %s", path, proc_error_text(error));
    }
    return error != 0;
}

/* touch; truncate -s SIZE */
enum command_answer command_touch(struct machine *machine, struct proc *proc)
{
    return for_each(machine, proc, command_first_operand(proc, "sdtr"), touch_path);
}

static int change_mode(struct machine *machine, struct proc *proc, const char *path, const char *absolute)
{
    const char *mode = command_argument(proc, command_first_operand(proc, ""));
    struct file_status status = process_files_status(machine->files, absolute);
    uint32_t bits = status.mode;
    int error;

    if (mode[0] >= '0' && mode[0] <= '7') {
        bits = (uint32_t)strtoul(mode, NULL, OCTAL);
    } else if (strstr(mode, "+x") != NULL) {
        bits |= EXECUTE;
    } else if (strstr(mode, "-x") != NULL) {
        bits &= ~(uint32_t)EXECUTE;
    }
    error = process_files_chmod(machine->files, absolute, bits, machine->now_ms);
    if (error != 0) {
        command_complain(machine, proc, "%s: %s", path, proc_error_text(error));
    }
    return error != 0;
}

enum command_answer command_chmod(struct machine *machine, struct proc *proc)
{
    return for_each(machine, proc, command_first_operand(proc, "") + 1, change_mode);
}

static int change_owner(struct machine *machine, struct proc *proc, const char *path, const char *absolute)
{
    struct file_status status = process_files_status(machine->files, absolute);
    int error = process_files_chmod(machine->files, absolute, status.mode, machine->now_ms);

    if (error != 0) {
        command_complain(machine, proc, "%s: %s", path, proc_error_text(error));
    }
    return error != 0;
}

enum command_answer command_chown(struct machine *machine, struct proc *proc)
{
    return for_each(machine, proc, command_first_operand(proc, "") + 1, change_owner);
}

/* ---- dd if=… of=… bs=… count=… ------------------------------------------------------------------------------- */

static const char *named_operand(const struct proc *proc, const char *name)
{
    size_t length = strlen(name);
    const char *word;

    for (uint32_t i = 1; (word = command_argument(proc, i)) != NULL; i++) {
        if (strncmp(word, name, length) == 0 && word[length] == '=') {
            return word + length + 1;
        }
    }
    return NULL;
}

static enum command_answer report_records(struct machine *machine, struct proc *proc, uint64_t bytes, uint64_t block)
{
    unsigned long long whole = bytes / block;
    int part = bytes % block != 0;

    proc_printf(machine, proc, 2, "%llu+%d records in\n%llu+%d records out\n", whole, part, whole, part);
    if (named_operand(proc, "status") == NULL) {
        proc_printf(machine, proc, 2, "%llu bytes (%.1fMB) copied, 0.001000 seconds, %.1fMB/s\n",
                    (unsigned long long)bytes, (double)bytes / KIBI / KIBI,
                    (double)bytes / KIBI / KIBI * MS_PER_SECOND);
    }
    return command_finish(proc, 0);
}

enum command_answer command_dd(struct machine *machine, struct proc *proc)
{
    const char *input = named_operand(proc, "if");
    const char *output = named_operand(proc, "of");
    const char *count = named_operand(proc, "count");
    uint64_t block = named_operand(proc, "bs") == NULL ? BLOCK_SIZE : size_of(named_operand(proc, "bs"));
    uint64_t wanted = count == NULL ? UINT64_MAX : size_of(count) * block;
    uint64_t left = wanted - (uint64_t)proc->state.count;
    char chunk[IO_CHUNK];
    int error = 0;

    if (proc->state.phase == 0) {
        proc->state.phase = 1;
        if (input != NULL) {
            open_release(machine, proc->files[0]);
            proc->files[0] = open_path(machine, proc, input, REDIRECT_READ, &error);
        }
        if (error == 0 && output != NULL) {
            open_release(machine, proc->files[1]);
            proc->files[1] = open_path(machine, proc, output, REDIRECT_WRITE, &error);
        }
        if (error != 0 || block == 0) {
            return command_fail(machine, proc, 1, "can't open '%s': %s", proc->files[0] == NULL ? input : output,
                                proc_error_text(error));
        }
    }
    struct open_file *from = proc->files[0];
    struct open_file *to = proc->files[1];

    if (count != NULL && from != NULL && from->kind == OPEN_ZERO && to != NULL && to->kind == OPEN_FILE) {
        error = process_files_write(machine->files, text_string(&to->text), 0, NULL, wanted, machine->now_ms);
        return error != 0 ? command_fail(machine, proc, 1, "write error: %s", proc_error_text(error))
                          : report_records(machine, proc, wanted, block);
    }
    int64_t length =
        left == 0 ? 0 : proc_read(machine, proc, 0, chunk, left < sizeof chunk ? (size_t)left : sizeof chunk);

    if (length > 0) {
        proc->state.count += length;
        (void)proc_write(machine, proc, 1, chunk, (size_t)length);
        return COMMAND_AGAIN;
    }
    return length == -1 ? COMMAND_BLOCKED : report_records(machine, proc, (uint64_t)proc->state.count, block);
}
