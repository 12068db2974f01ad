#include "core/base64.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

const char *base64_encode(struct arena *arena, const void *bytes, size_t length)
{
    char *text = arena_alloc(arena, (length + 2) / 3 * 4 + 1);

    EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
    return text;
}

unsigned char *base64_decode(struct arena *arena, const char *text, size_t *length)
{
    size_t characters = strlen(text);

    if (characters == 0 || characters % 4 != 0 || characters > INT_MAX) {
        return NULL;
    }
    unsigned char *bytes = arena_alloc(arena, characters / 4 * 3);
    int size = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)characters);

    /* −1 for what is no Base64, too few where it passed over blanks at both ends. Padding counts as bytes. */
    if ((size_t)size != characters / 4 * 3) {
        return NULL;
    }
    *length = (size_t)size - (text[characters - 1] == '=') - (text[characters - 2] == '=');
    return bytes;
}
