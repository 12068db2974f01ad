/* Which events a timeline tells of, and in which lines. An effect is one line with its answer, or two where others were
 * at work before the answer came. */
#include "reports/timeline.h"

#include <string.h>

/* Where the record has been read to. */
struct teller {
    struct timeline *timeline;
    uint32_t place;        /* event */
    uint32_t step;         /* the transition that it is part of, as far as one can tell */
    uint32_t *last_effect; /* of each task, RUN_NONE before its first */
    uint32_t *open;        /* LINE_ISSUE whose answers are still to be told */
    uint32_t open_count, open_size;
};

static struct timeline_line *add_line(struct teller *teller, const struct run_event *event, enum color color,
                                      unsigned indent, const char *text)
{
    struct timeline *timeline = teller->timeline;

    timeline->lines =
        timeline_grow(timeline, timeline->lines, timeline->line_count, &timeline->line_size, sizeof *timeline->lines);
    struct timeline_line *line = &timeline->lines[timeline->line_count++];

    *line = (struct timeline_line){.at_ms = event->at_ms,
                                   .task = event->task,
                                   .event = (uint32_t)(event - timeline->record->events),
                                   .place = teller->place,
                                   .text = text,
                                   .hash = hash_text(text),
                                   .color = color,
                                   .indent = indent};
    return line;
}

/* ---- effects -------------------------------------------------------------------------------------------------- */

static const char *marked(struct teller *teller, const struct run_event *event, const char *text)
{
    const char *note = teller->timeline->marks[event - teller->timeline->record->events];

    return note == NULL || note[0] == '\0' ? text : arena_printf(&teller->timeline->arena, "%s  ◂ %s", text, note);
}

/* `told`: a brief story tells of it. */
static void tell_effect(struct teller *teller, const struct run_event *event, bool told)
{
    struct timeline *timeline = teller->timeline;
    struct arena *arena = &timeline->arena;
    const char *name = timeline_effect_text(arena, event), *fault = timeline_fault_text(arena, event);
    const char *note = timeline->marks[event - timeline->record->events];
    bool failed = event->error != NULL && !story_is_question(event);

    if (event->effect == EFFECT_PEERS_SEND && event->error == NULL) {
        if (told) { /* else it is the same message to the next peer */
            add_line(teller, event, COLOR_BLUE, 0,
                     marked(teller, event, timeline_message_text(arena, value_get(event->args, "data"))));
        }
        return;
    }
    bool is_prune = event->effect == EFFECT_DOCKER_CONTAINERS_PRUNE;

    if (!told && note == NULL && !timeline->options->full) {
        return;
    }
    add_line(teller, event,
             event->fault != FAULT_NONE || failed ? COLOR_YELLOW
             : is_prune || note != NULL           ? COLOR_BOLD
                                                  : COLOR_DIM,
             0, marked(teller, event, arena_printf(arena, "%s%s", name, fault)))
        ->kind = LINE_ISSUE;
    if (event->effect != EFFECT_CLOCK_DELAY) {
        teller->open =
            timeline_grow(timeline, teller->open, teller->open_count, &teller->open_size, sizeof *teller->open);
        teller->open[teller->open_count++] = timeline->line_count - 1;
    }
}

static bool is_of_one_task(const struct timeline *timeline, uint32_t first)
{
    for (uint32_t i = first; i < timeline->line_count; i++) {
        if (timeline->lines[i].task != timeline->lines[first].task) {
            return false;
        }
    }
    return true;
}

/* The answer is told with the request when nothing came between the two. */
static void tell_answer(struct teller *teller, uint32_t issue)
{
    struct timeline *timeline = teller->timeline;
    struct arena *arena = &timeline->arena;
    struct timeline_line *asked = &timeline->lines[issue];
    const struct run_event *event = &timeline->record->events[asked->event];
    const char *name = timeline_effect_text(arena, event), *fault = timeline_fault_text(arena, event);
    const char *answer = timeline_answer_text(arena, event);

    if (event->resumed_ms < 0 || (event->resumed_ms == event->at_ms && is_of_one_task(timeline, issue))) {
        asked->text = marked(teller, event, arena_printf(arena, "%s%s%s", name, fault, answer));
        asked->hash = hash_text(asked->text);
        return;
    }
    enum color color = asked->color;

    asked->text = marked(teller, event, arena_printf(arena, "%s%s …", name, fault));
    struct timeline_line *line =
        add_line(teller, event, color, 0,
                 event->resumed_ms == event->at_ms
                     ? arena_printf(arena, "… %s%s%s", name, fault, answer)
                     : arena_printf(arena, "… %s%s%s, %s", name, fault, answer,
                                    timeline_gap_text(arena, event->resumed_ms - event->at_ms, 0)));

    line->kind = LINE_ANSWER;
    line->at_ms = event->resumed_ms;
}

static bool has_come(const struct teller *teller, const struct run_event *effect, int64_t now_ms)
{
    return effect->resumed_ms >= 0 &&
           (effect->resumed_ms < now_ms || (effect->resumed_ms == now_ms && effect->resumed_step <= teller->step));
}

/* The answers that have come by now, in their order. */
static void tell_answers(struct teller *teller, int64_t now_ms)
{
    const struct timeline *timeline = teller->timeline;

    while (true) {
        const struct run_event *events = timeline->record->events;
        uint32_t first = teller->open_count;

        for (uint32_t i = 0; i < teller->open_count; i++) {
            const struct run_event *effect = &events[timeline->lines[teller->open[i]].event];

            if (has_come(teller, effect, now_ms) &&
                (first == teller->open_count ||
                 effect->resumed_step < events[timeline->lines[teller->open[first]].event].resumed_step)) {
                first = i;
            }
        }
        if (first == teller->open_count) {
            return;
        }
        uint32_t issue = teller->open[first];

        teller->open_count--;
        memmove(&teller->open[first], &teller->open[first + 1], (teller->open_count - first) * sizeof *teller->open);
        tell_answer(teller, issue);
    }
}

/* ---- the rest ------------------------------------------------------------------------------------------------- */

static void tell_change(struct teller *teller, const struct run_event *event, bool told)
{
    struct timeline *timeline = teller->timeline;

    if (!timeline->options->full && !told && timeline->marks[event - timeline->record->events] == NULL) {
        return;
    }
    const char *text = timeline_change_text(&timeline->arena, event);

    add_line(teller, event, text[0] == '+' ? COLOR_GREEN : COLOR_RED, 2, marked(teller, event, text))->kind =
        LINE_APPLY;
}

static void tell_note(struct teller *teller, const struct run_event *event)
{
    const char *about = event->object != NULL ? event->object : event->detail;
    const char *reason = value_text(event->result);

    add_line(teller, event, COLOR_BOLD, 0,
             arena_printf(&teller->timeline->arena, "%s%s%s%s%s", event->text, about == NULL ? "" : " ",
                          about == NULL ? "" : about, reason == NULL ? "" : ": ", reason == NULL ? "" : reason));
}

static void tell_log(struct teller *teller, const struct run_event *event)
{
    bool error = strcmp(event->detail, "error") == 0;

    add_line(teller, event, error ? COLOR_YELLOW : COLOR_DIM, 2,
             arena_printf(&teller->timeline->arena, "%s: %s", event->detail, event->text));
}

/* ---- violations ----------------------------------------------------------------------------------------------- */

static const char *task_name(const struct timeline *timeline, const struct run_event *event)
{
    return event->task == RUN_NONE ? "the world" : timeline->record->tasks[event->task];
}

static uint32_t step_of_change(const struct timeline *timeline, const struct run_event *change)
{
    return change->cause == RUN_NONE ? 0 : timeline->record->events[change->cause].applied_step;
}

/* How long after one moment another one was. What has no place among the transitions has none in time either, but for
 * the clock. */
static const char *gap_text(struct arena *arena, int64_t from_ms, uint32_t from, int64_t until_ms, uint32_t until)
{
    return timeline_gap_text(arena, until_ms - from_ms, from == 0 || until < from ? 0 : until - from);
}

/* A line of a race: what, and when. Times do not make it another one. */
static void add_race_line(struct teller *teller, const struct run_event *violation, const char *what, const char *when)
{
    struct timeline_line *line =
        add_line(teller, violation, COLOR_RED, 4, arena_printf(&teller->timeline->arena, "%s, %s", what, when));

    line->hash = hash_text(what);
    line->kind = LINE_MORE;
}

static void tell_race(struct teller *teller, const struct run_event *violation, const struct run_race *race)
{
    struct timeline *timeline = teller->timeline;
    struct arena *arena = &timeline->arena;
    const struct run_event *events = timeline->record->events;
    const struct run_event *look = &events[race->look], *change = &events[race->change];
    const struct run_event *breaking = &events[race->breaking];
    const char *changed = timeline_change_text(arena, change); /* a sign, a blank, the words */
    uint32_t step = step_of_change(timeline, change);

    add_race_line(teller, violation,
                  arena_printf(arena, "① %s looked: %s%s", task_name(timeline, look), timeline_effect_text(arena, look),
                               timeline_answer_text(arena, look)),
                  arena_printf(arena, "at %s", timeline_clock_text(arena, look->applied_ms)));
    add_race_line(teller, violation,
                  arena_printf(arena, "② %s: %s", task_name(timeline, change), changed + strcspn(changed, " ") + 1),
                  gap_text(arena, look->applied_ms, look->applied_step, change->at_ms, step));
    add_race_line(teller, violation,
                  arena_printf(arena, "③ %s went by ①: %s%s", task_name(timeline, breaking),
                               timeline_effect_text(arena, breaking), timeline_answer_text(arena, breaking)),
                  gap_text(arena, change->at_ms, step, breaking->applied_ms, breaking->applied_step));
}

static void tell_violation(struct teller *teller, const struct run_event *event)
{
    struct timeline *timeline = teller->timeline;
    struct arena *arena = &timeline->arena;

    add_line(teller, event, COLOR_RED, 0, arena_printf(arena, "✗ %s: %s", event->text, event->detail))->kind =
        LINE_APPLY;
    if (event->violation < timeline->record->violation_count && timeline->races[event->violation].look != RUN_NONE) {
        tell_race(teller, event, &timeline->races[event->violation]);
    }
}

/* ---- all of it ------------------------------------------------------------------------------------------------ */

static void tell(struct teller *teller, const struct run_event *event)
{
    struct timeline *timeline = teller->timeline;
    const bool told = story_tells(&timeline->filter, event);
    const bool shown = told || timeline->options->full;

    switch (event->kind) {
    case RUN_EFFECT:
        tell_effect(teller, event, told);
        break;
    case RUN_CHANGE:
        tell_change(teller, event, told);
        break;
    case RUN_LOG:
        if (shown) {
            tell_log(teller, event);
        }
        break;
    case RUN_NOTE:
        tell_note(teller, event);
        break;
    case RUN_TASK:
        if (shown) {
            add_line(teller, event, COLOR_DIM, 0, "begins");
        }
        break;
    case RUN_STEP:
        add_line(teller, event, COLOR_DIM, 0, arena_printf(&teller->timeline->arena, "schedule: %s", event->text));
        break;
    case RUN_VIOLATION:
        tell_violation(teller, event);
        break;
    case RUN_CRASH:
        add_line(teller, event, COLOR_RED, 0, event->text);
        break;
    }
}

/* The latest transition that the event can be part of: its cause's, or the one in which its task went on last. */
static uint32_t step_of(const struct teller *teller, const struct run_event *event)
{
    const struct run_event *events = teller->timeline->record->events;

    if ((event->kind == RUN_CHANGE || event->kind == RUN_VIOLATION) && event->cause != RUN_NONE) {
        return events[event->cause].applied_step;
    }
    if (event->task == RUN_NONE || teller->last_effect[event->task] == RUN_NONE) {
        return 0;
    }
    return events[teller->last_effect[event->task]].resumed_step;
}

/* Marks an event as the first, second or third of what raced; where several violations did, with whose it is. */
static void mark(struct timeline *timeline, uint32_t event, const char *number, uint32_t violation, uint32_t raced)
{
    timeline->marks[event] =
        raced == 1 ? number
                   : arena_printf(&timeline->arena, "%s of %s", number, timeline->record->violations[violation].oracle);
}

static void mark_races(struct timeline *timeline)
{
    const struct run_record *record = timeline->record;
    uint32_t raced = 0;

    timeline->races = arena_alloc(&timeline->arena, (record->violation_count + 1) * sizeof timeline->races[0]);
    timeline->marks = arena_alloc(&timeline->arena, (record->event_count + 1) * sizeof timeline->marks[0]);
    for (uint32_t i = 0; i < record->violation_count; i++) {
        timeline->races[i] = run_race_of(record, i);
        raced += timeline->races[i].look != RUN_NONE;
        if (timeline->races[i].breaking != RUN_NONE) {
            timeline->marks[timeline->races[i].breaking] = "";
        }
    }
    for (uint32_t i = 0; i < record->violation_count; i++) {
        if (timeline->races[i].look != RUN_NONE) {
            mark(timeline, timeline->races[i].look, "①", i, raced);
            mark(timeline, timeline->races[i].change, "②", i, raced);
            mark(timeline, timeline->races[i].breaking, "③", i, raced);
        }
    }
}

void timeline_tell(struct timeline *timeline)
{
    const struct run_record *record = timeline->record;
    struct teller teller = {.timeline = timeline};

    mark_races(timeline);
    teller.last_effect = arena_alloc(&timeline->arena, (record->task_count + 1) * sizeof teller.last_effect[0]);
    for (uint32_t i = 0; i < record->task_count; i++) {
        teller.last_effect[i] = RUN_NONE;
    }
    for (uint32_t i = 0; i < record->event_count; i++) {
        const struct run_event *event = &record->events[i];
        uint32_t step = step_of(&teller, event);

        teller.place = i;
        teller.step = step > teller.step ? step : teller.step;
        tell_answers(&teller, event->at_ms);
        if (timeline_wants(timeline, event)) {
            tell(&teller, event);
        }
        if (event->kind == RUN_EFFECT) {
            teller.last_effect[event->task] = i;
        }
    }
    teller.place = record->event_count;
    teller.step = UINT32_MAX;
    tell_answers(&teller, INT64_MAX);
    for (uint32_t i = 0; i < teller.open_count; i++) { /* never answered */
        tell_answer(&teller, teller.open[i]);
    }
}
