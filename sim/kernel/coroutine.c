#include "sim/kernel/coroutine.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define COROUTINE_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define COROUTINE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COROUTINE_ASAN 1
#elif __has_feature(thread_sanitizer)
#define COROUTINE_TSAN 1
#endif
#endif

#ifdef COROUTINE_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef COROUTINE_TSAN
#include <sanitizer/tsan_interface.h>
#endif

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef VALGRIND_STACK_REGISTER
#define VALGRIND_STACK_REGISTER(start, end) 0u
#define VALGRIND_STACK_DEREGISTER(id) ((void)(id))
#endif

enum { CANARY_SIZE = 64, CANARY_BYTE = 0xd7 };
#define CANARY_WORD (UINT64_MAX / 0xff * CANARY_BYTE)

/* ---- the switch -------------------------------------------------------------------------------------------- */

static void coroutine_main(struct coroutine *coroutine);

#ifndef COROUTINE_UCONTEXT

#if defined(__x86_64__)
/* Saves the stack pointer to *save, with where to go on, and goes on where `load` was saved.
 *
 * In line and by a jump: `call` and `ret` across a switch leave the processor's stack of return addresses wrong for all
 * callers. The compiler saves the registers that it needs; the frame pointer it would not let itself be told of. Below
 * the stack pointer there may be a red zone (System V AMD64 ABI 3.2.2). */
static inline __attribute__((always_inline)) void switch_stacks(void **save, void *load)
{
    __asm__ volatile("    leaq -128(%%rsp), %%rsp\n"
                     "    leaq 1f(%%rip), %%rax\n"
                     "    pushq %%rbp\n"
                     "    pushq %%rax\n"
                     "    movq %%rsp, (%%rdi)\n"
                     "    movq %%rsi, %%rsp\n"
                     "    popq %%rcx\n"
                     "    popq %%rbp\n"
                     "    jmpq *%%rcx\n"
                     "1:\n"
                     "    leaq 128(%%rsp), %%rsp\n"
                     : "+D"(save), "+S"(load)
                     :
                     : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm0", "xmm1",
                       "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
                       "xmm13", "xmm14", "xmm15", "cc", "memory");
}

/* The first resume lands here. */
__asm__(".text\n"
        ".p2align 4\n"
        ".globl drydock_enter\n"
        ".type drydock_enter, @function\n"
        "drydock_enter:\n"
        "    popq %rdi\n"
        "    popq %rax\n"
        "    callq *%rax\n"
        "    ud2\n"
        ".size drydock_enter, .-drydock_enter\n"
        ".section .note.GNU-stack,\"\",@progbits\n"
        ".text\n");
void drydock_enter(void);

/* Address, frame pointer, the coroutine, coroutine_main, and two to keep the ABI's alignment at the call. */
static void *prepare_stack(struct coroutine *coroutine)
{
    enum { FRAME_WORDS = 6 };
    uintptr_t top = ((uintptr_t)coroutine->stack + coroutine->stack_size) & ~(uintptr_t)15;
    void **frame = (void **)top - FRAME_WORDS;
    void (*main_function)(struct coroutine *) = coroutine_main;
    void (*enter_function)(void) = drydock_enter;

    memset(frame, 0, FRAME_WORDS * sizeof *frame);
    memcpy(&frame[0], &enter_function, sizeof frame[0]);
    frame[2] = coroutine;
    memcpy(&frame[3], &main_function, sizeof frame[3]);
    return frame;
}
#elif defined(__aarch64__)
/* Saves the callee-saved registers and the stack pointer to *save, and goes on where `load` was saved. */
void drydock_switch(void **save, void *load);
#define switch_stacks drydock_switch

/* Procedure Call Standard for the Arm 64-bit Architecture, 6.1.1: x19–x30 and d8–d15 belong to the caller. */
__asm__(".text\n"
        ".p2align 4\n"
        ".globl drydock_switch\n"
        ".type drydock_switch, @function\n"
        "drydock_switch:\n"
        "    sub sp, sp, #160\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    br x30\n"
        ".size drydock_switch, .-drydock_switch\n"
        ".p2align 4\n"
        ".globl drydock_enter\n"
        ".type drydock_enter, @function\n"
        "drydock_enter:\n"
        "    mov x0, x19\n"
        "    blr x20\n"
        "    brk #1\n"
        ".size drydock_enter, .-drydock_enter\n"
        ".section .note.GNU-stack,\"\",@progbits\n"
        ".text\n");
void drydock_enter(void);

static void *prepare_stack(struct coroutine *coroutine)
{
    uintptr_t top = ((uintptr_t)coroutine->stack + coroutine->stack_size) & ~(uintptr_t)15;
    void **frame = (void **)(top - 160);

    memset(frame, 0, 160);
    void (*main_function)(struct coroutine *) = coroutine_main;
    void (*enter_function)(void) = drydock_enter;

    frame[0] = coroutine;
    memcpy(&frame[1], &main_function, sizeof frame[1]);
    memcpy(&frame[11], &enter_function, sizeof frame[11]);
    return frame;
}
#endif
#endif /* COROUTINE_UCONTEXT */

#ifdef COROUTINE_UCONTEXT
/* makecontext() passes ints only: the coroutine's address travels in two halves. */
static void ucontext_entry(unsigned high, unsigned low)
{
    coroutine_main((struct coroutine *)(uintptr_t)(((uint64_t)high << 32) | low));
}
#endif

static void switch_in(struct coroutine *coroutine)
{
#ifdef COROUTINE_UCONTEXT
    swapcontext(&coroutine->resumer, &coroutine->own);
#else
    switch_stacks(&coroutine->resumer, coroutine->own);
#endif
}

static void switch_out(struct coroutine *coroutine)
{
#ifdef COROUTINE_UCONTEXT
    swapcontext(&coroutine->own, &coroutine->resumer);
#else
    switch_stacks(&coroutine->own, coroutine->resumer);
#endif
}

/* ---- life -------------------------------------------------------------------------------------------------- */

static void coroutine_main(struct coroutine *coroutine)
{
#ifdef COROUTINE_ASAN
    __sanitizer_finish_switch_fiber(NULL, &coroutine->resumer_stack, &coroutine->resumer_stack_size);
#endif
    coroutine->entry(coroutine->argument);
    coroutine->finished = true;
#ifdef COROUTINE_ASAN
    __sanitizer_start_switch_fiber(NULL, coroutine->resumer_stack, coroutine->resumer_stack_size);
#endif
#ifdef COROUTINE_TSAN
    __tsan_switch_to_fiber(coroutine->resumer_fiber, 0);
#endif
    switch_out(coroutine);
    assert(false && "a finished coroutine was resumed");
}

void coroutine_init(struct coroutine *coroutine, char *stack, size_t stack_size, void (*entry)(void *), void *argument)
{
    memset(coroutine, 0, sizeof *coroutine);
    coroutine->entry = entry;
    coroutine->argument = argument;
    coroutine->stack = stack;
    coroutine->stack_size = stack_size;
    coroutine->valgrind_id = (unsigned)VALGRIND_STACK_REGISTER(stack, stack + stack_size);
#ifdef COROUTINE_TSAN
    coroutine->own_fiber = __tsan_create_fiber(0);
#endif
    memset(stack, CANARY_BYTE, CANARY_SIZE);
#ifdef COROUTINE_UCONTEXT
    uint64_t address = (uint64_t)(uintptr_t)coroutine;

    getcontext(&coroutine->own);
    coroutine->own.uc_stack.ss_sp = stack;
    coroutine->own.uc_stack.ss_size = stack_size;
    coroutine->own.uc_link = NULL;
    makecontext(&coroutine->own, (void (*)(void))ucontext_entry, 2, (unsigned)(address >> 32), (unsigned)address);
#else
    coroutine->own = prepare_stack(coroutine);
#endif
}

void coroutine_resume(struct coroutine *coroutine)
{
    assert(!coroutine->finished);
#ifdef COROUTINE_ASAN
    void *resumer_fake_stack = NULL;

    __sanitizer_start_switch_fiber(&resumer_fake_stack, coroutine->stack, coroutine->stack_size);
#endif
#ifdef COROUTINE_TSAN
    coroutine->resumer_fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(coroutine->own_fiber, 0);
#endif
    switch_in(coroutine);
#ifdef COROUTINE_ASAN
    __sanitizer_finish_switch_fiber(resumer_fake_stack, NULL, NULL);
#endif
}

void coroutine_yield(struct coroutine *coroutine)
{
#ifdef COROUTINE_ASAN
    __sanitizer_start_switch_fiber(&coroutine->own_fake_stack, coroutine->resumer_stack, coroutine->resumer_stack_size);
#endif
#ifdef COROUTINE_TSAN
    __tsan_switch_to_fiber(coroutine->resumer_fiber, 0);
#endif
    switch_out(coroutine);
#ifdef COROUTINE_ASAN
    __sanitizer_finish_switch_fiber(coroutine->own_fake_stack, &coroutine->resumer_stack,
                                    &coroutine->resumer_stack_size);
#endif
}

void coroutine_release(struct coroutine *coroutine)
{
    VALGRIND_STACK_DEREGISTER(coroutine->valgrind_id);
#ifdef COROUTINE_ASAN
    /* Frames that were never left keep their poison; the next user of the stack must not trip over it. */
    __asan_unpoison_memory_region(coroutine->stack, coroutine->stack_size);
#endif
#ifdef COROUTINE_TSAN
    __tsan_destroy_fiber(coroutine->own_fiber);
#endif
    coroutine->stack = NULL;
}

bool coroutine_overran(const struct coroutine *coroutine)
{
    uint64_t words[CANARY_SIZE / sizeof(uint64_t)];

    /* After every transition, so by words, one comparison each. */
    memcpy(words, coroutine->stack, CANARY_SIZE);
#pragma GCC unroll 8
    for (size_t i = 0; i < CANARY_SIZE / sizeof(uint64_t); i++) {
        if (words[i] != CANARY_WORD) {
            return true;
        }
    }
    return false;
}

struct coroutine_stack coroutine_stack(const struct coroutine *coroutine)
{
    struct coroutine_stack stack = {coroutine->stack, CANARY_SIZE, NULL, 0};

#ifndef COROUTINE_UCONTEXT
    /* Nothing below the stack pointer lives across a call, so the ABI's red zone does not count. */
    stack.live = coroutine->own;
    stack.live_size = (size_t)(coroutine->stack + coroutine->stack_size - stack.live);
#endif
    return stack;
}

bool coroutine_stack_is_plain(void)
{
#if defined(COROUTINE_ASAN) || defined(COROUTINE_TSAN) || defined(COROUTINE_UCONTEXT)
    return false;
#elif defined(RUNNING_ON_VALGRIND)
    return RUNNING_ON_VALGRIND == 0;
#else
    return true;
#endif
}
