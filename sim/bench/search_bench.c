/* How fast the searches are, on programs whose answers are known (sim/search/programs.h). Prints tab-separated lines
 * for sim/bench/search.sh:
 *
 *     classes <benchmark> <classes> <wasted executions> <seconds, best> <seconds aimed at>
 *     samples <benchmark> <executions per second, best> <aimed at> <classes met>
 *     ratio   <what> <number> <aimed at>
 *     memory  <peak, MiB> <aimed at>
 *
 * Exit status 1 when a number of classes is not the known one. */
#include "sim/search/programs.h"
#include "sim/search/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { MEMORY_SIZE = 64 * 1024 * 1024, SECONDS_TRIED = 2, TRIES_MAX = 7, SAMPLES = 300000 };

typedef void (*strategy)(struct search *search);

struct measurement {
    struct search_counts counts;
    double seconds; /* best of some */
};

static void out_of_memory(void *context)
{
    (void)context;
    fputs("search_bench: out of memory\n", stderr);
    exit(3);
}

static uint64_t now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static double now(void)
{
    return (double)now_ns() / 1e9;
}

/* `others`: objects that the catalogue knows and nobody touches. */
static void measure_once(strategy search_by, const struct program *program, uint64_t executions_max, uint32_t others,
                         struct measurement *measurement)
{
    struct memory memory;
    struct program_stage program_of = {.program = program, .fused = true};
    struct machine *machine = malloc(sizeof *machine);

    if (machine == NULL || !memory_init(&memory, MEMORY_SIZE, out_of_memory, NULL)) {
        out_of_memory(NULL);
        return;
    }
    struct stage stage = program_stage(&program_of, &memory);

    machine_init(machine, &stage);
    machine->clock_ns = now_ns;
    for (uint32_t i = 0; i < others; i++) {
        catalogue_object(&machine->catalogue, UINT64_MAX - i);
    }
    struct search search = {.machine = machine, .executions_max = executions_max, .seed = 1};
    double start = now();

    search_by(&search);
    double seconds = now() - start;

    if (measurement->seconds == 0 || seconds < measurement->seconds) {
        measurement->seconds = seconds;
    }
    measurement->counts = search.counts;
    machine_free(machine);
    free(machine);
    memory_free(&memory);
}

static struct measurement measure(strategy search_by, const struct program *program, uint64_t executions_max,
                                  uint32_t others)
{
    struct measurement measurement = {0};
    double start = now();

    for (int tries = 0; tries < TRIES_MAX && (tries == 0 || now() - start < SECONDS_TRIED); tries++) {
        measure_once(search_by, program, executions_max, others, &measurement);
    }
    return measurement;
}

static bool measure_classes(const char *name, const struct program *program, uint64_t known, double aim)
{
    struct measurement measurement = measure(search_dpor, program, 0, 0);

    printf("classes\t%s\t%" PRIu64 "\t%" PRIu64 "\t%.4f\t%.2f\n", name, measurement.counts.executions,
           measurement.counts.blocked, measurement.seconds, aim);
    fflush(stdout);
    if (measurement.counts.executions != known) {
        fprintf(stderr, "search_bench: %s has %" PRIu64 " classes\n", name, known);
        return false;
    }
    return true;
}

static void measure_samples(const char *name, strategy search_by, const struct program *program, double aim)
{
    struct measurement measurement = measure(search_by, program, SAMPLES, 0);

    printf("samples\t%s\t%.0f\t%.0f\t%" PRIu64 "\n", name, SAMPLES / measurement.seconds, aim,
           measurement.counts.classes);
    fflush(stdout);
}

/* What a transition costs more when there is a hundred times as much that it does not touch. */
static void measure_others(void)
{
    enum { FEW = 100, MANY = 10000 };
    struct program program;

    program_lcaa(&program, 4, 2, 1, false);
    double few = measure(search_dpor, &program, 0, FEW).seconds;
    double many = measure(search_dpor, &program, 0, MANY).seconds;

    printf("ratio\tLCAA 4 2 1 beside %d objects to beside %d\t%.2f\t%d\n", MANY, FEW, many / few, 2);
}

int main(void)
{
    static const struct {
        const char *name;
        uint32_t tasks, rounds, slots;
        uint64_t classes;
        double aim;
    } lcaa[] = {
        {"LCAA 4 2 1", 4, 2, 1, 18068, 0.06},
        {"LCAA 4 2 2", 4, 2, 2, 271160, 0.5},
        {"LCAA 4 3 1", 4, 3, 1, 161372, 0.8},
        {"LCAA 4 3 2", 4, 3, 2, 3194624, 8},
    };
    static struct program program;
    bool right = true;

    program_start_race(&program, 5);
    right &= measure_classes("start race 5", &program, 14400, 0.1);
    measure_samples("random, start race 5", search_random, &program, 0);
    for (size_t i = 0; i < sizeof lcaa / sizeof lcaa[0]; i++) {
        program_lcaa(&program, lcaa[i].tasks, lcaa[i].rounds, lcaa[i].slots, false);
        right &= measure_classes(lcaa[i].name, &program, lcaa[i].classes, lcaa[i].aim);
    }
    program_lcaa(&program, 4, 3, 1, false);
    measure_samples("random, LCAA 4 3 1", search_random, &program, 450000);
    measure_samples("pct, LCAA 4 3 1", search_pct, &program, 0);
    measure_samples("pos, LCAA 4 3 1", search_pos, &program, 0);
    measure_others();

    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    printf("memory\t%.1f\t200\n", (double)usage.ru_maxrss / 1024);
    return right ? 0 : 1;
}
