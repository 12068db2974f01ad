/* Commands that take lines and characters apart, or order them. */
#include "fakes/docker/command_io.h"
#include "fakes/docker/command_steps.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { CHARACTERS = 128 };

static void write_line(struct machine *machine, struct proc *proc, const char *text, size_t length)
{
    struct text line = {0};

    text_add(machine->pool, &line, text, length);
    text_add_char(machine->pool, &line, '\n');
    (void)proc_write(machine, proc, 1, line.bytes, line.length);
    text_free(machine->pool, &line);
}

/* The status once everything is read; blocked and going on as they are. */
static enum command_answer answer_of(struct proc *proc, int64_t length)
{
    return length > 0 ? COMMAND_AGAIN : length < 0 ? COMMAND_BLOCKED : command_finish(proc, proc->status);
}

/* ---- tr ------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    int (*is_in)(int c);
} classes[] = {{"[:upper:]", isupper}, {"[:lower:]", islower}, {"[:digit:]", isdigit}, {"[:alpha:]", isalpha},
               {"[:alnum:]", isalnum}, {"[:space:]", isspace}, {"[:punct:]", ispunct}};

/* A set with its ranges, classes and escapes written out. */
static void expand_set(struct machine *machine, const char *set, struct text *expanded)
{
    while (*set != '\0') {
        bool is_class = false;

        for (uint32_t i = 0; i < sizeof classes / sizeof classes[0] && !is_class; i++) {
            if (strncmp(set, classes[i].name, strlen(classes[i].name)) == 0) {
                for (int c = 1; c < CHARACTERS; c++) {
                    if (classes[i].is_in(c)) {
                        text_add_char(machine->pool, expanded, (char)c);
                    }
                }
                set += strlen(classes[i].name);
                is_class = true;
            }
        }
        if (is_class) {
            continue;
        }
        if (*set == '\\' && set[1] != '\0') {
            static const char letters[] = "nrt\\0";
            const char *found = strchr(letters, set[1]);

            text_add_char(machine->pool, expanded, found == NULL ? set[1] : "\n\r\t\\\0"[found - letters]);
            set += 2;
        } else if (set[1] == '-' && set[2] != '\0') {
            for (int c = (unsigned char)set[0]; c <= (unsigned char)set[2]; c++) {
                text_add_char(machine->pool, expanded, (char)c);
            }
            set += 3;
        } else {
            text_add_char(machine->pool, expanded, *set++);
        }
    }
}

static void translate(struct proc *proc, const struct text *from, const struct text *to, const char *chunk,
                      size_t length, struct machine *machine, struct text *out)
{
    bool deletes = command_has_option(proc, 'd');
    bool squeezes = command_has_option(proc, 's');
    bool complements = command_has_option(proc, 'c') || command_has_option(proc, 'C');

    for (size_t i = 0; i < length; i++) {
        const char *found = from->length == 0 ? NULL : memchr(from->bytes, chunk[i], from->length);
        bool is_in = (found != NULL) != complements;
        char c = chunk[i];

        if (is_in && deletes) {
            continue;
        }
        if (is_in && to->length > 0) {
            uint32_t index = found == NULL ? to->length - 1 : (uint32_t)(found - from->bytes);

            c = to->bytes[index < to->length ? index : to->length - 1];
        }
        if (is_in && squeezes && proc->state.flag && c == (char)proc->state.count) {
            continue;
        }
        text_add_char(machine->pool, out, c);
        proc->state.flag = is_in;
        proc->state.count = (unsigned char)c;
    }
}

enum command_answer command_tr(struct machine *machine, struct proc *proc)
{
    uint32_t first = command_first_operand(proc, "");
    char chunk[IO_CHUNK];
    struct text from = {0};
    struct text to = {0};
    struct text out = {0};

    if (command_argument(proc, first) == NULL) {
        return command_fail(machine, proc, 1, "missing operand");
    }
    int64_t length = proc_read(machine, proc, 0, chunk, sizeof chunk);

    if (length > 0) {
        expand_set(machine, command_argument(proc, first), &from);
        expand_set(machine, command_argument(proc, first + 1) == NULL ? "" : command_argument(proc, first + 1), &to);
        translate(proc, &from, &to, chunk, (size_t)length, machine, &out);
        (void)proc_write(machine, proc, 1, text_string(&out), out.length);
        text_free(machine->pool, &from);
        text_free(machine->pool, &to);
        text_free(machine->pool, &out);
    }
    return answer_of(proc, length);
}

/* ---- cut: -d X -f LIST, -c LIST ------------------------------------------------------------------------------ */

static bool is_listed(const char *list, long number)
{
    while (*list != '\0') {
        char *end;
        long from = *list == '-' ? 1 : strtol(list, &end, TEN);
        long to = from;

        list = *list == '-' ? list : end;
        if (*list == '-') {
            to = isdigit((unsigned char)list[1]) ? strtol(list + 1, &end, TEN) : number;
            list = isdigit((unsigned char)list[1]) ? end : list + 1;
        }
        if (number >= from && number <= to) {
            return true;
        }
        if (*list != ',') {
            return false;
        }
        list++;
    }
    return false;
}

static bool cut_line(struct machine *machine, struct proc *proc, const char *text, size_t length)
{
    const char *delimiter = command_option(proc, "dfcb", 'd');
    const char *list = command_option(proc, "dfcb", 'f');
    const char *bytes = command_option(proc, "dfcb", 'b');
    const char *characters = bytes == NULL ? command_option(proc, "dfcb", 'c') : bytes;
    char separator = delimiter == NULL ? '\t' : delimiter[0];
    struct text out = {0};
    long field = 1;
    bool any = false;

    if (characters != NULL) {
        for (size_t i = 0; i < length; i++) {
            if (is_listed(characters, (long)i + 1)) {
                text_add_char(machine->pool, &out, text[i]);
            }
        }
    } else if (list == NULL || memchr(text, separator, length) == NULL) {
        if (command_has_option(proc, 's')) {
            return true;
        }
        text_add(machine->pool, &out, text, length);
    } else {
        for (size_t start = 0; start <= length; field++) {
            const char *end = memchr(text + start, separator, length - start);
            size_t size = end == NULL ? length - start : (size_t)(end - text) - start;

            if (is_listed(list, field)) {
                if (any) {
                    text_add_char(machine->pool, &out, separator);
                }
                text_add(machine->pool, &out, text + start, size);
                any = true;
            }
            start += size + 1;
        }
    }
    write_line(machine, proc, text_string(&out), out.length);
    text_free(machine->pool, &out);
    return true;
}

enum command_answer command_cut(struct machine *machine, struct proc *proc)
{
    return command_each_line(machine, proc, command_first_operand(proc, "dfcb"), cut_line);
}

/* ---- sort and uniq ------------------------------------------------------------------------------------------- */

struct line {
    const char *text;
};

static int compare_text(const void *left, const void *right)
{
    return strcmp(((const struct line *)left)->text, ((const struct line *)right)->text);
}

static int compare_number(const void *left, const void *right)
{
    double a = strtod(((const struct line *)left)->text, NULL);
    double b = strtod(((const struct line *)right)->text, NULL);

    return a < b ? -1 : a > b ? 1 : compare_text(left, right);
}

enum command_answer command_sort(struct machine *machine, struct proc *proc)
{
    enum command_answer answer = command_read_all(machine, proc, command_first_operand(proc, "kto"));
    struct text *text = &proc->state.text;
    uint32_t count = 0;

    if (answer != COMMAND_DONE) {
        return answer;
    }
    if (text->length > 0 && text->bytes[text->length - 1] != '\n') {
        text_add_char(machine->pool, text, '\n');
    }
    for (uint32_t i = 0; i < text->length; i++) {
        if (text->bytes[i] == '\n') {
            text->bytes[i] = '\0';
            count++;
        }
    }
    size_t size = (count + 1) * sizeof(struct line);
    struct line *lines = size > TEXT_LENGTH_MAX ? NULL : pool_take(machine->pool, size);

    if (lines == NULL) {
        machine->pool->overrun = true;
        return command_finish(proc, 1);
    }
    for (uint32_t i = 0, at = 0; i < count; i++, at = text_next_string(text, at)) {
        lines[i].text = text->bytes + at;
    }
    qsort(lines, count, sizeof *lines, command_has_option(proc, 'n') ? compare_number : compare_text);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = command_has_option(proc, 'r') ? count - 1 - i : i;
        uint32_t before = command_has_option(proc, 'r') ? index + 1 : index - 1;

        if (i == 0 || !command_has_option(proc, 'u') || strcmp(lines[before].text, lines[index].text) != 0) {
            write_line(machine, proc, lines[index].text, strlen(lines[index].text));
        }
    }
    pool_give(machine->pool, lines, size);
    return command_finish(proc, proc->status);
}

static void end_run(struct machine *machine, struct proc *proc)
{
    bool is_wanted = !(command_has_option(proc, 'd') && proc->state.count < 2) &&
                     !(command_has_option(proc, 'u') && proc->state.count > 1);

    if (proc->state.count > 0 && is_wanted) {
        if (command_has_option(proc, 'c')) {
            command_print(machine, proc, "%7lld %s\n", (long long)proc->state.count, text_string(&proc->state.other));
        } else {
            command_print(machine, proc, "%s\n", text_string(&proc->state.other));
        }
    }
}

static bool uniq_line(struct machine *machine, struct proc *proc, const char *text, size_t length)
{
    if (proc->state.count > 0 && strcmp(text_string(&proc->state.other), text) == 0) {
        proc->state.count++;
        return true;
    }
    end_run(machine, proc);
    text_cut(&proc->state.other, 0);
    text_add(machine->pool, &proc->state.other, text, length);
    proc->state.count = 1;
    return true;
}

enum command_answer command_uniq(struct machine *machine, struct proc *proc)
{
    enum command_answer answer = command_each_line(machine, proc, command_first_operand(proc, ""), uniq_line);

    if (answer == COMMAND_DONE) {
        end_run(machine, proc);
    }
    return answer;
}
