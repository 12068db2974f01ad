#include "reports/xml.h"

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
                sink_add_n(sink, text, 1);
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
