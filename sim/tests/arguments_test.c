/* What may stand for an argument: arguments.def knows every name that help has, and the tables say what it stands for.
 */
#include "sim/cli/arguments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static const struct option_info *option(enum verb verb, const char *name)
{
    for (unsigned i = 0; i < option_count; i++) {
        if (option_table[i].verb == verb && strcmp(option_table[i].name, name) == 0) {
            return &option_table[i];
        }
    }
    fail_msg("no option --%s", name);
    return NULL;
}

static bool has_word(const struct argument *argument, const char *text)
{
    for (uint32_t i = 0; i < argument->word_count; i++) {
        if (strcmp(argument->words[i].text, text) == 0) {
            return true;
        }
    }
    return false;
}

static void every_name_is_known(void **state)
{
    (void)state;
    for (unsigned i = 0; i < option_count; i++) {
        const char *argument = option_table[i].argument;
        const char *unknown = argument == NULL ? NULL : argument_unknown(&arena, argument);

        if (unknown != NULL) {
            fail_msg("%s --%s %s: arguments.def has no \"%s\"", verb_info(option_table[i].verb)->name,
                     option_table[i].name, argument, unknown);
        }
    }
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        const char *unknown = argument_unknown(&arena, verb_info((enum verb)i)->operands);

        if (unknown != NULL) {
            fail_msg("%s: arguments.def has no \"%s\"", verb_info((enum verb)i)->name, unknown);
        }
    }
    assert_string_equal(argument_unknown(&arena, "R[,R]|NOBODY"), "NOBODY");
    assert_null(argument_unknown(&arena, "EFFECT[:NTH]"));
}

static void alternatives_add_up(void **state)
{
    const struct argument of_run = argument_of_option(&arena, option(VERB_RUN, "revision"));
    const struct argument of_serve = argument_of_option(&arena, option(VERB_SERVE, "revision"));
    const struct argument of_diff = argument_of_option(&arena, option(VERB_DIFF, "revision"));

    (void)state;
    assert_true(has_word(&of_run, "8.9.2") && has_word(&of_run, "all"));
    assert_int_equal(of_run.word_count, of_serve.word_count + 1);
    assert_int_equal(of_run.form, ONE);
    assert_int_equal(of_diff.form, LIST);
    assert_int_equal(of_diff.word_count, of_serve.word_count);
}

static void a_verb_has_its_own_forms(void **state)
{
    const struct argument of_run = argument_of_option(&arena, option(VERB_RUN, "report"));
    const struct argument of_ablate = argument_of_option(&arena, option(VERB_ABLATE, "report"));
    const struct argument of_conform = argument_of_option(&arena, option(VERB_CONFORM, "format"));

    (void)state;
    assert_int_equal(of_run.form, PAIRS);
    assert_true(has_word(&of_run, "html") && has_word(&of_run, "junit"));
    assert_true(!has_word(&of_ablate, "html") && has_word(&of_ablate, "junit"));
    assert_int_equal(of_conform.word_count, 3);
}

static void files_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(argument_of_option(&arena, option(VERB_RUN, "output")).files, ANY_FILES);
    assert_int_equal(argument_of_option(&arena, option(VERB_EXPLORE, "save")).files, FOLDERS);
    assert_int_equal(argument_of_option(&arena, option(VERB_RUN, "seed")).files, NO_FILES);
    assert_int_equal(argument_of_option(&arena, option(VERB_RUN, "quiet")).files, NO_FILES);
    assert_int_equal(argument_of_operands(&arena, VERB_RUN).files, SCENARIOS);
    assert_int_equal(argument_of_operands(&arena, VERB_IMPORT).files, ANY_FILES);
    assert_int_equal(argument_of_operands(&arena, VERB_VERSION).files, NO_FILES);
}

static void ports_are_those_that_can_fail_where_they_are_to(void **state)
{
    const struct argument of_run = argument_of_option(&arena, option(VERB_RUN, "port"));
    const struct argument of_sweep = argument_of_option(&arena, option(VERB_SWEEP, "ports"));

    (void)state;
    assert_true(has_word(&of_run, "clock") && !has_word(&of_sweep, "clock"));
    assert_int_equal(of_run.word_count, of_sweep.word_count + 1);
    assert_false(has_word(&of_run, "node")); /* its effects are immediate */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_is_known),
        cmocka_unit_test(alternatives_add_up),
        cmocka_unit_test(a_verb_has_its_own_forms),
        cmocka_unit_test(files_are_told_apart),
        cmocka_unit_test(ports_are_those_that_can_fail_where_they_are_to),
    };

    arena_init(&arena, arena_source_malloc());
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_reset(&arena);
    return failed;
}
