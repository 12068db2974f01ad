/* The commands of dbHelper as they go over the wire: lifecycle.md 12.2. */
#include "core/db.h"
#include "core/tests/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_12_2_find(void **state)
{
    struct script script;
    const struct value *documents = NULL;
    const struct value *document = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    struct task *task = &script.task;

    script_answer(&script, "db find", NULL, "{\"docs\":[{\"a\":1},{\"a\":2}]}", -1);
    assert_null(find_in_database(task, LOCAL_APPS, value_empty_object(), projection_no_id(task), &documents));
    assert_int_equal(value_count(documents), 2);
    assert_null(find_one_in_database(task, LOCAL_APPS, filter_name(task, "shop"), projection_name(task), &document));
    assert_string_equal(value_json(task->arena, document), "{\"a\":1}");
    assert_null(find_one_in_database(task, INFO, filter_name_regex(task, "shop"), projection_no_id(task), &document));
    assert_null(find_one_in_database(task, LOC, filter_name_ip(task, "shop", "198.51.100.7"), NULL, &document));
    const struct value *by_app = OBJECT(task->arena, {"appSpecifications.name", value_string(task->arena, "shop")});

    assert_null(find_in_database(task, MSG, by_app, NULL, &documents));
    EXPECT_TRANSCRIPT(
        &script,
        "db find [] "
        "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"filter\":{},\"projection\":{\"_id\":0}}\n"
        "db find [shop] {\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"filter\":{\"name\":\"shop\"},"
        "\"projection\":{\"_id\":0,\"name\":1},\"limit\":1}\n"
        "db find [shop] "
        "{\"db\":\"globalzelapps\",\"collection\":\"zelappsinformation\",\"filter\":{\"name\":{\"$regex\":"
        "\"^shop$\",\"$options\":\"i\"}},\"projection\":{\"_id\":0},\"limit\":1}\n"
        "db find [shop] "
        "{\"db\":\"globalzelapps\",\"collection\":\"zelappslocation\",\"filter\":{\"name\":\"shop\",\"ip\":"
        "\"198.51.100.7\"},\"limit\":1}\n"
        "db find [shop] "
        "{\"db\":\"globalzelapps\",\"collection\":\"zelappsmessages\",\"filter\":{\"appSpecifications.name\":\"shop\"}}"
        "\n");
    script_answer(&script, "db find", NULL, "{\"docs\":[]}", -1);
    assert_null(find_one_in_database(task, LOC, value_empty_object(), NULL, &document));
    assert_null(document);
    script_end(&script);
}

/* A regex names what stands between ^ and $. */
static void test_objects_of_regexes(void **state)
{
    static const struct {
        const char *regex;
        const char *object;
    } cases[] = {{"^a$", "a"}, {"^ab$", "ab"}, {"^$", ""}};
    struct script script;
    const struct value *document = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    struct arena *arena = &script.arena;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct value *regex = OBJECT(arena, {"$regex", value_string(arena, cases[i].regex)});

        assert_null(find_one_in_database(&script.task, INFO, OBJECT(arena, {"name", regex}), NULL, &document));
        assert_string_equal(script.objects[i], cases[i].object);
    }
    script_end(&script);
}

static void test_12_2_writes(void **state)
{
    struct script script;
    uint32_t count = 0;
    bool inserted = false;

    (void)state;
    script_begin(&script, "8.9.2");
    struct task *task = &script.task;
    const struct value *document = OBJECT(task->arena, {"name", value_string(task->arena, "shop")});
    const struct value *filter = filter_name(task, "shop");

    script_answer(&script, "db findAndModify", NULL, "{\"value\":{\"name\":\"shop\"}}", 2);
    script_answer(&script, "db aggregate", NULL, "{\"docs\":[{\"_id\":1,\"n\":4}]}", 1);
    assert_null(insert_one_to_database(task, LOCAL_APPS, document, &inserted));
    assert_true(inserted);
    assert_null(update_one_in_database(task, LOC, filter, document));
    assert_null(update_in_database(task, ERRL, filter, document));
    assert_null(find_one_and_delete_in_database(task, LOCAL_APPS, filter));
    assert_null(find_one_and_delete_in_database(task, LOCAL_APPS, filter));
    assert_null(find_one_and_delete_in_database(task, LOCAL_APPS, filter)); /* {value: null} */
    assert_null(remove_documents_from_collection(task, INSTL, filter));
    assert_null(count_in_database(task, ERRL, filter, &count));
    assert_int_equal(count, 4);
    assert_null(update_one_in_database(task, BENCHMARK, value_empty_object(), document));
    EXPECT_TRANSCRIPT(
        &script,
        "db insert [shop] "
        "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"documents\":[{\"name\":\"shop\"}]}\n"
        "db update [shop] "
        "{\"db\":\"globalzelapps\",\"collection\":\"zelappslocation\",\"updates\":[{\"q\":{\"name\":\"shop\"},"
        "\"u\":{\"$set\":{\"name\":\"shop\"}},\"upsert\":true}]}\n"
        "db update [shop] "
        "{\"db\":\"globalzelapps\",\"collection\":\"appsInstallingErrorsLocations\",\"updates\":[{\"q\":{\"name\":"
        "\"shop\"},\"u\":{\"$set\":{\"name\":\"shop\"}},\"multi\":true}]}\n"
        "db findAndModify [shop] "
        "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"query\":{\"name\":\"shop\"},\"remove\":true}"
        "\n"
        "db findAndModify [shop] "
        "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"query\":{\"name\":\"shop\"},\"remove\":true}"
        "\n"
        "db findAndModify [shop] "
        "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"query\":{\"name\":\"shop\"},\"remove\":true}"
        "\n"
        "db delete [shop] "
        "{\"db\":\"globalzelapps\",\"collection\":\"appsinstallinglocations\",\"deletes\":[{\"q\":{\"name\":\"shop\"},"
        "\"limit\":0}]}\n"
        "db aggregate [shop] "
        "{\"db\":\"globalzelapps\",\"collection\":\"appsInstallingErrorsLocations\",\"pipeline\":[{\"$match\":{"
        "\"name\":"
        "\"shop\"}},{\"$group\":{\"_id\":1,\"n\":{\"$sum\":1}}}]}\n"
        "db update [] "
        "{\"db\":\"zelfluxlocal\",\"collection\":\"benchmark\",\"updates\":[{\"q\":{},\"u\":{\"$set\":{\"name\":"
        "\"shop\"}},"
        "\"upsert\":true}]}\n");
    assert_null(count_in_database(task, ERRL, filter, &count)); /* nothing matches */
    assert_int_equal(count, 0);
    script_end(&script);
}

/* 12.2, Driver: the server's errors are MongoServerErrors, the connection's are not; a duplicate key is no error. */
static void test_12_2_errors(void **state)
{
    static const struct {
        const char *effect;
        int status;
        const char *name;
    } cases[] = {{"db find", 10107, "MongoServerError"},
                 {"db find", 1, "MongoServerError"},
                 {"db find", 0, "Error"},
                 {"db insert", 10107, "MongoServerError"},
                 {"db update", 1, "MongoServerError"},
                 {"db findAndModify", 10107, "MongoServerError"},
                 {"db delete", 10107, "MongoServerError"},
                 {"db aggregate", 10107, "MongoServerError"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        const struct value *found = value_null();
        uint32_t count = 7;
        bool inserted = true;
        const char *effect = cases[i].effect;
        const struct error *error = NULL;

        script_begin(&script, "8.9.2");
        struct task *task = &script.task;
        const struct value *filter = filter_name(task, "shop");

        script_fail(&script, effect, NULL, cases[i].status, "not primary", -1);
        if (strcmp(effect, "db find") == 0) {
            error = find_one_in_database(task, LOC, filter, NULL, &found);
            assert_null(found);
        } else if (strcmp(effect, "db insert") == 0) {
            error = insert_one_to_database(task, LOC, filter, &inserted);
            assert_false(inserted);
        } else if (strcmp(effect, "db update") == 0) {
            error = update_one_in_database(task, LOC, filter, filter);
        } else if (strcmp(effect, "db findAndModify") == 0) {
            error = find_one_and_delete_in_database(task, LOC, filter);
        } else if (strcmp(effect, "db delete") == 0) {
            error = remove_documents_from_collection(task, LOC, filter);
        } else {
            error = count_in_database(task, LOC, filter, &count);
        }
        assert_non_null(error);
        assert_string_equal(error->name, cases[i].name);
        assert_string_equal(error->message, "not primary");
        assert_int_equal(error->status, cases[i].status);
        assert_int_equal(script.call_count, 1);
        script_end(&script);
    }
}

static void test_1_6_3_a_duplicate_key_is_swallowed(void **state)
{
    struct script script;
    bool inserted = true;

    (void)state;
    script_begin(&script, "8.9.2");
    script_fail(&script, "db insert", NULL, 11000, "E11000 duplicate key", -1);
    assert_null(insert_one_to_database(&script.task, LOC, filter_name(&script.task, "shop"), &inserted));
    assert_false(inserted);
    script_fail(&script, "db find", NULL, 11000, "not a write", -1);
    const struct value *found = NULL;

    assert_non_null(find_one_in_database(&script.task, LOC, value_empty_object(), NULL, &found));
    script_end(&script);
}

static void test_12_2_a_find_that_is_interrupted_is_sent_twice(void **state)
{
    struct script script;
    const struct value *documents = NULL;

    (void)state;
    script_begin(&script, "8.9.2");
    script_fail(&script, "db find", NULL, 11602, "interrupted", 1);
    assert_null(find_in_database(&script.task, LOC, value_empty_object(), NULL, &documents));
    EXPECT_CALLS(&script, "db find", "db find");
    script_forget(&script);
    script_fail(&script, "db find", NULL, 11602, "interrupted", -1);
    const struct error *error = find_in_database(&script.task, LOC, value_empty_object(), NULL, &documents);

    EXPECT_CALLS(&script, "db find", "db find");
    assert_string_equal(error_text(&script.arena, error), "MongoServerError: interrupted");
    script_forget(&script);
    script_fail(&script, "db delete", NULL, 11602, "interrupted", -1); /* a write is not */
    assert_non_null(remove_documents_from_collection(&script.task, LOC, value_empty_object()));
    EXPECT_CALLS(&script, "db delete");
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_12_2_find),
        cmocka_unit_test(test_objects_of_regexes),
        cmocka_unit_test(test_12_2_writes),
        cmocka_unit_test(test_12_2_errors),
        cmocka_unit_test(test_1_6_3_a_duplicate_key_is_swallowed),
        cmocka_unit_test(test_12_2_a_find_that_is_interrupted_is_sent_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
