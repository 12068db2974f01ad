/* The engine about itself: ping, version, info, disk usage, login. Members and their order: Engine API 1.41. */
#include "fakes/docker/filters.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <string.h>

#define TEXT(text) value_string(arena, text)
#define NUMBER(number) value_number(arena, number)

enum { BYTES_OF_MEMORY = 2000000000, CPUS = 2 };

/* The machine that the engine runs on, as far as clients ask. */
#define KERNEL_VERSION "5.10.0-drydock"
#define GO_VERSION "go1.19.8"
#define GIT_COMMIT "5d6db84"
#define BUILD_TIME "2023-04-18T18:23:29.000000000+00:00"

void docker_ping(struct docker_request *request)
{
    request->reply->text = "OK";
    request->reply->text_length = strlen("OK");
    request->effect->result = value_string(request->answers, "OK");
}

static const struct value *component(struct arena *arena, const char *name, const char *version,
                                     const struct value *details)
{
    return OBJECT(arena, {"Name", TEXT(name)}, {"Version", TEXT(version)}, {"Details", details});
}

void docker_version(struct docker_request *request)
{
    struct arena *arena = request->answers;
    const struct value *details =
        OBJECT(arena, {"ApiVersion", TEXT("1.41")}, {"Arch", TEXT("amd64")}, {"BuildTime", TEXT(BUILD_TIME)},
               {"Experimental", TEXT("false")}, {"GitCommit", TEXT(GIT_COMMIT)}, {"GoVersion", TEXT(GO_VERSION)},
               {"KernelVersion", TEXT(KERNEL_VERSION)}, {"MinAPIVersion", TEXT("1.12")}, {"Os", TEXT("linux")});
    const struct value *no_commit = OBJECT(arena, {"GitCommit", TEXT("")});
    const struct value *components =
        ARRAY(arena, component(arena, "Engine", DOCKER_ENGINE_VERSION, details),
              component(arena, "containerd", "1.6.20~ds1", no_commit), component(arena, "runc", "1.1.5+ds1", no_commit),
              component(arena, "docker-init", "0.19.0", no_commit));

    request->effect->result =
        OBJECT(arena, {"Platform", OBJECT(arena, {"Name", TEXT("")})}, {"Components", components},
               {"Version", TEXT(DOCKER_ENGINE_VERSION)}, {"ApiVersion", TEXT("1.41")}, {"MinAPIVersion", TEXT("1.12")},
               {"GitCommit", TEXT(GIT_COMMIT)}, {"GoVersion", TEXT(GO_VERSION)}, {"Os", TEXT("linux")},
               {"Arch", TEXT("amd64")}, {"KernelVersion", TEXT(KERNEL_VERSION)}, {"BuildTime", TEXT(BUILD_TIME)});
}

/* ---- info
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct value *texts(struct arena *arena, const char *const *all, size_t count)
{
    const struct value *array = value_empty_array();

    for (size_t i = 0; i < count; i++) {
        array = value_append(arena, array, TEXT(all[i]));
    }
    return array;
}

#define TEXTS(...)                                                                                                     \
    texts(arena, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static const struct value *with_members(struct arena *arena, const struct value *object, const struct value *more)
{
    for (uint32_t i = 0; i < value_count(more); i++) {
        object = value_with(arena, object, more->members[i].key, more->members[i].value);
    }
    return object;
}

static const struct value *counted(const struct docker_engine *engine, struct arena *arena)
{
    uint32_t running = 0, paused = 0;

    for (uint32_t i = 0; i < engine->container_count; i++) {
        running += engine->containers[i].state == CONTAINER_RUNNING && !engine->containers[i].details->paused;
        paused += engine->containers[i].details->paused;
    }
    return OBJECT(arena, {"Containers", NUMBER(engine->container_count)}, {"ContainersRunning", NUMBER(running)},
                  {"ContainersPaused", NUMBER(paused)},
                  {"ContainersStopped", NUMBER(engine->container_count - running - paused)},
                  {"Images", NUMBER(engine->whole->images.count)});
}

static const struct value *driver(struct arena *arena)
{
    static const char *const status[][2] = {{"Backing Filesystem", "extfs"},
                                            {"Supports d_type", "true"},
                                            {"Native Overlay Diff", "true"},
                                            {"userxattr", "false"}};
    const struct value *pairs = value_empty_array();

    for (size_t i = 0; i < sizeof status / sizeof status[0]; i++) {
        pairs = value_append(arena, pairs, ARRAY(arena, TEXT(status[i][0]), TEXT(status[i][1])));
    }
    return OBJECT(arena, {"Driver", TEXT("overlay2")}, {"DriverStatus", pairs},
                  {"Plugins", OBJECT(arena, {"Volume", TEXTS("local")},
                                     {"Network", TEXTS("bridge", "host", "ipvlan", "macvlan", "null", "overlay")},
                                     {"Authorization", value_null()},
                                     {"Log", TEXTS("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file",
                                                   "local", "logentries", "splunk", "syslog")})});
}

static const struct value *abilities(struct arena *arena)
{
    static const char *const able[] = {"MemoryLimit",      "SwapLimit",        "CpuCfsPeriod", "CpuCfsQuota",
                                       "CPUShares",        "CPUSet",           "PidsLimit",    "IPv4Forwarding",
                                       "BridgeNfIptables", "BridgeNfIp6tables"};
    const struct value *all = value_empty_object();

    for (size_t i = 0; i < sizeof able / sizeof able[0]; i++) {
        all = value_with(arena, all, able[i], value_bool(true));
    }
    return value_with(arena, value_with(arena, all, "Debug", value_bool(false)), "OomKillDisable", value_bool(false));
}

static const struct value *machine(struct docker_engine *engine, struct arena *arena)
{
    return OBJECT(arena, {"SystemTime", TEXT(docker_time_us(arena, docker_now_us(engine)))},
                  {"LoggingDriver", TEXT("json-file")}, {"CgroupDriver", TEXT("cgroupfs")},
                  {"CgroupVersion", TEXT("1")}, {"NEventsListener", NUMBER(0)}, {"KernelVersion", TEXT(KERNEL_VERSION)},
                  {"OperatingSystem", TEXT("Debian GNU/Linux 12 (bookworm)")}, {"OSVersion", TEXT("12")},
                  {"OSType", TEXT("linux")}, {"Architecture", TEXT("x86_64")},
                  {"IndexServerAddress", TEXT("https://index.docker.io/v1/")}, {"NCPU", NUMBER(CPUS)},
                  {"MemTotal", NUMBER(BYTES_OF_MEMORY)}, {"GenericResources", value_null()},
                  {"DockerRootDir", TEXT("/var/lib/docker")}, {"HttpProxy", TEXT("")}, {"HttpsProxy", TEXT("")},
                  {"NoProxy", TEXT("")}, {"Name", TEXT("drydock")}, {"Labels", value_empty_array()},
                  {"ExperimentalBuild", value_bool(false)}, {"ServerVersion", TEXT(DOCKER_ENGINE_VERSION)});
}

static const struct value *runtimes(struct arena *arena)
{
    const struct value *runc = OBJECT(arena, {"path", TEXT("runc")});
    const struct value *no_commit = OBJECT(arena, {"ID", TEXT("")}, {"Expected", TEXT("")});
    const struct value *no_swarm =
        OBJECT(arena, {"NodeID", TEXT("")}, {"NodeAddr", TEXT("")}, {"LocalNodeState", TEXT("inactive")},
               {"ControlAvailable", value_bool(false)}, {"Error", TEXT("")}, {"RemoteManagers", value_null()});

    return OBJECT(arena,
                  {"Runtimes", OBJECT(arena, {"io.containerd.runc.v2", runc}, {"io.containerd.runtime.v1.linux", runc},
                                      {"runc", runc})},
                  {"DefaultRuntime", TEXT("runc")}, {"Swarm", no_swarm}, {"LiveRestoreEnabled", value_bool(false)},
                  {"Isolation", TEXT("")}, {"InitBinary", TEXT("docker-init")}, {"ContainerdCommit", no_commit},
                  {"RuncCommit", no_commit}, {"InitCommit", no_commit},
                  {"SecurityOptions", TEXTS("name=seccomp,profile=default", "name=cgroupns")},
                  {"Warnings", value_null()});
}

static const struct value *registries(struct arena *arena)
{
    const struct value *hub = OBJECT(arena, {"Name", TEXT("docker.io")}, {"Mirrors", value_empty_array()},
                                     {"Secure", value_bool(true)}, {"Official", value_bool(true)});

    return OBJECT(arena, {"RegistryConfig", OBJECT(arena, {"AllowNondistributableArtifactsCIDRs", value_empty_array()},
                                                   {"AllowNondistributableArtifactsHostnames", value_empty_array()},
                                                   {"InsecureRegistryCIDRs", TEXTS("127.0.0.0/8")},
                                                   {"IndexConfigs", OBJECT(arena, {"docker.io", hub})},
                                                   {"Mirrors", value_empty_array()})});
}

void docker_info(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const struct value *info =
        OBJECT(arena, {"ID", TEXT("DRYD:OCKD:RYDO:CKDR:YDOC:KDRY:DOCK:DRYD:OCKD:RYDO:CKDR:YDOC")});

    info = with_members(arena, info, counted(engine, arena));
    info = with_members(arena, info, driver(arena));
    info = with_members(arena, info, abilities(arena));
    info = with_members(arena, info, machine(engine, arena));
    info = with_members(arena, info, registries(arena));
    request->effect->result = with_members(arena, info, runtimes(arena));
}

/* ---- disk usage
 * -------------------------------------------------------------------------------------------------------------------
 */

/* The answer of another handler for the same request. */
static const struct value *answer_of(struct docker_request *request, void (*handler)(struct docker_request *),
                                     const struct value *args)
{
    struct docker_reply reply = {0};
    struct effect effect = {.id = request->effect->id, .args = args};
    struct docker_request inner = {request->engine, &effect, request->answers, &reply, request->lasting};

    handler(&inner);
    return effect.result;
}

static double layers_size(const struct docker_engine *engine)
{
    double size = 0;

    for (uint32_t i = 0; i < engine->whole->images.count; i++) {
        size += engine->whole->images.all[i].size_bytes;
    }
    return size;
}

/* Images say how many containers are made of them. */
static const struct value *images_used(struct docker_request *request, const struct value *images)
{
    const struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const struct value *all = value_empty_array();

    for (uint32_t i = 0; i < value_count(images); i++) {
        const struct value *image = value_at(images, i);
        double users = 0;

        for (uint32_t j = 0; j < engine->container_count; j++) {
            const char *id = engine->containers[j].details->image_id;

            users += id != NULL && value_is_text(value_get(image, "Id"), id);
        }
        image = value_with(arena, image, "Containers", NUMBER(users));
        image = value_with(arena, image, "SharedSize", NUMBER(0));
        all = value_append(arena, all, image);
    }
    return all;
}

static const struct value *volumes_used(struct docker_request *request)
{
    const struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const struct value *volumes = value_get(answer_of(request, docker_volumes_list, value_empty_object()), "Volumes");
    const struct value *all = value_empty_array();

    for (uint32_t i = 0; i < value_count(volumes); i++) {
        const struct value *volume = value_at(volumes, i);
        double users = 0;

        for (uint32_t j = 0; j < engine->container_count; j++) {
            const struct value *mounts = engine->containers[j].details->mounts;

            for (uint32_t k = 0; k < value_count(mounts); k++) {
                users += value_equal(value_get(value_at(mounts, k), "Name"), value_get(volume, "Name"));
            }
        }
        all = value_append(
            arena, all,
            value_with(arena, volume, "UsageData", OBJECT(arena, {"RefCount", NUMBER(users)}, {"Size", NUMBER(0)})));
    }
    return all;
}

void docker_system_df(struct docker_request *request)
{
    struct arena *arena = request->answers;
    const struct value *everything = OBJECT(arena, {"all", value_bool(true)}, {"size", value_bool(true)});
    const struct value *images = answer_of(request, docker_images_list, value_empty_object());
    const struct value *containers = answer_of(request, docker_containers_list, everything);

    request->effect->result =
        OBJECT(arena, {"LayersSize", NUMBER(layers_size(request->engine))}, {"Images", images_used(request, images)},
               {"Containers", containers}, {"Volumes", volumes_used(request)}, {"BuildCache", value_null()},
               {"BuilderSize", NUMBER(0)});
}

void docker_build_prune(struct docker_request *request)
{
    request->effect->result = OBJECT(request->answers, {"CachesDeleted", value_null()},
                                     {"SpaceReclaimed", value_number(request->answers, 0)});
}

void docker_plugins_list(struct docker_request *request)
{
    request->effect->result = value_empty_array();
}

/* All that a swarm has. */
void docker_swarm(struct docker_request *request)
{
    effect_fail(request->effect, request->answers, 503, NULL,
                "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this "
                "node to swarm and try again.");
}
