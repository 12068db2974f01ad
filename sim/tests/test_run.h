/* Runs a scenario given as text, for tests: everything a run leaves behind stays until test_run_end(). */
#ifndef DRYDOCK_SIM_TESTS_TEST_RUN_H
#define DRYDOCK_SIM_TESTS_TEST_RUN_H

#include "sim/scenario/runner.h"

struct test_run {
    struct memory memory, events;
    struct arena arena, event_arena;
};

void test_run_begin(struct test_run *test);
void test_run_end(struct test_run *test);

/* The scenario of a JSON text; fails the test, showing the mistake, when it is none. */
struct scenario *test_scenario(struct test_run *test, const char *json);
/* Runs it on a release with these switches taken out (0: none); events are kept until the next run. */
struct run_record *test_run_scenario(struct test_run *test, const struct scenario *scenario, const char *revision,
                                     uint32_t without);
/* Both at once. */
struct run_record *test_run_text(struct test_run *test, const char *json, const char *revision);
/* How often an oracle was broken. */
unsigned test_violations(const struct run_record *record, const char *oracle);

#endif
