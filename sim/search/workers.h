/* Work side by side: pieces of work are handed out to processes, each gives a text back through a pipe, and the texts
 * come in the order of the pieces, whoever did them. Everything that a piece needs is there before the processes are
 * made; what it changes stays in its process.
 */
#ifndef DRYDOCK_SIM_SEARCH_WORKERS_H
#define DRYDOCK_SIM_SEARCH_WORKERS_H

#include "core/arena.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What the processes share: to be seen while they work, and to stop them. */
struct workers_shared {
    atomic_uint next;                     /* piece to be taken */
    atomic_uint done, count;              /* pieces */
    atomic_uint share;                    /* of a piece that is being worked on, in thousandths, by estimate */
    atomic_bool stop;                     /* set it, and no piece is begun; every piece is to come to an end soon */
    atomic_ullong executions, violations; /* the work's own counts */
    atomic_uint depth;                    /* of the run in progress, of any process */
};

/* Zeroed, and the same for a process and its workers; without memory the program ends (core/heap.h). */
struct workers_shared *workers_shared_new(void);
void workers_shared_free(struct workers_shared *shared);

struct workers {
    uint32_t jobs; /* 1: in this process */
    struct workers_shared *shared;
    void *context;
    /* Does piece number `index`; returns its text, made in the arena, which is emptied after each piece. */
    const char *(*work)(void *context, uint32_t index, struct arena *arena);
    /* Called now and then in this process, between pieces or several times a second; may be NULL. */
    void (*tick)(void *context);
};

enum { WORKERS_JOBS_MAX = 256 };

/* Does `count` pieces. texts[i] is made in `arena`, NULL for a piece that was not begun, because of `stop`. false, with
 * errno, when the system refuses; a worker that dies ends the program with status 3. */
bool workers_run(const struct workers *workers, uint32_t count, struct arena *arena, const char **texts);
/* The same; `take` is given each text, in the order of pieces, while later ones are still being worked on, and does not
 * keep it. When it returns false that is enough: `stop` is set and no text more is taken. */
bool workers_take(const struct workers *workers, uint32_t count,
                  bool (*take)(void *context, uint32_t index, const char *text));

#endif
