#include "fakes/docker/events.h"

#include "fakes/docker/containers.h"
#include "fakes/docker/filters.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { US_PER_MS = 1000, US_PER_SECOND = 1000000, NS_PER_US = 1000, BLOCK_FIRST = 256 };

/* ---- keeping
 * -------------------------------------------------------------------------------------------------------------------
 */

static int by_name(const void *left, const void *right)
{
    return strcmp(((const struct value_member *)left)->key, ((const struct value_member *)right)->key);
}

static size_t texts_size(const struct docker_event *event, const struct value_member *attributes, uint32_t count)
{
    size_t size = strlen(event->action) + 1 + strlen(event->id) + 1;

    for (uint32_t i = 0; i < count; i++) {
        size += strlen(attributes[i].key) + 1 + strlen(value_text(attributes[i].value)) + 1;
    }
    return size;
}

static char *put(char *at, const char *text)
{
    size_t size = strlen(text) + 1;

    memcpy(at, text, size);
    return at + size;
}

/* The event's attributes that are texts, sorted as the Engine's maps are written. */
static struct value_member *sorted_attributes(struct docker_engine *engine, const struct value *attributes,
                                              struct arena *scratch, uint32_t *count)
{
    struct value_member *sorted = arena_alloc(scratch, (value_count(attributes) + 1) * sizeof *sorted);

    (void)engine;
    *count = 0;
    for (uint32_t i = 0; i < value_count(attributes); i++) {
        if (value_text(attributes->members[i].value) != NULL) {
            sorted[(*count)++] = attributes->members[i];
        }
    }
    qsort(sorted, *count, sizeof *sorted, by_name);
    return sorted;
}

int64_t docker_now_us(struct docker_engine *engine)
{
    struct docker_events *events = &engine->whole->events;

    if (events->last_ms != engine->world->now_ms) {
        events->last_ms = engine->world->now_ms;
        events->within_us = 0;
    } else if (events->within_us < US_PER_MS - 1) {
        events->within_us++;
    }
    return events->last_ms * US_PER_MS + events->within_us;
}

void docker_event_note(struct docker_engine *engine, struct docker_event event)
{
    struct docker_events *events = &engine->whole->events;
    struct docker_kept_event *kept = &events->kept[events->noted % EVENTS_KEPT];
    uint32_t count = 0;
    struct value_member *attributes = sorted_attributes(engine, event.attributes, &engine->whole->scratch, &count);
    size_t size = texts_size(&event, attributes, count);

    if (kept->size < size) {
        uint32_t larger = kept->size == 0 ? BLOCK_FIRST : kept->size;

        while (larger < size) {
            larger *= 2;
        }
        kept->texts = arena_alloc(engine->world->memory, larger);
        kept->size = larger;
    }
    char *at = put(put(kept->texts, event.action), event.id);

    for (uint32_t i = 0; i < count; i++) {
        at = put(put(at, attributes[i].key), value_text(attributes[i].value));
    }
    kept->type = event.type;
    kept->at_us = docker_now_us(engine);
    kept->number = ++events->noted;
    kept->attribute_count = count;
    arena_reset(&engine->whole->scratch);
}

void docker_event_of_container(struct docker_engine *engine, const struct container *container, const char *action,
                               const struct value *more)
{
    struct arena *scratch = &engine->whole->scratch;
    const struct value *labels = value_get(container->details->config, "Labels");
    const struct value *attributes = value_is(labels, VALUE_OBJECT) ? labels : value_empty_object();

    attributes = value_with(scratch, attributes, "image", value_string(scratch, container->image));
    attributes = value_with(scratch, attributes, "name", value_string(scratch, container->name));
    for (uint32_t i = 0; i < value_count(more); i++) {
        attributes = value_with(scratch, attributes, more->members[i].key, more->members[i].value);
    }
    docker_event_note(engine, (struct docker_event){"container", action, container->id, attributes});
}

/* ---- what is kept, as values
 * -------------------------------------------------------------------------------------------------------------------
 */

static const char *after(const char *text)
{
    return text + strlen(text) + 1;
}

static const char *action_of(const struct docker_kept_event *kept)
{
    return kept->texts;
}

static const char *id_of(const struct docker_kept_event *kept)
{
    return after(kept->texts);
}

/* The value of an attribute; NULL when the event has none of this name. */
static const char *attribute_of(const struct docker_kept_event *kept, const char *name)
{
    const char *at = after(id_of(kept));

    for (uint32_t i = 0; i < kept->attribute_count; i++) {
        if (strcmp(at, name) == 0) {
            return after(at);
        }
        at = after(after(at));
    }
    return NULL;
}

static const struct value *attributes_of(const struct docker_kept_event *kept, struct arena *arena)
{
    struct value_member *members = arena_alloc(arena, (kept->attribute_count + 1) * sizeof *members);
    const char *at = after(id_of(kept));

    for (uint32_t i = 0; i < kept->attribute_count; i++) {
        members[i] = (struct value_member){arena_string(arena, at), value_string(arena, after(at))};
        at = after(after(at));
    }
    return value_object(arena, members, kept->attribute_count);
}

/* A message as moby's api/types/events has it: status, id and from are of containers and images only. */
static const struct value *message(const struct docker_kept_event *kept, struct arena *arena)
{
    bool container = strcmp(kept->type, "container") == 0;
    bool old_fields = container || strcmp(kept->type, "image") == 0;
    const char *from = container ? attribute_of(kept, "image") : NULL;
    const struct value *id = value_string(arena, id_of(kept));
    const struct value *action = value_string(arena, action_of(kept));

    return OBJECT(arena, {"status", old_fields ? action : NULL}, {"id", old_fields && id->count > 0 ? id : NULL},
                  {"from", value_string(arena, from)}, {"Type", value_string(arena, kept->type)}, {"Action", action},
                  {"Actor", OBJECT(arena, {"ID", id}, {"Attributes", attributes_of(kept, arena)})},
                  {"scope", value_string(arena, "local")},
                  {"time", docker_unix_seconds(arena, kept->at_us / US_PER_MS)},
                  {"timeNano", value_number(arena, (double)kept->at_us * NS_PER_US)});
}

/* ---- filters (moby daemon/events/filter.go)
 * -------------------------------------------------------------------------------------------------------------------
 */

/* "health_status", "exec_create" and "exec_start" stand for what begins with them. */
static bool action_passes(const struct docker_filters *filters, const struct docker_kept_event *kept)
{
    static const char *const families[] = {"health_status", "exec_create", "exec_start"};
    const struct value *values = docker_filter_values(filters, "event");

    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (value_holds_text(values, families[i])) {
            return docker_filter_prefix(filters, "event", action_of(kept));
        }
    }
    return docker_filter_is(filters, "event", action_of(kept));
}

/* By the object's id or name, or a prefix of one. */
static bool object_passes(const struct docker_filters *filters, const struct docker_kept_event *kept, const char *type)
{
    const char *name = attribute_of(kept, "name");

    return docker_filter_prefix(filters, type, id_of(kept)) ||
           docker_filter_prefix(filters, type, name == NULL ? "" : name);
}

static const char *without_tag(struct arena *arena, const char *reference)
{
    const char *colon = strrchr(reference, ':');

    return colon == NULL || strchr(colon, '/') != NULL ? reference
                                                       : arena_string_n(arena, reference, (size_t)(colon - reference));
}

static bool image_passes(const struct docker_filters *filters, const struct docker_kept_event *kept,
                         struct arena *arena)
{
    const char *name = attribute_of(kept, strcmp(kept->type, "image") == 0 ? "name" : "image");

    name = name == NULL ? "" : name;
    return docker_filter_is(filters, "image", id_of(kept)) || docker_filter_is(filters, "image", name) ||
           docker_filter_is(filters, "image", without_tag(arena, id_of(kept))) ||
           docker_filter_is(filters, "image", without_tag(arena, name));
}

static bool passes(const struct docker_filters *filters, const struct docker_kept_event *kept, struct arena *arena)
{
    static const char *const objects[] = {"container", "network", "volume", "daemon"};

    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        if (!object_passes(filters, kept, objects[i])) {
            return false;
        }
    }
    return action_passes(filters, kept) && docker_filter_is(filters, "type", kept->type) &&
           docker_filter_is(filters, "scope", "local") && image_passes(filters, kept, arena) &&
           docker_filter_labels(filters, "label", attributes_of(kept, arena));
}

/* ---- the stream
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Seconds since the epoch, with a fraction or not, in µs. false when the text is none. */
static bool read_instant(const char *text, int64_t *us)
{
    enum { DECIMAL = 10 };
    static const long long LAST_SECOND = INT64_MAX / US_PER_SECOND - 1;
    char *end = NULL;
    long long seconds = strtoll(text, &end, DECIMAL);
    int64_t fraction = 0;

    if (end == text) {
        return false;
    }
    if (*end == '.') {
        int64_t unit = US_PER_SECOND;

        for (end++; *end >= '0' && *end <= '9'; end++) {
            unit /= DECIMAL;
            fraction += (*end - '0') * unit;
        }
    }
    /* What is beyond all instants is before or after them all. */
    *us = seconds > LAST_SECOND    ? INT64_MAX
          : seconds < -LAST_SECOND ? INT64_MIN
                                   : (int64_t)seconds * US_PER_SECOND + fraction;
    return *end == '\0';
}

bool docker_instant(struct docker_request *request, const char *name, int status, int64_t otherwise, int64_t *us)
{
    const char *text = docker_parameter(request, name);

    *us = otherwise;
    if (text == NULL || text[0] == '\0' || read_instant(text, us)) {
        return true;
    }
    effect_fail(request->effect, request->answers, status, NULL, "strconv.ParseInt: parsing \"%s\": invalid syntax",
                text);
    return false;
}

void docker_events(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct docker_filters filters;
    int64_t since_us = 0, until_us = 0;

    if (!docker_instant(request, "since", 500, -1, &since_us) ||
        !docker_instant(request, "until", 500, INT64_MAX, &until_us) || !docker_filters_read(request, NULL, &filters)) {
        return;
    }
    if (until_us < since_us) {
        effect_fail(request->effect, request->answers, 400, NULL,
                    "`since` time (%lld) cannot be after `until` time (%lld)", (long long)(since_us / US_PER_SECOND),
                    (long long)(until_us / US_PER_SECOND));
        return;
    }
    request->reply->content_type = "application/json";
    request->reply->stream = (struct docker_stream){
        .kind = DOCKER_STREAM_EVENTS,
        .asked = request->effect->args,
        .position = since_us >= 0 ? 0 : engine->whole->events.noted,
        .since_us = since_us,
        .until_us = until_us,
        .until_ms = until_us == INT64_MAX ? INT64_MAX : until_us / US_PER_MS, /* when it is over */
    };
}

/* position: the number of the last event that was looked at. */
enum docker_stream_state docker_events_next(struct docker_engine *engine, struct docker_stream *stream,
                                            struct arena *arena, struct docker_chunk *chunk)
{
    const struct docker_events *events = &engine->whole->events;
    struct effect effect = {.args = stream->asked};
    struct docker_reply reply = {0};
    struct docker_request request = {engine, &effect, arena, &reply, arena};
    struct docker_filters filters;

    (void)docker_filters_read(&request, NULL, &filters); /* it was valid when it was asked */

    if (events->noted > EVENTS_KEPT && stream->position < events->noted - EVENTS_KEPT) {
        stream->position = events->noted - EVENTS_KEPT;
    }
    while (stream->position < events->noted) {
        const struct docker_kept_event *kept = &events->kept[stream->position++ % EVENTS_KEPT];

        if (kept->at_us >= stream->since_us && kept->at_us <= stream->until_us && passes(&filters, kept, arena)) {
            chunk->bytes = arena_printf(arena, "%s\n", value_json(arena, message(kept, arena)));
            chunk->length = strlen(chunk->bytes);
            return DOCKER_MORE;
        }
    }
    return engine->world->now_ms >= stream->until_ms ? DOCKER_OVER : DOCKER_LATER;
}
