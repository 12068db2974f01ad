/* A script and the memory of its tree. */
#include "fakes/docker/shell_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SCRIPT_BLOCK_SIZE = 1024, SCRIPT_ALIGNMENT = 16, ERROR_LENGTH_MAX = 200 };

static size_t block_memory(uint32_t size)
{
    return sizeof(struct script_block) + size;
}

void *script_take(struct parser *parser, size_t size)
{
    struct script_block *block = parser->script->blocks;

    size = (size + SCRIPT_ALIGNMENT - 1) & ~(size_t)(SCRIPT_ALIGNMENT - 1);
    if (block == NULL || block->size - block->used < size) {
        uint32_t block_size = SCRIPT_BLOCK_SIZE - (uint32_t)sizeof *block;

        block_size = size > block_size ? (uint32_t)size : block_size;
        block = pool_take(parser->pool, block_memory(block_size));
        block->size = block_size;
        block->next = parser->script->blocks;
        parser->script->blocks = block;
    }
    void *memory = (char *)(block + 1) + block->used;

    block->used += (uint32_t)size;
    return memory;
}

char *script_string(struct parser *parser, const char *text, size_t length)
{
    char *copy = script_take(parser, length + 1);

    memcpy(copy, text, length);
    return copy;
}

void script_hold(struct script *script)
{
    script->holders++;
}

void script_release(struct pool *pool, struct script *script)
{
    if (script == NULL || --script->holders > 0) {
        return;
    }
    while (script->blocks != NULL) {
        struct script_block *block = script->blocks;

        script->blocks = block->next;
        pool_give(pool, block, block_memory(block->size));
    }
    pool_give(pool, script, sizeof *script);
}

void parse_fail(struct parser *parser, const char *format, ...)
{
    char message[ERROR_LENGTH_MAX];
    va_list arguments;

    if (parser->script->error != NULL) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    parser->script->error = script_string(parser, message, strlen(message));
}

void parse_end_early(struct parser *parser, const char *wanted)
{
    if (parser->script->error == NULL) {
        parser->script->incomplete = true;
        parse_fail(parser, "syntax error: %s", wanted);
    }
}
