/* What processes read and write. */
#include "fakes/docker/proc.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FORMAT_SIZE = 512 };

const char *proc_error_text(int error)
{
    switch (error) {
    case ENOENT:
        return "No such file or directory";
    case ENOTDIR:
        return "Not a directory";
    case EISDIR:
        return "Is a directory";
    case EEXIST:
        return "File exists";
    case ENOTEMPTY:
        return "Directory not empty";
    case EROFS:
        return "Read-only file system";
    case EBADF:
        return "Bad file descriptor";
    case EACCES:
        return "Permission denied";
    case EBUSY:
        return "Resource busy";
    case EINVAL:
        return "Invalid argument";
    case ESRCH:
        return "No such process";
    default:
        return "Input/output error";
    }
}

struct open_file *open_new(struct machine *machine, enum open_kind kind)
{
    struct open_file *file = pool_take(machine->pool, sizeof *file);

    file->holders = 1;
    file->kind = kind;
    return file;
}

struct open_file *open_hold(struct open_file *file)
{
    if (file != NULL) {
        file->holders++;
    }
    return file;
}

void open_release(struct machine *machine, struct open_file *file)
{
    if (file == NULL || --file->holders > 0) {
        return;
    }
    if (file->pipe != NULL) {
        if (file->kind == OPEN_PIPE_READ) {
            file->pipe->readers--;
        } else {
            file->pipe->writers--;
        }
        if (file->pipe->readers == 0 && file->pipe->writers == 0) {
            text_free(machine->pool, &file->pipe->data);
            pool_give(machine->pool, file->pipe, sizeof *file->pipe);
        }
    }
    text_free(machine->pool, &file->text);
    pool_give(machine->pool, file, sizeof *file);
}

void open_pipe(struct machine *machine, struct open_file **reader, struct open_file **writer)
{
    struct pipe_buffer *pipe = pool_take(machine->pool, sizeof *pipe);

    pipe->readers = pipe->writers = 1;
    *reader = open_new(machine, OPEN_PIPE_READ);
    *writer = open_new(machine, OPEN_PIPE_WRITE);
    (*reader)->pipe = (*writer)->pipe = pipe;
}

static const struct device {
    const char *path;
    int fd; /* that it stands for; −1: none */
    enum open_kind kind;
} devices[] = {
    {"/dev/null", -1, OPEN_NULL},      {"/dev/zero", -1, OPEN_ZERO},   {"/dev/urandom", -1, OPEN_ZERO},
    {"/dev/random", -1, OPEN_ZERO},    {"/dev/full", -1, OPEN_ZERO},   {"/dev/tty", 1, OPEN_NULL},
    {"/dev/stdin", 0, OPEN_NULL},      {"/dev/stdout", 1, OPEN_NULL},  {"/dev/stderr", 2, OPEN_NULL},
    {"/proc/1/fd/1", 1, OPEN_NULL},    {"/proc/1/fd/2", 2, OPEN_NULL}, {"/proc/self/fd/1", 1, OPEN_NULL},
    {"/proc/self/fd/2", 2, OPEN_NULL},
};

static struct open_file *open_device(struct machine *machine, const struct proc *proc, const char *path)
{
    for (uint32_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        if (strcmp(devices[i].path, path) != 0) {
            continue;
        }
        if (strncmp(path, "/proc/1/", sizeof "/proc/1/" - 1) == 0) {
            return open_new(machine, devices[i].fd == 1 ? OPEN_OUTPUT : OPEN_ERROR);
        }
        if (devices[i].fd >= 0 && proc->files[devices[i].fd] != NULL) {
            return open_hold(proc->files[devices[i].fd]);
        }
        return open_new(machine, devices[i].kind);
    }
    return NULL;
}

/* Pieces of a path, `.` and `..` taken away. */
static void add_normal(struct machine *machine, struct text *absolute, const char *path)
{
    while (*path != '\0') {
        size_t length = strcspn(path, "/");

        if (length == 2 && path[0] == '.' && path[1] == '.') {
            while (absolute->length > 0 && absolute->bytes[absolute->length - 1] != '/') {
                text_cut(absolute, absolute->length - 1);
            }
            text_cut(absolute, absolute->length > 0 ? absolute->length - 1 : 0);
        } else if (length > 0 && !(length == 1 && path[0] == '.')) {
            text_add_char(machine->pool, absolute, '/');
            text_add(machine->pool, absolute, path, length);
        }
        path += length;
        path += *path == '/';
    }
}

void proc_path(struct machine *machine, const struct proc *proc, const char *path, struct text *absolute)
{
    struct text given = {0};

    if (path[0] != '/') {
        add_normal(machine, &given, text_string(&proc->folder));
    }
    add_normal(machine, &given, path);
    if (given.length == 0) {
        text_add_char(machine->pool, &given, '/');
    }
    process_files_follow(machine->files, given.bytes, machine->pool, absolute);
    text_free(machine->pool, &given);
}

struct open_file *open_path(struct machine *machine, const struct proc *proc, const char *path, enum redirect_kind mode,
                            int *error)
{
    struct text absolute = {0};
    struct open_file *file;

    proc_path(machine, proc, path, &absolute);
    file = open_device(machine, proc, absolute.bytes);
    *error = 0;
    if (file != NULL) {
        text_free(machine->pool, &absolute);
        return file;
    }
    struct file_status status = process_files_status(machine->files, absolute.bytes);
    size_t length = strlen(path);

    if (length == 0 || (status.kind == FILE_NONE && mode == REDIRECT_READ)) {
        *error = ENOENT;
    } else if (status.kind == FILE_FOLDER && mode != REDIRECT_READ) {
        *error = EISDIR;
    } else if (mode == REDIRECT_WRITE) {
        *error = process_files_truncate(machine->files, absolute.bytes, machine->now_ms);
    } else if (mode != REDIRECT_READ && (status.kind == FILE_NONE || status.read_only)) {
        *error = process_files_touch(machine->files, absolute.bytes, machine->now_ms);
    }
    if (*error != 0) {
        text_free(machine->pool, &absolute);
        return NULL;
    }
    file = open_new(machine, OPEN_FILE);
    file->appends = mode == REDIRECT_APPEND;
    file->text = absolute;
    return file;
}

/* From a buffer with more to come unless `is_over`. */
static int64_t read_from(struct text *data, char *bytes, size_t size, bool is_over)
{
    size_t length = data->length < size ? data->length : size;

    if (length == 0) {
        return is_over ? 0 : -1;
    }
    memcpy(bytes, data->bytes, length);
    text_drop_front(data, length);
    return (int64_t)length;
}

static int64_t read_input(struct machine *machine, char *bytes, size_t size)
{
    if (machine->input.data.length == 0 && machine->is_end_typed) {
        machine->is_end_typed = false;
        return 0;
    }
    return read_from(&machine->input.data, bytes, size, machine->is_input_over);
}

int64_t open_read(struct machine *machine, struct open_file *file, char *bytes, size_t size)
{
    size_t length;

    switch (file->kind) {
    case OPEN_NULL:
        return 0;
    case OPEN_ZERO:
        memset(bytes, 0, size);
        return (int64_t)size;
    case OPEN_INPUT:
        return read_input(machine, bytes, size);
    case OPEN_PIPE_READ:
        return read_from(&file->pipe->data, bytes, size, file->pipe->writers == 0);
    case OPEN_TEXT:
        return read_from(&file->text, bytes, size, true);
    case OPEN_FILE:
        if (process_files_status(machine->files, text_string(&file->text)).kind == FILE_FOLDER) {
            return -EISDIR - 1;
        }
        length = process_files_read(machine->files, text_string(&file->text), file->offset, bytes, size);
        file->offset += length;
        return (int64_t)length;
    default:
        return machine->tty && (file->kind == OPEN_OUTPUT || file->kind == OPEN_ERROR)
                   ? read_input(machine, bytes, size)
                   : -EBADF - 1;
    }
}

int64_t proc_read(struct machine *machine, const struct proc *proc, int fd, char *bytes, size_t size)
{
    return proc->files[fd] == NULL ? -EBADF - 1 : open_read(machine, proc->files[fd], bytes, size);
}

static void write_out(struct machine *machine, enum process_stream stream, const char *bytes, size_t length)
{
    if (machine->tty) {
        terminal_write(machine, bytes, length);
    } else if (length > 0) {
        machine->io->output(machine->io->context, machine->now_ms, stream, bytes, length);
    }
}

int open_write(struct machine *machine, struct open_file *file, const char *bytes, size_t length)
{
    switch (file->kind) {
    case OPEN_NULL:
    case OPEN_ZERO:
        return 0;
    case OPEN_OUTPUT:
        write_out(machine, PROCESS_STDOUT, bytes, length);
        return 0;
    case OPEN_INPUT:
        if (!machine->tty) {
            return EBADF;
        }
        write_out(machine, PROCESS_STDOUT, bytes, length);
        return 0;
    case OPEN_ERROR:
        write_out(machine, PROCESS_STDERR, bytes, length);
        return 0;
    case OPEN_PIPE_WRITE:
        if (file->pipe->readers == 0) {
            return EPIPE;
        }
        text_add(machine->pool, &file->pipe->data, bytes, length);
        return 0;
    case OPEN_FILE:
        if (file->appends) {
            file->offset = process_files_status(machine->files, text_string(&file->text)).size;
        }
        file->offset += length;
        return process_files_write(machine->files, text_string(&file->text), file->offset - length, bytes, length,
                                   machine->now_ms);
    default:
        return EBADF;
    }
}

static int write_file(struct machine *machine, struct proc *proc, int fd, const char *bytes, size_t length)
{
    int error = proc->files[fd] == NULL ? EBADF : open_write(machine, proc->files[fd], bytes, length);

    if (error == EPIPE) {
        proc_signal(proc, SIGPIPE, false);
    }
    return error;
}

int proc_flush(struct machine *machine, struct proc *proc)
{
    int error = 0;

    if (proc->printed.length > 0) {
        error = write_file(machine, proc, 1, proc->printed.bytes, proc->printed.length);
        text_free(machine->pool, &proc->printed);
    }
    return error;
}

int proc_write(struct machine *machine, struct proc *proc, int fd, const char *bytes, size_t length)
{
    (void)proc_flush(machine, proc);
    return write_file(machine, proc, fd, bytes, length);
}

void proc_printf(struct machine *machine, struct proc *proc, int fd, const char *format, ...)
{
    char text[FORMAT_SIZE];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);

    va_end(arguments);
    (void)proc_write(machine, proc, fd, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

bool proc_output_is_full(const struct proc *proc)
{
    for (int fd = 1; fd <= 2; fd++) {
        const struct open_file *file = proc->files[fd];

        if (file != NULL && file->kind == OPEN_PIPE_WRITE && file->pipe->readers > 0 &&
            file->pipe->data.length >= PIPE_SIZE) {
            return true;
        }
    }
    return false;
}

int proc_read_line(struct machine *machine, struct proc *proc, int fd, struct text *line)
{
    char byte;

    for (;;) {
        int64_t length = proc_read(machine, proc, fd, &byte, 1);

        if (length == -1) {
            return -1;
        }
        if (length <= 0) {
            return 0;
        }
        text_add_char(machine->pool, line, byte);
        if (byte == '\n') {
            return 1;
        }
    }
}
