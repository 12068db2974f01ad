/* Where a report goes: it is gathered in memory and delivered whole, or not at all.
 *
 * A file is written aside, synced and renamed: nobody ever sees half a report.
 */
#ifndef DRYDOCK_REPORTS_SINK_H
#define DRYDOCK_REPORTS_SINK_H

#include <stdbool.h>
#include <stddef.h>

struct sink {
    char *text; /* NUL-terminated; the sink's */
    size_t length, size;
};

void sink_init(struct sink *sink);
void sink_free(struct sink *sink);
void sink_add(struct sink *sink, const char *text);
void sink_add_n(struct sink *sink, const char *text, size_t length);
void sink_printf(struct sink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes blanks of control characters (C0 but line breaks, DEL, C1) from a place on, where texts of others went in: a
 * terminal would obey them. */
void sink_blank_controls(struct sink *sink, size_t from);
/* The same of a text that is to be one line: line breaks too. Returns it. */
char *blank_controls(char *text);
/* To a file (path) or, with NULL, to standard output. false, with errno, when it could not be written. */
bool sink_deliver(struct sink *sink, const char *path);

#endif
