/* What the verbs write: reports, and files of a folder. */
#ifndef DRYDOCK_SIM_CLI_SAVE_H
#define DRYDOCK_SIM_CLI_SAVE_H

#include "reports/sink.h"

#include <stdint.h>

/* Writes a report to a file, whole or not at all, or with NULL to standard output, and empties the sink. false after a
 * message. */
bool deliver(struct sink *sink, const char *path);

/* Whether a report that goes there is to be coloured: it is a terminal, and nobody objects. */
bool shows_color(const char *path);
/* The columns of the terminal that it goes to, 0 when it goes to none. */
unsigned shown_columns(const char *path);

/* A file to be written. */
struct saved {
    const char *file; /* its path */
    const char *text; /* NULL: there is none, nothing is written */
};
/* Writes files of a folder, which is made when it is not there; each whole or not at all. false after a message. */
bool save_files(const char *folder, const struct saved *files, uint32_t count);

#endif
