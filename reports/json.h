/* What the JSON reports share. */
#ifndef DRYDOCK_REPORTS_JSON_H
#define DRYDOCK_REPORTS_JSON_H

#include "reports/sink.h"

#include <cjson/cJSON.h>

/* A member that is the text, or null; U+FFFD for what is no UTF-8. */
void json_add_text(cJSON *object, const char *key, const char *text);
/* Prints the value into the sink and deletes it. */
void json_write(struct sink *sink, cJSON *json);

#endif
