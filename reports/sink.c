#include "reports/sink.h"

#include "core/heap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE_FIRST = 4096, FILE_MODE = 0644 };

void sink_init(struct sink *sink)
{
    *sink = (struct sink){NULL, 0, 0};
}

void sink_free(struct sink *sink)
{
    free(sink->text);
    sink_init(sink);
}

static void make_room(struct sink *sink, size_t more)
{
    size_t size = sink->size == 0 ? SIZE_FIRST : sink->size;

    while (size < sink->length + more + 1) {
        size *= 2;
    }
    if (size > sink->size) {
        sink->text = heap_resize(sink->text, size);
        sink->size = size;
    }
}

void sink_add_n(struct sink *sink, const char *text, size_t length)
{
    make_room(sink, length);
    memcpy(sink->text + sink->length, text, length);
    sink->length += length;
    sink->text[sink->length] = '\0';
}

void sink_add(struct sink *sink, const char *text)
{
    sink_add_n(sink, text, strlen(text));
}

void sink_printf(struct sink *sink, const char *format, ...)
{
    va_list arguments;
    va_list again;

    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);

    va_end(arguments);
    if (length < 0) {
        heap_is_out(); /* of wide characters there are none */
    }
    make_room(sink, (size_t)length);
    vsnprintf(sink->text + sink->length, (size_t)length + 1, format, again);
    sink->length += (size_t)length;
    va_end(again);
}

/* `spared`: a byte that stays, NUL: none. */
static void blank(char *text, size_t length, char spared)
{
    enum { DELETE = 0x7f, C1_LEAD = 0xc2, C1_LAST = 0x9f };

    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        unsigned char next = (unsigned char)text[i + 1]; /* the last is NUL */

        if ((byte < ' ' && text[i] != spared) || byte == DELETE) {
            text[i] = ' ';
        } else if (byte == C1_LEAD && next >= 0x80 && next <= C1_LAST) {
            text[i] = text[i + 1] = ' ';
        }
    }
}

void sink_blank_controls(struct sink *sink, size_t from)
{
    if (sink->text != NULL) {
        blank(sink->text + from, sink->length - from, '\n');
    }
}

char *blank_controls(char *text)
{
    blank(text, strlen(text), '\0');
    return text;
}

static bool write_all(int file, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, text, length);

        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            text += written;
            length -= (size_t)written;
        }
    }
    return true;
}

/* Pipes, terminals and devices are written to directly: they cannot be renamed onto. Nor can the names of what is open
 * already, /dev/stdout and the like, even where that is a file. */
static bool is_special(const char *path)
{
    static const char *const open_already[] = {"/dev/std", "/dev/fd/", "/proc/"};
    struct stat status;

    for (size_t i = 0; i < sizeof open_already / sizeof open_already[0]; i++) {
        if (strncmp(path, open_already[i], strlen(open_already[i])) == 0) {
            return true;
        }
    }
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static int open_aside(const char *path, char *aside, size_t size)
{
    int file = -1;

    do {
        snprintf(aside, size, "%s.XXXXXX", path);
        file = mkstemp(aside);
    } while (file < 0 && errno == EINTR);
    return file;
}

/* Linux closes also when it is interrupted (close(2)); and what is closed here is synced. */
static bool close_file(int file)
{
    return close(file) == 0 || errno == EINTR;
}

static bool deliver_aside(const struct sink *sink, const char *path)
{
    char *target = realpath(path, NULL); /* a link stays one */
    size_t size = strlen(target == NULL ? path : target) + 8;
    char *aside = heap_take(size);

    int file = open_aside(target == NULL ? path : target, aside, size);
    bool good =
        file >= 0 && write_all(file, sink->text, sink->length) && fchmod(file, FILE_MODE) == 0 && fsync(file) == 0;
    int error = errno;

    if (file >= 0 && !close_file(file) && good) {
        good = false;
        error = errno;
    }
    if (good && rename(aside, target == NULL ? path : target) != 0) {
        good = false;
        error = errno;
    }
    if (!good && file >= 0) {
        unlink(aside);
    }
    free(aside);
    free(target);
    errno = error;
    return good;
}

/* What is there already stays: it may be the output's, with the file under its other name. */
static bool deliver_stream(const struct sink *sink, const char *path)
{
    int file = path == NULL ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, FILE_MODE);

    if (file < 0) {
        return false;
    }
    /* Past the stream, which gives up when it is interrupted; what is in it goes first. */
    bool good = (path != NULL || fflush(stdout) == 0) && write_all(file, sink->text, sink->length);

    return (path == NULL || close_file(file)) && good;
}

bool sink_deliver(struct sink *sink, const char *path)
{
    if (sink->text == NULL) {
        sink_add(sink, "");
    }
    return path == NULL || is_special(path) ? deliver_stream(sink, path) : deliver_aside(sink, path);
}
