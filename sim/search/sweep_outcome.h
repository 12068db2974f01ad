/* What a run has come to: the part of the world that people care about, without instants and ids, so that two runs
 * which took different ways to the same end are found equal.
 *
 * It is the sweep's "integrity check" (SQLite's testing page, https://www.sqlite.org/testing.html, section 3: after
 * each injected failure the database is checked). The oracles say whether the end is legal; this says whether it is the
 * one that was asked for.
 */
#ifndef DRYDOCK_SIM_SEARCH_SWEEP_OUTCOME_H
#define DRYDOCK_SIM_SEARCH_SWEEP_OUTCOME_H

#include "sim/kernel/kernel.h"

enum outcome_part {
    OUTCOME_CONTAINERS, /* name, image, state */
    OUTCOME_NETWORKS,   /* name */
    OUTCOME_ROWS,       /* installed apps with their records */
    OUTCOME_VOLUMES,    /* path, whether formatted, whether it holds data */
    OUTCOME_MOUNTS,     /* folder, volume */
    OUTCOME_CRONTAB,    /* lines */
    OUTCOME_PORTS,      /* that the firewall lets through */
    OUTCOME_FOLDERS,    /* of syncthing: id, type */
    OUTCOME_NETWORK,    /* which app runs where, as this node and each peer believe */
    OUTCOME_FLAGS,      /* of the process, none when it is down */
    OUTCOME_REST,       /* whether everybody has finished: filled in by the caller */
    OUTCOME_PART_COUNT
};

struct outcome {
    uint64_t parts[OUTCOME_PART_COUNT]; /* hashes; order does not count */
};

/* The outcome as the kernel stands now; OUTCOME_REST is 0. */
struct outcome outcome_of(struct kernel *kernel);
/* In which parts two outcomes differ: bits 1 << enum outcome_part. */
uint32_t outcome_difference(const struct outcome *left, const struct outcome *right);
/* The parts as a list: "containers, mounts". In `arena`. */
const char *outcome_parts_text(struct arena *arena, uint32_t parts);

#endif
