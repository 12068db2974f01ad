/* An app's network: octets, attempts, and what is said of it (lifecycle.md 1.5 and 0.3). */
#include "core/app_network.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A node on which no network exists yet. */
static void begin(struct script *script)
{
    script_begin(script, "8.9.2");
    script_fail(script, "docker network.inspect", NULL, 404, "network not found", -1);
}

/* The subnet asked for in the nth attempt. */
static const char *subnet(const struct script *script, int nth)
{
    const struct value *ipam = value_get(script_args_of(script, "docker networks.create", nth), "IPAM");

    return value_get_text(value_at(value_get(ipam, "Config"), 0), "Subnet");
}

/* Step 1: legacy names have the code of their last character, and one attempt. */
static void test_1_5_1_legacy_names_have_a_fixed_octet(void **state)
{
    static const struct {
        const char *app, *subnet;
        bool legacy;
    } cases[] = {
        {"KadenaChainWebNode", "172.23.101.0/24", true},
        {"FoldingAtHomeB", "172.23.66.0/24", true},
        {"FoldingAtHome", "172.23.7.0/24", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        begin(&script);
        script.random_next = 7;
        script_fail(&script, "docker networks.create", NULL, 403, "Pool overlaps", 1);
        assert_int_equal(set_up_app_network(&script.task, cases[i].app) == NULL, !cases[i].legacy);
        assert_string_equal(subnet(&script, 1), cases[i].subnet);
        assert_int_equal(script_calls_of(&script, "docker networks.create", NULL), cases[i].legacy ? 1 : 2);
        script_end(&script);
    }
}

static void count_up(struct script *script, const struct effect *effect)
{
    (void)effect;
    script->random_next++;
}

/* Step 2: a create that is rejected is logged, counts as no result, and another octet is tried. */
static void test_1_5_2_another_octet_after_a_rejection(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script.random_next = 7;
    script.before = count_up;
    script_fail(&script, "docker networks.create", NULL, 403, "Pool overlaps with other one", 1);
    assert_null(set_up_app_network(&script.task, "app"));
    assert_string_equal(subnet(&script, 1), "172.23.7.0/24");
    assert_string_equal(subnet(&script, 2), "172.23.9.0/24"); /* two calls later */
    assert_true(script_logged(&script, "error: "));
    assert_true(script_logged(&script, "Pool overlaps with other one"));
    script_end(&script);
}

/* Steps 2 and 3: 21 attempts, then it is given up. */
static void test_1_5_3_after_21_attempts_there_is_none(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_fail(&script, "docker networks.create", NULL, 403, "Pool overlaps", -1);
    assert_string_equal(
        set_up_app_network(&script.task, "app")->message,
        "Flux App network of app failed to initiate. Not possible to create docker application network.");
    assert_int_equal(script_calls_of(&script, "docker networks.create", NULL), 21);
    assert_int_equal(script_calls_of(&script, "docker networks.list", NULL), 0);
    script_end(&script);
}

/* Step 5: whether the chain could be rebuilt is only reported. */
static void test_1_5_5_the_chain_is_reported(void **state)
{
    static const struct {
        const char *version, *line;
    } cases[] = {
        {"iptables v1.8.9", "info: Private network access removed for app"},
        {"", "info: Error removing private network access for app"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        begin(&script);
        script_answer(&script, "host iptables", NULL,
                      arena_printf(&script.arena, "{\"stdout\":\"%s\"}", cases[i].version), -1);
        assert_null(set_up_app_network(&script.task, "app"));
        assert_int_equal(script.line_count, 1);
        assert_string_equal(script.lines[0], cases[i].line);
        script_end(&script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_5_1_legacy_names_have_a_fixed_octet),
        cmocka_unit_test(test_1_5_2_another_octet_after_a_rejection),
        cmocka_unit_test(test_1_5_3_after_21_attempts_there_is_none),
        cmocka_unit_test(test_1_5_5_the_chain_is_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
