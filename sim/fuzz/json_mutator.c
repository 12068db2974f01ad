#include "sim/fuzz/json_mutator.h"

#include "core/heap.h"
#include "sim/kernel/prng.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of libFuzzer's runtime, which play.c's programs are without. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);

enum { BYTES_ONE_IN = 5, LINES_ONE_IN = 8, EDITS_MAX = 3 };

/* ---- places in a tree ---------------------------------------------------------------------------------------------
 */

static unsigned count_nodes(const cJSON *node)
{
    unsigned count = 1;

    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        count += count_nodes(child);
    }
    return count;
}

/* The nth node in the order of the text, its parent in *parent (NULL: the root's); counts *nth down on its way. */
static cJSON *nth_node(cJSON *node, unsigned *nth, cJSON **parent)
{
    if (*nth == 0) {
        return node;
    }
    for (cJSON *child = node->child; child != NULL; child = child->next) {
        (*nth)--;
        *parent = node;
        cJSON *found = nth_node(child, nth, parent);

        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

static cJSON *any_node(struct prng *prng, cJSON *root, cJSON **parent)
{
    unsigned nth = prng_below(prng, count_nodes(root));

    *parent = NULL;
    return nth_node(root, &nth, parent);
}

/* Gives a node another's content; the other is used up. The node keeps its place and key. */
static void put(cJSON *node, cJSON *other)
{
    cJSON_Delete(node->child);
    cJSON_free(node->valuestring);
    node->type = other->type;
    node->child = other->child;
    node->valuestring = other->valuestring;
    node->valueint = other->valueint;
    node->valuedouble = other->valuedouble;
    other->child = NULL;
    other->valuestring = NULL;
    cJSON_Delete(other);
}

/* ---- edits --------------------------------------------------------------------------------------------------------
 */

static void drop(struct prng *prng, cJSON *root)
{
    cJSON *parent = NULL;
    cJSON *node = any_node(prng, root, &parent);

    if (parent != NULL) {
        cJSON_Delete(cJSON_DetachItemViaPointer(parent, node));
    }
}

/* Once more at the end of where it is: a further item, or a key that is there twice. */
static void repeat(struct prng *prng, cJSON *root)
{
    cJSON *parent = NULL;
    cJSON *node = any_node(prng, root, &parent);

    if (parent != NULL && cJSON_IsArray(parent)) {
        cJSON_AddItemToArray(parent, cJSON_Duplicate(node, true));
    } else if (parent != NULL) {
        cJSON_AddItemToObject(parent, node->string, cJSON_Duplicate(node, true));
    }
}

static void replace_by_something_odd(struct prng *prng, cJSON *root)
{
    static const char *const odd[] = {"null",   "true",         "false",      "0",     "-1", "1e300",
                                      "0.5",    "2147483648",   "\"\"",       "\"x\"", "[]", "{}",
                                      "[null]", "{\"a\":null}", "\"\\u0001\""};
    cJSON *parent = NULL;

    put(any_node(prng, root, &parent), cJSON_Parse(odd[prng_below(prng, sizeof odd / sizeof odd[0])]));
}

static void replace_by_another(struct prng *prng, cJSON *root)
{
    cJSON *parent = NULL;
    cJSON *other = cJSON_Duplicate(any_node(prng, root, &parent), true);

    put(any_node(prng, root, &parent), other);
}

static void rename_as_another(struct prng *prng, cJSON *root)
{
    cJSON *parent = NULL;
    cJSON *member = any_node(prng, root, &parent);
    cJSON *other = any_node(prng, root, &parent);

    if (member->string != NULL) {
        char *key = heap_string(other->string != NULL ? other->string : "");

        cJSON_free(member->string);
        member->string = key;
    }
}

static void change_number(struct prng *prng, cJSON *root)
{
    cJSON *parent = NULL;
    cJSON *node = any_node(prng, root, &parent);
    const double changed[] = {node->valuedouble + 1, node->valuedouble - 1,    -node->valuedouble,
                              node->valuedouble / 2, node->valuedouble * 1000, floor(node->valuedouble / 1000)};

    if (cJSON_IsNumber(node)) {
        cJSON_SetNumberValue(node, changed[prng_below(prng, sizeof changed / sizeof changed[0])]);
    }
}

/* A part of another text, put in or cut off somewhere. */
static void change_text(struct prng *prng, cJSON *root)
{
    cJSON *parent = NULL;
    cJSON *node = any_node(prng, root, &parent);
    const cJSON *other = any_node(prng, root, &parent);

    if (!cJSON_IsString(node)) {
        return;
    }
    const char *part = cJSON_IsString(other) ? other->valuestring : "/";
    size_t length = strlen(node->valuestring);
    size_t kept = prng_below(prng, (uint32_t)length + 1);
    size_t skipped = prng_below(prng, (uint32_t)strlen(part) + 1);
    char *joined = heap_take(kept + strlen(part + skipped) + 1);

    memcpy(joined, node->valuestring, kept);
    memcpy(joined + kept, part + skipped, strlen(part + skipped) + 1);
    cJSON_free(node->valuestring);
    node->valuestring = joined;
}

static void edit(struct prng *prng, cJSON *root)
{
    static void (*const edits[])(struct prng *, cJSON *) = {drop,
                                                            drop,
                                                            repeat,
                                                            replace_by_something_odd,
                                                            replace_by_something_odd,
                                                            replace_by_another,
                                                            rename_as_another,
                                                            change_number,
                                                            change_text};

    for (unsigned left = 1 + prng_below(prng, EDITS_MAX); left > 0; left--) {
        edits[prng_below(prng, sizeof edits / sizeof edits[0])](prng, root);
    }
}

/* ---- texts and lines ----------------------------------------------------------------------------------------------
 */

struct part {
    size_t start, end;
};

/* The line, with its newline, around a random byte. */
static struct part any_line(struct prng *prng, const uint8_t *data, size_t size)
{
    size_t at = prng_below(prng, (uint32_t)size);
    struct part line = {at, at};

    while (line.start > 0 && data[line.start - 1] != '\n') {
        line.start--;
    }
    while (line.end < size && data[line.end] != '\n') {
        line.end++;
    }
    line.end += line.end < size;
    return line;
}

/* Puts a text in the place of a part. Returns the new size; 0 when there is no room. */
static size_t exchange(uint8_t *data, size_t size, size_t size_max, struct part part, const char *text, size_t length)
{
    size_t changed = size - (part.end - part.start) + length;

    if (changed > size_max) {
        return 0;
    }
    memmove(data + part.start + length, data + part.end, size - part.end);
    memcpy(data + part.start, text, length);
    return changed;
}

/* Changes the JSON that a part begins with, and sets where it ended: the part's end, when it is `whole`, a newline
 * aside. Returns as exchange(), 0 also when there is none. */
static size_t edit_part(struct prng *prng, uint8_t *data, size_t size, size_t size_max, struct part *part, bool whole)
{
    const char *text = (const char *)data;
    const char *end = NULL;

    while (part->end > part->start && text[part->end - 1] == '\n') {
        part->end--;
    }
    cJSON *root = cJSON_ParseWithLengthOpts(text + part->start, part->end - part->start, &end, false);

    if (root == NULL || (whole && end != text + part->end)) {
        cJSON_Delete(root);
        return 0;
    }
    part->end = (size_t)(end - text);
    edit(prng, root);
    char *edited = cJSON_PrintUnformatted(root);
    size_t changed = exchange(data, size, size_max, *part, edited, strlen(edited));

    cJSON_Delete(root);
    cJSON_free(edited);
    return changed;
}

/* A line goes, or comes once more at another place. */
static size_t move_line(struct prng *prng, uint8_t *data, size_t size, size_t size_max)
{
    struct part line = any_line(prng, data, size);
    struct part place = any_line(prng, data, size);
    size_t length = line.end - line.start;

    if (prng_below(prng, 2) == 0) {
        return exchange(data, size, size_max, line, "", 0);
    }
    char *copy = heap_take(length);

    memcpy(copy, data + line.start, length);
    size_t changed = exchange(data, size, size_max, (struct part){place.start, place.start}, copy, length);

    free(copy);
    return changed;
}

size_t mutate_json(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    struct prng prng = {seed};
    size_t changed = 0;

    heap_serves_json();
    if (size > 0 && prng_below(&prng, BYTES_ONE_IN) != 0) {
        struct part part = {0, size};

        changed = edit_part(&prng, data, size, size_max, &part, true);
        if (changed == 0) {
            bool has_lines = memchr(data, '\n', size) != NULL;

            part = any_line(&prng, data, size);
            changed = has_lines && prng_below(&prng, LINES_ONE_IN) == 0
                          ? move_line(&prng, data, size, size_max)
                          : edit_part(&prng, data, size, size_max, &part, true);
        }
    }
    if (changed > 0) {
        return changed;
    }
    return LLVMFuzzerMutate != NULL ? LLVMFuzzerMutate(data, size, size_max) : size;
}

/* ---- requests -----------------------------------------------------------------------------------------------------
 */

static const char body_begins[] = "\r\n\r\n{";

/* The nth body that is an object; its part ends with the data. false: there are no more than n. */
static bool nth_body(const uint8_t *data, size_t size, unsigned nth, struct part *body)
{
    const uint8_t *next = data;

    for (unsigned i = 0; i <= nth; i++) {
        const uint8_t *found = memmem(next, size - (size_t)(next - data), body_begins, strlen(body_begins));

        if (found == NULL) {
            return false;
        }
        next = found + strlen(body_begins);
    }
    *body = (struct part){(size_t)(next - data) - 1, size};
    return true;
}

/* The digits of the last Content-Length before a body; an empty part when there is none. */
static struct part length_before(const uint8_t *data, size_t body)
{
    static const char name[] = "Content-Length: ";
    struct part digits = {0, 0};

    for (size_t at = 0; at + strlen(name) < body; at++) {
        if (memcmp(data + at, name, strlen(name)) == 0) {
            digits = (struct part){at + strlen(name), at + strlen(name)};
        }
    }
    while (digits.end > 0 && digits.end < body && data[digits.end] >= '0' && data[digits.end] <= '9') {
        digits.end++;
    }
    return digits;
}

size_t mutate_json_body(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    struct prng prng = {seed};
    struct part body = {0, 0};
    unsigned bodies = 0;
    size_t changed = 0;

    heap_serves_json();
    while (nth_body(data, size, bodies, &body)) {
        bodies++;
    }
    if (bodies > 0 && prng_below(&prng, BYTES_ONE_IN) != 0) {
        nth_body(data, size, prng_below(&prng, bodies), &body);
        struct part digits = length_before(data, body.start);

        changed = digits.end > digits.start ? edit_part(&prng, data, size, size_max, &body, false) : 0;
        if (changed > 0) {
            char length[32];
            size_t grown = changed - (size - (body.end - body.start));

            (void)snprintf(length, sizeof length, "%zu", grown);
            size_t with_length = exchange(data, changed, size_max, digits, length, strlen(length));

            return with_length > 0 ? with_length : changed;
        }
    }
    return LLVMFuzzerMutate != NULL ? LLVMFuzzerMutate(data, size, size_max) : size;
}
