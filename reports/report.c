#include "reports/report.h"

#include <stdio.h>
#include <string.h>

const struct report_format report_formats[] = {
#define FORMAT(name, writer, events, what) {name, writer, events, what},
#include "reports/formats.def"
    {NULL, NULL, false, NULL},
};

const char *const report_format_names[] = {
#define FORMAT(name, writer, events, what) name,
#include "reports/formats.def"
    NULL,
};

report_writer *trace_writer_of(const char *path)
{
    static const char extension[] = ".json";
    size_t length = strlen(path), tail = strlen(extension);

    return length > tail && strcmp(path + length - tail, extension) == 0 ? chrome_trace_write : trace_write;
}

void virtual_time_text(int64_t ms, char *text, size_t size)
{
    long long seconds = (long long)(ms / 1000);

    if (seconds >= 3600) {
        snprintf(text, size, "%lld h %02lld min", seconds / 3600, seconds / 60 % 60);
    } else if (seconds >= 60) {
        snprintf(text, size, "%lld min %02lld s", seconds / 60, seconds % 60);
    } else {
        snprintf(text, size, "%lld.%03lld s", seconds, (long long)(ms % 1000));
    }
}

static bool seen_before(const struct run_record *record, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(record->violations[i].oracle, record->violations[index].oracle) == 0) {
            return true;
        }
    }
    return false;
}

void add_violated_oracles(struct sink *sink, const struct run_record *record)
{
    const char *separator = "";

    for (uint32_t i = 0; i < record->violation_count; i++) {
        uint32_t times = 0;

        if (seen_before(record, i)) {
            continue;
        }
        for (uint32_t j = i; j < record->violation_count; j++) {
            times += strcmp(record->violations[j].oracle, record->violations[i].oracle) == 0;
        }
        sink_printf(sink, "%s%s", separator, record->violations[i].oracle);
        if (times > 1) {
            sink_printf(sink, " × %u", times);
        }
        separator = ", ";
    }
}

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
