/* Making a finding small: fewer turns, mishaps, actors, apps, components, containers; shorter times. Every step is run
 * again and must show the same fingerprint (Zeller & Hildebrandt, Simplifying and isolating failure-inducing input, TSE
 * 2002: the result is 1-minimal when taking away any single piece loses it).
 */
#ifndef DRYDOCK_SIM_SEARCH_SHRINK_H
#define DRYDOCK_SIM_SEARCH_SHRINK_H

#include "sim/scenario/scenario.h"

/* A run that shows a finding: all that is made smaller. */
struct shrinkable {
    const struct value *tree; /* the scenario file's JSON */
    struct plan plan;
    struct course course;
};

struct shrink_options {
    const struct revision *revision;
    uint32_t without;
    uint32_t tries_max; /* runs; 0: no bound */
    void *context;
    bool (*should_stop)(void *context); /* may be NULL */
};

struct shrunk {
    bool shows;     /* the run showed the finding at all */
    bool minimal;   /* 1-minimal; else the bound or should_stop ended it with the best so far */
    uint32_t tries; /* runs */
    const char *oracle, *object, *message, *why; /* of the last run that showed it */
};

/* Makes it smaller in place; everything new is made in `arena`. `file` is what the scenario is called in messages. */
void shrink(struct shrinkable *what, const char *fingerprint, const char *file, const struct shrink_options *options,
            struct arena *arena, struct shrunk *shrunk);

#endif
