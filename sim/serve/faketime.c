#include "sim/serve/faketime.h"

#include "reports/sink.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MS_PER_SECOND = 1000, ROUND_MS = 500 };

/* A clock that goes as fast as the wall's: its distance from it, which stays the same. Any other: its instant, anew
 * each second. */
static void spell(char *text, size_t size, int64_t now_ms, int64_t wall_ms, bool real)
{
    if (real) {
        int64_t ahead_ms = now_ms - wall_ms;
        int64_t rounded_ms = ahead_ms + (ahead_ms < 0 ? -ROUND_MS : ROUND_MS);

        (void)snprintf(text, size, "%+lld\n", (long long)(rounded_ms / MS_PER_SECOND));
        return;
    }
    time_t seconds = (time_t)(now_ms / MS_PER_SECOND);
    struct tm parts;

    (void)gmtime_r(&seconds, &parts);
    (void)strftime(text, size, "%Y-%m-%d %H:%M:%S\n", &parts);
}

void faketime_write(struct faketime *faketime, int64_t now_ms, int64_t wall_ms, bool real)
{
    char text[sizeof faketime->written];
    struct sink sink;

    if (faketime->path == NULL) {
        return;
    }
    spell(text, sizeof text, now_ms, wall_ms, real);
    if (strcmp(text, faketime->written) == 0) {
        return;
    }
    sink_init(&sink);
    sink_add(&sink, text);
    if (sink_deliver(&sink, faketime->path)) {
        memcpy(faketime->written, text, sizeof text);
    }
    sink_free(&sink);
}
