/* The fake Docker Engine by random sequences of requests, against a model of it (engine_play.h).
 *
 * Input: a byte for each request, and those for its arguments behind it. */
#include "sim/fuzz/engine_play.h"
#include "sim/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char said[PLAY_SAID_MAX];

    REQUIRE(engine_play(data, size, DEFECT_NONE, said), "the Engine and its model part:\n%s", said);
    return 0;
}
