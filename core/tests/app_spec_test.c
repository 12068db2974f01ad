/* Specifications as objects, and specificationFormatter by version: lifecycle.md 3.5, 1.6, 12.5. */
#include "core/app_spec.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- 3.5 --------------------------------------------------------------------------------------------------------- */

/* In the formatter's order: of which versions, whether it must be there, and one value that is of no use. */
static const struct {
    const char *name, *value;
    int first, last;
    bool required;
    const char *bad; /* NULL: anything will do */
} fields[] = {
    {"version", NULL, 1, 8, true, NULL},
    {"name", "\"app\"", 1, 8, true, NULL},
    {"description", "\"d\"", 1, 8, true, NULL},
    {"owner", "\"o\"", 1, 8, true, NULL},
    {"repotag", "\"a/b:1\"", 1, 3, true, NULL},
    {"port", "31000", 1, 1, false, "\"x\""},
    {"containerPort", "80", 1, 1, false, "[]"},
    {"ports", "[31000]", 2, 3, true, "\"x\""},
    {"containerPorts", "[80]", 2, 3, true, "7"},
    {"domains", "[\"\"]", 2, 3, false, "{}"},
    {"enviromentParameters", "[\"A=B\"]", 1, 3, false, "7"},
    {"commands", "[\"sh\"]", 1, 3, false, "7"},
    {"containerData", "\"/d\"", 1, 3, true, NULL},
    {"cpu", "0.5", 1, 3, true, "{}"},
    {"ram", "100", 1, 3, true, "true"},
    {"hdd", "1", 1, 3, true, "\"1x\""},
    {"tiered", "true", 1, 3, false, NULL},
    {"cpubasic", "0.1", 1, 3, false, "[]"},
    {"cpusuper", "0.2", 1, 3, false, "[]"},
    {"cpubamf", "0.3", 1, 3, false, "[]"},
    {"rambasic", "101", 1, 3, false, "[]"},
    {"ramsuper", "102", 1, 3, false, "[]"},
    {"rambamf", "103", 1, 3, false, "[]"},
    {"hddbasic", "2", 1, 3, false, "[]"},
    {"hddsuper", "3", 1, 3, false, "[]"},
    {"hddbamf", "4", 1, 3, false, "[]"},
    {"compose", "[]", 4, 8, true, "{}"},
    {"instances", "3", 3, 8, true, "[]"},
    {"contacts", "[\"c\"]", 5, 8, true, "7"},
    {"geolocation", "[]", 5, 8, true, "7"},
    {"expire", "88000", 6, 8, true, "[]"},
    {"nodes", "[]", 7, 8, true, "7"},
    {"staticip", "true", 7, 8, true, NULL},
    {"datacenter", "{\"x\":1}", 8, 8, false, NULL},
    {"enterprise", "\"e\"", 8, 8, false, NULL},
};
enum { FIELDS = sizeof fields / sizeof fields[0], NONE = -1 };

static bool is_of(size_t field, int version)
{
    return version >= fields[field].first && version <= fields[field].last;
}

/* A document with all fields of all versions but one, which has `instead` (NULL: nothing). `only`: of this version
 * alone. */
static const char *document(struct script *script, int version, int field, const char *instead, bool only)
{
    struct arena *arena = &script->arena;
    const char *text = "{";

    for (int i = 0; i < FIELDS; i++) {
        const char *value = i == field ? instead : i == 0 ? arena_printf(arena, "%d", version) : fields[i].value;

        if (value != NULL && (!only || is_of((size_t)i, version))) {
            text = arena_printf(arena, "%s%s\"%s\":%s", text, text[1] == '\0' ? "" : ",", fields[i].name, value);
        }
    }
    return arena_printf(arena, "%s}", text);
}

static const char *formatted(struct script *script, const char *json)
{
    struct app_spec *result = NULL;
    const struct error *error = specification_formatter(&script->task, script_spec(script, json), &result);

    return error != NULL ? error_text(&script->arena, error) : value_json(&script->arena, result->document);
}

static void test_3_5_fields_by_version(void **state)
{
    (void)state;
    for (int version = 1; version <= 8; version++) {
        struct script script;

        script_begin(&script, "8.9.2");
        /* hash, height and what belongs to other versions are dropped; the order is the formatter's */
        assert_string_equal(formatted(&script, document(&script, version, NONE, NULL, false)),
                            document(&script, version, NONE, NULL, true));
        for (int field = 1; field < FIELDS; field++) {
            const char *name = fields[field].name;
            const char *missing =
                arena_printf(&script.arena, "Error: Missing Flux App specification parameter %s", name);
            const char *without = document(&script, version, field, NULL, true);
            bool throws = is_of((size_t)field, version) && fields[field].required;

            assert_string_equal(formatted(&script, document(&script, version, field, NULL, false)),
                                throws ? missing : without);
            assert_string_equal(formatted(&script, document(&script, version, field, "null", false)),
                                throws ? missing : without);
            if (fields[field].bad != NULL && is_of((size_t)field, version)) {
                assert_string_equal(
                    formatted(&script, document(&script, version, field, fields[field].bad, false)),
                    arena_printf(&script.arena, "Error: Invalid Flux App specification parameter %s", name));
            }
            script.node.memo.count = 0; /* the memo keeps so many */
            memset(&script.node.memo, 0, sizeof script.node.memo);
        }
        script_end(&script);
    }
}

static void test_3_5_other_versions_throw(void **state)
{
    static const char *const versions[] = {"{\"version\":0}", "{\"version\":9}", "{}", "{\"version\":-1}"};
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        assert_string_equal(formatted(&script, versions[i]), "Error: Missing Flux App specification parameter version");
    }
    script_end(&script);
}

static int index_of(const char *name)
{
    int index = 0;

    while (strcmp(fields[index].name, name) != 0) {
        index++;
    }
    return index;
}

static void test_3_5_coercion_and_limits(void **state)
{
    static const struct {
        const char *field;
        int version;
        const char *given, *kept; /* kept NULL: throws */
    } cases[] = {
        {"instances", 3, "2", NULL},           {"instances", 3, "100", "100"},
        {"instances", 8, "101", NULL},         {"instances", 8, "3", "3"},
        {"instances", 4, "\"7\"", "7"},        {"expire", 6, "1056000", "1056000"},
        {"expire", 6, "1056001", NULL},        {"expire", 8, "1056001", NULL},
        {"staticip", 7, "\"false\"", "false"}, {"staticip", 7, "\"true\"", "true"},
        {"staticip", 7, "0", "false"},         {"staticip", 7, "1", "true"},
        {"contacts", 5, "\"[1]\"", "[1]"},     {"contacts", 5, "\"{}\"", NULL},
        {"contacts", 5, "\"[\"", NULL},        {"name", 4, "7", "\"7\""},
        {"description", 4, "[1]", "\"[1]\""},  {"expire", 6, "\"5\"", "5"},
        {"expire", 6, "\"[5]\"", NULL},        {"tiered", 3, "\"false\"", "false"},
        {"expire", 6, "false", NULL},          {"nodes", 8, "{}", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        int field = index_of(cases[i].field);

        script_begin(&script, "8.9.2");
        const char *got = formatted(&script, document(&script, cases[i].version, field, cases[i].given, true));

        if (cases[i].kept == NULL) {
            assert_memory_equal(got, "Error: ", 7);
        } else {
            assert_string_equal(got, document(&script, cases[i].version, field, cases[i].kept, true));
        }
        script_end(&script);
    }
}

static void test_3_5_expire_below_version_6_is_not_looked_at(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_string_equal(formatted(&script, document(&script, 5, index_of("expire"), "9999999", false)),
                        document(&script, 5, NONE, NULL, true));
    assert_string_equal(formatted(&script, document(&script, 2, index_of("instances"), "1", false)),
                        document(&script, 2, NONE, NULL, true));
    script_end(&script);
}

/* ---- objects ----------------------------------------------------------------------------------------------------- */

static void test_missing_fields_are_nothing(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    const struct app_spec *empty = script_spec(&script, "{}");

    assert_int_equal(empty->version, 0);
    assert_string_equal(empty->name, "undefined");
    assert_true(empty->hash == NULL && empty->owner == NULL && empty->enterprise == NULL && !empty->has_compose);
    assert_int_equal(empty->component_count, 1); /* version ≤ 3: the app itself */
    assert_null(empty->components[0].container_data);
    assert_true(!(empty->components[0].in_place.cpu > 0 || empty->components[0].in_place.ram > 0 ||
                  empty->components[0].in_place.hdd > 0));
    assert_null(empty->components[0].in_place.env);
    const struct app_spec *undefined = script_spec(&script, "{\"version\":4,\"enterprise\":\"\"}");

    assert_int_equal(undefined->component_count, 0);
    assert_false(undefined->has_compose);
    assert_null(undefined->enterprise);
    assert_ptr_equal(app_spec_document(&script.task, undefined), undefined->document);
    script_end(&script);
}

static void test_12_5_either_spelling_of_the_environment(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    const struct app_spec *app = script_spec(
        &script, "{\"version\":4,\"compose\":[{\"environmentParameters\":[1],\"enviromentParameters\":[2]},"
                 "{\"enviromentParameters\":[2]},{\"environmentParameters\":null,\"enviromentParameters\":[3]}]}");

    assert_string_equal(value_json(&script.arena, app->components[0].in_place.env), "[1]");
    assert_string_equal(value_json(&script.arena, app->components[1].in_place.env), "[2]");
    assert_string_equal(value_json(&script.arena, app->components[2].in_place.env), "[3]");
    script_end(&script);
}

#define TIERED                                                                                                         \
    "\"cpu\":1,\"ram\":2,\"hdd\":3,\"cpubasic\":4,\"rambasic\":5,\"hddbasic\":6,\"cpusuper\":0,\"ramsuper\":7,"        \
    "\"hddbamf\":8"

/* 1.6 step 4, and what an insert of the object stores. */
static void test_1_6_4_resources_by_tier_are_written_back(void **state)
{
    static const struct {
        const char *tier;
        bool test;
        const char *resources;
    } cases[] = {
        {"basic", false, "\"cpu\":4,\"ram\":5,\"hdd\":6"},    {"super", false, "\"cpu\":1,\"ram\":7,\"hdd\":3"},
        {"bamf", false, "\"cpu\":1,\"ram\":2,\"hdd\":8"},     {"other", false, "\"cpu\":1,\"ram\":2,\"hdd\":3"},
        {"basic", true, "\"cpu\":0.2,\"ram\":300,\"hdd\":2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int version = 3; version <= 4; version++) {
            struct script script;

            script_begin(&script, "8.9.2");
            struct app_spec *app = script_spec(
                &script, version == 3 ? "{\"version\":3," TIERED "}"
                                      : "{\"version\":4,\"compose\":[{\"name\":\"a\"},{\"name\":\"b\"," TIERED "}]}");
            struct component *component = &app->components[version == 3 ? 0 : 1];

            assert_ptr_equal(app_spec_document(&script.task, app), app->document); /* nothing is changed yet */
            apply_tier_resources(&script.task, component, cases[i].tier, cases[i].test);
            const char *json = value_json(&script.arena, app_spec_document(&script.task, app));

            assert_non_null(strstr(json, cases[i].resources));
            assert_non_null(strstr(json, version == 3
                                             ? "{\"version\":3,"
                                             : "{\"version\":4,\"compose\":[{\"name\":\"a\"},{\"name\":\"b\","));
            assert_string_equal(value_json(&script.arena, app_spec_copy(&script.task, app)->document), json);
            script_end(&script);
        }
    }
}

static void test_a_changed_environment_is_written_back_where_there_was_one(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = script_spec(
        &script, "{\"version\":4,\"compose\":[{\"environmentParameters\":[1]},{\"enviromentParameters\":[2]},{}]}");

    for (uint32_t i = 0; i < app->component_count; i++) {
        component_set_env(&script.task, &app->components[i], ARRAY(&script.arena, value_null()));
    }
    assert_string_equal(
        value_json(&script.arena, app_spec_document(&script.task, app)),
        "{\"version\":4,\"compose\":[{\"environmentParameters\":[null]},{\"enviromentParameters\":[null]},{}]}");
    /* Found by the fuzzer: what is only read stays as it is, with both spellings too. */
    app = script_spec(&script, "{\"version\":3,\"environmentParameters\":0,\"enviromentParameters\":[]}");
    assert_ptr_equal(app_spec_document(&script.task, app), app->document);
    script_end(&script);
}

/* What the decryption cache shares is read and written through its cell, by every component. */
static void test_shared_components_report_their_accesses(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = script_spec(&script, "{\"version\":4,\"compose\":[{\"name\":\"a\"},{\"name\":\"b\"}]}");

    script.records_accesses = true;
    component_now(&script.task, &app->components[0]);
    component_set_env(&script.task, &app->components[0], NULL);
    assert_int_equal(script.access_count, 0);
    app_spec_share(app, "h");
    for (int i = 0; i < 2; i++) {
        component_now(&script.task, &app->components[i]);
        component_set_env(&script.task, &app->components[i], NULL);
    }
    EXPECT_ACCESSES(&script, "read enterpriseAppDecryptionCache h", "write enterpriseAppDecryptionCache h",
                    "read enterpriseAppDecryptionCache h", "write enterpriseAppDecryptionCache h");
    script_end(&script);
}

static void test_components_and_identifiers(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    const struct app_spec *app =
        script_spec(&script, "{\"version\":4,\"name\":\"app\",\"compose\":[{},{\"name\":\"a\"},{\"name\":\"b\"}]}");

    assert_ptr_equal(app_spec_component(app, "a"), &app->components[1]);
    assert_ptr_equal(app_spec_component(app, "b"), &app->components[2]);
    assert_null(app_spec_component(app, "c"));
    assert_string_equal(app_spec_identifier(&script.arena, app, 0), "undefined_app");
    assert_string_equal(app_spec_identifier(&script.arena, app, 2), "b_app");
    assert_string_equal(app_spec_identifier(&script.arena, script_spec(&script, "{\"version\":3,\"name\":\"old\"}"), 0),
                        "old");
    script_end(&script);
}

/* 1.6 step 1 */
static void test_1_6_1_records(void **state)
{
    static const struct {
        const char *app, *record;
    } cases[] = {
        {"{\"version\":8,\"name\":\"a\",\"enterprise\":\"e\",\"compose\":[{\"name\":\"x\"}],\"contacts\":[1]}",
         "{\"version\":8,\"name\":\"a\",\"enterprise\":\"e\",\"compose\":[],\"contacts\":[]}"},
        {"{\"version\":7,\"name\":\"a\",\"enterprise\":\"e\",\"compose\":[{\"name\":\"x\"}],\"contacts\":[1]}",
         "{\"version\":7,\"name\":\"a\",\"enterprise\":\"e\",\"compose\":[{\"name\":\"x\"}],\"contacts\":[1]}"},
        {"{\"version\":8,\"name\":\"a\",\"enterprise\":\"\",\"compose\":[{\"name\":\"x\"}],\"contacts\":[1]}",
         "{\"version\":8,\"name\":\"a\",\"enterprise\":\"\",\"compose\":[{\"name\":\"x\"}],\"contacts\":[1]}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        assert_string_equal(value_json(&script.arena, app_record(&script.task, script_spec(&script, cases[i].app))),
                            cases[i].record);
        script_end(&script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_3_5_fields_by_version),
        cmocka_unit_test(test_3_5_other_versions_throw),
        cmocka_unit_test(test_3_5_coercion_and_limits),
        cmocka_unit_test(test_3_5_expire_below_version_6_is_not_looked_at),
        cmocka_unit_test(test_missing_fields_are_nothing),
        cmocka_unit_test(test_12_5_either_spelling_of_the_environment),
        cmocka_unit_test(test_1_6_4_resources_by_tier_are_written_back),
        cmocka_unit_test(test_a_changed_environment_is_written_back_where_there_was_one),
        cmocka_unit_test(test_shared_components_report_their_accesses),
        cmocka_unit_test(test_components_and_identifiers),
        cmocka_unit_test(test_1_6_1_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
