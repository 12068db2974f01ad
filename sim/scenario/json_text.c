#include "sim/scenario/json_text.h"

#include "core/utf8.h"
#include "core/value.h"

#include <cjson/cJSON.h>

#include <string.h>

enum { PATH_DEPTH_MAX = JSON_DEPTH_MAX + 1 };

struct scanner {
    struct arena *arena; /* NULL while locating: the text is known to be good */
    const char *text;
    size_t length;
    size_t at;
    struct json_mistake *mistake;
    /* what is looked for */
    const struct json_path *path[PATH_DEPTH_MAX];
    unsigned path_length;
    bool at_key;
    bool found;
    size_t found_at;
};

static struct json_place place_of(const struct scanner *scanner, size_t at)
{
    struct json_place place = {1, 1};

    for (size_t i = 0; i < at && i < scanner->length; i++) {
        unsigned char byte = (unsigned char)scanner->text[i];

        if (byte == '\n') {
            place.line++;
            place.column = 1;
        } else if ((byte & 0xc0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

static bool wrong(struct scanner *scanner, size_t at, const char *message)
{
    if (scanner->mistake->message == NULL) {
        scanner->mistake->place = place_of(scanner, at);
        scanner->mistake->message = message;
    }
    return false;
}

static int peek(const struct scanner *scanner)
{
    return scanner->at < scanner->length ? (unsigned char)scanner->text[scanner->at] : -1;
}

static void skip_space(struct scanner *scanner)
{
    while (peek(scanner) == ' ' || peek(scanner) == '\t' || peek(scanner) == '\n' || peek(scanner) == '\r') {
        scanner->at++;
    }
}

/* What stands at the place, for a message. */
static const char *what_is_here(struct scanner *scanner)
{
    int byte = peek(scanner);

    if (byte < 0) {
        return "the end of the file";
    }
    return byte >= 0x20 && byte < 0x7f ? arena_printf(scanner->arena, "'%c'", byte)
                                       : arena_printf(scanner->arena, "byte 0x%02x", (unsigned)byte);
}

static bool expected(struct scanner *scanner, const char *what)
{
    return wrong(scanner, scanner->at,
                 arena_printf(scanner->arena, "found %s, expected %s", what_is_here(scanner), what));
}

/* ---- strings
 * ---------------------------------------------------------------------------------------------------------------- */

static bool scan_escape(struct scanner *scanner)
{
    static const char simple[] = "\"\\/bfnrt";
    int byte = peek(scanner);

    if (byte > 0 && strchr(simple, byte) != NULL) {
        scanner->at++;
        return true;
    }
    if (byte != 'u') {
        return expected(scanner, "one of \" \\ / b f n r t u after a backslash");
    }
    scanner->at++;
    for (int i = 0; i < 4; i++) {
        byte = peek(scanner);
        if (byte < 0 || strchr("0123456789abcdefABCDEF", byte) == NULL) {
            return expected(scanner, "four hexadecimal digits after \\u");
        }
        scanner->at++;
    }
    return true;
}

static bool scan_string(struct scanner *scanner)
{
    size_t start = scanner->at;

    scanner->at++;
    for (;;) {
        int byte = peek(scanner);

        if (byte < 0) {
            return wrong(scanner, start, "this string has no end, expected a closing quote");
        }
        if (byte == '"') {
            scanner->at++;
            return true;
        }
        if (byte < 0x20) {
            return wrong(scanner, scanner->at, "control character in a string, expected an escape such as \\n");
        }
        if (byte == '\\') {
            scanner->at++;
            if (!scan_escape(scanner)) {
                return false;
            }
            continue;
        }
        size_t length = utf8_length(scanner->text + scanner->at, scanner->length - scanner->at);

        if (length == 0) {
            return wrong(scanner, scanner->at, "bad UTF-8, expected text in UTF-8");
        }
        scanner->at += length;
    }
}

/* ---- numbers and words
 * ---------------------------------------------------------------------------------------------------------- */

static bool is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

static bool scan_digits(struct scanner *scanner)
{
    if (!is_digit(peek(scanner))) {
        return expected(scanner, "a digit");
    }
    while (is_digit(peek(scanner))) {
        scanner->at++;
    }
    return true;
}

static bool scan_number(struct scanner *scanner)
{
    size_t start = scanner->at;

    if (peek(scanner) == '-') {
        scanner->at++;
    }
    bool leading_zero = peek(scanner) == '0';
    size_t first = scanner->at;

    if (!scan_digits(scanner)) {
        return false;
    }
    if (leading_zero && scanner->at > first + 1) {
        return wrong(scanner, start, "number with a leading zero, expected none");
    }
    if (peek(scanner) == '.') {
        scanner->at++;
        if (!scan_digits(scanner)) {
            return false;
        }
    }
    if (peek(scanner) == 'e' || peek(scanner) == 'E') {
        scanner->at++;
        if (peek(scanner) == '+' || peek(scanner) == '-') {
            scanner->at++;
        }
        return scan_digits(scanner);
    }
    return true;
}

static bool scan_word(struct scanner *scanner)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length = strlen(words[i]);

        if (scanner->length - scanner->at >= length && memcmp(scanner->text + scanner->at, words[i], length) == 0) {
            scanner->at += length;
            return true;
        }
    }
    return expected(scanner, "a value: object, array, string, number, true, false or null");
}

/* ---- values
 * ------------------------------------------------------------------------------------------------------------------------
 */

/* The keys of an object, a trie of their hashes: an object may have as many as the file has room for. */
struct seen_key {
    struct seen_key *next[4]; /* by two bits of the hash, the highest first */
    const char *start;
    size_t length;
};

static bool scan_value(struct scanner *scanner, unsigned depth, bool on_path);

/* false: it is there already. */
static bool add_key(struct arena *arena, struct seen_key **place, const char *start, size_t length)
{
    for (uint64_t hash = hash_bytes(start, length); *place != NULL; hash <<= 2) {
        if ((*place)->length == length && memcmp((*place)->start, start, length) == 0) {
            return false;
        }
        place = &(*place)->next[hash >> 62];
    }
    *place = arena_alloc(arena, sizeof **place);
    (*place)->start = start;
    (*place)->length = length;
    return true;
}

/* A key of good text without its escapes; NULL: it has none. To be freed by cJSON_Delete(). */
static cJSON *unescaped(const char *start, size_t length)
{
    return memchr(start, '\\', length) == NULL ? NULL : cJSON_ParseWithLength(start - 1, length + 2);
}

/* Whether the next step of the path is this key. */
static bool leads_to_key(const struct scanner *scanner, unsigned depth, const char *start, size_t length)
{
    const char *wanted = depth < scanner->path_length ? scanner->path[depth]->key : NULL;
    cJSON *key = wanted == NULL ? NULL : unescaped(start, length);

    if (key != NULL) {
        bool leads = strcmp(wanted, key->valuestring) == 0;

        cJSON_Delete(key);
        return leads;
    }
    return wanted != NULL && strlen(wanted) == length && memcmp(wanted, start, length) == 0;
}

/* Whether an object has no such key yet: "a" and "\u0061" are the same. */
static bool is_new_key(struct arena *arena, struct seen_key **seen, const char *start, size_t length)
{
    cJSON *key = unescaped(start, length);

    if (key != NULL) {
        start = arena_string(arena, key->valuestring);
        length = strlen(start);
        cJSON_Delete(key);
    }
    return add_key(arena, seen, start, length);
}

static void reached(struct scanner *scanner, size_t at)
{
    if (!scanner->found) {
        scanner->found = true;
        scanner->found_at = at;
    }
}

static bool scan_member(struct scanner *scanner, unsigned depth, bool on_path, struct seen_key **seen)
{
    size_t key_at = scanner->at;

    if (peek(scanner) != '"') {
        return expected(scanner, "a key in double quotes");
    }
    if (!scan_string(scanner)) {
        return false;
    }
    const char *start = scanner->text + key_at + 1;
    size_t length = scanner->at - key_at - 2;

    if (scanner->arena != NULL && !is_new_key(scanner->arena, seen, start, length)) {
        return wrong(scanner, key_at,
                     arena_printf(scanner->arena, "duplicate key \"%.*s\", expected each key once",
                                  (int)(length < 60 ? length : 60), start));
    }
    bool leads = on_path && leads_to_key(scanner, depth, start, length);

    if (leads && scanner->at_key && depth + 1 == scanner->path_length) {
        reached(scanner, key_at);
    }
    skip_space(scanner);
    if (peek(scanner) != ':') {
        return expected(scanner, "':' after the key");
    }
    scanner->at++;
    return scan_value(scanner, depth + 1, leads);
}

static bool scan_object(struct scanner *scanner, unsigned depth, bool on_path)
{
    struct seen_key *seen = NULL;

    scanner->at++;
    skip_space(scanner);
    if (peek(scanner) == '}') {
        scanner->at++;
        return true;
    }
    for (;;) {
        skip_space(scanner);
        if (!scan_member(scanner, depth, on_path, &seen)) {
            return false;
        }
        skip_space(scanner);
        if (peek(scanner) == '}') {
            scanner->at++;
            return true;
        }
        if (peek(scanner) != ',') {
            return expected(scanner, "',' or '}'");
        }
        scanner->at++;
    }
}

static bool scan_array(struct scanner *scanner, unsigned depth, bool on_path)
{
    scanner->at++;
    skip_space(scanner);
    if (peek(scanner) == ']') {
        scanner->at++;
        return true;
    }
    for (uint32_t index = 0;; index++) {
        bool leads = on_path && depth < scanner->path_length && scanner->path[depth]->key == NULL &&
                     scanner->path[depth]->index == index;

        if (!scan_value(scanner, depth + 1, leads)) {
            return false;
        }
        skip_space(scanner);
        if (peek(scanner) == ']') {
            scanner->at++;
            return true;
        }
        if (peek(scanner) != ',') {
            return expected(scanner, "',' or ']'");
        }
        scanner->at++;
    }
}

static bool scan_value(struct scanner *scanner, unsigned depth, bool on_path)
{
    skip_space(scanner);
    if (on_path && depth == scanner->path_length) {
        reached(scanner, scanner->at);
    }
    if (depth > JSON_DEPTH_MAX) {
        return wrong(scanner, scanner->at,
                     arena_printf(scanner->arena, "nested too deep, expected at most %d levels", JSON_DEPTH_MAX));
    }
    int byte = peek(scanner);

    if (byte == '{') {
        return scan_object(scanner, depth, on_path);
    }
    if (byte == '[') {
        return scan_array(scanner, depth, on_path);
    }
    if (byte == '"') {
        return scan_string(scanner);
    }
    return byte == '-' || is_digit(byte) ? scan_number(scanner) : scan_word(scanner);
}

/* ---- the whole
 * ----------------------------------------------------------------------------------------------------------------------
 */

bool json_check(struct arena *arena, const char *text, size_t length, struct json_mistake *mistake)
{
    struct scanner scanner = {.arena = arena, .text = text, .length = length, .mistake = mistake};

    *mistake = (struct json_mistake){{1, 1}, NULL};
    skip_space(&scanner);
    if (scanner.at == length) {
        return wrong(&scanner, 0, "the file is empty, expected a JSON object");
    }
    if (!scan_value(&scanner, 0, false)) {
        return false;
    }
    skip_space(&scanner);
    return scanner.at == length ? true : expected(&scanner, "the end of the file");
}

struct json_place json_locate(const char *text, size_t length, const struct json_path *path, bool at_key)
{
    struct json_mistake mistake = {{1, 1}, NULL};
    struct scanner scanner = {.text = text, .length = length, .mistake = &mistake, .at_key = at_key};

    for (const struct json_path *step = path; step != NULL && step->parent != NULL; step = step->parent) {
        scanner.path_length++;
    }
    if (scanner.path_length > JSON_DEPTH_MAX) {
        return mistake.place;
    }
    unsigned place = scanner.path_length;

    for (const struct json_path *step = path; place > 0; step = step->parent) {
        scanner.path[--place] = step;
    }
    scan_value(&scanner, 0, true);
    return place_of(&scanner, scanner.found_at);
}

const char *json_path_text(struct arena *arena, const struct json_path *path)
{
    if (path == NULL || path->parent == NULL) {
        return "the scenario";
    }
    if (path->key == NULL) {
        return arena_printf(arena, "%s[%u]", json_path_text(arena, path->parent), path->index);
    }
    return path->parent->parent == NULL ? path->key
                                        : arena_printf(arena, "%s.%s", json_path_text(arena, path->parent), path->key);
}
