/* IPv4 addresses and subnets as numbers (libnetwork ipam). */
#ifndef DRYDOCK_FAKES_DOCKER_ADDRESS_H
#define DRYDOCK_FAKES_DOCKER_ADDRESS_H

#include "core/effect.h"

#include <stdbool.h>
#include <stdint.h>

struct subnet {
    uint32_t first; /* its own number, "172.18.0.0" */
    int prefix_length;
};

/* "172.18.0.2". false when the text is none. */
bool address_read(const char *text, uint32_t *address);
/* "172.18.0.0/16"; bits behind the prefix are cut off. */
bool subnet_read(const char *text, struct subnet *subnet);
const char *address_text(struct arena *arena, uint32_t address);
const char *subnet_text(struct arena *arena, struct subnet subnet);
uint32_t subnet_last(struct subnet subnet);
bool subnet_holds(struct subnet subnet, uint32_t address);
bool subnets_overlap(struct subnet left, struct subnet right);

#endif
