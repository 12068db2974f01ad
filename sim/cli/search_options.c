#include "sim/cli/search_options.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    EXPECTED_SIZE = 128,
    NS_PER_S = 1000 * 1000 * 1000,
    NS_PER_US = 1000,
    US_PER_MS = 1000,
};

bool take_number(const char *verb, const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
    char *end = NULL;

    errno = 0;
    *number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || *number < min || *number > max) {
        complain("%s: %s%s takes a whole number from %llu to %llu, not \"%s\"", verb, option[1] == '\0' ? "-" : "--",
                 option, (unsigned long long)min, (unsigned long long)max, text);
        return false;
    }
    return true;
}

bool take_seed(const char *verb, const char *option, const char *text, uint64_t *seed)
{
    return take_number(verb, option, text, 0, SEED_MAX, seed);
}

bool take_jobs(const char *verb, const char *text, uint32_t *jobs)
{
    uint64_t number = 0;
    bool good = take_number(verb, "jobs", text, 1, WORKERS_JOBS_MAX, &number);

    *jobs = (uint32_t)number;
    return good;
}

void add_heals(struct stays *stays, uint32_t heals)
{
    stays->heals_max = heals > 0 ? heals : stays->heals_max;
}

bool take_one_revision(const char *verb, const char *text, const struct revision **revision)
{
    *revision = revision_by_name(text);
    if (*revision == NULL) {
        complain("%s: there is no revision \"%s\"; `drydock list revisions` lists them", verb, text);
    }
    return *revision != NULL;
}

bool take_revision(const char *verb, const char *text, struct revision_list *list)
{
    if (strcmp(text, "all") == 0) {
        list->count = 0;
        return true;
    }
    if (list->count == REVISIONS_MAX) {
        complain("%s: more than %d revisions", verb, REVISIONS_MAX);
        return false;
    }
    return take_one_revision(verb, text, &list->revisions[list->count++]);
}

bool take_switch(const char *verb, const char *text, uint32_t *without)
{
    uint32_t bit = 0;

    if (!switch_by_name(text, &bit)) {
        complain("%s: there is no switch \"%s\"; `drydock list revisions` lists them", verb, text);
        return false;
    }
    *without |= bit;
    return true;
}

bool take_choice(const char *verb, const char *option, const char *text, const char *const names[], unsigned *number)
{
    char expected[EXPECTED_SIZE] = "";
    size_t length = 0;

    for (unsigned i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], text) == 0) {
            *number = i;
            return true;
        }
        length += (size_t)snprintf(expected + length, sizeof expected - length, "%s%s",
                                   i == 0                 ? ""
                                   : names[i + 1] == NULL ? " or "
                                                          : ", ",
                                   names[i]);
    }
    complain("%s: --%s takes %s, not \"%s\"", verb, option, expected, text);
    return false;
}

bool is_searched_on(const struct revision_list *list, const struct scenario *scenario, const struct revision *revision)
{
    bool asked = list->count == 0;
    bool own = false;

    for (uint32_t i = 0; i < list->count; i++) {
        asked = asked || list->revisions[i] == revision;
    }
    for (uint32_t i = 0; i < scenario->revision_count; i++) {
        own = own || scenario->revisions[i] == revision;
    }
    return asked && own;
}

uint32_t count_runs(const char *verb, const struct revision_list *list, uint32_t without,
                    const struct scenario *const *scenarios, uint32_t count)
{
    uint32_t runs = 0;
    bool has_switch = without == 0;

    for (uint32_t i = 0; i < count; i++) {
        for (const struct revision *revision = revisions(); revision->name != NULL; revision++) {
            if (is_searched_on(list, scenarios[i], revision)) {
                runs++;
                has_switch = has_switch || (without & revision->switches) != 0;
            }
        }
    }
    if (runs == 0) {
        complain("%s: no scenario here is meant for the revisions asked for", verb);
    } else if (!has_switch) {
        complain("%s: none of the revisions has what --without takes out; `drydock list revisions` lists them", verb);
    }
    return has_switch ? runs : 0;
}

bool take_one_file(const char *verb, int argc, char **argv, const char **file)
{
    if (optind + 1 != argc) {
        complain("%s: expected one scenario file; see `drydock help %s`", verb, verb);
        return false;
    }
    *file = argv[optind];
    return true;
}

bool take_files(const char *verb, int argc, char **argv, struct arena *arena, struct file_list *files)
{
    if (optind == argc) {
        complain("%s: expected at least one scenario file or directory; see `drydock help %s`", verb, verb);
        return false;
    }
    for (int i = optind; i < argc; i++) {
        if (!collect_files(arena, argv[i], files)) {
            return false;
        }
    }
    return true;
}

const struct scenario **load_all(struct arena *arena, const struct file_list *files)
{
    const struct scenario **scenarios = arena_alloc(arena, (files->count + 1) * sizeof(const struct scenario *));
    bool good = true;

    for (uint32_t i = 0; i < files->count; i++) {
        struct scenario_mistake mistake = {NULL};

        scenarios[i] = scenario_load(arena, files->names[i], &mistake);
        if (scenarios[i] == NULL) {
            fprintf(stderr, "%s\n", mistake.text);
            good = false;
        }
    }
    return good ? scenarios : NULL;
}

struct scenario *load_searched(struct arena *arena, const char *file, int64_t window_ms)
{
    struct scenario_mistake mistake = {NULL};
    struct scenario *scenario = scenario_load(arena, file, &mistake);

    if (scenario == NULL) {
        fprintf(stderr, "%s\n", mistake.text);
        return NULL;
    }
    if (scenario->actor_count > SEARCHED_ACTORS_MAX) {
        complain("%s: %u actors, and a search takes %d at most", file, scenario->actor_count, SEARCHED_ACTORS_MAX);
        return NULL;
    }
    if (window_ms > 0) {
        scenario->window_ms = window_ms;
    }
    return scenario;
}

/* What the processes share says it to all of them. */
static struct workers_shared *interrupted_shared;
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
    if (interrupted_shared != NULL) {
        atomic_store(&interrupted_shared->stop, true);
    }
}

void stop_when_interrupted(struct workers_shared *shared)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};

    interrupted_shared = shared;
    sigaction(SIGINT, &action, NULL);
}

bool was_interrupted(void)
{
    return interrupted != 0;
}

uint32_t default_jobs(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    return processors < 1 ? 1 : (uint32_t)processors;
}

uint64_t clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

int64_t clock_us(void)
{
    return (int64_t)(clock_ns() / NS_PER_US);
}

int64_t clock_ms(void)
{
    return clock_us() / US_PER_MS;
}
