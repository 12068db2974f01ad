/* POST /containers/create, and containers that a scenario has: their configuration with its defaults.
 * moby daemon/create.go, api/server/router/container, in their order. */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/handlers.h"
#include "fakes/docker/reference.h"
#include "fakes/world.h"

#include <string.h>

enum { HOSTNAME_LENGTH = 12 };

/* A request on its way to a container. */
struct creation {
    struct docker_request *request;
    const struct value *config, *host_config; /* read, see container_config.h */
    const struct docker_image *image;
    const struct value *warnings;
};

static bool refuse(struct docker_request *request, int status, const char *text)
{
    effect_fail(request->effect, request->answers, status, NULL, "%s", text);
    return false;
}

static const struct config_fallbacks *fallbacks_of(const struct docker_engine *engine)
{
    return &engine->whole->containers.fallbacks;
}

static bool is_text(const struct value *object, const char *name, const char *text)
{
    return value_is_text(value_get(object, name), text);
}

static bool is_among(const char *const *names, const char *name)
{
    while (*names != NULL && strcmp(*names, name) != 0) {
        names++;
    }
    return *names != NULL;
}

/* ---- reading the body
 * -------------------------------------------------------------------------------------------------------------------
 */

static bool read_body(struct creation *creation)
{
    static const char wrapper[] = "ContainerConfigWrapper";
    struct docker_request *request = creation->request;
    const struct config_fallbacks *fallbacks = fallbacks_of(request->engine);
    const struct value *body = value_get(request->effect->args, "body");
    const struct value *host_config = config_given(body, "HostConfig");
    struct config_error error = {0};

    if (body == NULL) {
        return refuse(request, 500, "EOF");
    }
    if (!value_is(body, VALUE_OBJECT) && !value_is(body, VALUE_NULL)) {
        static const char *const kinds[] = {"null", "bool", "number", "string", "string", "array"};

        return refuse(request, 500,
                      arena_printf(request->answers,
                                   "json: cannot unmarshal %s into Go value of type runconfig.ContainerConfigWrapper",
                                   kinds[body->kind]));
    }
    creation->config = config_read(fallbacks, SHAPE_CONFIG, body, wrapper, request->answers, &error);
    if (error.text == NULL && host_config != NULL && !value_is(host_config, VALUE_OBJECT) &&
        !value_is(host_config, VALUE_NULL)) {
        error.text = arena_printf(request->answers,
                                  "json: cannot unmarshal %s into Go struct field %s.HostConfig of type "
                                  "container.HostConfig",
                                  value_is(host_config, VALUE_ARRAY)    ? "array"
                                  : value_is(host_config, VALUE_STRING) ? "string"
                                  : value_is(host_config, VALUE_NUMBER) ? "number"
                                                                        : "bool",
                                  wrapper);
    }
    creation->host_config =
        config_read(fallbacks, SHAPE_HOST_CONFIG, host_config, "HostConfig.HostConfig", request->answers, &error);
    if (error.text != NULL) {
        return refuse(request, 500, error.text);
    }
    return config_mentions(SHAPE_CONFIG, body) ||
           refuse(request, 400, "Config cannot be empty in order to create a container");
}

/* ---- what contradicts itself (moby runconfig/hostconfig*.go)
 * -------------------------------------------------------------------------------------------------------------------
 */

static bool shared_network_is_valid(const struct creation *creation)
{
    static const struct conflict {
        const char *member;
        bool of_config;
        const char *text;
    } conflicts[] = {
        {"Hostname", true, "conflicting options: hostname and the network mode"},
        {"Links", false,
         "conflicting options: container type network can't be used with links. This would result in undefined "
         "behavior"},
        {"Dns", false, "conflicting options: dns and the network mode"},
        {"ExtraHosts", false, "conflicting options: custom host-to-IP mapping and the network mode"},
        {"MacAddress", true, "conflicting options: mac-address and the network mode"},
        {"PortBindings", false, "conflicting options: port publishing and the container type network mode"},
        {"PublishAllPorts", false, "conflicting options: port publishing and the container type network mode"},
        {"ExposedPorts", true, "conflicting options: port exposing and the container type network mode"},
    };

    for (size_t i = 0; i < sizeof conflicts / sizeof conflicts[0]; i++) {
        const struct value *owner = conflicts[i].of_config ? creation->config : creation->host_config;

        if (value_get(owner, conflicts[i].member) != NULL) {
            return refuse(creation->request, 400, conflicts[i].text);
        }
    }
    return true;
}

static bool modes_are_valid(const struct creation *creation)
{
    static const char shared[] = "container:";
    struct docker_request *request = creation->request;
    const char *network = value_get_text(creation->host_config, "NetworkMode");
    const char *isolation = value_get_text(creation->host_config, "Isolation");

    if (is_text(creation->host_config, "UTSMode", "host") && value_get(creation->config, "Hostname") != NULL) {
        return refuse(request, 400, "conflicting options: hostname and the UTS mode");
    }
    if (network != NULL && strncmp(network, shared, sizeof shared - 1) == 0) {
        if (network[sizeof shared - 1] == '\0') {
            return refuse(request, 400, "Invalid network mode: invalid container format container:<name|id>");
        }
        if (!shared_network_is_valid(creation)) {
            return false;
        }
    }
    if (network != NULL && strcmp(network, "host") == 0 && value_get(creation->host_config, "Links") != NULL) {
        return refuse(request, 400,
                      "conflicting options: host type networking can't be used with links. This would result in "
                      "undefined behavior");
    }
    if (network != NULL && strcmp(network, "host") == 0 && value_get(creation->config, "MacAddress") != NULL) {
        return refuse(request, 400, "conflicting options: mac-address and the network mode");
    }
    return isolation == NULL || isolation[0] == '\0' || strcmp(isolation, "default") == 0 ||
           refuse(
               request, 500,
               arena_printf(request->answers, "Invalid isolation: \"%s\" - linux only supports 'default'", isolation));
}

/* ---- image
 * -------------------------------------------------------------------------------------------------------------------
 */

/* "os", "os/architecture", "os/architecture/variant": whether the image is one of that. */
static bool platform_is_valid(const struct creation *creation)
{
    struct docker_request *request = creation->request;
    const char *platform = docker_parameter(request, "platform");
    const char *image = value_get_text(creation->config, "Image");
    static const char *const known[] = {"linux", "windows", "darwin",  "freebsd", "amd64",   "arm64",
                                        "arm",   "386",     "ppc64le", "s390x",   "riscv64", NULL};
    unsigned slashes = 0;

    if (platform == NULL || platform[0] == '\0') {
        return true;
    }
    for (const char *at = platform; *at != '\0'; at++) {
        slashes += *at == '/';
    }
    if (slashes > 2) {
        return refuse(
            request, 400,
            arena_printf(request->answers, "\"%s\": cannot parse platform specifier: invalid argument", platform));
    }
    if (slashes == 0 && !is_among(known, platform)) {
        return refuse(request, 400,
                      arena_printf(request->answers,
                                   "\"%s\": unknown operating system or architecture: invalid argument", platform));
    }
    const char *actual = arena_printf(request->answers, "linux/%s", creation->image->architecture);

    return strcmp(platform, actual) == 0 || strcmp(platform, "linux") == 0 ||
           strcmp(platform, creation->image->architecture) == 0 ||
           refuse(request, 404,
                  arena_printf(request->answers,
                               "image with reference %s was found but does not match the specified platform: wanted "
                               "%s, actual: %s",
                               image, platform, actual));
}

static bool find_image(struct creation *creation)
{
    struct docker_request *request = creation->request;
    const char *image = value_get_text(creation->config, "Image");
    struct docker_reference reference;

    if (image == NULL) {
        return true;
    }
    creation->image = docker_image_find(request->engine, image);
    if (creation->image != NULL) {
        return platform_is_valid(creation);
    }
    const char *wrong = docker_reference_read(request->answers, image, &reference);

    if (wrong != NULL) {
        return refuse(request, 400, wrong);
    }
    const char *shown = reference.digest != NULL ? image : docker_reference_tagged(request->answers, &reference);

    return refuse(request, 404, arena_printf(request->answers, "No such image: %s", shown));
}

/* ---- log driver, security options
 * -------------------------------------------------------------------------------------------------------------------
 */

static bool log_config_is_valid(const struct creation *creation)
{
    static const char *const drivers[] = {"json-file", "local",   "none",   "syslog",  "journald",   "gelf",
                                          "fluentd",   "awslogs", "splunk", "gcplogs", "logentries", NULL};
    static const char *const options[] = {"max-size", "max-file",  "compress", "labels", "labels-regex",
                                          "env",      "env-regex", "tag",      "mode",   "max-buffer-size",
                                          NULL};
    struct docker_request *request = creation->request;
    const struct value *log = value_get(creation->host_config, "LogConfig");
    const char *driver = value_get_text(log, "Type");
    const struct value *given = value_get(log, "Config");

    if (driver == NULL || driver[0] == '\0') {
        driver = "json-file";
    }
    if (!is_among(drivers, driver)) {
        return refuse(request, 400,
                      arena_printf(request->answers, "error looking up logging plugin %s: plugin \"%s\" not found",
                                   driver, driver));
    }
    for (uint32_t i = 0; strcmp(driver, "json-file") == 0 && i < value_count(given); i++) {
        if (!is_among(options, given->members[i].key)) {
            return refuse(
                request, 400,
                arena_printf(request->answers, "unknown log opt '%s' for json-file log driver", given->members[i].key));
        }
    }
    return true;
}

static bool security_is_valid(const struct creation *creation)
{
    static const char *const names[] = {"label", "apparmor", "seccomp", "no-new-privileges", NULL};
    struct docker_request *request = creation->request;
    const struct value *options = value_get(creation->host_config, "SecurityOpt");

    for (uint32_t i = 0; i < value_count(options); i++) {
        const char *option = value_text(value_at(options, i));
        const char *name = arena_string_n(request->answers, option, strcspn(option, "=:"));

        if (strcmp(option, "no-new-privileges") == 0) {
            continue;
        }
        if (strlen(name) == strlen(option)) {
            return refuse(request, 500, arena_printf(request->answers, "invalid --security-opt 1: \"%s\"", option));
        }
        if (!is_among(names, name)) {
            return refuse(request, 500, arena_printf(request->answers, "invalid --security-opt 2: \"%s\"", option));
        }
    }
    return true;
}

/* ---- what the Engine adds
 * -------------------------------------------------------------------------------------------------------------------
 */

static void drop_where(const struct config_fallbacks *fallbacks, struct arena *arena, const struct value **host_config,
                       const char *name, bool drop)
{
    if (drop) {
        *host_config = config_with(fallbacks, SHAPE_HOST_CONFIG, *host_config, name, NULL, arena);
    }
}

/* moby daemon_unix.go, adaptContainerSettings(): defaults that depend on other members. */
static const struct value *adapted(const struct config_fallbacks *fallbacks, struct arena *arena,
                                   const struct value *host_config)
{
    static const char *const never_empty[] = {"NetworkMode", "IpcMode", "CgroupnsMode", "Runtime"};
    double memory = value_get_number(host_config, "Memory", 0);
    bool privileged = value_truthy(value_get(host_config, "Privileged"));
    const struct value *adapted = host_config;

    for (size_t i = 0; i < sizeof never_empty / sizeof never_empty[0]; i++) {
        drop_where(fallbacks, arena, &adapted, never_empty[i], is_text(adapted, never_empty[i], ""));
    }
    drop_where(fallbacks, arena, &adapted, "ShmSize", value_get_number(adapted, "ShmSize", 0) == 0);
    drop_where(fallbacks, arena, &adapted, "PidsLimit", value_get_number(adapted, "PidsLimit", 0) <= 0);
    drop_where(fallbacks, arena, &adapted, "MemorySwappiness", value_get_number(adapted, "MemorySwappiness", 0) < 0);
    drop_where(fallbacks, arena, &adapted, "BlkioWeight", value_get_number(adapted, "BlkioWeight", 0) > 0);

#define SET(name, value) adapted = config_with(fallbacks, SHAPE_HOST_CONFIG, adapted, (name), (value), arena)
    if (is_text(value_get(adapted, "LogConfig"), "Type", "")) {
        SET("LogConfig", value_with(arena, value_get(adapted, "LogConfig"), "Type", value_string(arena, "json-file")));
    }
    if (memory > 0 && value_get_number(adapted, "MemorySwap", 0) == 0) {
        SET("MemorySwap", value_number(arena, 2 * memory));
    }
    if (privileged) { /* nothing is hidden from it */
        static const char *const hidden[] = {"MaskedPaths", "ReadonlyPaths"};

        for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
            if (value_get(adapted, hidden[i]) == NULL) {
                SET(hidden[i], value_null());
            }
        }
    }
    if ((privileged || is_text(adapted, "IpcMode", "host") || is_text(adapted, "PidMode", "host")) &&
        value_get(adapted, "SecurityOpt") == NULL) {
        SET("SecurityOpt", ARRAY(arena, value_string(arena, "label=disable")));
    }
#undef SET
    return adapted;
}

/* What a container keeps as its body: the same for one of a request and one of a scenario. */
static const struct value *kept_body(const struct value *config, const struct value *host_config,
                                     const struct value *networking, struct arena *arena)
{
    return OBJECT(arena, {"Config", config}, {"HostConfig", host_config}, {"NetworkingConfig", networking});
}

/* "/a//b/./c/" without what says nothing. */
static const struct value *clean_folder(struct arena *arena, const struct value *folder)
{
    const char *text = value_text(folder);
    size_t length = text == NULL ? 0 : strlen(text);

    while (length > 1 && text[length - 1] == '/') {
        length--;
    }
    return text == NULL ? NULL : value_string_n(arena, text, length);
}

void docker_containers_init(struct docker_engine *engine)
{
    struct docker_containers *containers = &engine->whole->containers;

    config_fallbacks_init(&containers->fallbacks, engine->world->memory);
    containers->clock.due_ms = INT64_MAX;
    containers->bench = arena_alloc(engine->world->memory, LISTING_BENCH);
    arena_init(&containers->scratch, engine->world->memory->source);
}

/* The body of a container that came without a request, read as one of a request would have been. */
static const struct value *body_of_scenario(struct docker_engine *engine, const struct container *container,
                                            struct arena *arena)
{
    const struct config_fallbacks *fallbacks = fallbacks_of(engine);
    const struct docker_image *image = docker_image_find(engine, container->image);
    struct config_error error = {0};
    const struct value *config = config_read(fallbacks, SHAPE_CONFIG, container->body, "", arena, &error);
    const struct value *host_config =
        config_read(fallbacks, SHAPE_HOST_CONFIG, value_get(container->body, "HostConfig"), "", arena, &error);

    if (image != NULL) {
        config = config_merged(fallbacks, config, image->config, arena);
    }
    config = config_with(fallbacks, SHAPE_CONFIG, config, "Image", value_string(arena, container->image), arena);
    host_config = config_with(fallbacks, SHAPE_HOST_CONFIG, adapted(fallbacks, arena, host_config), "NetworkMode",
                              value_string(arena, container->network), arena);
    return kept_body(config, host_config, value_get(container->body, "NetworkingConfig"), arena);
}

/* ---- the hook
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct value *hostname_of(const struct container *container, struct arena *arena)
{
    bool is_host = is_text(value_get(container->body, "HostConfig"), "NetworkMode", "host");

    return is_host ? value_string(arena, "drydock") : value_string_n(arena, container->id, HOSTNAME_LENGTH);
}

/* That of an image's tags which a reference means; NULL: none. */
static const char *tag_asked_for(struct docker_engine *engine, const struct docker_image *image, const char *reference)
{
    struct arena *scratch = &engine->whole->containers.scratch;
    struct docker_reference parts;
    const char *found = NULL;

    if (docker_reference_read(scratch, reference, &parts) == NULL) {
        const char *tag = docker_reference_tagged(scratch, &parts);

        for (uint32_t i = 0; found == NULL && i < value_count(image->tags); i++) {
            found = value_is_text(value_at(image->tags, i), tag) ? value_text(value_at(image->tags, i)) : NULL;
        }
    }
    arena_reset(scratch);
    return found;
}

const struct value *docker_container_keep_body(struct docker_engine *engine, const struct value *body)
{
    struct docker_containers *containers = &engine->whole->containers;

    containers->last_body = value_copy_sharing(engine->world->memory, body, containers->last_body);
    return containers->last_body;
}

void docker_container_added(struct docker_engine *engine, struct container *container)
{
    struct docker_containers *containers = &engine->whole->containers;
    struct arena *memory = engine->world->memory;
    struct docker_request *request = containers->creating;
    struct container_details *details = arena_alloc(memory, sizeof *details);
    const struct docker_image *image = docker_image_find(engine, container->image);

    if (value_get(container->body, "Config") == NULL) {
        container->body = docker_container_keep_body(engine, body_of_scenario(engine, container, &containers->scratch));
        arena_reset(&containers->scratch);
    }
    *details = (struct container_details){
        .config = value_get(container->body, "Config"),
        .host_config = value_get(container->body, "HostConfig"),
        .image_id = image != NULL ? image->id : "",
        .image_tag = image != NULL ? tag_asked_for(engine, image, container->image) : NULL,
        .error = "",
        .finished_ms = container->state == CONTAINER_EXITED ? engine->world->now_ms : 0,
        .stop_due_ms = INT64_MAX,
        .restart_due_ms = INT64_MAX,
        .due_ms = INT64_MAX,
        .has_files = container->state != CONTAINER_CREATED,
    };
    if (value_get(details->config, "Hostname") == NULL) {
        details->config = config_with(&containers->fallbacks, SHAPE_CONFIG, details->config, "Hostname",
                                      hostname_of(container, memory), memory);
    }
    container->details = details;
    if (docker_volumes_mount(engine, request, container)) {
        (void)docker_networks_plan(engine, request, container, value_get(container->body, "NetworkingConfig"));
    }
}

/* ---- the request
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Everything that is checked before there is a container, in the Engine's order. */
static bool check(struct creation *creation)
{
    struct docker_request *request = creation->request;
    const struct config_fallbacks *fallbacks = fallbacks_of(request->engine);

    if (!read_body(creation) || !modes_are_valid(creation) || !container_config_is_valid(request, creation->config) ||
        !container_host_config_is_valid(request, creation->host_config, false, &creation->warnings) ||
        !find_image(creation)) {
        return false;
    }
    creation->config = config_merged(fallbacks, creation->config,
                                     creation->image == NULL ? NULL : creation->image->config, request->answers);
    if (value_count(value_get(creation->config, "Cmd")) == 0 &&
        value_count(value_get(creation->config, "Entrypoint")) == 0) {
        return refuse(request, 400, "No command specified");
    }
    return log_config_is_valid(creation);
}

/* "container:NAME" with the id of that container, where there is one. */
static const struct value *shared_by_id(struct docker_engine *engine, const struct value *host_config,
                                        struct arena *arena)
{
    const char *reference = container_shared_network(host_config);
    uint32_t fitting = 0;
    const struct container *other = reference == NULL ? NULL : docker_container_find(engine, reference, &fitting);

    return other == NULL ? host_config
                         : config_with(fallbacks_of(engine), SHAPE_HOST_CONFIG, host_config, "NetworkMode",
                                       value_format(arena, "container:%s", other->id), arena);
}

static struct container *add(struct creation *creation, const char *name)
{
    struct docker_request *request = creation->request;
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const struct config_fallbacks *fallbacks = fallbacks_of(engine);
    const struct value *networking = config_given(value_get(request->effect->args, "body"), "NetworkingConfig");
    const struct value *host_config = shared_by_id(engine, adapted(fallbacks, arena, creation->host_config), arena);
    const char *network = value_get_text(host_config, "NetworkMode");
    const char *image = value_get_text(creation->config, "Image");

    network = network == NULL ? "default" : network;
    if (value_count(value_get(creation->config, "Volumes")) == 0) {
        creation->config = config_with(fallbacks, SHAPE_CONFIG, creation->config, "Volumes", NULL, arena);
    }
    creation->config = config_with(fallbacks, SHAPE_CONFIG, creation->config, "WorkingDir",
                                   clean_folder(arena, value_get(creation->config, "WorkingDir")), arena);
    engine->whole->containers.creating = request;
    struct container *container = docker_engine_add_container(
        engine, name, image == NULL ? "" : image, network,
        value_get_text(value_get(value_get(value_get(networking, "EndpointsConfig"), network), "IPAMConfig"),
                       "IPv4Address"),
        CONTAINER_CREATED, kept_body(creation->config, host_config, networking, arena));

    engine->whole->containers.creating = NULL;
    return container;
}

void docker_containers_create(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct creation creation = {.request = request, .warnings = value_empty_array()};
    const char *name = docker_parameter(request, "name");

    if (!check(&creation)) {
        return;
    }
    if (name == NULL || name[0] == '\0') {
        name = container_random_name(engine, request->answers);
    } else if (!container_name_is_valid(name)) {
        effect_fail(request->effect, request->answers, 400, NULL,
                    "Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name);
        return;
    }
    name += name[0] == '/';
    if (!container_name_is_free(request, name, "") || !security_is_valid(&creation)) {
        return;
    }
    struct container *container = add(&creation, name);

    if (request->effect->error != NULL) {
        docker_engine_remove_existing(engine, container);
        return;
    }
    world_note_change(engine->world, (struct change){.kind = CHANGE_CONTAINER_CREATED, .object = container->name});
    docker_event_of_container(engine, container, "create", NULL);
    (void)container_listing_length(engine,
                                   container); /* made now, so that the first list of many does not wait for all */
    request->effect->result = OBJECT(request->answers, {"Id", value_string(request->answers, container->id)},
                                     {"Warnings", creation.warnings});
}
