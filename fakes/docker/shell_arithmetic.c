/* Arithmetic: POSIX XCU 2.6.4, C's operators on signed 64-bit numbers. */
#include "fakes/docker/proc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NESTING_MAX = 32 };

struct reader {
    struct machine *machine;
    struct proc *proc;
    const char *at;
    const char *error;
    uint32_t nesting;
};

static int64_t read_assignment(struct reader *reader);

static void skip(struct reader *reader)
{
    while (isspace((unsigned char)*reader->at)) {
        reader->at++;
    }
}

static bool accept(struct reader *reader, const char *operator)
{
    size_t length = strlen(operator);

    skip(reader);
    if (strncmp(reader->at, operator, length) != 0) {
        return false;
    }
    reader->at += length;
    return true;
}

static int64_t number_of(struct reader *reader, const char *text)
{
    char *end;
    int64_t number = strtoll(text, &end, 0);

    while (isspace((unsigned char)*end)) {
        end++;
    }
    if (*end != '\0') {
        struct reader inner = *reader;
        int64_t value;

        if (++inner.nesting > NESTING_MAX) {
            reader->error = "expression recursion loop detected";
            return 0;
        }
        inner.at = text;
        value = read_assignment(&inner);
        skip(&inner);
        reader->error = inner.error == NULL && *inner.at != '\0' ? "arithmetic syntax error" : inner.error;
        return value;
    }
    return number;
}

static size_t name_length(const char *text)
{
    size_t length = 0;

    while (shell_is_name_start(text[0]) && shell_is_name_char(text[length])) {
        length++;
    }
    return length;
}

static void copy_name(char *name, size_t size, const char *text, size_t length)
{
    snprintf(name, size, "%.*s", (int)length, text);
}

enum { NAME_MAX_LENGTH = 128 };

/* Like every sum of the shell's, it goes round at the ends. */
static int64_t stepped(int64_t number, int step)
{
    return (int64_t)((uint64_t)number + (uint64_t)step);
}

static int64_t read_variable(struct reader *reader, size_t length)
{
    char name[NAME_MAX_LENGTH];

    copy_name(name, sizeof name, reader->at, length);
    reader->at += length;
    const char *value = variable_get(reader->proc, name);
    int64_t number = value == NULL ? 0 : number_of(reader, value);
    int step = strncmp(reader->at, "++", 2) == 0 ? 1 : strncmp(reader->at, "--", 2) == 0 ? -1 : 0;

    if (step != 0) {
        char text[NUMBER_SIZE];

        reader->at += 2;
        snprintf(text, sizeof text, "%lld", (long long)stepped(number, step));
        (void)variable_set(reader->machine, reader->proc, name, text, false);
    }
    return number;
}

static int64_t read_step_before(struct reader *reader, int step)
{
    char name[NAME_MAX_LENGTH];
    char text[NUMBER_SIZE];

    skip(reader);
    copy_name(name, sizeof name, reader->at, name_length(reader->at));
    reader->at += strlen(name);
    const char *value = variable_get(reader->proc, name);
    int64_t number = stepped(value == NULL ? 0 : number_of(reader, value), step);

    snprintf(text, sizeof text, "%lld", (long long)number);
    (void)variable_set(reader->machine, reader->proc, name, text, false);
    return number;
}

static int64_t read_primary(struct reader *reader)
{
    int64_t value;

    if (++reader->nesting > NESTING_MAX) {
        reader->error = "expression recursion loop detected";
        return 0;
    }
    skip(reader);
    if (accept(reader, "++")) {
        value = read_step_before(reader, 1);
    } else if (accept(reader, "--")) {
        value = read_step_before(reader, -1);
    } else if (accept(reader, "(")) {
        value = read_assignment(reader);
        if (!accept(reader, ")")) {
            reader->error = "arithmetic syntax error";
        }
    } else if (accept(reader, "-")) {
        value = (int64_t)(0 - (uint64_t)read_primary(reader));
    } else if (accept(reader, "+")) {
        value = read_primary(reader);
    } else if (accept(reader, "!")) {
        value = read_primary(reader) == 0;
    } else if (accept(reader, "~")) {
        value = ~read_primary(reader);
    } else if (isdigit((unsigned char)*reader->at)) {
        char *end;

        value = strtoll(reader->at, &end, 0);
        reader->at = end;
    } else if (name_length(reader->at) > 0) {
        value = read_variable(reader, name_length(reader->at));
    } else {
        reader->error = "arithmetic syntax error";
        value = 0;
    }
    reader->nesting--;
    return value;
}

/* Operators from the loosest to the tightest; the longer of two that begin alike comes first. */
static const struct binary {
    const char *text;
    int level;
    char operation;
} binaries[] = {
    {"||", 0, 'O'}, {"&&", 1, 'A'}, {"|", 2, '|'},  {"^", 3, '^'},  {"&", 4, '&'},  {"==", 5, '='},
    {"!=", 5, '!'}, {"<<", 7, 'L'}, {">>", 7, 'R'}, {"<=", 6, 'l'}, {">=", 6, 'g'}, {"<", 6, '<'},
    {">", 6, '>'},  {"+", 8, '+'},  {"-", 8, '-'},  {"*", 9, '*'},  {"/", 9, '/'},  {"%", 9, '%'},
};

static const struct binary *next_binary(struct reader *reader)
{
    skip(reader);
    for (uint32_t i = 0; i < sizeof binaries / sizeof binaries[0]; i++) {
        size_t length = strlen(binaries[i].text);

        if (strncmp(reader->at, binaries[i].text, length) == 0) {
            bool assigns = reader->at[length] == '=' && strchr("|^&LR+-*/%", binaries[i].operation) != NULL;

            return assigns ? NULL : &binaries[i];
        }
    }
    return NULL;
}

static int64_t divide(struct reader *reader, int64_t left, int64_t right, bool rest)
{
    if (right == 0) {
        reader->error = "divide by zero";
        return 0;
    }
    if (right == -1) {
        return rest ? 0 : (int64_t)(0 - (uint64_t)left);
    }
    return rest ? left % right : left / right;
}

static int64_t apply(struct reader *reader, char operation, int64_t left, int64_t right)
{
    enum { SHIFT_MASK = 63 };

    switch (operation) {
    case 'O':
        return left != 0 || right != 0;
    case 'A':
        return left != 0 && right != 0;
    case '|':
        return left | right;
    case '^':
        return left ^ right;
    case '&':
        return left & right;
    case '=':
        return left == right;
    case '!':
        return left != right;
    case 'L':
        return (int64_t)((uint64_t)left << (right & SHIFT_MASK));
    case 'R':
        return left >> (right & SHIFT_MASK);
    case 'l':
        return left <= right;
    case 'g':
        return left >= right;
    case '<':
        return left < right;
    case '>':
        return left > right;
    case '+':
        return (int64_t)((uint64_t)left + (uint64_t)right);
    case '-':
        return (int64_t)((uint64_t)left - (uint64_t)right);
    case '*':
        return (int64_t)((uint64_t)left * (uint64_t)right);
    default:
        return divide(reader, left, right, operation == '%');
    }
}

/* Operators of at least this level, left to right. */
static int64_t read_binary(struct reader *reader, int level)
{
    int64_t left = read_primary(reader);
    const struct binary *binary;

    while (reader->error == NULL && (binary = next_binary(reader)) != NULL && binary->level >= level) {
        reader->at += strlen(binary->text);
        int64_t right = read_binary(reader, binary->level + 1); // NOLINT(misc-no-recursion): at most as many levels

        left = apply(reader, binary->operation, left, right);
    }
    return left;
}

static int64_t read_conditional(struct reader *reader)
{
    int64_t condition = read_binary(reader, 0);

    if (reader->error == NULL && accept(reader, "?")) {
        int64_t yes = read_assignment(reader);

        if (!accept(reader, ":")) {
            reader->error = "malformed ?: operator";
            return 0;
        }
        int64_t no = read_assignment(reader);

        return condition != 0 ? yes : no;
    }
    return condition;
}

static int64_t read_assignment(struct reader *reader)
{
    static const char *const operators[] = {"<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "="};
    static const char operations[] = "LR+-*/%&|^ ";
    char name[NAME_MAX_LENGTH];
    size_t length;

    skip(reader);
    length = name_length(reader->at);
    if (length > 0 && length < sizeof name) {
        const char *start = reader->at;

        copy_name(name, sizeof name, start, length);
        reader->at += length;
        for (uint32_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
            if (accept(reader, operators[i]) && !(operations[i] == ' ' && *reader->at == '=')) {
                const char *held = variable_get(reader->proc, name);
                int64_t before = operations[i] == ' ' || held == NULL ? 0 : number_of(reader, held);
                int64_t value = read_assignment(reader);
                char text[NUMBER_SIZE];

                value = operations[i] == ' ' ? value : apply(reader, operations[i], before, value);
                snprintf(text, sizeof text, "%lld", (long long)value);
                (void)variable_set(reader->machine, reader->proc, name, text, false);
                return value;
            }
        }
        reader->at = start;
    }
    return read_conditional(reader);
}

bool shell_arithmetic(struct machine *machine, struct proc *proc, const char *expression, int64_t *value)
{
    struct reader reader = {.machine = machine, .proc = proc, .at = expression};

    skip(&reader);
    *value = 0;
    if (*reader.at == '\0') {
        return true;
    }
    *value = read_assignment(&reader);
    while (reader.error == NULL && accept(&reader, ",")) {
        *value = read_assignment(&reader);
    }
    skip(&reader);
    if (reader.error == NULL && *reader.at != '\0') {
        reader.error = "arithmetic syntax error";
    }
    if (reader.error != NULL) {
        shell_complain(machine, proc, "%s", reader.error);
        return false;
    }
    return true;
}
