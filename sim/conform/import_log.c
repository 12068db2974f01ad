/* A node's own log as the skeleton of a scenario: lifecycle.md 12.8 has the texts. */
#include "sim/conform/import.h"

#include "core/names.h"
#include "core/utf8.h"
#include "sim/scenario/json_text.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/units.h"

#include <string.h>

enum { TODO_MAX = 40, AFTERWARDS_MS = 10 * 60 * 1000 };

/* Longer than any log; a scenario may last ten years. */
static const int64_t SPAN_MAX_MS = INT64_C(5) * 365 * 24 * 60 * 60 * 1000;

/* What a message tells: `before` the name and what comes `after` it. */
static const struct pattern {
    const char *before, *after;
    const char *actor; /* who acts then; NULL: nobody new */
    bool component;    /* the name is an identifier such as web_app */
    bool enterprise, master_slave;
    bool error; /* it failed: worth a person's look */
} patterns[] = {
    {"APP REMOVAL TRIGGERED: ", " |", "remove", false, false, false, false},
    {"Private network access removed for ", "", "install", false, false, false, false},
    {"Error removing private network access for ", "", "install", false, false, false, false},
    {"Flux App network of ", " failed to initiate", "install", false, false, false, true},
    {"REMOVAL REASON: Installation failure - ", " failed to install", "install", false, false, false, true},
    {"Container for master/slave app ", " doesn't exist", "check", true, false, true, false},
    {"Failed to recreate master/slave app ", ":", "check", true, false, true, true},
    {"REMOVAL REASON: Master/slave container recreation failure - ", " (", "check", false, false, true, true},
    {"REMOVAL REASON: App start failure - ", " failed to start", "check", false, false, false, true},
    {"Stopped application checks not running", NULL, "check", false, false, false, false},
    {"Failed to decrypt enterprise app ", ":", NULL, false, true, false, true},
    {"Container ", " not found", NULL, true, false, false, true},
};

struct log_import {
    struct arena *arena;
    const char *file;
    uint32_t line, understood;
    bool begun;
    int64_t first_ms, last_ms;
    const struct value *apps;   /* name → object */
    const struct value *actors; /* task → object, the first time */
    const struct value *todo;
};

static void note_app(struct log_import *import, const char *app, const struct pattern *pattern)
{
    struct arena *arena = import->arena;
    const struct value *known = value_get(import->apps, app);

    known = known == NULL ? OBJECT(arena, {"name", value_string(arena, app)}) : known;
    known = pattern->enterprise ? value_with(arena, known, "enterprise", value_bool(true)) : known;
    known = pattern->master_slave ? value_with(arena, known, "containerData", value_string(arena, "g:/data")) : known;
    import->apps = value_with(arena, import->apps, app, known);
}

static void note_actor(struct log_import *import, const char *actor, const char *app, int64_t at_ms)
{
    struct arena *arena = import->arena;
    bool has_app = strcmp(actor, "check") != 0;
    const char *task = has_app ? arena_printf(arena, "%s:%s", actor, app) : actor;
    char at[32];

    if (value_get(import->actors, task) != NULL || (has_app && app == NULL)) {
        return;
    }
    duration_text(at_ms - import->first_ms, at, sizeof at);
    import->actors =
        value_with(arena, import->actors, task,
                   OBJECT(arena, {"actor", value_string(arena, actor)},
                          {"app", has_app ? value_string(arena, app) : NULL}, {"at", value_string(arena, at)}));
}

static void note_todo(struct log_import *import, const char *what)
{
    if (value_count(import->todo) < TODO_MAX && !value_holds_text(import->todo, what)) {
        import->todo = value_append(import->arena, import->todo, value_string(import->arena, what));
    }
}

/* A log has whatever was written to it. */
static bool is_utf8(const char *text)
{
    for (size_t rest = strlen(text); rest > 0;) {
        size_t length = utf8_length(text, rest);

        if (length == 0) {
            return false;
        }
        text += length;
        rest -= length;
    }
    return true;
}

/* The name that a pattern finds in a message; NULL when there is none. */
static const char *name_in(struct arena *arena, const struct pattern *pattern, const char *begin)
{
    const char *end = pattern->after == NULL      ? NULL
                      : pattern->after[0] == '\0' ? begin + strlen(begin)
                                                  : strstr(begin, pattern->after);

    if (end == NULL || end == begin || memchr(begin, ' ', (size_t)(end - begin)) != NULL) {
        return NULL;
    }
    const char *name = arena_string_n(arena, begin, (size_t)(end - begin));

    name = pattern->component ? main_app_name(arena, name) : name;
    return is_app_name(name) && is_utf8(name) ? name : NULL;
}

static void read_message(struct log_import *import, int64_t at_ms, const char *message)
{
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        const struct pattern *pattern = &patterns[i];
        const char *begin = strstr(message, pattern->before);

        if (begin == NULL) {
            continue;
        }
        const char *app = name_in(import->arena, pattern, begin + strlen(pattern->before));

        if (app == NULL && pattern->after != NULL) {
            continue;
        }
        if (app != NULL) {
            note_app(import, app, pattern);
        }
        if (pattern->actor != NULL) {
            note_actor(import, pattern->actor, app, at_ms);
        }
        if (pattern->error) {
            note_todo(import, arena_printf(import->arena, "what made this fail: %s", message));
        }
        return;
    }
    if (strstr(message, "rror") != NULL) {
        note_todo(import, arena_printf(import->arena, "not understood: %s", message));
    }
}

/* `2026-03-27T10:00:00.000Z   message`; other lines go on from the one before. */
static void read_line(struct log_import *import, const char *text, size_t length)
{
    const char *line = arena_string_n(import->arena, text, length);
    size_t stamp = strcspn(line, " \t");
    const char *message = line + stamp + strspn(line + stamp, " \t");
    int64_t at_ms = 0;

    if (stamp == 0 || message[0] == '\0' || !parse_iso_date(arena_string_n(import->arena, line, stamp), &at_ms)) {
        return;
    }
    if (!import->begun) {
        /* The first instant is the scenario's clock, which knows years of four digits. */
        if (strchr("+-", value_iso_date(import->arena, at_ms)[0]) != NULL) {
            return;
        }
        import->begun = true;
        import->first_ms = import->last_ms = at_ms;
    }
    import->understood++;
    if (at_ms - import->first_ms > SPAN_MAX_MS || import->first_ms - at_ms > SPAN_MAX_MS) {
        note_todo(import, arena_printf(import->arena, "years from the first line: %s", line));
        return;
    }
    /* Lines of several processes are not always in order: what is earlier than the first happens at the start. */
    import->last_ms = at_ms > import->last_ms ? at_ms : import->last_ms;
    read_message(import, at_ms, message);
}

static const struct value *members_of(struct arena *arena, const struct value *object)
{
    const struct value *list = value_empty_array();

    for (uint32_t i = 0; i < value_count(object); i++) {
        list = value_append(arena, list, object->members[i].value);
    }
    return list;
}

const struct value *import_log(struct arena *arena, const char *file, const char *text, size_t length,
                               const char **mistake)
{
    struct log_import import = {.arena = arena,
                                .file = file,
                                .apps = value_empty_object(),
                                .actors = value_empty_object(),
                                .todo = value_empty_array()};
    const char *end = text + length;
    const char *name = strrchr(file, '/');

    for (const char *line = text; line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        size_t size = (size_t)((next == NULL ? end : next) - line);

        read_line(&import, line, size);
        line += size + 1;
    }
    if (import.understood == 0) {
        *mistake = mistake_line(arena, file, (struct json_place){1, 1},
                                "neither a recording nor a FluxOS log, expected JSON lines or lines such as "
                                "2026-03-27T10:00:00.000Z message");
        return NULL;
    }
    char duration[32];

    duration_text(import.last_ms - import.first_ms + AFTERWARDS_MS, duration, sizeof duration);
    for (uint32_t i = 0; i < value_count(import.apps); i++) {
        note_todo(&import, arena_printf(arena, "app %s: its specification, and the state of its containers",
                                        import.apps->members[i].key));
    }
    note_todo(&import, "the release that wrote this log: revisions");
    note_todo(&import, "who was FDM's primary: world.fdm");
    return OBJECT(arena, {"$schema", value_string(arena, "../schema.json")},
                  {"name", value_string(arena, name == NULL ? file : name + 1)},
                  {"summary", value_string(arena, "Skeleton of what a node's log tells")}, {"todo", import.todo},
                  {"clock", value_string(arena, value_iso_date(arena, import.first_ms))},
                  {"world", OBJECT(arena, {"apps", members_of(arena, import.apps)})},
                  {"actors", members_of(arena, import.actors)}, {"duration", value_string(arena, duration)});
}
