/* The fuzzers' own checks: each notices what it is there for. */
#include "sim/fuzz/engine_play.h"
#include "sim/fuzz/fuzz.h"
#include "sim/fuzz/http_answers.h"
#include "sim/fuzz/json_mutator.h"
#include "sim/kernel/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
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

/* ---- mutations of JSON --------------------------------------------------------------------------------------------
 */

enum { SEEDS = 20000, ROOM = 128 };

static const char *const told[] = {"{\"kind\":\"a\",\"list\":[1,{\"b\":true}],\"text\":\"abc/def\"}\n"
                                   "{\"kind\":\"second\"}\n",
                                   "{\"kind\":\"a\",\"list\":[1,{\"b\":true}],\"text\":\"abc/def\"}"};

static size_t mutated(const char *text, unsigned seed, char room[ROOM])
{
    size_t size = mutate_json(memcpy(room, text, strlen(text) + 1), strlen(text), ROOM - 1, seed);

    assert_in_range(size, 0, ROOM - 1);
    room[size] = '\0';
    return size;
}

/* Each edit is made by some seed, and what comes out is JSON. */
static void test_json_is_changed_as_json(void **state)
{
    static const char *const expected[] = {
        "{\"kind\":\"a\",\"text\":\"abc/def\"}",                                          /* a member is gone */
        "{\"kind\":\"a\",\"list\":[{\"b\":true}],\"text\":\"abc/def\"}",                  /* an item is */
        "{\"kind\":\"a\",\"list\":[1,{\"b\":true},1],\"text\":\"abc/def\"}",              /* is there twice */
        "{\"kind\":\"a\",\"list\":[1,{\"b\":true}],\"text\":\"abc/def\",\"kind\":\"a\"}", /* a member is */
        "{\"kind\":null,\"list\":[1,{\"b\":true}],\"text\":\"abc/def\"}",                 /* something odd */
        "{\"kind\":\"a\",\"list\":1,\"text\":\"abc/def\"}",                               /* another's value */
        "{\"list\":\"a\",\"list\":[1,{\"b\":true}],\"text\":\"abc/def\"}",                /* another's key */
        "{\"kind\":\"a\",\"list\":[2,{\"b\":true}],\"text\":\"abc/def\"}",                /* a number */
        "{\"kind\":\"a\",\"list\":[1,{\"b\":true}],\"text\":\"abc\"}",                    /* a text */
    };
    bool came[sizeof expected / sizeof expected[0]] = {false};
    struct arena arena;
    char room[ROOM];

    (void)state;
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        size_t size = mutated(told[1], seed, room);

        arena_init(&arena, arena_source_malloc());
        assert_non_null(value_parse(&arena, room, size));
        arena_reset(&arena);
        for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
            came[i] = came[i] || strcmp(room, expected[i]) == 0;
        }
    }
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        if (!came[i]) {
            fail_msg("no seed makes %s", expected[i]);
        }
    }
}

/* Of JSON lines one is changed, or goes, or is there twice. */
static void test_json_lines_are_changed_one_by_one(void **state)
{
    const char *second = strchr(told[0], '\n') + 1;
    size_t first_length = (size_t)(second - told[0]);
    unsigned changed = 0, gone = 0, twice = 0;
    char room[ROOM];

    (void)state;
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        size_t size = mutated(told[0], seed, room);
        const char *line = strstr(room, second);

        assert_true(line != NULL || strncmp(room, told[0], first_length) == 0);
        assert_true(size == 0 || room[size - 1] == '\n');
        changed += line != NULL && strncmp(room, told[0], first_length) != 0;
        gone += strcmp(room, second) == 0;
        twice += line != NULL && strstr(line + 1, second) != NULL;
    }
    assert_true(changed > 0 && gone > 0 && twice > 0);
}

static void test_what_is_no_json_is_left_to_the_fuzzer(void **state)
{
    static const char *const texts[] = {"", "no", "{\"a\":1}}", "\n\n"};
    char room[ROOM];

    (void)state;
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(mutated(texts[i], seed, room), strlen(texts[i]));
            assert_string_equal(room, texts[i]);
        }
        (void)mutated(texts[3], seed, room);
    }
}

/* The object in a request's body is changed, its Content-Length with it, and nothing around them. */
static void test_json_in_a_body_is_changed(void **state)
{
    static const char head[] = "POST /a HTTP/1.1\r\nContent-Length: ";
    static const char rest[] = "GET /b HTTP/1.1\r\n\r\n";
    char requests[ROOM];
    char room[ROOM];
    unsigned changed = 0;

    (void)state;
    assert_in_range(snprintf(requests, ROOM, "%s7\r\n\r\n{\"a\":1}%s", head, rest), 1, ROOM - 1);
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        size_t size = mutate_json_body(memcpy(room, requests, ROOM), strlen(requests), ROOM - 1, seed);

        room[size] = '\0';
        char *body = NULL;

        assert_memory_equal(room, head, strlen(head));
        size_t length = strtoul(room + strlen(head), &body, 10);

        assert_memory_equal(body, "\r\n\r\n", 4);
        assert_string_equal(body + 4 + length, rest);
        struct arena arena;

        arena_init(&arena, arena_source_malloc());
        assert_non_null(value_parse(&arena, body + 4, length));
        arena_reset(&arena);
        changed += strcmp(room, requests) != 0;
    }
    assert_true(changed > SEEDS / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_defect_of_the_engine_is_found),
        cmocka_unit_test(test_a_message_has_its_place),
        cmocka_unit_test(test_answers_are_well_formed),
        cmocka_unit_test(test_json_is_changed_as_json),
        cmocka_unit_test(test_json_lines_are_changed_one_by_one),
        cmocka_unit_test(test_what_is_no_json_is_left_to_the_fuzzer),
        cmocka_unit_test(test_json_in_a_body_is_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
