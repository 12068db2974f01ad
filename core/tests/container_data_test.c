/* The mount grammar of lifecycle.md 12.9, and where it disagrees with the substring test of 0.4. */
#include "core/container_data.h"
#include "core/names.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char two_components[] =
    "{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"db\",\"containerData\":\"/data\"},{\"name\":\"ui\"}]}";

static const struct error *parse(struct script *script, const char *text, int own_index,
                                 struct container_mounts *mounts)
{
    const struct app_spec *spec =
        app_spec_from(&script->arena, value_parse(&script->arena, two_components, strlen(two_components)));

    return parse_container_data(&script->arena, text, spec, own_index, mounts);
}

static void test_12_9_primary_without_flags(void **state)
{
    struct script script;
    struct container_mounts mounts;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_null(parse(&script, "/data", 0, &mounts));
    assert_int_equal(mounts.count, 1);
    assert_string_equal(mounts.mounts[0].sub, "appdata");
    assert_string_equal(mounts.mounts[0].path, "/data");
    assert_false(mounts.flag_g || mounts.flag_r || mounts.flag_s);
    script_end(&script);
}

static void test_12_9_primary_flags_are_letters_before_the_colon(void **state)
{
    struct script script;
    struct container_mounts mounts;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_null(parse(&script, "gs:/data", 0, &mounts));
    assert_true(mounts.flag_g && mounts.flag_s && !mounts.flag_r);
    assert_null(parse(&script, "r:/data", 0, &mounts));
    assert_true(mounts.flag_r && !mounts.flag_g && !mounts.flag_s);
    script_end(&script);
}

/* 0.4: `gs:/d` is g for the parser only, `/d|m:log:/x` for the substring test only. */
static void test_0_4_parser_and_substring_disagree(void **state)
{
    struct script script;
    struct container_mounts mounts;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_null(parse(&script, "gs:/d", 0, &mounts));
    assert_true(mounts.flag_g);
    assert_false(has_g("gs:/d"));
    assert_null(parse(&script, "/d|m:log:/x", 0, &mounts));
    assert_false(mounts.flag_g);
    assert_true(has_g("/d|m:log:/x"));
    assert_true(has_r("r:/d"));
    assert_false(has_r("/d"));
    script_end(&script);
}

static void test_12_9_all_forms(void **state)
{
    struct script script;
    struct container_mounts mounts;
    const enum mount_kind kinds[] = {MOUNT_PRIMARY, MOUNT_COMPONENT,           MOUNT_DIRECTORY,
                                     MOUNT_FILE,    MOUNT_COMPONENT_DIRECTORY, MOUNT_COMPONENT_FILE};

    (void)state;
    script_begin(&script, "8.9.2");
    assert_null(parse(&script, "g:/a|0:/b|m:logs:/c|f:conf:/d|c:0:sub:/e|cf:0:file:/f", 1, &mounts));
    assert_int_equal(mounts.count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(mounts.mounts[i].kind, kinds[i]);
        assert_int_equal(mount_is_local(&mounts.mounts[i]), i == 0 || i == 2 || i == 3);
    }
    for (uint32_t i = 0; i < 6; i++) {
        static const char *const subs[] = {"appdata", "appdata", "logs", "conf", "sub", "file"};
        static const int components[] = {-1, 0, -1, -1, 0, 0};

        assert_string_equal(mounts.mounts[i].sub, subs[i]);
        assert_string_equal(mounts.mounts[i].path, arena_printf(&script.arena, "/%c", 'a' + (int)i));
        assert_int_equal(mounts.mounts[i].component, components[i]);
    }
    assert_true(mounts.flag_g);
    assert_false(mounts.flag_r || mounts.flag_s);
    script_end(&script);
}

static void test_0_3_host_paths(void **state)
{
    struct script script;
    struct container_mounts mounts;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *spec =
        app_spec_from(&script.arena, value_parse(&script.arena, two_components, strlen(two_components)));

    assert_null(parse_container_data(&script.arena, "/a|m:logs:/b|0:/c", spec, 1, &mounts));
    assert_string_equal(mount_host_path(&script.task, &mounts.mounts[0], spec, "fluxui_app"),
                        "/flux/ZelApps/fluxui_app/appdata");
    assert_string_equal(mount_host_path(&script.task, &mounts.mounts[1], spec, "fluxui_app"),
                        "/flux/ZelApps/fluxui_app/logs");
    assert_string_equal(mount_host_path(&script.task, &mounts.mounts[2], spec, "fluxui_app"),
                        "/flux/ZelApps/fluxdb_app/appdata");
    spec->version = 4; /* the first that has components */
    assert_string_equal(mount_host_path(&script.task, &mounts.mounts[2], spec, "fluxui_app"),
                        "/flux/ZelApps/fluxdb_app/appdata");
    script_end(&script);
}

/* An index is decimal, and may be written with leading zeros as long as it has no more than four digits. */
static void test_12_9_indices(void **state)
{
    static const struct {
        const char *text;
        int component; /* −1: refused */
    } cases[] = {{"/a|0:/b", 0},     {"/a|7:/b", 7},         {"/a|10:/b", 10},       {"/a|12:/b", -1},
                 {"/a|0011:/b", 11}, {"/a|00011:/b", -1},    {"/a|c:10:sub:/b", 10}, {"/a|cf:11:f:/b", 11},
                 {"/a|0x1:/b", -1},  {"/a|c:-1:sub:/b", -1}, {"/a|c: 1:sub:/b", -1}};
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    const char *compose = "{\"name\":\"c0\"}";

    for (int i = 1; i < 14; i++) {
        compose = arena_printf(&script.arena, "%s,{\"name\":\"c%d\"}", compose, i);
    }
    const struct app_spec *spec =
        script_spec(&script, arena_printf(&script.arena, "{\"version\":8,\"name\":\"app\",\"compose\":[%s]}", compose));

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct container_mounts mounts;
        const struct error *error = parse_container_data(&script.arena, cases[i].text, spec, 12, &mounts);

        assert_int_equal(error == NULL, cases[i].component >= 0);
        if (error == NULL) {
            assert_int_equal(mounts.mounts[1].component, cases[i].component);
        }
    }
    script_end(&script);
}

static void test_12_9_what_is_no_mount(void **state)
{
    static const struct {
        const char *text, *what;
    } bad[] = {
        {"", "primary"},
        {"data", "primary"},
        {"g:data", "primary"},
        {"g:/a:/b", "primary"},
        {"/a:b", "primary"},
        {"/a/../b", "primary"},
        {"/a|", "form"},
        {"/a|x:/b", "component index"},
        {"/a|1:/b", "component reference"},
        {"/a|7:/b", "component reference"},
        {"/a|99999:/b", "component index"},
        {"/a|m:logs:b", "path"},
        {"/a|m::/b", "name"},
        {"/a|m:a/b:/b", "name"},
        {"/a|m:..:/b", "name"},
        {"/a|m:appdata:/b", "name"},
        {"/a|f:backup:/b", "name"},
        {"/a|q:x:/b", "form"},
        {"/a|c:0:/b", "form"},
        {"/a|c:1:sub:/b", "component reference"},
        {"/a|z:0:sub:/b", "form"},
        {"/a|a:b:c:d:/b", "form"},
        {"/a|a:b:c:d:e:/b", "form"},
        {"g:r:s:x:y:/a", "primary"},
        {"/a|:/b", "component index"},
        {"/a|m:l:/a", "duplicate path"},
        {"/a|m:l:/b|m:l:/c", "duplicate subfolder"},
        {"/a|0:/b/../c", "path"},
    };
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct container_mounts mounts;

        const struct error *error = parse(&script, bad[i].text, 1, &mounts);

        if (error == NULL) {
            fail_msg("\"%s\" was taken for a mount", bad[i].text);
        }
        assert_non_null(strstr(error->message, arena_printf(&script.arena, "mount (%s): ", bad[i].what)));
    }
    script_end(&script);
}

static void test_12_9_absent_is_a_type_error(void **state)
{
    struct script script;
    struct container_mounts mounts;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_string_equal(parse(&script, NULL, 0, &mounts)->name, "TypeError");
    script_end(&script);
}

static void test_12_9_references_need_the_full_specification(void **state)
{
    struct script script;
    struct container_mounts mounts;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_non_null(
        strstr(parse_container_data(&script.arena, "/a|0:/b", NULL, 1, &mounts)->message, "component reference"));
    assert_null(parse_container_data(&script.arena, "/a|m:l:/b", NULL, 1, &mounts)); /* own ones do not */
    /* Found by the fuzzer: what the specification has not is none, whatever the own index. */
    assert_null(parse(&script, "/a|1:/b", 9, &mounts));
    assert_non_null(strstr(parse(&script, "/a|2:/b", 9, &mounts)->message, "component reference"));
    script_end(&script);
}

static void test_12_9_at_most_64_mounts(void **state)
{
    struct script script;
    struct container_mounts mounts;
    const char *text = "/data";

    (void)state;
    script_begin(&script, "8.9.2");
    for (int i = 1; i < 64; i++) {
        text = arena_printf(&script.arena, "%s|m:s%d:/p%d", text, i, i);
    }
    assert_null(parse(&script, text, 0, &mounts));
    assert_int_equal(mounts.count, 64);
    text = arena_printf(&script.arena, "%s|m:more:/more", text);
    assert_non_null(strstr(parse(&script, text, 0, &mounts)->message, "too many mounts"));
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_12_9_primary_without_flags),
        cmocka_unit_test(test_12_9_primary_flags_are_letters_before_the_colon),
        cmocka_unit_test(test_0_4_parser_and_substring_disagree),
        cmocka_unit_test(test_12_9_all_forms),
        cmocka_unit_test(test_0_3_host_paths),
        cmocka_unit_test(test_12_9_indices),
        cmocka_unit_test(test_12_9_what_is_no_mount),
        cmocka_unit_test(test_12_9_absent_is_a_type_error),
        cmocka_unit_test(test_12_9_references_need_the_full_specification),
        cmocka_unit_test(test_12_9_at_most_64_mounts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
