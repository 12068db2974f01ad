/* What the fuzz targets share (README.md here). A target is one file with LLVMFuzzerTestOneInput(), the entry point
 * that libFuzzer, AFL++'s driver and play.c call alike (https://llvm.org/docs/LibFuzzer.html#fuzz-target). A property
 * that does not hold is an abort, as a crash is.
 */
#ifndef DRYDOCK_SIM_FUZZ_FUZZ_H
#define DRYDOCK_SIM_FUZZ_FUZZ_H

#include "core/node.h"
#include "fakes/world.h"
#include "sim/kernel/memory.h"
#include "sim/scenario/scenario.h"

#include <stddef.h>
#include <stdint.h>

/* One input. Returns 0, or −1: not worth keeping in a corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Changes an input; of targets whose inputs are JSON, or have some in them (json_mutator.h). */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed);

/* Says what did not hold, and aborts. */
#define REQUIRE(condition, ...) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition, __VA_ARGS__))
_Noreturn void fuzz_fail(const char *file, int line, const char *condition, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Message of bad input, one or several lines: each says `file:line:column: `, then something,
 * and nothing in it that a terminal would obey. `lines`: of the input; a line beyond them is no place. */
void fuzz_require_mistake(const char *text, const char *file, size_t lines);
/* Lines that a text has, at least 1. */
size_t fuzz_lines(const uint8_t *data, size_t size);

/* The input as text in `arena`: up to the first NUL. */
const char *fuzz_text(struct arena *arena, const uint8_t *data, size_t size);

/* The bytes of an input, taken one after the other; 0 past its end. */
struct fuzz_input {
    const uint8_t *next, *end;
};
uint8_t fuzz_byte(struct fuzz_input *input);
/* Below `bound`, which is at most 256. */
unsigned fuzz_below(struct fuzz_input *input, unsigned bound);

/* Memory of runs, reserved once per process. */
struct memory *fuzz_memory(void);

/* Whether the harness has the time to run this: few apps and actors, none of them busy all the time. Everything is
 * loaded; what is long is not run. Shortens its duration. */
bool fuzz_make_short(struct scenario *scenario);
/* Runs a scenario on a release, twice, the second time on a memory that looks different: the same trace, the same
 * verdict. Returns the trace's hash. */
uint64_t fuzz_run_twice(const struct scenario *scenario, const struct revision *revision);

/* A node whose neighbours are the fakes, without a kernel: calls of core/ one at a time. */
struct fuzz_node {
    struct arena arena;
    struct world world;
    struct node node;
    struct task task;
};
void fuzz_node_begin(struct fuzz_node *fuzzed);
void fuzz_node_end(struct fuzz_node *fuzzed);

#endif
