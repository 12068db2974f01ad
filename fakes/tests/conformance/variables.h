/* What a case knows by name: what it kept from earlier answers, and what every case knows (image, none, host).
 *
 * In a request `{name}` stands for the value and `{name.12}` for its first 12 characters; `{name.unix}` of an instant
 * for its seconds since the epoch. In an expectation the same words stand where an answer had them: ids that a case
 * kept read `{name}`, other ids `<id>`.
 */
#ifndef DRYDOCK_FAKES_TESTS_CONFORMANCE_VARIABLES_H
#define DRYDOCK_FAKES_TESTS_CONFORMANCE_VARIABLES_H

#include "core/arena.h"

enum { VARIABLES_MAX = 64, LONG_ID = 64, SHORT_ID = 12 };

struct variable {
    const char *name;
    const char *value;
};

struct variables {
    struct variable items[VARIABLES_MAX];
    int count;
    struct arena *arena;
    const char *root;    /* the Engine's data directory, below which its paths lie */
    const char *version; /* of the Engine */
};

/* Sets one; the first of several values by one name is forgotten. Copies both texts. */
void variables_set(struct variables *variables, const char *name, const char *value);

/* NULL: no such variable. */
const char *variables_find(const struct variables *variables, const char *name);

/* The text with its variables put in. Braces around anything else stay. */
const char *variables_fill(struct variables *variables, const char *text);

/* The name of the variable with an id of 64 digits (an algorithm before it or not), or that begins with these 12. */
const char *variables_name_of(const struct variables *variables, const char *id, size_t length);

#endif
