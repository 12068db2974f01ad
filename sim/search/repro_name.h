/* Where a repro is kept: a name that takes no other repro's place. */
#ifndef DRYDOCK_SIM_SEARCH_REPRO_NAME_H
#define DRYDOCK_SIM_SEARCH_REPRO_NAME_H

#include "core/arena.h"

#include <stdint.h>

/* What makes two repros those of the same finding. Texts are borrowed. */
struct repro_identity {
    const char *scenario;    /* that was searched, by its name */
    const char *revision;    /* that it was found on */
    uint32_t without;        /* switches taken out of it */
    const char *fingerprint; /* finding.h, sweep_judge.h */
};

/* The first of the names (of which there is one at least) whose file `directory`/NAME.json is not there, or is a repro
 * of the same finding, which may be written anew; when there is none, the last of them with a number. A file that
 * cannot be read as a repro stays. In `arena`, or one of the names; directory NULL: the working directory. */
const char *repro_name(struct arena *arena, const char *directory, const char *const *names, uint32_t count,
                       const struct repro_identity *identity);
/* The file of that name: DIRECTORY/NAME.json. */
const char *repro_file(struct arena *arena, const char *directory, const char *name);

#endif
