/* What the Engine refuses in a container's Config and HostConfig: moby daemon/container.go and daemon_unix.go,
 * runconfig/hostconfig_unix.go, in their order. */
#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PORT_MAX 65535

/* Sets a 400 and is false. */
static bool refuse(struct docker_request *request, const char *text)
{
    effect_fail(request->effect, request->answers, 400, NULL, "%s", text);
    return false;
}

/* ---- Config
 * -------------------------------------------------------------------------------------------------------------------
 */

static bool health_check_is_valid(struct docker_request *request, const struct value *check)
{
    static const char *const durations[] = {"Interval", "Timeout", "StartPeriod"};
    const double shortest_ns = 1e6;

    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        double ns = value_get_number(check, durations[i], 0);

        if (ns != 0 && ns < shortest_ns) {
            return refuse(request,
                          arena_printf(request->answers, "%s in Healthcheck cannot be less than 1ms", durations[i]));
        }
        if (i == 1 && value_get_number(check, "Retries", 0) < 0) {
            return refuse(request, "Retries in Healthcheck cannot be negative");
        }
    }
    return true;
}

bool container_config_is_valid(struct docker_request *request, const struct value *config)
{
    struct arena *arena = request->answers;
    const char *folder = value_get_text(config, "WorkingDir");
    const char *signal = value_get_text(config, "StopSignal");
    int64_t number = 0;
    const struct value *environment = value_get(config, "Env");

    if (folder != NULL && folder[0] != '/') {
        return refuse(request, arena_printf(arena,
                                            "the working directory '%s' is invalid, it needs to be an absolute "
                                            "path",
                                            folder));
    }
    if (signal != NULL && !container_signal_number(signal, &number)) {
        return refuse(request, arena_printf(arena, "Invalid signal: %s", signal));
    }
    for (uint32_t i = 0; i < value_count(environment); i++) {
        const char *variable = value_text(value_at(environment, i));

        if (variable[0] == '\0' || variable[0] == '=') {
            return refuse(request, arena_printf(arena, "invalid environment variable: %s", variable));
        }
    }
    return health_check_is_valid(request, value_get(config, "Healthcheck"));
}

/* ---- HostConfig
 * -------------------------------------------------------------------------------------------------------------------
 */

bool container_restart_policy_is_valid(struct docker_request *request, const struct value *policy)
{
    static const char *const without_count[] = {"always", "unless-stopped", "no"};
    const char *name = value_get_text(policy, "Name");
    double count = value_get_number(policy, "MaximumRetryCount", 0);

    for (size_t i = 0; name != NULL && i < sizeof without_count / sizeof without_count[0]; i++) {
        if (strcmp(name, without_count[i]) == 0) {
            return count == 0 || refuse(request, arena_printf(request->answers,
                                                              "maximum retry count cannot be used with restart policy "
                                                              "'%s'",
                                                              name));
        }
    }
    if (name == NULL || name[0] == '\0') {
        return true;
    }
    if (strcmp(name, "on-failure") != 0) {
        return refuse(request, arena_printf(request->answers, "invalid restart policy '%s'", name));
    }
    return count >= 0 || refuse(request, "maximum retry count cannot be negative");
}

static bool port_is_number(const char *text, size_t length)
{
    unsigned long number = 0;

    for (size_t i = 0; i < length; i++) {
        if (isdigit((unsigned char)text[i]) == 0) {
            return false;
        }
        number = number * 10 + (unsigned long)(text[i] - '0');
        if (number > PORT_MAX) {
            return false;
        }
    }
    return length > 0;
}

/* "80", "80-90". */
static bool is_port_range(const char *text, size_t length)
{
    const char *dash = memchr(text, '-', length);
    size_t first = dash == NULL ? length : (size_t)(dash - text);

    return port_is_number(text, first) && (dash == NULL || port_is_number(dash + 1, length - first - 1));
}

static bool ports_are_valid(struct docker_request *request, const struct value *ports)
{
    for (uint32_t i = 0; i < value_count(ports); i++) {
        const char *port = ports->members[i].key;
        const struct value *bindings = ports->members[i].value;

        if (!is_port_range(port, strcspn(port, "/"))) {
            return refuse(request, arena_printf(request->answers, "invalid port specification: \"%s\"", port));
        }
        for (uint32_t j = 0; j < value_count(bindings); j++) {
            const char *host = value_get_text(value_at(bindings, j), "HostPort");

            if (host != NULL && host[0] != '\0' && !is_port_range(host, strlen(host))) {
                return refuse(request, arena_printf(request->answers, "invalid port specification: \"%s\"", host));
            }
        }
    }
    return true;
}

static bool is_address(const char *text)
{
    unsigned char bytes[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool extra_hosts_are_valid(struct docker_request *request, const struct value *hosts)
{
    for (uint32_t i = 0; i < value_count(hosts); i++) {
        const char *host = value_text(value_at(hosts, i));
        const char *colon = strchr(host, ':');
        const char *address = colon == NULL ? NULL : colon + 1;

        if (colon == NULL || colon == host) {
            return refuse(request, arena_printf(request->answers, "bad format for add-host: \"%s\"", host));
        }
        if (strcmp(address, "host-gateway") != 0 && !is_address(address)) {
            return refuse(request, arena_printf(request->answers, "invalid IP address in add-host: \"%s\"", address));
        }
    }
    return true;
}

static bool capabilities_are_valid(struct docker_request *request, const struct value *host_config, const char *name)
{
    static const char *const known[] = {
        "ALL",
        "AUDIT_CONTROL",
        "AUDIT_READ",
        "AUDIT_WRITE",
        "BLOCK_SUSPEND",
        "BPF",
        "CHECKPOINT_RESTORE",
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "IPC_LOCK",
        "IPC_OWNER",
        "KILL",
        "LEASE",
        "LINUX_IMMUTABLE",
        "MAC_ADMIN",
        "MAC_OVERRIDE",
        "MKNOD",
        "NET_ADMIN",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_RAW",
        "PERFMON",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYSLOG",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_CHROOT",
        "SYS_MODULE",
        "SYS_NICE",
        "SYS_PACCT",
        "SYS_PTRACE",
        "SYS_RAWIO",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "WAKE_ALARM",
    };
    const struct value *given = value_get(host_config, name);

    for (uint32_t i = 0; i < value_count(given); i++) {
        char *text = arena_string(request->answers, value_text(value_at(given, i)));
        bool is_known = false;

        for (char *at = text; *at != '\0'; at++) {
            *at = (char)toupper((unsigned char)*at);
        }
        text += strncmp(text, "CAP_", 4) == 0 ? 4 : 0;
        for (size_t j = 0; j < sizeof known / sizeof known[0]; j++) {
            is_known = is_known || strcmp(known[j], text) == 0;
        }
        if (!is_known) {
            return refuse(request,
                          arena_printf(request->answers, "invalid %s: unknown capability: \"CAP_%s\"", name, text));
        }
    }
    return true;
}

/* A bound of a number member: refused below `least` or above `most`, where it is not 0. */
bool container_host_config_is_valid(struct docker_request *request, const struct value *host_config, bool update,
                                    const struct value **warnings)
{
    const struct value *policy = value_get(host_config, "RestartPolicy");
    const char *name = value_get_text(policy, "Name");

    if (value_truthy(value_get(host_config, "AutoRemove")) && name != NULL && name[0] != '\0' &&
        strcmp(name, "no") != 0) {
        return refuse(request, "can't create 'AutoRemove' container with restart policy");
    }
    return extra_hosts_are_valid(request, value_get(host_config, "ExtraHosts")) &&
           ports_are_valid(request, value_get(host_config, "PortBindings")) &&
           container_restart_policy_is_valid(request, policy) &&
           capabilities_are_valid(request, host_config, "CapAdd") &&
           capabilities_are_valid(request, host_config, "CapDrop") &&
           container_resources_are_valid(request, host_config, update, warnings) &&
           container_host_options_are_valid(request, host_config, warnings);
}
