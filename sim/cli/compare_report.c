#include "sim/cli/compare_report.h"

#include "core/value.h"
#include "sim/scenario/pretty_json.h"
#include "sim/scenario/units.h"

#include <stdio.h>
#include <string.h>

enum { CELL_SIZE = 80 };

/* ---- cells
 * ----------------------------------------------------------------------------------------------------------- */

/* A number of a column in words: executions or a time. */
typedef const char *number_text(uint64_t number, char text[GROUPED_TEXT_SIZE]);

static const char *observation_text(const struct observation *observation, number_text *write, char text[CELL_SIZE])
{
    char number[GROUPED_TEXT_SIZE];

    snprintf(text, CELL_SIZE, "%s%s", observation->beyond ? "> " : "", write(observation->value, number));
    return text;
}

static void median_text(const struct compare_row *row, const struct median *median, number_text *write,
                        char text[CELL_SIZE])
{
    char number[GROUPED_TEXT_SIZE];

    if (median->count == 0) {
        snprintf(text, CELL_SIZE, "-");
    } else if (row->exhausted) {
        snprintf(text, CELL_SIZE, "none in %s", write(median->middle.value, number));
    } else {
        observation_text(&median->middle, write, text);
    }
}

static void interval_text(const struct median *median, number_text *write, char text[CELL_SIZE])
{
    char low[CELL_SIZE], high[CELL_SIZE];

    if (median->count == 0 || median->confidence <= 0) {
        snprintf(text, CELL_SIZE, "-");
        return;
    }
    observation_text(&median->low, write, low);
    observation_text(&median->high, write, high);
    if (strcmp(low, high) == 0) {
        snprintf(text, CELL_SIZE, "%s", low);
    } else {
        snprintf(text, CELL_SIZE, "%.36s to %.36s", low, high);
    }
}

static void ratio_text(struct compare_ratio ratio, char text[CELL_SIZE])
{
    static const char *const signs[] = {[RATIO_IS] = "", [RATIO_BELOW] = "< ", [RATIO_ABOVE] = "> "};

    char number[GROUPED_TEXT_SIZE];

    if (ratio.kind == RATIO_UNKNOWN) {
        snprintf(text, CELL_SIZE, "-");
    } else {
        snprintf(text, CELL_SIZE, "%s%s", signs[ratio.kind], rounded_text(ratio.value, number));
    }
}

/* ---- text
 * ------------------------------------------------------------------------------------------------------------ */

enum column {
    COLUMN_STRATEGY,
    COLUMN_FOUND,
    COLUMN_EXECUTIONS,
    COLUMN_EXECUTIONS_INTERVAL,
    COLUMN_TIME,
    COLUMN_TIME_INTERVAL,
    COLUMN_RATIO,
    COLUMN_COUNT
};

static const struct {
    const char *name;
    const char *legend[4]; /* lines */
} columns[COLUMN_COUNT] = {
    [COLUMN_STRATEGY] = {"strategy",
                         {"how runs are chosen (drydock list strategies), pct with its depth; dpor: 1 run, no seed"}},
    [COLUMN_FOUND] = {"found", {"searches that met what is looked for, of those made"}},
    [COLUMN_EXECUTIONS] =
        {"executions",
         {"up to and with the first that shows it, those that dpor broke off counted: the median, the",
          "least number within which half of the searches met it; \"> N\": fewer than half did within N;",
          "\"none in N\": the search is complete after N, and there is nothing to be met"}},
    [COLUMN_EXECUTIONS_INTERVAL] =
        {"95 % interval",
         {"the true median lies there with a probability of 95 % or a little more, whatever the",
          "distribution (by order statistics); \"-\": fewer than 6 searches tell nothing"}},
    [COLUMN_TIME] = {"time", {"the same of the time that a search took, on this machine and as busy as it was"}},
    [COLUMN_TIME_INTERVAL] = {"95 % interval", {"of that"}},
    [COLUMN_RATIO] =
        {"vs random",
         {"executions divided by those of random, by the medians: below 1 is sooner; \"-\": both unknown"}},
};

typedef char table_line[COLUMN_COUNT][CELL_SIZE];

static void fill_line(const struct comparison *comparison, const struct compare_row *row, table_line line)
{
    snprintf(line[COLUMN_STRATEGY], CELL_SIZE, "%s", strategy_info(row->strategy)->name);
    if (row->depth > 0) {
        snprintf(line[COLUMN_STRATEGY], CELL_SIZE, "%s %u", strategy_info(row->strategy)->name, row->depth);
    }
    snprintf(line[COLUMN_FOUND], CELL_SIZE, "%u of %u", row->found, row->searches);
    median_text(row, &row->executions, grouped_text, line[COLUMN_EXECUTIONS]);
    interval_text(&row->executions, grouped_text, line[COLUMN_EXECUTIONS_INTERVAL]);
    median_text(row, &row->ns, elapsed_text, line[COLUMN_TIME]);
    interval_text(&row->ns, elapsed_text, line[COLUMN_TIME_INTERVAL]);
    ratio_text(compare_ratio(&comparison->rows[0], row), line[COLUMN_RATIO]);
}

static void write_line(struct sink *sink, table_line line, const int widths[COLUMN_COUNT])
{
    sink_printf(sink, "  %-*s", widths[COLUMN_STRATEGY], line[COLUMN_STRATEGY]);
    for (unsigned i = COLUMN_STRATEGY + 1; i < COLUMN_COUNT; i++) {
        sink_printf(sink, "  %*s", widths[i], line[i]);
    }
    sink_add(sink, "\n");
}

static void write_table(struct sink *sink, const struct comparison *comparison)
{
    table_line lines[COMPARE_ROWS_MAX + 1];
    int widths[COLUMN_COUNT] = {0};

    for (unsigned i = 0; i < COLUMN_COUNT; i++) {
        snprintf(lines[0][i], CELL_SIZE, "%s", columns[i].name);
    }
    for (uint32_t i = 0; i < comparison->row_count; i++) {
        fill_line(comparison, &comparison->rows[i], lines[i + 1]);
    }
    for (uint32_t i = 0; i <= comparison->row_count; i++) {
        for (unsigned j = 0; j < COLUMN_COUNT; j++) {
            int width = (int)strlen(lines[i][j]);

            widths[j] = width > widths[j] ? width : widths[j];
        }
    }
    for (uint32_t i = 0; i <= comparison->row_count; i++) {
        write_line(sink, lines[i], widths);
    }
}

static void write_legend(struct sink *sink)
{
    enum { LEGEND_LINES = sizeof columns[0].legend / sizeof columns[0].legend[0] };

    for (unsigned i = 0; i < COLUMN_COUNT; i++) {
        for (unsigned j = 0; j < LEGEND_LINES && columns[i].legend[j] != NULL; j++) {
            sink_printf(sink, "  %-13s  %s\n", j == 0 ? columns[i].name : "", columns[i].legend[j]);
        }
    }
}

static void write_head(struct sink *sink, const struct compared *compared)
{
    const struct compare_options *options = &compared->options;
    const struct comparison *comparison = &compared->comparison;
    char cap[GROUPED_TEXT_SIZE];

    sink_printf(sink, "%s on %s\n", compared->scenario->name, options->revision->name);
    sink_printf(sink, "  looked for  %s\n", options->fingerprint == NULL ? "any violation" : options->fingerprint);
    if (compared->scenario->has_course) {
        sink_add(sink, "  course      not followed: who moves when is left to the strategies\n");
    }
    sink_printf(sink, "  searches    %u seed%s; a search gives up after %s executions", comparison->seeds,
                comparison->seeds == 1 ? "" : "s", grouped_text(options->executions_max, cap));
    if (options->clock_ns != NULL) {
        sink_printf(sink, "; %u at a time", options->jobs);
    }
    sink_add(sink, "\n");
    if (!comparison->complete) {
        sink_printf(sink, "  verdict     stopped by %s: %u of %u seeds are done\n",
                    compared->stopped_by == NULL ? "the caller" : compared->stopped_by, comparison->seeds,
                    options->seeds);
    }
    sink_add(sink, "\n");
}

void compare_text_write(struct sink *sink, const struct compared *compared, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        write_head(sink, &compared[i]);
        write_table(sink, &compared[i].comparison);
        sink_add(sink, "\n");
    }
    write_legend(sink);
}

/* ---- JSON
 * ------------------------------------------------------------------------------------------------------------ */

static const struct value *observation_value(struct arena *arena, const struct observation *observation)
{
    return OBJECT(arena, {"value", value_number(arena, (double)observation->value)},
                  {"beyond", value_bool(observation->beyond)});
}

/* NULL, so that the member is left out, when there is none. */
static const struct value *median_value(struct arena *arena, const struct median *median)
{
    bool interval = median->confidence > 0;

    if (median->count == 0) {
        return NULL;
    }
    return OBJECT(arena, {"median", observation_value(arena, &median->middle)},
                  {"low", interval ? observation_value(arena, &median->low) : NULL},
                  {"high", interval ? observation_value(arena, &median->high) : NULL},
                  {"confidence", interval ? value_number(arena, median->confidence) : NULL});
}

static const struct value *ratio_value(struct arena *arena, struct compare_ratio ratio)
{
    static const char *const names[] = {[RATIO_IS] = "is", [RATIO_BELOW] = "below", [RATIO_ABOVE] = "above"};

    if (ratio.kind == RATIO_UNKNOWN) {
        return NULL;
    }
    return OBJECT(arena, {names[ratio.kind], value_number(arena, ratio.value)});
}

static const struct value *row_value(struct arena *arena, const struct comparison *comparison,
                                     const struct compare_row *row)
{
    return OBJECT(arena, {"strategy", value_string(arena, strategy_info(row->strategy)->name)},
                  {"depth", row->depth == 0 ? NULL : value_number(arena, row->depth)},
                  {"searches", value_number(arena, row->searches)}, {"found", value_number(arena, row->found)},
                  {"exhausted", value_bool(row->exhausted)}, {"executions", median_value(arena, &row->executions)},
                  {"ns", median_value(arena, &row->ns)},
                  {"vs_random", ratio_value(arena, compare_ratio(&comparison->rows[0], row))});
}

static const struct value *compared_value(struct arena *arena, const struct compared *compared)
{
    const struct compare_options *options = &compared->options;
    const struct value *rows = value_empty_array();

    for (uint32_t i = 0; i < compared->comparison.row_count; i++) {
        rows = value_append(arena, rows, row_value(arena, &compared->comparison, &compared->comparison.rows[i]));
    }
    return OBJECT(arena, {"scenario", value_string(arena, compared->scenario->name)},
                  {"revision", value_string(arena, options->revision->name)},
                  {"fingerprint", value_string(arena, options->fingerprint)},
                  {"seeds", value_number(arena, compared->comparison.seeds)},
                  {"executions_max", value_number(arena, (double)options->executions_max)},
                  {"jobs", options->clock_ns == NULL ? NULL : value_number(arena, options->jobs)},
                  {"complete", value_bool(compared->comparison.complete)},
                  {"stopped_by", value_string(arena, compared->stopped_by)}, {"strategies", rows});
}

void compare_json_write(struct sink *sink, const struct compared *compared, uint32_t count, struct arena *arena)
{
    const struct value *all = value_empty_array();

    for (uint32_t i = 0; i < count; i++) {
        all = value_append(arena, all, compared_value(arena, &compared[i]));
    }
    sink_printf(sink, "%s\n", pretty_json(arena, all));
}
