#include "sim/kernel/snapshot.h"

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
        snapshot->bytes = realloc(snapshot->bytes, snapshot->size);
        if (snapshot->bytes == NULL) {
            fputs("drydock: out of memory for a saved run\n", stderr);
            exit(3);
        }
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

void snapshot_take(struct snapshot *snapshot, const struct snapshot_scope *scope)
{
    const struct kernel *kernel = scope->kernel;

    snapshot->length = 0;
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

    while (place < snapshot->length) {
        struct piece piece;

        memcpy(&piece, snapshot->bytes + place, sizeof piece);
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
