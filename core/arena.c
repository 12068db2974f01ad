#include "core/arena.h"

#include "core/heap.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#endif

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

/* How many bytes lie between two takings, at least. AddressSanitizer is told of them where the chunks are malloc's, not
 * in the memory of runs, which is copied as a whole. Built with ARENA_GAP_SIZE, what reads behind an array finds bytes
 * that make it go wrong instead of the next one's zeros. */
static size_t gap_size(const struct arena *arena)
{
#if defined(ARENA_ASAN)
    return arena->source == arena_source_malloc() ? ARENA_ALIGNMENT : 0;
#elif defined(ARENA_GAP_SIZE)
    (void)arena;
    return ARENA_GAP_SIZE;
#else
    (void)arena;
    return 0;
#endif
}

static void guard(const struct arena *arena, char *memory, size_t size, bool taken)
{
#if defined(ARENA_ASAN)
    if (gap_size(arena) > 0 && taken) {
        __asan_unpoison_memory_region(memory, size);
    } else if (gap_size(arena) > 0) {
        __asan_poison_memory_region(memory, size);
    }
#elif defined(ARENA_GAP_SIZE)
    (void)arena;
    if (!taken) {
        memset(memory, ARENA_GAP_BYTE, size);
    }
#else
    (void)arena;
    (void)memory;
    (void)size;
    (void)taken;
#endif
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
    guard(arena, arena->next, chunk->size - sizeof *chunk, false);
}

static void *take(struct arena *arena, size_t size)
{
    assert(size <= PTRDIFF_MAX); /* so that neither rounding up nor a chunk's header wraps */
    size_t rounded = rounded_up(size) + gap_size(arena);

    if ((size_t)(arena->end - arena->next) < rounded || arena->next == NULL) {
        add_chunk(arena, rounded);
    }
    char *memory = arena->next;

    arena->next += rounded;
    guard(arena, memory, size, true);
    return memory;
}

void *arena_take(struct arena *arena, size_t size)
{
    return take(arena->still != NULL ? arena->still : arena, size);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(take(arena, size), 0, gap_size(arena) > 0 ? size : rounded_up(size));
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
        size_t line = strlen(lines[i]);

        memcpy(end, lines[i], line);
        end[line] = '\n';
        end += line + 1;
    }
    *end = '\0';
    return text;
}

/* A text being put together in a room of fixed size. */
struct line {
    char text[2048]; /* a table of disks goes in */
    size_t length;
};

static bool line_add(struct line *line, const char *added, size_t length)
{
    if (length >= sizeof line->text - line->length) {
        return false;
    }
    memcpy(line->text + line->length, added, length);
    line->length += length;
    return true;
}

static bool line_add_number(struct line *line, bool negative, unsigned number)
{
    enum { BASE = 10, SIGN_AND_DIGITS_MAX = 11 };
    char digits[SIGN_AND_DIGITS_MAX];
    char *first = digits + sizeof digits;

    do {
        *--first = (char)('0' + number % BASE);
        number /= BASE;
    } while (number > 0);
    if (negative) {
        *--first = '-';
    }
    return line_add(line, first, (size_t)(digits + sizeof digits - first));
}

static bool line_add_hex(struct line *line, uint64_t number)
{
    enum { DIGITS = 16, BITS = 4 };
    char digits[DIGITS];

    for (int i = DIGITS - 1; i >= 0; i--, number >>= BITS) {
        digits[i] = "0123456789abcdef"[number % DIGITS];
    }
    return line_add(line, digits, sizeof digits);
}

static bool line_add_text(struct line *line, const char *text, int length_max)
{
    return text != NULL && line_add(line, text, length_max < 0 ? strlen(text) : strnlen(text, (size_t)length_max));
}

/* What a conversion, without its %, stands for; sets its length. false when it is another than these or nothing that
 * can be printed. */
static bool line_add_argument(struct line *line, const char *conversion, size_t *length, va_list *arguments)
{
    static const char hex[] = "016llx";
    static const char some[] = ".*s";

    *length = 1;
    if (conversion[0] == 's') {
        return line_add_text(line, va_arg(*arguments, const char *), -1);
    }
    if (conversion[0] == 'd') {
        int number = va_arg(*arguments, int);

        return line_add_number(line, number < 0, number < 0 ? 0u - (unsigned)number : (unsigned)number);
    }
    if (conversion[0] == 'u') {
        return line_add_number(line, false, va_arg(*arguments, unsigned));
    }
    if (strncmp(conversion, some, strlen(some)) == 0) {
        int length_max = va_arg(*arguments, int);

        *length = strlen(some);
        return line_add_text(line, va_arg(*arguments, const char *), length_max);
    }
    *length = strlen(hex);
    return strncmp(conversion, hex, strlen(hex)) == 0 && line_add_hex(line, va_arg(*arguments, unsigned long long));
}

/* What nearly all texts of a run are made with, without the stream that printf sets up for each. false: printf has to
 * do it. */
static bool print_simply(struct line *line, const char *format, va_list *arguments)
{
    for (;;) {
        const char *percent = strchrnul(format, '%');

        if (!line_add(line, format, (size_t)(percent - format))) {
            return false;
        }
        if (*percent == '\0') {
            return true;
        }
        size_t length = 0;

        if (!line_add_argument(line, percent + 1, &length, arguments)) {
            return false;
        }
        format = percent + 1 + length;
    }
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
    struct line line;
    va_list again;

    line.length = 0;
    va_copy(again, arguments);
    bool simple = print_simply(&line, format, &again);

    va_end(again);
    if (simple) {
        return arena_string_n(arena, line.text, line.length);
    }
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);

    va_end(again);
    assert(length >= 0);
    char *text = arena_take(arena, (size_t)length + 1);

    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
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
    struct arena_chunk *chunk = heap_take(size_min);

    (void)source;
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
