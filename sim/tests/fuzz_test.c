/* The fuzzers' own checks: each notices what it is there for. */
#include "sim/fuzz/engine_play.h"
#include "sim/fuzz/fuzz.h"
#include "sim/fuzz/http_answers.h"
#include "sim/kernel/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the Engine and its model -------------------------------------------------------------------------------------
 */

enum { PLAYS = 60, PLAY_BYTES = 160 };

/* How many of some plays part the Engine and its model. */
static int parted_by(enum engine_defect defect)
{
    static char said[PLAY_SAID_MAX];
    struct prng prng = {7};
    int parted = 0;

    for (int i = 0; i < PLAYS; i++) {
        uint8_t bytes[PLAY_BYTES];

        for (int j = 0; j < PLAY_BYTES; j++) {
            bytes[j] = (uint8_t)prng_below(&prng, UINT8_MAX + 1);
        }
        bool good = engine_play(bytes, sizeof bytes, defect, said);

        if (!good && defect == DEFECT_NONE) {
            fail_msg("the Engine and its model part:\n%s", said);
        }
        assert_int_equal(good, strstr(said, "\n    ") == NULL);
        parted += !good;
    }
    return parted;
}

static void test_every_defect_of_the_engine_is_found(void **state)
{
    (void)state;
    assert_int_equal(parted_by(DEFECT_NONE), 0);
    for (enum engine_defect defect = DEFECT_NONE + 1; defect < DEFECT_COUNT; defect++) {
        if (parted_by(defect) == 0) {
            fail_msg("defect %d was not found", (int)defect);
        }
    }
}

/* ---- messages -----------------------------------------------------------------------------------------------------
 */

/* Whether the check aborts, in a process of its own. */
static bool is_refused(const char *text)
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        (void)close(STDERR_FILENO);
        fuzz_require_mistake(text, "a.json", 9);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

static void test_a_message_has_its_place(void **state)
{
    (void)state;
    assert_false(is_refused("a.json:3:14: what"));
    assert_false(is_refused("a.json:9:1: what\na.json:9:2: more"));
    assert_true(is_refused(NULL));
    assert_true(is_refused(""));
    assert_true(is_refused("b.json:3:14: what"));
    assert_true(is_refused("a.json: what"));
    assert_true(is_refused("a.json:3: what"));
    assert_true(is_refused("a.json:0:1: what"));
    assert_true(is_refused("a.json:10:1: what")); /* the input has 9 lines */
    assert_true(is_refused("a.json:3:14: "));
    assert_true(is_refused("a.json:3:14: a\x1b[31m"));
    assert_true(is_refused("a.json:3:14: what\nmore"));
}

/* ---- answers on a wire --------------------------------------------------------------------------------------------
 */

static struct http_answers answers_of(const char *bytes, bool closed)
{
    return http_answers_read(bytes, strlen(bytes), closed, strstr(bytes, "HEAD") != NULL, true);
}

static void expect_well(const char *bytes, unsigned whole, unsigned last)
{
    struct http_answers answers = answers_of(bytes, false);

    assert_string_equal(answers.wrong == NULL ? "well formed" : answers.wrong, "well formed");
    assert_int_equal(answers.whole, whole);
    assert_int_equal(answers.last, last);
}

static void expect_wrong(const char *bytes, bool closed)
{
    assert_non_null(answers_of(bytes, closed).wrong);
}

#define JSON "Content-Type: application/json\r\n"

static void test_answers_are_well_formed(void **state)
{
    (void)state;
    expect_well("", 0, 0);
    expect_well("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", 1, 200);
    expect_well("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 404 Not Found\r\n" JSON
                "Content-Length: 15\r\n\r\n{\"message\":\"x\"}",
                2, 404);
    expect_well("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1, 200);
    expect_well("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 1, 200);
    expect_well("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n\x01\x02", 0, 101);
    expect_wrong("HTTP/2 200 OK\r\n\r\n", false);
    expect_wrong("HTTP/1.1 2x0 OK\r\n\r\n", false);
    expect_wrong("HTTP/1.1 999 OK\r\n\r\n", false);
    expect_wrong("HTTP/1.1 200 OK\r\nno header\r\n\r\n", false);
    expect_wrong("HTTP/1.1 200 OK\r\nA: b\x01\r\n\r\n", false);
    expect_wrong("HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\nOK", false);
    expect_wrong("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", false);
    expect_wrong("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nabc\r\n0\r\n\r\n", false);
    expect_wrong("HTTP/1.1 200 OK\r\n" JSON "Content-Length: 2\r\n\r\n{]", false);
    expect_wrong("HTTP/1.1 404 Not Found\r\n" JSON "Content-Length: 2\r\n\r\n{}", false);
    expect_wrong("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOKHTTP", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_defect_of_the_engine_is_found),
        cmocka_unit_test(test_a_message_has_its_place),
        cmocka_unit_test(test_answers_are_well_formed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
