#include "reports/xml.h"

#include "core/effect.h"

#include <string.h>

void xml_text(struct sink *sink, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        switch (byte) {
        case '<':
            sink_add(sink, "&lt;");
            break;
        case '>':
            sink_add(sink, "&gt;");
            break;
        case '&':
            sink_add(sink, "&amp;");
            break;
        case '"':
            sink_add(sink, "&quot;");
            break;
        case '\n':
        case '\t':
            sink_printf(sink, "&#%d;", byte);
            break;
        default:
            if (byte >= 0x20) {
                const size_t length = utf8_length(text, strlen(text));

                sink_add_n(sink, length == 0 ? UTF8_REPLACEMENT : text,
                           length == 0 ? strlen(UTF8_REPLACEMENT) : length);
                text += length == 0 ? 0 : length - 1;
            }
        }
    }
}

void xml_attribute(struct sink *sink, const char *name, const char *text)
{
    sink_printf(sink, " %s=\"", name);
    xml_text(sink, text);
    sink_add(sink, "\"");
}
