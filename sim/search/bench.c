#include "sim/search/bench.h"

#include "sim/search/grow.h"

#include <stdio.h>
#include <stdlib.h>

/* Address space of one run: reserved, not used. */
static const size_t run_memory_size = (size_t)1 << 32;

static void out_of_memory(void *context)
{
    (void)context;
    fputs("drydock: out of memory: a run wanted more than 4 GiB\n", stderr);
    exit(3);
}

void bench_memory_init(struct memory *memory)
{
    if (!memory_init(memory, run_memory_size, out_of_memory, NULL)) {
        out_of_memory(NULL);
    }
}

void bench_init(struct bench *bench, const struct scenario *scenario, const struct run_options *options,
                const struct memory *memory)
{
    uint32_t size = 0;

    *bench = (struct bench){.memory = *memory};
    scenario_stage_init(&bench->stage, scenario, options, &bench->memory);
    bench->stage.counts_only = !options->keep_events;
    bench->view = scenario_stage(&bench->stage);
    grow((void *)&bench->machine, &size, sizeof *bench->machine, 1);
    machine_init(bench->machine, &bench->view);
}

void bench_free(struct bench *bench)
{
    machine_free(bench->machine);
    free(bench->machine);
    scenario_stage_free(&bench->stage);
    memory_reset(&bench->memory); /* the lender does not know how much of it was used */
}
