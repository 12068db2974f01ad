#include "sim/cli/search_options.h"

#include "sim/cli/cli.h"
#include "sim/scenario/units.h"

#include <errno.h>
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
