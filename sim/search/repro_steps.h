/* What a run asked for, in the order of apply, short enough to stand in a repro: so that a later replay can name the
 * first step where it goes another way.
 *
 * A step is the start of a task, a delay that a turn of the course comes before the end of, or an effect as it is
 * applied: "docker container.stop fluxweb_shop 9f3e", whose last four digits are two of a hash of the arguments and two
 * of one of the answer. In a file, steps of one task that follow one another stand in one line, `task: step; step x3;
 * step`, and a last line `and 123 more` stands for those that were left out.
 */
#ifndef DRYDOCK_SIM_SEARCH_REPRO_STEPS_H
#define DRYDOCK_SIM_SEARCH_REPRO_STEPS_H

#include "core/effect.h"

enum { STEPS_BYTES_MAX = 2000 }; /* of their lines in a repro */

struct repro_step {
    const char *task; /* label */
    const char *text;
};

/* Steps on the heap; their texts belong to whoever adds them. Zero it at the start. */
struct repro_steps {
    struct repro_step *items;
    uint32_t count, size;
    uint32_t more; /* left out after these */
};

void repro_steps_free(struct repro_steps *steps);
void repro_steps_add(struct repro_steps *steps, struct repro_step step);

/* The text of an effect that has been applied. */
const char *repro_step_text(struct arena *arena, const struct effect *effect);
/* A step without its digits, and its digits, "" when it has none. */
const char *repro_step_name(struct arena *arena, const char *text);
const char *repro_step_digits(const char *text);

/* The lines: all of them while they are short, else those of the first `kept` steps as far as they are. */
const struct value *repro_steps_lines(struct arena *arena, const struct repro_steps *steps, uint32_t kept);
/* Adds the steps of lines, with texts in `arena`. false when a line cannot be read: *line is its index. */
bool repro_steps_read(struct arena *arena, const struct value *lines, struct repro_steps *steps, uint32_t *line);

#endif
