#include "fakes/docker/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 4, BYTE_BITS = 8, BYTE_MAX = 255, BITS = 32, DECIMAL = 10 };

/* Reads an address at the beginning of a text; the end in *end. */
static bool read_part(const char *text, uint32_t *address, const char **end)
{
    *address = 0;
    for (int i = 0; i < BYTES; i++) {
        char *after = NULL;

        if (text[0] < '0' || text[0] > '9') {
            return false;
        }
        unsigned long byte = strtoul(text, &after, DECIMAL);

        if (byte > BYTE_MAX || (i < BYTES - 1 && *after != '.')) {
            return false;
        }
        *address = *address << BYTE_BITS | (uint32_t)byte;
        text = i < BYTES - 1 ? after + 1 : after;
    }
    *end = text;
    return true;
}

bool address_read(const char *text, uint32_t *address)
{
    const char *end = NULL;

    return read_part(text, address, &end) && *end == '\0';
}

static uint32_t mask(int prefix_length)
{
    return prefix_length == 0 ? 0 : UINT32_MAX << (BITS - prefix_length);
}

bool subnet_read(const char *text, struct subnet *subnet)
{
    const char *end = NULL;
    char *after = NULL;

    if (!read_part(text, &subnet->first, &end) || *end != '/' || end[1] < '0' || end[1] > '9') {
        return false;
    }
    unsigned long length = strtoul(end + 1, &after, DECIMAL);

    if (length > BITS || *after != '\0') {
        return false;
    }
    subnet->prefix_length = (int)length;
    subnet->first &= mask(subnet->prefix_length);
    return true;
}

const char *address_text(struct arena *arena, uint32_t address)
{
    return arena_printf(arena, "%u.%u.%u.%u", address >> (3 * BYTE_BITS), address >> (2 * BYTE_BITS) & BYTE_MAX,
                        address >> BYTE_BITS & BYTE_MAX, address & BYTE_MAX);
}

const char *subnet_text(struct arena *arena, struct subnet subnet)
{
    return arena_printf(arena, "%s/%d", address_text(arena, subnet.first), subnet.prefix_length);
}

uint32_t subnet_last(struct subnet subnet)
{
    return subnet.first | ~mask(subnet.prefix_length);
}

bool subnet_holds(struct subnet subnet, uint32_t address)
{
    return (address & mask(subnet.prefix_length)) == subnet.first;
}

bool subnets_overlap(struct subnet left, struct subnet right)
{
    return subnet_holds(left, right.first) || subnet_holds(right, left.first);
}
