/* Expectations: for all revisions, or per revision. */
#include "sim/scenario/loader.h"

#include <math.h>
#include <string.h>

/* ---- ranges: 3, {"min": 1}, {"max": 5}, both
 * ------------------------------------------------------------------------------------------------ */

struct range {
    double min, max;
};

static const struct field range_fields[] = {
    {"min", read_whole_number, offsetof(struct range, min), false},
    {"max", read_whole_number, offsetof(struct range, max), false},
};

const struct object_shape range_shape = {"a range", "range", range_fields,
                                         sizeof range_fields / sizeof range_fields[0]};

static void read_range(struct loader *loader, const struct value *value, const struct json_path *path, uint64_t *min,
                       uint64_t *max)
{
    struct range range = {0, INFINITY};

    if (value_is(value, VALUE_NUMBER)) {
        read_whole_number(loader, value, path, &range.min);
        range.max = range.min;
    } else if (!value_is(value, VALUE_OBJECT)) {
        mistake_at(loader, path, false, "%s is %s, expected a number or {\"min\", \"max\"}",
                   json_path_text(loader->arena, path), kind_text(value));
        return;
    } else {
        read_object(loader, value, path, &range_shape, &range);
    }
    if (range.min > range.max) {
        mistake_at(loader, path, false, "min is larger than max, expected no more than max");
    }
    *min = (uint64_t)range.min;
    *max = isinf(range.max) ? UINT64_MAX : (uint64_t)range.max;
}

/* ---- maps of names
 * ------------------------------------------------------------------------------------------------------------------------------
 */

static bool is_map(struct loader *loader, const struct value *value, const struct json_path *path)
{
    if (!value_is(value, VALUE_OBJECT)) {
        mistake_at(loader, path, false, "%s is %s, expected an object", json_path_text(loader->arena, path),
                   kind_text(value));
        return false;
    }
    return true;
}

static void read_counts(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct expectation *expectation = target;
    const char *names[RUN_COUNT_COUNT + 1] = {NULL};

    for (unsigned i = 0; i < RUN_COUNT_COUNT; i++) {
        names[i] = run_count_name((enum run_count)i);
    }
    if (!is_map(loader, value, path)) {
        return;
    }
    expectation->counts = arena_alloc(loader->arena, (value->count + 1) * sizeof *expectation->counts);
    for (uint32_t i = 0; i < value->count; i++) {
        struct json_path member = {path, value->members[i].key, 0};
        unsigned count = 0;

        while (count < RUN_COUNT_COUNT && strcmp(names[count], member.key) != 0) {
            count++;
        }
        if (count == RUN_COUNT_COUNT) {
            unknown_name(loader, &member, true, "count", member.key, names);
            continue;
        }
        struct expected_count *expected = &expectation->counts[expectation->count_count++];

        expected->count = (enum run_count)count;
        read_range(loader, value->members[i].value, &member, &expected->min, &expected->max);
    }
}

static void read_containers(struct loader *loader, const struct value *value, const struct json_path *path,
                            void *target)
{
    static const char *const states[] = {"created", "running", "exited", "stopped", "present", "absent", NULL};
    struct expectation *expectation = target;

    if (!is_map(loader, value, path)) {
        return;
    }
    expectation->containers = arena_alloc(loader->arena, (value->count + 1) * sizeof *expectation->containers);
    for (uint32_t i = 0; i < value->count; i++) {
        struct json_path member = {path, value->members[i].key, 0};
        const char *state = NULL;
        int index = 0;

        read_text(loader, value->members[i].value, &member, &state);
        if (state == NULL) {
            continue;
        }
        while (states[index] != NULL && strcmp(states[index], state) != 0) {
            index++;
        }
        if (states[index] == NULL) {
            unknown_name(loader, &member, false, "container state", state, states);
            continue;
        }
        expectation->containers[expectation->container_count++] =
            (struct expected_container){.name = member.key,
                                        .exists = strcmp(state, "absent") != 0,
                                        .any_state = strcmp(state, "present") == 0,
                                        .state = index == 0   ? CONTAINER_CREATED
                                                 : index == 1 ? CONTAINER_RUNNING
                                                              : CONTAINER_EXITED};
    }
}

static void read_app_states(struct loader *loader, const struct value *value, const struct json_path *path,
                            void *target)
{
    static const char *const states[] = {"installed", "removed", NULL};
    struct expectation *expectation = target;

    if (!is_map(loader, value, path)) {
        return;
    }
    expectation->apps = arena_alloc(loader->arena, (value->count + 1) * sizeof *expectation->apps);
    for (uint32_t i = 0; i < value->count; i++) {
        struct json_path member = {path, value->members[i].key, 0};
        const char *state = NULL;

        read_text(loader, value->members[i].value, &member, &state);
        if (state != NULL && strcmp(state, states[0]) != 0 && strcmp(state, states[1]) != 0) {
            unknown_name(loader, &member, false, "app state", state, states);
        } else if (state != NULL) {
            expectation->apps[expectation->app_count++] =
                (struct expected_app){member.key, strcmp(state, "installed") == 0};
        }
    }
}

/* ---- lists
 * ------------------------------------------------------------------------------------------------------------------------------------------
 */

static void read_oracle(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    const char *names[ORACLE_COUNT + 1] = {NULL};
    const char *name = NULL;

    read_text(loader, value, path, &name);
    for (unsigned i = 0; name != NULL && i < ORACLE_COUNT; i++) {
        names[i] = oracle_info((enum oracle_id)i)->name;
        if (strcmp(names[i], name) == 0) {
            *(enum oracle_id *)target = (enum oracle_id)i;
            return;
        }
    }
    *(enum oracle_id *)target = ORACLE_COUNT;
    if (name != NULL) {
        unknown_name(loader, path, false, "oracle", name, names);
    }
}

static void read_violates(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct expectation *expectation = target;
    enum oracle_id *oracles = NULL;
    uint32_t count = 0;

    read_array(loader, value, path, read_oracle, sizeof oracles[0], (void **)&oracles, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (oracles[i] < ORACLE_COUNT) {
            expectation->violates[oracles[i]] = true;
        }
    }
}

struct effect_source {
    struct effect_pattern effect;
    const char *object, *task;
    const struct value *count;
};

static const struct field effect_fields[] = {
    {"effect", read_effect_pattern, offsetof(struct effect_source, effect), true},
    {"object", read_text, offsetof(struct effect_source, object), false},
    {"task", read_text, offsetof(struct effect_source, task), false},
    {"count", read_any, offsetof(struct effect_source, count), true},
};

const struct object_shape expected_effect_shape = {"an expected effect", "expectedEffect", effect_fields,
                                                   sizeof effect_fields / sizeof effect_fields[0]};

static void read_effect(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct effect_source source = {.object = NULL};
    struct expected_effect *expected = target;

    if (!read_object(loader, value, path, &expected_effect_shape, &source)) {
        return;
    }
    *expected = (struct expected_effect){.pattern = source.effect, .task = source.task, .max = UINT64_MAX};
    expected->pattern.object = source.object;
    if (source.count != NULL) {
        struct json_path member = {path, "count", 0};

        read_range(loader, source.count, &member, &expected->min, &expected->max);
    }
}

static void read_effects(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct expectation *expectation = target;

    read_array(loader, value, path, read_effect, sizeof expectation->effects[0], (void **)&expectation->effects,
               &expectation->effect_count);
}

struct log_source {
    const char *contains, *absent;
};

static const struct field log_fields[] = {
    {"contains", read_text, offsetof(struct log_source, contains), false},
    {"absent", read_text, offsetof(struct log_source, absent), false},
};

const struct object_shape expected_log_shape = {"an expected log line", "expectedLog", log_fields,
                                                sizeof log_fields / sizeof log_fields[0]};

static void read_log(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct log_source source = {NULL, NULL};

    *(struct expected_log *)target = (struct expected_log){"", false};
    if (!read_good_object(loader, value, path, &expected_log_shape, &source)) {
        return;
    }
    if ((source.contains == NULL) == (source.absent == NULL)) {
        either_or(loader, path, "an expected log line", "contains", "absent", source.contains != NULL);
        return;
    }
    *(struct expected_log *)target =
        (struct expected_log){source.contains != NULL ? source.contains : source.absent, source.absent != NULL};
}

static void read_logs(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct expectation *expectation = target;

    read_array(loader, value, path, read_log, sizeof expectation->logs[0], (void **)&expectation->logs,
               &expectation->log_count);
}

/* ---- the whole
 * ----------------------------------------------------------------------------------------------------------------------------------------
 */

static const struct field expectation_fields[] = {
    {"violates", read_violates, 0, false}, {"counts", read_counts, 0, false}, {"containers", read_containers, 0, false},
    {"effects", read_effects, 0, false},   {"log", read_logs, 0, false},      {"apps", read_app_states, 0, false},
};

const struct object_shape expectation_shape = {"an expectation", "expectation", expectation_fields,
                                               sizeof expectation_fields / sizeof expectation_fields[0]};

/* Per revision when every key is one. */
static bool is_per_revision(const struct value *value)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < value_count(value); i++) {
        count += revision_by_name(value->members[i].key) != NULL;
    }
    return count > 0;
}

void read_expectations(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario *scenario = target;

    if (!is_map(loader, value, path)) {
        return;
    }
    if (!is_per_revision(value)) {
        scenario->expectations = arena_alloc(loader->arena, sizeof *scenario->expectations);
        scenario->expectation_count = 1;
        read_object(loader, value, path, &expectation_shape, &scenario->expectations[0]);
        return;
    }
    scenario->expectations = arena_alloc(loader->arena, value->count * sizeof *scenario->expectations);
    scenario->expectation_count = value->count;
    for (uint32_t i = 0; i < value->count; i++) {
        struct json_path member = {path, value->members[i].key, 0};
        const struct revision *revision = revision_by_name(member.key);

        if (revision == NULL) {
            unknown_revision(loader, &member, true, member.key);
            continue;
        }
        scenario->expectations[i].revision = revision->name;
        read_object(loader, value->members[i].value, &member, &expectation_shape, &scenario->expectations[i]);
    }
}
