/* What the Engine refuses in a container's Config and HostConfig: moby daemon/container.go and daemon_unix.go,
 * runconfig/hostconfig_unix.go, in their order. */
#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MEMORY_MIN 6291456.0 /* 6 MB */
#define NANO 1e9
#define PORT_MAX 65535
#define OOM_SCORE_MAX 1000.0

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
static bool memory_is_valid(struct docker_request *request, const struct value *host_config, bool update)
{
    double memory = value_get_number(host_config, "Memory", 0);
    double swap = value_get_number(host_config, "MemorySwap", 0);
    double reservation = value_get_number(host_config, "MemoryReservation", 0);
    double kernel = value_get_number(host_config, "KernelMemory", 0);
    double swappiness = value_get_number(host_config, "MemorySwappiness", -1);

    if (memory != 0 && memory < MEMORY_MIN) {
        return refuse(request, "Minimum memory limit allowed is 6MB");
    }
    if (memory > 0 && swap > 0 && swap < memory) {
        return refuse(request, "Minimum memoryswap limit should be larger than memory limit, see usage");
    }
    if (memory == 0 && swap > 0 && !update) {
        return refuse(request, "You should always set the Memory limit when using Memoryswap limit, see usage");
    }
    if (swappiness < -1 || swappiness > 100) {
        return refuse(request, arena_printf(request->answers,
                                            "Invalid value: %.0f, valid memory swappiness range is 0-100", swappiness));
    }
    if (reservation > 0 && reservation < MEMORY_MIN) {
        return refuse(request, "Minimum memory reservation allowed is 6MB");
    }
    if (memory > 0 && reservation > 0 && memory < reservation) {
        return refuse(request, "Minimum memory limit can not be less than memory reservation limit, see usage");
    }
    return kernel <= 0 || kernel >= MEMORY_MIN || refuse(request, "Minimum kernel memory limit allowed is 6MB");
}

/* A list of numbers and ranges ("0-1,3"); −1: it is none; otherwise its largest. */
static long largest_of_set(const char *text)
{
    long largest = -1;

    while (*text != '\0') {
        char *end = NULL;
        long number = isdigit((unsigned char)*text) != 0 ? strtol(text, &end, 10) : -1;

        if (number < 0 || (*end != '\0' && *end != ',' && *end != '-')) {
            return -1;
        }
        largest = number > largest ? number : largest;
        text = *end == '\0' ? end : end + 1;
    }
    return largest;
}

static bool cpu_set_is_valid(struct docker_request *request, const struct value *host_config, const char *member,
                             const char *what, int there)
{
    const char *set = value_get_text(host_config, member);
    long largest = set == NULL || set[0] == '\0' ? 0 : largest_of_set(set);
    const char *available = there == 1 ? "0" : arena_printf(request->answers, "0-%d", there - 1);

    if (largest < 0) {
        return refuse(request, arena_printf(request->answers, "Invalid value %s for cpuset %s: invalid format: %s", set,
                                            there == 1 ? "mems" : "cpus", set));
    }
    return largest < there || refuse(request, arena_printf(request->answers,
                                                           "Requested %s are not available - requested %s, available: "
                                                           "%s",
                                                           what, set, available));
}

static bool cpus_are_valid(struct docker_request *request, const struct value *host_config)
{
    double nano = value_get_number(host_config, "NanoCpus", 0);
    double period = value_get_number(host_config, "CpuPeriod", 0);
    double quota = value_get_number(host_config, "CpuQuota", 0);
    const double period_min = 1000, period_max = 1000000, quota_min = 1000;

    if (nano > 0 && period > 0) {
        return refuse(request, "Conflicting options: Nano CPUs and CPU Period cannot both be set");
    }
    if (nano > 0 && quota > 0) {
        return refuse(request, "Conflicting options: Nano CPUs and CPU Quota cannot both be set");
    }
    if (nano < 0 || nano > CONTAINER_CPUS * NANO) {
        return refuse(request, arena_printf(request->answers,
                                            "Range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available",
                                            CONTAINER_CPUS, CONTAINER_CPUS));
    }
    if (period != 0 && (period < period_min || period > period_max)) {
        return refuse(request, "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
    }
    if (quota > 0 && quota < quota_min) {
        return refuse(request, "CPU cfs quota can not be less than 1ms (i.e. 1000)");
    }
    return cpu_set_is_valid(request, host_config, "CpusetCpus", "CPUs", CONTAINER_CPUS) &&
           cpu_set_is_valid(request, host_config, "CpusetMems", "memory nodes", 1);
}

static void warn(struct docker_request *request, const struct value **warnings, const char *text)
{
    *warnings = value_append(request->answers, *warnings, value_string(request->answers, text));
}

static bool resources_are_valid(struct docker_request *request, const struct value *host_config, bool update,
                                const struct value **warnings)
{
    if (!memory_is_valid(request, host_config, update)) {
        return false;
    }
    if (value_truthy(value_get(host_config, "OomKillDisable")) && value_get_number(host_config, "Memory", 0) == 0) {
        warn(request, warnings,
             "OOM killer is disabled for the container, but no memory limit is set, this can result in the system "
             "running out of resources.");
    }
    if (!cpus_are_valid(request, host_config)) {
        return false;
    }
    if (value_get_number(host_config, "BlkioWeight", 0) > 0) {
        warn(request, warnings,
             "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.");
    }
    return true;
}

static bool platform_is_valid(struct docker_request *request, const struct value *host_config,
                              const struct value **warnings)
{
    double score = value_get_number(host_config, "OomScoreAdj", 0);
    const char *runtime = value_get_text(host_config, "Runtime");
    const char *cgroups = value_get_text(host_config, "CgroupnsMode");
    const struct value *folders = value_get(host_config, "Tmpfs");

    if (value_get_number(host_config, "ShmSize", 0) < 0) {
        return refuse(request, "SHM size can not be less than 0");
    }
    if (score < -OOM_SCORE_MAX || score > OOM_SCORE_MAX) {
        return refuse(request, arena_printf(request->answers,
                                            "Invalid value %.0f, range for oom score adj is [-1000, 1000]", score));
    }
    if (value_is_text(value_get(host_config, "NetworkMode"), "host") &&
        value_count(value_get(host_config, "PortBindings")) > 0) {
        warn(request, warnings, "Published ports are discarded when using host network mode");
    }
    if (runtime != NULL && strcmp(runtime, "") != 0 && strcmp(runtime, "io.containerd.runc.v2") != 0 &&
        strcmp(runtime, "io.containerd.runtime.v1.linux") != 0) {
        return refuse(request, arena_printf(request->answers, "Unknown runtime specified %s", runtime));
    }
    for (uint32_t i = 0; i < value_count(folders); i++) {
        const char *folder = folders->members[i].key;

        if (folder[0] != '/') {
            return refuse(request, arena_printf(request->answers,
                                                "invalid mount path: '%s' mount path must be absolute", folder));
        }
    }
    return cgroups == NULL || cgroups[0] == '\0' || strcmp(cgroups, "private") == 0 ||
           refuse(request, arena_printf(request->answers, "invalid cgroup namespace mode: %s", cgroups));
}

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
           resources_are_valid(request, host_config, update, warnings) &&
           platform_is_valid(request, host_config, warnings);
}
