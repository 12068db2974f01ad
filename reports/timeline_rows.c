/* A timeline's lines as rows that fit the width: time, lanes, task, and the text, which goes on below where it is too
 * long for one row. */
#include "reports/timeline.h"

#include <string.h>

enum {
    CLOCK_WIDTH = 12,
    GAP_WIDTH = 2,
    TASK_WIDTH_MIN = 8,
    TASK_SHARE = 4, /* a task's name takes no more than this part of the width */
    TEXT_WIDTH_MIN = 12,
    MORE_INDENT = 2, /* of the rows that a text goes on in */
    ROWS_MAX = 6,    /* of one text */
    DAY_MS = 24 * 60 * 60 * 1000,
    MINUTE_MS = 60000,
    SECOND_MS = 1000,
};

/* How wide the columns are. */
struct layout {
    struct timeline *timeline;
    struct sink *sink;
    unsigned task, text;
};

/* ---- widths --------------------------------------------------------------------------------------------------- */

/* The bytes of the character at the text's beginning. */
static size_t character_length(const char *text)
{
    size_t length = 1;

    while (((unsigned char)text[length] & 0xc0) == 0x80) {
        length++;
    }
    return length;
}

/* Terminals give this one sign of ours two columns (Unicode, East Asian Width W). */
static unsigned character_width(const char *text)
{
    return strncmp(text, "⚡", strlen("⚡")) == 0 ? 2 : 1;
}

static unsigned text_width(const char *text)
{
    unsigned width = 0;

    for (; *text != '\0'; text += character_length(text)) {
        width += character_width(text);
    }
    return width;
}

/* How many bytes of the text fit into a row: up to a blank, unless the word after it would fit into no row. */
static size_t fitting(const char *text, unsigned width)
{
    unsigned used = 0, used_after_blank = 0;
    size_t end = 0, blank = 0;

    while (text[end] != '\0' && used + character_width(text + end) <= width) {
        used += character_width(text + end);
        if (text[end] == ' ') {
            blank = end;
            used_after_blank = used;
        }
        end += character_length(text + end);
    }
    if (text[end] == '\0' || text[end] == ' ' || blank == 0) {
        return end;
    }
    for (size_t i = end; text[i] != '\0' && text[i] != ' '; i += character_length(text + i)) {
        used += character_width(text + i);
    }
    return used - used_after_blank + MORE_INDENT <= width ? blank : end;
}

/* The text cut to a width, with an ellipsis where something is missing. */
static const char *cut(struct arena *arena, const char *text, unsigned width)
{
    size_t end = 0;
    unsigned used = 0;

    if (text_width(text) <= width) {
        return text;
    }
    while (used + character_width(text + end) < width) {
        used += character_width(text + end);
        end += character_length(text + end);
    }
    return arena_printf(arena, "%.*s…", (int)end, text);
}

/* ---- rows ----------------------------------------------------------------------------------------------------- */

static void write_row(const struct layout *layout, const char *clock, const char *lanes, const char *task,
                      unsigned indent, enum color color, const char *text, size_t length)
{
    struct timeline *timeline = layout->timeline;
    const struct report_options *options = timeline->options;
    const char *reset = color_code(options, COLOR_RESET);
    const char *name = cut(&timeline->arena, timeline_printable(&timeline->arena, task), layout->task);

    sink_printf(layout->sink, "%s%*s%s  ", color_code(options, COLOR_DIM), CLOCK_WIDTH, clock, reset);
    if (timeline->lanes > 0) {
        sink_printf(layout->sink, "%s%s%s  ", color_code(options, COLOR_BLUE), lanes, reset);
    }
    sink_printf(layout->sink, "%s%*s  %*s%s%.*s%s\n", name, (int)(layout->task - text_width(name)), "", (int)indent, "",
                color_code(options, color), (int)length, text, reset);
}

static void write_line(const struct layout *layout, const struct timeline_line *line, const char *clock,
                       const char *task)
{
    struct arena *arena = &layout->timeline->arena;
    const char *lanes = line->lanes, *text = timeline_printable(arena, line->text);
    unsigned indent = line->indent;

    for (unsigned row = 1;; row++) {
        unsigned width = layout->text - indent;
        size_t length = fitting(text, width);
        bool cut_off = row == ROWS_MAX && text[length] != '\0' && line->color != COLOR_RED;

        if (cut_off) {
            text = cut(arena, text, width);
            length = strlen(text);
        }
        size_t shown = length;

        while (shown > 0 && text[shown - 1] == ' ') {
            shown--;
        }
        write_row(layout, clock, lanes, task, indent, line->color, text, shown);
        text += length;
        text += strspn(text, " ");
        if (*text == '\0' || cut_off) {
            return;
        }
        indent = line->indent + MORE_INDENT;
        lanes = line->lanes_after;
        clock = task = "";
    }
}

void timeline_write_paragraph(struct timeline *timeline, struct sink *sink, const char *text)
{
    text = timeline_printable(&timeline->arena, text);
    while (*text != '\0') {
        size_t length = fitting(text, timeline->columns);

        sink_printf(sink, "%.*s\n", (int)length, text);
        text += length;
        text += strspn(text, " ");
    }
}

static const char *interval_text(struct arena *arena, int64_t ms)
{
    if (ms % MINUTE_MS == 0) {
        return arena_printf(arena, "%lld min", (long long)(ms / MINUTE_MS));
    }
    return arena_printf(arena, ms % SECOND_MS == 0 ? "%lld s" : "about %lld s",
                        (long long)((ms + SECOND_MS / 2) / SECOND_MS));
}

static void write_repetition(const struct layout *layout, const struct timeline_line *last, const char *task)
{
    struct arena *arena = &layout->timeline->arena;
    const struct timeline_burst *burst = &layout->timeline->bursts[last->burst];
    struct timeline_line line = *last;

    line.lanes = last->lanes_after;
    line.color = COLOR_BOLD;
    line.indent = 0;
    line.text = arena_printf(arena, "↻ × %s, every %s, until %.10s %s", timeline_count_text(arena, burst->times),
                             interval_text(arena, burst->interval_ms), value_iso_date(arena, burst->latest_ms),
                             timeline_clock_text(arena, burst->latest_ms));
    write_line(layout, &line, "", task);
}

/* ---- all of it ------------------------------------------------------------------------------------------------ */

static struct layout lay_out(struct timeline *timeline, struct sink *sink)
{
    unsigned widest = TASK_WIDTH_MIN, most = timeline->columns / TASK_SHARE;

    for (uint32_t i = 0; i < timeline->line_count; i++) {
        uint32_t task = timeline->lines[i].task;
        unsigned width = task == RUN_NONE ? 0 : text_width(timeline->record->tasks[task]);

        widest = width > widest ? width : widest;
    }
    if (widest > most) {
        widest = most > TASK_WIDTH_MIN ? most : TASK_WIDTH_MIN;
    }
    unsigned used =
        CLOCK_WIDTH + GAP_WIDTH + (timeline->lanes > 0 ? timeline->lanes + GAP_WIDTH : 0) + widest + GAP_WIDTH;

    return (struct layout){.timeline = timeline,
                           .sink = sink,
                           .task = widest,
                           .text =
                               timeline->columns > used + TEXT_WIDTH_MIN ? timeline->columns - used : TEXT_WIDTH_MIN};
}

void timeline_write_rows(struct timeline *timeline, struct sink *sink)
{
    const struct run_record *record = timeline->record;
    const struct report_options *options = timeline->options;
    const struct layout layout = lay_out(timeline, sink);
    uint32_t *left = arena_alloc(&timeline->arena, (timeline->burst_count + 1) * sizeof *left);
    int64_t day = -1;

    for (uint32_t i = 0; i < timeline->burst_count; i++) {
        left[i] = timeline->bursts[i].lines;
    }
    if (timeline->lanes > 0) {
        sink_add(sink, color_code(options, COLOR_DIM));
        timeline_write_paragraph(timeline, sink,
                                 "┌ first, └ last of a task   ● acts   ├ changes the world   │ waits   ┊ sleeps");
        sink_add(sink, color_code(options, COLOR_RESET));
    }
    for (uint32_t i = 0; i < timeline->line_count; i++) {
        const struct timeline_line *line = &timeline->lines[i];
        const char *task = line->task == RUN_NONE ? "" : record->tasks[line->task];

        if (!timeline_is_told(timeline, line)) {
            continue;
        }
        if (line->at_ms / DAY_MS != day) {
            day = line->at_ms / DAY_MS;
            sink_printf(sink, "%s%.10s%s\n", color_code(options, COLOR_BOLD),
                        value_iso_date(&timeline->arena, line->at_ms), color_code(options, COLOR_RESET));
        }
        bool is_new = line->kind != LINE_MORE;

        write_line(&layout, line, is_new ? timeline_clock_text(&timeline->arena, line->at_ms) : "", is_new ? task : "");
        if (--left[line->burst] == 0 && timeline->bursts[line->burst].times > 1) {
            write_repetition(&layout, line, task);
        }
    }
}
