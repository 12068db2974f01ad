/* What the verbs that read recordings share. */
#ifndef DRYDOCK_SIM_CLI_RECORDINGS_H
#define DRYDOCK_SIM_CLI_RECORDINGS_H

#include "sim/conform/recording.h"
#include "sim/kernel/memory.h"

enum { RECORDING_SIZE_MAX = 64 << 20 };

/* Reads a recording; NULL after one line on standard error. */
struct recording *load_recording(struct arena *arena, const char *path);
/* `file:line:column: …`: the recording's release is none that drydock knows. */
const char *unknown_release(struct arena *arena, const struct recording *recording);
/* Memory for replays; exits with an internal error when there is none. */
void replay_memory(struct memory *memory);

#endif
