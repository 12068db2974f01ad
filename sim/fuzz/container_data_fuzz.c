/* containerData against a second reader of lifecycle.md 12.9, written with regular expressions instead of splitting:
 * both take the same texts, and read the same out of them.
 *
 * Input: a byte for the number of components, one for the own index, then the text. */
#include "core/container_data.h"
#include "core/names.h"
#include "sim/fuzz/fuzz.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { COMPONENTS_MAX = 8, MOUNTS_MAX = 64, GROUPS = 5 };

/* A form of the grammar: where its parts stand among the groups of its expression; 0: it has none. */
static const struct form {
    const char *expression;
    enum mount_kind kind;
    int component, sub, path;
} forms[] = {
    {"^([^:/][^:]*:|:)?(/[^:]*)$", MOUNT_PRIMARY, 0, 0, 2},
    {"^([0-9]{1,4}):(/[^:]*)$", MOUNT_COMPONENT, 1, 0, 2},
    {"^m:([A-Za-z0-9._-]+):(/[^:]*)$", MOUNT_DIRECTORY, 0, 1, 2},
    {"^f:([A-Za-z0-9._-]+):(/[^:]*)$", MOUNT_FILE, 0, 1, 2},
    {"^c:([0-9]{1,4}):([A-Za-z0-9._-]+):(/[^:]*)$", MOUNT_COMPONENT_DIRECTORY, 1, 2, 3},
    {"^cf:([0-9]{1,4}):([A-Za-z0-9._-]+):(/[^:]*)$", MOUNT_COMPONENT_FILE, 1, 2, 3},
};

enum { FORM_COUNT = sizeof forms / sizeof forms[0] };

static const char *group(struct arena *arena, const char *text, const regmatch_t *match)
{
    return match->rm_so < 0 ? "" : arena_string_n(arena, text + match->rm_so, (size_t)(match->rm_eo - match->rm_so));
}

static bool name_is_allowed(const char *name)
{
    return strstr(name, "..") == NULL && strcmp(name, "appdata") != 0 && strcmp(name, "backup") != 0;
}

/* One mount; false: it has no form of the grammar. *flags becomes what stands before a primary's path. */
static bool read_mount(struct arena *arena, const char *text, bool primary, struct mount *mount, const char **flags)
{
    static regex_t compiled[FORM_COUNT];
    static bool ready;

    for (int i = 0; i < FORM_COUNT && !ready; i++) {
        REQUIRE(regcomp(&compiled[i], forms[i].expression, REG_EXTENDED) == 0, "a bad expression");
    }
    ready = true;
    for (int i = primary ? 0 : 1; i < (primary ? 1 : FORM_COUNT); i++) {
        const struct form *form = &forms[i];
        regmatch_t matches[GROUPS];

        if (regexec(&compiled[i], text, GROUPS, matches, 0) != 0) {
            continue;
        }
        *flags = primary ? group(arena, text, &matches[1]) : "";
        *mount = (struct mount){
            .kind = form->kind,
            .sub = form->sub == 0 ? "appdata" : group(arena, text, &matches[form->sub]),
            .path = group(arena, text, &matches[form->path]),
            .component =
                form->component == 0 ? -1 : (int)strtol(group(arena, text, &matches[form->component]), NULL, 10),
        };
        return strstr(mount->path, "..") == NULL && (form->sub == 0 || name_is_allowed(mount->sub));
    }
    return false;
}

/* The whole text by the grammar. false: it is not of it. */
static bool read_by_grammar(struct arena *arena, const char *text, int components, int own,
                            struct container_mounts *read)
{
    *read = (struct container_mounts){.mounts = arena_alloc(arena, MOUNTS_MAX * sizeof *read->mounts)};
    for (const char *at = text;; at += strcspn(at, "|") + 1) {
        const char *flags = "";
        struct mount mount;

        if (read->count == MOUNTS_MAX ||
            !read_mount(arena, arena_string_n(arena, at, strcspn(at, "|")), read->count == 0, &mount, &flags) ||
            mount.component >= own || mount.component >= components) {
            return false;
        }
        for (uint32_t i = 0; i < read->count; i++) {
            const struct mount *other = &read->mounts[i];
            bool both_own = mount.component < 0 && other->component < 0;

            if (strcmp(other->path, mount.path) == 0 || (both_own && strcmp(other->sub, mount.sub) == 0)) {
                return false;
            }
        }
        if (read->count == 0) {
            read->flag_r = strchr(flags, 'r') != NULL;
            read->flag_g = strchr(flags, 'g') != NULL;
            read->flag_s = strchr(flags, 's') != NULL;
        }
        read->mounts[read->count++] = mount;
        if (at[strcspn(at, "|")] == '\0') {
            return true;
        }
    }
}

static const struct app_spec *spec_of(struct arena *arena, int components)
{
    const struct value *compose = value_empty_array();

    for (int i = 0; i < components; i++) {
        compose = value_append(arena, compose, OBJECT(arena, {"name", value_format(arena, "c%d", i)}));
    }
    return app_spec_from(arena, OBJECT(arena, {"version", value_number(arena, 8)}, {"name", value_string(arena, "app")},
                                       {"compose", compose}));
}

static void require_same(const struct container_mounts *parsed, const struct container_mounts *read, const char *text)
{
    REQUIRE(parsed->count == read->count, "%u mounts, expected %u: %s", parsed->count, read->count, text);
    REQUIRE(parsed->flag_r == read->flag_r && parsed->flag_g == read->flag_g && parsed->flag_s == read->flag_s,
            "other flags: %s", text);
    for (uint32_t i = 0; i < read->count; i++) {
        const struct mount *one = &parsed->mounts[i], *other = &read->mounts[i];

        REQUIRE(one->kind == other->kind && one->component == other->component && strcmp(one->sub, other->sub) == 0 &&
                    strcmp(one->path, other->path) == 0,
                "mount %u is another: %s", i, text);
    }
}

/* 0.3: below the apps folder, in the folder of the own or of a lower component. */
static void require_host_paths(struct fuzz_node *fuzzed, const struct container_mounts *parsed,
                               const struct app_spec *spec, const char *text)
{
    const char *apps = fuzzed->node.config.apps_folder;

    for (uint32_t i = 0; i < parsed->count; i++) {
        const char *path = mount_host_path(&fuzzed->task, &parsed->mounts[i], spec, "fluxown_app");
        const char *folder = parsed->mounts[i].component < 0
                                 ? "fluxown_app"
                                 : arena_printf(&fuzzed->arena, "fluxc%d_app", parsed->mounts[i].component);
        const char *expected = arena_printf(&fuzzed->arena, "%s%s/%s", apps, folder, parsed->mounts[i].sub);

        REQUIRE(strcmp(path, expected) == 0, "mount %u is at %s: %s", i, path, text);
        REQUIRE(strstr(path, "..") == NULL, "mount %u leaves its folder: %s", i, path);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, data + size};
    int components = (int)fuzz_below(&input, COMPONENTS_MAX + 1);
    int own = (int)fuzz_below(&input, COMPONENTS_MAX + 1);
    struct container_mounts parsed, read;
    struct fuzz_node fuzzed;

    fuzz_node_begin(&fuzzed);
    const char *text = fuzz_text(&fuzzed.arena, input.next, (size_t)(input.end - input.next));
    const struct app_spec *spec = components == 0 ? NULL : spec_of(&fuzzed.arena, components);
    const struct error *error = parse_container_data(&fuzzed.arena, text, spec, own, &parsed);
    bool good = read_by_grammar(&fuzzed.arena, text, components, own, &read);

    REQUIRE((error == NULL) == good, "%s by the parser, %s by the grammar: %s", error == NULL ? "good" : "bad",
            good ? "good" : "bad", text);
    if (good) {
        require_same(&parsed, &read, text);
        if (spec != NULL) {
            require_host_paths(&fuzzed, &parsed, spec, text);
        }
    } else {
        REQUIRE(error->message != NULL && error->message[0] != '\0', "an error without a message: %s", text);
    }
    /* 0.4 */
    REQUIRE(has_g(text) == (strstr(text, "g:") != NULL) && has_r(text) == (strstr(text, "r:") != NULL),
            "the substring test: %s", text);
    fuzz_node_end(&fuzzed);
    return 0;
}
