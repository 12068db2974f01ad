/* What runs in containers of a served Engine: world.docker.processes. Read into the form that the Engine takes
 * (process_spec.script of fakes/docker/process.h): durations become milliseconds. */
#include "sim/scenario/loader.h"

#include "fakes/docker/process.h"

#include <math.h>
#include <string.h>

enum { EXIT_CODE_MAX = 255, UNSAID = -1 };

static const struct value *milliseconds(struct loader *loader, int64_t ms)
{
    return ms == UNSAID ? NULL : value_number(loader->arena, (double)ms);
}

static const struct value *text(struct loader *loader, const char *string)
{
    return string == NULL ? NULL : value_string(loader->arena, string);
}

static void read_exit_code(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    double code = value->number;

    if (!value_is(value, VALUE_NUMBER) || floor(code) < code || code < 0 || code > EXIT_CODE_MAX) {
        mistake_at(loader, path, false, "%s is no exit code, expected 0 to 255", json_path_text(loader->arena, path));
        return;
    }
    *(const struct value **)target = value;
}

/* ---- output: [{after, stream, text}] ---- */

struct said_output {
    int64_t after_ms;
    const char *stream, *text;
};

static void read_stream(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    static const char *const names[] = {"stdout", "stderr", NULL};
    const char *name = NULL;

    read_text(loader, value, path, &name);
    if (name != NULL && strcmp(name, names[0]) != 0 && strcmp(name, names[1]) != 0) {
        unknown_name(loader, path, false, "stream", name, names);
        return;
    }
    *(const char **)target = name;
}

static const struct field output_fields[] = {
    {"after", read_duration, offsetof(struct said_output, after_ms), false},
    {"stream", read_stream, offsetof(struct said_output, stream), false},
    {"text", read_text, offsetof(struct said_output, text), true},
};

const struct object_shape process_output_shape = {"an output", "processOutput", output_fields,
                                                  sizeof output_fields / sizeof output_fields[0]};

static void read_output(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct said_output said = {.stream = "stdout", .text = ""};

    read_object(loader, value, path, &process_output_shape, &said);
    *(const struct value **)target = OBJECT(loader->arena, {"after", milliseconds(loader, said.after_ms)},
                                            {"stream", text(loader, said.stream)}, {"text", text(loader, said.text)});
}

/* ---- health: [{after, exitCode, output}] ---- */

struct said_check {
    int64_t after_ms;
    const struct value *exit_code;
    const char *output;
};

static const struct field check_fields[] = {
    {"after", read_duration, offsetof(struct said_check, after_ms), false},
    {"exitCode", read_exit_code, offsetof(struct said_check, exit_code), true},
    {"output", read_text, offsetof(struct said_check, output), false},
};

const struct object_shape process_check_shape = {"a health check's result", "processCheck", check_fields,
                                                 sizeof check_fields / sizeof check_fields[0]};

static void read_check(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct said_check said = {.exit_code = value_number(loader->arena, 0), .output = ""};

    read_object(loader, value, path, &process_check_shape, &said);
    *(const struct value **)target = OBJECT(loader->arena, {"after", milliseconds(loader, said.after_ms)},
                                            {"exitCode", said.exit_code}, {"output", text(loader, said.output)});
}

/* ---- signals: ignores, onSignal ---- */

static bool is_signal(struct loader *loader, const struct json_path *path, bool at_key, const char *name)
{
    if (process_signal_number(name) > 0) {
        return true;
    }
    mistake_at(loader, path, at_key, "\"%.60s\" is no signal, expected a name such as \"TERM\"", name);
    return false;
}

static void read_signal(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    const char *name = NULL;

    read_text(loader, value, path, &name);
    if (name != NULL) {
        (void)is_signal(loader, path, false, name);
    }
    *(const struct value **)target = value;
}

struct said_reaction {
    int64_t after_ms;
    const struct value *exit_code;
    const char *output;
};

static const struct field reaction_fields[] = {
    {"after", read_duration, offsetof(struct said_reaction, after_ms), false},
    {"exitCode", read_exit_code, offsetof(struct said_reaction, exit_code), false},
    {"output", read_text, offsetof(struct said_reaction, output), false},
};

const struct object_shape process_reaction_shape = {"what a process does at a signal", "processReaction",
                                                    reaction_fields,
                                                    sizeof reaction_fields / sizeof reaction_fields[0]};

static void read_on_signal(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    const struct value *all = value_empty_object();

    if (!value_is(value, VALUE_OBJECT)) {
        mistake_at(loader, path, false, "onSignal is %s, expected an object of signals", kind_text(value));
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const struct json_path member = {path, value->members[i].key, 0};
        struct said_reaction said = {.exit_code = NULL};

        if (is_signal(loader, &member, true, member.key)) {
            read_object(loader, value->members[i].value, &member, &process_reaction_shape, &said);
            all = value_with(loader->arena, all, member.key,
                             OBJECT(loader->arena, {"after", milliseconds(loader, said.after_ms)},
                                    {"exitCode", said.exit_code}, {"output", text(loader, said.output)}));
        }
    }
    *(const struct value **)target = all;
}

/* ---- a process ---- */

/* Reads an array into a value that is one, item by item. */
static void read_outputs(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    read_values(loader, value, path, read_output, target);
}

static void read_checks(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    read_values(loader, value, path, read_check, target);
}

static void read_signals(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    read_values(loader, value, path, read_signal, target);
}

struct said_process {
    const char *container, *image;
    const struct value *exit_code;
    int64_t after_ms;
    bool oom_killed;
    const struct value *output, *ignores, *on_signal, *health;
};

static const struct field process_fields[] = {
    {"container", read_text, offsetof(struct said_process, container), false},
    {"image", read_text, offsetof(struct said_process, image), false},
    {"exitCode", read_exit_code, offsetof(struct said_process, exit_code), false},
    {"after", read_duration, offsetof(struct said_process, after_ms), false},
    {"oomKilled", read_bool, offsetof(struct said_process, oom_killed), false},
    {"output", read_outputs, offsetof(struct said_process, output), false},
    {"ignores", read_signals, offsetof(struct said_process, ignores), false},
    {"onSignal", read_on_signal, offsetof(struct said_process, on_signal), false},
    {"health", read_checks, offsetof(struct said_process, health), false},
};

const struct object_shape process_shape = {"a process", "process", process_fields,
                                           sizeof process_fields / sizeof process_fields[0]};

static void read_process(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct said_process said = {.after_ms = UNSAID};

    read_object(loader, value, path, &process_shape, &said);
    *(const struct value **)target =
        OBJECT(loader->arena, {"container", text(loader, said.container)}, {"image", text(loader, said.image)},
               {"exitCode", said.exit_code}, {"after", milliseconds(loader, said.after_ms)},
               {"oomKilled", said.oom_killed ? value_bool(true) : NULL}, {"output", said.output},
               {"ignores", said.ignores}, {"onSignal", said.on_signal}, {"health", said.health});
}

void read_processes(struct loader *loader, const struct value *value, const struct json_path *path, void *target)
{
    struct scenario_world *world = target;

    read_values(loader, value, path, read_process, &world->processes);
}
