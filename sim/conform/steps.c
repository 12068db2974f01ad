/* Who starts in a replay: the activities that recordings name, as calls of core/. */
#include "sim/conform/replay_state.h"

#include "core/app_installer.h"
#include "core/app_uninstaller.h"
#include "core/master_slave.h"
#include "core/names.h"
#include "core/peer_notification.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a started activity needs; copied into its task. */
struct step {
    struct replay *replay;
    const char *app;
    const struct value *document; /* register: in clear, as the caller has it */
    bool force;
};

/* ---- the specification of an app that a run registers ---------------------------------------------------------------
 */

/* The document of the activity's own insert (recordings' README); of the final world when it did not get so far. */
static const struct value *registered_document(const struct replay *replay, const char *lane, const char *app)
{
    const struct recording *recording = replay->recording;

    for (uint32_t i = 0; i < recording->op_count; i++) {
        const struct recorded_op *op = &recording->ops[i];

        if (op->task != NULL && strcmp(op->task, lane) == 0 && strcmp(op->op, "insert") == 0) {
            return value_at(value_get(op->args, "documents"), 0);
        }
    }
    const struct value *db = value_get(recording->final, "db");
    const struct value *published = value_get(value_get(db, "globalzelapps"), "zelappsinformation");

    for (uint32_t i = 0; i < value_count(published); i++) {
        if (value_is_text(value_get(value_at(published, i), "name"), app)) {
            return value_at(published, i);
        }
    }
    return NULL;
}

/* Whether it is the app's, and each of its components has a name. */
static bool is_told(const struct value *document, const char *app)
{
    const struct value *compose = value_get(document, "compose");

    if (app == NULL || !value_is_text(value_get(document, "name"), app)) {
        return false;
    }
    for (uint32_t i = 0; i < value_count(compose); i++) {
        if (value_get_text(value_at(compose, i), "name") == NULL) {
            return false;
        }
    }
    return true;
}

/* The first port of a map such as {"80/tcp": …}. */
static const struct value *port_number(struct arena *arena, const struct value *ports)
{
    const char *key = value_is(ports, VALUE_OBJECT) && ports->count > 0 ? ports->members[0].key : NULL;

    return value_number(arena, key == NULL ? 80 : strtod(key, NULL));
}

static const struct value *host_port(struct arena *arena, const struct value *ports)
{
    const struct value *bindings = value_is(ports, VALUE_OBJECT) && ports->count > 0 ? ports->members[0].value : NULL;
    const char *text = value_get_text(value_at(bindings, 0), "HostPort");

    return value_number(arena, text == NULL ? 31001 : strtod(text, NULL));
}

static bool was_marked_for_sync(const struct replay *replay, const char *container)
{
    for (uint32_t i = 0; i < replay->recording->op_count; i++) {
        const char *command = value_get_text(replay->recording->ops[i].args, "command");

        if (command != NULL && strstr(command, container) != NULL && strstr(command, ".stfolder") != NULL) {
            return true;
        }
    }
    return false;
}

/* A component as its container was asked for: an enterprise app's own words are shortened away in recordings, and all
 * that is in them goes into the create body. g: shows in the restart policy, r: or s: in the mark for syncthing. */
static const struct value *component_from_body(struct replay *replay, const struct value *body)
{
    struct arena *arena = replay->arena;
    const struct value *host = value_get(body, "HostConfig");
    const struct value *bindings = value_get(host, "PortBindings");
    const char *target = value_get_text(value_at(value_get(host, "Mounts"), 0), "Target");
    const char *container = value_get_text(body, "name");
    bool master_slave = value_is_text(value_get(value_get(host, "RestartPolicy"), "Name"), "no");
    const char *flag = master_slave ? "g:" : was_marked_for_sync(replay, container) ? "r:" : "";

    return OBJECT(arena, {"name", value_get(body, "Hostname")}, {"description", value_string(arena, "c")},
                  {"repotag", value_get(body, "Image")}, {"ports", ARRAY(arena, host_port(arena, bindings))},
                  {"domains", ARRAY(arena, value_string(arena, ""))}, {"environmentParameters", value_get(body, "Env")},
                  {"commands", value_get(body, "Cmd")}, {"containerPorts", ARRAY(arena, port_number(arena, bindings))},
                  {"containerData", value_format(arena, "%s%s", flag, target == NULL ? "/data" : target)},
                  {"cpu", value_number(arena, value_get_number(host, "NanoCPUs", 1e8) / 1e9)},
                  {"ram", value_number(arena, round(value_get_number(host, "Memory", 104857600) / 1048576))},
                  {"hdd", value_number(arena, 1)}, {"repoauth", value_string(arena, "")});
}

/* The recordings' own component C (their README), where no container was ever asked for. */
static const struct value *usual_component(struct replay *replay)
{
    static const char text[] =
        "{\"name\":\"web\",\"description\":\"c\",\"repotag\":\"runonflux/website:latest\",\"ports\":[31001],"
        "\"domains\":[\"\"],\"environmentParameters\":[\"A=B\"],\"commands\":[\"/bin/sh\",\"-c\",\"trap \\\"exit 0\\\" "
        "TERM; while true; do sleep 1; done\"],\"containerPorts\":[80],\"containerData\":\"g:/data\",\"cpu\":0.1,"
        "\"ram\":100,\"hdd\":1,\"repoauth\":\"\"}";

    return value_parse(replay->arena, text, sizeof text - 1);
}

static const struct value *enterprise_compose(struct replay *replay, const char *app)
{
    const struct recording *recording = replay->recording;
    const char *suffix = arena_printf(replay->arena, "_%s", app);
    const struct value *compose = value_empty_array();

    for (uint32_t i = 0; i < recording->op_count; i++) {
        const struct value *body = value_get(recording->ops[i].args, "body");
        const char *name = value_get_text(body, "name");
        bool known = false;

        if (strcmp(recording->ops[i].op, "containers.create") != 0 || name == NULL ||
            value_get_text(body, "Hostname") == NULL || strlen(name) < strlen(suffix) ||
            strcmp(name + strlen(name) - strlen(suffix), suffix) != 0) {
            continue;
        }
        for (uint32_t j = 0; j < value_count(compose); j++) {
            known = known || value_equal(value_get(value_at(compose, j), "name"), value_get(body, "Hostname"));
        }
        if (!known) {
            compose = value_append(replay->arena, compose, component_from_body(replay, body));
        }
    }
    return value_count(compose) > 0 ? compose : value_append(replay->arena, compose, usual_component(replay));
}

/* Publishes the app, as the recordings' driver does just before, and returns what the caller hands over: in clear. */
static const struct value *publish(struct replay *replay, const struct value *document, const char *app)
{
    struct arena *arena = replay->kernel.world.memory;
    struct document_store *store = &replay->kernel.world.store;
    const struct value *record = document;
    const struct value *clear = document;

    if (value_truthy(value_get(document, "enterprise"))) {
        const struct value *compose = enterprise_compose(replay, app);
        const struct value *plain = OBJECT(arena, {"contacts", value_empty_array()}, {"compose", compose});
        const char *blob = bench_daemon_encrypt(&replay->kernel.world.bench, arena, value_json(arena, plain));

        record = value_with(arena, document, "enterprise", value_string(arena, blob));
        clear = value_with(arena, record, "compose", compose);
    }
    if (document_store_find(store, "globalzelapps", "zelappsinformation", "name", app) == NULL) {
        document_store_insert(store, "globalzelapps", "zelappsinformation", record);
        document_store_insert(store, "globalzelapps", "zelappsmessages",
                              OBJECT(arena, {"type", value_string(arena, "fluxappregister")},
                                     {"version", value_number(arena, 1)}, {"appSpecifications", record},
                                     {"hash", value_get(record, "hash")}, {"height", value_get(record, "height")},
                                     {"owner", value_get(record, "owner")}));
    }
    return clear;
}

/* ---- the activities -------------------------------------------------------------------------------------------------
 */

static void run_register(struct task *task, const void *argument)
{
    const struct step *step = argument;
    struct app_spec *spec = app_spec_from(task->arena, value_copy(task->arena, step->document));

    register_app_locally(task, spec, NULL, NULL, false, false);
}

static void run_check(struct task *task, const void *argument)
{
    (void)argument;
    check_and_notify_peers_of_running_apps(task, sample_flags(task));
}

static void run_master_slave(struct task *task, const void *argument)
{
    (void)argument;
    master_slave_apps(task);
}

static void run_remove(struct task *task, const void *argument)
{
    const struct step *step = argument;

    remove_app_locally(task, step->app, step->force, true, "the recording");
}

/* The activity's subject: behind the colon of its name, in the driver's step, or what it looks for first. */
static const char *subject_of(struct replay *replay, const struct recorded_op *first)
{
    const char *colon = strchr(first->task, ':');
    const char *open = replay->step_text == NULL ? NULL : strchr(replay->step_text, '(');
    const char *filtered = value_get_text(value_get(first->args, "filter"), "name");

    if (colon != NULL) {
        return colon + 1;
    }
    if (filtered != NULL) {
        return filtered;
    }
    return open == NULL ? NULL : arena_string_n(replay->arena, open + 1, strcspn(open + 1, ",)"));
}

/* A removal by force says so in its step, or by how it removes the container. */
static bool is_forced(const struct replay *replay, const char *lane)
{
    if (replay->step_text != NULL && strstr(replay->step_text, "force") != NULL) {
        return true;
    }
    for (uint32_t i = 0; i < replay->recording->op_count; i++) {
        const struct recorded_op *op = &replay->recording->ops[i];

        if (op->task != NULL && strcmp(op->task, lane) == 0 && !replay->asked[i] &&
            (strcmp(op->op, "container.kill") == 0 || value_truthy(value_get(op->args, "force")))) {
            return true;
        }
    }
    return false;
}

static const struct {
    const char *lane; /* up to a colon */
    void (*run)(struct task *task, const void *argument);
} activities[] = {{"register", run_register},
                  {"check", run_check},
                  {"warmup", run_check}, /* a check before the recorded run, to fill the caches */
                  {"masterSlave", run_master_slave},
                  {"remove", run_remove}};

bool step_start(struct replay *replay, uint32_t origin, const struct recorded_op *first)
{
    size_t length = strcspn(first->task, ":");
    struct step step = {.replay = replay, .app = subject_of(replay, first), .force = is_forced(replay, first->task)};
    const char *where = arena_printf(replay->arena, "line %u, %s", first->line, first->task);

    for (size_t i = 0; i < sizeof activities / sizeof activities[0]; i++) {
        if (strlen(activities[i].lane) != length || strncmp(activities[i].lane, first->task, length) != 0) {
            continue;
        }
        if (activities[i].run == run_register) {
            const struct value *document = registered_document(replay, first->task, step.app);

            if (!is_told(document, step.app)) {
                diverge(replay, where, "an app whose specification the recording does not tell", first->task, NULL);
                return false;
            }
            step.document = publish(replay, document, step.app);
        }
        *(struct conform_step *)table_add(replay->arena, (void **)&replay->conformity->steps,
                                          &replay->conformity->step_count, &replay->conformity->step_size,
                                          sizeof(struct conform_step)) =
            (struct conform_step){first->task, step.app, value_copy(replay->arena, step.document), step.force,
                                  (uint32_t)(first - replay->recording->ops)};
        replay->step_text = NULL;
        kernel_start(&replay->kernel, (struct kernel_start){.name = first->task,
                                                            .origin = origin,
                                                            .of_node = true,
                                                            .run = activities[i].run,
                                                            .argument = &step,
                                                            .size = sizeof step});
        return true;
    }
    diverge(replay, where, "an activity that drydock does not know", first->task, NULL);
    return false;
}
