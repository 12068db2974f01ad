/* Deliberate nondeterminism, which the matrix must find: linked in place of recorder_applied() (ld --wrap) into a
 * drydock of its own (planted_test.py). After the 20th answer of a run comes a line that tells what a run must not
 * know; PLANTED, one of the factors of matrix.py, says what. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/kernel/recorder.h"

#ifdef __OPTIMIZE__
#define OPTIMISED "optimised"
#else
#define OPTIMISED "not optimised"
#endif
#ifdef __SANITIZE_ADDRESS__
#define INSTRUMENTED "instrumented"
#else
#define INSTRUMENTED "not instrumented"
#endif

enum { PLANTED_AT = 20, TEXT_SIZE = 64 };

void __real_recorder_applied(struct recorder *recorder, struct kernel_task *task, struct effect *effect,
                             enum fault_kind fault);
void __wrap_recorder_applied(struct recorder *recorder, struct kernel_task *task, struct effect *effect,
                             enum fault_kind fault);

static unsigned sequence;

static unsigned next(void)
{
    return ++sequence;
}

/* The order in which arguments are evaluated is the compiler's choice. */
static void tell_order(char *text, unsigned first, unsigned second)
{
    snprintf(text, TEXT_SIZE, "order %u before %u", first, second);
}

static void tell(char *text)
{
    static int runs;
    time_t now = time(NULL);
    struct tm parts;

    if (strcmp(PLANTED, "aslr") == 0) {
        snprintf(text, TEXT_SIZE, "address %p", (void *)&runs);
    } else if (strcmp(PLANTED, "date") == 0) {
        snprintf(text, TEXT_SIZE, "year %d", localtime_r(&now, &parts)->tm_year);
    } else if (strcmp(PLANTED, "locale") == 0) {
        setlocale(LC_ALL, "");
        snprintf(text, TEXT_SIZE, "half %.1f", 0.5);
        setlocale(LC_ALL, "C");
    } else if (strcmp(PLANTED, "zone") == 0) {
        now = 0;
        snprintf(text, TEXT_SIZE, "hour %d", localtime_r(&now, &parts)->tm_hour);
    } else if (strcmp(PLANTED, "jobs") == 0) { /* left over from the run before in the same process */
        snprintf(text, TEXT_SIZE, "run %d", ++runs);
    } else if (strcmp(PLANTED, "compiler") == 0) {
        sequence = 0;
        tell_order(text, next(), next());
    } else if (strcmp(PLANTED, "level") == 0) {
        snprintf(text, TEXT_SIZE, OPTIMISED);
    } else if (strcmp(PLANTED, "sanitizer") == 0) {
        snprintf(text, TEXT_SIZE, INSTRUMENTED);
    } else {
        snprintf(text, TEXT_SIZE, "nothing");
    }
}

void __wrap_recorder_applied(struct recorder *recorder, struct kernel_task *task, struct effect *effect,
                             enum fault_kind fault)
{
    __real_recorder_applied(recorder, task, effect, fault);
    if (recorder->record->counts[RUN_COUNT_EFFECTS] == PLANTED_AT) {
        char text[TEXT_SIZE];

        tell(text);
        recorder_line(recorder, RUN_STEP, text);
    }
}
