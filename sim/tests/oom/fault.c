#include "sim/tests/oom/fault.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct fault_shared *told;

/* A worker's crash is not the program's, which ends in good order when one dies: so each tells of its own. */
static void on_crash(int number)
{
    int none = 0;

    atomic_compare_exchange_strong(&told->crash, &none, number);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void watch_crashes(void)
{
    enum { STACK_SIZE = 1 << 16 };
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    const struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_NODEFER};
    /* Coroutines have small ones. */
    const stack_t stack = {.ss_sp = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                           .ss_size = STACK_SIZE};

    (void)sigaltstack(&stack, NULL);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        (void)sigaction(numbers[i], &action, NULL);
    }
}

static void on_end(int status, void *context)
{
    enum { EXIT_INTERNAL = 3 };

    (void)context;
    fault_disarm();
    heap_check(status == EXIT_INTERNAL);
}

void fault_arm(const struct fault_plan *plan, struct fault_shared *shared)
{
    told = shared;
    watch_crashes();
    if (on_exit(on_end, NULL) != 0) {
        abort();
    }
    if (plan->class == CLASS_CALL && !calls_arm(plan, shared)) {
        perror("oom: system calls cannot be intercepted here");
        _exit(EXIT_FAILURE);
    }
    heap_arm(plan, shared);
}

void fault_disarm(void)
{
    heap_disarm();
    calls_disarm();
}
