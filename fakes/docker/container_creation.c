/* What the Engine refuses before there is a container, beside what container_checks.c looks at. */
#include "fakes/docker/platform.h"
#include "fakes/docker/container_creation.h"
#include "fakes/docker/reference.h"
#include "fakes/world.h"

#include <string.h>

bool creation_refuse(struct docker_request *request, int status, const char *text)
{
    effect_fail(request->effect, request->answers, status, NULL, "%s", text);
    return false;
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
            return creation_refuse(creation->request, 400, conflicts[i].text);
        }
    }
    return true;
}

bool creation_modes_are_valid(const struct creation *creation)
{
    static const char shared[] = "container:";
    struct docker_request *request = creation->request;
    const char *network = value_get_text(creation->host_config, "NetworkMode");
    const char *isolation = value_get_text(creation->host_config, "Isolation");

    if (is_text(creation->host_config, "UTSMode", "host") && value_get(creation->config, "Hostname") != NULL) {
        return creation_refuse(request, 400, "conflicting options: hostname and the UTS mode");
    }
    if (network != NULL && strncmp(network, shared, sizeof shared - 1) == 0) {
        if (network[sizeof shared - 1] == '\0') {
            return creation_refuse(request, 400, "Invalid network mode: invalid container format container:<name|id>");
        }
        if (!shared_network_is_valid(creation)) {
            return false;
        }
    }
    if (network != NULL && strcmp(network, "host") == 0 && value_get(creation->host_config, "Links") != NULL) {
        return creation_refuse(
            request, 400,
            "conflicting options: host type networking can't be used with links. This would result in "
            "undefined behavior");
    }
    if (network != NULL && strcmp(network, "host") == 0 && value_get(creation->config, "MacAddress") != NULL) {
        return creation_refuse(request, 400, "conflicting options: mac-address and the network mode");
    }
    return isolation == NULL || isolation[0] == '\0' || strcmp(isolation, "default") == 0 ||
           creation_refuse(
               request, 500,
               arena_printf(request->answers, "Invalid isolation: \"%s\" - linux only supports 'default'", isolation));
}

/* ---- image
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Whether the image is of the platform that the client wants; who wants none is warned of one for another machine. */
static bool platform_is_valid(struct creation *creation)
{
    struct docker_request *request = creation->request;
    struct arena *arena = request->answers;
    const struct docker_image *image = creation->image;
    const char *platform = docker_parameter(request, "platform");

    if (platform == NULL || platform[0] == '\0') {
        if (strcmp(image->architecture, DOCKER_ARCHITECTURE) != 0) {
            const struct value *warning =
                value_format(arena,
                             "The requested image's platform (linux/%s) does not match the detected host platform "
                             "(linux/" DOCKER_ARCHITECTURE ") and no specific platform was requested",
                             image->architecture);

            creation->warnings = value_append(arena, creation->warnings, warning);
        }
        return true;
    }
    const char *wrong = docker_platform_wrong(arena, platform);
    const char *mismatch = docker_platform_mismatch(arena, image, value_get_text(creation->config, "Image"), platform);

    return wrong != NULL ? creation_refuse(request, 400, wrong)
                         : mismatch == NULL || creation_refuse(request, 404, mismatch);
}

bool creation_find_image(struct creation *creation)
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
        return creation_refuse(request, 400, wrong);
    }
    const char *shown = reference.digest != NULL ? image : docker_reference_tagged(request->answers, &reference);

    return creation_refuse(request, 404, arena_printf(request->answers, "No such image: %s", shown));
}

/* ---- log driver, security options
 * -------------------------------------------------------------------------------------------------------------------
 */

bool creation_log_config_is_valid(const struct creation *creation)
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
        return creation_refuse(request, 400,
                               arena_printf(request->answers,
                                            "error looking up logging plugin %s: plugin \"%s\" not found", driver,
                                            driver));
    }
    for (uint32_t i = 0; strcmp(driver, "json-file") == 0 && i < value_count(given); i++) {
        if (!is_among(options, given->members[i].key)) {
            return creation_refuse(
                request, 400,
                arena_printf(request->answers, "unknown log opt '%s' for json-file log driver", given->members[i].key));
        }
    }
    return true;
}

bool creation_security_is_valid(const struct creation *creation)
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
            return creation_refuse(request, 500,
                                   arena_printf(request->answers, "invalid --security-opt 1: \"%s\"", option));
        }
        if (!is_among(names, name)) {
            return creation_refuse(request, 500,
                                   arena_printf(request->answers, "invalid --security-opt 2: \"%s\"", option));
        }
    }
    return true;
}
