/* Base64 (RFC 4648). */
#include "core/base64.h"
#include "core/tests/test_arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_base64_of_every_length(void **state)
{
    /* RFC 4648, 10 */
    static const char *const vectors[][2] = {{"f", "Zg=="},        {"fo", "Zm8="},        {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    size_t length = 0;

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        assert_string_equal(base64_encode(&arena, vectors[i][0], strlen(vectors[i][0])), vectors[i][1]);
        const unsigned char *bytes = base64_decode(&arena, vectors[i][1], &length);

        assert_int_equal(length, i + 1);
        assert_memory_equal(bytes, vectors[i][0], length);
    }
    for (size_t i = 1; i < 400; i++) {
        unsigned char bytes[400];

        for (size_t j = 0; j < i; j++) {
            bytes[j] = (unsigned char)(i * 7 + j * 31);
        }
        const char *text = base64_encode(&arena, bytes, i);

        assert_int_equal(strlen(text), (i + 2) / 3 * 4);
        assert_memory_equal(base64_decode(&arena, text, &length), bytes, i);
        assert_int_equal(length, i);
    }
}

static void test_what_is_no_base64(void **state)
{
    size_t length = 0;

    (void)state;
    assert_null(base64_decode(&arena, "", &length));
    assert_null(base64_decode(&arena, "abc", &length));
    assert_null(base64_decode(&arena, "!!!!", &length));
    assert_null(base64_decode(&arena, "Zm9v\n", &length));
    assert_null(base64_decode(&arena, "Zm9v    ", &length));
    assert_null(base64_decode(&arena, "    Zm9v", &length));
    assert_null(base64_decode(&arena, "    ", &length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_base64_of_every_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_base64, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
