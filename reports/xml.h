/* Text in XML 1.0: markup escaped, characters it forbids dropped, U+FFFD for what is no UTF-8. */
#ifndef DRYDOCK_REPORTS_XML_H
#define DRYDOCK_REPORTS_XML_H

#include "reports/sink.h"

void xml_text(struct sink *sink, const char *text);
/* ` name="text"`. */
void xml_attribute(struct sink *sink, const char *name, const char *text);

#endif
