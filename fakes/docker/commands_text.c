/* Commands that read text and print it otherwise. */
#include "fakes/docker/command_io.h"
#include "fakes/docker/command_steps.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_DEFAULT = 10, COUNT_WIDTH = 9 };

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
    int64_t count = wanted == INT64_MIN ? INT64_MAX : wanted < 0 ? -wanted : wanted;
    uint32_t at = tail_start(text, count, are_bytes, value != NULL && value[0] == '+');

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
            text_printf(machine->pool, &line, "%s%*lld", line.length == 0 ? "" : " ", shown == 1 ? 1 : COUNT_WIDTH,
                        (long long)counts[i]);
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
