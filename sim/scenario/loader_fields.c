/* The mechanism of loader.h: shapes, simple readers, mistakes. */
#include "sim/scenario/loader.h"

#include "reports/sink.h"
#include "sim/scenario/units.h"

#include <math.h>
#include <string.h>

enum { MISTAKES_MAX = 20, NAME_LENGTH_MAX = 64 };

/* ---- mistakes
 * --------------------------------------------------------------------------------------------------------------------
 */

void mistake_at(struct loader *loader, const struct json_path *path, bool at_key, const char *format, ...)
{
    va_list arguments;

    if (loader->mistake_count++ >= MISTAKES_MAX) {
        return; /* to find its place means to read the file */
    }
    struct json_place place = json_locate(loader->text, loader->length, path, at_key);

    va_start(arguments, format);
    const char *message = arena_vprintf(loader->arena, format, arguments);

    va_end(arguments);
    message = mistake_line(loader->arena, loader->file, place, message);
    loader->mistakes =
        loader->mistakes == NULL ? message : arena_printf(loader->arena, "%s\n%s", loader->mistakes, message);
}

/* Levenshtein's distance (Wagner & Fischer, J. ACM 21(1), 1974), for names up to NAME_LENGTH_MAX. */
static unsigned distance(const char *left, const char *right)
{
    unsigned row[NAME_LENGTH_MAX + 1];
    size_t left_length = strlen(left);
    size_t right_length = strlen(right);

    if (left_length > NAME_LENGTH_MAX || right_length > NAME_LENGTH_MAX) {
        return NAME_LENGTH_MAX;
    }
    for (unsigned j = 0; j <= right_length; j++) {
        row[j] = j;
    }
    for (unsigned i = 1; i <= left_length; i++) {
        unsigned diagonal = row[0];

        row[0] = i;
        for (unsigned j = 1; j <= right_length; j++) {
            unsigned above = row[j];
            unsigned change = diagonal + (left[i - 1] != right[j - 1]);
            unsigned insert = (row[j - 1] < above ? row[j - 1] : above) + 1;

            row[j] = change < insert ? change : insert;
            diagonal = above;
        }
    }
    return row[right_length];
}

static const char *nearest(const char *given, const char *const *names)
{
    const char *best = NULL;
    unsigned best_distance = strlen(given) < 4 ? 2 : 4; /* nearer than this */

    for (; *names != NULL; names++) {
        unsigned own = distance(given, *names);

        if (own < best_distance) {
            best = *names;
            best_distance = own;
        }
    }
    return best;
}

enum { NAMES_SHOWN_MAX = 12 }; /* of a table; `drydock list` and schema.json have them all */

void unknown_name(struct loader *loader, const struct json_path *path, bool at_key, const char *what, const char *given,
                  const char *const *names)
{
    const char *near_name = nearest(given, names);
    const char *list = "";

    if (near_name != NULL) {
        mistake_at(loader, path, at_key, "unknown %s \"%.60s\", did you mean \"%s\"?", what, given, near_name);
        return;
    }
    for (size_t i = 0; i < NAMES_SHOWN_MAX && names[i] != NULL; i++) {
        list = arena_printf(loader->arena, "%s%s%s%s", list, i == 0 ? "" : ", ", names[i],
                            i + 1 == NAMES_SHOWN_MAX && names[i + 1] != NULL ? " …" : "");
    }
    mistake_at(loader, path, at_key, "unknown %s \"%.60s\", expected %s%s", what, given,
               list[0] == '\0' ? "none: there are none" : "one of ", list);
}

void either_or(struct loader *loader, const struct json_path *path, const char *what, const char *one,
               const char *other, bool both)
{
    mistake_at(loader, path, false, "%s with %s \"%s\" %s \"%s\", expected one of them", what,
               both ? "both" : "neither", one, both ? "and" : "nor", other);
}

const char *kind_text(const struct value *value)
{
    static const char *const texts[] = {"null",   "true or false", "a number", "a string",
                                        "a date", "an array",      "an object"};

    return texts[value->kind];
}

static void wrong_kind(struct loader *loader, const struct value *value, const struct json_path *path,
                       const char *wanted)
{
    mistake_at(loader, path, false, "%s is %s, expected %s", json_path_text(loader->arena, path), kind_text(value),
               wanted);
}

/* ---- shapes
 * ------------------------------------------------------------------------------------------------------------------------
 */

static void unknown_key(struct loader *loader, const struct json_path *path, const struct object_shape *shape)
{
    const char **names = arena_alloc(loader->arena, (shape->count + 1) * sizeof *names);

    for (size_t i = 0; i < shape->count; i++) {
        names[i] = shape->fields[i].key;
    }
    unknown_name(loader, path, true, arena_printf(loader->arena, "key in %s", shape->title), path->key, names);
}

static const struct field *find_field(const struct object_shape *shape, const char *key)
{
    for (size_t i = 0; i < shape->count; i++) {
        if (strcmp(shape->fields[i].key, key) == 0) {
            return &shape->fields[i];
        }
    }
    return NULL;
}

bool read_object(struct loader *loader, const struct value *value, const struct json_path *path,
                 const struct object_shape *shape, void *target)
{
    if (!value_is(value, VALUE_OBJECT)) {
        mistake_at(loader, path, false, "%s is %s, expected an object",
                   path->parent == NULL ? shape->title : json_path_text(loader->arena, path), kind_text(value));
        return false;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        struct json_path member = {path, value->members[i].key, 0};
        const struct field *field = find_field(shape, member.key);

        if (field == NULL) {
            unknown_key(loader, &member, shape);
        } else {
            field->read(loader, value->members[i].value, &member, (char *)target + field->offset);
        }
    }
    for (size_t i = 0; i < shape->count; i++) {
        if (shape->fields[i].required && value_get(value, shape->fields[i].key) == NULL) {
            mistake_at(loader, path, false, "%s lacks \"%s\"", shape->title, shape->fields[i].key);
        }
    }
    return true;
}

bool read_good_object(struct loader *loader, const struct value *value, const struct json_path *path,
                      const struct object_shape *shape, void *target)
{
    unsigned before = loader->mistake_count;

    return read_object(loader, value, path, shape, target) && loader->mistake_count == before;
}

void read_array(struct loader *loader, const struct value *value, const struct json_path *path, field_reader *read,
                size_t item_size, void **items, uint32_t *count)
{
    if (!value_is(value, VALUE_ARRAY)) {
        wrong_kind(loader, value, path, "an array");
        return;
    }
    *items = arena_alloc(loader->arena, (value->count + 1) * item_size);
    *count = value->count;
    for (uint32_t i = 0; i < value->count; i++) {
        struct json_path item = {path, NULL, i};

        read(loader, value->items[i], &item, (char *)*items + i * item_size);
    }
}

void read_values(struct loader *loader, const struct value *value, const struct json_path *path, field_reader *read,
                 void *target)
{
    const struct value **items = NULL;
    uint32_t count = 0;

    read_array(loader, value, path, read, sizeof items[0], (void **)&items, &count);
    *(const struct value **)target = value_array(loader->arena, items, count);
}

/* ---- simple readers
 * --------------------------------------------------------------------------------------------------------------------
 */

void read_text(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    if (!value_is(value, VALUE_STRING)) {
        wrong_kind(loader, value, path, "a string");
    } else if (value->count == 0) {
        mistake_at(loader, path, false, "%s is empty, expected text", json_path_text(loader->arena, path));
    } else {
        *(const char **)target = value->string;
    }
}

void read_bool(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    if (!value_is(value, VALUE_BOOL)) {
        wrong_kind(loader, value, path, "true or false");
    } else {
        *(bool *)target = value->boolean;
    }
}

void read_number(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    if (!value_is(value, VALUE_NUMBER)) {
        wrong_kind(loader, value, path, "a number");
    } else if (!(value->number >= 0 && value->number <= 1e15)) {
        mistake_at(loader, path, false, "%s is out of range, expected 0 to 10^15", json_path_text(loader->arena, path));
    } else {
        *(double *)target = value->number;
    }
}

void read_whole_number(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    double number = 0;

    read_number(loader, value, path, &number);
    if (number > floor(number)) {
        mistake_at(loader, path, false, "%s is %.17g, expected a whole number", json_path_text(loader->arena, path),
                   number);
    } else {
        *(double *)target = number;
    }
}

void read_duration(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    if (value_is(value, VALUE_NUMBER)) {
        mistake_at(loader, path, false, "%s has no unit, expected a duration such as \"30s\", \"5m\" or \"13h\"",
                   json_path_text(loader->arena, path));
    } else if (!value_is(value, VALUE_STRING)) {
        wrong_kind(loader, value, path, "a duration such as \"30s\", \"5m\" or \"13h\"");
    } else if (!parse_duration(value->string, target)) {
        mistake_at(loader, path, false,
                   "\"%.60s\" is no duration, expected one such as \"30s\", \"5m\", \"1h30m\" or \"2d\"",
                   value->string);
    }
}

void read_instant(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    if (!value_is(value, VALUE_STRING)) {
        wrong_kind(loader, value, path, "an instant such as \"2026-03-27T00:40:00Z\"");
    } else if (!parse_iso_date(value->string, target)) {
        mistake_at(loader, path, false, "\"%.60s\" is no instant, expected RFC 3339 such as \"2026-03-27T00:40:00Z\"",
                   value->string);
    }
}

void read_text_list(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct text_list *list = target;

    read_array(loader, value, path, read_text, sizeof list->texts[0], (void **)&list->texts, &list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->texts[i] == NULL) {
            list->texts[i] = ""; /* a mistake, already said */
        }
    }
}

void read_ignored(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    (void)loader;
    (void)value;
    (void)path;
    (void)target;
}

void read_any(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    (void)loader;
    (void)path;
    *(const struct value **)target = value;
}

/* An array of text, kept as a value. */
void read_names(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct text_list list = {NULL, 0};

    read_text_list(loader, value, path, &list);
    *(const struct value **)target = value;
}
