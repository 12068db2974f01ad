#include "fakes/docker/command_io.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_SIZE = 1024 };

const char *command_argument(const struct proc *proc, uint32_t index)
{
    return text_string_at(&proc->arguments, index);
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

uint32_t command_first_operand(const struct proc *proc, const char *valued)
{
    uint32_t index = 1;
    const char *word;

    while ((word = command_argument(proc, index)) != NULL && is_option(word)) {
        size_t at = strcspn(word + 1, valued) + 1;

        index++;
        if (strcmp(word, "--") == 0) {
            break;
        }
        if (word[1] != '-' && word[at] != '\0' && word[at + 1] == '\0' && command_argument(proc, index) != NULL) {
            index++;
        }
    }
    return index;
}

bool command_has_option(const struct proc *proc, char letter)
{
    const char *word;

    for (uint32_t i = 1; (word = command_argument(proc, i)) != NULL && is_option(word) && strcmp(word, "--") != 0;
         i++) {
        if (word[1] != '-' && strchr(word + 1, letter) != NULL) {
            return true;
        }
    }
    return false;
}

const char *command_option(const struct proc *proc, const char *valued, char letter)
{
    const char *word;

    for (uint32_t i = 1; (word = command_argument(proc, i)) != NULL && is_option(word) && strcmp(word, "--") != 0;
         i++) {
        size_t at = strcspn(word + 1, valued) + 1;

        if (word[at] == '\0') {
            continue;
        }
        const char *value = word[at + 1] != '\0' ? word + at + 1 : command_argument(proc, ++i);

        if (word[at] == letter) {
            return value;
        }
    }
    return NULL;
}

enum command_answer command_finish(struct proc *proc, int status)
{
    proc->status = status;
    return COMMAND_DONE;
}

static void say(struct machine *machine, struct proc *proc, const char *format, va_list arguments)
{
    char message[MESSAGE_SIZE];
    const char *slash = strrchr(command_argument(proc, 0), '/');

    vsnprintf(message, sizeof message, format, arguments);
    proc_printf(machine, proc, 2, "%s: %s\n",
                proc->shell != NULL ? "sh" /* a builtin */
                : slash == NULL     ? command_argument(proc, 0)
                                    : slash + 1,
                message);
}

void command_complain(struct machine *machine, struct proc *proc, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(machine, proc, format, arguments);
    va_end(arguments);
}

enum command_answer command_fail(struct machine *machine, struct proc *proc, int status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(machine, proc, format, arguments);
    va_end(arguments);
    return command_finish(proc, status);
}

void command_print(struct machine *machine, struct proc *proc, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_vprintf(machine->pool, &proc->printed, format, arguments);
    va_end(arguments);
}

/* Opens the next operand; false: there is none left. */
static bool open_next(struct machine *machine, struct proc *proc, uint32_t first)
{
    const char *path = command_argument(proc, first + (uint32_t)proc->state.number);
    int error;

    if (path == NULL && (proc->state.number > 0 || command_argument(proc, first) != NULL)) {
        return false;
    }
    proc->state.number++;
    if (path == NULL || strcmp(path, "-") == 0) {
        proc->files[OPERAND_FD] = open_hold(proc->files[0]);
        return true;
    }
    proc->files[OPERAND_FD] = open_path(machine, proc, path, REDIRECT_READ, &error);
    if (proc->files[OPERAND_FD] == NULL) {
        command_complain(machine, proc,
                         strcmp(command_argument(proc, 0), "grep") == 0 ? "%s: %s" : "can't open '%s': %s", path,
                         proc_error_text(error));
        proc->status = 1;
    }
    return true;
}

int64_t command_read(struct machine *machine, struct proc *proc, uint32_t first, char *bytes, size_t size)
{
    for (;;) {
        if (proc->files[OPERAND_FD] == NULL) {
            if (!open_next(machine, proc, first)) {
                return 0;
            }
            continue;
        }
        int64_t length = proc_read(machine, proc, OPERAND_FD, bytes, size);

        if (length > 0 || length == -1) {
            return length;
        }
        if (length < 0) {
            command_complain(machine, proc, "read error: %s", proc_error_text((int)(-length - 1)));
            proc->status = 1;
        }
        open_release(machine, proc->files[OPERAND_FD]);
        proc->files[OPERAND_FD] = NULL;
    }
}

enum command_answer command_read_all(struct machine *machine, struct proc *proc, uint32_t first)
{
    char chunk[IO_CHUNK];
    int64_t length = command_read(machine, proc, first, chunk, sizeof chunk);

    if (length > 0) {
        text_add(machine->pool, &proc->state.text, chunk, (size_t)length);
        return COMMAND_AGAIN;
    }
    return length < 0 ? COMMAND_BLOCKED : COMMAND_DONE;
}

enum command_answer command_each_line(struct machine *machine, struct proc *proc, uint32_t first,
                                      bool (*line)(struct machine *machine, struct proc *proc, const char *text,
                                                   size_t length))
{
    enum command_answer answer = command_read_all(machine, proc, first);
    struct text *text = &proc->state.text;
    uint32_t at = 0;
    char *newline;
    bool goes_on = true;

    if (answer == COMMAND_BLOCKED) {
        return answer;
    }
    while (goes_on && at < text->length && (newline = memchr(text->bytes + at, '\n', text->length - at)) != NULL) {
        *newline = '\0';
        goes_on = line(machine, proc, text->bytes + at, (size_t)(newline - text->bytes) - at);
        at = (uint32_t)(newline - text->bytes) + 1;
    }
    text_drop_front(text, at);
    if (goes_on && answer == COMMAND_DONE && text->length > 0) {
        (void)line(machine, proc, text->bytes, text->length);
    }
    return goes_on ? answer : COMMAND_DONE;
}

struct file_status command_file_status(struct machine *machine, const struct proc *proc, const char *path,
                                       struct text *absolute)
{
    struct file_status status = {.kind = FILE_NONE};
    struct text own = {0};
    struct text *where = absolute == NULL ? &own : absolute;

    text_cut(where, 0);
    proc_path(machine, proc, path, where);
    if (path[0] != '\0') {
        status = process_files_status(machine->files, where->bytes);
    }
    text_free(machine->pool, &own);
    return status;
}

struct file_status command_link_status(struct machine *machine, const struct proc *proc, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct text folder = {0};
    struct text absolute = {0};

    text_add(machine->pool, &folder, path, slash == NULL ? 0 : (size_t)(slash - path) + 1);
    proc_path(machine, proc, slash == NULL ? "." : folder.bytes, &absolute);
    text_printf(machine->pool, &absolute, "%s%s", strcmp(absolute.bytes, "/") == 0 ? "" : "/",
                slash == NULL ? path : slash + 1);
    struct file_status status = process_files_status(machine->files, absolute.bytes);

    text_free(machine->pool, &folder);
    text_free(machine->pool, &absolute);
    return status;
}
