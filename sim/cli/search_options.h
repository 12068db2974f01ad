/* Options that the verbs of searching share. Each returns false after a message. */
#ifndef DRYDOCK_SIM_CLI_SEARCH_OPTIONS_H
#define DRYDOCK_SIM_CLI_SEARCH_OPTIONS_H

#include "core/revision.h"
#include "sim/scenario/scenario.h"
#include "sim/search/workers.h"

#include <stdbool.h>
#include <stdint.h>

enum { REVISIONS_MAX = 16, SEARCHED_ACTORS_MAX = 16 };

/* The releases asked for. */
struct revision_list {
    const struct revision *revisions[REVISIONS_MAX];
    uint32_t count; /* 0: those the scenario names */
};

/* A whole number from min to max. */
bool take_number(const char *verb, const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *number);
/* "10s", "2m": ms. */
bool take_duration(const char *verb, const char *option, const char *text, int64_t *ms);
/* "200MB": bytes. */
bool take_size(const char *verb, const char *option, const char *text, uint64_t *bytes);
/* Comma-separated names into the bits of their numbers; `all` are all bits there are. */
bool take_names(const char *verb, const char *option, const char *text,
                bool (*find)(const char *name, unsigned *number), const char *table, uint32_t *bits);
/* A release, or "all": one more of the list. */
bool take_revision(const char *verb, const char *text, struct revision_list *list);
/* A switch that is to be taken out: one more of the bits. */
bool take_switch(const char *verb, const char *text, uint32_t *without);
/* "text" or "json". */
bool take_text_or_json(const char *verb, const char *text, bool *json);
/* Whether a scenario is to be searched on a release: it is meant for it, and the release was asked for. */
bool is_searched_on(const struct revision_list *list, const struct scenario *scenario, const struct revision *revision);
/* A scenario that can be searched; window_ms 0: its own window. NULL after a message. */
struct scenario *load_searched(struct arena *arena, const char *file, int64_t window_ms);

/* From now on Ctrl-C stops what these processes do; NULL: no longer. */
void stop_when_interrupted(struct workers_shared *shared);
bool was_interrupted(void);

/* As many as there are processors. */
uint32_t default_jobs(void);
/* The monotonic clock. */
int64_t clock_ms(void);
uint64_t clock_ns(void);

#endif
