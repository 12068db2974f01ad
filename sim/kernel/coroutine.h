/* Stackful coroutines: straight-line blocking C that gives way.
 *
 * One switch is a handful of instructions on x86-64 and AArch64 (no system call, no signal mask, no floating-point
 * control words: core/ changes none); elsewhere ucontext serves. AddressSanitizer, ThreadSanitizer and valgrind are
 * told of every stack. A coroutine that is given up in the middle needs no clean-up but its stack: everything else it
 * holds is in arenas.
 */
#ifndef DRYDOCK_SIM_KERNEL_COROUTINE_H
#define DRYDOCK_SIM_KERNEL_COROUTINE_H

#include <stdbool.h>
#include <stddef.h>

#if !defined(__x86_64__) && !defined(__aarch64__)
#define COROUTINE_UCONTEXT 1
#include <ucontext.h>
#endif

struct coroutine {
    void (*entry)(void *argument);
    void *argument;
    char *stack; /* lowest address */
    size_t stack_size;
    bool finished;
#ifdef COROUTINE_UCONTEXT
    ucontext_t own, resumer;
#else
    void *own;     /* saved stack pointer while it waits */
    void *resumer; /* that of whoever resumed it */
#endif
    void *own_fake_stack; /* AddressSanitizer's */
    const void *resumer_stack;
    size_t resumer_stack_size;
    void *own_fiber, *resumer_fiber; /* ThreadSanitizer's */
    unsigned valgrind_id;
};

/* Prepares a coroutine on a stack that the caller lends until it has finished or is given up. Nothing runs yet. */
void coroutine_init(struct coroutine *coroutine, char *stack, size_t stack_size, void (*entry)(void *), void *argument);
/* Runs it until it yields or finishes. Must not be called from inside itself. */
void coroutine_resume(struct coroutine *coroutine);
/* Gives way to whoever resumed; called on the coroutine's own stack. */
void coroutine_yield(struct coroutine *coroutine);
/* To be called before the stack is lent to another. */
void coroutine_release(struct coroutine *coroutine);
/* Whether the stack was overrun: its lowest bytes are not what coroutine_init() wrote. */
bool coroutine_overran(const struct coroutine *coroutine);

/* The parts of a suspended coroutine's stack that matter. */
struct coroutine_stack {
    char *bottom;      /* where it begins, with the guard bytes */
    size_t guard_size; /* of them */
    char *live;        /* what frames use, up to the stack's end */
    size_t live_size;
};
/* Only when coroutine_stack_is_plain(). */
struct coroutine_stack coroutine_stack(const struct coroutine *coroutine);
/* Whether copying the live part of a stack out and in brings a coroutine back to where it was. */
bool coroutine_stack_is_plain(void);

#endif
