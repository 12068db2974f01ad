#include "fakes/docker/pool.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void pool_init(struct pool *pool, struct arena *arena)
{
    *pool = (struct pool){.arena = arena};
}

static uint32_t class_of(size_t size)
{
    uint32_t class = 0;

    while (((size_t)POOL_PIECE_MIN << class) < size) {
        class ++;
    }
    assert(class < POOL_CLASS_COUNT);
    return class;
}

void *pool_take(struct pool *pool, size_t size)
{
    uint32_t class = class_of(size);
    struct pool_piece *piece = pool->free[class];

    if (piece == NULL) {
        return arena_alloc(pool->arena, (size_t)POOL_PIECE_MIN << class);
    }
    pool->free[class] = piece->next;
    return memset(piece, 0, (size_t)POOL_PIECE_MIN << class);
}

void pool_give(struct pool *pool, void *memory, size_t size)
{
    uint32_t class = class_of(size);
    struct pool_piece *piece = memory;

    if (piece != NULL) {
        piece->next = pool->free[class];
        pool->free[class] = piece;
    }
}

static bool make_room(struct pool *pool, struct text *text, size_t length)
{
    size_t wanted = text->length + length + 1;
    struct text larger = {.length = text->length};

    if (wanted <= text->size) {
        return true;
    }
    if (wanted > TEXT_LENGTH_MAX) {
        pool->overrun = true;
        return false;
    }
    larger.size = POOL_PIECE_MIN;
    while (larger.size < wanted) {
        larger.size *= 2;
    }
    larger.bytes = pool_take(pool, larger.size);
    if (text->length > 0) {
        memcpy(larger.bytes, text->bytes, text->length);
    }
    pool_give(pool, text->bytes, text->size);
    *text = larger;
    return true;
}

void text_add(struct pool *pool, struct text *text, const char *bytes, size_t length)
{
    if (!make_room(pool, text, length)) {
        return;
    }
    if (length > 0) {
        memcpy(text->bytes + text->length, bytes, length);
    }
    text->length += (uint32_t)length;
    text->bytes[text->length] = '\0';
}

void text_add_string(struct pool *pool, struct text *text, const char *string)
{
    text_add(pool, text, string, strlen(string));
}

void text_add_char(struct pool *pool, struct text *text, char byte)
{
    text_add(pool, text, &byte, 1);
}

void text_vprintf(struct pool *pool, struct text *text, const char *format, va_list arguments)
{
    va_list again;

    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);

    if (length < 0) { /* a client's own format: wider than printf can say */
        pool->overrun = true;
    } else if (make_room(pool, text, (size_t)length)) {
        vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
        text->length += (uint32_t)length;
    }
    va_end(again);
}

void text_printf(struct pool *pool, struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_vprintf(pool, text, format, arguments);
    va_end(arguments);
}

void text_printf_by(struct pool *pool, struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_vprintf(pool, text, format, arguments);
    va_end(arguments);
}

const char *text_string(const struct text *text)
{
    return text->bytes == NULL ? "" : text->bytes;
}

void text_drop_front(struct text *text, size_t length)
{
    if (length > 0) {
        assert(length <= text->length);
        text->length -= (uint32_t)length;
        memmove(text->bytes, text->bytes + length, text->length + 1);
    }
}

void text_cut(struct text *text, size_t length)
{
    if (length < text->length) {
        text->length = (uint32_t)length;
        text->bytes[length] = '\0';
    }
}

void text_free(struct pool *pool, struct text *text)
{
    pool_give(pool, text->bytes, text->size);
    *text = (struct text){0};
}

uint32_t text_next_string(const struct text *list, uint32_t at)
{
    return at + (uint32_t)strlen(list->bytes + at) + 1;
}

uint32_t text_string_count(const struct text *list)
{
    uint32_t count = 0;

    for (uint32_t at = 0; at < list->length; at = text_next_string(list, at)) {
        count++;
    }
    return count;
}

const char *text_string_at(const struct text *list, uint32_t index)
{
    for (uint32_t at = 0; at < list->length; at = text_next_string(list, at)) {
        if (index-- == 0) {
            return list->bytes + at;
        }
    }
    return NULL;
}

void text_append_string(struct pool *pool, struct text *list, const char *string)
{
    text_add(pool, list, string, strlen(string) + 1);
}
