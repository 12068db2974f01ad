/* Options that the verbs of searching share. Each returns false after a message. */
#ifndef DRYDOCK_SIM_CLI_SEARCH_OPTIONS_H
#define DRYDOCK_SIM_CLI_SEARCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* A whole number from min to max. */
bool take_number(const char *verb, const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *number);
/* "10s", "2m": ms. */
bool take_duration(const char *verb, const char *option, const char *text, int64_t *ms);
/* "200MB": bytes. */
bool take_size(const char *verb, const char *option, const char *text, uint64_t *bytes);
/* Comma-separated names into the bits of their numbers; `all` are all bits there are. */
bool take_names(const char *verb, const char *option, const char *text,
                bool (*find)(const char *name, unsigned *number), const char *table, uint32_t *bits);
/* As many as there are processors. */
uint32_t default_jobs(void);
/* The monotonic clock. */
int64_t clock_ms(void);

#endif
