/* Where `drydock replay` stops on its way, and what it shows there: --step, --until, --break, --gdb. */
#ifndef DRYDOCK_SIM_CLI_REPLAY_STOPS_H
#define DRYDOCK_SIM_CLI_REPLAY_STOPS_H

#include "reports/sink.h"
#include "sim/search/replay.h"

struct stops {
    /* what is asked for */
    bool step;
    const char *until; /* as given; NULL: nothing */
    enum effect_id until_effect;
    uint32_t until_nth;       /* of the run's calls of it */
    const char *break_oracle; /* NULL: none */
    /* how far it has come */
    struct sink sink; /* gathers what is shown at one stop */
    bool waits;       /* for a person: input is a terminal */
    bool stepping;
    bool quit;
    bool reached; /* until or break */
    bool failed;  /* nothing can be shown any more */
    uint32_t until_seen, events_seen, violations_seen;
};

/* "docker containers.prune", "db find:3"; false after a message. */
bool stops_take_until(struct stops *stops, struct arena *arena, const char *text);
/* Whether anything is to be stopped at. */
bool stops_any(const struct stops *stops);
/* Watches a run that keeps its events. */
struct replay_watch stops_watch(struct stops *stops);
/* After the run: an oracle that was only broken when it came to rest. */
void stops_at_end(struct stops *stops, struct runner *runner);
/* Called where --until stops, right before the effect is applied: for breakpoints. */
void replay_stop_here(struct runner *runner, const struct kernel_task *task);

#endif
