/* Commands that print what they are given. */
#include "fakes/docker/command_io.h"
#include "fakes/docker/command_steps.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OCTAL = 8, HEX = 16, OCTAL_DIGITS_MAX = 3, SPEC_SIZE = 32, LINES_PER_STEP = 100 };

enum command_answer command_true(struct machine *machine, struct proc *proc)
{
    (void)machine;
    return command_finish(proc, 0);
}

enum command_answer command_false(struct machine *machine, struct proc *proc)
{
    (void)machine;
    return command_finish(proc, 1);
}

/* One escape after a backslash; *at goes behind it. false: \c, nothing more is printed. */
static bool add_escape(struct machine *machine, struct text *out, const char **at, bool leading_zero)
{
    static const char letters[] = "abfnrtv\\";
    static const char values[] = "\a\b\f\n\r\t\v\\";
    const char *found = **at == '\0' ? NULL : strchr(letters, **at);

    if (**at == 'c') {
        return false;
    }
    if (found != NULL) {
        text_add_char(machine->pool, out, values[found - letters]);
        (*at)++;
        return true;
    }
    int base = **at == 'x' ? HEX : OCTAL;
    const char *digits = *at + (**at == 'x' || (**at == '0' && leading_zero) ? 1 : 0);
    int length = 0;
    int value = 0;

    while (length < (base == HEX ? 2 : OCTAL_DIGITS_MAX) &&
           (base == HEX ? isxdigit((unsigned char)digits[length]) : digits[length] >= '0' && digits[length] < '8')) {
        char digit[2] = {digits[length++], '\0'};

        value = value * base + (int)strtol(digit, NULL, base);
    }
    if (length == 0 && digits == *at) {
        text_add_char(machine->pool, out, '\\');
    } else {
        text_add_char(machine->pool, out, (char)value);
        *at = digits + length;
    }
    return true;
}

/* false: \c. */
static bool add_escaped(struct machine *machine, struct text *out, const char *text)
{
    while (*text != '\0') {
        if (*text != '\\') {
            text_add_char(machine->pool, out, *text++);
            continue;
        }
        text++;
        if (!add_escape(machine, out, &text, true)) {
            return false;
        }
    }
    return true;
}

static enum command_answer write_text(struct machine *machine, struct proc *proc, struct text *text, int status)
{
    int error = text->length == 0 ? 0 : proc_write(machine, proc, 1, text->bytes, text->length);

    if (error != 0) {
        command_complain(machine, proc, "write error: %s", proc_error_text(error));
        status = 1;
    }
    text_free(machine->pool, text);
    return command_finish(proc, status);
}

enum command_answer command_echo(struct machine *machine, struct proc *proc)
{
    struct text out = {0};
    uint32_t index = 1;
    bool newline = true;
    bool escapes = false;
    bool goes_on = true;
    const char *word;

    while ((word = command_argument(proc, index)) != NULL && word[0] == '-' && word[1] != '\0' &&
           strspn(word + 1, "neE") == strlen(word + 1)) {
        newline &= strchr(word, 'n') == NULL;
        for (; *word != '\0'; word++) {
            escapes = *word == 'e' || (escapes && *word != 'E');
        }
        index++;
    }
    for (uint32_t i = index; goes_on && (word = command_argument(proc, i)) != NULL; i++) {
        if (i > index) {
            text_add_char(machine->pool, &out, ' ');
        }
        if (escapes) {
            goes_on = add_escaped(machine, &out, word);
        } else {
            text_add_string(machine->pool, &out, word);
        }
    }
    if (newline && goes_on) {
        text_add_char(machine->pool, &out, '\n');
    }
    return write_text(machine, proc, &out, 0);
}

/* A number, or the code of a character behind a quote; *ok false: neither. */
static int64_t printf_number(const char *text, bool *ok)
{
    char *end;

    if (text == NULL) {
        return 0;
    }
    if (text[0] == '\'' || text[0] == '"') {
        return (unsigned char)text[1];
    }
    int64_t value = strtoll(text, &end, 0);

    *ok = *end == '\0' && end != text;
    return value;
}

/* One conversion; false: stop. */
static bool convert(struct machine *machine, struct proc *proc, struct text *out, const char *spec, size_t length,
                    const char *value)
{
    char format[SPEC_SIZE];
    char kind = spec[length - 1];
    bool ok = true;

    if (length + 2 >= sizeof format) {
        return false;
    }
    if (kind == 'b') {
        return add_escaped(machine, out, value == NULL ? "" : value);
    }
    if (kind == 'c') {
        text_add(machine->pool, out, value == NULL ? "" : value, value == NULL || value[0] == '\0' ? 0 : 1);
    } else if (kind == 's') {
        snprintf(format, sizeof format, "%.*s", (int)length, spec);
        text_printf_by(machine->pool, out, format, value == NULL ? "" : value);
    } else if (strchr("diouxX", kind) != NULL) {
        int64_t number = printf_number(value, &ok);

        snprintf(format, sizeof format, "%.*sll%c", (int)length - 1, spec, kind);
        text_printf_by(machine->pool, out, format, (long long)number);
    } else if (strchr("feEgG", kind) != NULL) {
        snprintf(format, sizeof format, "%.*s", (int)length, spec);
        text_printf_by(machine->pool, out, format, value == NULL ? 0.0 : strtod(value, NULL));
    } else {
        command_complain(machine, proc, "%.*s: invalid format", (int)length, spec);
        proc->status = 1;
        return false;
    }
    if (!ok) {
        command_complain(machine, proc, "invalid number '%s'", value);
        proc->status = 1;
    }
    return true;
}

/* The format once; false: stop. */
static bool print_once(struct machine *machine, struct proc *proc, struct text *out, const char *format,
                       uint32_t *index)
{
    bool goes_on = true;

    while (goes_on && *format != '\0') {
        if (*format == '\\') {
            format++;
            goes_on = add_escape(machine, out, &format, false);
        } else if (format[0] == '%' && format[1] == '%') {
            text_add_char(machine->pool, out, '%');
            format += 2;
        } else if (*format == '%') {
            size_t length = strspn(format + 1, "-+ #0123456789.") + 2;
            const char *value = command_argument(proc, *index);

            if (format[length - 1] == '\0') {
                command_complain(machine, proc, "%s: invalid format", format);
                proc->status = 1;
                return false;
            }
            *index += value != NULL;
            goes_on = convert(machine, proc, out, format, length, value);
            format += length;
        } else {
            text_add_char(machine->pool, out, *format++);
        }
    }
    return goes_on;
}

enum command_answer command_printf(struct machine *machine, struct proc *proc)
{
    struct text out = {0};
    uint32_t index = 2;
    uint32_t before;
    bool goes_on;

    proc->status = 0;
    if (command_argument(proc, 1) == NULL) {
        return command_fail(machine, proc, 1, "usage: printf FORMAT [ARG]...");
    }
    do {
        before = index;
        goes_on = print_once(machine, proc, &out, command_argument(proc, 1), &index);
    } while (goes_on && index > before && command_argument(proc, index) != NULL);
    return write_text(machine, proc, &out, proc->status);
}

enum command_answer command_pwd(struct machine *machine, struct proc *proc)
{
    command_print(machine, proc, "%s\n", text_string(&proc->folder));
    return command_finish(proc, 0);
}

enum command_answer command_basename(struct machine *machine, struct proc *proc)
{
    const char *path = command_argument(proc, 1);
    const char *suffix = path == NULL ? NULL : command_argument(proc, 2);
    size_t length = path == NULL ? 0 : strlen(path);

    if (path == NULL) {
        return command_fail(machine, proc, 1, "missing operand");
    }
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    size_t start = length;

    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    if (start == length) {
        start = 0;
    }
    if (suffix != NULL && strlen(suffix) < length - start &&
        strncmp(path + length - strlen(suffix), suffix, strlen(suffix)) == 0) {
        length -= strlen(suffix);
    }
    command_print(machine, proc, "%.*s\n", (int)(length - start), path + start);
    return command_finish(proc, 0);
}

enum command_answer command_dirname(struct machine *machine, struct proc *proc)
{
    const char *path = command_argument(proc, 1);
    size_t length = path == NULL ? 0 : strlen(path);

    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    command_print(machine, proc, "%.*s\n", length == 0 ? 1 : (int)length, length == 0 ? "." : path);
    return command_finish(proc, 0);
}

static enum command_answer seq_end(struct machine *machine, struct proc *proc, const char *separator)
{
    if (separator != NULL && proc->state.phase > 1) {
        command_print(machine, proc, "\n");
    }
    return command_finish(proc, 0);
}

/* seq [-s SEP] [FIRST [STEP]] LAST, on whole numbers */
enum command_answer command_seq(struct machine *machine, struct proc *proc)
{
    struct command_state *state = &proc->state;
    const char *separator = command_option(proc, "s", 's');
    uint32_t index = separator == NULL ? 1 : command_first_operand(proc, "s");
    int64_t numbers[3] = {1, 1, 1};
    uint32_t count = 0;

    for (const char *word; count < 3 && (word = command_argument(proc, index + count)) != NULL; count++) {
        char *end;

        numbers[count] = strtoll(word, &end, TEN);
        if (*end != '\0') {
            return command_fail(machine, proc, 1, "invalid number '%s'", word);
        }
    }
    int64_t first = count > 1 ? numbers[0] : 1;
    int64_t step = count > 2 ? numbers[1] : 1;
    int64_t last = count == 0 ? 0 : numbers[count - 1];

    if (state->phase == 0) {
        state->phase = 1;
        state->count = first;
    }
    for (int i = 0; i < LINES_PER_STEP && proc->pending == 0; i++) {
        if (step == 0 || (step > 0 ? state->count > last : state->count < last)) {
            return seq_end(machine, proc, separator);
        }
        if (separator != NULL) {
            command_print(machine, proc, "%s%lld", state->phase > 1 ? separator : "", (long long)state->count);
            state->phase = 2;
        } else {
            command_print(machine, proc, "%lld\n", (long long)state->count);
        }
        if (step > 0 ? state->count > INT64_MAX - step : state->count < INT64_MIN - step) {
            return seq_end(machine, proc, separator); /* the next has no place among 64 bits: there is none */
        }
        state->count += step;
    }
    return COMMAND_AGAIN;
}

enum command_answer command_yes(struct machine *machine, struct proc *proc)
{
    struct text line = {0};

    text_add_string(machine->pool, &line, command_argument(proc, 1) == NULL ? "y" : command_argument(proc, 1));
    for (uint32_t i = 2; command_argument(proc, i) != NULL; i++) {
        text_printf(machine->pool, &line, " %s", command_argument(proc, i));
    }
    text_add_char(machine->pool, &line, '\n');
    for (int i = 0; i < LINES_PER_STEP && proc->pending == 0; i++) {
        (void)proc_write(machine, proc, 1, line.bytes, line.length);
    }
    text_free(machine->pool, &line);
    return COMMAND_AGAIN;
}

/* At the ends of 64 bits it goes round, as the shell's arithmetic does; b is not 0 for a quotient. */
static long long calculate(char operator, long long a, long long b)
{
    unsigned long long left = (unsigned long long)a, right = (unsigned long long)b;

    switch (operator) {
    case '+':
        return (long long)(left + right);
    case '-':
        return (long long)(left - right);
    case '*':
        return (long long)(left * right);
    case '/':
        return b == -1 ? (long long)(0 - left) : a / b;
    default:
        return b == -1 ? 0 : a % b;
    }
}

/* expr A op B: numbers and comparisons, and `:`-free. */
enum command_answer command_expr(struct machine *machine, struct proc *proc)
{
    const char *left = command_argument(proc, 1);
    const char *operator= left == NULL ? NULL : command_argument(proc, 2);
    const char *right = operator== NULL ? NULL : command_argument(proc, 3);
    char expression[SPEC_SIZE * 2];
    char *end;

    if (right == NULL) {
        if (left == NULL || operator!= NULL) {
            return command_fail(machine, proc, 2, "syntax error");
        }
        command_print(machine, proc, "%s\n", left);
        return command_finish(proc, left[0] == '\0' || strcmp(left, "0") == 0);
    }
    long long a = strtoll(left, &end, TEN);
    bool are_numbers = *end == '\0';
    long long b = strtoll(right, &end, TEN);
    int order = strcmp(left, right);

    are_numbers &= *end == '\0';
    order = are_numbers ? (a > b) - (a < b) : order;
    long long value;

    if (strchr("+-*/%", operator[0]) != NULL) {
        if (!are_numbers) {
            return command_fail(machine, proc, 2, "non-numeric argument");
        }
        if (b == 0 && strchr("/%", operator[0]) != NULL) {
            return command_fail(machine, proc, 2, "division by zero");
        }
        value = calculate(operator[0], a, b);
    } else {
        value = strcmp(operator, "=") == 0 || strcmp(operator, "==") == 0 ? order == 0
                : strcmp(operator, "!=") == 0                             ? order != 0
                : strcmp(operator, "<") == 0                              ? order < 0
                : strcmp(operator, "<=") == 0                             ? order <= 0
                : strcmp(operator, ">") == 0                              ? order > 0
                                                                          : order >= 0;
    }
    snprintf(expression, sizeof expression, "%lld", value);
    command_print(machine, proc, "%s\n", expression);
    return command_finish(proc, value == 0);
}
