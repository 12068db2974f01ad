/* What events are called in a timeline: texts, short enough for a line. */
#include "reports/timeline.h"

#include <string.h>

enum {
    TIME_AT = 11 /* of an ISO date */,
    TIME_LENGTH = 12,
    ANSWER_MAX = 160,
    VALUE_MAX = 40,
    ID_SHOWN = 12,
    MS_PER_SECOND = 1000,
    MS_PER_MINUTE = 60000
};

/* ---- requests and answers ------------------------------------------------------------------------------------- */

const char *timeline_effect_text(struct arena *arena, const struct run_event *event)
{
    const char *name = effect_info(event->effect)->name;

    if (event->effect == EFFECT_CLOCK_DELAY) {
        return arena_printf(arena, "%s %.0f ms", name, value_get_number(event->args, "ms", 0));
    }
    return event->object == NULL ? name : arena_printf(arena, "%s %s", name, event->object);
}

const char *timeline_fault_text(struct arena *arena, const struct run_event *event)
{
    return event->fault == FAULT_NONE ? "" : arena_printf(arena, " ⚡ %s", fault_info(event->fault)->name);
}

/* The first line of a text, or its first bytes, whole characters only. */
static const char *shortened(struct arena *arena, const char *text, size_t bytes_max)
{
    size_t length = strcspn(text, "\n");

    if (length <= bytes_max && (text[length] == '\0' || text[length + 1] == '\0')) {
        return arena_string_n(arena, text, length);
    }
    length = length < bytes_max ? length : bytes_max;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
        length--;
    }
    return arena_printf(arena, "%.*s…", (int)length, text);
}

static const char *counted(struct arena *arena, uint32_t count, const char *what)
{
    return arena_printf(arena, "%u %s%s", count, what, count == 1 ? "" : "s");
}

/* Arrays, by what they are lists of. */
static const char *list_words(struct arena *arena, enum effect_id effect, const struct value *list)
{
    const char *what = effect == EFFECT_DOCKER_CONTAINERS_LIST || effect == EFFECT_PEERS_LISTRUNNINGAPPS ? "container"
                       : effect == EFFECT_DOCKER_NETWORKS_LIST                                           ? "network"
                       : effect == EFFECT_DOCKER_IMAGES_LIST                                             ? "image"
                       : effect == EFFECT_SYNCTHING_GET_FOLDERS                                          ? "folder"
                       : effect == EFFECT_SYNCTHING_GET_DEVICES                                          ? "device"
                                                                                                         : "item";

    return counted(arena, value_count(list), what);
}

/* What an object says, by the member that says it; NULL: nothing that is known. */
static const char *object_words(struct arena *arena, enum effect_id effect, const struct value *object)
{
    static const char *const deleted[] = {"ContainersDeleted", "NetworksDeleted", "VolumesDeleted", "ImagesDeleted"};
    const char *status = value_get_text(value_get(object, "State"), "Status");

    for (size_t i = 0; i < sizeof deleted / sizeof deleted[0]; i++) {
        const struct value *list = value_get(object, deleted[i]);

        if (list != NULL) {
            return value_count(list) == 0 ? "nothing deleted" : arena_printf(arena, "%u deleted", value_count(list));
        }
    }
    if (status != NULL) {
        return status;
    }
    if (value_is(value_get(object, "docs"), VALUE_ARRAY)) {
        return counted(arena, value_count(value_get(object, "docs")), "document");
    }
    if (value_is(value_get(object, "n"), VALUE_NUMBER)) {
        return counted(arena, (uint32_t)value_get_number(object, "n", 0), "document");
    }
    if (value_get(object, "value") != NULL) {
        return value_is(value_get(object, "value"), VALUE_NULL) ? "no document" : "the document";
    }
    if (value_is(value_get(object, "data"), VALUE_ARRAY)) {
        return list_words(arena, effect, value_get(object, "data"));
    }
    if (value_get_text(object, "Id") != NULL) {
        return arena_printf(arena, "id %.*s", ID_SHOWN, value_get_text(object, "Id")); /* as docker itself shows it */
    }
    return value_get_text(object, "stdout") != NULL ? value_get_text(object, "stdout")
                                                    : value_get_text(object, "status");
}

static const char *result_words(struct arena *arena, const struct run_event *event)
{
    const struct value *result = event->result;
    const char *words = value_is(result, VALUE_ARRAY)    ? list_words(arena, event->effect, result)
                        : value_is(result, VALUE_OBJECT) ? object_words(arena, event->effect, result)
                                                         : value_text(result);

    if (result == NULL || value_is(result, VALUE_NULL) || (words != NULL && words[0] == '\0')) {
        return "done";
    }
    return shortened(arena, words != NULL ? words : value_json(arena, result), VALUE_MAX);
}

const char *timeline_answer_text(struct arena *arena, const struct run_event *event)
{
    if (event->effect == EFFECT_CLOCK_DELAY) {
        return "";
    }
    if (event->error != NULL) {
        const char *message = shortened(arena, event->error->message, ANSWER_MAX);

        return event->error->status == 0 ? arena_printf(arena, " → %s", message)
                                         : arena_printf(arena, " → %d %s", event->error->status, message);
    }
    return event->applied_ms < 0 || event->resumed_ms < 0 ? " → no answer"
                                                          : arena_printf(arena, " → %s", result_words(arena, event));
}

const char *timeline_printable(struct arena *arena, const char *text)
{
    enum { DELETE = 0x7f };
    char *copy = NULL;

    for (size_t i = 0; text[i] != '\0'; i++) {
        if ((unsigned char)text[i] < ' ' || text[i] == DELETE) {
            copy = copy == NULL ? arena_string(arena, text) : copy;
            copy[i] = ' ';
        }
    }
    return copy == NULL ? text : copy;
}

/* ---- changes and messages ------------------------------------------------------------------------------------- */

const char *timeline_change_text(struct arena *arena, const struct run_event *event)
{
    bool gone = strstr(event->text, "removed") != NULL || strstr(event->text, "lost") != NULL;
    bool row = strncmp(event->text, "row ", 4) == 0;
    const char *object = row && event->object != NULL && event->detail != NULL ? event->detail : event->object;

    return arena_printf(arena, "%s %s%s%s%s", gone ? "−" : "+", row ? "local " : "", event->text,
                        object == NULL ? "" : ": ", object == NULL ? "" : object);
}

static const char *app_names(struct arena *arena, const struct value *apps)
{
    const char *names = "";

    for (uint32_t i = 0; i < value_count(apps); i++) {
        const char *name = value_get_text(value_at(apps, i), "name");

        names = arena_printf(arena, "%s%s%s", names, i == 0 ? "" : ", ", name == NULL ? "?" : name);
    }
    return names[0] == '\0' ? "nothing" : names;
}

const char *timeline_message_text(struct arena *arena, const struct value *data)
{
    const struct value *apps = value_get(data, "apps");
    const char *name = value_get_text(data, "name");
    const char *app = value_get_text(data, "appName");

    if (value_is_text(value_get(data, "type"), "fluxapprunning")) {
        return arena_printf(arena, "announces to the network: %s running",
                            apps != NULL   ? app_names(arena, apps)
                            : name == NULL ? "?"
                                           : name);
    }
    if (value_is_text(value_get(data, "type"), "fluxappremoved")) {
        return arena_printf(arena, "tells the network: %s removed", app == NULL ? "?" : app);
    }
    if (value_is_text(value_get(data, "type"), "fluxappinstalling")) {
        return arena_printf(arena, "tells the network: %s is being installed", name == NULL ? "?" : name);
    }
    if (value_is_text(value_get(data, "type"), "fluxnodesigterm")) {
        return "tells the network: this node shuts down";
    }
    return arena_printf(arena, "tells the network: %s could not be installed", name == NULL ? "?" : name);
}

/* ---- time and numbers ----------------------------------------------------------------------------------------- */

const char *timeline_gap_text(struct arena *arena, int64_t ms, uint32_t steps)
{
    char text[64];

    if (ms == 0) {
        return steps == 0 ? "at the same instant"
                          : arena_printf(arena, "%u transition%s later", steps, steps == 1 ? "" : "s");
    }
    virtual_time_text(ms, text, sizeof text);
    return ms % MS_PER_SECOND == 0 && ms < MS_PER_MINUTE
               ? arena_printf(arena, "%lld s later", (long long)(ms / MS_PER_SECOND))
               : arena_printf(arena, "%s later", text);
}

const char *timeline_clock_text(struct arena *arena, int64_t at_ms)
{
    return arena_string_n(arena, value_iso_date(arena, at_ms) + TIME_AT, TIME_LENGTH);
}

const char *timeline_count_text(struct arena *arena, uint32_t number)
{
    enum { THOUSAND = 1000 };

    return number < THOUSAND
               ? arena_printf(arena, "%u", number)
               : arena_printf(arena, "%s,%03u", timeline_count_text(arena, number / THOUSAND), number % THOUSAND);
}
