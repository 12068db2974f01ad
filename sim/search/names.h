/* Texts that outlive the runs they come from: each content is kept once, for the life of the table. Equal pointers are
 * equal texts. */
#ifndef DRYDOCK_SIM_SEARCH_NAMES_H
#define DRYDOCK_SIM_SEARCH_NAMES_H

#include <stdint.h>

struct names {
    char **texts; /* open addressing */
    uint32_t count, size;
};

void names_free(struct names *names);
/* The kept copy of a text; NULL gives NULL. */
const char *names_keep(struct names *names, const char *text);

#endif
