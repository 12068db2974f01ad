#include "sim/scenario/file_text.h"

#include "core/heap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { SIZE_FIRST = 1 << 16 };

static int open_file(const char *path)
{
    int file = -1;

    do {
        file = open(path, O_RDONLY | O_CLOEXEC);
    } while (file < 0 && errno == EINTR);
    return file;
}

/* Reads as much as there is room for, or up to the end. false, with errno: it cannot be read. */
static bool fill(int file, char *text, size_t size, size_t *length)
{
    while (*length < size) {
        ssize_t more = read(file, text + *length, size - *length);

        if (more < 0 && errno != EINTR) {
            return false;
        }
        if (more == 0) {
            return true;
        }
        *length += more < 0 ? 0 : (size_t)more;
    }
    return true;
}

char *file_text(const char *path, size_t size_max, size_t *length)
{
    int file = open_file(path);
    char *text = NULL;
    size_t size = 0;
    bool good = file >= 0;

    *length = 0;
    /* Room grows with what comes: few files are as large as they may be, and pipes do not say. */
    while (good && *length == size && size <= size_max) {
        size = size == 0 ? SIZE_FIRST : size * 2;
        size = size < size_max ? size : size_max + 1;
        text = heap_resize(text, size);
        good = fill(file, text, size, length);
    }
    int error = errno;

    if (file >= 0) {
        close(file);
    }
    if (!good) {
        free(text);
        text = NULL;
    }
    errno = error;
    return text;
}
