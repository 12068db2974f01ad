#include "fakes/docker/image_tar.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512, NAME_SIZE = 100, SIZE_AT = 124, SIZE_DIGITS = 12, MAGIC_AT = 257, OCTAL = 8 };

static bool is_header(const char *block)
{
    return memcmp(block + MAGIC_AT, "ustar", strlen("ustar")) == 0;
}

static bool is_empty(const char *block)
{
    for (size_t i = 0; i < BLOCK; i++) {
        if (block[i] != '\0') {
            return false;
        }
    }
    return true;
}

bool image_tar_is_one(const char *archive, size_t size)
{
    return archive != NULL && size >= BLOCK && (is_header(archive) || is_empty(archive));
}

const struct value *image_tar_json(struct arena *arena, const char *archive, size_t size, const char *name)
{
    for (size_t at = 0; archive != NULL && at + BLOCK <= size && is_header(archive + at);) {
        char digits[SIZE_DIGITS + 1] = {0};

        memcpy(digits, archive + at + SIZE_AT, SIZE_DIGITS);
        size_t length = strtoull(digits, NULL, OCTAL);
        const char *content = archive + at + BLOCK;

        if (length > size - at - BLOCK) {
            return NULL;
        }
        if (strncmp(archive + at, name, NAME_SIZE) == 0) {
            return value_parse(arena, content, length);
        }
        at += BLOCK + (length + BLOCK - 1) / BLOCK * BLOCK;
    }
    return NULL;
}
