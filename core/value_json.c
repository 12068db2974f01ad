/* Values from and to JSON text. cJSON parses; writing is ours because a run writes in its hot path (the benchmark
 * daemon's parameter is JSON text, lifecycle.md 3.4) and must not allocate outside its arena. */
#include "core/heap.h"
#include "core/value.h"

#include <cjson/cJSON.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    struct arena *arena;
    char *bytes;
    size_t length;
    size_t size;
};

static void text_add_n(struct text *text, const char *bytes, size_t length)
{
    if (text->length + length + 1 > text->size) {
        size_t size = (text->length + length + 1) * 2;
        char *larger = arena_alloc(text->arena, size);

        memcpy(larger, text->bytes, text->length);
        text->bytes = larger;
        text->size = size;
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

static void text_add(struct text *text, const char *added)
{
    text_add_n(text, added, strlen(added));
}

enum { ESCAPED_SIZE = sizeof "\\u0000", FIRST_OF_SEVERAL = 0x80 };

/* How a byte is written that cannot stand in a string as it is. */
static void escape(unsigned char byte, char escaped[ESCAPED_SIZE])
{
    switch (byte) {
    case '"':
        memcpy(escaped, "\\\"", sizeof "\\\"");
        break;
    case '\\':
        memcpy(escaped, "\\\\", sizeof "\\\\");
        break;
    case '\n':
        memcpy(escaped, "\\n", sizeof "\\n");
        break;
    case '\r':
        memcpy(escaped, "\\r", sizeof "\\r");
        break;
    case '\t':
        memcpy(escaped, "\\t", sizeof "\\t");
        break;
    case '\b':
        memcpy(escaped, "\\b", sizeof "\\b");
        break;
    case '\f':
        memcpy(escaped, "\\f", sizeof "\\f");
        break;
    default:
        snprintf(escaped, ESCAPED_SIZE, "\\u%04x", byte);
    }
}

static void write_string(struct text *text, const char *string, size_t length)
{
    size_t plain = 0; /* where the run of bytes that need no escape began */

    text_add(text, "\"");
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)string[i];
        char escaped[ESCAPED_SIZE];

        if (byte >= ' ' && byte != '"' && byte != '\\' && byte < FIRST_OF_SEVERAL) {
            continue;
        }
        if (byte >= FIRST_OF_SEVERAL) {
            const size_t character = utf8_length(string + i, length - i);

            if (character > 0) {
                i += character - 1;
                continue;
            }
            memcpy(escaped, "\\ufffd", sizeof "\\ufffd");
        } else {
            escape(byte, escaped);
        }
        text_add_n(text, string + plain, i - plain);
        text_add(text, escaped);
        plain = i + 1;
    }
    text_add_n(text, string + plain, length - plain);
    text_add(text, "\"");
}

enum { NUMBER_SIZE = 40 };

/* "1.7956e+18" as 1795600000000000000. */
static void write_out_exponent(char digits[NUMBER_SIZE])
{
    char *exponent = strchr(digits, 'e');
    long places = strtol(exponent + 1, NULL, 10);
    size_t sign = digits[0] == '-';
    size_t length = (size_t)(exponent - digits);

    if (length > sign + 1) { /* the point goes */
        memmove(digits + sign + 1, digits + sign + 2, length - sign - 2);
        length--;
    }
    while (length < sign + 1 + (size_t)places) {
        digits[length++] = '0';
    }
    digits[length] = '\0';
}

static void write_number(struct text *text, double number)
{
    static const double exponent_from = 1e21; /* Number::toString: below, integers are written out */
    char digits[NUMBER_SIZE];

    if (isnan(number) || isinf(number)) {
        text_add(text, "null"); /* as JSON.stringify does */
        return;
    }
    if (number > -1e15 && number < 1e15 && floor(number) >= number) {
        snprintf(digits, sizeof digits, "%lld", (long long)number);
    } else {
        /* The shortest form that reads back as the same number, as in ECMA-262 Number::toString. */
        for (int precision = 15;; precision++) { /* 17 digits always do */
            snprintf(digits, sizeof digits, "%.*g", precision, number);
            double again = strtod(digits, NULL);

            if (again >= number && again <= number) {
                break;
            }
        }
        if (fabs(number) < exponent_from && floor(number) >= number && strchr(digits, 'e') != NULL) {
            write_out_exponent(digits);
        }
    }
    text_add(text, digits);
}

static void write_value(struct text *text, const struct value *value)
{
    if (value == NULL) {
        text_add(text, "null");
        return;
    }
    switch (value->kind) {
    case VALUE_NULL:
        text_add(text, "null");
        break;
    case VALUE_BOOL:
        text_add(text, value->boolean ? "true" : "false");
        break;
    case VALUE_NUMBER:
        write_number(text, value->number);
        break;
    case VALUE_STRING:
        write_string(text, value->string, value->count);
        break;
    case VALUE_DATE:
        text_add(text, "\"");
        text_add(text, value_iso_date(text->arena, value->date_ms));
        text_add(text, "\"");
        break;
    case VALUE_ARRAY:
        text_add(text, "[");
        for (uint32_t i = 0; i < value->count; i++) {
            text_add(text, i == 0 ? "" : ",");
            write_value(text, value->items[i]);
        }
        text_add(text, "]");
        break;
    case VALUE_OBJECT:
        text_add(text, "{");
        for (uint32_t i = 0; i < value->count; i++) {
            text_add(text, i == 0 ? "" : ",");
            write_string(text, value->members[i].key, strlen(value->members[i].key));
            text_add(text, ":");
            write_value(text, value->members[i].value);
        }
        text_add(text, "}");
        break;
    }
}

const char *value_json(struct arena *arena, const struct value *value)
{
    struct text text = {.arena = arena, .size = 256, .bytes = arena_alloc(arena, 256)};

    write_value(&text, value);
    return text.bytes;
}

/* The last `count` digits of a number, which is not negative. Returns where they end. */
static char *put_digits(char *text, int64_t number, int count)
{
    enum { BASE = 10 };

    for (int i = count - 1; i >= 0; i--, number /= BASE) {
        text[i] = (char)('0' + number % BASE);
    }
    return text + count;
}

/* Days since 1970-01-01 to year, month, day: https://howardhinnant.github.io/date_algorithms.html#civil_from_days
 * libc's gmtime is not used: it reads the environment (TZ) on its way. */
const char *value_iso_date(struct arena *arena, int64_t ms)
{
    enum { YEAR_MAX = 9999 }; /* of four digits */
    int64_t days = ms / 86400000 - (ms % 86400000 < 0);
    int64_t day_ms = ms - days * 86400000;
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_index = (5 * day_of_year + 2) / 153;
    int64_t day = day_of_year - (153 * month_index + 2) / 5 + 1;
    int64_t month = month_index < 10 ? month_index + 3 : month_index - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2);

    if (year < 0 || year > YEAR_MAX) {
        return arena_printf(arena, "%+07lld-%02lld-%02lldT%02lld:%02lld:%02lld.%03lldZ", (long long)year,
                            (long long)month, (long long)day, (long long)(day_ms / 3600000),
                            (long long)(day_ms / 60000 % 60), (long long)(day_ms / 1000 % 60),
                            (long long)(day_ms % 1000));
    }
    char *text = arena_string(arena, "0000-00-00T00:00:00.000Z");

    char *end = put_digits(text, year, 4) + 1;

    end = put_digits(end, month, 2) + 1;
    end = put_digits(end, day, 2) + 1;
    end = put_digits(end, day_ms / 3600000, 2) + 1;
    end = put_digits(end, day_ms / 60000 % 60, 2) + 1;
    end = put_digits(end, day_ms / 1000 % 60, 2) + 1;
    put_digits(end, day_ms % 1000, 3);
    return text;
}

/* Reads exactly `digits` digits; −1 when there are fewer. */
static int read_digits(const char **text, int digits)
{
    int number = 0;

    for (int i = 0; i < digits; i++, (*text)++) {
        if (**text < '0' || **text > '9') {
            return -1;
        }
        number = number * 10 + (**text - '0');
    }
    return number;
}

static bool skip(const char **text, char wanted)
{
    if (**text != wanted) {
        return false;
    }
    (*text)++;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

/* https://howardhinnant.github.io/date_algorithms.html#days_from_civil */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

/* The fraction of a second in ms; further digits are dropped. */
static int read_fraction(const char **text)
{
    int ms = 0;
    int scale = 100;

    for (; **text >= '0' && **text <= '9'; (*text)++) {
        ms += (**text - '0') * scale;
        scale /= 10;
    }
    return ms;
}

/* `Z`, or `+hh:mm`, in minutes east. */
static bool read_offset(const char **text, int *minutes)
{
    int sign = **text == '-' ? -1 : 1;

    *minutes = 0;
    if (skip(text, 'Z') || skip(text, 'z')) {
        return true;
    }
    if (!skip(text, '+') && !skip(text, '-')) {
        return false;
    }
    int hour = read_digits(text, 2);
    int minute = skip(text, ':') ? read_digits(text, 2) : -1;

    *minutes = sign * (hour * 60 + minute);
    return hour >= 0 && hour < 24 && minute >= 0 && minute < 60;
}

bool parse_iso_date(const char *text, int64_t *ms)
{
    int year = read_digits(&text, 4);
    int month = skip(&text, '-') ? read_digits(&text, 2) : -1;
    int day = skip(&text, '-') ? read_digits(&text, 2) : -1;

    if (year < 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
        (!skip(&text, 'T') && !skip(&text, 't'))) {
        return false;
    }
    int hour = read_digits(&text, 2);
    int minute = skip(&text, ':') ? read_digits(&text, 2) : -1;
    int second = skip(&text, ':') ? read_digits(&text, 2) : -1;
    int fraction = 0;
    int offset = 0;

    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
        return false;
    }
    if (skip(&text, '.')) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        fraction = read_fraction(&text);
    }
    if (!read_offset(&text, &offset) || *text != '\0') {
        return false;
    }
    *ms = ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute - offset) * 60000 + second * 1000 + fraction;
    return true;
}

int64_t value_to_instant(const struct value *value, int64_t otherwise)
{
    int64_t ms = otherwise;

    if (value_is(value, VALUE_DATE)) {
        return value->date_ms;
    }
    return value_is(value, VALUE_STRING) && parse_iso_date(value->string, &ms) ? ms : otherwise;
}

/* As JSON.parse does: a key that is there more than once keeps its first place and gets its last value. Returns how
 * many members are left. */
static size_t merge_keys(struct arena *arena, struct value_member *members, size_t count)
{
    size_t places = 2 * count + 1;                                    /* more than half of them stay free */
    uint32_t *numbers = arena_alloc(arena, places * sizeof *numbers); /* from 1; open addressing */
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        size_t place = hash_text(members[i].key) % places;

        while (numbers[place] != 0 && strcmp(members[numbers[place] - 1].key, members[i].key) != 0) {
            place = (place + 1) % places;
        }
        if (numbers[place] == 0) {
            members[kept++] = members[i];
            numbers[place] = (uint32_t)kept;
        } else {
            members[numbers[place] - 1].value = members[i].value;
        }
    }
    return kept;
}

static const struct value *from_cjson(struct arena *arena, const cJSON *json)
{
    if (cJSON_IsString(json)) {
        return value_string(arena, json->valuestring);
    }
    if (cJSON_IsNumber(json)) {
        return value_number(arena, json->valuedouble);
    }
    if (cJSON_IsBool(json)) {
        return value_bool(cJSON_IsTrue(json));
    }
    if (!cJSON_IsArray(json) && !cJSON_IsObject(json)) {
        return value_null();
    }
    size_t count = 0;
    const cJSON *child = NULL;

    cJSON_ArrayForEach (child, json) {
        count++;
    }
    if (cJSON_IsArray(json)) {
        const struct value **items = arena_alloc(arena, count * sizeof *items);

        count = 0;
        cJSON_ArrayForEach (child, json) {
            items[count++] = from_cjson(arena, child);
        }
        return value_array(arena, items, count);
    }
    struct value_member *members = arena_alloc(arena, count * sizeof *members);

    count = 0;
    cJSON_ArrayForEach (child, json) {
        members[count].key = arena_string(arena, child->string);
        members[count++].value = from_cjson(arena, child);
    }
    return value_object(arena, members, merge_keys(arena, members, count));
}

const struct value *value_from_cjson(struct arena *arena, const cJSON *json)
{
    return json == NULL ? NULL : from_cjson(arena, json);
}

/* cJSON's hooks know no context: the arena that value_parse() is at work for. */
static _Thread_local struct arena *parsing;

static void *parse_alloc(size_t size)
{
    return arena_alloc(parsing, size);
}

static void parse_free(void *memory)
{
    (void)memory; /* goes with the arena */
}

const struct value *value_parse(struct arena *arena, const char *text, size_t length)
{
    cJSON_Hooks hooks = {parse_alloc, parse_free};
    const char *end = NULL;
    const struct value *value = NULL;

    parsing = arena;
    cJSON_InitHooks(&hooks);
    cJSON *json = cJSON_ParseWithLengthOpts(text, length, &end, 0);

    heap_serves_json();
    if (json != NULL) {
        value = from_cjson(arena, json);
    }
    for (const char *rest = end; value != NULL && rest < text + length; rest++) {
        if (strchr(" \t\r\n", *rest) == NULL) {
            value = NULL; /* JSON.parse refuses what follows the value */
        }
    }
    return value;
}
