/* Immutable JSON values: requests, answers, documents, messages.
 *
 * A value never changes once built, so it is shared freely by pointer within the life of its arena; what must outlive
 * it is copied with value_copy(). NULL stands for JavaScript's `undefined`: constructors drop members that are NULL and
 * every reader accepts NULL. Each value carries the hash of its content, so that comparing and recording are cheap.
 * Building never fails (arena.h).
 */
#ifndef DRYDOCK_CORE_VALUE_H
#define DRYDOCK_CORE_VALUE_H

#include "core/arena.h"
#include "core/utf8.h"

#include <stdbool.h>
#include <stdint.h>

enum value_kind {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_NUMBER,
    VALUE_STRING,
    VALUE_DATE, /* BSON date: ms since the epoch; JSON text shows RFC 3339 with ms */
    VALUE_ARRAY,
    VALUE_OBJECT,
};

struct value;

struct value_member {
    const char *key;
    const struct value *value;
};

struct value {
    uint64_t hash;        /* of kind and content; equal content, equal hash */
    enum value_kind kind; /* never changes */
    uint32_t count;       /* bytes of a string (NUL excluded), items, members */
    union {
        bool boolean;
        double number;
        int64_t date_ms;
        const char *string;
        const struct value *const *items;
        const struct value_member *members; /* in order of insertion; keys are unique */
    };
};

/* ---- building ---------------------------------------------------------------------------------------------- */

const struct value *value_null(void);
const struct value *value_bool(bool boolean);
const struct value *value_number(struct arena *arena, double number);
const struct value *value_date(struct arena *arena, int64_t ms);
/* Copies the text; NULL gives NULL. */
const struct value *value_string(struct arena *arena, const char *text);
const struct value *value_string_n(struct arena *arena, const char *text, size_t length);
const struct value *value_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Keys are kept by pointer, not copied: they are literals or live as long as the arena. Members with NULL are left out;
 * NULL items of an array become null, as in JSON. */
const struct value *value_object(struct arena *arena, const struct value_member *members, size_t count);
const struct value *value_array(struct arena *arena, const struct value *const *items, size_t count);

/* OBJECT(a, {"name", v}, {"ip", w}) and ARRAY(a, v, w). */
#define OBJECT(arena, ...)                                                                                             \
    value_object((arena), (const struct value_member[]){__VA_ARGS__},                                                  \
                 sizeof((const struct value_member[]){__VA_ARGS__}) / sizeof(struct value_member))
#define ARRAY(arena, ...)                                                                                              \
    value_array((arena), (const struct value *const[]){__VA_ARGS__},                                                   \
                sizeof((const struct value *const[]){__VA_ARGS__}) / sizeof(const struct value *))

const struct value *value_empty_object(void);
const struct value *value_empty_array(void);

/* What JavaScript puts into a text for it: "undefined" for NULL. */
const char *text_or_undefined(const char *text);

/* A new object like `object` with `key` set (in place, or at the end), or without it. What is no object has no members,
 * what is no array no items. */
const struct value *value_with(struct arena *arena, const struct value *object, const char *key,
                               const struct value *value);
const struct value *value_without(struct arena *arena, const struct value *object, const char *key);
/* A new array with one more item at the end. */
const struct value *value_append(struct arena *arena, const struct value *array, const struct value *item);

/* Deep copy into another arena. */
const struct value *value_copy(struct arena *arena, const struct value *value);
/* The same, but parts that are equal to what `like` has at their place are shared with it: it must live as long as the
 * arena. */
const struct value *value_copy_sharing(struct arena *arena, const struct value *value, const struct value *like);

/* ---- reading ----------------------------------------------------------------------------------------------- */

bool value_is(const struct value *value, enum value_kind kind); /* false for NULL */
const struct value *value_get(const struct value *object, const char *key);
const struct value *value_at(const struct value *array, uint32_t index);
uint32_t value_count(const struct value *value); /* items or members; 0 for anything else */
/* The string, or NULL when it is none. */
const char *value_text(const struct value *value);
const char *value_get_text(const struct value *object, const char *key);
/* The number, or `otherwise` when it is none. A date gives its ms. */
double value_to_number(const struct value *value, double otherwise);
double value_get_number(const struct value *object, const char *key, double otherwise);
/* The same as a whole number, towards 0; what is beyond the type is its limit (of int64_t: 2^53, up to which numbers
 * are exact). number_to_whole(): of any number; of none of them (NaN) 0. */
int64_t number_to_whole(double number);
int64_t value_get_whole(const struct value *object, const char *key, int64_t otherwise);
int value_get_int(const struct value *object, const char *key, int otherwise);
/* JavaScript's truthiness: undefined, null, false, 0, NaN and "" are false. */
bool value_truthy(const struct value *value);
bool value_equal(const struct value *left, const struct value *right);
/* true when the value is a string equal to `text`. */
bool value_is_text(const struct value *value, const char *text);
/* true when the value is an array with a string equal to `text`; NULL is in none. */
bool value_holds_text(const struct value *array, const char *text);

/* ---- JSON text --------------------------------------------------------------------------------------------- */

/* Compact JSON text as JSON.stringify writes it. It is UTF-8: for bytes that are not, `\ufffd` stands, as Go writes it.
 */
const char *value_json(struct arena *arena, const struct value *value);
/* Parses JSON (cJSON); NULL when the text is not JSON. `length` in bytes. */
const struct value *value_parse(struct arena *arena, const char *text, size_t length);
/* Instant as RFC 3339 in UTC with milliseconds, as Date.prototype.toISOString writes it. */
const char *value_iso_date(struct arena *arena, int64_t ms);
/* Reads an RFC 3339 instant: date, `T`, time with optional fraction, `Z` or an offset. false when the text is none. */
bool parse_iso_date(const char *text, int64_t *ms);
/* Instant of a date, or of a text as above; `otherwise` for anything else. */
int64_t value_to_instant(const struct value *value, int64_t otherwise);

struct cJSON;
/* The value of a parsed cJSON tree, which stays the caller's. NULL gives NULL. */
const struct value *value_from_cjson(struct arena *arena, const struct cJSON *json);

/* 64-bit hash of bytes (FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/), and of two hashes in order. */
uint64_t hash_bytes(const void *bytes, size_t length);
uint64_t hash_text(const char *text);
uint64_t hash_combine(uint64_t left, uint64_t right);

#endif
