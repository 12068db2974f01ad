/* An arena for tests of what needs nothing else: fresh for each. */
#ifndef DRYDOCK_CORE_TESTS_TEST_ARENA_H
#define DRYDOCK_CORE_TESTS_TEST_ARENA_H

#include "core/arena.h"

extern struct arena arena;

/* cmocka's set-up and tear-down of a test. */
int set_up(void **state);
int tear_down(void **state);

#endif
