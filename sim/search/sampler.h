/* Sampling: executions one after another, each by the choices of a strategy. */
#ifndef DRYDOCK_SIM_SEARCH_SAMPLER_H
#define DRYDOCK_SIM_SEARCH_SAMPLER_H

#include "sim/kernel/prng.h"
#include "sim/search/search.h"

/* What a strategy decides by; its own data follow `context`. */
struct sampler {
    const struct machine *machine;
    struct prng prng;        /* of the execution, so that it depends on the seed and its number alone */
    uint64_t execution;      /* number of this one, from 1 */
    uint32_t transitions;    /* of this execution so far, without the prefix */
    uint32_t transition_max; /* of the executions before */
};

/* A whole number below `bound`. */
static inline uint32_t sampler_below(struct sampler *sampler, uint32_t bound)
{
    return prng_lot(&sampler->prng, bound);
}

struct sampler_strategy {
    void *context;
    /* An execution begins; NULL: nothing to do. */
    void (*begin)(void *context, struct sampler *sampler);
    /* The index of the task to move, of `count` > 0 that can. NULL: any, by lot. */
    uint32_t (*choose)(void *context, struct sampler *sampler, uint32_t count);
    /* The task in this slot has moved. NULL: no matter. */
    void (*moved)(void *context, struct sampler *sampler, uint32_t slot, const struct footprint *footprint);
};

void search_by_samples(struct search *search, const struct sampler_strategy *strategy);

/* Numbers that tasks have for one execution, by slot. */
struct priorities {
    struct priority {
        uint64_t execution; /* for which it was drawn */
        uint64_t value;
    } * items;
    uint32_t size;
};

/* The priority of a task; drawn, from the upper half of all numbers, when it has none in this execution. */
uint64_t priority_of(struct priorities *priorities, struct sampler *sampler, uint32_t slot);
void priority_set(struct priorities *priorities, struct sampler *sampler, uint32_t slot, uint64_t value);
uint64_t priority_draw(struct sampler *sampler);
/* The index of the task of highest priority. */
uint32_t priority_highest(struct priorities *priorities, struct sampler *sampler, uint32_t count);

#endif
