#include "sim/search/estimate.h"

#include "sim/search/grow.h"

#include <stdlib.h>

struct estimate_level {
    uint64_t nodes, branches; /* finished */
};

void estimate_free(struct estimate *estimate)
{
    free(estimate->levels);
}

void estimate_finished(struct estimate *estimate, uint32_t depth, uint32_t branches)
{
    grow((void *)&estimate->levels, &estimate->size, depth + 1, sizeof *estimate->levels);
    estimate->levels[depth].nodes++;
    estimate->levels[depth].branches += branches;
}

void estimate_add(const struct estimate *estimate, struct estimate_sum *sum, uint32_t depth, uint32_t finished,
                  uint32_t known)
{
    double branches = known;

    if (depth < estimate->size && estimate->levels[depth].nodes > 0) {
        const struct estimate_level *level = &estimate->levels[depth];
        double expected = (double)level->branches / (double)level->nodes;

        branches = expected > branches ? expected : branches;
    }
    sum->share += sum->weight * finished / branches;
    sum->weight /= branches;
}
