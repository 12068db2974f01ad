#include "reports/json.h"

void json_add_text(cJSON *object, const char *key, const char *text)
{
    if (text == NULL) {
        cJSON_AddNullToObject(object, key);
    } else {
        cJSON_AddStringToObject(object, key, text);
    }
}

void json_write(struct sink *sink, cJSON *json)
{
    char *text = cJSON_Print(json);

    if (text == NULL) {
        sink->failed = true;
    } else {
        sink_printf(sink, "%s\n", text);
        cJSON_free(text);
    }
    cJSON_Delete(json);
}
