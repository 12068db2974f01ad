#include "reports/json.h"

#include "core/effect.h"
#include "core/heap.h"

#include <string.h>

/* cJSON writes the bytes as they are. */
static void add_clean_text(cJSON *object, const char *key, const char *text)
{
    struct sink clean;
    size_t plain = 0, rest = strlen(text);

    sink_init(&clean);
    for (size_t i = 0; rest > 0;) {
        const size_t length = utf8_length(text + i, rest);

        if (length == 0) {
            sink_add_n(&clean, text + plain, i - plain);
            sink_add(&clean, UTF8_REPLACEMENT);
            plain = i + 1;
        }
        i += length == 0 ? 1 : length;
        rest -= length == 0 ? 1 : length;
    }
    if (clean.length > 0) {
        sink_add(&clean, text + plain);
    }
    cJSON_AddStringToObject(object, key, clean.length == 0 ? text : clean.text);
    sink_free(&clean);
}

void json_add_text(cJSON *object, const char *key, const char *text)
{
    if (text == NULL) {
        cJSON_AddNullToObject(object, key);
    } else {
        add_clean_text(object, key, text);
    }
}

void json_write(struct sink *sink, cJSON *json)
{
    char *text = cJSON_Print(json);

    if (text == NULL) {
        heap_is_out();
    }
    sink_printf(sink, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(json);
}
