/* A recording performed on core/ and fakes/, operation by operation.
 *
 * The replay starts from the world before the recording's setup, performs setup and run, and lets each answer come when
 * the recording says it came (completion order); the recorded instants move the clock. What drydock asks for is
 * compared with what the real system asked for, per activity in call order; answers and, at the end, worlds are
 * compared too. What the real world did by itself (`env`, `driver`) is done at its place. left_out.def says what is not
 * compared.
 */
#ifndef DRYDOCK_SIM_CONFORM_REPLAY_H
#define DRYDOCK_SIM_CONFORM_REPLAY_H

#include "core/revision.h"
#include "sim/conform/recording.h"
#include "sim/kernel/memory.h"

struct divergence {
    const char *where;    /* "line 61, register:napp" or "final world" */
    const char *what;     /* "another operation", "another answer", … */
    const char *recorded; /* NULL: nothing */
    const char *own;      /* NULL: nothing */
};

/* An activity as it began. */
struct conform_step {
    const char *lane;             /* the recording's name for it: "register:napp" */
    const char *app;              /* NULL when it has none */
    const struct value *document; /* register: the specification in clear, with hash and height */
    bool force;
    uint32_t op; /* index of its first operation */
};

struct conformity {
    const struct recording *recording;
    const struct revision *revision;
    uint32_t operations; /* the recording's, of the node, without port net */
    uint32_t matched;    /* asked for alike and answered alike */
    uint32_t worlds, matched_worlds;
    struct divergence *divergences; /* the first is what to look at */
    uint32_t divergence_count, divergence_size;
    const char **injected; /* errors the world could not give by itself, given as recorded */
    uint32_t injected_count, injected_size;
    struct conform_step *steps; /* in order of their beginning */
    uint32_t step_count, step_size;
    int *effects;         /* per operation: the effect drydock asked for (enum effect_id), −1: none */
    const char **ignored; /* driver and env lines that are not understood */
    uint32_t ignored_count, ignored_size;
};

/* Performs the recording on a release. The result lives in `arena`; `memory` is used for the run. */
struct conformity *recording_replay(const struct recording *recording, const struct revision *revision,
                                    struct memory *memory, struct arena *arena);
/* Everything compared is alike. */
bool conforms(const struct conformity *conformity);

#endif
