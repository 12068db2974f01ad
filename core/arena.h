/* Memory that is freed all at once.
 *
 * An arena hands out zeroed memory from chunks that its owner lends it. Nothing is freed singly: the
 * whole arena is given back at once (a task's when it ends, a node's when its process dies, a run's when
 * it is over).
 *
 * Every allocation may fail, and is checked in one place: the source's lend() either lends a chunk or does not
 * return (the bench ends the run there, exit status 3). So arena_alloc() never returns NULL.
 */
#ifndef DRYDOCK_CORE_ARENA_H
#define DRYDOCK_CORE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/* Built with -DARENA_GAP_SIZE=bytes, so many of these lie behind each taking (sim/mutate). */
enum { ARENA_GAP_BYTE = 0x7f };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; /* bytes, this header included */
};

/* Where an arena's chunks come from; one source serves many arenas. */
struct arena_source {
    /* Lends a chunk of at least size_min bytes with `size` set, 16-byte aligned; never returns NULL: without memory it
     * does not return at all. */
    struct arena_chunk *(*lend)(struct arena_source *source, size_t size_min);
    void (*take_back)(struct arena_source *source, struct arena_chunk *chunk);
};

struct arena {
    struct arena_source *source;
    struct arena *still;        /* where arena_take() takes from; NULL: from here */
    struct arena_chunk *chunks; /* newest first */
    char *next;                 /* first free byte of the newest chunk */
    char *end;                  /* one past its last */
};

/* Starts an empty arena on a source, which must outlive it. Takes no memory yet. */
void arena_init(struct arena *arena, struct arena_source *source);

/* Returns `size` zeroed bytes, 16-byte aligned; never NULL (see above). */
void *arena_alloc(struct arena *arena, size_t size);
/* The same with anything in it, for what is written over at once and never again: strings, values. */
void *arena_take(struct arena *arena, size_t size);

/* Copies a string, or its first `length` bytes, and ends it with a NUL. */
char *arena_string(struct arena *arena, const char *text);
char *arena_string_n(struct arena *arena, const char *text, size_t length);

/* A text of lines: each with a newline after it. */
char *arena_lines(struct arena *arena, const char *const *lines, size_t count);

/* printf into the arena. */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

/* Gives every chunk back to the source; the arena is empty and usable again. */
void arena_reset(struct arena *arena);

/* A source on malloc, for programs and tests without a kernel: ends the program when memory is out (core/heap.h). */
struct arena_source *arena_source_malloc(void);

#endif
