#include "sim/kernel/snapshot.h"

#include "core/heap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A piece of memory in a snapshot: this head, then its bytes, rounded up. */
struct piece {
    char *address;
    size_t length;
};

enum { PIECE_ALIGNMENT = 16 };

static size_t rounded(size_t length)
{
    return (length + PIECE_ALIGNMENT - 1) & ~(size_t)(PIECE_ALIGNMENT - 1);
}

bool snapshot_possible(void)
{
    return coroutine_stack_is_plain();
}

static void add_piece(struct snapshot *snapshot, void *address, size_t length)
{
    size_t needed = snapshot->length + sizeof(struct piece) + rounded(length);

    if (needed > snapshot->size) {
        snapshot->size = needed * 2;
        snapshot->bytes = heap_resize(snapshot->bytes, snapshot->size);
    }
    struct piece piece = {address, length};

    memcpy(snapshot->bytes + snapshot->length, &piece, sizeof piece);
    memcpy(snapshot->bytes + snapshot->length + sizeof piece, address, length);
    snapshot->length = needed;
}

/* The used parts of an arena's chunks, but for one (a task's stack). */
static void add_arena(struct snapshot *snapshot, const struct arena *arena, const struct arena_chunk *but)
{
    for (struct arena_chunk *chunk = arena->chunks; chunk != NULL; chunk = chunk->next) {
        if (chunk != but) {
            add_piece(snapshot, chunk, chunk == arena->chunks ? (size_t)(arena->next - (char *)chunk) : chunk->size);
        }
    }
}

static void add_task(struct snapshot *snapshot, const struct kernel_task *task)
{
    struct coroutine_stack stack = coroutine_stack(&task->coroutine);
    /* kernel_start() lays the stack over a chunk of its own. */
    struct arena_chunk *chunk = (struct arena_chunk *)(void *)stack.bottom - 1;

    add_arena(snapshot, &task->arena, chunk);
    add_piece(snapshot, chunk, sizeof *chunk + stack.guard_size);
    add_piece(snapshot, stack.live, stack.live_size);
}

/* ---- what is written of kernel->still
 * --------------------------------------------------------------------------------- */

static void *room(size_t count, size_t size)
{
    return heap_take_zeroed(count + 1, size); /* of the system: what is not used costs nothing */
}

static char *block_at(const struct write_log *writes, uint32_t number)
{
    return writes->region + (size_t)number * WRITE_LOG_BLOCK;
}

void snapshot_begin(const struct snapshot_scope *scope)
{
    const struct memory *memory = scope->kernel->memory;
    struct write_log *writes = scope->writes;
    size_t followed = 0;

    if (writes == NULL) {
        return;
    }
    writes->region = memory->region;
    writes->block_count = memory->used / WRITE_LOG_BLOCK;
    writes->marks = room(writes->block_count, sizeof *writes->marks);
    for (const struct arena_chunk *chunk = scope->kernel->still.chunks; chunk != NULL; chunk = chunk->next) {
        size_t first = (size_t)((const char *)chunk - memory->region) / WRITE_LOG_BLOCK;
        size_t count = chunk->size / WRITE_LOG_BLOCK;

        for (size_t i = 0; i < count; i++) {
            writes->marks[first + i] = WRITE_LOG_STILL;
        }
        followed += count;
    }
    writes->kept = room(followed, sizeof *writes->kept);
    writes->written = room(followed, sizeof *writes->written);
#ifdef DRYDOCK_CHECKED
    writes->copy = room(memory->used, 1);
    memcpy(writes->copy, memory->region, memory->used);
#endif
}

void snapshot_end(struct write_log *writes)
{
    free(writes->marks);
    free(writes->kept);
    free(writes->written);
    free(writes->copy);
    *writes = (struct write_log){0};
}

/* As if nothing had been written since the start. */
static void undo_writes(struct write_log *writes)
{
    for (uint32_t i = 0; i < writes->written_count; i++) {
        struct write_log_block *kept = &writes->kept[writes->written[i]];

        memcpy(block_at(writes, kept->number), kept->start, WRITE_LOG_BLOCK);
        kept->written = false;
    }
    writes->written_count = 0;
#ifdef DRYDOCK_CHECKED
    for (uint32_t i = 0; i < writes->block_count; i++) {
        if (writes->marks[i] != WRITE_LOG_OTHER &&
            memcmp(block_at(writes, i), writes->copy + (size_t)i * WRITE_LOG_BLOCK, WRITE_LOG_BLOCK) != 0) {
            fputs("drydock: a table was written without write_log_before()\n", stderr);
            abort();
        }
    }
#endif
}

static void add_written(struct snapshot *snapshot, const struct write_log *writes)
{
    for (uint32_t i = 0; i < writes->written_count; i++) {
        add_piece(snapshot, block_at(writes, writes->kept[writes->written[i]].number), WRITE_LOG_BLOCK);
    }
    snapshot->written_count = writes->written_count;
}

void snapshot_take(struct snapshot *snapshot, const struct snapshot_scope *scope)
{
    const struct kernel *kernel = scope->kernel;

    snapshot->length = 0;
    snapshot->written_count = 0;
    if (scope->writes != NULL) {
        add_written(snapshot, scope->writes);
    }
    snapshot->memory = *kernel->memory;
    for (uint32_t i = 0; i < scope->arena_count; i++) {
        snapshot->arenas[i] = *scope->arenas[i];
        add_arena(snapshot, scope->arenas[i], NULL);
    }
    add_arena(snapshot, &kernel->arena, NULL);
    add_arena(snapshot, &kernel->node_arena, NULL);
    for (uint32_t i = 0; i < kernel->task_count; i++) {
        add_task(snapshot, kernel->tasks[i]);
    }
    /* Of what nobody uses, the chain. */
    for (unsigned i = 0; i < MEMORY_CLASS_COUNT; i++) {
        for (struct arena_chunk *chunk = kernel->memory->free[i]; chunk != NULL; chunk = chunk->next) {
            add_piece(snapshot, chunk, sizeof *chunk);
        }
    }
}

void snapshot_restore(const struct snapshot *snapshot, const struct snapshot_scope *scope)
{
    size_t place = 0;

    if (scope->writes != NULL) {
        undo_writes(scope->writes);
    }
    for (uint32_t i = 0; place < snapshot->length; i++) {
        struct piece piece;

        memcpy(&piece, snapshot->bytes + place, sizeof piece);
        if (i < snapshot->written_count) {
            write_log_before(scope->writes, piece.address, piece.length);
        }
        memcpy(piece.address, snapshot->bytes + place + sizeof piece, piece.length);
        place += sizeof piece + rounded(piece.length);
    }
    *scope->kernel->memory = snapshot->memory;
    for (uint32_t i = 0; i < scope->arena_count; i++) {
        *scope->arenas[i] = snapshot->arenas[i];
    }
}

void snapshot_free(struct snapshot *snapshot)
{
    free(snapshot->bytes);
    *snapshot = (struct snapshot){0};
}
