#include "fakes/host_parts.h"

static int port_index(const struct host *host, double port)
{
    for (uint32_t i = 0; i < host->port_count; i++) {
        if ((int)host->ports[i] == (int)port) {
            return (int)i;
        }
    }
    return -1;
}

static void touch_port(const struct host *host, double port, enum touch_mode mode)
{
    touch_object(&host->world->watch, OBJECTS_FIREWALL, TOUCH_ONE_SET, (uint64_t)(int)port << 1 | 1, mode);
}

const struct value *host_firewall_status(const struct host *host, struct arena *arena)
{
    touch_name(&host->world->watch, OBJECTS_FIREWALL, "active", TOUCH_READ);
    return host_text_answer(arena, host->firewall_active ? "Status: active\n" : "Status: inactive\n");
}

const struct value *host_allow_port(struct host *host, double port, struct arena *arena)
{
    touch_port(host, port, TOUCH_READ);
    if (port_index(host, port) >= 0) {
        return host_text_answer(arena, "Skipping adding existing rule\n");
    }
    touch_port(host, port, TOUCH_WRITE);
    *(double *)table_add(host->world->memory, (void **)&host->ports, &host->port_count, &host->port_size,
                         sizeof host->ports[0]) = port;
    return host_text_answer(arena, "Rule added\nRule added (v6)\n");
}

const struct value *host_delete_port(struct host *host, double port, struct arena *arena)
{
    int index = port_index(host, port);

    touch_port(host, port, TOUCH_READ);
    if (index < 0) {
        return host_text_answer(arena, "Could not delete non-existent rule\n");
    }
    touch_port(host, port, TOUCH_WRITE);
    table_remove(host->ports, &host->port_count, sizeof host->ports[0], (uint32_t)index);
    return host_text_answer(arena, "Rule deleted\nRule deleted (v6)\n");
}

uint64_t hash_of_firewall(const struct host *host)
{
    uint64_t hash = (uint64_t)host->firewall_active << 1 | (uint64_t)host->iptables_present;

    for (uint32_t i = 0; i < host->port_count; i++) { /* in no order */
        hash += hash_combine(1, hash_of_number(host->ports[i]));
    }
    return hash;
}
