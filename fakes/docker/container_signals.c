/* Signals by their names on Linux (signal(7)), as github.com/moby/moby/pkg/signal reads them. */
#include "fakes/docker/container_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SIGNAL_TERM = 15, SIGNAL_RT_FIRST = 34, SIGNAL_LAST = 64, STOP_TIMEOUT_S = 10 };

static const char *const names[] = {
    NULL,   "HUP",  "INT",  "QUIT", "ILL",    "TRAP",   "ABRT",  "BUS",  "FPE",  "KILL", "USR1",
    "SEGV", "USR2", "PIPE", "ALRM", "TERM",   "STKFLT", "CHLD",  "CONT", "STOP", "TSTP", "TTIN",
    "TTOU", "URG",  "XCPU", "XFSZ", "VTALRM", "PROF",   "WINCH", "IO",   "PWR",  "SYS",
};

static const struct other_name {
    const char *name;
    int number;
} other_names[] = {{"CLD", 17},           {"IOT", 6}, {"POLL", 29}, {"UNUSED", 31}, {"RTMIN", SIGNAL_RT_FIRST},
                   {"RTMAX", SIGNAL_LAST}};

/* "RTMIN+3", "RTMAX-2". */
static int real_time_signal(const char *name)
{
    enum { NAME = 5, HALF = 15 };
    bool from_first = strncasecmp(name, "RTMIN+", NAME + 1) == 0;
    long more =
        (from_first || strncasecmp(name, "RTMAX-", NAME + 1) == 0) && isdigit((unsigned char)name[NAME + 1]) != 0
            ? strtol(name + NAME + 1, NULL, 10)
            : 0;

    if (more < 1 || more > HALF) {
        return -1;
    }
    return from_first ? SIGNAL_RT_FIRST + (int)more : SIGNAL_LAST - (int)more;
}

bool container_signal_number(const char *name, int64_t *number)
{
    char *end = NULL;

    *number = strtoll(name, &end, 10);
    if (name[0] != '\0' && *end == '\0' && isspace((unsigned char)name[0]) == 0) {
        return *number != 0;
    }
    name += strncasecmp(name, "SIG", 3) == 0 ? 3 : 0;
    *number = real_time_signal(name);
    for (size_t i = 1; i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(names[i], name) == 0) {
            *number = (int64_t)i;
        }
    }
    for (size_t i = 0; i < sizeof other_names / sizeof other_names[0]; i++) {
        if (strcasecmp(other_names[i].name, name) == 0) {
            *number = other_names[i].number;
        }
    }
    return *number > 0;
}

int container_stop_signal(const struct container *container)
{
    const char *name = value_get_text(container->details->config, "StopSignal");
    int64_t number = SIGNAL_TERM;

    return name != NULL && container_signal_number(name, &number) && number <= SIGNAL_LAST && number > 0 ? (int)number
                                                                                                         : SIGNAL_TERM;
}

int container_stop_timeout_s(const struct container *container)
{
    return value_get_int(container->details->config, "StopTimeout", STOP_TIMEOUT_S);
}
