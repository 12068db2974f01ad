/* Memory on an arena that can be given back: for what comes and goes while a container runs (buffers, variables,
 * files, frames of its shell).
 *
 * Pieces come in powers of two; what is given back is lent again, so a pool's arena grows to what is needed at once and
 * no further. Everything lies in memory from arena_alloc(): a copy of the arena's memory is a copy of the pool. Nothing
 * depends on addresses.
 */
#ifndef DRYDOCK_FAKES_DOCKER_POOL_H
#define DRYDOCK_FAKES_DOCKER_POOL_H

#include "core/effect.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum { POOL_CLASS_COUNT = 21, POOL_PIECE_MIN = 16 };

struct pool_piece {
    struct pool_piece *next;
};

struct pool {
    struct arena *arena;
    struct pool_piece *free[POOL_CLASS_COUNT];
    bool overrun; /* a text wanted to be longer than TEXT_LENGTH_MAX; whoever looks resets it */
};

void pool_init(struct pool *pool, struct arena *arena);
/* `size` zeroed bytes, at most POOL_PIECE_MIN << (POOL_CLASS_COUNT - 1); never NULL (core/arena.h). */
void *pool_take(struct pool *pool, size_t size);
/* Gives back what pool_take() gave for this size. NULL is nothing. */
void pool_give(struct pool *pool, void *memory, size_t size);

/* ---- bytes that grow ----------------------------------------------------------------------------------------- */

enum { TEXT_LENGTH_MAX = 4 << 20 };

/* Zeroed: empty. There is always a NUL after the last byte of one that ever held something. */
struct text {
    char *bytes;
    uint32_t length, size;
};

/* Beyond TEXT_LENGTH_MAX nothing is added and pool->overrun is set. */
void text_add(struct pool *pool, struct text *text, const char *bytes, size_t length);
void text_add_string(struct pool *pool, struct text *text, const char *string);
void text_add_char(struct pool *pool, struct text *text, char byte);
void text_printf(struct pool *pool, struct text *text, const char *format, ...) __attribute__((format(printf, 3, 4)));
void text_vprintf(struct pool *pool, struct text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
/* The same for a format that is made at run time (a printf command's), whose one conversion fits the argument. */
void text_printf_by(struct pool *pool, struct text *text, const char *format, ...);
/* The bytes as a string; never NULL. */
const char *text_string(const struct text *text);
void text_drop_front(struct text *text, size_t length);
/* Cuts it to at most `length` bytes. */
void text_cut(struct text *text, size_t length);
/* Gives its memory back; empty afterwards. */
void text_free(struct pool *pool, struct text *text);

/* A list of strings in a text, each ended by a NUL. `at` is an offset: 0, then what the call before returned. */
uint32_t text_next_string(const struct text *list, uint32_t at);
uint32_t text_string_count(const struct text *list);
/* The index-th, or NULL. Linear. */
const char *text_string_at(const struct text *list, uint32_t index);
void text_append_string(struct pool *pool, struct text *list, const char *string);

#endif
