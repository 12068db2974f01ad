/* Values, their JSON text, dates; errors, names, caches, tables: the small things everything stands on. */
#include "core/cache.h"
#include "core/effect.h"
#include "core/error.h"
#include "core/names.h"
#include "core/revision.h"
#include "core/tests/test_arena.h"
#include "core/value.h"

#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct value *parse(const char *json)
{
    return value_parse(&arena, json, strlen(json));
}

static void test_json_comes_back_as_it_went(void **state)
{
    static const char *const texts[] = {"null",
                                        "true",
                                        "false",
                                        "0",
                                        "-1",
                                        "1.5",
                                        "0.1",
                                        "1e+21",
                                        "100000000000000000000",
                                        "1000000000000000",
                                        "-1795622947582000000",
                                        "12345678901234568",
                                        "\"\"",
                                        "\"a\"",
                                        "\"\\\"\\\\\\n\\r\\t\\b\\f\\u0001é\"",
                                        "[]",
                                        "{}",
                                        "[1,[2],{}]",
                                        "{\"a\":1,\"b\":{\"c\":[null]}}"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_string_equal(value_json(&arena, parse(texts[i])), texts[i]);
    }
    assert_string_equal(value_json(&arena, NULL), "null");
    assert_string_equal(value_json(&arena, value_number(&arena, (double)INFINITY)), "null");
    assert_string_equal(value_json(&arena, value_number(&arena, (double)NAN)), "null");
    assert_string_equal(value_json(&arena, value_number(&arena, 0.1 + 0.2)), "0.30000000000000004");
}

/* A name from a wire may be any bytes; JSON is UTF-8 (RFC 8259). */
static void test_what_is_no_utf8_is_replaced(void **state)
{
    /* Overlong, beyond the last, no first byte; and the first and last of each length (RFC 3629, section 4). */
    static const char *const bad[] = {
        "\xe0\x9f\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xed\xbf\xbf", "\xc1\xbf",
        "\x80",         "\xe2\x82"};
    static const char *const edges[] = {
        "\x01",         "\x7f",         "\xc2\x80",     "\xdf\xbf",         "\xe0\xa0\x80",     "\xed\x9f\xbf",
        "\xee\x80\x80", "\xef\xbf\xbf", "\xe1\xa0\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xf1\x80\x80\x80"};

    (void)state;
    assert_string_equal(value_json(&arena, value_string(&arena, "a\xc6"
                                                                "b")),
                        "\"a\\ufffdb\"");
    assert_string_equal(value_json(&arena, value_string(&arena, "\xe2\x82")), "\"\\ufffd\\ufffd\""); /* cut off */
    assert_string_equal(value_json(&arena, value_string(&arena, "\xc0\xaf")), "\"\\ufffd\\ufffd\""); /* overlong */
    assert_string_equal(value_json(&arena, value_string(&arena, "\xed\xa0\x80")),
                        "\"\\ufffd\\ufffd\\ufffd\""); /* surrogate */
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(utf8_length(bad[i], strlen(bad[i])), 0);
    }
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        assert_int_equal(utf8_length(edges[i], strlen(edges[i])), strlen(edges[i]));
    }
    assert_string_equal(value_json(&arena, value_string(&arena, "\xe2\x82\xac\n\xf0\x9f\x9a\xa2")),
                        "\"\xe2\x82\xac\\n\xf0\x9f\x9a\xa2\"");
}

static void test_a_key_that_is_there_twice(void **state)
{
    const char *many = "{";

    (void)state;
    assert_string_equal(value_json(&arena, parse("{\"a\":1,\"b\":2,\"a\":3}")), "{\"a\":3,\"b\":2}");
    assert_string_equal(value_json(&arena, parse("[{\"a\":{\"c\":1},\"a\":{\"b\":2,\"b\":null}}]")),
                        "[{\"a\":{\"b\":null}}]");
    for (int i = 0; i < 300; i++) {
        many = arena_printf(&arena, "%s\"%d\":%d,", many, i % 100, i);
    }
    const struct value *value = parse(arena_printf(&arena, "%s\"\":0}", many));

    assert_int_equal(value_count(value), 101);
    for (int i = 0; i < 100; i++) {
        assert_string_equal(value->members[i].key, arena_printf(&arena, "%d", i));
        assert_int_equal((int)value_to_number(value->members[i].value, 0), 200 + i);
    }
    assert_string_equal(value->members[100].key, "");
}

/* What stands behind a text's end is not looked at. */
static void test_a_text_has_its_length(void **state)
{
    (void)state;
    assert_string_equal(value_json(&arena, value_parse(&arena, "[1]x", 3)), "[1]");
    assert_null(value_parse(&arena, "[1]x", 4));
}

static void test_what_is_no_json_is_null(void **state)
{
    (void)state;
    assert_null(parse("{"));
    assert_null(parse("1 2"));
    assert_null(parse(""));
    assert_non_null(parse(" 1 \n"));
}

static void test_long_texts_grow(void **state)
{
    char text[5000];

    (void)state;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_int_equal(strlen(value_json(&arena, value_string(&arena, text))), sizeof text + 1);
    assert_int_equal(strlen(arena_printf(&arena, "%s!", text)), sizeof text);
}

/* Texts come out as printf has them, whoever makes them. */
static void test_texts_are_printfs(void **state)
{
    const char *volatile nothing = NULL; /* the compiler must not know */

    (void)state;
    assert_string_equal(arena_printf(&arena, "%s", ""), "");
    assert_string_equal(arena_printf(&arena, "%d %d %d", INT_MIN, 0, INT_MAX), "-2147483648 0 2147483647");
    assert_string_equal(arena_printf(&arena, "<%s:%u>", "a", UINT_MAX), "<a:4294967295>");
    assert_string_equal(arena_printf(&arena, "%s 100%% %d", "a", 1), "a 100% 1");
    assert_string_equal(arena_printf(&arena, "%s %.1f %3d", "a", 0.25, 7), "a 0.2   7");
    assert_string_equal(arena_printf(&arena, "%d %s", 1, nothing), "1 (null)");
    assert_string_equal(arena_printf(&arena, "%.*s|%.*s|%.*s", 2, "abc", 0, "abc", -1, "abc"), "ab||abc");
    assert_string_equal(arena_printf(&arena, "%016llx %016llx", 0xfedcba9876543210ull, 0x10ull),
                        "fedcba9876543210 0000000000000010");
    assert_string_equal(arena_printf(&arena, "%016x %08llx", 10u, 11ull), "000000000000000a 0000000b");
    for (int length = 2040; length < 2060; length++) { /* about the room there is */
        assert_int_equal(strlen(arena_printf(&arena, "%0*d", length, 0)), length);
        assert_string_equal(arena_printf(&arena, "%s%016llx", arena_printf(&arena, "%0*d", length - 16, 0), 0xabull),
                            arena_printf(&arena, "%0*d%s", length - 16, 0, "00000000000000ab"));
        assert_int_equal(strlen(arena_printf(&arena, "%s7%s", arena_printf(&arena, "%0*d", length - 1, 0), "")),
                         length);
    }
}

static void test_dates(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } dates[] = {{"1970-01-01T00:00:00.000Z", 0},
                 {"2026-03-27T00:40:00.000Z", 1774572000000},
                 {"2028-02-29T23:59:59.999Z", 1835481599999},
                 {"2038-01-19T03:14:08.000Z", 2147483648000},
                 {"1969-12-31T23:59:59.999Z", -1},
                 {"9999-12-31T23:59:59.999Z", 253402300799999},
                 {"0000-01-01T00:00:00.000Z", -62167219200000},
                 {"2000-02-29T12:00:00.000Z", 951825600000}};
    int64_t ms = 0;

    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        assert_string_equal(value_iso_date(&arena, dates[i].ms), dates[i].text);
        assert_true(parse_iso_date(dates[i].text, &ms));
        assert_int_equal(ms, dates[i].ms);
    }
    assert_string_equal(value_iso_date(&arena, 253402300800000), "+010000-01-01T00:00:00.000Z");
    assert_string_equal(value_iso_date(&arena, -62167219200001), "-000001-12-31T23:59:59.999Z");
    /* Where an era of 400 years begins, hours and minutes on the dot. */
    assert_string_equal(value_iso_date(&arena, -74784729660000), "-000400-03-01T23:59:00.000Z");
    assert_string_equal(value_iso_date(&arena, 253402383600000), "+010000-01-01T23:00:00.000Z");
    assert_true(parse_iso_date("2026-03-27T02:40:00+02:00", &ms));
    assert_int_equal(ms, 1774572000000);
    assert_true(parse_iso_date("2026-03-27T00:40:00z", &ms));
    assert_int_equal(ms, 1774572000000);
    assert_true(parse_iso_date("2026-03-26t20:40:00.5-04:00", &ms));
    assert_int_equal(ms, 1774572000500);
}

static void test_what_is_no_date(void **state)
{
    static const char *const bad[] = {"",
                                      "2026",
                                      "2026-13-01T00:00:00Z",
                                      "2026-02-29T00:00:00Z",
                                      "2026-00-01T00:00:00Z",
                                      "2026-01-00T00:00:00Z",
                                      "2026-01-01 00:00:00Z",
                                      "2026-01-01T24:00:00Z",
                                      "2026-01-01T00:60:00Z",
                                      "2026-01-01T00:00:60Z",
                                      "2026-01-01T00:00:00",
                                      "2026-01-01T00:00:00.Z",
                                      "2026-01-01T00:00:00+24:00",
                                      "2026-01-01T00:00:00+0200",
                                      "2026-01-01T00:00:00+x2:00",
                                      "2026-01-01T00:00:00+02:x0",
                                      "2026-01-01Tx0:00:00Z",
                                      "2026-01-01T0000:00Z",
                                      "2026-01-01T00:0000Z",
                                      "2026-01-01T00:00:00./Z",
                                      "2026-01-01T00:00:00+02:60",
                                      "2026-01-01T00:00:00Zx",
                                      "2026-1-01T00:00:00Z"};
    int64_t ms = 0;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(parse_iso_date(bad[i], &ms));
    }
    assert_int_equal(value_to_instant(value_number(&arena, 5), -7), -7);
    assert_int_equal(value_to_instant(value_string(&arena, "never"), -7), -7);
    assert_int_equal(value_to_instant(value_date(&arena, 9), -7), 9);
    assert_int_equal(value_to_instant(NULL, -7), -7);
}

static void test_equal_content_equal_hash(void **state)
{
    const struct value *left = parse("{\"a\":[1,\"x\",null,true],\"b\":{\"c\":2.5}}");
    const struct value *right = parse("{\"a\":[1,\"x\",null,true],\"b\":{\"c\":2.5}}");

    (void)state;
    assert_true(left->hash == right->hash);
    assert_true(value_equal(left, right));
    assert_true(value_equal(left, value_copy(&arena, left)));
    assert_true(value_equal(value_date(&arena, 3), value_date(&arena, 3)));
    assert_false(value_equal(left, parse("{\"a\":[1,\"x\",null,false],\"b\":{\"c\":2.5}}")));
    assert_false(value_equal(left, NULL));
    assert_false(value_equal(NULL, left));
    assert_true(value_equal(NULL, NULL));
    assert_false(value_equal(value_date(&arena, 3), value_number(&arena, 3)));
    assert_true(value_number(&arena, -0.0)->hash == value_number(&arena, 0)->hash);
}

/* A copy has every part that differs of its own, and the others in common with what it was made like. */
static void test_a_copy_shares(void **state)
{
    const struct value *like = parse("{\"a\":[1,\"x\",{\"k\":\"v\"}],\"b\":{\"c\":2.5},\"d\":\"e\"}");
    const struct value *given = parse("{\"b\":{\"c\":2.5},\"a\":[1,\"y\",{\"k\":\"v\"},3],\"d\":7}");
    const struct value *copy = value_copy_sharing(&arena, given, like);

    (void)state;
    assert_true(value_equal(copy, given));
    assert_string_equal(value_json(&arena, copy), value_json(&arena, given));
    assert_ptr_equal(value_get(copy, "b"), value_get(like, "b"));
    assert_ptr_equal(value_at(value_get(copy, "a"), 2), value_at(value_get(like, "a"), 2));
    assert_ptr_not_equal(value_at(value_get(copy, "a"), 1), value_at(value_get(given, "a"), 1));
    assert_ptr_not_equal(value_get(copy, "d"), value_get(given, "d"));
    assert_ptr_equal(value_copy_sharing(&arena, parse("\"x\""), value_at(value_get(like, "a"), 1)),
                     value_at(value_get(like, "a"), 1));
    assert_ptr_equal(value_copy_sharing(&arena, given, copy), copy);
    assert_true(value_equal(value_copy_sharing(&arena, given, parse("[1]")), given));
    assert_true(value_equal(value_copy_sharing(&arena, parse("[1]"), given), parse("[1]")));
    like = parse("{\"a\":[1],\"b\":[2]}");
    copy = value_copy_sharing(&arena, parse("{\"a\":[1],\"b\":[3]}"), like);
    assert_ptr_equal(value_get(copy, "a"), value_get(like, "a"));
    given = parse("{\"a\":[1],\"b\":[3],\"c\":[4]}"); /* has more than what it is to be like */
    assert_true(value_equal(value_copy_sharing(&arena, given, like), given));
}

/* What has no content of its own takes no memory. */
static void test_a_copy_of_what_there_is_once(void **state)
{
    (void)state;
    assert_null(value_copy(&arena, NULL));
    assert_ptr_equal(value_copy(&arena, value_null()), value_null());
    assert_ptr_equal(value_copy(&arena, value_bool(true)), value_bool(true));
    assert_ptr_equal(value_copy(&arena, value_bool(false)), value_bool(false));
    assert_ptr_equal(value_copy(&arena, value_empty_object()), value_empty_object());
    assert_ptr_equal(value_copy(&arena, value_empty_array()), value_empty_array());
}

/* Values with one hash and other content must not be taken for equal. */
static void test_equal_hash_is_not_enough(void **state)
{
    static const char *const pairs[][2] = {
        {"1", "2"},        {"2", "1"},     {"\"a\"", "\"b\""},         {"[1]", "[1,2]"},
        {"\"a\"", "1"},    {"[1]", "[2]"}, {"{\"a\":1}", "{\"a\":2}"}, {"{\"a\":1}", "{\"b\":1}"},
        {"true", "false"}, {"null", "1"},  {"[1,2]", "[1,3]"},         {"{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}"}};

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct value left = *parse(pairs[i][0]);
        struct value right = *parse(pairs[i][1]);

        right.hash = left.hash;
        assert_false(value_equal(&left, &right));
    }
    struct value null = *value_null();

    assert_true(value_equal(&null, value_null()));
    struct value early = *value_date(&arena, 1);
    struct value late = *value_date(&arena, 2);

    late.hash = early.hash;
    assert_false(value_equal(&early, &late));
}

static void test_undefined_members_vanish(void **state)
{
    const struct value *object = OBJECT(&arena, {"a", NULL}, {"b", value_null()});

    (void)state;
    assert_string_equal(value_json(&arena, object), "{\"b\":null}");
    assert_ptr_equal(OBJECT(&arena, {"a", NULL}), value_empty_object());
    assert_string_equal(value_json(&arena, ARRAY(&arena, NULL, value_bool(true))), "[null,true]");
    assert_string_equal(value_json(&arena, value_with(&arena, object, "b", value_bool(false))), "{\"b\":false}");
    assert_string_equal(value_json(&arena, value_with(&arena, object, "c", value_bool(true))),
                        "{\"b\":null,\"c\":true}");
    assert_ptr_equal(value_without(&arena, object, "z"), object);
    assert_ptr_equal(value_without(&arena, object, "b"), value_empty_object());
}

static void test_what_is_no_object_has_no_members(void **state)
{
    (void)state;
    assert_string_equal(value_json(&arena, value_with(&arena, parse("[1,2,3]"), "a", value_null())), "{\"a\":null}");
    assert_string_equal(value_json(&arena, value_with(&arena, NULL, "a", value_null())), "{\"a\":null}");
    assert_string_equal(value_json(&arena, value_append(&arena, parse("{\"a\":1}"), value_null())), "[null]");
    assert_string_equal(value_json(&arena, value_append(&arena, NULL, value_null())), "[null]");
}

static void test_readers_take_anything(void **state)
{
    (void)state;
    assert_null(value_get(NULL, "a"));
    assert_null(value_get(value_null(), "a"));
    assert_true(value_truthy(value_get(parse("{\"\":true,\"a\":false}"), ""))); /* the empty key is one */
    assert_null(value_get(parse("{\"a\":1}"), ""));
    assert_null(value_at(NULL, 0));
    assert_null(value_at(parse("[1]"), 1));
    assert_null(value_text(parse("1")));
    assert_int_equal(value_count(parse("\"abc\"")), 0);
    assert_int_equal((int)value_to_number(parse("\"1\""), 7), 7);
    assert_int_equal((int)value_to_number(value_date(&arena, 5), 7), 5);
    assert_false(value_is_text(NULL, "a"));
    assert_null(value_string(&arena, NULL));
    assert_null(value_copy(&arena, NULL));
}

static void test_truthiness_is_javascripts(void **state)
{
    static const char *const falsy[] = {"null", "false", "0", "\"\""};
    static const char *const truthy[] = {"true", "1", "\"0\"", "[]", "{}"};

    (void)state;
    for (size_t i = 0; i < sizeof falsy / sizeof falsy[0]; i++) {
        assert_false(value_truthy(parse(falsy[i])));
    }
    for (size_t i = 0; i < sizeof truthy / sizeof truthy[0]; i++) {
        assert_true(value_truthy(parse(truthy[i])));
    }
    assert_false(value_truthy(NULL));
    assert_false(value_truthy(value_number(&arena, (double)NAN)));
    assert_true(value_truthy(value_date(&arena, 0)));
}

static void test_errors(void **state)
{
    const struct error *error = error_with_status(&arena, 404, "ENOENT", "no %s", "such thing");
    const struct error *copy = error_copy(&arena, error);

    (void)state;
    assert_string_equal(error_text(&arena, copy), "Error: no such thing");
    assert_string_equal(value_json(&arena, error_value(&arena, copy)),
                        "{\"message\":\"no such thing\",\"status\":404,\"code\":\"ENOENT\"}");
    assert_null(error_copy(&arena, NULL));
    assert_string_equal(value_json(&arena, error_value(&arena, error_new(&arena, "TypeError", "x"))),
                        "{\"message\":\"x\"}");
}

static void test_0_3_names(void **state)
{
    (void)state;
    assert_string_equal(component_identifier(&arena, 4, "web", "app"), "web_app");
    assert_string_equal(component_identifier(&arena, 3, "web", "app"), "app");
    assert_string_equal(get_app_identifier(&arena, "web_app"), "fluxweb_app");
    assert_string_equal(get_app_identifier(&arena, "fluxweb_app"), "fluxweb_app");
    assert_string_equal(get_app_identifier(&arena, "zelapp"), "zelapp");
    assert_string_equal(get_app_identifier(&arena, "KadenaChainWebNode"), "zelKadenaChainWebNode");
    assert_string_equal(get_app_identifier(&arena, "FoldingAtHomeB"), "zelFoldingAtHomeB");
    assert_string_equal(identifier_from_docker_name("/zelapp"), "app");
    assert_string_equal(identifier_from_docker_name("/fluxweb_app"), "web_app");
    assert_string_equal(identifier_from_docker_name("/x"), "");
    assert_string_equal(main_app_name(&arena, "web_app_more"), "app");
    assert_string_equal(main_app_name(&arena, "app"), "app");
    assert_true(is_flux_container("/fluxa") && is_flux_container("/zela") && !is_flux_container("/other"));
}

static void test_cache_ages_and_bounds(void **state)
{
    struct cache cache;
    int a = 0;

    (void)state;
    cache_init(&cache, &arena, 2, 100);
    cache_set(&cache, "a", &a, 0);
    cache_set(&cache, "b", &a, 10);
    assert_non_null(cache_get(&cache, "a", 50)); /* reading makes it recent but does not renew its age */
    cache_set(&cache, "c", &a, 60);
    assert_null(cache_get(&cache, "b", 60)); /* the least recently used went */
    assert_null(cache_get(&cache, "a", 100));
    assert_non_null(cache_get(&cache, "c", 100));
    cache_set(&cache, "c", NULL, 100);
    assert_null(cache_get(&cache, "c", 100));
    cache_delete(&cache, "c");
    cache_delete(&cache, "never");
    assert_int_equal(cache.count, 0);
    cache_set(&cache, "d", &a, 100);
    cache_clear(&cache);
    assert_null(cache_get(&cache, "d", 100));
}

static void test_tables(void **state)
{
    enum effect_id id = EFFECT_COUNT;
    enum fault_kind kind = FAULT_NONE;
    uint32_t bit = 0;

    (void)state;
    assert_true(effect_by_name("docker containers.prune", &id));
    assert_int_equal(id, EFFECT_DOCKER_CONTAINERS_PRUNE);
    assert_false(effect_by_name("docker container.prune", &id));
    assert_true(fault_by_name("lost-reply", &kind));
    assert_true(fault_info(kind)->happens);
    assert_int_equal(fault_info(FAULT_NONE)->status, 0);
    assert_false(fault_by_name("none", &kind));
    assert_string_equal(object_class_name(0), "containers");
    assert_string_equal(object_class_name(13), "engine");
    assert_null(object_class_name(14));
    assert_true(switch_by_name("guard-decrypts", &bit));
    assert_int_equal(bit, SWITCH_GUARD_DECRYPTS);
    assert_false(switch_by_name("guard", &bit));
    assert_string_equal(switch_info(0)->name, "guard-decrypts");
    assert_string_equal(switch_info(0)->file, "core/switches.def");
    assert_true(switch_info(0)->line > 1 && switch_info(0)->line < switch_info(1)->line);
    assert_int_equal(revision_by_name("8.9.1")->switches, 0);
    assert_true((revision_by_name("8.9.2")->switches & SWITCH_GUARD_DECRYPTS) != 0);
    assert_null(revision_by_name("8.9.3"));
    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        assert_true(effect_by_name(effect_info((enum effect_id)i)->name, &id));
        assert_int_equal(id, i);
    }
}

/* The cast of what is beyond the type would be undefined. */
static void test_whole_numbers_have_limits(void **state)
{
    static const char text[] = "{\"a\":3.9,\"b\":-3.9,\"c\":1e300,\"d\":-1e300,\"e\":\"3\",\"f\":2147483648}";
    const struct value *object = value_parse(&arena, text, strlen(text));

    (void)state;
    assert_int_equal(value_get_int(object, "a", 7), 3);
    assert_int_equal(value_get_int(object, "b", 7), -3);
    assert_int_equal(value_get_int(object, "c", 7), INT_MAX);
    assert_int_equal(value_get_int(object, "d", 7), INT_MIN);
    assert_int_equal(value_get_int(object, "e", 7), 7);
    assert_int_equal(value_get_int(object, "f", 7), INT_MAX);
    assert_int_equal(value_get_int(object, "g", 7), 7);
    assert_true(value_get_whole(object, "f", 7) == INT64_C(2147483648));
    assert_true(value_get_whole(object, "c", 7) == INT64_C(9007199254740992));
    assert_true(number_to_whole(-INFINITY) == -INT64_C(9007199254740992));
    assert_true(number_to_whole(NAN) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_json_comes_back_as_it_went, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_key_that_is_there_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_text_has_its_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_json_is_null, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_utf8_is_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_texts_grow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_texts_are_printfs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_date, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_equal_content_equal_hash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_copy_shares, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_copy_of_what_there_is_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_equal_hash_is_not_enough, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_undefined_members_vanish, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_object_has_no_members, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_readers_take_anything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_truthiness_is_javascripts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_0_3_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cache_ages_and_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_whole_numbers_have_limits, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
