/* JSON text as such: strict checking with positions, and where in the text a value stands.
 *
 * cJSON builds the tree, but it is lenient and forgets positions; a person who mistyped a scenario needs both.
 */
#ifndef DRYDOCK_SIM_SCENARIO_JSON_TEXT_H
#define DRYDOCK_SIM_SCENARIO_JSON_TEXT_H

#include "core/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    JSON_DEPTH_MAX = 64,
    JSON_SIZE_MAX = 16 * 1024 * 1024, /* bytes */
};

struct json_place {
    unsigned line, column; /* from 1; columns count characters (UTF-8) */
};

struct json_mistake {
    struct json_place place;
    const char *message; /* NULL: the text is good */
};

/* Checks text against RFC 8259: grammar, UTF-8, unique keys, depth, nothing after the value; and that a number is one,
 * and a text has no NUL. `whole` is what the text is of for messages, "the file" or "the line". true when it is good.
 */
bool json_check(struct arena *arena, const char *whole, const char *text, size_t length, struct json_mistake *mistake);

/* A mistake in a file, as everything that reads files says it: `file:line:column: message`, one line of good UTF-8.
 * What the message quotes of the file may hold anything; of that, control characters become blanks, for a terminal
 * would obey them. */
const char *mistake_line(struct arena *arena, const char *file, struct json_place place, const char *message);

/* One step on the way from the root to a value: a member's key, or (key NULL) an item's index. */
struct json_path {
    const struct json_path *parent; /* NULL at the root */
    const char *key;
    uint32_t index;
};

/* Where the value at the path stands in (good) text; for `at_key` where its key does. */
struct json_place json_locate(const char *text, size_t length, const struct json_path *path, bool at_key);

/* The path as people write it: world.apps[0].name; "the scenario" for the root. */
const char *json_path_text(struct arena *arena, const struct json_path *path);

#endif
