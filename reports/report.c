#include "reports/report.h"

#include <stdio.h>
#include <string.h>

void revision_text(const struct run_record *record, char *text, size_t size)
{
    size_t length = (size_t)snprintf(text, size, "%s", record->revision);

    for (uint32_t i = 0; i < record->without_count && length < size; i++) {
        length += (size_t)snprintf(text + length, size - length, " -%s", record->without[i]);
    }
}

const char *color_code(const struct report_options *options, enum color color)
{
    static const char *const codes[] = {"\033[0m",  "\033[1m",  "\033[2m", "\033[31m",
                                        "\033[32m", "\033[33m", "\033[34m"};

    return options->color ? codes[color] : "";
}
