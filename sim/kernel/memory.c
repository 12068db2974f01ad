#include "sim/kernel/memory.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY_ASAN 1
#endif
#endif
#ifdef MEMORY_ASAN
#include <sanitizer/asan_interface.h>
#endif

enum { CHUNK_SIZE_LEAST = 32 * 1024 };

static size_t class_size(unsigned class)
{
    return (size_t)CHUNK_SIZE_LEAST << class;
}

static unsigned class_of(size_t size)
{
    unsigned class = 0;

    while (class < MEMORY_CLASS_COUNT - 1 && class_size(class) < size) {
        class ++;
    }
    return class;
}

static struct arena_chunk *lend(struct arena_source *source, size_t size_min)
{
    struct memory *memory = (struct memory *)source;
    unsigned class = class_of(size_min);
    size_t size = class_size(class);
    struct arena_chunk *chunk = memory->free[class];

    if (chunk != NULL) {
        memory->free[class] = chunk->next;
        return chunk;
    }
    if (size < size_min || memory->size - memory->used < size) {
        memory->exhausted(memory->context);
        assert(false && "memory->exhausted() returned");
    }
    chunk = (struct arena_chunk *)(void *)(memory->region + memory->used);
    memory->used += size;
    chunk->size = size;
    return chunk;
}

static void take_back(struct arena_source *source, struct arena_chunk *chunk)
{
    struct memory *memory = (struct memory *)source;
    unsigned class = class_of(chunk->size);

    chunk->next = memory->free[class];
    memory->free[class] = chunk;
}

bool memory_init(struct memory *memory, size_t size, void (*exhausted)(void *), void *context)
{
    void *region = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    *memory = (struct memory){.source = {lend, take_back}, .exhausted = exhausted, .context = context};
    if (region == MAP_FAILED) {
        return false;
    }
    memory->region = region;
    memory->size = size;
    return true;
}

/* Stacks of tasks that never ended keep the poison of their frames; the next user of the addresses must not trip over
 * it. */
static void forget_poison(struct memory *memory)
{
#ifdef MEMORY_ASAN
    __asan_unpoison_memory_region(memory->region, memory->used);
#else
    (void)memory;
#endif
}

void memory_reset(struct memory *memory)
{
    forget_poison(memory);
    memory->used = 0;
    memset(memory->free, 0, sizeof memory->free);
}

void memory_free(struct memory *memory)
{
    forget_poison(memory);
    munmap(memory->region, memory->size);
    memory->region = NULL;
}
