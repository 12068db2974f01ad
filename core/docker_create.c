/* appDockerCreate: lifecycle.md 2.7, body 12.5. */
#include "core/docker_service.h"

#include "core/container_data.h"
#include "core/docker_environment.h"
#include "core/log_collector.h"
#include "core/names.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NOFILE_LIMIT = 100000, SWAP_EXTRA_MB = 2000, BYTES_PER_MB = 1048576, CPU_PERIOD_US = 100000 };

/* What 2.7 works with. */
struct creation {
    struct task *task;
    struct arena *arena;
    const struct app_spec *spec;
    struct component *component;
    const char *app;
    const char *app_id;
    const char *network;
    struct container_mounts mounts;
    bool burst;                   /* the owner's containers may exceed their CPU share (step 5) */
    bool logs;                    /* the app has a log collector and this component is part of it (step 3) */
    const char *collector_ip;     /* NULL: logs stay with Docker */
    const struct value *commands; /* step 8 may have replaced them; NULL: the specification's own */
};

/* ---- 2.7 step 4: next free address
 * --------------------------------------------------------------------------------------- */

enum { SUBNET_ADDRESSES_MAX = 256 };

struct address_pool {
    unsigned base; /* network address */
    unsigned size; /* addresses in the subnet */
    bool used[SUBNET_ADDRESSES_MAX];
};

static bool parse_address(const char *text, unsigned *address)
{
    unsigned part[4];

    if (text == NULL || sscanf(text, "%3u.%3u.%3u.%3u", &part[0], &part[1], &part[2], &part[3]) != 4) {
        return false;
    }
    *address = part[0] << 24 | part[1] << 16 | part[2] << 8 | part[3];
    return true;
}

static void mark_used(struct address_pool *pool, const struct value *text)
{
    unsigned address = 0;

    if (parse_address(value_text(text), &address) && address - pool->base < pool->size) {
        pool->used[address - pool->base] = true;
    }
}

static bool open_pool(struct address_pool *pool, const struct value *network)
{
    const struct value *config = value_at(value_get(value_get(network, "IPAM"), "Config"), 0);
    const char *subnet = value_get_text(config, "Subnet");
    const char *slash = subnet == NULL ? NULL : strchr(subnet, '/');
    unsigned bits = 0;

    if (slash == NULL || sscanf(slash + 1, "%2u", &bits) != 1 || bits < 24 || bits > 30 ||
        !parse_address(subnet, &pool->base)) {
        return false;
    }
    pool->size = 1u << (32 - bits);
    mark_used(pool, value_get(config, "Gateway"));
    return true;
}

/* Containers one of whose names ends `_<app>`: their fixed address is in use, running or not. */
static bool belongs_to_app(const struct value *container, const char *suffix)
{
    const struct value *names = value_get(container, "Names");

    for (uint32_t i = 0; i < value_count(names); i++) {
        const char *name = value_text(value_at(names, i));

        if (name != NULL && strlen(name) >= strlen(suffix) &&
            strcmp(name + strlen(name) - strlen(suffix), suffix) == 0) {
            return true;
        }
    }
    return false;
}

static void mark_fixed_address(const struct creation *creation, struct address_pool *pool,
                               const struct value *container)
{
    const char *name = value_text(value_at(value_get(container, "Names"), 0));
    struct effect effect = {.id = EFFECT_DOCKER_CONTAINER_INSPECT,
                            .args = OBJECT(creation->arena, {"container", value_get(container, "Id")}),
                            .object = name == NULL ? NULL : name + (name[0] == '/')};
    const struct error *error = docker_call(creation->task, &effect);

    if (error != NULL) {
        log_error(creation->task, "Error in getNextAvailableIPForApp: %s", error->message);
        return; /* that container is ignored */
    }
    const struct value *networks = value_get(value_get(effect.result, "NetworkSettings"), "Networks");

    mark_used(pool, value_get(value_get(value_get(networks, creation->network), "IPAMConfig"), "IPv4Address"));
}

static const struct error *find_address(const struct creation *creation, const char **address)
{
    struct arena *arena = creation->arena;
    struct address_pool pool = {0};
    struct effect inspect = {.id = EFFECT_DOCKER_NETWORK_INSPECT,
                             .args = OBJECT(arena, {"network", value_string(arena, creation->network)}),
                             .object = creation->network};
    const struct value *containers = NULL;

    TRY(docker_call(creation->task, &inspect));
    TRY(docker_list_containers(creation->task, true, &containers));
    if (!open_pool(&pool, inspect.result)) {
        return error_new(arena, "TypeError", "Cannot read properties of undefined (reading 'Subnet')");
    }
    const struct value *endpoints = value_get(inspect.result, "Containers");

    for (uint32_t i = 0; value_is(endpoints, VALUE_OBJECT) && i < endpoints->count; i++) {
        mark_used(&pool, value_get(endpoints->members[i].value, "IPv4Address"));
    }
    const char *suffix = arena_printf(arena, "_%s", creation->app);

    for (uint32_t i = 0; i < value_count(containers); i++) {
        if (belongs_to_app(value_at(containers, i), suffix)) {
            mark_fixed_address(creation, &pool, value_at(containers, i));
        }
    }
    for (unsigned i = 1; i + 1 < pool.size; i++) {
        if (!pool.used[i]) {
            unsigned free_address = pool.base + i;

            *address = arena_printf(arena, "%u.%u.%u.%u", free_address >> 24, free_address >> 16 & 255,
                                    free_address >> 8 & 255, free_address & 255);
            return NULL;
        }
    }
    return error_new(arena, "Error", "No available IP addresses in the subnet");
}

/* NULL: no static address; the error is logged only. */
static const char *next_available_ip_for_app(const struct creation *creation)
{
    const char *address = NULL;
    const struct error *error = find_address(creation, &address);

    if (error != NULL) {
        log_error(creation->task, "Error in getNextAvailableIPForApp: %s", error->message);
    }
    return address;
}

/* ---- the body (12.5)
 * ------------------------------------------------------------------------------------------------------- */

static const char *port_text(const struct creation *creation, const struct value *port)
{
    return value_is(port, VALUE_STRING) ? port->string : value_json(creation->arena, port);
}

/* Version 1 has a single port and containerPort in place of the lists. */
static const struct value *port_list(const struct creation *creation, const char *list, const char *single)
{
    const struct value *document = creation->component->document;
    const struct value *ports = value_get(document, list);

    if (ports != NULL || value_get(document, single) == NULL) {
        return ports;
    }
    return ARRAY(creation->arena, value_get(document, single));
}

static const struct value *both_protocols(const struct creation *creation, const struct value *object, const char *port,
                                          const struct value *content)
{
    object = value_with(creation->arena, object, arena_printf(creation->arena, "%s/tcp", port), content);
    return value_with(creation->arena, object, arena_printf(creation->arena, "%s/udp", port), content);
}

static const struct value *exposed_ports(const struct creation *creation)
{
    const struct value *lists[] = {port_list(creation, "ports", "port"),
                                   port_list(creation, "containerPorts", "containerPort")};
    const struct value *exposed = value_empty_object();

    for (size_t list = 0; list < 2; list++) {
        for (uint32_t i = 0; i < value_count(lists[list]); i++) {
            exposed =
                both_protocols(creation, exposed, port_text(creation, value_at(lists[list], i)), value_empty_object());
        }
    }
    return exposed;
}

static const struct value *port_bindings(const struct creation *creation)
{
    const struct value *ports = port_list(creation, "ports", "port");
    const struct value *container_ports = port_list(creation, "containerPorts", "containerPort");
    const struct value *bindings = value_empty_object();

    for (uint32_t i = 0; i < value_count(ports) && i < value_count(container_ports); i++) {
        const struct value *host_port = OBJECT(
            creation->arena, {"HostPort", value_string(creation->arena, port_text(creation, value_at(ports, i)))});

        bindings = both_protocols(creation, bindings, port_text(creation, value_at(container_ports, i)),
                                  ARRAY(creation->arena, host_port));
    }
    return bindings;
}

static const struct value *command_list(const struct creation *creation)
{
    const struct value *commands =
        creation->commands != NULL ? creation->commands : value_get(creation->component->document, "commands");
    const struct value *kept = value_empty_array();

    for (uint32_t i = 0; i < value_count(commands); i++) {
        if (!value_is_text(value_at(commands, i), "--privileged")) {
            kept = value_append(creation->arena, kept, value_at(commands, i));
        }
    }
    return kept;
}

static const struct value *bind_mounts(const struct creation *creation)
{
    struct arena *arena = creation->arena;
    const struct value *mounts = value_empty_array();

    for (uint32_t i = 0; i < creation->mounts.count; i++) {
        const struct mount *mount = &creation->mounts.mounts[i];
        const char *source = mount_host_path(creation->task, mount, creation->spec, creation->app_id);

        mounts =
            value_append(arena, mounts,
                         OBJECT(arena, {"Type", value_string(arena, "bind")}, {"Source", value_string(arena, source)},
                                {"Target", value_string(arena, mount->path)}, {"ReadOnly", value_bool(false)},
                                {"BindOptions", OBJECT(arena, {"Propagation", value_string(arena, "rprivate")})}));
    }
    return mounts;
}

static const char *restart_policy(const struct creation *creation)
{
    if (creation->mounts.flag_g) {
        return "no";
    }
    bool listed = value_holds_text(creation->task->node->config.always_restarted, creation->spec->owner);

    return listed ? "always" : "unless-stopped";
}

static const struct value *host_config(const struct creation *creation, bool storage_option)
{
    bool burst = creation->burst;
    struct arena *arena = creation->arena;
    const struct component_state component = component_now(creation->task, creation->component);
    const struct value *nofile =
        OBJECT(arena, {"Name", value_string(arena, "nofile")}, {"Soft", value_number(arena, NOFILE_LIMIT)},
               {"Hard", value_number(arena, NOFILE_LIMIT)});

    return OBJECT(arena, {"NanoCPUs", burst ? NULL : value_number(arena, round(component.cpu * 1e9))},
                  {"CpuPeriod", burst ? value_number(arena, CPU_PERIOD_US) : NULL},
                  {"CpuQuota", burst ? value_number(arena, round(component.cpu * CPU_PERIOD_US)) : NULL},
                  {"Memory", value_number(arena, round(component.ram * BYTES_PER_MB))},
                  {"MemorySwap", value_number(arena, round((component.ram + SWAP_EXTRA_MB) * BYTES_PER_MB))},
                  {"Mounts", bind_mounts(creation)}, {"Ulimits", ARRAY(arena, nofile)},
                  {"PortBindings", port_bindings(creation)},
                  {"RestartPolicy", OBJECT(arena, {"Name", value_string(arena, restart_policy(creation))})},
                  {"NetworkMode", value_string(arena, creation->network)},
                  {"LogConfig", log_config(arena, creation->collector_ip)},
                  {"ExtraHosts", ARRAY(arena, value_string(arena, "fluxnode.service:169.254.43.43"))},
                  {"StorageOpt", storage_option ? OBJECT(arena, {"size", value_string(arena, "10G")}) : NULL});
}

/* 12.5. Hostname: the app's name in versions up to 3, which is that of their one component. */
static const struct value *create_body(const struct creation *creation, const char *address, bool storage_option)
{
    struct arena *arena = creation->arena;
    const struct component *component = creation->component;
    const struct value *env = component_now(creation->task, component).env;
    const struct value *networking = NULL;

    if (address != NULL) {
        const struct value *endpoint =
            OBJECT(arena, {"IPAMConfig", OBJECT(arena, {"IPv4Address", value_string(arena, address)})});

        networking = OBJECT(arena, {"EndpointsConfig", OBJECT(arena, {creation->network, endpoint})});
    }
    return OBJECT(arena, {"Image", value_get(component->document, "repotag")},
                  {"name", value_string(arena, creation->app_id)}, {"Hostname", value_string(arena, component->name)},
                  {"AttachStdin", value_bool(true)}, {"AttachStdout", value_bool(true)},
                  {"AttachStderr", value_bool(true)}, {"Cmd", command_list(creation)},
                  {"Env", env != NULL ? env : value_empty_array()}, {"Tty", value_bool(false)},
                  {"ExposedPorts", exposed_ports(creation)},
                  {"Labels", creation->logs ? log_labels(creation->task, creation->app) : NULL},
                  {"HostConfig", host_config(creation, storage_option)}, {"NetworkingConfig", networking});
}

/* ---- steps 6 and 7
 * ----------------------------------------------------------------------------------------------------------- */

/* docker info is read for DriverStatus, entry `Backing Filesystem`, only; xfs with quota gets a size option. */
static const struct error *read_backing_filesystem(const struct creation *creation, bool *is_xfs)
{
    struct effect info = {.id = EFFECT_DOCKER_INFO, .args = value_empty_object()};

    TRY(docker_call(creation->task, &info));
    const struct value *driver_status = value_get(info.result, "DriverStatus");

    if (!value_is(driver_status, VALUE_ARRAY)) {
        return error_new(creation->arena, "TypeError", "Cannot read properties of undefined (reading 'find')");
    }
    for (uint32_t i = 0; i < driver_status->count; i++) {
        const struct value *entry = driver_status->items[i];

        if (value_is_text(value_at(entry, 0), "Backing Filesystem")) {
            *is_xfs = value_is_text(value_at(entry, 1), "xfs");
        }
    }
    return NULL;
}

/* ---- step 3
 * ------------------------------------------------------------------------------------------------------------------ */

/* The collector itself takes no address from its look-up: it is step 4's, made once more. */
static void find_log_collector(struct creation *creation)
{
    if (collects_logs(creation->task, creation->component)) {
        creation->logs = true;
        (void)next_available_ip_for_app(creation);
    } else if (sends_logs(creation->task, creation->component)) {
        creation->collector_ip = log_collector_ip(creation->task, creation->spec, creation->app, creation->network);
        creation->logs = creation->collector_ip != NULL;
    }
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------------------- */

const struct error *app_docker_create(struct task *task, struct component *component, const char *app,
                                      bool is_component, struct app_spec *spec)
{
    struct creation creation = {
        .task = task,
        .arena = task->arena,
        .spec = spec,
        .component = component,
        .app = app,
        .app_id = component_app_id(task, component, app, is_component),
        .network = app_network_name(task->arena, app),
    };
    bool is_xfs = false;

    TRY(parse_container_data(task->arena, component->container_data, spec, (int)(component - spec->components),
                             &creation.mounts));                /* 1 */
    TRY(append_secrets(task, component, app, spec->version));   /* 2 */
    find_log_collector(&creation);                              /* 3 */
    const char *address = next_available_ip_for_app(&creation); /* 4 */

    creation.burst = may_burst(task, spec->owner);                           /* 5 */
    TRY(read_backing_filesystem(&creation, &is_xfs));                        /* 6 */
    is_xfs = is_xfs && has_xfs_quota(task);                                  /* 7 */
    TRY(fetch_from_storage(task, component, &creation.commands));            /* 8 */
    TRY(ensure_mount_paths_exist(task, component, app, is_component, spec)); /* 9 */
    struct effect create = {.id = EFFECT_DOCKER_CONTAINERS_CREATE,
                            .args = OBJECT(task->arena, {"name", value_string(task->arena, creation.app_id)},
                                           {"body", create_body(&creation, address, is_xfs)}),
                            .object = creation.app_id};

    return docker_call(task, &create); /* 10 */
}
