#include "core/heap.h"

#include <cjson/cJSON.h>

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void heap_is_out(void)
{
    enum { EXIT_INTERNAL_ERROR = 3 /* as the command line says it */ };

    fputs("drydock: out of memory\n", stderr);
    exit(EXIT_INTERNAL_ERROR);
}

static void *checked(void *memory)
{
    if (memory == NULL) {
        heap_is_out();
    }
    return memory;
}

void *heap_take(size_t size)
{
    return checked(malloc(size == 0 ? 1 : size));
}

void *heap_take_zeroed(size_t count, size_t size)
{
    return checked(calloc(count == 0 ? 1 : count, size));
}

void *heap_resize(void *memory, size_t size)
{
    return checked(realloc(memory, size));
}

char *heap_string(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(heap_take(size), text, size);
}

void heap_serves_json(void)
{
    cJSON_Hooks hooks = {heap_take, free};

    cJSON_InitHooks(&hooks);
}

static void *crypto_take(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return size == 0 ? NULL : heap_take(size);
}

static void *crypto_resize(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size == 0) {
        free(memory);
        return NULL;
    }
    return heap_resize(memory, size);
}

static void crypto_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

void heap_serves_crypto(void)
{
    /* Nor does it clean up at the end: when it is the one that ran out of memory, it would wait for a lock that it
     * holds. */
    if (CRYPTO_set_mem_functions(crypto_take, crypto_resize, crypto_free) == 1) {
        (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    }
}
