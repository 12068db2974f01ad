#include "sim/search/names.h"

#include "core/value.h"
#include "sim/search/grow.h"

#include <stdlib.h>
#include <string.h>

void names_free(struct names *names)
{
    for (uint32_t i = 0; i < names->size; i++) {
        free(names->texts[i]);
    }
    free(names->texts);
    *names = (struct names){0};
}

static char **place_of(const struct names *names, const char *text)
{
    uint32_t place = (uint32_t)hash_text(text) & (names->size - 1);

    while (names->texts[place] != NULL && strcmp(names->texts[place], text) != 0) {
        place = (place + 1) & (names->size - 1);
    }
    return &names->texts[place];
}

static void more_places(struct names *names)
{
    enum { SIZE_FIRST = 256 };
    char **old = names->texts;
    uint32_t old_size = names->size;

    names->texts = NULL;
    names->size = 0;
    grow((void *)&names->texts, &names->size, old_size == 0 ? SIZE_FIRST : old_size * 2, sizeof *names->texts);
    for (uint32_t i = 0; i < old_size; i++) {
        if (old[i] != NULL) {
            *place_of(names, old[i]) = old[i];
        }
    }
    free(old);
}

const char *names_keep(struct names *names, const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    if ((names->count + 1) * 2 > names->size) {
        more_places(names);
    }
    char **place = place_of(names, text);

    if (*place == NULL) {
        uint32_t size = 0;

        grow((void *)place, &size, (uint32_t)strlen(text) + 1, 1);
        memcpy(*place, text, strlen(text) + 1);
        names->count++;
    }
    return *place;
}
