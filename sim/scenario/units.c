#include "sim/scenario/units.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    double factor;
};

/* Reads digits with an optional fraction. */
static bool read_number(const char **text, double *number)
{
    const char *start = *text;
    double scale = 1;

    *number = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++) {
        *number = *number * 10 + (**text - '0');
    }
    if (*text == start) {
        return false;
    }
    if (**text == '.') {
        const char *fraction = ++*text;

        for (; **text >= '0' && **text <= '9'; (*text)++) {
            scale /= 10;
            *number += (**text - '0') * scale;
        }
        return *text > fraction;
    }
    return true;
}

/* Reads a unit: the longest name that fits. */
static bool read_unit(const char **text, const struct unit *units, size_t count, double *factor)
{
    size_t best = 0;

    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(units[i].name);

        if (length > best && strncmp(*text, units[i].name, length) == 0) {
            best = length;
            *factor = units[i].factor;
        }
    }
    *text += best;
    return best > 0;
}

bool parse_duration(const char *text, int64_t *ms)
{
    static const struct unit units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
    static const double longest_ms = 10.0 * 366 * 86400000;
    double total_ms = 0;

    do {
        double number = 0;
        double factor = 0;

        if (!read_number(&text, &number) || !read_unit(&text, units, sizeof units / sizeof units[0], &factor)) {
            return false;
        }
        total_ms += number * factor;
    } while (*text != '\0' && total_ms <= longest_ms);
    if (*text != '\0' || total_ms > longest_ms) {
        return false;
    }
    *ms = (int64_t)(total_ms + 0.5);
    return true;
}

bool parse_size(const char *text, double *bytes)
{
    static const struct unit units[] = {{"B", 1},           {"KB", 1e3},           {"MB", 1e6},
                                        {"GB", 1e9},        {"TB", 1e12},          {"KiB", 1024.0},
                                        {"MiB", 1048576.0}, {"GiB", 1073741824.0}, {"TiB", 1099511627776.0}};
    double number = 0;
    double factor = 0;

    if (!read_number(&text, &number) || !read_unit(&text, units, sizeof units / sizeof units[0], &factor)) {
        return false;
    }
    *bytes = number * factor;
    return *text == '\0' && *bytes <= 1e18;
}

void duration_text(int64_t ms, char *text, size_t size)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
    size_t length = 0;

    snprintf(text, size, "0s");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (ms >= units[i].ms) {
            length +=
                (size_t)snprintf(text + length, size - length, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
            ms %= units[i].ms;
        }
    }
}

const char *grouped_text(uint64_t number, char text[GROUPED_TEXT_SIZE])
{
    char digits[GROUPED_TEXT_SIZE];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    size_t out = 0;

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            text[out++] = ',';
        }
        text[out++] = digits[i];
    }
    text[out] = '\0';
    return text;
}

const char *rounded_text(double number, char text[GROUPED_TEXT_SIZE])
{
    const double four_digits = 999.5;

    if (number >= four_digits) {
        return grouped_text((uint64_t)(number + 0.5), text);
    }
    snprintf(text, GROUPED_TEXT_SIZE, "%.3g", number);
    return text;
}

const char *elapsed_text(uint64_t ns, char text[GROUPED_TEXT_SIZE])
{
    static const struct unit units[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}};
    /* What rounds to a thousand of a unit is one of the next. */
    const double rounds_to_one = 0.9995;
    char number[GROUPED_TEXT_SIZE];
    size_t unit = 0;

    while (unit + 1 < sizeof units / sizeof units[0] && (double)ns < units[unit].factor * rounds_to_one) {
        unit++;
    }
    snprintf(text, GROUPED_TEXT_SIZE, "%.24s %s", rounded_text((double)ns / units[unit].factor, number),
             units[unit].name);
    return text;
}
