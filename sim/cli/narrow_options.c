#include "sim/cli/narrow_options.h"

#include "sim/cli/search_options.h"
#include "sim/oracles/oracle.h"

#include <string.h>

static const char *const names[] = {"around", "task", "port", "object"};

bool is_narrow_option(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool take_port(const char *verb, const char *text, uint32_t *ports)
{
    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        const struct effect_info *info = effect_info((enum effect_id)i);

        if (!info->immediate && strcmp(info->port_name, text) == 0) {
            *ports |= 1u << info->port;
            return true;
        }
    }
    complain("%s: --port: there is no \"%s\"; `drydock list effects` lists them", verb, text);
    return false;
}

/* "3", "container-lost" or "container-lost#2". */
static bool take_around(const char *verb, const char *text, struct narrow_options *options)
{
    const char *hash = strchr(text, '#');
    size_t length = hash == NULL ? strlen(text) : (size_t)(hash - text);
    bool is_number = hash == NULL && text[0] >= '0' && text[0] <= '9';
    const char *number = is_number ? text : hash == NULL ? "1" : hash + 1;
    uint64_t nth = 0;

    options->around = true;
    options->oracle = NULL;
    for (unsigned i = 0; i < ORACLE_COUNT && !is_number; i++) {
        const char *name = oracle_info((enum oracle_id)i)->name;

        if (strlen(name) == length && strncmp(name, text, length) == 0) {
            options->oracle = name;
        }
    }
    if (!is_number && options->oracle == NULL) {
        complain("%s: --around: there is no oracle \"%.*s\", expected a violation's number, ORACLE or ORACLE#NUMBER; "
                 "`drydock list oracles` lists them",
                 verb, (int)length, text);
        return false;
    }
    if (!take_number(verb, "around", number, 1, UINT32_MAX, &nth)) {
        return false;
    }
    options->nth = (uint32_t)nth;
    return true;
}

static void add_name(struct arena *arena, const char ***list, uint32_t *count, uint32_t *size, const char *name)
{
    *(const char **)table_add(arena, (void **)list, count, size, sizeof **list) = name;
}

bool take_narrow_option(struct arena *arena, const char *verb, const char *name, const char *argument,
                        struct narrow_options *options)
{
    options->given = true;
    if (strcmp(name, "around") == 0) {
        return take_around(verb, argument, options);
    }
    if (strcmp(name, "port") == 0) {
        return take_port(verb, argument, &options->ports);
    }
    if (argument[0] == '\0') {
        complain("%s: --%s takes a name, not \"\"", verb, name);
        return false;
    }
    if (strcmp(name, "task") == 0) {
        add_name(arena, &options->tasks, &options->task_count, &options->task_size, argument);
    } else {
        add_name(arena, &options->objects, &options->object_count, &options->object_size, argument);
    }
    return true;
}

struct timeline_narrowing narrowing_of(const struct narrow_options *options)
{
    return (struct timeline_narrowing){.tasks = options->tasks,
                                       .task_count = options->task_count,
                                       .objects = options->objects,
                                       .object_count = options->object_count,
                                       .ports = options->ports,
                                       .around = options->around,
                                       .around_oracle = options->oracle,
                                       .around_nth = options->nth};
}
