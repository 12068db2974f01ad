#include "sim/scenario/json_text.h"

#include "core/utf8.h"
#include "core/value.h"
#include "reports/sink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_DEPTH_MAX = JSON_DEPTH_MAX + 1 };

struct scanner {
    struct arena *arena; /* NULL while locating: the text is known to be good */
    const char *whole;   /* "the file", for messages */
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
        return arena_printf(scanner->arena, "the end of %s", scanner->whole);
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

enum { ESCAPE_DIGITS = 4, HEXADECIMAL = 16, HIGH_FIRST = 0xd800, LOW_FIRST = 0xdc00, LOW_LAST = 0xdfff };

/* The four hexadecimal digits that stand here. */
static unsigned hex_digits(const char *at)
{
    char digits[ESCAPE_DIGITS + 1] = {0};

    memcpy(digits, at, ESCAPE_DIGITS);
    return (unsigned)strtoul(digits, NULL, HEXADECIMAL);
}

static bool scan_digits_of_escape(struct scanner *scanner, unsigned *unit)
{
    size_t start = scanner->at;

    for (int i = 0; i < ESCAPE_DIGITS; i++) {
        int byte = peek(scanner);

        if (byte <= 0 || strchr("0123456789abcdefABCDEF", byte) == NULL) {
            return expected(scanner, "four hexadecimal digits after \\u");
        }
        scanner->at++;
    }
    *unit = hex_digits(scanner->text + start);
    return true;
}

/* Behind \u. Text of the project ends at a NUL, so none may stand in it. */
static bool scan_unicode_escape(struct scanner *scanner)
{
    size_t start = scanner->at - 2;
    unsigned unit = 0;
    unsigned low = 0;

    if (!scan_digits_of_escape(scanner, &unit)) {
        return false;
    }
    if (unit == 0) {
        return wrong(scanner, start, "\\u0000 in a string, expected no NUL character");
    }
    if (unit < HIGH_FIRST || unit > LOW_LAST) {
        return true;
    }
    bool pair =
        unit < LOW_FIRST && scanner->length - scanner->at >= 2 && memcmp(scanner->text + scanner->at, "\\u", 2) == 0;

    if (pair) {
        scanner->at += 2;
        if (!scan_digits_of_escape(scanner, &low)) {
            return false;
        }
    }
    return low >= LOW_FIRST && low <= LOW_LAST
               ? true
               : wrong(scanner, start, "half a surrogate pair, expected both halves such as \\ud83d\\ude00");
}

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
    return scan_unicode_escape(scanner);
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

/* What does not fit into a double would become infinite on the way, and some releases of cJSON read no more than so
 * many characters of a number. */
static bool check_size(struct scanner *scanner, size_t start)
{
    enum { LENGTH_MAX = 63 };
    size_t length = scanner->at - start;

    if (scanner->arena == NULL) {
        return true;
    }
    if (length > LENGTH_MAX) {
        return wrong(scanner, start,
                     arena_printf(scanner->arena, "number of %zu characters, expected at most %d", length, LENGTH_MAX));
    }
    return isfinite(strtod(arena_string_n(scanner->arena, scanner->text + start, length), NULL))
               ? true
               : wrong(scanner, start, "number too large, expected less than 1.8e308");
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
        if (!scan_digits(scanner)) {
            return false;
        }
    }
    return check_size(scanner, start);
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

/* The next character of a good string's inside, unescaped, into `into`; returns its length there. */
static size_t next_character(const char **at, char into[4])
{
    static const char escapes[] = "bfnrt";
    static const char meant[] = "\b\f\n\r\t";
    enum { CONTINUED = 0x80, BITS = 6, MASK = 0x3f };

    if (**at != '\\') {
        into[0] = *(*at)++;
        return 1;
    }
    char letter = (*at)[1];

    *at += 2;
    if (letter != 'u') {
        const char *escape = strchr(escapes, letter);

        into[0] = escape == NULL ? letter : meant[escape - escapes];
        return 1;
    }
    unsigned character = hex_digits(*at);

    *at += ESCAPE_DIGITS;
    if (character >= HIGH_FIRST && character <= LOW_LAST) {
        character = 0x10000 + ((character - HIGH_FIRST) << 10) + (hex_digits(*at + 2) - LOW_FIRST);
        *at += ESCAPE_DIGITS + 2;
    }
    size_t length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = length; i-- > 1; character >>= BITS) {
        into[i] = (char)(CONTINUED | (character & MASK));
    }
    into[0] = (char)(first[length] | character);
    return length;
}

/* A key's text without its escapes. */
static const char *plain_key(struct arena *arena, const char *start, size_t *length)
{
    const char *end = start + *length;

    if (memchr(start, '\\', *length) == NULL) {
        return start;
    }
    char *plain = arena_alloc(arena, *length + 1);

    *length = 0;
    while (start < end) {
        *length += next_character(&start, plain + *length);
    }
    return plain;
}

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

/* Whether the next step of the path is this key. */
static bool leads_to_key(const struct scanner *scanner, unsigned depth, const char *start, size_t length)
{
    const char *wanted = depth < scanner->path_length ? scanner->path[depth]->key : NULL;

    if (wanted == NULL || (memchr(start, '\\', length) == NULL && strlen(wanted) != length)) {
        return false;
    }
    for (const char *end = start + length; start < end;) {
        char character[4];
        size_t size = next_character(&start, character);

        if (strncmp(wanted, character, size) != 0) {
            return false;
        }
        wanted += size;
    }
    return *wanted == '\0';
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

    if (scanner->arena != NULL) {
        size_t plain_length = length;
        const char *plain = plain_key(scanner->arena, start, &plain_length);

        if (!add_key(scanner->arena, seen, plain, plain_length)) {
            return wrong(scanner, key_at,
                         arena_printf(scanner->arena, "duplicate key \"%.*s\", expected each key once",
                                      (int)(length < 60 ? length : 60), start));
        }
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

bool json_check(struct arena *arena, const char *whole, const char *text, size_t length, struct json_mistake *mistake)
{
    struct scanner scanner = {.arena = arena, .whole = whole, .text = text, .length = length, .mistake = mistake};

    *mistake = (struct json_mistake){{1, 1}, NULL};
    skip_space(&scanner);
    if (scanner.at == length) {
        return wrong(&scanner, 0, arena_printf(arena, "%s is empty, expected a JSON object", whole));
    }
    if (!scan_value(&scanner, 0, false)) {
        return false;
    }
    skip_space(&scanner);
    return scanner.at == length ? true : expected(&scanner, arena_printf(arena, "the end of %s", whole));
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

const char *mistake_line(struct arena *arena, const char *file, struct json_place place, const char *message)
{
    size_t rest = strlen(message);
    char *plain = arena_alloc(arena, rest + 1);
    char *end = plain;

    while (rest > 0) {
        size_t length = utf8_length(message, rest);

        memcpy(end, message, length); /* half a character, where a message cuts a long text, goes */
        end += length;
        length = length == 0 ? 1 : length;
        message += length;
        rest -= length;
    }
    *end = '\0';
    return arena_printf(arena, "%s:%u:%u: %s", file, place.line, place.column, blank_controls(plain));
}
