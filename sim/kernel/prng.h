/* The one source of chance: SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA
 * 2014). */
#ifndef DRYDOCK_SIM_KERNEL_PRNG_H
#define DRYDOCK_SIM_KERNEL_PRNG_H

#include <stdint.h>

struct prng {
    uint64_t state;
};

static inline uint64_t prng_next(struct prng *prng)
{
    uint64_t mixed = prng->state += 0x9e3779b97f4a7c15u;

    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

/* A whole number in [0, bound); bound > 0. The bias of the remainder is below 2^-32 for the bounds used here. */
static inline uint32_t prng_below(struct prng *prng, uint32_t bound)
{
    return (uint32_t)(prng_next(prng) % bound);
}

/* The same without a division, for searches; not the same numbers. */
static inline uint32_t prng_lot(struct prng *prng, uint32_t bound)
{
    return (uint32_t)((prng_next(prng) >> 32) * bound >> 32);
}

#endif
