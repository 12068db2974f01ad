/* The normal form of an answer: what differs between two runs of an Engine, or two machines, becomes a placeholder.
 *
 *   {name}, {name.12}   the id that the case kept under that name, or its short form
 *   <id>, <short>       any other id of 64 or 12 digits
 *   <time>              an instant (0001-01-01T00:00:00Z stays)
 *   <ago>               of a container's Status: how long ago
 *   <address>           IPv4 or a subnet of the default pools (172.16/12, 192.168/16), the MAC made from it; others
 * stay <number>            a size on disk, a process id; 0 stays <root>              the Engine's data directory
 *   <version>           the Engine's version
 *   <network>           what became of asking a host by a name
 *   <storage>, <host>   what the storage driver says
 *
 * A step's `without` takes items out that come by chance, its `only` keeps the members with these paths, its `sort`
 * puts arrays in order where the Engine's order means nothing, and its `shape` makes every number <number>.
 */
#ifndef DRYDOCK_FAKES_TESTS_CONFORMANCE_NORMAL_H
#define DRYDOCK_FAKES_TESTS_CONFORMANCE_NORMAL_H

#include "fakes/tests/conformance/variables.h"

#include <cjson/cJSON.h>

/* Changes `json` in place and returns it, or what it was replaced with. */
cJSON *normal_json(struct variables *variables, cJSON *json, const cJSON *step);

/* The normal form of a text that is no JSON. */
const char *normal_text(struct variables *variables, const char *text);

/* An array in the order of its items' JSON text. Returns a new array and takes the old one's items. */
cJSON *normal_sorted(cJSON *array);

#endif
