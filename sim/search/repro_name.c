#include "sim/search/repro_name.h"

#include "core/revision.h"
#include "core/value.h"
#include "sim/scenario/file_text.h"
#include "sim/scenario/json_text.h"

#include <stdlib.h>
#include <unistd.h>

static uint32_t switches_of(const struct value *names)
{
    uint32_t switches = 0;

    for (uint32_t i = 0; i < value_count(names); i++) {
        const char *name = value_text(value_at(names, i));
        uint32_t bit = 0;

        switches |= name != NULL && switch_by_name(name, &bit) ? bit : 0;
    }
    return switches;
}

/* A repro of an exploration says in `found` which scenario was searched; that of a sweep has the scenario's name, and
 * when it is no course, its fingerprint is the summary and nothing is said of switches. */
static bool is_same_finding(const struct value *tree, const struct repro_identity *identity)
{
    const struct value *found = value_get(tree, "found");
    const struct value *scenario = value_get(found, "scenario");
    const struct value *fingerprint = found == NULL ? value_get(tree, "summary") : value_get(found, "fingerprint");
    const struct value *revisions = value_get(tree, "revisions");

    return value_is_text(scenario == NULL ? value_get(tree, "name") : scenario, identity->scenario) &&
           value_is_text(fingerprint, identity->fingerprint) && value_count(revisions) == 1 &&
           value_is_text(value_at(revisions, 0), identity->revision) &&
           (found == NULL || switches_of(value_get(found, "without")) == identity->without);
}

/* Whether the file may be written: there is none, or one of the same finding. */
static bool is_free(struct arena *arena, const char *file, const struct repro_identity *identity)
{
    size_t length = 0;
    char *text = file_text(file, JSON_SIZE_MAX, &length);

    if (text == NULL) { /* where nothing can be, writing says why */
        return access(file, F_OK) != 0;
    }
    const struct value *tree = length > JSON_SIZE_MAX ? NULL : value_parse(arena, text, length);

    free(text);
    return is_same_finding(tree, identity);
}

const char *repro_file(struct arena *arena, const char *directory, const char *name)
{
    return directory == NULL ? arena_printf(arena, "%s.json", name)
                             : arena_printf(arena, "%s/%s.json", directory, name);
}

const char *repro_name(struct arena *arena, const char *directory, const char *const *names, uint32_t count,
                       const struct repro_identity *identity)
{
    const char *name = names[0];

    for (uint32_t tried = 1; !is_free(arena, repro_file(arena, directory, name), identity); tried++) {
        name = tried < count ? names[tried] : arena_printf(arena, "%s-%u", names[count - 1], tried - count + 2);
    }
    return name;
}
