/* Scenarios out of what was seen: a recording, or a node's own log. What could not be told stands under "todo". */
#ifndef DRYDOCK_SIM_CONFORM_IMPORT_H
#define DRYDOCK_SIM_CONFORM_IMPORT_H

#include "sim/conform/replay.h"

/* A scenario that replays the recording: the world before the run, who acted when, in the order that was observed. The
 * replay tells what each activity asked for. */
const struct value *import_recording(struct arena *arena, const struct conformity *replayed);
/* A skeleton from FluxOS's info.log or error.log: lines of an RFC 3339 instant and a message. NULL, with *mistake (one
 * line, `file:line:column: …`), when no line is one. */
const struct value *import_log(struct arena *arena, const char *file, const char *text, size_t length,
                               const char **mistake);

#endif
