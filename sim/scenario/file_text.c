#include "sim/scenario/file_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

char *file_text(const char *path, size_t size_max, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text = file == NULL ? NULL : malloc(size_max + 1);

    if (text != NULL) {
        *length = fread(text, 1, size_max + 1, file);
        if (ferror(file)) {
            free(text);
            text = NULL;
        }
    }
    if (file != NULL) {
        int error = errno;

        fclose(file);
        errno = error;
    }
    return text;
}
