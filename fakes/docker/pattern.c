#include "fakes/docker/pattern.h"

#include "core/heap.h"

static bool is_good(int error)
{
    if (error == REG_ESPACE) {
        heap_is_out();
    }
    return error == 0;
}

bool pattern_read(regex_t *pattern, const char *text, int flags)
{
    return is_good(regcomp(pattern, text, flags));
}

bool pattern_fits(const regex_t *pattern, const char *text, size_t count, regmatch_t *groups, int flags)
{
    return is_good(regexec(pattern, text, count, groups, flags));
}
