#include "sim/cli/search_options.h"

#include "sim/cli/cli.h"
#include "sim/scenario/units.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool take_number(const char *verb, const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
    char *end = NULL;

    errno = 0;
    *number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || *number < min || *number > max) {
        complain("%s: --%s takes a whole number from %llu to %llu, not \"%s\"", verb, option, (unsigned long long)min,
                 (unsigned long long)max, text);
        return false;
    }
    return true;
}

bool take_duration(const char *verb, const char *option, const char *text, int64_t *ms)
{
    if (!parse_duration(text, ms) || *ms <= 0) {
        complain("%s: --%s takes a duration such as 30s or 10m, not \"%s\"", verb, option, text);
        return false;
    }
    return true;
}

bool take_size(const char *verb, const char *option, const char *text, uint64_t *bytes)
{
    double size = 0;

    if (!parse_size(text, &size) || size < 1) {
        complain("%s: --%s takes a size such as 200MB, not \"%s\"", verb, option, text);
        return false;
    }
    *bytes = (uint64_t)size;
    return true;
}

bool take_names(const char *verb, const char *option, const char *text,
                bool (*find)(const char *name, unsigned *number), const char *table, uint32_t *bits)
{
    char names[512];
    char *rest = NULL;

    if (strlen(text) >= sizeof names) {
        complain("%s: --%s takes names, not so long a text", verb, option);
        return false;
    }
    strcpy(names, text);
    *bits = 0;
    for (char *name = strtok_r(names, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        unsigned number = 0;

        if (!find(name, &number)) {
            complain("%s: --%s: there is no \"%s\"; `drydock list %s` lists them", verb, option, name, table);
            return false;
        }
        *bits |= 1u << number;
    }
    if (*bits == 0) {
        complain("%s: --%s takes names, separated by commas", verb, option);
    }
    return *bits != 0;
}

bool take_revision(const char *verb, const char *text, struct revision_list *list)
{
    const struct revision *revision = revision_by_name(text);

    if (strcmp(text, "all") == 0) {
        list->count = 0;
        return true;
    }
    if (revision == NULL || list->count == REVISIONS_MAX) {
        complain("%s: there is no revision \"%s\"; `drydock list revisions` lists them", verb, text);
        return false;
    }
    list->revisions[list->count++] = revision;
    return true;
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

bool take_text_or_json(const char *verb, const char *text, bool *json)
{
    *json = strcmp(text, "json") == 0;
    if (!*json && strcmp(text, "text") != 0) {
        complain("%s: there is no format \"%s\", expected text or json", verb, text);
        return false;
    }
    return true;
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

int64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}
