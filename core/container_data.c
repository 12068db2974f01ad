#include "core/container_data.h"

#include "core/names.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 4, MOUNTS_MAX = 64 }; /* parts: of the longest form, c:<n>:<sub>:/path */

/* ---- one mount
 * ---------------------------------------------------------------------------------------------------------- */

struct parser {
    struct arena *arena;
    const struct app_spec *spec;
    int own_index;
    struct container_mounts *parsed;
};

static const struct error *invalid(struct parser *parser, const char *what, const char *mount)
{
    return error_new(parser->arena, "Error", "Invalid containerData mount (%s): %s", what, mount);
}

/* Splits at colons; more than PARTS_MAX parts are counted, not kept. */
static int split(struct arena *arena, const char *text, const char *parts[PARTS_MAX])
{
    int count = 0;

    for (;;) {
        size_t length = strcspn(text, ":");

        if (count < PARTS_MAX) {
            parts[count] = arena_string_n(arena, text, length);
        }
        count++;
        if (text[length] == '\0') {
            return count;
        }
        text += length + 1;
    }
}

static bool is_path(const char *text)
{
    return text[0] == '/' && strstr(text, "..") == NULL;
}

static bool is_name(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return text[0] != '\0' && strspn(text, plain) == strlen(text) && strstr(text, "..") == NULL &&
           strcmp(text, "appdata") != 0 && strcmp(text, "backup") != 0;
}

static bool is_number(const char *text)
{
    return text[0] != '\0' && strspn(text, "0123456789") == strlen(text) && strlen(text) <= 4;
}

/* A referenced component must exist and stand before the own one. */
static const struct error *reference(struct parser *parser, const char *text, const char *mount, int *component)
{
    if (!is_number(text)) {
        return invalid(parser, "component index", mount);
    }
    *component = (int)strtol(text, NULL, 10);
    if (parser->spec == NULL || *component >= parser->own_index ||
        (uint32_t)*component >= parser->spec->component_count) {
        return invalid(parser, "component reference", mount);
    }
    return NULL;
}

static const struct error *parse_primary(struct parser *parser, const char *text, struct mount *mount)
{
    const char *parts[PARTS_MAX];
    int count = split(parser->arena, text, parts);
    bool flags = parts[0][0] != '/';

    /* 12.9: with flags exactly two parts, without flags exactly one */
    if (count != (flags ? 2 : 1) || !is_path(parts[count - 1])) {
        return invalid(parser, "primary", text);
    }
    if (flags) {
        parser->parsed->flag_r = strchr(parts[0], 'r') != NULL;
        parser->parsed->flag_g = strchr(parts[0], 'g') != NULL;
        parser->parsed->flag_s = strchr(parts[0], 's') != NULL;
    }
    *mount = (struct mount){MOUNT_PRIMARY, "appdata", parts[count - 1], -1};
    return NULL;
}

static const struct error *parse_further(struct parser *parser, const char *text, struct mount *mount)
{
    const char *parts[PARTS_MAX];
    int count = split(parser->arena, text, parts);

    if (count > PARTS_MAX) {
        return invalid(parser, "form", text);
    }
    *mount = (struct mount){.component = -1, .path = parts[count - 1]};
    if (count == 2) {
        mount->kind = MOUNT_COMPONENT;
        mount->sub = "appdata";
        TRY(reference(parser, parts[0], text, &mount->component));
    } else if (count == 3 && (strcmp(parts[0], "m") == 0 || strcmp(parts[0], "f") == 0)) {
        mount->kind = parts[0][0] == 'm' ? MOUNT_DIRECTORY : MOUNT_FILE;
        mount->sub = parts[1];
    } else if (count == 4 && (strcmp(parts[0], "c") == 0 || strcmp(parts[0], "cf") == 0)) {
        mount->kind = parts[0][1] == 'f' ? MOUNT_COMPONENT_FILE : MOUNT_COMPONENT_DIRECTORY;
        mount->sub = parts[2];
        TRY(reference(parser, parts[1], text, &mount->component));
    } else {
        return invalid(parser, "form", text);
    }
    if (mount->kind != MOUNT_COMPONENT && !is_name(mount->sub)) {
        return invalid(parser, "name", text);
    }
    return is_path(mount->path) ? NULL : invalid(parser, "path", text);
}

/* Container paths, and own subfolders, must be distinct. */
static const struct error *check_distinct(struct parser *parser, const struct mount *mount, const char *text)
{
    for (uint32_t i = 0; i < parser->parsed->count; i++) {
        const struct mount *other = &parser->parsed->mounts[i];

        if (strcmp(other->path, mount->path) == 0) {
            return invalid(parser, "duplicate path", text);
        }
        if (mount_is_local(other) && mount_is_local(mount) && strcmp(other->sub, mount->sub) == 0) {
            return invalid(parser, "duplicate subfolder", text);
        }
    }
    return NULL;
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------------------ */

const struct error *parse_container_data(struct arena *arena, const char *container_data, const struct app_spec *spec,
                                         int own_index, struct container_mounts *parsed)
{
    struct parser parser = {arena, spec, own_index, parsed};

    *parsed = (struct container_mounts){.mounts = arena_alloc(arena, MOUNTS_MAX * sizeof *parsed->mounts)};
    if (container_data == NULL) {
        return error_new(arena, "TypeError", "Cannot read properties of undefined (reading 'split')");
    }
    for (const char *rest = container_data;;) {
        size_t length = strcspn(rest, "|");
        const char *text = arena_string_n(arena, rest, length);
        struct mount *mount = &parsed->mounts[parsed->count];

        if (parsed->count == MOUNTS_MAX) {
            return invalid(&parser, "too many mounts", text);
        }
        TRY(parsed->count == 0 ? parse_primary(&parser, text, mount) : parse_further(&parser, text, mount));
        TRY(check_distinct(&parser, mount, text));
        parsed->count++;
        if (rest[length] == '\0') {
            return NULL;
        }
        rest += length + 1;
    }
}

bool mount_is_local(const struct mount *mount)
{
    return mount->kind == MOUNT_PRIMARY || mount->kind == MOUNT_DIRECTORY || mount->kind == MOUNT_FILE;
}

const char *component_app_id(struct task *task, const struct component *component, const char *app, bool is_component)
{
    if (!is_component) {
        return get_app_identifier(task->arena, app);
    }
    return get_app_identifier(task->arena, arena_printf(task->arena, "%s_%s", component_name(component), app));
}

const char *mount_host_path(struct task *task, const struct mount *mount, const struct app_spec *spec,
                            const char *app_id)
{
    const char *folder = app_id;

    if (!mount_is_local(mount)) {
        folder = component_app_id(task, &spec->components[mount->component], spec->name, spec->version >= 4);
    }
    return arena_printf(task->arena, "%s%s/%s", task->node->config.apps_folder, folder, mount->sub);
}
