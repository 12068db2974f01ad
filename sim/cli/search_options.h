/* The words of command lines: an option of one name means the same for every verb. Each returns false after a message,
 * which begins with the verb's name. */
#ifndef DRYDOCK_SIM_CLI_SEARCH_OPTIONS_H
#define DRYDOCK_SIM_CLI_SEARCH_OPTIONS_H

#include "core/revision.h"
#include "sim/cli/cli.h"
#include "sim/scenario/scenario.h"
#include "sim/search/workers.h"

#include <stdbool.h>
#include <stdint.h>

enum { REVISIONS_MAX = 16, SEARCHED_ACTORS_MAX = 16, HEALS_MAX = 64, DEPTH_MAX = 64 };

/* JSON numbers are exact up to it. */
#define SEED_MAX (UINT64_C(1) << 53)

/* The releases asked for. */
struct revision_list {
    const struct revision *revisions[REVISIONS_MAX];
    uint32_t count; /* 0: those the scenario names */
};

/* A whole number from min to max. */
bool take_number(const char *verb, const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *number);
bool take_seed(const char *verb, const char *option, const char *text, uint64_t *seed);
/* How many processes. */
bool take_jobs(const char *verb, const char *text, uint32_t *jobs);
/* What --heals says (0: nothing) beside --once, --sticky or --both: once is one of the times after which a fault heals.
 */
void add_heals(struct stays *stays, uint32_t heals);
/* A release. */
bool take_one_revision(const char *verb, const char *text, const struct revision **revision);
/* A release, or "all": one more of the list. */
bool take_revision(const char *verb, const char *text, struct revision_list *list);
/* A switch that is to be taken out: one more of the bits. */
bool take_switch(const char *verb, const char *text, uint32_t *without);
/* One of the names; NULL ends them. *number is its place. */
bool take_choice(const char *verb, const char *option, const char *text, const char *const names[], unsigned *number);
/* Whether a scenario is to be run or searched on a release: it is meant for it, and the release was asked for. */
bool is_searched_on(const struct revision_list *list, const struct scenario *scenario, const struct revision *revision);
/* How many runs that makes of the scenarios, each on each of its releases; 0 after a message when it is none, or when
 * no release has what is to be taken out. */
uint32_t count_runs(const char *verb, const struct revision_list *list, uint32_t without,
                    const struct scenario *const *scenarios, uint32_t count);
/* The only operand, a scenario file. */
bool take_one_file(const char *verb, int argc, char **argv, const char **file);
/* All operands from argv[optind] on, at least one: files, and directories of them. */
bool take_files(const char *verb, int argc, char **argv, struct arena *arena, struct file_list *files);
/* Loads them all; NULL after a message for each that is unusable. */
const struct scenario **load_all(struct arena *arena, const struct file_list *files);
/* A scenario that can be searched; window_ms 0: its own window. NULL after a message. */
struct scenario *load_searched(struct arena *arena, const char *file, int64_t window_ms);

/* From now on Ctrl-C stops what these processes do; NULL: it is only noted. */
void stop_when_interrupted(struct workers_shared *shared);
bool was_interrupted(void);

/* As many as there are processors. */
uint32_t default_jobs(void);
/* The monotonic clock. */
int64_t clock_ms(void);
int64_t clock_us(void);
uint64_t clock_ns(void);

#endif
