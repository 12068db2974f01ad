/* root's crontab: lifecycle.md 2.6/10, 6.2/8, 12.3. */
#include "core/crontab.h"
#include "core/tests/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *loaded(struct script *script, const char *answer, struct crontab *crontab)
{
    script_answer(script, "host crontab -l", NULL, answer, -1);
    const struct error *error = crontab_load(&script->task, crontab);

    return error != NULL ? error_text(&script->arena, error)
                         : arena_lines(&script->arena, crontab->lines, crontab->count);
}

static void test_2_6_10_loading(void **state)
{
    static const struct {
        const char *answer, *table;
    } cases[] = {
        {"{\"code\":0,\"stdout\":\"\"}", ""},
        {"{\"code\":1,\"stdout\":\"\"}", ""},
        {"{\"code\":1,\"stdout\":\"x\"}", "Error: crontab -l failed"},
        {"{\"code\":2,\"stdout\":\"no such user\"}", "Error: crontab -l failed"},
        {"{\"code\":0}", "Error: crontab -l gave no table"},
        {"{\"stdout\":\"# a\\nA=B\\n#\\n\"}", "# a\nA=B\n#\n"},
        {"{\"stdout\":\"@reboot\\n@reboot x\\n@daily  x y\"}", "@reboot x\n@daily  x y\n"},
        {"{\"stdout\":\"* * * * *\\n* * * * * x\\n1 2 3 4\\n\\n\\n\"}", "* * * * * x\n"},
        {"{\"stdout\":\"  *\\t* * *  * x \\n * * * * * \\n\"}", "  *\t* * *  * x \n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        struct crontab crontab;

        script_begin(&script, "8.9.2");
        assert_string_equal(loaded(&script, cases[i].answer, &crontab), cases[i].table);
        EXPECT_TRANSCRIPT(&script, "host crontab -l [] {\"command\":\"crontab -l\"}\n");
        script_end(&script);
    }
    struct script script;
    struct crontab crontab = {NULL, 7};

    script_begin(&script, "8.9.2");
    script_fail(&script, "host crontab -l", NULL, 0, "no crontab", -1);
    assert_non_null(crontab_load(&script.task, &crontab));
    assert_int_equal(crontab.count, 0);
    script_end(&script);
}

static const char jobs[] = "{\"stdout\":\"0 0 * * * a #a\\n@reboot while [ ! -f /v/b ]; do sleep 5; done && sudo mount "
                           "#b\\n@reboot x ## #c\\n\"}";

static void test_12_3_jobs(void **state)
{
    struct script script;
    struct crontab crontab;

    (void)state;
    script_begin(&script, "8.9.2");
    loaded(&script, jobs, &crontab);
    assert_int_equal(crontab_find(&crontab, "a"), 0);
    assert_int_equal(crontab_find(&crontab, "b"), 1);
    assert_int_equal(crontab_find(&crontab, "c"), 2);
    assert_int_equal(crontab_find(&crontab, "d"), -1);
    assert_int_equal(crontab_find(&crontab, ""), -1);
    crontab_add(&script.task, &crontab, "/v/d", "/flux/d", "d");
    assert_int_equal(crontab_find(&crontab, "d"), 3);
    assert_string_equal(crontab.lines[3],
                        "@reboot while [ ! -f /v/d ]; do sleep 5; done && sudo mount -o loop /v/d /flux/d #d");
    assert_string_equal(crontab_volume(&script.arena, crontab.lines[3]), "/v/d");
    crontab_remove(&crontab, 1);
    assert_int_equal(crontab.count, 3);
    assert_int_equal(crontab_find(&crontab, "a"), 0);
    assert_int_equal(crontab_find(&crontab, "c"), 1);
    assert_int_equal(crontab_find(&crontab, "d"), 2);
    crontab_remove(&crontab, 2); /* the last */
    assert_int_equal(crontab_find(&crontab, "d"), -1);
    script_forget(&script);
    crontab_save(&script.task, &crontab);
    assert_int_equal(script.call_count, 0); /* [F] */
    assert_string_equal(script.spawned[0].argument, "0 0 * * * a #a\n@reboot x ## #c\n");
    script_fail(&script, "host crontab -", NULL, 0, "disk full", 1);
    script_run_spawned(&script);
    EXPECT_TRANSCRIPT(&script, "host crontab - [] {\"command\":\"crontab -\"}\nerror: Error: disk full\n");
    script_end(&script);
}

/* 6.2/8: the fifth word of the command; both forms of the job have the file there. */
static void test_6_2_8_the_volume_of_a_job(void **state)
{
    static const struct {
        const char *line, *volume;
    } cases[] = {{"@reboot sudo mount -o loop /v/a /d #a", "/v/a"},
                 {"@reboot  while  [ !  -f /v/a ]; do", "/v/a"},
                 {"@reboot 1 2 3 4 5", "5"},
                 {"@reboot 1 2 3 4", NULL},
                 {"@reboot 1 2 3 4 ", NULL},
                 {"@reboot", NULL},
                 {"", NULL}};
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *volume = crontab_volume(&script.arena, cases[i].line);

        if (cases[i].volume == NULL) {
            assert_null(volume);
        } else {
            assert_string_equal(volume, cases[i].volume);
        }
    }
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_2_6_10_loading),
        cmocka_unit_test(test_12_3_jobs),
        cmocka_unit_test(test_6_2_8_the_volume_of_a_job),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
