/* Two descriptions of one operation, the recording's and drydock's, brought to one form (left_out.def). */
#ifndef DRYDOCK_SIM_CONFORM_CANONICAL_H
#define DRYDOCK_SIM_CONFORM_CANONICAL_H

#include "core/effect.h"
#include "sim/conform/recording.h"

/* What a comparison looks at. */
struct operation {
    const char *port, *op;
    const struct value *args;
    const struct value *result; /* NULL: none yet, or an error */
    const struct value *error;  /* {status} and {message}, NULL: none */
};

/* What a comparison leaves out: a text and its reason by number from 0; false past the last. */
bool left_out(unsigned number, const char **what, const char **why);

/* A value without what is left out wherever it stands. */
const struct value *canonical(struct arena *arena, const struct value *value);

/* The recording's operation. */
struct operation canonical_recorded(struct arena *arena, const struct recorded_op *op);
/* drydock's request; and its answer, once it has one. `deleted` are the names behind the ids of a prune's answer, in
 * its order, as an array of text (NULL for other effects). */
struct operation canonical_request(struct arena *arena, const struct effect *effect);
void canonical_answer(struct arena *arena, const struct effect *effect, const struct value *deleted,
                      struct operation *operation);

/* The reply is an input: given as recorded, not computed. */
bool reply_is_input(const struct recorded_op *op);

bool same_request(const struct operation *one, const struct operation *other);
bool same_answer(const struct operation *one, const struct operation *other);
/* `port op args`, and `→ result` or `→ error`: one side of a divergence, at most a few hundred bytes. */
const char *request_text(struct arena *arena, const struct operation *operation);
const char *answer_text(struct arena *arena, const struct operation *operation);

#endif
