/* 3.4: opening the blob of an enterprise app, with blobs that are really sealed. */
#include "core/app_query.h"
#include "core/base64.h"
#include "core/enterprise.h"
#include "core/registry_manager.h"
#include "core/tests/script_door.h"

#include <openssl/evp.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { RSA_SIZE = 256, NONCE_SIZE = 12, TAG_SIZE = 16, KEY_SIZE = 32 };

#define PLAIN "{\"contacts\":[\"me\"],\"compose\":[{\"name\":\"web\",\"containerData\":\"/d\"}]}"

/* The layout of 3.4: 256 bytes that only the daemon reads, nonce, ciphertext, tag. `key` is 32 times that byte. */
static const char *seal(struct script *script, const char *plain, unsigned char key)
{
    unsigned char key_bytes[KEY_SIZE];
    size_t size = strlen(plain);
    unsigned char *blob = arena_alloc(&script->arena, RSA_SIZE + NONCE_SIZE + size + TAG_SIZE);
    unsigned char *nonce = blob + RSA_SIZE;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0;

    memset(key_bytes, key, sizeof key_bytes);
    memset(nonce, 7, NONCE_SIZE);
    assert_int_equal(EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key_bytes, nonce), 1);
    assert_int_equal(EVP_EncryptUpdate(context, nonce + NONCE_SIZE, &written, (const unsigned char *)plain, (int)size),
                     1);
    assert_int_equal(EVP_EncryptFinal_ex(context, nonce + NONCE_SIZE + written, &written), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, nonce + NONCE_SIZE + size), 1);
    EVP_CIPHER_CTX_free(context);
    return base64_encode(&script->arena, blob, RSA_SIZE + NONCE_SIZE + size + TAG_SIZE);
}

/* The benchmark daemon gives this key from now on. */
static void give_key(struct script *script, unsigned char key)
{
    unsigned char key_bytes[KEY_SIZE];

    memset(key_bytes, key, sizeof key_bytes);
    script_answer(script, "bench decryptrsamessage", NULL,
                  arena_printf(&script->arena, "\"{\\\"status\\\":\\\"ok\\\",\\\"message\\\":\\\"%s\\\"}\"",
                               base64_encode(&script->arena, key_bytes, KEY_SIZE)),
                  -1);
}

static struct app_spec *app_of(struct script *script, const char *name, const char *blob, const char *more)
{
    const char *json = arena_printf(
        &script->arena, "{\"version\":8,\"name\":\"%s\",\"enterprise\":\"%s\",\"compose\":[],\"hash\":\"%s\"%s}", name,
        blob, name, more);

    return app_spec_from(&script->arena, value_parse(&script->arena, json, strlen(json)));
}

static const struct error *open_app(struct script *script, const struct app_spec *app, struct app_spec **clear)
{
    *clear = NULL;
    return check_and_decrypt_app_specs(&script->task, &script->arena, app, clear);
}

/* The nth question that the daemon was asked: {fluxID, appName, message, blockHeight}. */
static const struct value *question(struct script *script, int nth)
{
    const struct value *args = script_args_of(script, "bench decryptrsamessage", nth);
    const char *text = value_text(value_at(value_get(args, "params"), 0));

    assert_non_null(text);
    return script_json(script, text);
}

static void test_3_4_1_what_is_not_sealed_comes_back_at_the_cost_of_a_micro_await(void **state)
{
    struct script script;
    struct app_spec *clear = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    const struct app_spec *specs[] = {NULL, script_spec(&script, "{\"version\":7,\"enterprise\":\"YQ==\"}"),
                                      app_of(&script, "app", "", "")};

    for (int i = 0; i < 3; i++) {
        clear = app_of(&script, "other", "", "");
        assert_null(check_and_decrypt_app_specs(&script.task, &script.arena, specs[i], &clear));
        assert_ptr_equal(clear, specs[i]);
        assert_int_equal(script.microtask_count, i + 1);
    }
    assert_int_equal(script.call_count, 0);
    script_end(&script);
}

/* The height is the last permanent message's; the registrations of step 4 do not matter, but that they can be read. */
static void test_3_4_5_the_height_that_is_asked_for(void **state)
{
    static const struct {
        const char *messages, *height;
    } cases[] = {{"[]", "0"},
                 {"[{}]", "0"},
                 {"[{\"height\":7}]", "7"},
                 {"[{\"height\":7},{\"height\":9}]", "9"},
                 {"[{\"height\":7},{}]", "0"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        struct app_spec *clear = NULL;

        script_begin(&script, "8.9.2");
        give_key(&script, 1);
        script_answer(&script, "db find", NULL, arena_printf(&script.arena, "{\"docs\":%s}", cases[i].messages), 1);
        script_answer(&script, "db find", NULL, "{\"docs\":[{\"height\":3}]}", 1);
        assert_null(open_app(&script, app_of(&script, "app", seal(&script, PLAIN, 1), ",\"owner\":\"o\""), &clear));
        assert_string_equal(value_json(&script.arena, value_get(question(&script, 1), "blockHeight")), cases[i].height);
        script_end(&script);
    }
    for (int call = 1; call <= 2; call++) {
        struct script script;
        struct app_spec *clear = NULL;

        script_begin(&script, "8.9.2");
        give_key(&script, 1);
        script.fails_at = call;
        assert_non_null(open_app(&script, app_of(&script, "app", seal(&script, PLAIN, 1), ",\"owner\":\"o\""), &clear));
        assert_int_equal(script.call_count, call);
        script_end(&script);
    }
}

/* What was asked before is remembered for the same app and owner only, though the blob be the same. */
static void test_3_4_6_each_app_and_owner_is_asked_about(void **state)
{
    static const char *const apps[][2] = {{"a", "o"}, {"b", "o"}, {"a", "p"}};
    struct script script;
    struct app_spec *clear = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    give_key(&script, 1);
    const char *blob = seal(&script, PLAIN, 1);

    for (int round = 0; round < 2; round++) {
        script_forget(&script);
        for (int i = 0; i < 3; i++) {
            const char *owner = arena_printf(&script.arena, ",\"owner\":\"%s\"", apps[i][1]);

            assert_null(open_app(&script, app_of(&script, apps[i][0], blob, owner), &clear));
            assert_string_equal(value_get_text(question(&script, i + 1), "appName"), apps[i][0]);
            assert_string_equal(value_get_text(question(&script, i + 1), "fluxID"), apps[i][1]);
        }
    }
    script_end(&script);
}

static bool is_in(const struct arena *arena, const void *memory)
{
    for (const struct arena_chunk *chunk = arena->chunks; chunk != NULL; chunk = chunk->next) {
        if ((uintptr_t)memory - (uintptr_t)chunk < chunk->size) {
            return true;
        }
    }
    return false;
}

/* What is decrypted into another memory than the task's outlives the task, also when the memo of what was decrypted
 * before is full and keeps no copy. */
static void test_3_4_7_what_is_decrypted_outlives_the_task(void **state)
{
    struct script script;
    struct arena task_arena;

    (void)state;
    script_begin(&script, "8.9.2");
    give_key(&script, 1);
    arena_init(&task_arena, arena_source_malloc());
    script.task.arena = &task_arena;
    for (int i = 0; i <= MEMO_COUNT_MAX; i++) {
        const char *name = arena_printf(&script.arena, "app%d", i);
        struct app_spec *clear = NULL;

        assert_null(open_app(&script, app_of(&script, name, seal(&script, PLAIN, 1), ",\"owner\":\"o\""), &clear));
        assert_string_equal(clear->name, name);
        assert_false(is_in(&task_arena, clear->document));
    }
    arena_reset(&task_arena);
    script_end(&script);
}

static void test_3_4_7_compose_and_contacts_are_replaced(void **state)
{
    struct script script;
    struct app_spec *clear = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    give_key(&script, 1);
    assert_null(
        open_app(&script, app_of(&script, "app", seal(&script, PLAIN, 1), ",\"owner\":\"o\",\"height\":5"), &clear));
    EXPECT_CALLS(&script, "db find", "db find", "bench decryptrsamessage");
    assert_string_equal(clear->components[0].name, "web");
    assert_string_equal(value_json(&script.arena, value_get(clear->document, "contacts")), "[\"me\"]");
    assert_string_equal(clear->hash, "app"); /* hash and height are kept */
    assert_int_equal((int)value_get_number(clear->document, "height", 0), 5);
    script_end(&script);
}

/* A blob that was opened before is opened again with the key that the daemon gives now. */
static void test_3_4_6_another_key_does_not_open_it(void **state)
{
    struct script script;
    struct app_spec *clear = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    const struct app_spec *app = app_of(&script, "app", seal(&script, PLAIN, 1), ",\"owner\":\"o\"");

    give_key(&script, 1);
    assert_null(open_app(&script, app, &clear));
    give_key(&script, 2);
    const struct error *error = open_app(&script, app, &clear);

    assert_non_null(error);
    assert_string_equal(error->message, "Unsupported state or unable to authenticate data");
    assert_null(clear);
    give_key(&script, 1);
    assert_null(open_app(&script, app, &clear));
    assert_int_equal(clear->component_count, 1);
    script_end(&script);
}

static void test_3_4_6_what_was_sealed_is_json(void **state)
{
    struct script script;
    struct app_spec *clear = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    give_key(&script, 1);
    const struct error *error =
        open_app(&script, app_of(&script, "app", seal(&script, "no json", 1), ",\"owner\":\"o\""), &clear);

    assert_non_null(error);
    assert_string_equal(error->name, "SyntaxError");
    assert_null(clear);
    script_end(&script);
}

static void test_3_4_a_blob_that_is_none(void **state)
{
    static const char *const blobs[] = {"no base64", "!!!!", "AAAA"};
    struct script script;
    struct app_spec *clear = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    for (size_t i = 0; i < sizeof blobs / sizeof blobs[0]; i++) {
        const struct error *error = open_app(&script, app_of(&script, "app", blobs[i], ",\"owner\":\"o\""), &clear);

        assert_non_null(error);
        assert_string_equal(error->message, "Invalid enterprise object");
    }
    assert_int_equal(script_calls_of(&script, "bench decryptrsamessage", NULL), 0);
    script_end(&script);
}

/* 256 bytes for the daemon, nonce and tag are there at the least; then nothing is in it, which is no JSON. */
static void test_3_4_the_smallest_blob(void **state)
{
    enum { SMALLEST = RSA_SIZE + NONCE_SIZE + TAG_SIZE };
    static const unsigned char bytes[SMALLEST - 1] = {0};
    struct script script;
    struct app_spec *clear = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    give_key(&script, 1);
    const char *too_small = base64_encode(&script.arena, bytes, sizeof bytes);

    assert_string_equal(open_app(&script, app_of(&script, "app", too_small, ",\"owner\":\"o\""), &clear)->message,
                        "Invalid enterprise object");
    assert_int_equal(script_calls_of(&script, "bench decryptrsamessage", NULL), 0);
    assert_string_equal(
        open_app(&script, app_of(&script, "app", seal(&script, "", 1), ",\"owner\":\"o\""), &clear)->name,
        "SyntaxError");
    assert_int_equal(script_calls_of(&script, "bench decryptrsamessage", NULL), 1);
    script_end(&script);
}

/* More apps are opened than blobs are kept: each still opens, by whatever order. */
static void test_3_4_more_apps_than_blobs_kept(void **state)
{
    enum { APPS = SEALED_BLOBS + 3 };
    struct script script;
    struct app_spec *apps[APPS];
    struct app_spec *clear = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    give_key(&script, 1);
    for (int i = 0; i < APPS; i++) {
        const char *plain = arena_printf(&script.arena, "{\"compose\":[{\"name\":\"c%d\"}]}", i);

        apps[i] = app_of(&script, arena_printf(&script.arena, "app%d", i), seal(&script, plain, 1), ",\"owner\":\"o\"");
    }
    for (int i = 0; i < 3 * APPS; i++) {
        int nth = i * 5 % APPS;

        assert_null(open_app(&script, apps[nth], &clear));
        assert_string_equal(clear->components[0].name, arena_printf(&script.arena, "c%d", nth));
    }
    script_end(&script);
}

/* While the daemon answers, other apps take all places of the blob. */
static void open_others(struct script *script, const struct effect *effect)
{
    if (effect->id != EFFECT_BENCH_DECRYPTRSAMESSAGE) {
        return;
    }
    script->before = NULL;
    for (int i = 0; i < SEALED_BLOBS; i++) {
        struct app_spec *clear = NULL;
        const char *plain = arena_printf(&script->arena, "{\"compose\":[{\"name\":\"other%d\"}]}", i);

        assert_null(open_app(script, app_of(script, "other", seal(script, plain, 1), ",\"owner\":\"o\""), &clear));
    }
}

static void test_3_4_other_apps_are_opened_meanwhile(void **state)
{
    struct script script;
    struct app_spec *clear = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    give_key(&script, 1);
    script.before = open_others;
    assert_null(open_app(&script, app_of(&script, "app", seal(&script, PLAIN, 1), ",\"owner\":\"o\""), &clear));
    assert_string_equal(clear->components[0].name, "web");
    script_end(&script);
}

static void test_3_4_6_an_empty_owner_is_looked_up(void **state)
{
    struct script script;
    struct app_spec *clear = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    const char *blob = seal(&script, PLAIN, 1);

    give_key(&script, 1);
    script_answer(&script, "db find", NULL, "{\"docs\":[{\"owner\":\"found\",\"height\":7}]}", -1);
    assert_null(open_app(&script, app_of(&script, "app", blob, ",\"owner\":\"\""), &clear));
    EXPECT_CALLS(&script, "db find", "db find", "db find", "bench decryptrsamessage");
    script_forget(&script);
    script.fails_at = 3;
    assert_non_null(open_app(&script, app_of(&script, "app", blob, ",\"owner\":\"\""), &clear));
    EXPECT_CALLS(&script, "db find", "db find", "db find");
    script_end(&script);
}

/* ---- 3.6 --------------------------------------------------------------------------------------------------------- */

#define FORMAL                                                                                                         \
    ",\"description\":\"d\",\"owner\":\"o\",\"instances\":3,\"contacts\":[],\"geolocation\":[],\"expire\":88000,"      \
    "\"nodes\":[],\"staticip\":false,\"height\":7"

static const char *docs(struct script *script, const char *name, const char *blob, const char *more)
{
    return arena_printf(&script->arena, "{\"docs\":[%s]}",
                        value_json(&script->arena, app_of(script, name, blob, more)->document));
}

static void test_3_6_formatted_with_hash_and_height_attached(void **state)
{
    struct script script;
    struct app_spec *found = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    give_key(&script, 1);
    const char *blob = seal(&script, PLAIN, 1);

    script_answer(&script, "db find", "app", docs(&script, "app", blob, FORMAL ",\"odd\":1"), 1);
    assert_null(get_application_global_specifications(&script.task, "app", &found));
    assert_null(value_get(found->document, "odd")); /* no field of the format (3.5) */
    assert_string_equal(found->hash, "app");
    assert_int_equal((int)value_get_number(found->document, "height", 0), 7);
    assert_string_equal(found->components[0].name, "web");

    /* The formatter throws: no owner. */
    script_answer(&script, "db find", "app", docs(&script, "app", blob, ",\"height\":7"), 1);
    assert_non_null(get_application_global_specifications(&script.task, "app", &found));
    script_end(&script);
}

static void test_3_6_falls_back_to_all_global_then_all_local(void **state)
{
    struct script script;
    struct app_spec *found = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    assert_null(get_application_specifications(&script.task, "app", &found));
    assert_null(found);
    EXPECT_CALLS(&script, "db find", "db find", "db find");
    for (int source = 0; source < 2; source++) { /* in the global ones, in the local ones; by name without case */
        script_forget(&script);
        script_answer(&script, "db find", NULL, "{\"docs\":[]}", -1);
        script_answer(&script, "db find", NULL,
                      source == 0 ? "{\"docs\":[{\"name\":\"more\"},{},{\"name\":\"APP\",\"version\":3}]}"
                                  : "{\"docs\":[{\"name\":\"APP\",\"version\":3}]}",
                      1);
        if (source == 1) {
            script_answer(&script, "db find", NULL, "{\"docs\":[]}", 1);
        }
        script_answer(&script, "db find", "app", "{\"docs\":[]}", 1);
        assert_null(get_application_specifications(&script.task, "app", &found));
        assert_string_equal(found->name, "APP");
        EXPECT_CALLS(&script, "db find", "db find", "db find");
    }
    for (int call = 1; call <= 3; call++) {
        script_forget(&script);
        script.fails_at = call;
        assert_non_null(get_application_specifications(&script.task, "app", &found));
        assert_int_equal(script.call_count, call);
    }
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_3_4_1_what_is_not_sealed_comes_back_at_the_cost_of_a_micro_await),
        cmocka_unit_test(test_3_4_5_the_height_that_is_asked_for),
        cmocka_unit_test(test_3_4_6_each_app_and_owner_is_asked_about),
        cmocka_unit_test(test_3_4_7_what_is_decrypted_outlives_the_task),
        cmocka_unit_test(test_3_4_7_compose_and_contacts_are_replaced),
        cmocka_unit_test(test_3_4_6_another_key_does_not_open_it),
        cmocka_unit_test(test_3_4_6_what_was_sealed_is_json),
        cmocka_unit_test(test_3_4_a_blob_that_is_none),
        cmocka_unit_test(test_3_4_the_smallest_blob),
        cmocka_unit_test(test_3_4_more_apps_than_blobs_kept),
        cmocka_unit_test(test_3_4_other_apps_are_opened_meanwhile),
        cmocka_unit_test(test_3_4_6_an_empty_owner_is_looked_up),
        cmocka_unit_test(test_3_6_formatted_with_hash_and_height_attached),
        cmocka_unit_test(test_3_6_falls_back_to_all_global_then_all_local),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
