/* Who is told before a table is written, so that a world can be brought back without being copied whole.
 *
 * Large tables (those grown by world_add()) lie in memory that a saved moment of a run does not hold. Instead each
 * block of it is kept as it was before it is first written (an undo log, block by block). Tables may be written by
 * functions that call write_log_before() first and by nobody else; the `checked` build holds all of that memory against
 * a copy whenever a run goes back, and aborts where somebody did not.
 */
#ifndef DRYDOCK_FAKES_WRITE_LOG_H
#define DRYDOCK_FAKES_WRITE_LOG_H

#include "core/effect.h"

#include <string.h>

enum { WRITE_LOG_BLOCK = 64 };

/* What a block was at the start, and whether it has been written since. */
struct write_log_block {
    uint32_t number;
    bool written;
    char start[WRITE_LOG_BLOCK];
};

/* Marks of blocks; from WRITE_LOG_KEPT on: where the block stands among the kept ones. */
enum { WRITE_LOG_OTHER /* not followed */, WRITE_LOG_STILL, WRITE_LOG_KEPT };

/* Its memory is its owner's (sim/kernel/snapshot.h), with room for all blocks that are followed. All 0: nothing is. */
struct write_log {
    char *region;
    uint32_t *marks; /* of the region's blocks */
    size_t block_count;
    struct write_log_block *kept;
    uint32_t kept_count;
    uint32_t *written; /* which of the kept */
    uint32_t written_count;
    char *copy; /* of the region, in a checking build */
};

static inline void write_log_block(struct write_log *log, size_t number)
{
    if (log->marks[number] == WRITE_LOG_STILL) {
        struct write_log_block *kept = &log->kept[log->kept_count];

        kept->number = (uint32_t)number;
        kept->written = false;
        memcpy(kept->start, log->region + number * WRITE_LOG_BLOCK, WRITE_LOG_BLOCK);
        log->marks[number] = WRITE_LOG_KEPT + log->kept_count++;
    }
    uint32_t place = log->marks[number] - WRITE_LOG_KEPT;

    if (!log->kept[place].written) {
        log->kept[place].written = true;
        log->written[log->written_count++] = place;
    }
}

/* These bytes are about to be written. log NULL: nobody is told. */
static inline void write_log_before(struct write_log *log, const void *bytes, size_t length)
{
    if (log == NULL || log->block_count == 0 || length == 0) {
        return;
    }
    size_t first = (size_t)((const char *)bytes - log->region) / WRITE_LOG_BLOCK;
    size_t last = (size_t)((const char *)bytes + length - 1 - log->region) / WRITE_LOG_BLOCK;

    for (size_t number = first; number <= last && number < log->block_count; number++) {
        if (log->marks[number] != WRITE_LOG_OTHER) {
            write_log_block(log, number);
        }
    }
}

/* Zeroed memory for a table that is written only after write_log_before(). log NULL: for any. */
static inline void *write_log_alloc(const struct write_log *log, struct arena *memory, size_t size)
{
    return log == NULL ? arena_alloc(memory, size) : memset(arena_take(memory, size), 0, size);
}

#endif
