/* Faults for the tools that look for them (planted.sh): a tool that does not run, or does not see, must not pass for
 * one that found nothing. The argument names the fault; without one there is none. */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile int shared;
static volatile size_t size = 8; /* which no compiler sees through */

static void *count_up(void *argument)
{
    (void)argument;
    for (int i = 0; i < 100000; i++) {
        shared = shared + 1;
    }
    return NULL;
}

static void race(void)
{
    pthread_t other;

    pthread_create(&other, NULL, count_up, NULL);
    count_up(NULL);
    pthread_join(other, NULL);
}

static void overflow_heap(void)
{
    volatile char *bytes = malloc(size);

    for (size_t i = 0; i <= size; i++) {
        bytes[i] = 'x';
    }
    free((void *)bytes);
}

static void use_freed(void)
{
    volatile char *bytes = malloc(size);

    free((void *)bytes);
    bytes[0] = 'x';
}

static void read_unwritten(void)
{
    volatile char *bytes = malloc(size);

    if (bytes[3] == 'x') {
        puts("by chance");
    }
    free((void *)bytes);
}

static void overflow_number(void)
{
    volatile int number = INT_MAX;

    number = number + 1;
}

static void leak(void)
{
    volatile char *volatile bytes = malloc(size);

    bytes[0] = 'x';
    bytes = NULL;
}

static const struct {
    const char *name;
    void (*make)(void);
} faults[] = {{"race", race},
              {"heap-overflow", overflow_heap},
              {"use-after-free", use_freed},
              {"uninitialised", read_unwritten},
              {"number-overflow", overflow_number},
              {"leak", leak}};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (argc > 1 && strcmp(argv[1], faults[i].name) == 0) {
            faults[i].make();
            return 0;
        }
    }
    return argc > 1 ? 2 : 0;
}
