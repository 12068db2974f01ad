#include "fakes/docker/filters.h"

#include "fakes/docker/pattern.h"
#include "fakes/world.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The values of a name as an array of texts; NULL when they are no form that the Engine takes. */
static const struct value *values_of(struct arena *arena, const struct value *given)
{
    if (value_is(given, VALUE_ARRAY)) {
        for (uint32_t i = 0; i < given->count; i++) {
            if (value_text(value_at(given, i)) == NULL) {
                return NULL;
            }
        }
        return given;
    }
    if (!value_is(given, VALUE_OBJECT)) {
        return NULL;
    }
    const struct value **texts = arena_alloc(arena, (given->count + 1) * sizeof *texts);

    for (uint32_t i = 0; i < given->count; i++) {
        if (!value_is(given->members[i].value, VALUE_BOOL)) {
            return NULL;
        }
        texts[i] = value_string(arena, given->members[i].key);
    }
    return value_array(arena, texts, given->count);
}

/* NULL: every name is. */
static bool is_accepted(const char *const *accepted, const char *name)
{
    if (accepted == NULL) {
        return true;
    }
    while (*accepted != NULL && strcmp(*accepted, name) != 0) {
        accepted++;
    }
    return *accepted != NULL;
}

/* Sets the 500 that says, in the words of Go's encoding/json, why a text is no filters. */
static bool unreadable(struct docker_request *request, struct docker_filters *filters, const char *text,
                       const struct value *value, const char *type)
{
    static const char *const kinds[] = {"null", "bool", "number", "string", "string", "array", "object"};

    filters->unreadable = true;
    if (value == NULL) {
        effect_fail(request->effect, request->answers, 500, NULL,
                    "invalid character '%c' looking for beginning of value", text[0]);
    } else {
        effect_fail(request->effect, request->answers, 500, NULL, "json: cannot unmarshal %s into Go value of type %s",
                    kinds[value->kind], type);
    }
    return false;
}

bool docker_filters_read(struct docker_request *request, const char *const *accepted, struct docker_filters *filters)
{
    struct arena *arena = request->answers;
    const char *text = docker_parameter(request, "filters");
    const struct value *given = text == NULL || text[0] == '\0' ? NULL : value_parse(arena, text, strlen(text));

    *filters = (struct docker_filters){.all = value_empty_object()};
    if (text == NULL || text[0] == '\0') {
        return true;
    }
    if (!value_is(given, VALUE_OBJECT)) {
        return unreadable(request, filters, text, given, "map[string]map[string]bool");
    }
    for (uint32_t i = 0; i < given->count; i++) {
        const char *name = given->members[i].key;
        const struct value *values = values_of(arena, given->members[i].value);

        if (values == NULL) {
            return unreadable(request, filters, text, given->members[i].value, "map[string]bool");
        }
        if (!is_accepted(accepted, name)) {
            effect_fail(request->effect, arena, 400, NULL, "Invalid filter '%s'", name);
            return false;
        }
        filters->all = value_with(arena, filters->all, name, values);
    }
    return true;
}

const struct value *docker_filter_values(const struct docker_filters *filters, const char *name)
{
    return value_get(filters->all, name);
}

static bool any_value(const struct docker_filters *filters, const char *name, const char *text,
                      bool (*fits)(const char *value, const char *text))
{
    const struct value *values = docker_filter_values(filters, name);

    for (uint32_t i = 0; i < value_count(values); i++) {
        if (fits(value_text(value_at(values, i)), text)) {
            return true;
        }
    }
    return value_count(values) == 0;
}

static bool is_same(const char *value, const char *text)
{
    return strcmp(value, text) == 0;
}

static bool is_part(const char *value, const char *text)
{
    return strstr(text, value) != NULL;
}

static bool is_prefix(const char *value, const char *text)
{
    return strncmp(text, value, strlen(value)) == 0;
}

/* What could make a matcher large or slow, counted repeats and references back, fits nothing. */
static bool is_pattern_of(const char *value, const char *text)
{
    enum { LENGTH_MAX = 256 };
    regex_t pattern;

    if (strcmp(value, text) == 0) {
        return true;
    }
    if (strlen(value) > LENGTH_MAX || strpbrk(value, "{\\") != NULL) {
        return false;
    }
    if (!pattern_read(&pattern, value, REG_EXTENDED | REG_NOSUB)) {
        return false;
    }
    bool found = pattern_fits(&pattern, text, 0, NULL, 0);

    regfree(&pattern);
    return found;
}

bool docker_filter_pattern(const struct docker_filters *filters, const char *name, const char *text)
{
    return any_value(filters, name, text, is_pattern_of);
}

bool docker_filter_is(const struct docker_filters *filters, const char *name, const char *text)
{
    return any_value(filters, name, text, is_same);
}

bool docker_filter_part(const struct docker_filters *filters, const char *name, const char *text)
{
    return any_value(filters, name, text, is_part);
}

bool docker_filter_prefix(const struct docker_filters *filters, const char *name, const char *text)
{
    return any_value(filters, name, text, is_prefix);
}

/* Whether "key" or "key=value" is among the labels. */
static bool has_label(const struct value *labels, const char *wanted)
{
    const char *equals = strchr(wanted, '=');
    size_t length = equals == NULL ? strlen(wanted) : (size_t)(equals - wanted);

    for (uint32_t i = 0; i < value_count(labels); i++) {
        const struct value_member *label = &labels->members[i];

        if (strlen(label->key) == length && strncmp(label->key, wanted, length) == 0) {
            return equals == NULL || value_is_text(label->value, equals + 1);
        }
    }
    return false;
}

bool docker_filter_labels(const struct docker_filters *filters, const char *name, const struct value *labels)
{
    const struct value *values = docker_filter_values(filters, name);
    bool opposite = name[strlen(name) - 1] == '!';

    for (uint32_t i = 0; i < value_count(values); i++) {
        if (has_label(labels, value_text(value_at(values, i))) == opposite) {
            return false;
        }
    }
    return true;
}

bool docker_filter_truth(struct docker_request *request, const struct docker_filters *filters, const char *name,
                         bool otherwise, bool *truth)
{
    const struct value *values = docker_filter_values(filters, name);
    const char *text = value_text(value_at(values, 0));

    *truth = otherwise;
    if (values == NULL) {
        return true;
    }
    if (value_count(values) == 1 && (strcmp(text, "1") == 0 || strcasecmp(text, "true") == 0)) {
        *truth = true;
    } else if (value_count(values) == 1 && (strcmp(text, "0") == 0 || strcasecmp(text, "false") == 0)) {
        *truth = false;
    } else {
        const char *all = text;

        for (uint32_t i = 1; i < value_count(values); i++) {
            all = arena_printf(request->answers, "%s %s", all, value_text(value_at(values, i)));
        }
        effect_fail(request->effect, request->answers, 400, NULL, "Invalid filter '%s=[%s]'", name, all);
        return false;
    }
    return true;
}

/* Go's time.ParseDuration, as far as people write it: numbers with units, "1h30m", "1.5s". false when it is none. */
static bool read_duration(const char *text, double *ms)
{
    static const struct {
        const char *name;
        double ms;
    } units[] = {{"ms", 1}, {"us", 1e-3}, {"ns", 1e-6}, {"h", 3600e3}, {"m", 60e3}, {"s", 1e3}};

    *ms = 0;
    do {
        char *end = NULL;
        double number = strtod(text, &end);
        size_t unit = 0;

        while (unit < sizeof units / sizeof units[0] && strncmp(end, units[unit].name, strlen(units[unit].name)) != 0) {
            unit++;
        }
        if (end == text || unit == sizeof units / sizeof units[0]) {
            return false;
        }
        *ms += number * units[unit].ms;
        text = end + strlen(units[unit].name);
    } while (*text != '\0');
    return true;
}

bool docker_filter_until(struct docker_request *request, const struct docker_filters *filters, int64_t *until_ms)
{
    enum { MS_PER_SECOND = 1000 };
    const struct value *values = docker_filter_values(filters, "until");
    const char *text = value_text(value_at(values, 0));
    char *end = NULL;
    double number = 0;

    if (values == NULL) {
        return true;
    }
    if (value_count(values) != 1) {
        effect_fail(request->effect, request->answers, 400, NULL, "more than one until filter specified");
        return false;
    }
    number = strtod(text, &end);
    if (end != text && *end == '\0') {
        *until_ms = number_to_whole(number * MS_PER_SECOND);
    } else if (read_duration(text, &number)) {
        *until_ms = request->engine->world->now_ms - number_to_whole(number);
    } else if (!parse_iso_date(text, until_ms) &&
               !parse_iso_date(arena_printf(request->answers, "%sZ", text), until_ms) &&
               !parse_iso_date(arena_printf(request->answers, "%sT00:00:00Z", text), until_ms)) {
        effect_fail(request->effect, request->answers, 500, NULL, "failed to parse value as time or duration: \"%s\"",
                    text);
        return false;
    }
    return true;
}

bool go_is_truth(const char *text)
{
    static const char *const truths[] = {"1", "t", "T", "TRUE",  "true",  "True",
                                         "0", "f", "F", "FALSE", "false", "False"};

    for (size_t i = 0; i < sizeof truths / sizeof truths[0]; i++) {
        if (strcmp(truths[i], text) == 0) {
            return true;
        }
    }
    return false;
}
