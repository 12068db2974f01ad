#include "core/value.h"

#include <assert.h>
#include <endian.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- hashing ----------------------------------------------------------------------------------------------- */

static uint64_t load_word(const unsigned char *bytes, size_t length)
{
    uint64_t word = 0;

    memcpy(&word, bytes, length);
    return le64toh(word);
}

/* The last `length` bytes (below 8) as a number. Of a longer text they are the high end of its last whole word, which
 * one load gets; of a shorter one, two halves that may overlap. */
static uint64_t load_tail(const unsigned char *tail, size_t length, bool longer)
{
    enum { WORD = 8, HALF = 4 };

    if (length == 0) {
        return 0;
    }
    if (longer) {
        return load_word(tail + length - WORD, WORD) >> (WORD - length) * CHAR_BIT;
    }
    if (length >= HALF) {
        return load_word(tail, HALF) | load_word(tail + length - HALF, HALF) << (length - HALF) * CHAR_BIT;
    }
    return (uint64_t)tail[0] | (uint64_t)tail[length / 2] << length / 2 * CHAR_BIT |
           (uint64_t)tail[length - 1] << (length - 1) * CHAR_BIT;
}

/* Eight bytes at a time, each multiplied in as in FNV-1a and folded; bytes are read in little-endian order, so that a
 * trace's hash is the same on every machine drydock runs on. */
uint64_t hash_bytes(const void *bytes, size_t length)
{
    const unsigned char *rest = bytes;
    bool longer = length >= 8;
    uint64_t hash = 0xcbf29ce484222325u ^ length;

    for (; length >= 8; rest += 8, length -= 8) {
        hash = (hash ^ load_word(rest, 8)) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    hash = (hash ^ load_tail(rest, length, longer)) * 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 32);
}

uint64_t hash_text(const char *text)
{
    return hash_bytes(text, strlen(text));
}

uint64_t hash_combine(uint64_t left, uint64_t right)
{
    /* The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) over an order-dependent sum. */
    uint64_t mixed = left * 0x9e3779b97f4a7c15u + right;

    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

static uint64_t hash_of_kind(enum value_kind kind, uint64_t content)
{
    return hash_combine((uint64_t)kind + 1, content);
}

/* ---- building ---------------------------------------------------------------------------------------------- */

/* Fixed values: their hashes are those that hash_of_kind() gives (value_test.c holds the two together). */
static const struct value null_value = {.kind = VALUE_NULL, .hash = 0x6e7110000000001u};
static const struct value true_value = {.kind = VALUE_BOOL, .hash = 0x6e7110000000002u, .boolean = true};
static const struct value false_value = {.kind = VALUE_BOOL, .hash = 0x6e7110000000003u, .boolean = false};
static const struct value empty_object = {.kind = VALUE_OBJECT, .hash = 0x6e7110000000004u};
static const struct value empty_array = {.kind = VALUE_ARRAY, .hash = 0x6e7110000000005u};

const struct value *value_null(void)
{
    return &null_value;
}

const struct value *value_bool(bool boolean)
{
    return boolean ? &true_value : &false_value;
}

const struct value *value_empty_object(void)
{
    return &empty_object;
}

const struct value *value_empty_array(void)
{
    return &empty_array;
}

/* In the hottest loop of a run: two characters tell most keys apart without a call. */
static inline bool is_key(const char *own, const char *key)
{
    return own == key || (own[0] == key[0] && (own[0] == '\0' || (own[1] == key[1] && strcmp(own, key) == 0)));
}

static struct value *value_new(struct arena *arena, enum value_kind kind, uint64_t content_hash)
{
    struct value *value = arena_take(arena, sizeof *value);

    *value = (struct value){.kind = kind, .hash = hash_of_kind(kind, content_hash)};
    return value;
}

const struct value *value_number(struct arena *arena, double number)
{
    uint64_t bits = 0;
    double positive = number == 0 ? 0 : number; /* -0 equals 0 */

    memcpy(&bits, &positive, sizeof bits);
    struct value *value = value_new(arena, VALUE_NUMBER, bits);

    value->number = positive;
    return value;
}

const struct value *value_date(struct arena *arena, int64_t ms)
{
    struct value *value = value_new(arena, VALUE_DATE, (uint64_t)ms);

    value->date_ms = ms;
    return value;
}

const struct value *value_string_n(struct arena *arena, const char *text, size_t length)
{
    assert(length <= UINT32_MAX);
    struct value *value = value_new(arena, VALUE_STRING, hash_bytes(text, length));

    value->count = (uint32_t)length;
    value->string = arena_string_n(arena, text, length);
    return value;
}

const struct value *value_string(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : value_string_n(arena, text, strlen(text));
}

const struct value *value_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const char *text = arena_vprintf(arena, format, arguments);

    va_end(arguments);
    return value_string(arena, text);
}

const struct value *value_object(struct arena *arena, const struct value_member *members, size_t count)
{
    uint32_t kept = 0;
    uint64_t hash = 0;

    for (size_t i = 0; i < count; i++) {
        if (members[i].value != NULL) {
            hash = hash_combine(hash_combine(hash, hash_text(members[i].key)), members[i].value->hash);
            kept++;
        }
    }
    if (kept == 0) {
        return &empty_object;
    }
    struct value_member *own = arena_take(arena, kept * sizeof *own);
    struct value *value = value_new(arena, VALUE_OBJECT, hash);

    for (size_t i = 0; i < count; i++) {
        if (members[i].value != NULL) {
            own[value->count++] = members[i];
        }
    }
    value->members = own;
    return value;
}

/* An array of items that are in the arena already; those that are NULL become null. */
static const struct value *array_of(struct arena *arena, const struct value **items, size_t count)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < count; i++) {
        items[i] = items[i] != NULL ? items[i] : &null_value;
        hash = hash_combine(hash, items[i]->hash);
    }
    struct value *value = value_new(arena, VALUE_ARRAY, hash);

    value->count = (uint32_t)count;
    value->items = items;
    return value;
}

const struct value *value_array(struct arena *arena, const struct value *const *items, size_t count)
{
    if (count == 0) {
        return &empty_array;
    }
    const struct value **own = arena_take(arena, count * sizeof *own);

    memcpy(own, items, count * sizeof *own);
    return array_of(arena, own, count);
}

const char *text_or_undefined(const char *text)
{
    return text == NULL ? "undefined" : text;
}

const struct value *value_with(struct arena *arena, const struct value *object, const char *key,
                               const struct value *value)
{
    uint32_t count = value_is(object, VALUE_OBJECT) ? object->count : 0;
    struct value_member *members = arena_take(arena, (count + 1) * sizeof *members);
    bool found = false;

    for (uint32_t i = 0; i < count; i++) {
        members[i] = object->members[i];
        if (is_key(members[i].key, key)) {
            members[i].value = value;
            found = true;
        }
    }
    if (!found) {
        members[count++] = (struct value_member){key, value};
    }
    return value_object(arena, members, count);
}

const struct value *value_without(struct arena *arena, const struct value *object, const char *key)
{
    return value_get(object, key) == NULL ? object : value_with(arena, object, key, NULL);
}

const struct value *value_append(struct arena *arena, const struct value *array, const struct value *item)
{
    uint32_t count = value_is(array, VALUE_ARRAY) ? array->count : 0;
    const struct value **items = arena_take(arena, (count + 1) * sizeof *items);

    for (uint32_t i = 0; i < count; i++) {
        items[i] = array->items[i];
    }
    items[count] = item;
    return array_of(arena, items, count + 1);
}

/* What a copy has behind its struct value: small pieces of memory are rounded up, one less. */
static size_t content_size(const struct value *value)
{
    switch (value->kind) {
    case VALUE_STRING:
        return value->count + 1;
    case VALUE_ARRAY:
        return value->count * sizeof *value->items;
    case VALUE_OBJECT:
        return value->count * sizeof *value->members;
    default:
        return 0;
    }
}

/* The member of an object of that name, looked for at a place first; NULL: none. */
static const struct value_member *member_like(const struct value *like, const char *key, uint32_t at)
{
    if (!value_is(like, VALUE_OBJECT)) {
        return NULL;
    }
    if (at < like->count && strcmp(like->members[at].key, key) == 0) {
        return &like->members[at];
    }
    for (uint32_t i = 0; i < like->count; i++) {
        if (strcmp(like->members[i].key, key) == 0) {
            return &like->members[i];
        }
    }
    return NULL;
}

const struct value *value_copy_sharing(struct arena *arena, const struct value *value, const struct value *like)
{
    if (value == NULL || value == &null_value || value == &true_value || value == &false_value ||
        value == &empty_object || value == &empty_array) {
        return value;
    }
    if (like != NULL && value_equal(value, like)) {
        return like;
    }
    struct value *copy = arena_take(arena, sizeof *copy + content_size(value));
    void *content = copy + 1;

    *copy = *value;
    if (value->kind == VALUE_STRING) {
        copy->string = memcpy(content, value->string, value->count + 1);
    } else if (value->kind == VALUE_ARRAY) {
        const struct value **items = content;

        for (uint32_t i = 0; i < value->count; i++) {
            items[i] = value_copy_sharing(arena, value->items[i], value_at(like, i));
        }
        copy->items = items;
    } else if (value->kind == VALUE_OBJECT) {
        struct value_member *members = content;

        for (uint32_t i = 0; i < value->count; i++) {
            const struct value_member *shared = member_like(like, value->members[i].key, i);

            members[i].key = shared != NULL ? shared->key : arena_string(arena, value->members[i].key);
            members[i].value =
                value_copy_sharing(arena, value->members[i].value, shared != NULL ? shared->value : NULL);
        }
        copy->members = members;
    }
    return copy;
}

const struct value *value_copy(struct arena *arena, const struct value *value)
{
    return value_copy_sharing(arena, value, NULL);
}

/* ---- reading ----------------------------------------------------------------------------------------------- */

bool value_is(const struct value *value, enum value_kind kind)
{
    return value != NULL && value->kind == kind;
}

const struct value *value_get(const struct value *object, const char *key)
{
    if (!value_is(object, VALUE_OBJECT)) {
        return NULL;
    }
    for (uint32_t i = 0; i < object->count; i++) {
        if (is_key(object->members[i].key, key)) {
            return object->members[i].value;
        }
    }
    return NULL;
}

const struct value *value_at(const struct value *array, uint32_t index)
{
    return value_is(array, VALUE_ARRAY) && index < array->count ? array->items[index] : NULL;
}

uint32_t value_count(const struct value *value)
{
    return value_is(value, VALUE_ARRAY) || value_is(value, VALUE_OBJECT) ? value->count : 0;
}

const char *value_text(const struct value *value)
{
    return value_is(value, VALUE_STRING) ? value->string : NULL;
}

const char *value_get_text(const struct value *object, const char *key)
{
    return value_text(value_get(object, key));
}

double value_to_number(const struct value *value, double otherwise)
{
    if (value_is(value, VALUE_NUMBER)) {
        return value->number;
    }
    return value_is(value, VALUE_DATE) ? (double)value->date_ms : otherwise;
}

double value_get_number(const struct value *object, const char *key, double otherwise)
{
    return value_to_number(value_get(object, key), otherwise);
}

/* The number between two limits; the cast of what is beyond the type is undefined (C17 6.3.1.4). */
static double within(double number, double least, double most)
{
    return isnan(number) ? 0 : number < least ? least : number > most ? most : number;
}

int64_t number_to_whole(double number)
{
    const double most = 9007199254740992; /* 2^53 */

    return (int64_t)within(number, -most, most);
}

int64_t value_get_whole(const struct value *object, const char *key, int64_t otherwise)
{
    return number_to_whole(value_get_number(object, key, (double)otherwise));
}

int value_get_int(const struct value *object, const char *key, int otherwise)
{
    return (int)within(value_get_number(object, key, otherwise), INT_MIN, INT_MAX);
}

bool value_truthy(const struct value *value)
{
    if (value == NULL) {
        return false;
    }
    switch (value->kind) {
    case VALUE_NULL:
        return false;
    case VALUE_BOOL:
        return value->boolean;
    case VALUE_NUMBER:
        return value->number != 0 && !isnan(value->number);
    case VALUE_STRING:
        return value->count > 0;
    case VALUE_DATE:
    case VALUE_ARRAY:
    case VALUE_OBJECT:
        break;
    }
    return true;
}

bool value_equal(const struct value *left, const struct value *right)
{
    if (left == right) {
        return true;
    }
    if (left == NULL || right == NULL || left->hash != right->hash || left->kind != right->kind ||
        left->count != right->count) {
        return false;
    }
    switch (left->kind) {
    case VALUE_NULL:
        break;
    case VALUE_BOOL:
        return left->boolean == right->boolean;
    case VALUE_NUMBER:
        return left->number >= right->number && left->number <= right->number;
    case VALUE_DATE:
        return left->date_ms == right->date_ms;
    case VALUE_STRING:
        return memcmp(left->string, right->string, left->count) == 0;
    case VALUE_ARRAY:
        for (uint32_t i = 0; i < left->count; i++) {
            if (!value_equal(left->items[i], right->items[i])) {
                return false;
            }
        }
        break;
    case VALUE_OBJECT:
        for (uint32_t i = 0; i < left->count; i++) {
            if (strcmp(left->members[i].key, right->members[i].key) != 0 ||
                !value_equal(left->members[i].value, right->members[i].value)) {
                return false;
            }
        }
        break;
    }
    return true;
}

bool value_is_text(const struct value *value, const char *text)
{
    const char *own = value_text(value);

    return own != NULL && strcmp(own, text) == 0;
}

bool value_holds_text(const struct value *array, const char *text)
{
    for (uint32_t i = 0; text != NULL && value_is(array, VALUE_ARRAY) && i < array->count; i++) {
        if (value_is_text(array->items[i], text)) {
            return true;
        }
    }
    return false;
}
