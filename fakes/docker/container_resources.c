/* Whether the Engine gives a container what its HostConfig asks of the machine. moby daemon/daemon_unix.go,
 * verifyPlatformContainerResources(), verifyPlatformContainerSettings(). */
#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_MIN 6291456.0 /* 6 MB */
#define NANO 1e9
#define OOM_SCORE_MAX 1000.0

/* Sets a 400 and is false. */
static bool refuse(struct docker_request *request, const char *text)
{
    effect_fail(request->effect, request->answers, 400, NULL, "%s", text);
    return false;
}

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

bool container_resources_are_valid(struct docker_request *request, const struct value *host_config, bool update,
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

bool container_host_options_are_valid(struct docker_request *request, const struct value *host_config,
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
