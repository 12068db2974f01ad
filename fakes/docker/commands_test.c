/* test, [ and [[: POSIX XCU test. */
#include "fakes/docker/command_io.h"
#include "fakes/docker/command_steps.h"

#include <stdlib.h>
#include <string.h>

enum { ANSWER_WRONG = 2 };

struct test {
    struct machine *machine;
    struct proc *proc;
    uint32_t at, end;
    bool failed;
};

static bool read_or(struct test *test);

static const char *word_at(const struct test *test, uint32_t ahead)
{
    return test->at + ahead < test->end ? command_argument(test->proc, test->at + ahead) : NULL;
}

static bool is_word(const struct test *test, uint32_t ahead, const char *text)
{
    const char *word = word_at(test, ahead);

    return word != NULL && strcmp(word, text) == 0;
}

static void wrong(struct test *test, const char *word, const char *what)
{
    if (!test->failed) {
        command_complain(test->machine, test->proc, "%s%s", word, what);
    }
    test->failed = true;
}

static bool test_file(struct test *test, char operator, const char * path)
{
    struct file_status status = command_file_status(test->machine, test->proc, path, NULL);

    switch (operator) {
    case 'd':
        return status.kind == FILE_FOLDER;
    case 'f':
        return status.kind == FILE_REGULAR;
    case 's':
        return status.size > 0 || status.kind == FILE_FOLDER;
    case 'x':
        return status.executable || status.kind == FILE_FOLDER;
    case 'w':
        return status.kind != FILE_NONE && !status.read_only;
    case 'c':
        return status.kind == FILE_DEVICE;
    case 'h':
    case 'L':
        return command_link_status(test->machine, test->proc, path).kind == FILE_LINK;
    case 'b':
    case 'p':
    case 'S':
    case 'u':
    case 'g':
    case 'k':
        return false;
    default: /* e, r, O, G: root may read everything */
        return status.kind != FILE_NONE;
    }
}

static bool is_terminal(const struct test *test, const char *descriptor)
{
    const struct open_file *file = descriptor[0] >= '0' && descriptor[0] <= '9' && descriptor[1] == '\0'
                                       ? test->proc->files[descriptor[0] - '0']
                                       : NULL;

    return test->machine->tty && file != NULL &&
           (file->kind == OPEN_INPUT || file->kind == OPEN_OUTPUT || file->kind == OPEN_ERROR);
}

static int64_t number_of(struct test *test, const char *text)
{
    char *end;
    int64_t number = strtoll(text, &end, TEN);

    if (*end != '\0' || end == text) {
        wrong(test, text, ": bad number");
    }
    return number;
}

static bool compare_numbers(struct test *test, const char *operator, const char * left, const char *right)
{
    int64_t a = number_of(test, left);
    int64_t b = test->failed ? 0 : number_of(test, right);

    switch (operator[1] * 2 + operator[2]) {
    case 'e' * 2 + 'q':
        return a == b;
    case 'n' * 2 + 'e':
        return a != b;
    case 'l' * 2 + 't':
        return a < b;
    case 'l' * 2 + 'e':
        return a <= b;
    case 'g' * 2 + 't':
        return a > b;
    default:
        return a >= b;
    }
}

static bool is_binary(const char *word)
{
    static const char *const operators[] = {"=",   "==",  "!=",  "<",   ">",   "-eq", "-ne", "-lt",
                                            "-le", "-gt", "-ge", "-nt", "-ot", "-ef", "=~"};

    for (uint32_t i = 0; word != NULL && i < sizeof operators / sizeof operators[0]; i++) {
        if (strcmp(word, operators[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool compare(struct test *test, const char *operator, const char * left, const char *right)
{
    if (operator[0] == '=') {
        return strcmp(command_argument(test->proc, 0), "[[") == 0 ? shell_pattern_fits(right, left)
                                                                  : strcmp(left, right) == 0;
    }
    if (operator[0] == '!') {
        return strcmp(left, right) != 0;
    }
    if (operator[0] == '<' || operator[0] == '>') {
        return operator[0] == '<' ? strcmp(left, right) < 0 : strcmp(left, right) > 0;
    }
    if (strcmp(operator, "-nt") == 0 || strcmp(operator, "-ot") == 0) {
        int64_t a = command_file_status(test->machine, test->proc, left, NULL).mtime_ms;
        int64_t b = command_file_status(test->machine, test->proc, right, NULL).mtime_ms;

        return operator[1] == 'n' ? a > b : a<b;
    }
    return compare_numbers(test, operator, left, right);
}

static bool read_primary(struct test *test)
{
    const char *word = word_at(test, 0);

    if (word == NULL) {
        wrong(test, "", "argument expected");
        return false;
    }
    if (is_binary(word_at(test, 1)) && word_at(test, 2) != NULL) {
        bool value = compare(test, word_at(test, 1), word, word_at(test, 2));

        test->at += 3;
        return value;
    }
    if (strcmp(word, "(") == 0 && word_at(test, 1) != NULL) {
        test->at++;
        bool value = read_or(test);

        if (!is_word(test, 0, ")")) {
            wrong(test, "", "closing paren expected");
        }
        test->at++;
        return value;
    }
    if (word[0] == '-' && word[1] != '\0' && word[2] == '\0' && word_at(test, 1) != NULL &&
        strchr("bcdefghkLnOGprSsuwxzt", word[1]) != NULL) {
        const char *operand = word_at(test, 1);

        test->at += 2;
        return word[1] == 'n'   ? operand[0] != '\0'
               : word[1] == 'z' ? operand[0] == '\0'
               : word[1] == 't' ? is_terminal(test, operand)
                                : test_file(test, word[1], operand);
    }
    test->at++;
    return word[0] != '\0';
}

static bool read_not(struct test *test)
{
    if (is_word(test, 0, "!") && word_at(test, 1) != NULL && !is_binary(word_at(test, 1))) {
        test->at++;
        return !read_not(test); // NOLINT(misc-no-recursion): as many as there are arguments
    }
    return read_primary(test);
}

static bool read_and(struct test *test)
{
    bool value = read_not(test);

    while (!test->failed && (is_word(test, 0, "-a") || is_word(test, 0, "&&"))) {
        test->at++;
        value &= read_not(test);
    }
    return value;
}

static bool read_or(struct test *test)
{
    bool value = read_and(test);

    while (!test->failed && (is_word(test, 0, "-o") || is_word(test, 0, "||"))) {
        test->at++;
        value |= read_and(test);
    }
    return value;
}

enum command_answer command_test(struct machine *machine, struct proc *proc)
{
    struct test test = {machine, proc, 1, text_string_count(&proc->arguments), false};
    const char *name = command_argument(proc, 0);

    if (name[0] == '[') {
        const char *closing = name[1] == '[' ? "]]" : "]";

        if (strcmp(command_argument(proc, test.end - 1), closing) != 0) {
            return command_fail(machine, proc, ANSWER_WRONG, "missing %s", closing);
        }
        test.end--;
    }
    if (test.at >= test.end) {
        return command_finish(proc, 1);
    }
    bool value = read_or(&test);

    if (!test.failed && test.at < test.end) {
        wrong(&test, word_at(&test, 0), ": unknown operand");
    }
    return command_finish(proc, test.failed ? ANSWER_WRONG : !value);
}
