#include "core/port_manager.h"

#include "core/shell.h"

#include <stdlib.h>
#include <string.h>

#define LANGUAGE "LANG=\"en_US.UTF-8\" && "

enum { UPNP_WAIT_MS = 500 };

/* ---- firewall (12.4)
 * ------------------------------------------------------------------------------------------------------ */

/* Any failure of the status command counts as inactive. */
static bool is_firewall_active(struct task *task)
{
    struct command command = {.id = EFFECT_HOST_UFW_STATUS, .text = LANGUAGE "sudo ufw status | grep Status"};
    const char *output = NULL;

    return run_command(task, command, &output) == NULL && strstr(output, "Status: active") != NULL;
}

static const struct error *allow_port(struct task *task, double port)
{
    struct command command = {.id = EFFECT_HOST_UFW_ALLOW, .amount = port};
    const char *output = NULL;

    command.text = arena_printf(task->arena, LANGUAGE "sudo ufw allow %.0f && sudo ufw allow out %.0f", port, port);
    TRY(run_command(task, command, &output));
    if (strstr(output, "updated") == NULL && strstr(output, "added") == NULL && strstr(output, "existing") == NULL) {
        return error_new(task->arena, "Error", "Error: Port %.0f FAILed to open.", port);
    }
    return NULL;
}

static const struct error *delete_port(struct task *task, double port)
{
    struct command command = {.id = EFFECT_HOST_UFW_DELETE, .amount = port};

    command.text =
        arena_printf(task->arena, LANGUAGE "sudo ufw delete allow %.0f && sudo ufw delete allow out %.0f", port, port);
    return run_command(task, command, NULL);
}

/* ---- UPnP
 * ------------------------------------------------------------------------------------------------------------------ */

static const struct error *upnp_call(struct task *task, enum effect_id id, double port, const char *protocol)
{
    struct effect effect = {.id = id,
                            .args = OBJECT(task->arena, {"port", value_number(task->arena, port)},
                                           {"protocol", value_string(task->arena, protocol)}),
                            .amount = port};
    const struct error *error = perform(task, &effect);

    delay(task, UPNP_WAIT_MS);
    return error;
}

static const struct error *map_port(struct task *task, double port)
{
    if (upnp_call(task, EFFECT_HOST_UPNP_MAP, port, "TCP") != NULL ||
        upnp_call(task, EFFECT_HOST_UPNP_MAP, port, "UDP") != NULL) {
        return error_new(task->arena, "Error", "Error: Port %.0f FAILed to map.", port);
    }
    return NULL;
}

static const struct error *unmap_port(struct task *task, double port)
{
    const struct error *tcp = upnp_call(task, EFFECT_HOST_UPNP_UNMAP, port, "TCP");
    const struct error *udp = upnp_call(task, EFFECT_HOST_UPNP_UNMAP, port, "UDP");

    (void)tcp; /* a mapping that is gone is what was wanted */
    (void)udp;
    return NULL;
}

/* ---- per component
 * ------------------------------------------------------------------------------------------------------------ */

/* Ports of a component: its list (numbers, or texts of old versions), else version 1's single port. */
static const struct value *ports_of(struct task *task, const struct component *component)
{
    const struct value *ports = value_get(component->document, "ports");
    const struct value *port = value_get(component->document, "port");

    if (ports != NULL) {
        return ports;
    }
    return value_truthy(port) ? ARRAY(task->arena, port) : value_empty_array();
}

static double port_number(const struct value *port)
{
    return value_is(port, VALUE_STRING) ? strtod(port->string, NULL) : value_to_number(port, 0);
}

static const struct error *each_port(struct task *task, const struct value *ports,
                                     const struct error *(*act)(struct task *, double))
{
    for (uint32_t i = 0; i < value_count(ports); i++) {
        TRY(act(task, port_number(value_at(ports, i))));
    }
    return NULL;
}

static const struct error *open_or_close(struct task *task, const struct component *component,
                                         const struct error *(*firewall)(struct task *, double),
                                         const struct error *(*upnp)(struct task *, double))
{
    const struct value *ports = ports_of(task, component);

    if (is_firewall_active(task)) {
        TRY(each_port(task, ports, firewall));
    }
    return task->node->config.upnp ? each_port(task, ports, upnp) : NULL;
}

const struct error *setup_application_ports(struct task *task, const struct component *component, bool test)
{
    if (test || value_count(ports_of(task, component)) == 0) {
        return NULL; /* 2.4 */
    }
    return open_or_close(task, component, allow_port, map_port);
}

const struct error *cleanup_ports(struct task *task, const struct component *component)
{
    return open_or_close(task, component, delete_port, unmap_port);
}

/* ---- the DOCKER-USER chain (12.4)
 * ---------------------------------------------------------------------------------------------- */

static bool iptables(struct task *task, const char *rule, const char **output)
{
    struct command command = {.id = EFFECT_HOST_IPTABLES, .text = arena_printf(task->arena, "sudo iptables %s", rule)};

    return run_command(task, command, output) == NULL;
}

static bool accept_within(struct task *task, const char *interface)
{
    const char *rule = arena_printf(task->arena, "-I DOCKER-USER -i %s -o %s -j ACCEPT", interface, interface);

    return iptables(task, rule, NULL);
}

static bool restrict_network(struct task *task, const char *network)
{
    const char *route = arena_printf(task->arena, "-s 172.23.0.0/16 -d %s", network);

    return iptables(
               task,
               arena_printf(task->arena, "-I DOCKER-USER %s -m state --state RELATED,ESTABLISHED -j ACCEPT", route),
               NULL) &&
           iptables(task, arena_printf(task->arena, "-I DOCKER-USER %s -p udp --dport 53 -j ACCEPT", route), NULL) &&
           iptables(task, arena_printf(task->arena, "-A DOCKER-USER %s -j DROP", route), NULL);
}

bool remove_docker_container_access_to_non_routable(struct task *task, const struct value *interfaces)
{
    static const char *const networks[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"};
    const char *output = NULL;

    if (!iptables(task, "--version", &output) || output[0] == '\0') {
        return false;
    }
    if (!iptables(task, "-L DOCKER-USER", NULL) && !iptables(task, "-N DOCKER-USER", NULL)) {
        return false;
    }
    if (!iptables(task, "-C FORWARD -j DOCKER-USER && echo true", NULL) &&
        !iptables(task, "-I FORWARD -j DOCKER-USER", NULL)) {
        return false;
    }
    if (!iptables(task, "-F DOCKER-USER", NULL)) {
        return false;
    }
    for (uint32_t i = 0; i < value_count(interfaces); i++) {
        if (!accept_within(task, value_text(value_at(interfaces, i)))) {
            return false;
        }
    }
    if (!accept_within(task, "docker0")) {
        return false;
    }
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
        if (!restrict_network(task, networks[i])) {
            return false;
        }
    }
    return iptables(task, "-A DOCKER-USER -j RETURN", NULL);
}
