/* What every step of the logic goes through on its way out: effects, switches, notes. */
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct script script;

static int set_up(void **state)
{
    (void)state;
    script_begin(&script, "8.9.2");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    script_end(&script);
    return 0;
}

/* An effect may be performed again: what it brought before is gone when it fails. */
static void test_a_failed_effect_has_no_result(void **state)
{
    struct effect list = {.id = EFFECT_DOCKER_CONTAINERS_LIST};

    (void)state;
    script_fail(&script, "docker containers.list", NULL, 500, "no", -1);
    script_answer(&script, "docker containers.list", NULL, "[1]", 1);
    assert_null(perform(&script.task, &list));
    assert_int_equal(value_count(list.result), 1);
    assert_non_null(perform(&script.task, &list));
    assert_null(list.result);
}

/* `drydock ablate` tries the switches that a scenario's run asked for. */
static void test_switches_asked_for_are_told(void **state)
{
    uint32_t asked = 0;

    (void)state;
    assert_true(revision_has(&script.task, SWITCH_GUARD_DECRYPTS));
    script.node.config.asked = &asked;
    assert_true(revision_has(&script.task, SWITCH_GUARD_DECRYPTS));
    assert_int_equal(asked, SWITCH_GUARD_DECRYPTS);
    assert_true(revision_has(&script.task, SWITCH_BACKUP_AWARE));
    assert_int_equal(asked, SWITCH_GUARD_DECRYPTS | SWITCH_BACKUP_AWARE);
}

static void test_notes_have_names(void **state)
{
    (void)state;
    assert_string_equal(note_name(NOTE_REMOVAL_BEGUN), "removal-begun");
    assert_string_equal(note_name(NOTE_CHECK_SKIPPED), "check-skipped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_failed_effect_has_no_result, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_switches_asked_for_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_notes_have_names, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
