#include "core/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_ALIGNMENT = 16, ARENA_CHUNK_SIZE_MIN = 4096 };

_Static_assert(sizeof(struct arena_chunk) % ARENA_ALIGNMENT == 0, "a chunk's first byte must be aligned");

void arena_init(struct arena *arena, struct arena_source *source)
{
    *arena = (struct arena){.source = source};
}

static size_t rounded_up(size_t size)
{
    return (size + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);
}

static void add_chunk(struct arena *arena, size_t size)
{
    size_t wanted = size + sizeof(struct arena_chunk);
    struct arena_chunk *chunk =
        arena->source->lend(arena->source, wanted > ARENA_CHUNK_SIZE_MIN ? wanted : ARENA_CHUNK_SIZE_MIN);

    assert(chunk->size >= wanted);
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->next = (char *)(chunk + 1);
    arena->end = (char *)chunk + chunk->size;
}

static void *take(struct arena *arena, size_t size)
{
    size_t rounded = rounded_up(size);

    assert(rounded >= size);
    if ((size_t)(arena->end - arena->next) < rounded || arena->next == NULL) {
        add_chunk(arena, rounded);
    }
    void *memory = arena->next;

    arena->next += rounded;
    return memory;
}

void *arena_take(struct arena *arena, size_t size)
{
    return take(arena->still != NULL ? arena->still : arena, size);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(take(arena, size), 0, rounded_up(size));
}

char *arena_string_n(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_take(arena, length + 1);

    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *arena_string(struct arena *arena, const char *text)
{
    return arena_string_n(arena, text, strlen(text));
}

char *arena_lines(struct arena *arena, const char *const *lines, size_t count)
{
    size_t length = 0;

    for (size_t i = 0; i < count; i++) {
        length += strlen(lines[i]) + 1;
    }
    char *text = arena_take(arena, length + 1);
    char *end = text;

    for (size_t i = 0; i < count; i++) {
        end = stpcpy(end, lines[i]);
        *end++ = '\n';
    }
    *end = '\0';
    return text;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
    char text[512];
    va_list again;

    va_copy(again, arguments);
    int length = vsnprintf(text, sizeof text, format, arguments);

    assert(length >= 0);
    char *copy = arena_take(arena, (size_t)length + 1);

    if ((size_t)length < sizeof text) {
        memcpy(copy, text, (size_t)length + 1);
    } else {
        vsnprintf(copy, (size_t)length + 1, format, again);
    }
    va_end(again);
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *text = arena_vprintf(arena, format, arguments);

    va_end(arguments);
    return text;
}

void arena_reset(struct arena *arena)
{
    while (arena->chunks != NULL) {
        struct arena_chunk *chunk = arena->chunks;

        arena->chunks = chunk->next;
        arena->source->take_back(arena->source, chunk);
    }
    arena->next = NULL;
    arena->end = NULL;
}

static struct arena_chunk *malloc_lend(struct arena_source *source, size_t size_min)
{
    struct arena_chunk *chunk = malloc(size_min);

    (void)source;
    if (chunk == NULL) {
        fputs("drydock: out of memory\n", stderr);
        abort();
    }
    chunk->size = size_min;
    return chunk;
}

static void malloc_take_back(struct arena_source *source, struct arena_chunk *chunk)
{
    (void)source;
    free(chunk);
}

struct arena_source *arena_source_malloc(void)
{
    static struct arena_source source = {malloc_lend, malloc_take_back};

    return &source;
}
