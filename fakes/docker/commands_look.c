/* Commands that look at files. */
#include "fakes/docker/command_io.h"
#include "fakes/docker/command_steps.h"

#include <errno.h>
#include <string.h>
#include <time.h>

enum { DATE_SIZE = 32, MODE_SIZE = 11, COLUMN_GAP = 2, COLUMNS_DEFAULT = 80 };

static void mode_text(const struct file_status *status, char text[MODE_SIZE])
{
    static const char letters[] = "rwxrwxrwx";

    text[0] = status->kind == FILE_FOLDER   ? 'd'
              : status->kind == FILE_LINK   ? 'l'
              : status->kind == FILE_DEVICE ? 'c'
                                            : '-';
    for (int i = 0; i < MODE_SIZE - 2; i++) {
        text[i + 1] = (char)((status->mode >> (MODE_SIZE - 3 - i) & 1) != 0 ? letters[i] : '-');
    }
    text[MODE_SIZE - 1] = '\0';
}

static void date_text(int64_t ms, const char *format, char text[DATE_SIZE])
{
    time_t seconds = (time_t)(ms / MS_PER_SECOND);
    struct tm parts;

    gmtime_r(&seconds, &parts);
    strftime(text, DATE_SIZE, format, &parts);
}

/* ---- ls ------------------------------------------------------------------------------------------------------ */

static void print_long(struct machine *machine, struct proc *proc, const char *name, const struct file_status *status)
{
    char mode[MODE_SIZE];
    char date[DATE_SIZE];

    mode_text(status, mode);
    date_text(status->mtime_ms == 0 ? machine->start_ms : status->mtime_ms, "%b %e %H:%M", date);
    command_print(machine, proc, "%s    1 root     root     %9llu %s %s%s%s\n", mode, (unsigned long long)status->size,
                  date, name, status->kind == FILE_LINK ? " -> " : "", status->kind == FILE_LINK ? status->target : "");
}

static void print_name(struct machine *machine, struct proc *proc, const char *name, const char *absolute)
{
    struct file_status status = process_files_status(machine->files, absolute);
    bool marks = (command_has_option(proc, 'p') || command_has_option(proc, 'F')) && status.kind == FILE_FOLDER;

    if (command_has_option(proc, 'l')) {
        print_long(machine, proc, name, &status);
    } else {
        command_print(machine, proc, "%s%s\n", name, marks ? "/" : "");
    }
}

/* On a terminal: as many columns as fit, filled downwards. */
static void print_columns(struct machine *machine, struct proc *proc, const struct text *names)
{
    uint32_t count = text_string_count(names);
    uint32_t width = 0;

    for (uint32_t at = 0; at < names->length; at = text_next_string(names, at)) {
        uint32_t length = (uint32_t)strlen(names->bytes + at);

        width = length > width ? length : width;
    }
    width += COLUMN_GAP;
    uint32_t screen = machine->columns == 0 ? COLUMNS_DEFAULT : machine->columns;
    uint32_t columns = screen / width == 0 ? 1 : screen / width;
    uint32_t rows = (count + columns - 1) / columns;

    for (uint32_t row = 0; row < rows; row++) {
        for (uint32_t index = row; index < count; index += rows) {
            command_print(machine, proc, "%-*s", index + rows < count ? (int)width : 0, text_string_at(names, index));
        }
        command_print(machine, proc, "\n");
    }
}

static bool is_shown_on_terminal(const struct machine *machine, const struct proc *proc)
{
    const struct open_file *file = proc->files[1];

    return machine->tty && file != NULL && (file->kind == OPEN_OUTPUT || file->kind == OPEN_INPUT);
}

static void list_folder(struct machine *machine, struct proc *proc, const char *absolute)
{
    struct text names = {0};
    struct text shown = {0};
    struct text path = {0};

    if (command_has_option(proc, 'a')) {
        text_append_string(machine->pool, &shown, ".");
        text_append_string(machine->pool, &shown, "..");
    }
    process_files_names(machine->files, absolute, machine->pool, &names);
    for (uint32_t at = 0; at < names.length; at = text_next_string(&names, at)) {
        if (names.bytes[at] != '.' || command_has_option(proc, 'a') || command_has_option(proc, 'A')) {
            text_append_string(machine->pool, &shown, names.bytes + at);
        }
    }
    if (command_has_option(proc, 'l')) {
        command_print(machine, proc, "total 0\n");
    }
    if (is_shown_on_terminal(machine, proc) && !command_has_option(proc, 'l') && !command_has_option(proc, '1')) {
        print_columns(machine, proc, &shown);
    } else {
        for (uint32_t at = 0; at < shown.length; at = text_next_string(&shown, at)) {
            text_cut(&path, 0);
            text_printf(machine->pool, &path, "%s/%s", strcmp(absolute, "/") == 0 ? "" : absolute, shown.bytes + at);
            print_name(machine, proc, shown.bytes + at,
                       strcmp(shown.bytes + at, "..") == 0 || strcmp(shown.bytes + at, ".") == 0 ? absolute
                                                                                                 : path.bytes);
        }
    }
    text_free(machine->pool, &names);
    text_free(machine->pool, &shown);
    text_free(machine->pool, &path);
}

/* Files first, then what is in the folders, each under its name when there are several. */
static void list_operands(struct machine *machine, struct proc *proc, uint32_t first, bool folders)
{
    uint32_t count = text_string_count(&proc->arguments) - first;
    struct text absolute = {0};
    const char *path;

    for (uint32_t i = first; (path = command_argument(proc, i)) != NULL; i++) {
        struct file_status status = command_file_status(machine, proc, path, &absolute);
        bool is_listed = status.kind == FILE_FOLDER && !command_has_option(proc, 'd');

        if (status.kind == FILE_NONE && !folders) {
            command_complain(machine, proc, "%s: %s", path, proc_error_text(ENOENT));
            proc->status = 1;
        } else if (status.kind != FILE_NONE && is_listed == folders) {
            if (!is_listed) {
                print_name(machine, proc, path, absolute.bytes);
                proc->state.flag = true;
                continue;
            }
            if (count > 1) {
                command_print(machine, proc, "%s%s:\n", proc->state.flag ? "\n" : "", path);
            }
            proc->state.flag = true;
            list_folder(machine, proc, absolute.bytes);
        }
    }
    text_free(machine->pool, &absolute);
}

enum command_answer command_ls(struct machine *machine, struct proc *proc)
{
    uint32_t first = command_first_operand(proc, "");

    proc->status = 0;
    if (command_argument(proc, first) == NULL) {
        if (command_has_option(proc, 'd')) {
            print_name(machine, proc, ".", text_string(&proc->folder));
        } else {
            list_folder(machine, proc, text_string(&proc->folder));
        }
        return command_finish(proc, 0);
    }
    list_operands(machine, proc, first, false);
    list_operands(machine, proc, first, true);
    return command_finish(proc, proc->status);
}

/* ---- find PATH… [-name PATTERN] [-type f|d] ------------------------------------------------------------------ */

static const char *expression_value(const struct proc *proc, const char *name)
{
    const char *word;

    for (uint32_t i = 1; (word = command_argument(proc, i)) != NULL; i++) {
        if (strcmp(word, name) == 0) {
            return command_argument(proc, i + 1);
        }
    }
    return NULL;
}

static void find_in(struct machine *machine, struct proc *proc, const char *shown, const char *absolute)
{
    const char *name = expression_value(proc, "-name");
    const char *type = expression_value(proc, "-type");
    const char *slash = strrchr(shown, '/');
    struct file_status status = process_files_status(machine->files, absolute);
    struct text names = {0};

    if ((name == NULL || shell_pattern_fits(name, slash == NULL || slash[1] == '\0' ? shown : slash + 1)) &&
        (type == NULL || type[0] == (status.kind == FILE_FOLDER ? 'd'
                                     : status.kind == FILE_LINK ? 'l'
                                                                : 'f'))) {
        command_print(machine, proc, "%s\n", shown);
    }
    if (status.kind != FILE_FOLDER) {
        return;
    }
    process_files_names(machine->files, absolute, machine->pool, &names);
    for (uint32_t at = 0; at < names.length; at = text_next_string(&names, at)) {
        struct text inner_shown = {0};
        struct text inner = {0};

        text_printf(machine->pool, &inner_shown, "%s/%s", strcmp(shown, "/") == 0 ? "" : shown, names.bytes + at);
        text_printf(machine->pool, &inner, "%s/%s", strcmp(absolute, "/") == 0 ? "" : absolute, names.bytes + at);
        find_in(machine, proc, inner_shown.bytes, inner.bytes); // NOLINT(misc-no-recursion): as deep as the tree
        text_free(machine->pool, &inner_shown);
        text_free(machine->pool, &inner);
    }
    text_free(machine->pool, &names);
}

enum command_answer command_find_files(struct machine *machine, struct proc *proc)
{
    uint32_t index = 1;
    const char *path = command_argument(proc, 1);

    proc->status = 0;
    do {
        struct text absolute = {0};
        bool is_default = path == NULL || path[0] == '-';

        if (command_file_status(machine, proc, is_default ? "." : path, &absolute).kind == FILE_NONE) {
            command_complain(machine, proc, "%s: %s", path, proc_error_text(ENOENT));
            proc->status = 1;
        } else {
            find_in(machine, proc, is_default ? "." : path, absolute.bytes);
        }
        text_free(machine->pool, &absolute);
        path = is_default ? NULL : command_argument(proc, ++index);
    } while (path != NULL && path[0] != '-');
    return command_finish(proc, proc->status);
}

/* ---- stat, readlink, realpath, which ------------------------------------------------------------------------- */

static void print_status(struct machine *machine, struct proc *proc, const char *path, const struct file_status *status)
{
    enum { BLOCK = 512 };
    char mode[MODE_SIZE];
    char date[DATE_SIZE];
    const char *kind = status->kind == FILE_FOLDER ? "directory"
                       : status->size == 0         ? "regular empty file"
                                                   : "regular file";

    mode_text(status, mode);
    date_text(status->mtime_ms == 0 ? machine->start_ms : status->mtime_ms, "%Y-%m-%d %H:%M:%S.000000000 +0000", date);
    command_print(machine, proc, "  File: %s\n", path);
    command_print(machine, proc, "  Size: %-10llu\tBlocks: %-10llu IO Block: 4096   %s\n",
                  (unsigned long long)status->size, (unsigned long long)(status->size + BLOCK - 1) / BLOCK, kind);
    command_print(machine, proc, "Access: (%04o/%s)  Uid: (    0/    root)   Gid: (    0/    root)\n", status->mode,
                  mode);
    command_print(machine, proc, "Modify: %s\n", date);
}

/* -c FORMAT: %n %s %a %A %F %Y %U %G */
static void print_by_format(struct machine *machine, struct proc *proc, const char *format, const char *path,
                            const struct file_status *status)
{
    char mode[MODE_SIZE];

    mode_text(status, mode);
    for (; *format != '\0'; format++) {
        if (*format != '%' || format[1] == '\0') {
            command_print(machine, proc, "%c", *format);
            continue;
        }
        format++;
        if (*format == 'n') {
            command_print(machine, proc, "%s", path);
        } else if (*format == 's') {
            command_print(machine, proc, "%llu", (unsigned long long)status->size);
        } else if (*format == 'a') {
            command_print(machine, proc, "%o", status->mode);
        } else if (*format == 'A') {
            command_print(machine, proc, "%s", mode);
        } else if (*format == 'F') {
            command_print(machine, proc, "%s", status->kind == FILE_FOLDER ? "directory" : "regular file");
        } else if (*format == 'Y') {
            command_print(machine, proc, "%lld", (long long)(status->mtime_ms / MS_PER_SECOND));
        } else if (*format == 'U' || *format == 'G') {
            command_print(machine, proc, "root");
        } else {
            command_print(machine, proc, "0");
        }
    }
    command_print(machine, proc, "\n");
}

enum command_answer command_stat(struct machine *machine, struct proc *proc)
{
    const char *format = command_option(proc, "c", 'c');
    const char *path;

    proc->status = 0;
    for (uint32_t i = command_first_operand(proc, "c"); (path = command_argument(proc, i)) != NULL; i++) {
        struct file_status status = command_file_status(machine, proc, path, NULL);

        if (status.kind == FILE_NONE) {
            command_complain(machine, proc, "can't stat '%s': %s", path, proc_error_text(ENOENT));
            proc->status = 1;
        } else if (format != NULL) {
            print_by_format(machine, proc, format, path, &status);
        } else {
            print_status(machine, proc, path, &status);
        }
    }
    return command_finish(proc, proc->status);
}

enum command_answer command_readlink(struct machine *machine, struct proc *proc)
{
    uint32_t first = command_first_operand(proc, "");
    const char *path = command_argument(proc, first);
    bool follows = command_has_option(proc, 'f') || strcmp(command_argument(proc, 0), "realpath") == 0;
    struct text absolute = {0};

    if (path == NULL) {
        return command_fail(machine, proc, 1, "missing operand");
    }
    if (follows) {
        bool exists = command_file_status(machine, proc, path, &absolute).kind != FILE_NONE;

        if (exists || command_has_option(proc, 'f')) {
            command_print(machine, proc, "%s\n", absolute.bytes);
        } else {
            command_complain(machine, proc, "%s: %s", path, proc_error_text(ENOENT));
        }
        text_free(machine->pool, &absolute);
        return command_finish(proc, !exists && !command_has_option(proc, 'f'));
    }
    struct file_status status = command_link_status(machine, proc, path);

    if (status.kind != FILE_LINK) {
        return command_finish(proc, 1);
    }
    command_print(machine, proc, "%s\n", status.target);
    return command_finish(proc, 0);
}

enum command_answer command_which(struct machine *machine, struct proc *proc)
{
    const char *name;

    proc->status = 0;
    for (uint32_t i = command_first_operand(proc, ""); (name = command_argument(proc, i)) != NULL; i++) {
        const struct command *command;
        struct text path = {0};
        bool is_script;

        if (command_look_up(machine, proc, name, &command, &is_script, &path) == 0) {
            command_print(machine, proc, "%s\n", path.bytes);
        } else {
            proc->status = 1;
        }
        text_free(machine->pool, &path);
    }
    return command_finish(proc, proc->status);
}
