/* When memory is used up there is one end: a line and exit status 3, whoever asked. */
#include "core/arena.h"
#include "core/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <openssl/crypto.h>

static const size_t more_than_there_is = PTRDIFF_MAX - 4096;

static void take(void)
{
    heap_take(more_than_there_is);
}

static void take_zeroed(void)
{
    heap_take_zeroed(more_than_there_is, 1);
}

static void resize(void)
{
    heap_resize(heap_take(1), more_than_there_is);
}

static void fill_an_arena(void)
{
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    arena_take(&arena, more_than_there_is);
}

static void take_for_crypto(void)
{
    heap_serves_crypto();
    OPENSSL_malloc(more_than_there_is);
}

static void resize_for_crypto(void)
{
    heap_serves_crypto();
    OPENSSL_realloc(OPENSSL_malloc(1), more_than_there_is);
}

/* There is none for a copy of the text. */
static void copy_for_json(void)
{
    enum { LARGE = 64 << 20 };
    const struct rlimit none = {0, 0};
    char *text = heap_take(LARGE);

    memset(text, 'a', LARGE);
    text[LARGE - 1] = '\0';
    heap_serves_json();
    setrlimit(RLIMIT_AS, &none);
    cJSON_CreateString(text);
}

/* What a process of its own prints to standard error, and its exit status. */
static int end_of(void (*act)(void), char *said, size_t size)
{
    int ends[2];
    int status = 0;
    size_t length = 0;

    assert_return_code(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();

    assert_return_code(child, 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        act();
        exit(0);
    }
    close(ends[1]);
    for (ssize_t got; (got = read(ends[0], said + length, size - 1 - length)) > 0;) {
        length += (size_t)got;
    }
    said[length] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_without_memory_it_ends_with_a_line(void **state)
{
    static void (*const acts[])(void) = {take,          take_zeroed,     resize,           fill_an_arena,
                                         copy_for_json, take_for_crypto, resize_for_crypto};
    char said[200];

    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its malloc ends the program itself */
#endif
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        assert_int_equal(end_of(acts[i], said, sizeof said), 3);
        assert_string_equal(said, "drydock: out of memory\n");
    }
}

static void test_nothing_is_something(void **state)
{
    void *none = heap_take(0);
    void *no_members = heap_take_zeroed(0, 8);

    (void)state;
    assert_non_null(none);
    assert_non_null(no_members);
    free(none);
    free(no_members);
}

static void test_a_text_is_copied(void **state)
{
    char text[] = "shop";
    char *copy = heap_string(text);

    (void)state;
    text[0] = 'c';
    assert_string_equal(copy, "shop");
    free(copy);
}

static void test_what_is_resized_keeps_what_it_holds(void **state)
{
    char *text = heap_resize(heap_string("shop"), 4096);

    (void)state;
    assert_string_equal(text, "shop");
    free(text);
}

static void test_cjson_takes_its_memory_here(void **state)
{
    (void)state;
    heap_serves_json();
    cJSON *document = cJSON_Parse("{\"name\":\"shop\"}");

    assert_string_equal(cJSON_GetObjectItem(document, "name")->valuestring, "shop");
    cJSON_Delete(document);
    cJSON_InitHooks(NULL);
}

/* Nothing is still nothing for libcrypto, and a block that becomes nothing is given back. */
static void use_libcrypto(void)
{
    heap_serves_crypto();
    char *text = OPENSSL_strdup("shop");

    text = OPENSSL_realloc(text, 4096);
    if (OPENSSL_malloc(0) != NULL || strcmp(text, "shop") != 0 || OPENSSL_realloc(text, 0) != NULL) {
        exit(1);
    }
    OPENSSL_free(OPENSSL_malloc(1));
}

/* Once libcrypto has taken memory by itself, it goes on so: nothing breaks. */
static void too_late(void)
{
    char *text = OPENSSL_strdup("shop");

    heap_serves_crypto();
    OPENSSL_free(text);
}

static void test_libcrypto_takes_its_memory_here(void **state)
{
    char said[200];

    (void)state;
    assert_int_equal(end_of(use_libcrypto, said, sizeof said), 0);
    assert_int_equal(end_of(too_late, said, sizeof said), 0);
    assert_string_equal(said, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_memory_it_ends_with_a_line),
        cmocka_unit_test(test_nothing_is_something),
        cmocka_unit_test(test_a_text_is_copied),
        cmocka_unit_test(test_what_is_resized_keeps_what_it_holds),
        cmocka_unit_test(test_cjson_takes_its_memory_here),
        cmocka_unit_test(test_libcrypto_takes_its_memory_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
