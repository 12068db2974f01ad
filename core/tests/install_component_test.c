/* Installing one component where it can go wrong or waits: its ports (lifecycle.md 2.1, 2.4) and Orbit (1.10). */
#include "core/app_installer.h"
#include "core/port_manager.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct app_spec *app_with(struct script *script, const char *fields)
{
    return script_spec(script, arena_printf(&script->arena,
                                            "{\"version\":8,\"name\":\"app\",\"owner\":\"o\",\"hash\":\"h\","
                                            "\"compose\":[{\"name\":\"web\",\"containerData\":\"/d\",\"hdd\":1,%s}]}",
                                            fields));
}

/* 2.1 step 1 throws: nothing is pulled for ports that cannot be opened. */
static void test_2_1_1_ports_that_cannot_be_opened_end_it(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app = app_with(&script, "\"repotag\":\"a/b:1\",\"ports\":[31001],\"containerPorts\":[80]");

    script_answer(&script, "host ufw status", NULL, "{\"stdout\":\"Status: active\\n\"}", -1);
    script_answer(&script, "host ufw allow", NULL, "{\"stdout\":\"ERROR\"}", -1);
    assert_string_equal(install_application_hard(&script.task, &app->components[0], "app", true, app, false)->message,
                        "Error: Port 31001 FAILed to open.");
    EXPECT_CALLS(&script, "host ufw status", "host ufw allow");
    script_end(&script);
}

/* 1.10: Orbit is asked at the first of its ports. */
static void test_1_10_orbit_is_polled_at_its_first_port(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *app =
        app_with(&script, "\"repotag\":\"runonflux/orbit:latest\",\"ports\":[31000,31001],\"containerPorts\":[80,443]");

    script_answer(&script, "docker containers.list", NULL, "[{\"Id\":\"x\",\"Names\":[\"/fluxweb_app\"]}]", -1);
    script_answer(&script, "host mount | grep", NULL, "{\"stdout\":\"x on /flux/ZelApps/fluxweb_app\"}", -1);
    script_answer(&script, "net GET orbit status", NULL, "{}", -1);
    assert_null(install_application_hard(&script.task, &app->components[0], "app", true, app, true));
    assert_string_equal(value_json(&script.arena, script_args_of(&script, "net GET orbit status", 1)),
                        "{\"port\":31000}");
    script_end(&script);
}

/* ---- 2.4 --------------------------------------------------------------------------------------------------------- */

/* Version 1 has a single port; 0 and none are no port, and without any nothing is asked. */
static void test_2_4_the_single_port_of_version_1(void **state)
{
    static const struct {
        const char *port;
        int opened; /* 0: none */
    } cases[] = {{",\"port\":31005", 31005}, {",\"port\":\"31006\"", 31006}, {",\"port\":0", 0}, {"", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        const struct app_spec *app =
            script_spec(&script, arena_printf(&script.arena, "{\"version\":1,\"name\":\"app\"%s}", cases[i].port));

        script_answer(&script, "host ufw status", NULL, "{\"stdout\":\"Status: active\\n\"}", -1);
        script_answer(&script, "host ufw allow", NULL, "{\"stdout\":\"Rule added\"}", -1);
        assert_null(setup_application_ports(&script.task, &app->components[0], false));
        if (cases[i].opened == 0) {
            assert_int_equal(script.call_count, 0);
        } else {
            EXPECT_CALLS(&script, "host ufw status", "host ufw allow");
            assert_string_equal(value_get_text(script_args_of(&script, "host ufw allow", 1), "command"),
                                arena_printf(&script.arena,
                                             "LANG=\"en_US.UTF-8\" && sudo ufw allow %d && sudo ufw allow out %d",
                                             cases[i].opened, cases[i].opened));
        }
        script_end(&script);
    }
}

/* What is neither a number nor a text stands for port 0, as nothing else could be asked of ufw and the router. */
static void test_2_4_a_port_that_is_none(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    const struct app_spec *app = app_with(&script, "\"ports\":[null]");

    script.node.config.upnp = true;
    assert_null(setup_application_ports(&script.task, &app->components[0], false));
    assert_string_equal(value_json(&script.arena, script_args_of(&script, "host upnp map", 1)),
                        "{\"port\":0,\"protocol\":\"TCP\"}");
    script_end(&script);
}

/* TCP mapping, 500 ms, UDP mapping, 500 ms. */
static void test_2_4_a_mapping_takes_a_second(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    const struct app_spec *app = app_with(&script, "\"ports\":[31001,31002]");
    int64_t before_ms = script.now_ms;

    script.node.config.upnp = true;
    assert_null(setup_application_ports(&script.task, &app->components[0], false));
    EXPECT_CALLS(&script, "host ufw status", "host upnp map", "clock delay", "host upnp map", "clock delay",
                 "host upnp map", "clock delay", "host upnp map", "clock delay");
    assert_int_equal((int)(script.now_ms - before_ms), 2 * 2 * 500);
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_2_1_1_ports_that_cannot_be_opened_end_it),
        cmocka_unit_test(test_1_10_orbit_is_polled_at_its_first_port),
        cmocka_unit_test(test_2_4_the_single_port_of_version_1),
        cmocka_unit_test(test_2_4_a_port_that_is_none),
        cmocka_unit_test(test_2_4_a_mapping_takes_a_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
