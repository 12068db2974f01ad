/* Commands that read text and print it otherwise. */
#include "fakes/docker/command_io.h"
#include "fakes/docker/command_steps.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_DEFAULT = 10, COUNT_WIDTH = 9, CHARACTERS = 256, MEBI = 1024 };

static void write_bytes(struct machine *machine, struct proc *proc, const char *bytes, size_t length)
{
    (void)proc_write(machine, proc, 1, bytes, length);
}

static void write_line(struct machine *machine, struct proc *proc, const char *text, size_t length)
{
    struct text line = {0};

    text_add(machine->pool, &line, text, length);
    text_add_char(machine->pool, &line, '\n');
    write_bytes(machine, proc, line.bytes, line.length);
    text_free(machine->pool, &line);
}

/* The status once everything is read; blocked and going on as they are. */
static enum command_answer answer_of(struct proc *proc, int64_t length)
{
    return length > 0 ? COMMAND_AGAIN : length < 0 ? COMMAND_BLOCKED : command_finish(proc, proc->status);
}

enum command_answer command_cat(struct machine *machine, struct proc *proc)
{
    char chunk[IO_CHUNK];
    int64_t length = command_read(machine, proc, command_first_operand(proc, ""), chunk, sizeof chunk);

    if (length > 0) {
        write_bytes(machine, proc, chunk, (size_t)length);
    }
    return answer_of(proc, length);
}

enum command_answer command_tee(struct machine *machine, struct proc *proc)
{
    char chunk[IO_CHUNK];
    int64_t length = proc_read(machine, proc, 0, chunk, sizeof chunk);
    bool appends = command_has_option(proc, 'a') || proc->state.phase > 0;
    const char *path;

    if (length < -1) {
        return command_finish(proc, 1);
    }
    for (uint32_t i = command_first_operand(proc, ""); length >= 0 && (path = command_argument(proc, i)) != NULL; i++) {
        int error;
        struct open_file *file = open_path(machine, proc, path, appends ? REDIRECT_APPEND : REDIRECT_WRITE, &error);

        if (file == NULL) {
            command_complain(machine, proc, "can't open '%s': %s", path, proc_error_text(error));
            proc->status = 1;
        } else {
            (void)open_write(machine, file, chunk, (size_t)length);
            open_release(machine, file);
        }
    }
    proc->state.phase |= length >= 0;
    if (length > 0) {
        write_bytes(machine, proc, chunk, (size_t)length);
    }
    return answer_of(proc, length);
}

/* How many lines or bytes: `-n 3`, `-3`, `-c 5`. */
static int64_t wanted_count(const struct proc *proc, bool *are_bytes)
{
    const char *bytes = command_option(proc, "nc", 'c');
    const char *lines = command_option(proc, "nc", 'n');
    const char *word = command_argument(proc, 1);

    *are_bytes = bytes != NULL;
    if (bytes != NULL) {
        return strtoll(bytes, NULL, TEN);
    }
    if (lines != NULL) {
        return strtoll(lines, NULL, TEN);
    }
    return word != NULL && word[0] == '-' && isdigit((unsigned char)word[1]) ? strtoll(word + 1, NULL, TEN)
                                                                             : LINES_DEFAULT;
}

enum command_answer command_head(struct machine *machine, struct proc *proc)
{
    char chunk[IO_CHUNK];
    bool are_bytes;
    int64_t wanted = wanted_count(proc, &are_bytes);
    int64_t length = 0;
    int64_t used = 0;

    if (proc->state.count < wanted) {
        length = command_read(machine, proc, command_first_operand(proc, "nc"), chunk, sizeof chunk);
    }
    while (used < length && proc->state.count < wanted) {
        proc->state.count += are_bytes || chunk[used] == '\n';
        used++;
    }
    if (used > 0) {
        write_bytes(machine, proc, chunk, (size_t)used);
    }
    return answer_of(proc, length);
}

/* Where the last `wanted` lines or bytes begin; with from_start: where the wanted-th does. */
static uint32_t tail_start(const struct text *text, int64_t wanted, bool are_bytes, bool from_start)
{
    uint32_t at = text->length;
    int64_t lines = 0;

    if (from_start) {
        for (at = 0; at < text->length && lines + 1 < wanted; at++) {
            lines += are_bytes || text->bytes[at] == '\n';
        }
        return at;
    }
    if (are_bytes) {
        return wanted < text->length ? text->length - (uint32_t)wanted : 0;
    }
    while (at > 0) {
        if (text->bytes[at - 1] == '\n' && at < text->length && ++lines == wanted) {
            break;
        }
        at--;
    }
    return wanted == 0 ? text->length : at;
}

/* -f: what is appended to the file from now on. */
static enum command_answer follow(struct machine *machine, struct proc *proc, uint32_t first)
{
    char chunk[IO_CHUNK];
    int64_t length;

    if (proc->files[OPERAND_FD] == NULL) {
        int error;
        const char *path = command_argument(proc, first);

        if (path == NULL) {
            return command_finish(proc, 0);
        }
        proc->files[OPERAND_FD] = open_path(machine, proc, path, REDIRECT_READ, &error);
        if (proc->files[OPERAND_FD] == NULL) {
            return COMMAND_BLOCKED;
        }
        proc->files[OPERAND_FD]->offset = command_file_status(machine, proc, path, NULL).size;
    }
    length = proc_read(machine, proc, OPERAND_FD, chunk, sizeof chunk);
    if (length <= 0) {
        return COMMAND_BLOCKED;
    }
    write_bytes(machine, proc, chunk, (size_t)length);
    return COMMAND_AGAIN;
}

enum command_answer command_tail(struct machine *machine, struct proc *proc)
{
    uint32_t first = command_first_operand(proc, "ncs");
    bool follows = command_has_option(proc, 'f') || command_has_option(proc, 'F');
    const struct text *text = &proc->state.text;
    bool are_bytes;
    int64_t wanted = wanted_count(proc, &are_bytes);
    const char *value = command_option(proc, "ncs", are_bytes ? 'c' : 'n');

    if (proc->state.phase > 0) {
        return follow(machine, proc, first);
    }
    enum command_answer answer = command_read_all(machine, proc, first);

    if (answer != COMMAND_DONE) {
        return answer;
    }
    uint32_t at = tail_start(text, wanted < 0 ? -wanted : wanted, are_bytes, value != NULL && value[0] == '+');

    if (at < text->length) {
        write_bytes(machine, proc, text->bytes + at, text->length - at);
    }
    if (follows && (proc->status == 0 || command_has_option(proc, 'F'))) {
        proc->state.phase = 1;
        return COMMAND_AGAIN;
    }
    return command_finish(proc, proc->status);
}

static void print_counts(struct machine *machine, struct proc *proc, const int64_t *counts, const char *path)
{
    static const char letters[] = "lwc";
    bool all = !command_has_option(proc, 'l') && !command_has_option(proc, 'w') && !command_has_option(proc, 'c');
    int shown = 0;
    struct text line = {0};

    for (uint32_t i = 0; i < sizeof letters - 1; i++) {
        shown += all || command_has_option(proc, letters[i]);
    }
    for (uint32_t i = 0; i < sizeof letters - 1; i++) {
        if (all || command_has_option(proc, letters[i])) {
            bool is_first = line.length == 0;

            text_printf(machine->pool, &line, "%s%*lld", is_first ? "" : " ",
                        shown == 1 && true ? 1 : COUNT_WIDTH + (is_first ? 0 : 0), (long long)counts[i]);
        }
    }
    command_print(machine, proc, "%s%s%s\n", line.bytes, path == NULL ? "" : " ", path == NULL ? "" : path);
    text_free(machine->pool, &line);
}

enum command_answer command_wc(struct machine *machine, struct proc *proc)
{
    uint32_t first = command_first_operand(proc, "");
    enum command_answer answer = command_read_all(machine, proc, first);
    int64_t counts[3] = {0, 0, 0};
    bool in_word = false;

    if (answer != COMMAND_DONE) {
        return answer;
    }
    counts[2] = proc->state.text.length;
    for (uint32_t i = 0; i < proc->state.text.length; i++) {
        char c = proc->state.text.bytes[i];

        counts[0] += c == '\n';
        counts[1] += !isspace((unsigned char)c) && !in_word;
        in_word = !isspace((unsigned char)c);
    }
    print_counts(machine, proc, counts, command_argument(proc, first));
    return command_finish(proc, proc->status);
}

static bool rev_line(struct machine *machine, struct proc *proc, const char *text, size_t length)
{
    struct text reversed = {0};

    for (size_t i = length; i > 0; i--) {
        text_add_char(machine->pool, &reversed, text[i - 1]);
    }
    write_line(machine, proc, text_string(&reversed), reversed.length);
    text_free(machine->pool, &reversed);
    return true;
}

enum command_answer command_rev(struct machine *machine, struct proc *proc)
{
    return command_each_line(machine, proc, command_first_operand(proc, ""), rev_line);
}

enum command_answer command_tac(struct machine *machine, struct proc *proc)
{
    enum command_answer answer = command_read_all(machine, proc, command_first_operand(proc, ""));
    const struct text *text = &proc->state.text;
    uint32_t end = text->length;

    if (answer != COMMAND_DONE) {
        return answer;
    }
    while (end > 0) {
        uint32_t start = end - 1;

        while (start > 0 && text->bytes[start - 1] != '\n') {
            start--;
        }
        write_bytes(machine, proc, text->bytes + start, end - start);
        end = start;
    }
    return command_finish(proc, proc->status);
}

/* ---- tr ------------------------------------------------------------------------------------------------------------
 */

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
                for (int c = 1; c < CHARACTERS / 2; c++) {
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
        proc->state.count = c;
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
        write_bytes(machine, proc, text_string(&out), out.length);
        text_free(machine->pool, &from);
        text_free(machine->pool, &to);
        text_free(machine->pool, &out);
    }
    return answer_of(proc, length);
}

/* ---- cut: -d X -f LIST, -c LIST
 * --------------------------------------------------------------------------------------- */

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
    const char *characters = command_option(proc, "dfcb", 'c');
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

/* ---- sort and uniq
 * ---------------------------------------------------------------------------------------------------- */

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
