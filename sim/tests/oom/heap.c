/* The heap of the program under test: malloc and its kin, numbered, with a table of what is handed out.
 *
 * Blocks lie in one reserved region, which is no root when leaks are looked for. A leak is a block, handed out while
 * armed, that at exit() no pointer leads to: from registers, stacks (the main one and those of coroutines, which lie in
 * the memory of runs), data of the program and its libraries, resident pages of what they have mapped, or from a block
 * that is reached itself. So what is held by somebody when the program ends with exit(3) in the middle of things is no
 * leak, and what a function lost on its way out is. A pointer to the inside of a block counts, as in LeakSanitizer.
 * What a library loses on its way out (glibc's regcomp() does, and libcrypto's clean-up in the middle of its start)
 * counts when the program goes on, and not when it ends with status 3.
 */
#include "sim/tests/oom/fault.h"

#include "sim/kernel/memory.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct block {
    struct block *before, *after; /* handed out: the neighbours in the table; free: after */
    size_t size;                  /* bytes asked for */
    uint64_t number;              /* of the allocation */
    const void *caller;
    uint32_t magic;
    uint32_t class;
};

enum {
    ALIGNMENT = 16,
    MAGIC_USED = 0x5eedf00d,
    MAGIC_FREE = 0x0ff0f00d,
    MAGIC_ALIGNED = 0x2119f00d, /* stands before a block's aligned start */
    TAIL = 8,                   /* bytes after a block that nobody may write */
    TAIL_BYTE = 0xa5,
    FREED_BYTE = 0xdb,
    CLASSES = 64 * 4,
    LARGE = 1 << 17, /* given back to the system when it is freed */
    PAGE = 4096,
};

_Static_assert(sizeof(struct block) % ALIGNMENT == 0, "what follows is aligned");

static const size_t heap_size = (size_t)1 << 36;
/* The same in every run. */
#define HEAP_PLACE ((void *)0x600000000000)

static struct {
    atomic_flag lock;
    char *start, *next, *end;
    struct block used; /* ring */
    struct block *free[CLASSES];
    uint64_t numbers;
    bool armed;
    uint64_t armed_at;
    uint32_t count;
    struct fault_plan plan;
    struct fault_shared *shared;
} heap;

static void lock(void)
{
    while (atomic_flag_test_and_set_explicit(&heap.lock, memory_order_acquire)) {
    }
}

static void unlock(void)
{
    atomic_flag_clear_explicit(&heap.lock, memory_order_release);
}

static _Noreturn void die(const char *text)
{
    (void)!write(STDERR_FILENO, text, strlen(text));
    abort();
}

static void ruin(const char *what, const struct block *block)
{
    if (heap.shared == NULL) {
        die("oom: the heap is ruined\n");
    }
    if (!atomic_exchange(&heap.shared->ruined, true)) {
        snprintf(heap.shared->note, NOTE_MAX, "%s: block of %zu bytes from %p", what, block->size, block->caller);
    }
}

/* ---- counting ------------------------------------------------------------------------------------------------- */

void heap_arm(const struct fault_plan *plan, struct fault_shared *shared)
{
    heap.plan = *plan;
    heap.shared = shared;
    heap.count = 0;
    heap.armed_at = heap.numbers;
    heap.armed = true;
}

void heap_disarm(void)
{
    heap.armed = false;
}

static int add_owner(struct dl_phdr_info *info, size_t size, void *context)
{
    struct fault_shared *shared = context;
    const char *slash = strrchr(info->dlpi_name, '/');

    (void)size;
    for (unsigned i = 0; i < OWNERS_MAX; i++) {
        struct fault_owner *owner = &shared->owners[i];

        if (owner->name[0] != '\0') {
            continue;
        }
        snprintf(owner->name, sizeof owner->name, "%s",
                 info->dlpi_name[0] == '\0' ? "drydock"
                 : slash == NULL            ? info->dlpi_name
                                            : slash + 1);
        owner->first = UINTPTR_MAX;
        for (unsigned j = 0; j < info->dlpi_phnum; j++) {
            const ElfW(Phdr) *part = &info->dlpi_phdr[j];

            if (part->p_type == PT_LOAD) {
                uintptr_t first = info->dlpi_addr + part->p_vaddr;

                owner->first = first < owner->first ? first : owner->first;
                owner->end = first + part->p_memsz > owner->end ? first + part->p_memsz : owner->end;
            }
        }
        break;
    }
    return 0;
}

void heap_find_owners(struct fault_shared *shared)
{
    dl_iterate_phdr(add_owner, shared);
}

static struct fault_owner *owner_of(const void *caller)
{
    for (unsigned i = 0; i < OWNERS_MAX; i++) {
        struct fault_owner *owner = &heap.shared->owners[i];

        if ((uintptr_t)caller >= owner->first && (uintptr_t)caller < owner->end) {
            return owner;
        }
    }
    return NULL;
}

static void tell_place(void)
{
    enum { FRAMES_MAX = 64 };
    void *frames[FRAMES_MAX];

    heap.armed = false;
    int count = backtrace(frames, FRAMES_MAX);

    backtrace_symbols_fd(frames, count, STDERR_FILENO);
    heap.armed = true;
}

bool heap_fails(const void *caller)
{
    if (!heap.armed || heap.plan.class != CLASS_MEMORY) {
        return false;
    }
    uint32_t number = ++heap.count;
    uint32_t seen = atomic_load(&heap.shared->seen);

    while (seen < number && !atomic_compare_exchange_weak(&heap.shared->seen, &seen, number)) {
    }
    if (heap.plan.number == 0) {
        struct fault_owner *owner = owner_of(caller);

        if (owner != NULL) {
            atomic_fetch_add(&owner->asked, 1);
        }
        return false;
    }
    if (number != heap.plan.number && !(heap.plan.for_ever && number > heap.plan.number)) {
        return false;
    }
    atomic_fetch_add(&heap.shared->fired, 1);
    if (heap.plan.tell && number == heap.plan.number) {
        tell_place();
    }
    errno = ENOMEM;
    return true;
}

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

/* Classes of 2^n and three steps between: what a block of this class holds, its head and tail included. */
static size_t class_size(uint32_t class)
{
    size_t whole = (size_t)64 << (class / 4);

    return whole + whole / 4 * (class % 4);
}

static uint32_t class_of(size_t size)
{
    uint32_t class = 0;

    while (class_size(class) < size) {
        class ++;
    }
    return class;
}

static void start(void)
{
    heap.start =
        mmap(HEAP_PLACE, heap_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (heap.start == MAP_FAILED) {
        die("oom: no address space for the heap\n");
    }
    heap.next = heap.start;
    heap.end = heap.start + heap_size;
    heap.used.before = heap.used.after = &heap.used;
}

static char *bytes_of(struct block *block)
{
    return (char *)(block + 1);
}

/* Of the aligned start of a block, or of its start. */
static struct block *block_of(void *memory)
{
    struct block *block = (struct block *)memory - 1;

    if (block->magic == MAGIC_ALIGNED) {
        block = block->before;
    }
    if (block->magic != MAGIC_USED) {
        ruin(block->magic == MAGIC_FREE ? "freed twice" : "freed, but none", block);
        die("oom: freed twice, or what is no block\n");
    }
    return block;
}

static void *take(size_t size, bool zeroed, const void *caller)
{
    if (size > heap_size / 4) {
        errno = ENOMEM;
        return NULL;
    }
    lock();
    if (heap.start == NULL) {
        start();
    }
    uint32_t class = class_of(sizeof(struct block) + size + TAIL);
    struct block *block = heap.free[class];
    bool fresh = block == NULL || class_size(class) >= LARGE;

    if (block != NULL) {
        heap.free[class] = block->after;
    } else {
        block = (struct block *)(void *)heap.next;
        heap.next += class_size(class);
        if (heap.next > heap.end) {
            die("oom: the heap is too small\n");
        }
    }
    *block = (struct block){&heap.used, heap.used.after, size, ++heap.numbers, caller, MAGIC_USED, class};
    heap.used.after->before = block;
    heap.used.after = block;
    unlock();
    if (zeroed && !fresh) {
        memset(bytes_of(block), 0, size);
    }
    memset(bytes_of(block) + size, TAIL_BYTE, TAIL);
    return bytes_of(block);
}

static bool tail_is_whole(struct block *block)
{
    for (unsigned i = 0; i < TAIL; i++) {
        if ((unsigned char)bytes_of(block)[block->size + i] != TAIL_BYTE) {
            return false;
        }
    }
    return true;
}

static void give_back(struct block *block)
{
    size_t size = class_size(block->class);

    if (!tail_is_whole(block)) {
        ruin("written behind", block);
    }
    lock();
    block->before->after = block->after;
    block->after->before = block->before;
    block->magic = MAGIC_FREE;
    if (size >= LARGE) {
        uintptr_t first = ((uintptr_t)bytes_of(block) + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
        uintptr_t end = ((uintptr_t)block + size) & ~(uintptr_t)(PAGE - 1);

        memset(bytes_of(block), 0, first - (uintptr_t)bytes_of(block));
        madvise((void *)first, end - first, MADV_DONTNEED);
        memset((void *)end, 0, (uintptr_t)block + size - end);
    } else {
        memset(bytes_of(block), FREED_BYTE, size - sizeof *block);
    }
    block->after = heap.free[block->class];
    heap.free[block->class] = block;
    unlock();
}

/* libcrypto, while it asks by way of core/heap.h. */
static const void *on_behalf;

static const void *asker(const void *caller)
{
    return on_behalf == NULL ? caller : on_behalf;
}

void *malloc(size_t size)
{
    const void *caller = asker(__builtin_return_address(0));

    return heap_fails(caller) ? NULL : take(size, false, caller);
}

void *calloc(size_t count, size_t size)
{
    const void *caller = asker(__builtin_return_address(0));
    size_t bytes = 0;

    if (heap_fails(caller)) {
        return NULL;
    }
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return take(bytes, true, caller);
}

void free(void *memory)
{
    int error = errno;

    if (memory != NULL) {
        give_back(block_of(memory));
    }
    errno = error;
}

void *realloc(void *memory, size_t size)
{
    const void *caller = asker(__builtin_return_address(0));

    if (memory != NULL && size == 0) {
        free(memory);
        return NULL;
    }
    if (heap_fails(caller)) {
        return NULL;
    }
    void *larger = take(size, false, caller);

    if (memory != NULL && larger != NULL) {
        struct block *block = block_of(memory);

        memcpy(larger, memory, block->size < size ? block->size : size);
        give_back(block);
    }
    return larger;
}

static void *take_aligned(size_t alignment, size_t size, const void *caller)
{
    if (heap_fails(caller)) {
        return NULL;
    }
    if (alignment <= ALIGNMENT) {
        return take(size, false, caller);
    }
    char *memory = take(size + alignment + sizeof(struct block), false, caller);

    if (memory == NULL) {
        return NULL;
    }
    char *aligned = (char *)(((uintptr_t)memory + sizeof(struct block) + alignment - 1) & ~(uintptr_t)(alignment - 1));

    ((struct block *)(void *)aligned - 1)->before = (struct block *)(void *)memory - 1;
    ((struct block *)(void *)aligned - 1)->magic = MAGIC_ALIGNED;
    return aligned;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return take_aligned(alignment, size, asker(__builtin_return_address(0)));
}

void *memalign(size_t alignment, size_t size)
{
    return take_aligned(alignment, size, asker(__builtin_return_address(0)));
}

void *valloc(size_t size)
{
    return take_aligned(PAGE, size, __builtin_return_address(0));
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    void *aligned = take_aligned(alignment, size, __builtin_return_address(0));

    if (aligned == NULL) {
        return ENOMEM;
    }
    *memory = aligned;
    return 0;
}

size_t malloc_usable_size(void *memory)
{
    if (memory == NULL) {
        return 0;
    }
    struct block *block = block_of(memory);

    return block->size - (size_t)((char *)memory - bytes_of(block));
}

/* ---- the memory of runs: what core/ and fakes/ take ------------------------------------------------------------- */

static struct arena_chunk *(*lend_really)(struct arena_source *source, size_t size_min);

static struct arena_chunk *lend(struct arena_source *source, size_t size_min)
{
    struct memory *memory = (struct memory *)source;

    if (heap_fails((const void *)(uintptr_t)lend)) {
        memory->exhausted(memory->context);
        die("oom: memory->exhausted() returned\n");
    }
    return lend_really(source, size_min);
}

bool __real_memory_init(struct memory *memory, size_t size, void (*exhausted)(void *), void *context);
bool __wrap_memory_init(struct memory *memory, size_t size, void (*exhausted)(void *), void *context);

bool __wrap_memory_init(struct memory *memory, size_t size, void (*exhausted)(void *), void *context)
{
    if (heap_fails(__builtin_return_address(0)) || !__real_memory_init(memory, size, exhausted, context)) {
        return false;
    }
    lend_really = memory->source.lend;
    memory->source.lend = lend;
    return true;
}

/* ---- what libcrypto takes by way of core/heap.h ------------------------------------------------------------------ */

static CRYPTO_malloc_fn crypto_take_really;
static CRYPTO_realloc_fn crypto_resize_really;

static void *crypto_take(size_t size, const char *file, int line)
{
    on_behalf = __builtin_return_address(0);
    void *memory = crypto_take_really(size, file, line);

    on_behalf = NULL;
    return memory;
}

static void *crypto_resize(void *old, size_t size, const char *file, int line)
{
    on_behalf = __builtin_return_address(0);
    void *memory = crypto_resize_really(old, size, file, line);

    on_behalf = NULL;
    return memory;
}

int __real_CRYPTO_set_mem_functions(CRYPTO_malloc_fn own_take, CRYPTO_realloc_fn own_resize, CRYPTO_free_fn own_free);
int __wrap_CRYPTO_set_mem_functions(CRYPTO_malloc_fn own_take, CRYPTO_realloc_fn own_resize, CRYPTO_free_fn own_free);

int __wrap_CRYPTO_set_mem_functions(CRYPTO_malloc_fn own_take, CRYPTO_realloc_fn own_resize, CRYPTO_free_fn own_free)
{
    crypto_take_really = own_take;
    crypto_resize_really = own_resize;
    return __real_CRYPTO_set_mem_functions(crypto_take, crypto_resize, own_free);
}

/* ---- leaks ------------------------------------------------------------------------------------------------------ */

struct search {
    struct block **blocks; /* in the order of their addresses */
    uint8_t *reached;
    uint32_t *waiting; /* reached, and not yet looked into */
    uint32_t count, waiting_count;
};

static void *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0); /* shared: no root */

    if (memory == MAP_FAILED) {
        die("oom: no memory to look for leaks\n");
    }
    return memory;
}

static int by_address(const void *left, const void *right)
{
    const struct block *const *a = left, *const *b = right;

    return (*a > *b) - (*a < *b);
}

static void reach(struct search *search, uintptr_t word)
{
    uint32_t low = 0, high = search->count;

    if (word < (uintptr_t)heap.start || word >= (uintptr_t)heap.next) {
        return;
    }
    while (low < high) { /* the first block that begins behind it */
        uint32_t middle = low + (high - low) / 2;

        if ((uintptr_t)bytes_of(search->blocks[middle]) <= word) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return;
    }
    struct block *block = search->blocks[low - 1];

    /* One past the end is still a pointer into it. */
    if (word <= (uintptr_t)bytes_of(block) + block->size && !search->reached[low - 1]) {
        search->reached[low - 1] = 1;
        search->waiting[search->waiting_count++] = low - 1;
    }
}

static void reach_from(struct search *search, uintptr_t first, uintptr_t end)
{
    first = (first + sizeof(uintptr_t) - 1) & ~(sizeof(uintptr_t) - 1);
    for (; first + sizeof(uintptr_t) <= end; first += sizeof(uintptr_t)) {
        reach(search, *(const uintptr_t *)first);
    }
}

/* Only pages that are there: of what was merely reserved there is a lot. */
static void reach_from_mapping(struct search *search, uintptr_t first, uintptr_t end)
{
    enum { PAGES = 1 << 16 };
    static unsigned char resident[PAGES];

    while (first < end) {
        uintptr_t part = end - first < (uintptr_t)PAGES * PAGE ? end - first : (uintptr_t)PAGES * PAGE;

        if (mincore((void *)first, part, resident) != 0) {
            return;
        }
        for (size_t i = 0; i < part / PAGE; i++) {
            if (resident[i] & 1) {
                reach_from(search, first + i * PAGE, first + (i + 1) * PAGE);
            }
        }
        first += part;
    }
}

static void reach_from_everywhere(struct search *search, uintptr_t stack)
{
    enum { TEXT_MAX = 1 << 18 };
    char *text = map(TEXT_MAX);
    size_t length = 0;
    ssize_t more = 0;
    int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);

    while (length < TEXT_MAX - 1 && (more = read(file, text + length, TEXT_MAX - 1 - length)) > 0) {
        length += (size_t)more;
    }
    close(file);
    for (char *line = text; line != NULL && *line != '\0';
         line = strchr(line, '\n') == NULL ? NULL : strchr(line, '\n') + 1) {
        unsigned long first = 0, end = 0;
        char rights[5] = "";

        if (sscanf(line, "%lx-%lx %4s", &first, &end, rights) != 3 || strncmp(rights, "rw-p", 4) != 0 ||
            (first >= (uintptr_t)heap.start && first < (uintptr_t)heap.end)) {
            continue;
        }
        const char *name = strstr(line, "[stack]");

        if (stack >= first && stack < end && name != NULL && name < strchrnul(line, '\n')) {
            reach_from(search, stack, end); /* what lies below is dead */
        } else {
            reach_from_mapping(search, first, end);
        }
    }
}

static void __attribute__((noinline)) mark(struct search *search)
{
    jmp_buf registers;

    setjmp(registers);
    reach_from(search, (uintptr_t)&registers, (uintptr_t)(&registers + 1));
    reach_from_everywhere(search, (uintptr_t)__builtin_frame_address(0));
    while (search->waiting_count > 0) {
        struct block *block = search->blocks[search->waiting[--search->waiting_count]];

        reach_from(search, (uintptr_t)bytes_of(block), (uintptr_t)bytes_of(block) + block->size);
    }
}

static void tell_leak(const struct block *block)
{
    const struct fault_owner *owner = owner_of(block->caller);

    if (atomic_fetch_add(&heap.shared->leaks, 1) == 0) {
        snprintf(heap.shared->note, NOTE_MAX, "allocation %llu, %zu bytes, leaked: from %s+0x%zx",
                 (unsigned long long)(block->number - heap.armed_at), block->size, owner == NULL ? "?" : owner->name,
                 owner == NULL ? (size_t)block->caller : (size_t)block->caller - owner->first);
    }
}

void heap_check(bool own_only)
{
    struct search search = {.count = 0};
    bool any = false;

    atomic_fetch_add(&heap.shared->checked, 1);
    for (struct block *block = heap.used.after; block != &heap.used; block = block->after) {
        search.count++;
        any = any || block->number > heap.armed_at;
        if (!tail_is_whole(block)) {
            ruin("written behind", block);
        }
    }
    if (!any) {
        return;
    }
    search.blocks = map(search.count * sizeof *search.blocks);
    search.reached = map(search.count);
    search.waiting = map(search.count * sizeof *search.waiting);
    uint32_t count = 0;

    for (struct block *block = heap.used.after; block != &heap.used; block = block->after) {
        search.blocks[count++] = block;
    }
    qsort(search.blocks, search.count, sizeof *search.blocks, by_address);
    mark(&search);
    for (uint32_t i = 0; i < search.count; i++) {
        if (!search.reached[i] && search.blocks[i]->number > heap.armed_at &&
            !(own_only && owner_of(search.blocks[i]->caller) != &heap.shared->owners[0])) {
            tell_leak(search.blocks[i]);
        }
    }
}
