/* The loader: the schema and it know the same keys, defaults are as said. What it says of broken files:
 * bad_input_test.c. */
#include "sim/scenario/loader.h"
#include "sim/scenario/pretty_json.h"
#include "sim/scenario/units.h"
#include "sim/tests/test_run.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_SIZE_MAX = 256 * 1024 };

/* Tests run from the root of the project. */
static char *read_whole(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text = malloc(FILE_SIZE_MAX);

    if (file == NULL || text == NULL) {
        fail_msg("cannot read %s", path);
    }
    *length = fread(text, 1, FILE_SIZE_MAX - 1, file);
    text[*length] = '\0';
    fclose(file);
    return text;
}

static void test_unreadable_and_too_large_files(void **state)
{
    struct arena arena;
    struct scenario_mistake mistake = {NULL};

    (void)state;
    arena_init(&arena, arena_source_malloc());
    assert_null(scenario_load(&arena, "no/such/file.json", &mistake));
    assert_string_equal(mistake.text, "no/such/file.json:1:1: No such file or directory");
    assert_null(scenario_parse(&arena, "x", "", (size_t)JSON_SIZE_MAX + 1, &mistake));
    assert_non_null(strstr(mistake.text, "expected at most 16777216"));
    arena_reset(&arena);
}

static const cJSON *schema_object(const cJSON *schema, const char *name)
{
    return name[0] == '\0' ? schema : cJSON_GetObjectItem(cJSON_GetObjectItem(schema, "$defs"), name);
}

/* Both ways, object by object. */
static void test_schema_and_loader_know_the_same_keys(void **state)
{
    size_t length = 0;
    char *text = read_whole("scenarios/schema.json", &length);
    cJSON *schema = cJSON_Parse(text);

    (void)state;
    assert_non_null(schema);
    for (size_t i = 0; loader_shapes[i] != NULL; i++) {
        const struct object_shape *shape = loader_shapes[i];
        const cJSON *object = schema_object(schema, shape->schema);
        const cJSON *properties = cJSON_GetObjectItem(object, "properties");

        if (properties == NULL || cJSON_GetArraySize(properties) != (int)shape->count) {
            fail_msg("%s: the schema has %d keys, the loader %zu", shape->title,
                     properties == NULL ? 0 : cJSON_GetArraySize(properties), shape->count);
        }
        for (size_t j = 0; j < shape->count; j++) {
            const cJSON *required = NULL;
            bool listed = false;

            if (cJSON_GetObjectItemCaseSensitive(properties, shape->fields[j].key) == NULL) {
                fail_msg("%s: the schema lacks \"%s\"", shape->title, shape->fields[j].key);
            }
            cJSON_ArrayForEach (required, cJSON_GetObjectItem(object, "required")) {
                listed = listed || strcmp(cJSON_GetStringValue(required), shape->fields[j].key) == 0;
            }
            assert_int_equal(listed, shape->fields[j].required);
        }
        assert_true(cJSON_IsFalse(cJSON_GetObjectItem(object, "additionalProperties")));
    }
    cJSON_Delete(schema);
    free(text);
}

static void test_defaults(void **state)
{
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    const struct scenario *scenario = test_scenario(
        &test,
        "{\"name\":\"x\",\"world\":{\"apps\":[{\"name\":\"a\"},{\"name\":\"b\",\"containerData\":\"g:/d\"},{\"name\":"
        "\"c\"}]},\"actors\":[{\"actor\":\"check\"},{\"actor\":\"install\",\"app\":\"c\",\"at\":\"1h30m\"}]}");

    assert_int_equal(scenario->revision_count, 2);
    assert_int_equal(scenario->clock_ms, 1767225600000);
    assert_int_equal(scenario->actors[0].every_ms, 3600000);
    assert_string_equal(scenario->actors[1].task, "install:c");
    assert_int_equal(scenario->actors[1].at_ms, 5400000);
    assert_string_equal(scenario->world.apps[0].components[0].app_id, "fluxweb_a");
    assert_int_equal(scenario->world.apps[0].components[0].container, CONTAINER_RUNNING);
    assert_int_equal(scenario->world.apps[1].components[0].container, CONTAINER_CREATED);
    assert_true(scenario->world.apps[0].installed && scenario->world.apps[0].announced);
    assert_false(scenario->world.apps[2].installed || scenario->world.apps[2].announced);
    assert_int_equal(scenario->world.peer_count, 2);
    test_run_end(&test);
}

/* A specification as it comes from the network is an app; the world's own keys are not part of it. */
static void test_pasted_specifications_of_every_version(void **state)
{
    static const char *const apps[] = {
        "\"version\":1,\"repotag\":\"a/"
        "b:c\",\"port\":30000,\"containerPort\":80,\"enviromentParameters\":[],\"commands\":[],"
        "\"containerData\":\"/d\",\"cpu\":0.5,\"ram\":500,\"hdd\":5,\"tiered\":true,\"cpubasic\":0.5",
        "\"version\":2,\"ports\":[\"30000\"],\"containerPorts\":[\"80\"],\"domains\":[\"\"]",
        "\"version\":3,\"instances\":5",
        "\"version\":4,\"compose\":[{\"name\":\"x\"}]",
        "\"version\":5,\"contacts\":[]",
        "\"version\":6,\"expire\":22000",
        "\"version\":7,\"nodes\":[],\"staticip\":true",
        "\"version\":8,\"enterprise\":\"\",\"datacenter\":false,\"state\":\"stopped\""};

    (void)state;
    for (size_t i = 0; i < sizeof apps / sizeof apps[0]; i++) {
        struct test_run test;
        char json[1024];

        test_run_begin(&test);
        snprintf(
            json, sizeof json,
            "{\"name\":\"x\",\"world\":{\"apps\":[{\"name\":\"app\",%s}]},\"actors\":[{\"actor\":\"remove\",\"app\":"
            "\"app\"}],\"expect\":{\"apps\":{\"app\":\"removed\"}}}",
            apps[i]);
        const struct scenario *scenario = test_scenario(&test, json);

        assert_int_equal(scenario->world.apps[0].version, (int)i + 1);
        assert_null(value_get(scenario->world.apps[0].spec, "state"));
        assert_true(test_run_scenario(&test, scenario, "8.9.2", 0)->as_expected);
        test_run_end(&test);
    }
}

static void test_units(void **state)
{
    static const char *const bad[] = {"", "5", "m", "5 m", "5x", "1.", ".5s", "-5m", "5m5", "99999999999d"};
    int64_t ms = 0;
    double bytes = 0;

    (void)state;
    assert_true(parse_duration("1d2h3m4s5ms", &ms));
    assert_int_equal(ms, ((26 * 60 + 3) * 60 + 4) * 1000 + 5);
    assert_true(parse_duration("1.5s", &ms));
    assert_int_equal(ms, 1500);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(parse_duration(bad[i], &ms));
    }
    assert_true(parse_size("1.5GB", &bytes));
    assert_int_equal((int64_t)bytes, 1500000000);
    assert_true(parse_size("1GiB", &bytes));
    assert_int_equal((int64_t)bytes, 1073741824);
    assert_false(parse_size("5", &bytes) || parse_size("5 GB", &bytes) || parse_size("9999999TB", &bytes));
}

/* Found by the fuzzer: a key's quotes and control characters are escaped, on one line and on several. */
static void test_what_is_written_for_people_is_json(void **state)
{
    static const char short_text[] = "{\"a\\n\\\"b\":{\"c\\td\":[1]}}";
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    const struct value *value = value_parse(&arena, short_text, strlen(short_text));
    const struct value *wide = OBJECT(&arena, {"e\\", value}, {"f", value_format(&arena, "%0130d", 0)});

    assert_string_equal(pretty_json(&arena, value), "{\n  \"a\\n\\\"b\": {\"c\\td\": [1]}\n}");
    wide = OBJECT(&arena, {"g", wide});
    const char *text = pretty_json(&arena, wide);

    assert_non_null(strstr(text, "\n    \"e\\\\\": {\"a\\n\\\"b\": "));
    assert_true(value_equal(value_parse(&arena, text, strlen(text)), wide));
    arena_reset(&arena);
}

/* A time just below a unit was "1e+03 us". */
static void test_rounded_numbers_have_no_exponent(void **state)
{
    static const struct {
        uint64_t ns;
        const char *text;
    } cases[] = {
        {0, "0 ns"},
        {999, "999 ns"},
        {999499, "999 us"},
        {999600, "1 ms"},
        {1234567, "1.23 ms"},
        {999600000, "1 s"},
        {12345678901, "12.3 s"},
        {1234567890123, "1,235 s"},
        {UINT64_MAX, "18,446,744,074 s"},
    };
    char text[GROUPED_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(elapsed_text(cases[i].ns, text), cases[i].text);
    }
    assert_string_equal(rounded_text(0.5, text), "0.5");
    assert_string_equal(rounded_text(999.49, text), "999");
    assert_string_equal(rounded_text(999.5, text), "1,000");
    assert_string_equal(rounded_text(123456, text), "123,456");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unreadable_and_too_large_files),
        cmocka_unit_test(test_what_is_written_for_people_is_json),
        cmocka_unit_test(test_rounded_numbers_have_no_exponent),
        cmocka_unit_test(test_schema_and_loader_know_the_same_keys),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_pasted_specifications_of_every_version),
        cmocka_unit_test(test_units),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
