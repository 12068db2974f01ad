/* Files that say how a run goes: traces, which hold one, and scenarios, which can be run. For the verbs that take both.
 */
#ifndef DRYDOCK_SIM_CLI_RUN_FILES_H
#define DRYDOCK_SIM_CLI_RUN_FILES_H

#include "core/revision.h"
#include "reports/trace.h"
#include "sim/kernel/memory.h"
#include "sim/scenario/scenario.h"

enum { TRACE_SIZE_MAX = 512 << 20 }; /* bytes */

struct run_file {
    const char *path;
    struct trace trace;              /* count 0: it is none */
    const struct scenario *scenario; /* NULL: it is a trace */
};

/* Reads a trace or a scenario. false after one line on standard error: file, line, column, what is wrong and what was
 * expected. Everything lives in the arena. */
bool load_run_file(struct arena *arena, const char *path, struct run_file *file);

/* The scenario that a run of a trace carries. NULL after a message. */
const struct scenario *trace_scenario(struct arena *arena, const struct run_file *file, const struct trace_run *run);
/* The release of a trace's run, and the switches taken out of it. false after a message. */
bool trace_release(const struct run_file *file, const struct trace_run *run, const struct revision **revision,
                   uint32_t *without);

/* Runs scenarios, keeping the records with all events until player_free(). */
struct player {
    struct memory run_memory, record_memory, event_memory;
    struct arena records, events;
};

void player_init(struct player *player);
/* seed NULL: the scenario's own. */
const struct run_record *player_run(struct player *player, const struct scenario *scenario,
                                    const struct revision *revision, uint32_t without, const uint64_t *seed);
void player_free(struct player *player);

#endif
