/* Room on disks for an app (lifecycle.md 2.6), just enough and just too little. */
#include "core/app_volume.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define GB(n) ((long long)(n)*1024 * 1024)

static struct app_spec *one_gigabyte(struct script *script)
{
    return script_spec(script, "{\"version\":8,\"name\":\"app\",\"compose\":["
                               "{\"name\":\"web\",\"containerData\":\"/d\",\"hdd\":1}]}");
}

static void test_2_6_3_room(void **state)
{
    static const struct {
        int ssd_gb, locked_gb, components; /* of what is installed: hdd, and how often */
        int used_gb, free_gb, hdd_gb;
        const char *message; /* NULL: it fits */
    } cases[] = {
        /* usable − locked + 12 ≤ 0, usable = 0.95·ssd − 80 */
        {100, 14, 1, 100, 400, 1, NULL}, /* 15 − 26 + 12 = 1 */
        {100, 15, 1, 100, 400, 1, "Insufficient space on Flux Node to spawn an application"},
        {100, 7, 2, 100, 400, 1, "Insufficient space on Flux Node to spawn an application"}, /* 15 − 38 + 12 */
        {100, 1, 2, 100, 400, 1, NULL},                                                      /* 15 − 26 + 12 */
        {200, 0, 0, 100, 400, 1, NULL},
        /* hdd ≥ Σfree − reserve, reserve = max(20, 80 − Σused) */
        {440, 0, 0, 100, 30, 9, NULL},
        {440, 0, 0, 100, 30, 10, "Insufficient space on Flux Node. Space is already assigned to system files"},
        {440, 0, 0, 60, 30, 9, NULL},
        {440, 0, 0, 59, 30, 9, "Insufficient space on Flux Node. Space is already assigned to system files"},
        {440, 0, 0, 59, 31, 9, NULL},
        {440, 0, 0, 0, 90, 9, NULL},
        {440, 0, 0, 0, 89, 9, "Insufficient space on Flux Node. Space is already assigned to system files"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        const char *compose = "";

        script_begin(&script, "8.9.2");
        for (int j = 0; j < cases[i].components; j++) {
            compose = arena_printf(&script.arena, "%s%s{\"name\":\"c%d\",\"hdd\":%d}", compose, j == 0 ? "" : ",", j,
                                   cases[i].locked_gb);
        }
        script_answer(
            &script, "db find", NULL,
            arena_printf(&script.arena, "{\"docs\":[{\"version\":4,\"name\":\"x\",\"compose\":[%s]}]}", compose), -1);
        script_answer(&script, "bench getbenchmarks", NULL,
                      arena_printf(&script.arena, "{\"status\":\"X\",\"ssd\":%d}", cases[i].ssd_gb), -1);
        script_answer(&script, "host df", NULL,
                      arena_printf(&script.arena, "{\"stdout\":\"/dev/vda %lld %lld %lld 4%% /\\n\"}",
                                   GB(cases[i].used_gb + cases[i].free_gb), GB(cases[i].used_gb), GB(cases[i].free_gb)),
                      -1);
        struct app_spec *app = script_spec(
            &script,
            arena_printf(
                &script.arena,
                "{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"containerData\":\"/d\",\"hdd\":%d}]}",
                cases[i].hdd_gb));
        const struct error *error = create_app_volume(&script.task, &app->components[0], "app", true, app);

        assert_string_equal(error == NULL ? "fits" : error->message,
                            cases[i].message == NULL ? "fits" : cases[i].message);
        script_end(&script);
    }
}

/* Sizes count in whole GB; the first disk with room is taken. */
static void test_2_6_3_which_disk(void **state)
{
    static const struct {
        const char *table, *file; /* file NULL: none */
    } cases[] = {
        {"/dev/a 1 104857600 22020096 1% /a\\n/dev/b 1 104857600 23068672 1% /b",
         "/b/fluxweb_appFLUXFSVOL"}, /* 21 and 22 GB free; 1 + 20 */
        {"/dev/a 1 104857600 23068671 1% /a\\n/dev/b 1 104857600 23068672 1% /b",
         "/b/fluxweb_appFLUXFSVOL"}, /* a kB less */
        {"/dev/a 1 104857600 23068672 1% /a\\n/dev/b 1 104857600 23068672 1% /b", "/a/fluxweb_appFLUXFSVOL"},
        {"/dev/a 1 104857600 23068672 1% /boot/efi\\ndevtmpfs 1 104857600 23068672 1% /dev\\n/dev/b 1 104857600 "
         "23068672 1% /",
         "/fluxappvolumes/fluxweb_appFLUXFSVOL"},
        {"/dev/loop0 1 104857600 23068672 1% /", "/fluxappvolumes/fluxweb_appFLUXFSVOL"},
        {"/dev/loop0 1 104857600 23068672 1% /x", NULL},
        {"x/dev/a 1 104857600 23068672 1% /x", NULL},
        {"/dev/a 1 104857600", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "host df", NULL,
                      arena_printf(&script.arena,
                                   "{\"stdout\":\"Filesystem 1024-blocks Used Available Capacity Mounted on\\n%s\\n\"}",
                                   cases[i].table),
                      -1);
        struct app_spec *app = one_gigabyte(&script);
        const struct error *error = create_app_volume(&script.task, &app->components[0], "app", true, app);

        assert_int_equal(error == NULL, cases[i].file != NULL);
        if (error == NULL) {
            assert_string_equal(value_get_text(script_args_of(&script, "host fallocate", 1), "command"),
                                arena_printf(&script.arena, "sudo fallocate -l 1G %s", cases[i].file));
        }
        script_end(&script);
    }
}

/* 2.6 step 2: asked for while it is unknown. */
static void test_2_6_2_ssd_size_is_asked_for_until_it_is_known(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_gigabyte(&script);

    script_answer(&script, "bench getbenchmarks", NULL, "{\"status\":\"X\",\"ssd\":1}", 1);
    script_answer(&script, "bench getbenchmarks", NULL, "{\"status\":\"X\"}", 2);
    for (int i = 0; i < 5; i++) {
        assert_non_null(create_app_volume(&script.task, &app->components[0], "app", true, app));
    }
    assert_int_equal(script_calls_of(&script, "bench getbenchmarks", NULL), 3);
    script_end(&script);
}

/* 2.6, clean-up: what umount says is ignored, what deleting says is logged, and the first error is thrown. */
static void test_2_6_clean_up_tells_what_could_not_be_deleted(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = one_gigabyte(&script);

    script_fail(&script, "host mke2fs", NULL, 1, "is mounted", -1);
    script_fail(&script, "host umount", NULL, 32, "no mount point", -1);
    script_fail(&script, "host rm", NULL, 1, "busy", -1);
    assert_string_equal(create_app_volume(&script.task, &app->components[0], "app", true, app)->message,
                        "Command failed: sudo mke2fs -t ext4 /fluxappvolumes/fluxweb_appFLUXFSVOL\nis mounted");
    assert_int_equal(script.line_count, 2);
    assert_true(
        script_logged(&script, "error: Error: Command failed: sudo rm -rf /fluxappvolumes/fluxweb_appFLUXFSVOL\nbusy"));
    assert_true(script_logged(&script, "error: Error: Command failed: sudo rm -rf /flux/ZelApps/fluxweb_app\nbusy"));
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_2_6_3_room),
        cmocka_unit_test(test_2_6_3_which_disk),
        cmocka_unit_test(test_2_6_2_ssd_size_is_asked_for_until_it_is_known),
        cmocka_unit_test(test_2_6_clean_up_tells_what_could_not_be_deleted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
