/* Regular expressions, as regex(3) has them, but that no memory is told from no match. */
#ifndef DRYDOCK_FAKES_DOCKER_PATTERN_H
#define DRYDOCK_FAKES_DOCKER_PATTERN_H

#include <regex.h>
#include <stdbool.h>

/* regcomp(3). false: it is none; else to be regfree()d. */
bool pattern_read(regex_t *pattern, const char *text, int flags);
/* regexec(3). */
bool pattern_fits(const regex_t *pattern, const char *text, size_t count, regmatch_t *groups, int flags);

#endif
