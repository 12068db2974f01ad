/* Effects know the line that issued them (FROM_HERE, node.h). */
#include "core/daemon_service.h"
#include "core/db.h"
#include "core/docker_service.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The places of the calls so far. The door's hook has no context of its own. */
static const char *places[SCRIPT_CALLS_MAX];

static void remember(struct script *script, const struct effect *effect)
{
    places[script->call_count - 1] = effect->place;
}

static void begin(struct script *script)
{
    script_begin(script, "8.9.2");
    script->before = remember;
}

/* Each of `count` calls came from this line of this file. */
static void expect_places(const struct script *script, int count, int line)
{
    char expected[64];

    (void)snprintf(expected, sizeof expected, "%s:%d", __FILE__, line);
    assert_int_equal(script->call_count, count);
    for (int i = 0; i < count; i++) {
        assert_non_null(places[i]);
        assert_string_equal(places[i], expected);
    }
}

static void test_a_call_of_its_own(void **state)
{
    struct script script;
    struct effect effect = {.id = EFFECT_DOCKER_CONTAINERS_PRUNE, .args = value_empty_object()};

    (void)state;
    begin(&script);
    assert_null(perform(&script.task, &effect));
    expect_places(&script, 1, __LINE__ - 1);
    script_end(&script);
}

/* A client's calls are where it was called, all of them. */
static void test_a_client_calls_for_its_caller(void **state)
{
    struct script script;

    (void)state;
    begin(&script);
    script_answer(&script, "docker containers.list", NULL, "[{\"Id\": \"1\", \"Names\": [\"/fluxa\"]}]", -1);
    script_answer(&script, "docker container.inspect", NULL, "{\"State\": {\"Running\": true}}", -1);
    assert_null(app_docker_stop(&script.task, "fluxa"));
    expect_places(&script, 3, __LINE__ - 1);
    script_end(&script);
}

/* Reading and writing cells on the way to the call does not move its place. */
static void test_cells_have_no_place(void **state)
{
    struct script script;
    const char *tier = NULL;

    (void)state;
    begin(&script);
    assert_null(node_tier(&script.task, &tier));
    expect_places(&script, 2, __LINE__ - 1);
    script_end(&script);
}

static void test_the_last_call_counts(void **state)
{
    struct script script;
    const struct value *documents = NULL;
    bool synced = false;

    (void)state;
    begin(&script);
    assert_null(daemon_is_synced(&script.task, &synced));
    script.call_count = 0;
    assert_null(find_in_database(&script.task, LOCAL_APPS, NULL, NULL, &documents));
    expect_places(&script, 1, __LINE__ - 1);
    script_end(&script);
}

/* Who is not core/, as a served client, has none. */
static void test_a_call_from_elsewhere_has_none(void **state)
{
    struct script script;
    struct effect effect = {.id = EFFECT_DOCKER_CONTAINERS_PRUNE, .args = value_empty_object()};

    (void)state;
    begin(&script);
    assert_null((perform)(&script.task, &effect)); /* as a file with CALLS_FOR_ITS_CALLERS does */
    assert_int_equal(script.call_count, 1);
    assert_null(places[0]);
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_of_its_own),
        cmocka_unit_test(test_a_client_calls_for_its_caller),
        cmocka_unit_test(test_cells_have_no_place),
        cmocka_unit_test(test_the_last_call_counts),
        cmocka_unit_test(test_a_call_from_elsewhere_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
