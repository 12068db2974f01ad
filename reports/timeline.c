/* The story of one run as text: who did what when, what changed, where it broke; repetitions told once. */
#include "reports/report.h"
#include "reports/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BURST_GAP_MS = 2000, /* lines of a task closer than this belong together */
    REPEAT_SLACK_MS = 1000,
    TASK_WIDTH_MAX = 34,
    DAY_MS = 24 * 60 * 60 * 1000,
};

struct line {
    int64_t at_ms;
    uint32_t task; /* RUN_NONE: nobody */
    const char *text;
    enum color color;
    bool indented;
    uint32_t burst;
};

/* Lines of one task that belong together, and how often the same came again. */
struct burst {
    uint32_t task;
    int64_t first_ms, last_ms;
    uint64_t signature;
    uint32_t lines;
    uint32_t told_by; /* the burst that tells this one's story: itself, or an earlier equal one */
    uint32_t times;
    int64_t interval_ms;
    int64_t latest_ms; /* begin of the latest repetition */
};

struct story {
    const struct run_record *record;
    const struct report_options *options;
    struct arena arena;
    struct line *lines;
    uint32_t line_count, line_size;
    struct burst *bursts;
    uint32_t burst_count, burst_size;
    uint32_t *open;    /* per task name's first task index: its latest burst, or RUN_NONE */
    uint32_t *name_of; /* task index → first task index with the same name */
    struct story_filter filter;
};

/* ---- words
 * ----------------------------------------------------------------------------------------------------------------------
 */

static const char *join_names(struct story *story, const struct value *apps)
{
    const char *names = "";

    for (uint32_t i = 0; i < value_count(apps); i++) {
        const char *name = value_get_text(value_at(apps, i), "name");

        names = arena_printf(&story->arena, "%s%s%s", names, i == 0 ? "" : ", ", name == NULL ? "?" : name);
    }
    return names[0] == '\0' ? "nothing" : names;
}

static const char *message_words(struct story *story, const struct value *data)
{
    const struct value *apps = value_get(data, "apps");
    const char *name = value_get_text(data, "name");
    const char *app = value_get_text(data, "appName");

    if (value_is_text(value_get(data, "type"), "fluxapprunning")) {
        return arena_printf(&story->arena, "announces to the network: %s running",
                            apps != NULL ? join_names(story, apps) : name);
    }
    if (value_is_text(value_get(data, "type"), "fluxappremoved")) {
        return arena_printf(&story->arena, "tells the network: %s removed", app);
    }
    if (value_is_text(value_get(data, "type"), "fluxappinstalling")) {
        return arena_printf(&story->arena, "tells the network: %s is being installed", name);
    }
    if (value_is_text(value_get(data, "type"), "fluxnodesigterm")) {
        return "tells the network: this node shuts down";
    }
    return arena_printf(&story->arena, "tells the network: %s could not be installed", name);
}

static const char *object_words(struct story *story, const struct run_event *event)
{
    return event->object == NULL ? "" : arena_printf(&story->arena, " %s", event->object);
}

static const char *answer_words(struct story *story, const struct run_event *event)
{
    if (event->error == NULL) {
        return "";
    }
    return event->error->status == 0
               ? arena_printf(&story->arena, " → %s", event->error->message)
               : arena_printf(&story->arena, " → %d %s", event->error->status, event->error->message);
}

/* ---- gathering lines
 * --------------------------------------------------------------------------------------------------------------- */

static void *grow(struct story *story, void *items, uint32_t count, uint32_t *size, size_t item_size)
{
    if (count < *size) {
        return items;
    }
    *size = *size == 0 ? 256 : *size * 2;
    void *larger = arena_alloc(&story->arena, *size * item_size);

    if (count > 0) {
        memcpy(larger, items, count * item_size);
    }
    return larger;
}

static uint32_t burst_for(struct story *story, uint32_t task, int64_t at_ms)
{
    uint32_t name = task == RUN_NONE ? story->record->task_count : story->name_of[task];
    uint32_t open = story->open[name];

    if (open != RUN_NONE && at_ms - story->bursts[open].last_ms <= BURST_GAP_MS) {
        return open;
    }
    story->bursts = grow(story, story->bursts, story->burst_count, &story->burst_size, sizeof *story->bursts);
    story->bursts[story->burst_count] = (struct burst){.task = name, .first_ms = at_ms, .told_by = RUN_NONE};
    story->open[name] = story->burst_count;
    return story->burst_count++;
}

static void add_line(struct story *story, const struct run_event *event, enum color color, bool indented,
                     const char *text)
{
    story->lines = grow(story, story->lines, story->line_count, &story->line_size, sizeof *story->lines);
    uint32_t number = burst_for(story, event->task, event->at_ms);
    struct burst *burst = &story->bursts[number];

    burst->last_ms = event->at_ms;
    burst->signature = hash_combine(burst->signature, hash_text(text));
    burst->lines++;
    story->lines[story->line_count++] = (struct line){event->at_ms, event->task, text, color, indented, number};
}

static void tell_effect(struct story *story, const struct run_event *event)
{
    const char *name = effect_info(event->effect)->name;
    bool failed = event->error != NULL && !is_question(event);

    if (event->effect == EFFECT_PEERS_SEND && event->error == NULL) {
        if (!story_repeats_message(&story->filter, event)) {
            add_line(story, event, COLOR_BLUE, false, message_words(story, value_get(event->args, "data")));
        }
        return;
    }
    if (event->fault != FAULT_NONE) {
        add_line(story, event, COLOR_YELLOW, false,
                 arena_printf(&story->arena, "%s%s ⚡ %s%s", name, object_words(story, event),
                              fault_info(event->fault)->name, answer_words(story, event)));
    } else if (failed) {
        add_line(story, event, COLOR_YELLOW, false,
                 arena_printf(&story->arena, "%s%s%s", name, object_words(story, event), answer_words(story, event)));
    } else if (story->options->full) {
        add_line(story, event, COLOR_DIM, false,
                 arena_printf(&story->arena, "%s%s%s", name, object_words(story, event), answer_words(story, event)));
    } else if (event->effect == EFFECT_DOCKER_CONTAINERS_PRUNE) {
        add_line(story, event, COLOR_BOLD, false, name);
    }
}

static void tell_change(struct story *story, const struct run_event *event)
{
    bool gone = strstr(event->text, "removed") != NULL || strstr(event->text, "lost") != NULL;
    bool row = strncmp(event->text, "row ", 4) == 0;

    add_line(story, event, gone ? COLOR_RED : COLOR_GREEN, true,
             arena_printf(&story->arena, "%s %s%s%s", gone ? "−" : "+", row ? "local " : "", event->text,
                          arena_printf(&story->arena, "%s%s", event->object == NULL ? "" : ": ",
                                       event->object == NULL          ? ""
                                       : row && event->detail != NULL ? event->detail
                                                                      : event->object)));
}

static void tell_note(struct story *story, const struct run_event *event)
{
    const char *about = event->object != NULL ? event->object : event->detail;
    const char *reason = value_text(event->result);

    add_line(story, event, COLOR_BOLD, false,
             arena_printf(&story->arena, "%s%s%s%s%s", event->text, about == NULL ? "" : " ",
                          about == NULL ? "" : about, reason == NULL ? "" : ": ", reason == NULL ? "" : reason));
}

static void tell_log(struct story *story, const struct run_event *event)
{
    bool error = strcmp(event->detail, "error") == 0;

    add_line(story, event, error ? COLOR_YELLOW : COLOR_DIM, true,
             arena_printf(&story->arena, "%s: %s", event->detail, event->text));
}

static void tell(struct story *story, const struct run_event *event)
{
    /* effects look after themselves: a message is said once, however much is shown */
    if (event->kind != RUN_EFFECT && !story->options->full && !story_tells(&story->filter, event)) {
        return;
    }
    switch (event->kind) {
    case RUN_EFFECT:
        tell_effect(story, event);
        break;
    case RUN_CHANGE:
        tell_change(story, event);
        break;
    case RUN_LOG:
        tell_log(story, event);
        break;
    case RUN_NOTE:
        tell_note(story, event);
        break;
    case RUN_TASK:
        add_line(story, event, COLOR_DIM, false, "begins");
        break;
    case RUN_STEP:
        add_line(story, event, COLOR_DIM, false, arena_printf(&story->arena, "schedule: %s", event->text));
        break;
    case RUN_VIOLATION:
        add_line(story, event, COLOR_RED, false, arena_printf(&story->arena, "✗ %s: %s", event->text, event->detail));
        break;
    case RUN_CRASH:
        add_line(story, event, COLOR_RED, false, event->text);
        break;
    }
}

/* ---- folding
 * -------------------------------------------------------------------------------------------------------------------------
 */

/* A burst equal to the task's previous one, at the same distance, is told by it. */
static void fold(struct story *story)
{
    uint32_t tasks = story->record->task_count + 1;
    uint32_t *latest = arena_alloc(&story->arena, tasks * sizeof *latest);

    for (uint32_t i = 0; i < tasks; i++) {
        latest[i] = RUN_NONE;
    }
    for (uint32_t i = 0; i < story->burst_count; i++) {
        struct burst *burst = &story->bursts[i];
        struct burst *teller = latest[burst->task] == RUN_NONE ? NULL : &story->bursts[latest[burst->task]];
        int64_t distance_ms = teller == NULL ? 0 : burst->first_ms - teller->latest_ms;

        if (teller != NULL && teller->signature == burst->signature && teller->lines == burst->lines &&
            (teller->times == 1 || llabs(distance_ms - teller->interval_ms) <= REPEAT_SLACK_MS)) {
            teller->interval_ms = teller->times == 1 ? distance_ms : teller->interval_ms;
            teller->times++;
            teller->latest_ms = burst->first_ms;
            burst->told_by = latest[burst->task];
        } else {
            latest[burst->task] = i;
            burst->told_by = i;
            burst->times = 1;
            burst->latest_ms = burst->first_ms;
        }
    }
}

/* ---- writing
 * -------------------------------------------------------------------------------------------------------------------------
 */

static const char *clock_text(struct story *story, int64_t at_ms)
{
    return arena_string_n(&story->arena, value_iso_date(&story->arena, at_ms) + 11, 12);
}

static const char *interval_text(struct story *story, int64_t ms)
{
    if (ms % 60000 == 0) {
        return arena_printf(&story->arena, "%lld min", (long long)(ms / 60000));
    }
    return arena_printf(&story->arena, ms % 1000 == 0 ? "%lld s" : "about %lld s", (long long)((ms + 500) / 1000));
}

/* 1562 → "1,562" */
static const char *count_text(struct story *story, uint32_t number)
{
    return number < 1000 ? arena_printf(&story->arena, "%u", number)
                         : arena_printf(&story->arena, "%u,%03u", number / 1000, number % 1000);
}

/* As much of a UTF-8 text as fits into the columns. */
static const char *fitted(struct story *story, const char *text, unsigned columns)
{
    unsigned used = 0;
    size_t end = 0;

    for (size_t i = 0; text[i] != '\0'; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80) {
            used++;
            if (used < columns) {
                end = i;
            }
        }
    }
    return used <= columns ? text : arena_printf(&story->arena, "%.*s…", (int)end, text);
}

static int task_width(const struct story *story)
{
    int widest = 8;

    for (uint32_t i = 0; i < story->line_count; i++) {
        uint32_t task = story->lines[i].task;
        int width = task == RUN_NONE ? 0 : (int)strlen(story->record->tasks[task]);

        widest = width > widest ? width : widest;
    }
    return widest < TASK_WIDTH_MAX ? widest : TASK_WIDTH_MAX;
}

static void write_row(struct story *story, struct sink *sink, const char *clock, const char *task, int width,
                      enum color color, const char *text)
{
    const struct report_options *options = story->options;
    unsigned used = 12 + 2 + (unsigned)width + 2;
    unsigned columns = options->columns > used + 20 ? options->columns - used : 0;

    sink_printf(sink, "%s%s%s  %-*.*s  %s%s%s\n", color_code(options, COLOR_DIM), clock,
                color_code(options, COLOR_RESET), width, width, task, color_code(options, color),
                columns == 0 ? text : fitted(story, text, columns), color_code(options, COLOR_RESET));
}

static void write_story(struct story *story, struct sink *sink)
{
    const struct run_record *record = story->record;
    int width = task_width(story);
    int64_t day = -1;
    uint32_t *left = arena_alloc(&story->arena, (story->burst_count + 1) * sizeof *left);

    for (uint32_t i = 0; i < story->burst_count; i++) {
        left[i] = story->bursts[i].lines;
    }
    for (uint32_t i = 0; i < story->line_count; i++) {
        const struct line *line = &story->lines[i];
        const struct burst *burst = &story->bursts[line->burst];
        const char *task = line->task == RUN_NONE ? "" : record->tasks[line->task];

        if (burst->told_by != line->burst) {
            continue;
        }
        if (line->at_ms / DAY_MS != day) {
            day = line->at_ms / DAY_MS;
            sink_printf(sink, "%s%.10s%s\n", color_code(story->options, COLOR_BOLD),
                        value_iso_date(&story->arena, line->at_ms), color_code(story->options, COLOR_RESET));
        }
        write_row(story, sink, clock_text(story, line->at_ms), task, width, line->color,
                  line->indented ? arena_printf(&story->arena, "  %s", line->text) : line->text);
        if (--left[line->burst] == 0 && burst->times > 1) {
            write_row(story, sink, "            ", task, width, COLOR_BOLD,
                      arena_printf(&story->arena, "↻ × %s, every %s, until %.10s %s", count_text(story, burst->times),
                                   interval_text(story, burst->interval_ms),
                                   value_iso_date(&story->arena, burst->latest_ms),
                                   clock_text(story, burst->latest_ms)));
        }
    }
}

/* Tasks of one name tell one story: a loop starts itself anew each time. */
static void name_tasks(struct story *story)
{
    const struct run_record *record = story->record;
    uint32_t count = record->task_count;

    story->name_of = arena_alloc(&story->arena, (count + 1) * sizeof *story->name_of);
    story->open = arena_alloc(&story->arena, (count + 1) * sizeof *story->open);
    uint32_t *firsts = arena_alloc(&story->arena, (count + 1) * sizeof *firsts);
    uint32_t first_count = 0;

    for (uint32_t i = 0; i <= count; i++) {
        story->open[i] = RUN_NONE;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t j = 0;

        while (j < first_count && strcmp(record->tasks[firsts[j]], record->tasks[i]) != 0) {
            j++;
        }
        if (j == first_count) {
            firsts[first_count++] = i;
        }
        story->name_of[i] = firsts[j];
    }
}

void timeline_write(struct sink *sink, const struct run_record *record, const struct report_options *options)
{
    struct story story = {.record = record, .options = options};
    char revision[256];

    arena_init(&story.arena, arena_source_malloc());
    revision_text(record, revision, sizeof revision);
    sink_printf(sink, "%s%s on %s%s\n", color_code(options, COLOR_BOLD), record->scenario, revision,
                color_code(options, COLOR_RESET));
    if (record->summary != NULL) {
        sink_printf(sink, "%s\n", record->summary);
    }
    sink_add(sink, "\n");
    name_tasks(&story);
    for (uint32_t i = 0; i < record->event_count; i++) {
        tell(&story, &record->events[i]);
    }
    fold(&story);
    write_story(&story, sink);
    sink_add(sink, "\n");
    arena_reset(&story.arena);
}
