#include "reports/escape.h"

#include <string.h>

void tap_text(struct sink *sink, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '#' || *text == '\\') {
            sink_add(sink, "\\");
        }
        sink_add_n(sink, *text == '\n' ? " " : text, 1);
    }
}

void yaml_quoted(struct sink *sink, const char *text)
{
    sink_add(sink, "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            sink_add(sink, "\\");
        }
        if (*text == '\n') {
            sink_add(sink, "\\n");
        } else if ((unsigned char)*text >= 0x20) {
            sink_add_n(sink, text, 1);
        }
    }
    sink_add(sink, "\"");
}

void markdown_text(struct sink *sink, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            sink_add(sink, " ");
        } else if (strchr("\\|`*_<>[]#~&", *text) != NULL) {
            sink_add(sink, "\\");
            sink_add_n(sink, text, 1);
        } else {
            sink_add_n(sink, text, 1);
        }
    }
}

void github_text(struct sink *sink, const char *text, bool property)
{
    static const char digits[] = "0123456789ABCDEF";
    enum { HIGH = 4, LOW = 15 };

    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;

        if (byte == '%' || byte == '\r' || byte == '\n' || (property && (byte == ':' || byte == ','))) {
            const char escape[] = {'%', digits[byte >> HIGH], digits[byte & LOW]};

            sink_add_n(sink, escape, sizeof escape);
        } else {
            sink_add_n(sink, text, 1);
        }
    }
}
