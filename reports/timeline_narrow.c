/* A timeline of what was asked for only. */
#include "reports/timeline.h"

#include <string.h>

enum { LINES_BEFORE = 12, LINES_AFTER = 6 };

/* ---- events --------------------------------------------------------------------------------------------------- */

static bool is_task(const struct timeline *timeline, const struct run_event *event, const char *name)
{
    const char *task = event->task == RUN_NONE ? NULL : timeline->record->tasks[event->task];
    size_t length = strlen(name);

    return task != NULL && strncmp(task, name, length) == 0 && (task[length] == '\0' || task[length] == ':');
}

static bool is_object(const struct timeline *timeline, const struct run_event *event, const char *name)
{
    bool has_more_names = event->kind == RUN_CHANGE || event->kind == RUN_NOTE;

    (void)timeline;
    return text_names(event->object, name) || (has_more_names && text_names(event->detail, name)) ||
           (event->kind == RUN_LOG && text_names(event->text, name));
}

typedef bool is_named(const struct timeline *timeline, const struct run_event *event, const char *name);

static bool is_any(const struct timeline *timeline, const struct run_event *event, is_named *is,
                   const char *const *names, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (is(timeline, event, names[i])) {
            return true;
        }
    }
    return count == 0;
}

static bool is_of_port(const struct timeline *timeline, const struct run_event *event)
{
    const struct run_event *effect = event->kind == RUN_EFFECT  ? event
                                     : event->cause == RUN_NONE ? NULL
                                                                : &timeline->record->events[event->cause];

    return timeline->narrowing->ports == 0 ||
           (effect != NULL && effect->kind == RUN_EFFECT &&
            (timeline->narrowing->ports & (1u << effect_info(effect->effect)->port)) != 0);
}

bool timeline_wants(const struct timeline *timeline, const struct run_event *event)
{
    const struct timeline_narrowing *narrowing = timeline->narrowing;

    return is_any(timeline, event, is_task, narrowing->tasks, narrowing->task_count) && is_of_port(timeline, event) &&
           is_any(timeline, event, is_object, narrowing->objects, narrowing->object_count);
}

/* ---- what is not there ---------------------------------------------------------------------------------------- */

static bool is_narrow(const struct timeline_narrowing *narrowing)
{
    return narrowing->task_count > 0 || narrowing->object_count > 0 || narrowing->ports != 0;
}

static void list_tasks(const struct timeline *timeline, struct sink *sink)
{
    for (uint32_t i = 0; i < timeline->record->task_count; i++) {
        if (timeline->name_of[i] == i) {
            sink_printf(sink, "%s %s", i == 0 ? "; the tasks of this run are" : ",", timeline->record->tasks[i]);
        }
    }
}

/* A line for each name that no event of the run has. */
static bool say_unknown(const struct timeline *timeline, struct sink *sink, const char *what, is_named *is,
                        const char *const *names, uint32_t count)
{
    const struct run_record *record = timeline->record;
    bool any = false;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t event = 0;

        while (event < record->event_count && !is(timeline, &record->events[event], names[i])) {
            event++;
        }
        if (event == record->event_count) {
            sink_printf(sink, "no event of %s \"%s\"", what, names[i]);
            if (is == is_task) {
                list_tasks(timeline, sink);
            }
            sink_add(sink, "\n");
            any = true;
        }
    }
    return any;
}

/* Says why there is no line. */
static void say_nothing(struct timeline *timeline, struct sink *sink)
{
    const struct run_record *record = timeline->record;
    uint32_t wanted = 0;

    for (uint32_t i = 0; i < record->event_count; i++) {
        wanted += timeline_wants(timeline, &record->events[i]);
    }
    if (wanted == 0) {
        sink_add(sink, "no event of all that was asked for\n");
    } else {
        sink_printf(sink, "%s event%s of what was asked for, none of which changes anything: --full shows %s\n",
                    timeline_count_text(&timeline->arena, wanted), wanted == 1 ? "" : "s", wanted == 1 ? "it" : "them");
    }
}

/* ---- a violation ---------------------------------------------------------------------------------------------- */

/* Its number in the record, or violation_count; *times: how many there are like it. */
static uint32_t find_violation(const struct timeline *timeline, uint32_t *times)
{
    const struct timeline_narrowing *narrowing = timeline->narrowing;
    const struct run_record *record = timeline->record;
    uint32_t found = record->violation_count;

    *times = 0;
    for (uint32_t i = 0; i < record->violation_count; i++) {
        if (narrowing->around_oracle == NULL || strcmp(narrowing->around_oracle, record->violations[i].oracle) == 0) {
            found = ++*times == narrowing->around_nth ? i : found;
        }
    }
    return found;
}

static bool is_involved(const struct run_race *race, uint32_t event)
{
    return event == race->breaking || event == race->look || event == race->change;
}

/* Keeps the lines from a little before the first that has to do with the violation to a little after the last. */
static void keep_around(struct timeline *timeline, uint32_t violation)
{
    const struct run_race *race = &timeline->races[violation];
    uint32_t event = timeline->record->violations[violation].event;
    uint32_t first = timeline->line_count, last = 0, kept = 0;

    for (uint32_t i = 0; i < timeline->line_count; i++) {
        const struct timeline_line *line = &timeline->lines[i];

        if (line->event == event || is_involved(race, line->event)) {
            first = i < first ? i : first;
            last = i;
        } else if (first == timeline->line_count && line->place > event) {
            first = last = i; /* nothing of it is shown: where it was */
        }
    }
    first = first > LINES_BEFORE ? first - LINES_BEFORE : 0;
    for (uint32_t i = 0; i < timeline->line_count; i++) {
        if (i >= first && i <= last + LINES_AFTER) {
            timeline->lines[kept++] = timeline->lines[i];
        }
    }
    timeline->line_count = kept;
}

bool timeline_narrow(struct timeline *timeline, struct sink *sink)
{
    const struct timeline_narrowing *narrowing = timeline->narrowing;
    const struct run_record *record = timeline->record;

    bool unknown = say_unknown(timeline, sink, "task", is_task, narrowing->tasks, narrowing->task_count);

    unknown = say_unknown(timeline, sink, "object", is_object, narrowing->objects, narrowing->object_count) || unknown;

    if (is_narrow(narrowing) && timeline->line_count == 0) {
        if (!unknown) {
            say_nothing(timeline, sink);
        }
        sink_add(sink, "\n");
        return false;
    }
    if (!narrowing->around) {
        return true;
    }
    uint32_t times = 0, violation = find_violation(timeline, &times);
    const char *oracle = narrowing->around_oracle == NULL ? "any oracle" : narrowing->around_oracle;

    if (violation == record->violation_count) {
        if (times == 0) {
            sink_printf(sink, "%s is not violated in this run\n\n", oracle);
        } else {
            sink_printf(sink, "%s is violated %u time%s in this run, not %u\n\n", oracle, times, times == 1 ? "" : "s",
                        narrowing->around_nth);
        }
        return false;
    }
    uint32_t lines = timeline->line_count;

    keep_around(timeline, violation);
    sink_printf(sink, "around %s, violation %u of %u in this run: %u of %s lines\n",
                record->violations[violation].oracle, violation + 1, record->violation_count, timeline->line_count,
                timeline_count_text(&timeline->arena, lines));
    return true;
}
