/* Chrome trace-event JSON, which opens in Perfetto and chrome://tracing: two processes per run, its tasks and their
 * neighbours, a track each. A call is a slice on its task's track, from request to answer, and one on the neighbour's
 * where it was answered, with flow arrows there and back; faults, logs, notes, changes, violations and crashes are
 * instants.
 *
 * A microsecond is a thousandth of a virtual millisecond. Within one millisecond what happened is a microsecond apart,
 * in its order: without that all of it would lie on one spot.
 *
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU (Trace Event Format) */
#include "reports/report.h"

#include <stdlib.h>
#include <string.h>

enum { US_PER_MS = 1000, PROCESSES_PER_RUN = 2 };

/* An instant and the place among all transitions of what happened then. */
struct moment {
    int64_t ms;
    uint32_t step;
};

struct chart {
    struct sink *sink;
    struct arena arena; /* of one line */
    struct arena lasting;
    const struct run_record *record;
    int tasks_pid, neighbours_pid;
    bool any; /* a line has been written */
    struct moment *moments;
    size_t moment_count;
    uint32_t *track;     /* of each task: the task whose track it is on */
    uint32_t *last_step; /* of each task: when it last went on */
    uint64_t flows;      /* told from one another by their number alone, over all runs */
};

/* ---- time
 * -------------------------------------------------------------------------------------------------------------------
 */

static int compare_moments(const void *left, const void *right)
{
    const struct moment *one = left, *other = right;

    if (one->ms != other->ms) {
        return one->ms < other->ms ? -1 : 1;
    }
    return one->step < other->step ? -1 : one->step > other->step;
}

static void add_moment(struct chart *chart, int64_t ms, uint32_t step)
{
    if (ms >= 0) {
        chart->moments[chart->moment_count++] = (struct moment){ms, step};
    }
}

static void find_moments(struct chart *chart)
{
    const struct run_record *record = chart->record;
    size_t unique = 0;

    chart->moments = arena_alloc(&chart->lasting, (2 * (size_t)record->event_count + 1) * sizeof chart->moments[0]);
    for (uint32_t i = 0; i < record->event_count; i++) {
        if (record->events[i].kind == RUN_EFFECT) {
            add_moment(chart, record->events[i].applied_ms, record->events[i].applied_step);
            add_moment(chart, record->events[i].resumed_ms, record->events[i].resumed_step);
        }
    }
    qsort(chart->moments, chart->moment_count, sizeof chart->moments[0], compare_moments);
    for (size_t i = 0; i < chart->moment_count; i++) {
        if (unique == 0 || compare_moments(&chart->moments[unique - 1], &chart->moments[i]) != 0) {
            chart->moments[unique++] = chart->moments[i];
        }
    }
    chart->moment_count = unique;
}

/* How many moments are before this one. */
static size_t place_of(const struct chart *chart, struct moment moment)
{
    size_t low = 0, high = chart->moment_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_moments(&chart->moments[middle], &moment) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static double microseconds(const struct chart *chart, int64_t ms, uint32_t step)
{
    size_t within = place_of(chart, (struct moment){ms, step}) - place_of(chart, (struct moment){ms, 0});

    within = within < US_PER_MS ? within : US_PER_MS - 1;
    return (double)((ms - chart->record->clock_start_ms) * US_PER_MS) + (double)within;
}

/* ---- lines
 * -------------------------------------------------------------------------------------------------------------------
 */

static void add_line(struct chart *chart, const struct value *line)
{
    sink_add(chart->sink, chart->any ? ",\n" : "\n");
    sink_add(chart->sink, value_json(&chart->arena, line));
    chart->any = true;
    arena_reset(&chart->arena);
}

static void name_track(struct chart *chart, const char *what, int pid, uint32_t tid, const char *name)
{
    struct arena *arena = &chart->arena;

    add_line(chart, OBJECT(arena, {"ph", value_string(arena, "M")}, {"name", value_string(arena, what)},
                           {"pid", value_number(arena, pid)}, {"tid", value_number(arena, tid)},
                           {"args", OBJECT(arena, {"name", value_string(arena, name)})}));
}

static void add_slice(struct chart *chart, int pid, uint32_t tid, const char *name, double from_us, double until_us,
                      const struct value *args)
{
    struct arena *arena = &chart->arena;

    add_line(chart, OBJECT(arena, {"ph", value_string(arena, "X")}, {"name", value_string(arena, name)},
                           {"cat", value_string(arena, "effect")}, {"pid", value_number(arena, pid)},
                           {"tid", value_number(arena, tid)}, {"ts", value_number(arena, from_us)},
                           {"dur", value_number(arena, until_us - from_us)}, {"args", args}));
}

static void add_flow_end(struct chart *chart, const char *phase, int pid, uint32_t tid, double at_us)
{
    struct arena *arena = &chart->arena;

    add_line(chart, OBJECT(arena, {"ph", value_string(arena, phase)}, {"name", value_string(arena, "call")},
                           {"cat", value_string(arena, "effect")}, {"id", value_number(arena, (double)chart->flows)},
                           {"bp", phase[0] == 'f' ? value_string(arena, "e") : NULL}, {"pid", value_number(arena, pid)},
                           {"tid", value_number(arena, tid)}, {"ts", value_number(arena, at_us)}));
}

static void add_instant(struct chart *chart, const char *category, const char *name, uint32_t task, double at_us,
                        const struct value *args)
{
    struct arena *arena = &chart->arena;
    bool of_a_task = task != RUN_NONE;

    add_line(chart, OBJECT(arena, {"ph", value_string(arena, "i")}, {"name", value_string(arena, name)},
                           {"cat", value_string(arena, category)}, {"s", value_string(arena, of_a_task ? "t" : "g")},
                           {"pid", value_number(arena, chart->tasks_pid)},
                           {"tid", value_number(arena, of_a_task ? chart->track[task] : 0)},
                           {"ts", value_number(arena, at_us)}, {"args", args}));
}

/* When an effect was asked for and answered; its task goes on from there. */
struct span {
    double from_us, until_us;
};

static struct span span_of(struct chart *chart, const struct run_event *event)
{
    double issued_us = microseconds(chart, event->at_ms, chart->last_step[event->task]);
    double end_us = event->resumed_ms >= 0 ? microseconds(chart, event->resumed_ms, event->resumed_step)
                                           : issued_us; /* its task was gone by then */

    if (event->applied_ms >= 0 && event->resumed_ms >= 0) {
        chart->last_step[event->task] = event->resumed_step;
    }
    return (struct span){issued_us, end_us > issued_us ? end_us : issued_us + 1};
}

/* ---- events
 * -------------------------------------------------------------------------------------------------------------------
 */

static void add_effect(struct chart *chart, const struct run_event *event)
{
    struct arena *arena = &chart->arena;
    const struct effect_info *info = effect_info(event->effect);
    uint32_t track = chart->track[event->task], port = (uint32_t)info->port;
    struct span span = span_of(chart, event);
    double applied_us = microseconds(chart, event->applied_ms, event->applied_step);
    /* Several lines name it, each of which ends with the arena of one. */
    const char *name =
        event->object == NULL ? info->name : arena_printf(&chart->lasting, "%s %s", info->name, event->object);
    const char *fault = event->fault == FAULT_NONE ? NULL : fault_info(event->fault)->name;

    add_slice(chart, chart->tasks_pid, track, name, span.from_us, span.until_us,
              OBJECT(arena, {"args", event->args}, {"result", event->result},
                     {"error", event->error == NULL ? NULL : error_value(arena, event->error)},
                     {"fault", value_string(arena, fault)}));
    if (fault != NULL) {
        add_instant(chart, "fault", fault, event->task, span.from_us,
                    OBJECT(arena, {"effect", value_string(arena, name)}));
    }
    if (event->applied_ms >= 0) {
        add_slice(chart, chart->neighbours_pid, port, name, applied_us, applied_us + 1, NULL);
        chart->flows++;
        add_flow_end(chart, "s", chart->tasks_pid, track, span.from_us);
        add_flow_end(chart, "f", chart->neighbours_pid, port, applied_us);
    }
    if (event->applied_ms >= 0 && event->resumed_ms >= 0) {
        chart->flows++;
        add_flow_end(chart, "s", chart->neighbours_pid, port, applied_us);
        add_flow_end(chart, "f", chart->tasks_pid, track, span.until_us);
    }
}

static const char *const categories[] = {
    [RUN_CHANGE] = "change",       [RUN_LOG] = "log",    [RUN_NOTE] = "note", [RUN_TASK] = "task", [RUN_STEP] = "step",
    [RUN_VIOLATION] = "violation", [RUN_CRASH] = "crash"};

/* What is no effect: it is where its cause is, or where its task was last. */
static void add_other(struct chart *chart, const struct run_event *event)
{
    struct arena *arena = &chart->arena;
    const struct run_record *record = chart->record;
    const struct run_event *cause = event->cause == RUN_NONE ? NULL : &record->events[event->cause];
    uint32_t step = cause != NULL && cause->kind == RUN_EFFECT ? cause->applied_step
                    : event->task == RUN_NONE                  ? 0
                                                               : chart->last_step[event->task];
    const struct run_violation *violation =
        event->kind == RUN_VIOLATION && event->violation != RUN_NONE ? &record->violations[event->violation] : NULL;
    const char *name = violation != NULL ? violation->oracle : event->text == NULL ? "" : event->text;

    add_instant(chart, categories[event->kind], name, event->kind == RUN_VIOLATION ? RUN_NONE : event->task,
                microseconds(chart, event->at_ms, step),
                OBJECT(arena, {"object", value_string(arena, event->object)},
                       {"detail", violation != NULL ? NULL : value_string(arena, event->detail)},
                       {"message", violation == NULL ? NULL : value_string(arena, violation->message)}));
}

/* ---- a run
 * -------------------------------------------------------------------------------------------------------------------
 */

/* From when to when each task had something under way. Those that never had are at no time. */
static struct span *find_task_spans(struct chart *chart)
{
    const struct run_record *record = chart->record;
    struct span *spans = arena_alloc(&chart->lasting, (record->task_count + 1) * sizeof spans[0]);

    for (uint32_t i = 0; i < record->event_count; i++) {
        const struct run_event *event = &record->events[i];

        if (event->kind == RUN_EFFECT) {
            struct span span = span_of(chart, event), *whole = &spans[event->task];

            whole->from_us = whole->until_us == 0 ? span.from_us : whole->from_us;
            whole->until_us = span.until_us > whole->until_us ? span.until_us : whole->until_us;
        }
    }
    memset(chart->last_step, 0, record->task_count * sizeof chart->last_step[0]);
    return spans;
}

/* Tasks of one name have one track, as a loop starts itself anew each time, but for those that are under way at once:
 * slices of one track must not overlap. */
static void find_tracks(struct chart *chart)
{
    const struct run_record *record = chart->record;

    chart->track = arena_alloc(&chart->lasting, (record->task_count + 1) * sizeof chart->track[0]);
    chart->last_step = arena_alloc(&chart->lasting, (record->task_count + 1) * sizeof chart->last_step[0]);
    struct span *spans = find_task_spans(chart); /* of a track's first task: until where the track is taken */

    for (uint32_t i = 0; i < record->task_count; i++) {
        uint32_t first = 0;

        while (first < i && (chart->track[first] != first || strcmp(record->tasks[first], record->tasks[i]) != 0 ||
                             (spans[i].until_us > 0 && spans[first].until_us > spans[i].from_us))) {
            first++;
        }
        chart->track[i] = first;
        if (first == i) {
            name_track(chart, "thread_name", chart->tasks_pid, i, record->tasks[i]);
        } else if (spans[i].until_us > spans[first].until_us) {
            spans[first].until_us = spans[i].until_us;
        }
    }
}

static void name_neighbours(struct chart *chart)
{
    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        const struct effect_info *info = effect_info((enum effect_id)i);
        bool named = info->immediate;

        for (unsigned j = 0; j < i && !named; j++) {
            named = !effect_info((enum effect_id)j)->immediate && effect_info((enum effect_id)j)->port == info->port;
        }
        if (!named) {
            name_track(chart, "thread_name", chart->neighbours_pid, (uint32_t)info->port, info->port_name);
        }
    }
}

static void add_run(struct chart *chart)
{
    const struct run_record *record = chart->record;
    char revision[256];

    revision_text(record, revision, sizeof revision);
    const char *title = arena_printf(&chart->lasting, "%s on %s", record->scenario, revision);

    name_track(chart, "process_name", chart->tasks_pid, 0, title);
    name_track(chart, "process_name", chart->neighbours_pid, 0,
               arena_printf(&chart->lasting, "%s: what FluxOS talks to", title));
    find_moments(chart);
    find_tracks(chart);
    name_neighbours(chart);
    for (uint32_t i = 0; i < record->event_count; i++) {
        if (record->events[i].kind == RUN_EFFECT) {
            add_effect(chart, &record->events[i]);
        } else {
            add_other(chart, &record->events[i]);
        }
    }
}

void chrome_trace_write(struct sink *sink, const struct run_record *const *records, size_t count,
                        const struct report_options *options)
{
    bool any = false;
    uint64_t flows = 0;

    (void)options;
    sink_add(sink, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
    for (size_t i = 0; i < count; i++) {
        struct chart chart = {.sink = sink,
                              .record = records[i],
                              .tasks_pid = (int)(PROCESSES_PER_RUN * i) + 1,
                              .neighbours_pid = (int)(PROCESSES_PER_RUN * i) + 2,
                              .any = any,
                              .flows = flows};

        arena_init(&chart.arena, arena_source_malloc());
        arena_init(&chart.lasting, arena_source_malloc());
        add_run(&chart);
        any = chart.any;
        flows = chart.flows;
        arena_reset(&chart.lasting);
    }
    sink_add(sink, "\n]}\n");
}
