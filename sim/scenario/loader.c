/* Reading a scenario file: text, tree, and the outermost object. */
#include "sim/scenario/file_text.h"
#include "sim/scenario/loader.h"

#include <cjson/cJSON.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 2026-01-01T00:00:00Z, for scenarios that do not care */
#define CLOCK_DEFAULT_MS INT64_C(1767225600000)
enum { RETRY_BOUND_DEFAULT_MS = 30 * 60 * 1000 };

/* ---- fields of the outermost object
 * -------------------------------------------------------------------------------------------------- */

void unknown_revision(struct loader *loader, const struct json_path *path, bool at_key, const char *given)
{
    const char *names[8] = {NULL};

    for (size_t i = 0; i < 7 && revisions()[i].name != NULL; i++) {
        names[i] = revisions()[i].name;
    }
    unknown_name(loader, path, at_key, "revision", given, names);
}

static void read_revision(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    const struct revision **revision = target;
    const char *name = NULL;

    read_text(loader, value, path, &name);
    *revision = name == NULL ? NULL : revision_by_name(name);
    if (*revision == NULL) {
        if (name != NULL) {
            unknown_revision(loader, path, false, name);
        }
        *revision = revisions();
    }
}

static void read_revisions(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario *scenario = target;

    read_array(loader, value, path, read_revision, sizeof scenario->revisions[0], (void **)&scenario->revisions,
               &scenario->revision_count);
    if (value_is(value, VALUE_ARRAY) && value->count == 0) {
        mistake_at(loader, path, false, "revisions is empty, expected at least one");
    }
}

static void read_seed(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    double number = (double)*(uint64_t *)target;

    read_whole_number(loader, value, path, &number);
    *(uint64_t *)target = (uint64_t)number;
}

static void read_strategy(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    static const char *const names[] = {"script", "random", NULL};
    const char *name = NULL;

    read_text(loader, value, path, &name);
    if (name != NULL && strcmp(name, names[0]) != 0 && strcmp(name, names[1]) != 0) {
        unknown_name(loader, path, false, "strategy", name, names);
    }
    *(bool *)target = name != NULL && strcmp(name, "random") == 0;
}

/* Every report has it, on a line of its own or in one. */
static void read_name(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    enum { DELETE = 0x7f };
    const char *name = NULL;

    read_text(loader, value, path, &name);
    for (const char *at = name; at != NULL && *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == DELETE) {
            mistake_at(loader, path, false, "control character in %s, expected none",
                       json_path_text(loader->arena, path));
            return;
        }
    }
    *(const char **)target = name;
}

static const struct field root_fields[] = {
    {"$schema", read_ignored, 0, false},
    {"name", read_name, offsetof(struct scenario, name), true},
    {"summary", read_text, offsetof(struct scenario, summary), false},
    {"revisions", read_revisions, 0, false},
    {"todo", read_names, offsetof(struct scenario, todo), false},
    {"clock", read_instant, offsetof(struct scenario, clock_ms), false},
    {"seed", read_seed, offsetof(struct scenario, seed), false},
    {"duration", read_duration, offsetof(struct scenario, duration_ms), false},
    {"strategy", read_strategy, offsetof(struct scenario, random), false},
    {"retryBound", read_duration, offsetof(struct scenario, retry_bound_ms), false},
    {"world", read_world, offsetof(struct scenario, world), false},
    {"actors", read_actors, 0, true},
    {"faults", read_faults, 0, false},
    {"schedule", read_schedule, 0, false},
    {"window", read_duration, offsetof(struct scenario, window_ms), false},
    {"mishaps", read_mishaps, 0, false},
    {"course", read_course, 0, false},
    {"found", read_found, offsetof(struct scenario, found), false},
    {"expect", read_expectations, 0, false},
};

const struct object_shape root_shape = {"the scenario", "", root_fields, sizeof root_fields / sizeof root_fields[0]};

/* ---- the file
 * --------------------------------------------------------------------------------------------------------------------------
 */

static struct scenario *scenario_new(struct arena *arena, const char *file)
{
    struct scenario *scenario = arena_alloc(arena, sizeof *scenario);

    scenario->file = arena_string(arena, file);
    scenario->clock_ms = CLOCK_DEFAULT_MS;
    scenario->retry_bound_ms = RETRY_BOUND_DEFAULT_MS;
    default_world(arena, &scenario->world);
    return scenario;
}

static void set_default_revisions(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;

    if (scenario->revision_count > 0) {
        return;
    }
    while (revisions()[scenario->revision_count].name != NULL) {
        scenario->revision_count++;
    }
    scenario->revisions = arena_alloc(loader->arena, scenario->revision_count * sizeof *scenario->revisions);
    for (uint32_t i = 0; i < scenario->revision_count; i++) {
        scenario->revisions[i] = &revisions()[i];
    }
}

static struct scenario *mistaken(struct arena *arena, struct scenario_mistake *mistake, const char *file,
                                 struct json_place place, const char *message)
{
    mistake->text = mistake_line(arena, file, place, message);
    return NULL;
}

/* The text as a value; NULL, with the mistake, when it is no JSON. */
static const struct value *parsed(const struct loader *loader, struct scenario_mistake *mistake)
{
    struct arena *arena = loader->arena;
    struct json_mistake json_mistake;

    const struct json_place first = {1, 1};

    mistake->text = NULL;
    if (loader->length > JSON_SIZE_MAX) {
        (void)mistaken(
            arena, mistake, loader->file, first,
            arena_printf(arena, "the file has %zu bytes, expected at most %d", loader->length, JSON_SIZE_MAX));
        return NULL;
    }
    if (!json_check(arena, "the file", loader->text, loader->length, &json_mistake)) {
        (void)mistaken(arena, mistake, loader->file, json_mistake.place, json_mistake.message);
        return NULL;
    }
    cJSON *json = cJSON_ParseWithLength(loader->text, loader->length);
    const struct value *tree = value_from_cjson(arena, json);

    cJSON_Delete(json);
    if (tree == NULL) {
        (void)mistaken(arena, mistake, loader->file, first, "the file cannot be read as JSON, expected that it can");
    }
    return tree;
}

bool fault_parse(struct arena *arena, const char *file, const char *text, size_t length, struct scenario_fault *fault,
                 struct scenario_mistake *mistake)
{
    struct loader loader = {.arena = arena, .file = file, .text = text, .length = length};
    struct json_path root = {NULL, NULL, 0};
    const struct value *tree = parsed(&loader, mistake);

    if (tree == NULL) {
        return false;
    }
    read_fault(&loader, tree, &root, fault);
    mistake->text = loader.mistakes;
    return loader.mistakes == NULL;
}

struct scenario *scenario_parse(struct arena *arena, const char *file, const char *text, size_t length,
                                struct scenario_mistake *mistake)
{
    struct loader loader = {.arena = arena, .file = file, .text = text, .length = length};
    struct json_path root = {NULL, NULL, 0};

    const struct value *tree = parsed(&loader, mistake);

    if (tree == NULL) {
        return NULL;
    }
    loader.scenario = scenario_new(arena, file);
    loader.scenario->source = tree;
    loader.scenario->clock_given = value_get(tree, "clock") != NULL;
    if (read_object(&loader, tree, &root, &root_shape, loader.scenario)) {
        set_default_revisions(&loader);
        finish_apps(&loader);
        finish_found(&loader);
        check_references(&loader);
    }
    mistake->text = loader.mistakes;
    return loader.mistakes == NULL ? loader.scenario : NULL;
}

struct scenario *scenario_load(struct arena *arena, const char *path, struct scenario_mistake *mistake)
{
    const struct json_place first = {1, 1};
    size_t length = 0;

    errno = 0;
    char *text = file_text(path, JSON_SIZE_MAX, &length);

    if (text == NULL) {
        return mistaken(arena, mistake, path, first, strerror(errno));
    }
    struct scenario *scenario =
        length > JSON_SIZE_MAX
            ? mistaken(arena, mistake, path, first,
                       arena_printf(arena, "the file is too large, expected at most %d bytes", JSON_SIZE_MAX))
            : scenario_parse(arena, path, text, length, mistake);

    free(text);
    return scenario;
}
