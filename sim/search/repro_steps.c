#include "sim/search/repro_steps.h"

#include "sim/search/grow.h"

#include <stdlib.h>
#include <string.h>

enum {
    LINE_BYTES_MAX = 104,
    LINE_EXTRA_BYTES = 10, /* of a line in a file: its indent, quotes and comma */
    DIGITS = 4,            /* of a step */
    REPEATED_MAX = 1000 * 1000,
};

#define STEP_SEPARATOR "; "
#define TASK_SEPARATOR ": "

void repro_steps_free(struct repro_steps *steps)
{
    free(steps->items);
    *steps = (struct repro_steps){0};
}

void repro_steps_add(struct repro_steps *steps, struct repro_step step)
{
    grow((void *)&steps->items, &steps->size, steps->count + 1, sizeof *steps->items);
    steps->items[steps->count++] = step;
}

/* ---- a step ------------------------------------------------------------------------------------------------- */

static unsigned two_digits(uint64_t hash)
{
    enum { TOP_BYTE = 56, BYTE = 0xff };

    return (unsigned)((hash >> TOP_BYTE) ^ (hash & BYTE));
}

/* What separates steps may not stand in one. */
static const char *plain_object(struct arena *arena, const char *object)
{
    char *plain = arena_string(arena, object);

    for (char *at = plain; *at != '\0'; at++) {
        if (*at == ';' || (unsigned char)*at < ' ') {
            *at = ',';
        }
    }
    return plain;
}

const char *repro_step_text(struct arena *arena, const struct effect *effect)
{
    uint64_t answer = effect->result == NULL ? 0 : effect->result->hash;
    bool about = effect->object != NULL;

    if (effect->error != NULL) {
        answer = hash_combine(hash_text(effect->error->message), (uint64_t)effect->error->status);
    }
    return arena_printf(arena, "%s%s%s %02x%02x", effect_info(effect->id)->name, about ? " " : "",
                        about ? plain_object(arena, effect->object) : "",
                        two_digits(effect->args == NULL ? 0 : effect->args->hash), two_digits(answer));
}

const char *repro_step_digits(const char *text)
{
    const char *last = strrchr(text, ' ');

    return last != NULL && strlen(last + 1) == DIGITS && strspn(last + 1, "0123456789abcdef") == DIGITS ? last + 1 : "";
}

const char *repro_step_name(struct arena *arena, const char *text)
{
    const char *digits = repro_step_digits(text);

    return digits[0] == '\0' ? text : arena_string_n(arena, text, (size_t)(digits - text) - 1);
}

/* ---- writing ------------------------------------------------------------------------------------------------ */

struct writer {
    struct arena *arena;
    const struct value *lines;
    const char *line; /* in progress; NULL: none */
    size_t bytes;     /* of the lines that are done */
};

static void end_line(struct writer *writer)
{
    if (writer->line != NULL) {
        writer->lines = value_append(writer->arena, writer->lines, value_string(writer->arena, writer->line));
        writer->bytes += strlen(writer->line) + LINE_EXTRA_BYTES;
        writer->line = NULL;
    }
}

static bool equal_steps(const struct repro_step *left, const struct repro_step *right)
{
    return strcmp(left->task, right->task) == 0 && strcmp(left->text, right->text) == 0;
}

/* Writes the steps up to `count` while there is room; returns how many. */
static uint32_t write_steps(struct writer *writer, const struct repro_steps *steps, uint32_t count)
{
    uint32_t written = 0;

    while (written < count) {
        const struct repro_step *step = &steps->items[written];
        uint32_t times = 1;

        while (written + times < count && equal_steps(step, &steps->items[written + times])) {
            times++;
        }
        const char *item = times == 1 ? step->text : arena_printf(writer->arena, "%s x%u", step->text, times);
        bool goes_on = writer->line != NULL && strcmp(step->task, steps->items[written - 1].task) == 0 &&
                       strlen(writer->line) + strlen(item) <= LINE_BYTES_MAX;
        size_t line_bytes = writer->line == NULL ? 0 : strlen(writer->line) + LINE_EXTRA_BYTES;

        if (writer->bytes + line_bytes + strlen(step->task) + strlen(item) + LINE_EXTRA_BYTES > STEPS_BYTES_MAX) {
            break;
        }
        if (goes_on) {
            writer->line = arena_printf(writer->arena, "%s" STEP_SEPARATOR "%s", writer->line, item);
        } else {
            end_line(writer);
            writer->line = arena_printf(writer->arena, "%s" TASK_SEPARATOR "%s", step->task, item);
        }
        written += times;
    }
    end_line(writer);
    return written;
}

const struct value *repro_steps_lines(struct arena *arena, const struct repro_steps *steps, uint32_t kept)
{
    struct writer writer = {arena, value_empty_array(), NULL, 0};
    uint32_t written = write_steps(&writer, steps, steps->count);

    if (written < steps->count && kept < written) {
        writer = (struct writer){arena, value_empty_array(), NULL, 0};
        written = write_steps(&writer, steps, kept);
    }
    if (written < steps->count) {
        writer.lines = value_append(arena, writer.lines, value_format(arena, "and %u more", steps->count - written));
    }
    return writer.lines;
}

/* ---- reading ------------------------------------------------------------------------------------------------ */

/* How often a step stands for itself (" x3" at its end), which is cut off; 0: not readable. */
static uint32_t take_times(char *step)
{
    char *last = strrchr(step, ' ');
    char *end = NULL;

    if (last == NULL || last[1] != 'x' || last[2] < '1' || last[2] > '9') {
        return 1;
    }
    unsigned long times = strtoul(last + 2, &end, 10);

    *last = '\0';
    return *end == '\0' && times <= REPEATED_MAX ? (uint32_t)times : 0;
}

static bool read_line(struct arena *arena, const char *line, struct repro_steps *steps)
{
    const char *colon = strstr(line, TASK_SEPARATOR);

    if (colon == NULL || colon == line) {
        return false;
    }
    const char *task = arena_string_n(arena, line, (size_t)(colon - line));
    char *rest = arena_string(arena, colon + strlen(TASK_SEPARATOR));

    while (rest != NULL) {
        char *next = strstr(rest, STEP_SEPARATOR);

        if (next != NULL) {
            *next = '\0';
            next += strlen(STEP_SEPARATOR);
        }
        uint32_t times = take_times(rest);

        if (times == 0 || rest[0] == '\0') {
            return false;
        }
        for (uint32_t i = 0; i < times; i++) {
            repro_steps_add(steps, (struct repro_step){task, rest});
        }
        rest = next;
    }
    return true;
}

/* "and 123 more" */
static bool read_more(const char *line, uint32_t *more)
{
    static const char before[] = "and ";
    char *end = NULL;

    if (strncmp(line, before, sizeof before - 1) != 0 || line[sizeof before - 1] < '1' ||
        line[sizeof before - 1] > '9') {
        return false;
    }
    unsigned long number = strtoul(line + sizeof before - 1, &end, 10);

    *more = (uint32_t)number;
    return strcmp(end, " more") == 0 && number <= UINT32_MAX;
}

bool repro_steps_read(struct arena *arena, const struct value *lines, struct repro_steps *steps, uint32_t *line)
{
    for (*line = 0; *line < value_count(lines); (*line)++) {
        const char *text = value_text(value_at(lines, *line));
        bool is_last = *line + 1 == value_count(lines);

        if (text == NULL || !((is_last && read_more(text, &steps->more)) || read_line(arena, text, steps))) {
            return false;
        }
    }
    return true;
}
