/* Human forms: durations ("13h", "1h30m", "250ms"), sizes ("5GB", "1GiB"), counts. */
#ifndef DRYDOCK_SIM_SCENARIO_UNITS_H
#define DRYDOCK_SIM_SCENARIO_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "1h30m" → ms: numbers (a fraction is allowed) each with one of d h m s ms. false when the text is no duration or is
 * longer than 10 years. */
bool parse_duration(const char *text, int64_t *ms);
/* A duration as a scenario writes it: "1h30m". `size` at least 32. */
void duration_text(int64_t ms, char *text, size_t size);
/* "5GB" → bytes: one number with one of B KB MB GB TB KiB MiB GiB TiB. false when the text is no size or larger than 1
 * EB. */
bool parse_size(const char *text, double *bytes);
enum { GROUPED_TEXT_SIZE = 32 };
/* 1234567 → "1,234,567", which is returned. */
const char *grouped_text(uint64_t number, char text[GROUPED_TEXT_SIZE]);
/* Three digits and no exponent above: 0.5, 12.3, 1,234. `number` below 2^64; `text` is returned. */
const char *rounded_text(double number, char text[GROUPED_TEXT_SIZE]);
/* Three digits of a time: "412 us", "1.23 ms", "1,234 s". `text` is returned. */
const char *elapsed_text(uint64_t ns, char text[GROUPED_TEXT_SIZE]);

#endif
