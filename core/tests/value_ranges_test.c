/* Dates, numbers, texts and bytes over their whole ranges, against libc or the definition: what a few examples leave
 * open. */
#include "core/tests/test_arena.h"
#include "core/utf8.h"
#include "core/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* ---- dates ------------------------------------------------------------------------------------------------------- */

static void expect_date(int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
    struct tm civil;
    char expected[64];
    int64_t again = ~ms;

    gmtime_r(&seconds, &civil);
    int year = civil.tm_year + 1900;
    int length = snprintf(expected, sizeof expected, year < 0 || year > 9999 ? "%+07d" : "%04d", year);

    snprintf(expected + length, sizeof expected - (size_t)length, "-%02d-%02dT%02d:%02d:%02d.%03dZ", civil.tm_mon + 1,
             civil.tm_mday, civil.tm_hour, civil.tm_min, civil.tm_sec, (int)(ms - (int64_t)seconds * 1000));
    const char *text = value_iso_date(&arena, ms);

    assert_string_equal(text, expected);
    if (year >= 0 && year <= 9999) {
        assert_true(parse_iso_date(text, &again));
        assert_int_equal(again, ms);
    }
}

/* Every day of a leap cycle around each turn, and days 61 apart from year −1 to 10001; times of day move along. */
static void test_dates_are_libcs(void **state)
{
    const int64_t day_ms = 86400000;
    const int64_t first = -62198755200000; /* -0001-01-01 */
    const int64_t last = 253433836800000;  /* 10001-01-01 */
    int64_t time = 0;

    (void)state;
    for (int64_t ms = first; ms < last; ms += 61 * day_ms) {
        time = (time + 12345678) % day_ms;
        expect_date(ms + time);
        arena_reset(&arena);
    }
    for (int64_t ms = -3 * 366 * day_ms; ms < 35 * 366 * day_ms; ms += day_ms) { /* 1967 to 2005 */
        expect_date(ms);
        expect_date(ms - 1);
        arena_reset(&arena);
    }
    for (int64_t ms = 4102444800000 - 400 * day_ms; ms < 4102444800000 + 800 * day_ms;
         ms += day_ms) { /* 2100 is no leap year */
        expect_date(ms + 1000);
        arena_reset(&arena);
    }
    for (int64_t ms = -253 * 1000; ms < 253 * 1000; ms += 127) {
        expect_date(ms);
    }
}

static bool is_leap(int year)
{
    return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
}

static void test_which_dates_there_are(void **state)
{
    static const int years[] = {0, 1900, 1999, 2000, 2023, 2024, 2100, 9999};
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t ms = 0;

    (void)state;
    for (size_t i = 0; i < sizeof years / sizeof years[0]; i++) {
        for (int month = 0; month < 20; month++) {
            for (int day = 0; day < 40; day++) {
                const char *text = arena_printf(&arena, "%04d-%02d-%02dT00:00:00Z", years[i], month, day);
                bool is_there = month >= 1 && month <= 12 && day >= 1 &&
                                day <= lengths[month - 1] + (month == 2 && is_leap(years[i]));

                assert_int_equal(parse_iso_date(text, &ms), is_there);
            }
        }
    }
}

static bool parses_to(const char *text, int64_t expected)
{
    int64_t ms = ~expected;

    return parse_iso_date(text, &ms) && ms == expected;
}

static void test_which_times_there_are(void **state)
{
    int64_t ms = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(parses_to(arena_printf(&arena, "1970-01-01T%02d:00:00Z", i), i * 3600000), i < 24);
        assert_int_equal(parses_to(arena_printf(&arena, "1970-01-01T00:%02d:00Z", i), i * 60000), i < 60);
        assert_int_equal(parses_to(arena_printf(&arena, "1970-01-01T00:00:%02dZ", i), i * 1000), i < 60);
        assert_int_equal(parses_to(arena_printf(&arena, "1970-01-01T00:00:00+%02d:00", i), -i * 3600000), i < 24);
        assert_int_equal(parses_to(arena_printf(&arena, "1970-01-01T00:00:00-%02d:00", i), i * 3600000), i < 24);
        assert_int_equal(parses_to(arena_printf(&arena, "1970-01-01T00:00:00+01:%02d", i), -3600000 - i * 60000),
                         i < 60);
        assert_int_equal(parses_to(arena_printf(&arena, "1970-01-01T00:00:00-01:%02d", i), 3600000 + i * 60000),
                         i < 60);
    }
    for (int i = 0; i < 1000; i++) {
        assert_true(parses_to(arena_printf(&arena, "1970-01-01T00:00:00.%03dZ", i), i));
        assert_true(parses_to(arena_printf(&arena, "1970-01-01T00:00:00.%03d999Z", i), i)); /* the rest is dropped */
    }
    assert_true(parses_to("1970-01-01t00:00:00.1z", 100));
    assert_true(parses_to("1970-01-01T00:00:00.01Z", 10));
    static const char whole[] = "1970-01-01T00:00:00.000+00:00";

    for (size_t i = 0; i < sizeof whole - 1; i++) { /* any byte wrong */
        static const char others[] = {'/', ':', ';', '-', ' ', 'x', '\0'};

        for (size_t j = 0; j < sizeof others; j++) {
            char *text = arena_string(&arena, whole);

            text[i] = others[j];
            if (strcmp(text, whole) != 0 && (whole[i] != '+' || others[j] != '-')) {
                assert_false(parse_iso_date(text, &ms));
            }
        }
    }
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static const char *json_of(double number)
{
    return value_json(&arena, value_number(&arena, number));
}

/* As ECMA-262 Number::toString writes them. */
static void test_numbers(void **state)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.5, "-0.5"},
        {7, "7"},
        {-7, "-7"},
        {999999999999999, "999999999999999"},
        {1e15, "1000000000000000"},
        {-1e15, "-1000000000000000"},
        {-999999999999999, "-999999999999999"},
        {1e15 + 1, "1000000000000001"},
        {9007199254740992, "9007199254740992"},
        {1e16, "10000000000000000"},
        {1e17, "100000000000000000"},
        {-1e17, "-100000000000000000"},
        {1.2e18, "1200000000000000000"},
        {-1.25e20, "-125000000000000000000"},
        {1.7956e18, "1795600000000000000"},
        {5e20, "500000000000000000000"},
        {-5e20, "-500000000000000000000"},
        {999999999999999900000.0, "999999999999999900000"},
        {1e21, "1e+21"},
        {-1e21, "-1e+21"},
        {1.5e300, "1.5e+300"},
        {0.1, "0.1"},
        {0.30000000000000004, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {1e15 + 0.5, "1000000000000000.5"},
        {123456789.125, "123456789.125"},
        {-0.0, "0"},
        {9.95, "9.95"}, /* 15 digits are enough, 16 would say 9.949999999999999 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(json_of(cases[i].number), cases[i].text);
    }
    for (double number = 1; number < 1e300; number *= 7.3) { /* what is written reads back */
        double numbers[] = {number, -number, 1 / number, -1 / number, number + 0.5};

        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
            double again = strtod(json_of(numbers[i]), NULL);

            assert_true(again >= numbers[i] && again <= numbers[i]);
        }
    }
    assert_string_equal(json_of(strtod("inf", NULL)), "null");
    assert_string_equal(json_of(strtod("-inf", NULL)), "null");
    assert_string_equal(json_of(strtod("nan", NULL)), "null");
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* How many bytes a character has, by its code point (RFC 3629). */
static size_t length_by_definition(const unsigned char *bytes, size_t rest)
{
    size_t length = bytes[0] < 0x80         ? 1
                    : (bytes[0] >> 5) == 6  ? 2
                    : (bytes[0] >> 4) == 14 ? 3
                    : (bytes[0] >> 3) == 30 ? 4
                                            : 0;
    uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t point = length == 0 ? 0 : length == 1 ? bytes[0] : (uint32_t)(bytes[0] & (0x7f >> length));

    if (length == 0 || length > rest) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if (bytes[i] >> 6 != 2) {
            return 0;
        }
        point = point << 6 | (uint32_t)(bytes[i] & 0x3f);
    }
    return point < least[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? 0 : length;
}

static void test_utf8_by_definition(void **state)
{
    static const unsigned char later[] = {0x7f, 0x80, 0xbf, 0xc0};
    unsigned tried = 0;

    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            for (size_t third = 0; third < sizeof later; third++) {
                for (size_t fourth = 0; fourth < sizeof later; fourth++) {
                    unsigned char bytes[] = {(unsigned char)first, (unsigned char)second, later[third], later[fourth]};

                    for (size_t rest = 1; rest <= sizeof bytes; rest++) {
                        if (utf8_length((const char *)bytes, rest) != length_by_definition(bytes, rest)) {
                            fail_msg("%02x %02x %02x %02x, %zu bytes", first, second, later[third], later[fourth],
                                     rest);
                        }
                        tried++;
                    }
                }
            }
        }
    }
    assert_int_equal(tried, 256 * 256 * 4 * 4 * 4);
}

static void test_every_byte_of_a_string(void **state)
{
    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        char text[] = {'a', (char)byte, 'b', '\0'};
        const char *expected = arena_printf(&arena,
                                            byte < ' '    ? "\"a\\u%04xb\""
                                            : byte < 0x80 ? "\"a%cb\""
                                                          : "\"a\\ufffdb\"",
                                            byte);
        const char *shorts = strchr("\"\"\\\\\nn\rr\tt\bb\ff", byte);

        if (shorts != NULL && (byte < ' ' || byte == '"' || byte == '\\')) {
            expected = arena_printf(&arena, "\"a\\%cb\"", shorts[1]);
        }
        assert_string_equal(value_json(&arena, value_string(&arena, text)), expected);
    }
}

/* About the room there is at first, and where it grows. */
static void test_texts_of_every_length(void **state)
{
    (void)state;
    for (int length = 0; length < 1200; length++) {
        char *text = arena_string(&arena, arena_printf(&arena, "%0*d", length + 1, 0));

        text[length] = '\0';
        const struct value *array = ARRAY(&arena, value_string(&arena, text), value_string(&arena, "end"));
        const char *json = value_json(&arena, array);

        assert_int_equal(strlen(json), length + 10);
        assert_string_equal(json + length + 2, "\",\"end\"]");
        arena_reset(&arena);
    }
}

#define EXPECT_PRINTED(...)                                                                                            \
    do {                                                                                                               \
        char expected_[4096];                                                                                          \
                                                                                                                       \
        snprintf(expected_, sizeof expected_, __VA_ARGS__);                                                            \
        assert_string_equal(arena_printf(&arena, __VA_ARGS__), expected_);                                             \
    } while (0)

/* Texts are printf's at every length about the room that the quick way has, for each conversion that it knows. */
static void test_printed_about_the_room_there_is(void **state)
{
    char padding[2100];

    (void)state;
    memset(padding, 'x', sizeof padding);
    for (int length = 2000; length < 2080; length++) {
        padding[length] = '\0';
        EXPECT_PRINTED("%s", padding);
        EXPECT_PRINTED("%s%d", padding, -5);
        EXPECT_PRINTED("%s%d.", padding, 7);
        EXPECT_PRINTED("%s%u", padding, 4000000000u);
        EXPECT_PRINTED("%s%u.", padding, 0u);
        EXPECT_PRINTED("%s%s", padding, "abc");
        EXPECT_PRINTED("%s%s%s", padding, "", "d");
        EXPECT_PRINTED("%s%.*s", padding, 3, "abcd");
        EXPECT_PRINTED("%s%.*s.", padding, 9, "abcd");
        EXPECT_PRINTED("%s%016llx", padding, 0x123456789abcdefULL);
        EXPECT_PRINTED("%s%016llx.", padding, 1ULL);
        EXPECT_PRINTED("%s abc %%", padding);
        padding[length] = 'x';
    }
    EXPECT_PRINTED("%d %d %u %s", 10, -10, 1234567890u, "x");
    EXPECT_PRINTED("%x %ld %c %5d", 10u, -10L, 'c', 3);
    EXPECT_PRINTED("%ld.", -10L);
    EXPECT_PRINTED("%lu.", 10UL);
    /* A format may itself be longer than the room. */
#define CHARACTERS_64 "0123456789012345678901234567890123456789012345678901234567890123"
#define CHARACTERS_512                                                                                                 \
    CHARACTERS_64 CHARACTERS_64 CHARACTERS_64 CHARACTERS_64 CHARACTERS_64 CHARACTERS_64 CHARACTERS_64 CHARACTERS_64
    EXPECT_PRINTED(CHARACTERS_512 CHARACTERS_512 CHARACTERS_512 CHARACTERS_512 CHARACTERS_512 "%s", "x");
    EXPECT_PRINTED(CHARACTERS_512 CHARACTERS_512 CHARACTERS_512 CHARACTERS_512 CHARACTERS_512);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static void test_memory_is_zero_aligned_and_ones_own(void **state)
{
    unsigned char *kept[600];

    (void)state;
    for (size_t size = 0; size < 600; size++) {
        kept[size] = arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)kept[size] % 16, 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(kept[size][i], 0);
        }
        memset(kept[size], (int)(size % 251), size);
    }
    unsigned char *large = arena_alloc(&arena, 100000);

    memset(large, 0xff, 100000);
    for (size_t size = 0; size < 600; size++) {
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(kept[size][i], size % 251);
        }
    }
    for (size_t i = 0; i < 1000; i++) { /* what was given back is zero again */
        arena_reset(&arena);
        unsigned char *bytes = arena_alloc(&arena, 4000);

        for (size_t j = 0; j < 4000; j += 13) {
            assert_int_equal(bytes[j], 0);
        }
        memset(bytes, 0xff, 4000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_dates_are_libcs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_which_dates_there_are, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_which_times_there_are, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_utf8_by_definition, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_byte_of_a_string, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_texts_of_every_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_printed_about_the_room_there_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory_is_zero_aligned_and_ones_own, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
