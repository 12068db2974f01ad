#include "core/log_collector.h"

#include "core/container_data.h"
#include "core/docker_service.h"

enum { GELF_PORT = 12201 }; /* Graylog's own; the specification names none */

static bool has_entry(struct task *task, const struct component *component, const char *entry)
{
    return value_holds_text(component_now(task, component).env, entry);
}

bool collects_logs(struct task *task, const struct component *component)
{
    return has_entry(task, component, "LOG=COLLECT");
}

bool sends_logs(struct task *task, const struct component *component)
{
    return has_entry(task, component, "LOG=SEND");
}

const char *log_collector_ip(struct task *task, const struct app_spec *spec, const char *app, const char *network)
{
    const struct component *collector = NULL;

    for (uint32_t i = 0; i < spec->component_count; i++) {
        if (collector == NULL && collects_logs(task, &spec->components[i])) {
            collector = &spec->components[i];
        }
    }
    if (collector == NULL) {
        return NULL;
    }
    const char *name = component_app_id(task, collector, app, spec->version > 3);
    struct effect inspect = {.id = EFFECT_DOCKER_CONTAINER_INSPECT,
                             .args = OBJECT(task->arena, {"container", value_string(task->arena, name)}),
                             .object = name};
    const struct error *error = docker_call(task, &inspect);

    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error));
        return NULL;
    }
    const struct value *networks = value_get(value_get(inspect.result, "NetworkSettings"), "Networks");
    const char *address = value_get_text(value_get(networks, network), "IPAddress");

    return address == NULL || address[0] == '\0' ? NULL : address;
}

const struct value *log_labels(struct task *task, const char *app)
{
    struct arena *arena = task->arena;
    const struct node_config *config = &task->node->config;

    return OBJECT(arena, {"app_name", value_string(arena, app)}, {"host_id", value_string(arena, config->host_id)},
                  {"host_ip", value_string(arena, config->host_ip)});
}

const struct value *log_config(struct arena *arena, const char *collector_ip)
{
    if (collector_ip != NULL) {
        return OBJECT(
            arena, {"Type", value_string(arena, "gelf")},
            {"Config", OBJECT(arena, {"gelf-address", value_format(arena, "udp://%s:%d", collector_ip, GELF_PORT)})});
    }
    return OBJECT(
        arena, {"Type", value_string(arena, "json-file")},
        {"Config", OBJECT(arena, {"max-file", value_string(arena, "1")}, {"max-size", value_string(arena, "20m")})});
}
