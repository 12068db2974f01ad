/* What a script (script_door.h) was asked, as one text: the whole wire of a workflow, which section 12 of the
 * specification spells out. */
#ifndef DRYDOCK_CORE_TESTS_TRANSCRIPT_H
#define DRYDOCK_CORE_TESTS_TRANSCRIPT_H

#include "core/tests/script_door.h"

/* A line for each call, `docker container.start [object] {request as JSON}`, then one for each log line, `error: text`.
 * In the script's arena. */
const char *transcript(struct script *script);
/* Asserts (cmocka) that the transcript is this text, and forgets it; shows the whole transcript when not. */
void expect_transcript(struct script *script, const char *text, const char *file, int line);
#define EXPECT_TRANSCRIPT(script, text) expect_transcript((script), (text), __FILE__, __LINE__)

#endif
