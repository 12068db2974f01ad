/* The live backend: docker effects answered by a real Docker Engine, everything else by the fakes (design.md, "A live
 * backend").
 *
 * The fake Engine goes along as a shadow: every effect is put to both, core gets the real Engine's answer, and where
 * the two differ that is said. So oracles and the other fakes see what they always see, ids are the fake's, and a run
 * on an Engine that behaves as the fake does has the very trace of the run on the fake. What happens to the fake
 * without an effect (the stage, a container that exits by the scenario, a host that reboots) is done to the real one
 * before the next effect (mirror.h).
 *
 * All that is made on the Engine bears the label `io.drydock.run=<run>`; lists and prunes are asked for that label
 * only; at the end what bears it is removed. Containers are made of one base image and only wait: what FluxOS asks of
 * the host (mounts, limits, ports, log drivers) is taken out on the way (requests.c).
 */
#ifndef DRYDOCK_SIM_LIVE_LIVE_H
#define DRYDOCK_SIM_LIVE_LIVE_H

#include "fakes/docker_engine.h"

#include <stddef.h>

struct live;

struct live_options {
    const char *address;              /* unix:///path or tcp://host:port */
    const char *base_image;           /* is on the Engine, has sh and sleep */
    const char *run;                  /* tells this run's things from those of others */
    bool i_know;                      /* the Engine may have things of others */
    bool (*stopped)(void);            /* the user wants no more: the fake answers alone from then on */
    void (*asked)(uint64_t requests); /* for progress; NULL: nobody looks */
};

/* A kind of difference between the Engine and the fake. */
struct live_mismatch {
    const char *what; /* "docker container.inspect: State.Status: …" */
    const char *object;
    int64_t first_ms; /* the run's instant, ms since the epoch */
    uint64_t count;
};

/* Connects and looks at what is on the Engine. NULL, with one line of why in `error`: it does not answer, lacks the
 * base image, or has things that are not drydock's. Options are copied, their texts must stay. */
struct live *live_open(const struct live_options *options, char *error, size_t size);
void live_close(struct live *live); /* NULL is fine */

/* Before a run: what answers it, for run_options.docker. NULL, with one line of why in `error`. */
struct docker_backend *live_begin(struct live *live, char *error, size_t size);
/* After it: removes what the run left on the Engine. false, with one line of why in `error`: the run does not count, as
 * the Engine went away or something could not be removed. */
bool live_end(struct live *live, char *error, size_t size);

/* What differed in the run so far, in order of appearance; valid until the next live_begin(). */
const struct live_mismatch *live_mismatches(const struct live *live, uint32_t *count);
uint64_t live_requests(const struct live *live); /* that the run has put to the Engine */

#endif
