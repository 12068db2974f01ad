#include "sim/scenario/file_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIZE_FIRST = 1 << 16 };

char *file_text(const char *path, size_t size_max, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0;
    bool good = file != NULL;

    *length = 0;
    /* Room grows with what comes: few files are as large as they may be, and pipes do not say. */
    while (good && *length == size && size <= size_max) {
        char *larger = NULL;

        size = size == 0 ? SIZE_FIRST : size * 2;
        size = size < size_max ? size : size_max + 1;
        larger = realloc(text, size);
        good = larger != NULL;
        if (good) {
            text = larger;
            *length += fread(text + *length, 1, size - *length, file);
            good = !ferror(file);
        }
    }
    int error = errno;

    if (file != NULL) {
        fclose(file);
    }
    if (!good) {
        free(text);
        text = NULL;
    }
    errno = error;
    return text;
}
