/* Timelines of records built by hand: what is told, how it is drawn, what raced, what is left when it is narrowed. */
#include "reports/race.h"
#include "reports/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DAY_MS = 86400000, EVENTS_MAX = 24 };

/* A record with room for events. */
struct made {
    struct run_record record;
    struct run_event events[EVENTS_MAX];
    struct run_violation violations[2];
    struct arena arena;
};

static void begin(struct made *made, const char **tasks, uint32_t task_count)
{
    *made = (struct made){.record = {.scenario = "made", .revision = "8.9.2"}};
    made->record.tasks = tasks;
    made->record.task_count = task_count;
    made->record.events = made->events;
    made->record.violations = made->violations;
    arena_init(&made->arena, arena_source_malloc());
}

static struct run_event *add(struct made *made, enum run_event_kind kind, int64_t at_ms, uint32_t task)
{
    struct run_event *event = &made->events[made->record.event_count++];

    assert_true(made->record.event_count <= EVENTS_MAX);
    *event = (struct run_event){.kind = kind,
                                .at_ms = at_ms,
                                .task = task,
                                .cause = RUN_NONE,
                                .applied_ms = -1,
                                .resumed_ms = -1,
                                .violation = RUN_NONE};
    return event;
}

/* An effect that is applied and resumed at these places among all transitions, all at one instant. */
static struct run_event *add_effect(struct made *made, int64_t at_ms, uint32_t task, enum effect_id effect,
                                    const char *object, uint32_t applied, uint32_t resumed)
{
    struct run_event *event = add(made, RUN_EFFECT, at_ms, task);

    event->effect = effect;
    event->object = object;
    event->applied_ms = event->resumed_ms = at_ms;
    event->applied_step = applied;
    event->resumed_step = resumed;
    event->result = value_null();
    return event;
}

static void add_change(struct made *made, int64_t at_ms, uint32_t task, uint32_t cause, const char *text,
                       const char *object)
{
    struct run_event *event = add(made, RUN_CHANGE, at_ms, task);

    event->cause = cause;
    event->text = text;
    event->object = object;
}

static void add_violation(struct made *made, int64_t at_ms, uint32_t task, uint32_t cause, const char *object)
{
    uint32_t number = made->record.violation_count++;
    struct run_event *event = add(made, RUN_VIOLATION, at_ms, task);
    const char *effect = cause == RUN_NONE ? NULL : effect_info(made->events[cause].effect)->name;

    event->cause = cause;
    event->text = "container-lost";
    event->object = object;
    event->detail = "it is gone";
    event->violation = number;
    made->violations[number] = (struct run_violation){.oracle = "container-lost",
                                                      .at_ms = at_ms,
                                                      .effect = effect,
                                                      .object = object,
                                                      .message = "it is gone",
                                                      .event = made->record.event_count - 1};
}

static void assert_timeline(struct made *made, const struct report_options *options, const char *expected)
{
    struct sink sink;

    sink_init(&sink);
    timeline_write(&sink, &made->record, options);
    assert_string_equal(sink.text, expected);
    sink_free(&sink);
}

/* An install looks at the containers, one is stopped behind its back, and its prune deletes that. */
static void make_race(struct made *made)
{
    static const char *tasks[] = {"install:napp", "stop"};
    const struct value *container;

    begin(made, tasks, 2);
    container = value_empty_object();
    add(made, RUN_TASK, 0, 0)->text = "install:napp"; /* 0 */
    add(made, RUN_TASK, 0, 1)->text = "stop";
    add_effect(made, 0, 0, EFFECT_DOCKER_CONTAINERS_LIST, NULL, 3, 4)->result =
        ARRAY(&made->arena, container, container);
    add_effect(made, 0, 0, EFFECT_DOCKER_CONTAINERS_PRUNE, NULL, 8, 9)->result =
        OBJECT(&made->arena, {"ContainersDeleted", ARRAY(&made->arena, value_string(&made->arena, "1"))}); /* 3 */
    add_effect(made, 0, 1, EFFECT_DOCKER_CONTAINER_STOP, "fluxweb_shop", 6, 7);
    add_change(made, 0, 1, 4, "container stopped", "fluxweb_shop");
    add_change(made, 0, 0, 3, "container removed", "fluxweb_shop"); /* 6 */
    add_violation(made, 0, 0, 3, "fluxweb_shop");
    add(made, RUN_NOTE, 5, 0)->text = "install-done";
}

#define RACE_HEAD "made on 8.9.2\n\n"
#define RACE_LEGEND "┌ first, └ last of a task   ● acts   ├ changes the world   │ waits   ┊ sleeps\n1970-01-01\n"

static void test_lanes_answers_and_the_race(void **state)
{
    const struct report_options options = {0};
    struct made made;

    (void)state;
    make_race(&made);
    assert_timeline(&made, &options,
                    RACE_HEAD RACE_LEGEND
                    "00:00:00.000  ┌   install:napp  begins\n"
                    "00:00:00.000  │┌  stop          begins\n"
                    "00:00:00.000  ●│  install:napp  docker containers.list → 2 containers  ◂ ①\n"
                    "00:00:00.000  ●│  install:napp  docker containers.prune …  ◂ ③\n"
                    "00:00:00.000  │└  stop            + container stopped: fluxweb_shop  ◂ ②\n"
                    "00:00:00.000  ├   install:napp    − container removed: fluxweb_shop\n"
                    "00:00:00.000  ├   install:napp  ✗ container-lost: it is gone\n"
                    "              │                     ① install:napp looked: docker containers.list → 2 "
                    "containers, at\n"
                    "              │                       00:00:00.000\n"
                    "              │                     ② stop: container stopped: fluxweb_shop, 3 transitions "
                    "later\n"
                    "              │                     ③ install:napp went by ①: docker containers.prune → 1 "
                    "deleted, 2\n"
                    "              │                       transitions later\n"
                    "00:00:00.000  ●   install:napp  … docker containers.prune → 1 deleted\n"
                    "00:00:00.005  └   install:napp  install-done\n\n");
    arena_reset(&made.arena);
}

static void assert_race(const struct made *made, uint32_t look, uint32_t change, uint32_t breaking)
{
    struct run_race race = run_race_of(&made->record, 0);

    assert_int_equal(race.look, look);
    assert_int_equal(race.change, change);
    assert_int_equal(race.breaking, breaking);
}

/* Nothing raced unless the task looked before the change, at the object, and not again. */
static void test_no_race_is_made_up(void **state)
{
    struct made made;

    (void)state;
    make_race(&made);
    assert_race(&made, 2, 5, 3);
    made.events[2].applied_step = 7; /* it looked after the change */
    assert_race(&made, RUN_NONE, RUN_NONE, 3);
    made.events[2].applied_step = 3;
    made.events[2].object = "fluxweb_other"; /* at something else */
    assert_race(&made, RUN_NONE, RUN_NONE, 3);
    made.events[2].object = NULL;
    made.events[2].effect = EFFECT_DB_FIND; /* at rows */
    assert_race(&made, RUN_NONE, RUN_NONE, 3);
    made.events[2].effect = EFFECT_DOCKER_CONTAINERS_LIST;
    made.events[2].task = 1; /* another did */
    assert_race(&made, RUN_NONE, RUN_NONE, 3);
    made.events[2].task = 0;
    made.events[5].object = "fluxweb_shop2"; /* something else was changed */
    assert_race(&made, RUN_NONE, RUN_NONE, 3);
    made.events[5].object = "fluxweb_shop";
    made.events[5].task = 0; /* by the task itself */
    assert_race(&made, RUN_NONE, RUN_NONE, 3);
    made.events[5].task = 1;
    made.events[5].cause = RUN_NONE; /* the world did, after the task had gone on to its prune */
    assert_race(&made, 2, 5, 3);
    made.events[7].cause = RUN_NONE; /* time broke it */
    assert_race(&made, RUN_NONE, RUN_NONE, RUN_NONE);
    made.events[7].cause = 2; /* a look breaks nothing */
    assert_race(&made, RUN_NONE, RUN_NONE, RUN_NONE);
    made.events[7].cause = 3;
    assert_race(&made, 2, 5, 3);
    made.record.event_count = 0; /* events were not kept */
    assert_race(&made, RUN_NONE, RUN_NONE, RUN_NONE);
    arena_reset(&made.arena);
}

static void test_words_are_whole(void **state)
{
    (void)state;
    assert_true(text_names("/flux/fluxweb_shop", "shop"));
    assert_true(text_names("webshop shop", "shop"));
    assert_false(text_names("fluxweb_shop2", "shop"));
    assert_false(text_names("webshop", "shop"));
    assert_false(text_names(NULL, "shop"));
    assert_false(text_names("shop", ""));
}

static void test_an_answer_comes_when_it_comes(void **state)
{
    static const char *tasks[] = {"slow", "other"};
    const struct report_options options = {.full = true};
    struct made made;

    (void)state;
    begin(&made, tasks, 2);
    add(&made, RUN_TASK, 0, 0);
    struct run_event *effect = add_effect(&made, 0, 0, EFFECT_DOCKER_CONTAINER_START, "c", 1, 9);

    effect->fault = FAULT_LOST_REPLY;
    effect->result = NULL;
    effect->error = error_new(&made.arena, "Error", "timeout exceeded");
    effect->resumed_ms = 30000;
    effect = add_effect(&made, 1000, 1, EFFECT_CLOCK_DELAY, NULL, 10, 11);
    effect->args = OBJECT(&made.arena, {"ms", value_number(&made.arena, 60000)});
    effect->resumed_ms = effect->applied_ms = 61000;
    effect = add_effect(&made, 30000, 0, EFFECT_DB_FIND, "c", 12, 13);
    effect->result = OBJECT(&made.arena, {"docs", value_empty_array()});
    effect = add_effect(&made, 30000, 0, EFFECT_DOCKER_CONTAINER_STOP, "c", 0, 0);
    effect->applied_ms = effect->resumed_ms = -1; /* the process died */
    add(&made, RUN_CRASH, 40000, RUN_NONE)->text = "the process crashes";
    add(&made, RUN_LOG, 61000, 1)->text = "awake";
    made.events[made.record.event_count - 1].detail = "info";
    assert_timeline(&made, &options,
                    RACE_HEAD RACE_LEGEND
                    "00:00:00.000  ┌   slow      begins\n"
                    "00:00:00.000  ●   slow      docker container.start c ⚡ lost-reply …\n"
                    "00:00:01.000  │┌  other     clock delay 60000 ms\n"
                    "00:00:30.000  ●┊  slow      … docker container.start c ⚡ lost-reply → timeout exceeded, "
                    "30 s later\n"
                    "00:00:30.000  ●┊  slow      db find c → 0 documents\n"
                    "00:00:30.000  └┊  slow      docker container.stop c → no answer\n"
                    "00:00:40.000   ┊            the process crashes\n"
                    "00:01:01.000   └  other       info: awake\n\n");
    arena_reset(&made.arena);
}

/* A loop that says the same each time is told once, with how often and how far apart. */
static void test_repetitions_are_folded(void **state)
{
    enum { ROUNDS = 1200 };
    static struct run_event events[ROUNDS + 1];
    static const char *tasks[] = {"loop", "other"};
    const struct report_options options = {0};
    struct made made;

    (void)state;
    begin(&made, tasks, 2);
    for (int i = 0; i < ROUNDS; i++) {
        events[i] = (struct run_event){
            .kind = RUN_LOG, .at_ms = 60000 + i * 30000, .text = "it failed", .detail = "error", .cause = RUN_NONE};
    }
    events[ROUNDS] = (struct run_event){.kind = RUN_VIOLATION,
                                        .at_ms = 2 * DAY_MS,
                                        .task = 1,
                                        .text = "dark",
                                        .detail = "why",
                                        .cause = RUN_NONE,
                                        .violation = RUN_NONE};
    made.record.events = events;
    made.record.event_count = ROUNDS + 1;
    made.record.summary = "a \"summary\"";
    assert_timeline(&made, &options,
                    "made on 8.9.2\na \"summary\"\n\n1970-01-01\n"
                    "00:01:00.000  loop        error: it failed\n"
                    "              loop      ↻ × 1,200, every 30 s, until 1970-01-01 10:00:30.000\n"
                    "1970-01-03\n00:00:00.000  other     ✗ dark: why\n\n");
    arena_reset(&made.arena);
}

/* Columns that a terminal needs: ours are one each, but for the lightning. */
static unsigned columns_of(const char *line, size_t length)
{
    unsigned columns = 0;

    for (size_t i = 0; i < length; i++) {
        columns += ((unsigned char)line[i] & 0xc0) != 0x80;
    }
    return columns;
}

static void test_rows_fit_the_width(void **state)
{
    static const char *tasks[] = {"a-task-with-a-rather-long-name"};
    struct made made;

    (void)state;
    begin(&made, tasks, 1);
    made.record.summary = "many words that go on and on until there is no room for them in one line of a terminal";
    struct run_event *event = add(&made, RUN_LOG, 0, 0);

    event->detail = "error";
    event->text = "short words, then "
                  "a-word-that-is-wider-than-any-row-of-this-width-can-be-and-has-to-be-broken-somewhere, and more";
    for (unsigned columns = 50; columns < 140; columns += 9) {
        const struct report_options options = {.columns = columns};
        unsigned lines = 0;
        struct sink sink;

        sink_init(&sink);
        timeline_write(&sink, &made.record, &options);
        for (const char *line = sink.text; *line != '\0'; line += strcspn(line, "\n") + 1, lines++) {
            assert_true(columns_of(line, strcspn(line, "\n")) <= columns);
        }
        assert_true(lines >= 6);
        assert_non_null(strstr(sink.text, columns < 59 ? "…\n" : "more\n")); /* six rows, and no more */
        sink_free(&sink);
    }
    const struct report_options options = {.columns = 60};

    assert_timeline(&made, &options,
                    "made on 8.9.2\nmany words that go on and on until there is no room for them\n"
                    "in one line of a terminal\n\n1970-01-01\n"
                    "00:00:00.000  a-task-with-a-…    error: short words, then a-\n"
                    "                                   word-that-is-wider-than-a\n"
                    "                                   ny-row-of-this-width-can-\n"
                    "                                   be-and-has-to-be-broken-s\n"
                    "                                   omewhere, and more\n\n");
    arena_reset(&made.arena);
}

static void test_control_characters_are_blanks(void **state)
{
    static const char *tasks[] = {"a\nb"};
    const struct report_options options = {0};
    struct made made;

    (void)state;
    begin(&made, tasks, 1);
    made.record.summary = "two\nlines";
    struct run_event *event = add(&made, RUN_LOG, 0, 0);

    event->detail = "error";
    event->text = "one\ntwo\033[2Jthree\177";
    assert_timeline(&made, &options,
                    "made on 8.9.2\ntwo lines\n\n1970-01-01\n00:00:00.000  a b         error: one two [2Jthree\n\n");
    arena_reset(&made.arena);
}

static void test_colour_is_asked_for(void **state)
{
    const struct report_options plain = {0}, colored = {.color = true};
    struct made made;
    struct sink sink;

    (void)state;
    make_race(&made);
    sink_init(&sink);
    timeline_write(&sink, &made.record, &plain);
    assert_null(strchr(sink.text, '\033'));
    timeline_write(&sink, &made.record, &colored);
    assert_non_null(strchr(sink.text, '\033'));
    sink_free(&sink);
    arena_reset(&made.arena);
}

static void assert_narrowed(struct made *made, const struct timeline_narrowing *narrowing, bool full,
                            const char *expected)
{
    const struct report_options options = {.narrowing = narrowing, .full = full};

    assert_timeline(made, &options, expected);
}

static void test_narrowing(void **state)
{
    static const char *const stop[] = {"stop"}, *const install[] = {"install"}, *const shop[] = {"shop"};
    static const char *const nothing[] = {"inst", "sto"}, *const thing[] = {"thing"};
    struct made made;

    (void)state;
    make_race(&made);
    struct timeline_narrowing narrowing = {.tasks = stop, .task_count = 1};

    assert_narrowed(&made, &narrowing, false,
                    RACE_HEAD "1970-01-01\n00:00:00.000  stop      begins\n"
                              "00:00:00.000  stop        + container stopped: fluxweb_shop  ◂ ②\n\n");
    /* up to a colon, and of an object too */
    narrowing = (struct timeline_narrowing){.tasks = install, .task_count = 1, .objects = shop, .object_count = 1};
    assert_narrowed(&made, &narrowing, false,
                    RACE_HEAD "1970-01-01\n"
                              "00:00:00.000  install:napp    − container removed: fluxweb_shop\n"
                              "00:00:00.000  install:napp  ✗ container-lost: it is gone\n"
                              "                                ① install:napp looked: docker containers.list → 2 "
                              "containers, at\n"
                              "                                  00:00:00.000\n"
                              "                                ② stop: container stopped: fluxweb_shop, 3 "
                              "transitions later\n"
                              "                                ③ install:napp went by ①: docker containers.prune → 1 "
                              "deleted, 2\n"
                              "                                  transitions later\n\n");
    narrowing = (struct timeline_narrowing){.tasks = nothing, .task_count = 2};
    assert_narrowed(&made, &narrowing, false,
                    RACE_HEAD "no event of task \"inst\"; the tasks of this run are install:napp, stop\n"
                              "no event of task \"sto\"; the tasks of this run are install:napp, stop\n\n");
    narrowing = (struct timeline_narrowing){.objects = thing, .object_count = 1};
    assert_narrowed(&made, &narrowing, false, RACE_HEAD "no event of object \"thing\"\n\n");
    narrowing = (struct timeline_narrowing){.ports = 1u << PORT_db};
    assert_narrowed(&made, &narrowing, true, RACE_HEAD "no event of all that was asked for\n\n");
    add_effect(&made, 9, 0, EFFECT_DB_FIND, "napp", 20, 21)->result =
        OBJECT(&made.arena, {"docs", ARRAY(&made.arena, value_null())});
    assert_narrowed(&made, &narrowing, false,
                    RACE_HEAD "1 event of what was asked for, none of which changes anything: --full shows it\n\n");
    assert_narrowed(&made, &narrowing, true,
                    RACE_HEAD "1970-01-01\n00:00:00.009  install:napp  db find napp → 1 document\n\n");
    arena_reset(&made.arena);
}

static void test_around_a_violation(void **state)
{
    enum { ROUNDS = 40 };
    static struct run_event events[ROUNDS * 2 + 1];
    static const char *tasks[] = {"t"};
    struct timeline_narrowing narrowing = {.around = true, .around_nth = 1};
    struct made made;
    struct sink sink;
    char text[32];

    (void)state;
    begin(&made, tasks, 1);
    for (int i = 0; i < ROUNDS * 2 + 1; i++) {
        snprintf(text, sizeof text, "line %d.", i);
        events[i] = (struct run_event){.kind = RUN_NOTE,
                                       .at_ms = i * 10000,
                                       .text = arena_string(&made.arena, text),
                                       .cause = RUN_NONE,
                                       .violation = RUN_NONE};
    }
    events[ROUNDS].kind = RUN_VIOLATION;
    events[ROUNDS].text = "dark";
    events[ROUNDS].detail = "why";
    events[ROUNDS].violation = 0;
    made.violations[0] = (struct run_violation){.oracle = "dark", .event = ROUNDS};
    made.record.violation_count = 1;
    made.record.events = events;
    made.record.event_count = ROUNDS * 2 + 1;
    const struct report_options options = {.narrowing = &narrowing};

    sink_init(&sink);
    timeline_write(&sink, &made.record, &options);
    assert_non_null(strstr(sink.text, "around dark, violation 1 of 1 in this run: 19 of 81 lines\n"));
    assert_null(strstr(sink.text, "line 27."));
    assert_non_null(strstr(sink.text, "line 28."));
    assert_non_null(strstr(sink.text, "✗ dark: why"));
    assert_non_null(strstr(sink.text, "line 46."));
    assert_null(strstr(sink.text, "line 47."));
    sink_free(&sink);
    narrowing.around_nth = 2;
    assert_narrowed(&made, &narrowing, false, RACE_HEAD "any oracle is violated 1 time in this run, not 2\n\n");
    narrowing.around_oracle = "orphan";
    assert_narrowed(&made, &narrowing, false, RACE_HEAD "orphan is not violated in this run\n\n");
    arena_reset(&made.arena);
}

/* More tasks at once than there is room for: no lanes, and all the rest. */
static void test_lanes_need_room(void **state)
{
    enum { TASKS = 9 };
    const char *tasks[TASKS];
    const struct report_options options = {0};
    struct made made;
    struct sink sink;

    (void)state;
    begin(&made, tasks, TASKS);
    for (uint32_t i = 0; i < TASKS; i++) {
        tasks[i] = arena_printf(&made.arena, "task-%u", i);
    }
    for (uint32_t i = 0; i < TASKS; i++) {
        add(&made, RUN_TASK, 0, i);
    }
    for (uint32_t i = 4; i < TASKS; i++) { /* five at once */
        add(&made, RUN_NOTE, 1, i)->text = "ends";
    }
    sink_init(&sink);
    timeline_write(&sink, &made.record, &options);
    assert_non_null(strstr(sink.text, "┌"));
    sink.length = 0;
    made.record.event_count = TASKS;
    for (uint32_t i = 0; i < TASKS; i++) { /* nine */
        add(&made, RUN_NOTE, 1, i)->text = "ends";
    }
    sink_free(&sink);
    sink_init(&sink);
    timeline_write(&sink, &made.record, &options);
    assert_null(strstr(sink.text, "│"));
    assert_non_null(strstr(sink.text, "00:00:00.001  task-8    ends\n"));
    sink_free(&sink);
    const struct report_options narrow = {.columns = 40};

    made.record.event_count = TASKS + 2; /* two, and one that begins meanwhile */
    sink_init(&sink);
    timeline_write(&sink, &made.record, &narrow);
    assert_non_null(strstr(sink.text, "│"));
    sink_free(&sink);
    arena_reset(&made.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lanes_answers_and_the_race),
        cmocka_unit_test(test_no_race_is_made_up),
        cmocka_unit_test(test_words_are_whole),
        cmocka_unit_test(test_an_answer_comes_when_it_comes),
        cmocka_unit_test(test_repetitions_are_folded),
        cmocka_unit_test(test_rows_fit_the_width),
        cmocka_unit_test(test_control_characters_are_blanks),
        cmocka_unit_test(test_colour_is_asked_for),
        cmocka_unit_test(test_narrowing),
        cmocka_unit_test(test_around_a_violation),
        cmocka_unit_test(test_lanes_need_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
