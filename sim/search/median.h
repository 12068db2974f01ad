/* The median of a sample, and between which of its members the true one lies, whatever the distribution. Of some
 * members may be known only that they are more than a number: of a search that gave up.
 */
#ifndef DRYDOCK_SIM_SEARCH_MEDIAN_H
#define DRYDOCK_SIM_SEARCH_MEDIAN_H

#include <stdbool.h>
#include <stdint.h>

enum { MEDIAN_COUNT_MAX = 1000 }; /* the least probability met, 2^-count, is a normal number */

struct observation {
    uint64_t value;
    bool beyond; /* it is more than that, how much is not known */
};

struct median {
    uint32_t count; /* observations; 0: nothing else is set */
    struct observation middle;
    double confidence; /* that the true median is from `low` to `high`: 0.95 at least; 0: too few for an interval */
    struct observation low, high;
};

/* Which member of a sorted sample, from 1, is the lower end of the interval; the upper end is as far from the other
 * end. 0: fewer than 6 give none. The interval is the narrowest that holds the true median with a probability of 95 %
 * at least, which *confidence is: how many of a sample are below the true median is binomial, with one half (Conover,
 * Practical Nonparametric Statistics, 3rd ed. 1999, section 3.2). count ≤ MEDIAN_COUNT_MAX. */
uint32_t median_interval_rank(uint32_t count, double *confidence);

/* The median is the least number that at least half of the sample does not exceed, so always a member of it. Sorts the
 * observations: those beyond come last. */
struct median median_of(struct observation *observations, uint32_t count);

#endif
