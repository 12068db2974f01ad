/* Recordings of the real system: JSON lines as scenarios/recordings/README.md describes them, read and checked. */
#ifndef DRYDOCK_SIM_CONFORM_RECORDING_H
#define DRYDOCK_SIM_CONFORM_RECORDING_H

#include "core/value.h"
#include "sim/scenario/json_text.h"

#include <stddef.h>

struct recorded_op {
    uint32_t line;      /* in the file, from 1 */
    bool setup;         /* built the initial world */
    int64_t call;       /* place in call order, over setup and run */
    int64_t completion; /* place in completion order; −1: never completed */
    int64_t called_ms;  /* after the recording's start */
    int64_t completed_ms;
    const char *actor; /* "node", "env" or "driver" */
    const char *task;  /* NULL for env and driver */
    const char *port, *op;
    const struct value *args;
    const struct value *result; /* NULL when there is an error */
    const struct value *error;  /* {message, status} or NULL */
};

struct recording {
    const char *file;
    const char *name;
    const char *tag; /* the release: "8.9.1" */
    struct json_place tag_place;
    const char *about;
    int64_t started_ms;
    const struct value *initial; /* world before the run; NULL when the recording has none */
    const struct value *final;
    struct recorded_op *ops; /* setup first, each in call order */
    uint32_t op_count, op_size;
};

/* Reads a recording's text; all of it lives in the arena. NULL on a mistake, `file:line:column: what, what was
 * expected` then in *mistake. */
struct recording *recording_parse(struct arena *arena, const char *file, const char *text, size_t length,
                                  const char **mistake);

#endif
