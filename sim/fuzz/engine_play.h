/* Plays a sequence of requests on the fake Docker Engine and on the model beside it (engine_model.h), and says where
 * the two part: in a status, in what a list, an inspect or a prune shows, or in the lists at the end. */
#ifndef DRYDOCK_SIM_FUZZ_ENGINE_PLAY_H
#define DRYDOCK_SIM_FUZZ_ENGINE_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Defects that stand between the fake and the play, so that a test can see that each is found. */
enum engine_defect {
    DEFECT_NONE,
    DEFECT_STARTS_TWICE,        /* a start of what is started answers 204 */
    DEFECT_REMOVES_RUNNING,     /* every removal is with force */
    DEFECT_PRUNES_NOTHING,      /* a prune of containers answers, and nothing goes */
    DEFECT_LISTS_ALL,           /* a list of the running shows all */
    DEFECT_LOSES_STARTS,        /* a start answers 204, and nothing runs */
    DEFECT_RENAMES_NOBODY,      /* a rename answers 204, and the name stays */
    DEFECT_KEEPS_NETWORKS,      /* a removal of a network answers 204, and it stays */
    DEFECT_REMOVES_USED_IMAGES, /* every removal of an image is with force */
    DEFECT_PAUSES_BY_STOPPING,  /* a pause is a stop */
    DEFECT_CREATES_TWICE,       /* a create is made twice: the second is answered */
    DEFECT_COUNT,
};

enum { PLAY_SAID_MAX = 32 * 1024 };

/* One play of an input; false with what parted them, and all requests up to there, in `said`. */
bool engine_play(const uint8_t *data, size_t size, enum engine_defect defect, char said[PLAY_SAID_MAX]);

#endif
