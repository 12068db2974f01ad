/* What the parts of a replay share: replay.c (order), steps.c (who starts), surroundings.c (the world's side). */
#ifndef DRYDOCK_SIM_CONFORM_REPLAY_STATE_H
#define DRYDOCK_SIM_CONFORM_REPLAY_STATE_H

#include "sim/conform/canonical.h"
#include "sim/conform/replay.h"
#include "sim/kernel/kernel.h"

/* An activity that the recording names: `task` of its operations. */
struct lane {
    const char *name; /* "register:napp" */
    uint32_t origin;  /* of its kernel tasks */
};

struct replay {
    const struct recording *recording;
    struct conformity *conformity;
    struct arena *arena; /* the result's */
    struct kernel kernel;
    struct node_config config;
    int64_t start_ms;
    struct operation *recorded; /* by the recording's index, in canonical form */
    bool *asked;                /* drydock has asked for it */
    bool *inject;               /* its error is given as recorded (earlier passes found that the world gives none) */
    struct lane *lanes;
    uint32_t lane_count, lane_size;
    struct kernel_task **turn; /* tasks that issued something in the turn at hand */
    uint32_t turn_count, turn_size;
    const struct value *deleted; /* names behind a prune's ids */
    const char *step_text;       /* of the last driver step; NULL: none since the last start */
    bool lost;                   /* a divergence after which order means nothing */
};

void diverge(struct replay *replay, const char *where, const char *what, const char *recorded, const char *own);

/* steps.c: starts the activity whose first operation is this one. false, after a divergence, when drydock knows none of
 * that name. */
bool step_start(struct replay *replay, uint32_t origin, const struct recorded_op *first);

/* surroundings.c */
/* The world before the setup, and the node's configuration. */
void surroundings_build(struct replay *replay);
/* What env and driver lines do. */
void surroundings_act(struct replay *replay, const struct recorded_op *op);
/* Makes the stand-ins (fdm, syncthing, daemons, df …) answer as the recording says they did. */
void surroundings_learn(struct replay *replay, const struct recorded_op *op);

#endif
