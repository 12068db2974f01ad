/* The app's docker network: lifecycle.md 1.5, 6.1 step 10. */
#include "core/docker_service.h"

#include "core/names.h"

enum { RETRY_WAIT_MS = 3000, INTERFACE_ID_LENGTH = 12 };

static const struct error *network_call(struct task *task, enum effect_id id, const char *network,
                                        const struct value *args, const struct value **result)
{
    struct effect effect = {.id = id, .args = args, .object = network};

    TRY(docker_call(task, &effect));
    if (result != NULL) {
        *result = effect.result;
    }
    return NULL;
}

static const struct value *network_args(struct task *task, const char *network)
{
    return OBJECT(task->arena, {"network", value_string(task->arena, network)});
}

const struct error *create_flux_app_docker_network(struct task *task, const char *app, uint32_t octet)
{
    struct arena *arena = task->arena;
    const char *network = app_network_name(arena, app);
    const struct value *present = NULL;

    /* 1.5 step 2: any inspect error, not only 404, means "absent". */
    if (network_call(task, EFFECT_DOCKER_NETWORK_INSPECT, network, network_args(task, network), &present) == NULL) {
        return NULL;
    }
    const struct value *config = OBJECT(arena, {"Subnet", value_format(arena, "172.23.%u.0/24", octet)},
                                        {"Gateway", value_format(arena, "172.23.%u.1", octet)});
    const struct value *args = OBJECT(arena, {"Name", value_string(arena, network)},
                                      {"IPAM", OBJECT(arena, {"Config", ARRAY(arena, config)})});

    return network_call(task, EFFECT_DOCKER_NETWORKS_CREATE, network, args, NULL);
}

const struct error *get_flux_docker_network_physical_interface_names(struct task *task, const struct value **names)
{
    struct arena *arena = task->arena;
    const struct value *networks = NULL;
    const struct value *filters = OBJECT(arena, {"name", ARRAY(arena, value_string(arena, "fluxDockerNetwork"))});

    *names = value_empty_array();
    TRY(network_call(task, EFFECT_DOCKER_NETWORKS_LIST, NULL,
                     OBJECT(arena, {"filters", value_string(arena, value_json(arena, filters))}), &networks));
    for (uint32_t i = 0; i < value_count(networks); i++) {
        const char *id = value_get_text(value_at(networks, i), "Id");

        if (id == NULL) {
            return error_new(arena, "TypeError", "Cannot read properties of undefined (reading 'slice')");
        }
        *names = value_append(arena, *names, value_format(arena, "br-%.*s", INTERFACE_ID_LENGTH, id));
    }
    return NULL;
}

const struct error *remove_flux_app_docker_network(struct task *task, const char *app)
{
    const char *network = app_network_name(task->arena, app);

    if (network_call(task, EFFECT_DOCKER_NETWORK_INSPECT, network, network_args(task, network), NULL) != NULL) {
        return NULL; /* 6.1 step 10: any inspect error means already gone */
    }
    return network_call(task, EFFECT_DOCKER_NETWORK_REMOVE, network, network_args(task, network), NULL);
}

static void disconnect_endpoints(struct task *task, const char *network, const struct value *inspected)
{
    const struct value *endpoints = value_get(inspected, "Containers");

    for (uint32_t i = 0; i < value_count(endpoints) && value_is(endpoints, VALUE_OBJECT); i++) {
        const struct value *args =
            OBJECT(task->arena, {"network", value_string(task->arena, network)},
                   {"Container", value_string(task->arena, endpoints->members[i].key)}, {"Force", value_bool(true)});
        const struct error *error = network_call(task, EFFECT_DOCKER_NETWORK_DISCONNECT, network, args, NULL);

        (void)error; /* swallowed: 6.1 step 10 */
    }
}

static const struct error *force_remove(struct task *task, const char *network)
{
    const struct value *inspected = NULL;

    if (network_call(task, EFFECT_DOCKER_NETWORK_INSPECT, network, network_args(task, network), &inspected) != NULL) {
        return NULL; /* already gone: success, no retry */
    }
    disconnect_endpoints(task, network, inspected);
    return network_call(task, EFFECT_DOCKER_NETWORK_REMOVE, network, network_args(task, network), NULL);
}

const struct error *force_remove_flux_app_docker_network(struct task *task, const char *app)
{
    const char *network = app_network_name(task->arena, app);

    if (force_remove(task, network) == NULL) {
        return NULL;
    }
    delay(task, RETRY_WAIT_MS); /* a failed delete is tried once more */
    return force_remove(task, network);
}
