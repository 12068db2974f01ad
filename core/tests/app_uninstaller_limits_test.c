/* Which specification a forced removal takes when only messages have it, and why a soft one is refused (lifecycle.md
 * 6.1 step 4, 6.3). */
#include "core/app_uninstaller.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MESSAGE(fields, component)                                                                                     \
    "{" fields                                                                                                         \
    "\"appSpecifications\":{\"version\":8,\"name\":\"app\",\"description\":\"d\",\"owner\":\"o\",\"instances\":3,"     \
    "\"contacts\":[],\"geolocation\":[],\"expire\":88000,\"nodes\":[],\"staticip\":false,\"enterprise\":\"\","         \
    "\"compose\":[{\"name\":\"" component "\",\"repotag\":\"a/b:c\",\"ports\":[],\"containerData\":\"/d\"}]}}"

/* The newest by height, wherever it stands; a message without a height counts as one of height 0. */
static void test_6_1_4_the_newest_of_all_messages(void **state)
{
    static const struct {
        const char *messages, *folder;
    } cases[] = {
        {MESSAGE("\"height\":1,", "one") "," MESSAGE("\"height\":2,", "two"), "/flux/ZelApps/fluxtwo_app"},
        {MESSAGE("\"height\":1,", "one") "," MESSAGE("\"height\":3,", "two") "," MESSAGE("\"height\":2,", "three"),
         "/flux/ZelApps/fluxtwo_app"},
        {MESSAGE("\"height\":2,", "one") "," MESSAGE("\"height\":2,", "two"), "/flux/ZelApps/fluxone_app"},
        {MESSAGE("", "one") "," MESSAGE("\"height\":1,", "two"), "/flux/ZelApps/fluxtwo_app"},
        {MESSAGE("\"height\":0,", "one") "," MESSAGE("", "two"), "/flux/ZelApps/fluxone_app"},
        {MESSAGE("", "one"), "/flux/ZelApps/fluxone_app"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, arena_printf(&script.arena, "{\"docs\":[%s]}", cases[i].messages), -1);
        script_answer(&script, "db find", NULL, "{\"docs\":[]}", 2); /* what is published, and the own records */
        script_answer(&script, "db find", "app", "{\"docs\":[]}", 2);
        remove_app_locally(&script.task, "app", true, false, "t");
        assert_int_equal(script_calls_of(&script, "host umount", NULL), 1);
        assert_int_equal(script_calls_of(&script, "host umount", cases[i].folder), 1);
        script_end(&script);
    }
}

/* 6.3: the error names the operation that is under way, and its flag stays. */
static void test_6_3_what_refuses_a_soft_removal(void **state)
{
    static const struct {
        enum flag_id flag;
        const char *message;
    } cases[] = {
        {FLAG_REM, "Another application is undergoing removal. Removal not possible."},
        {FLAG_INS, "Another application is undergoing installation. Removal not possible."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script.node.cells.flags[cases[i].flag] = true;
        assert_string_equal(soft_remove_app_locally(&script.task, "app")->message, cases[i].message);
        assert_int_equal(script.call_count, 0);
        assert_true(script.node.cells.flags[cases[i].flag]);
        script_end(&script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_6_1_4_the_newest_of_all_messages),
        cmocka_unit_test(test_6_3_what_refuses_a_soft_removal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
