/* Traces of real runs: what is written is documented, what is documented is written, and what is read and written again
 * is the same. */
#include "reports/report.h"
#include "reports/run_diff.h"
#include "reports/trace.h"
#include "sim/kernel/prng.h"
#include "sim/tests/test_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char small[] = "{\"name\": \"small\", \"world\": {\"apps\": [{\"name\": \"shop\"}, {\"name\": \"napp\"}]},"
                            " \"actors\": [{\"actor\": \"install\", \"app\": \"napp\"},"
                            "  {\"actor\": \"stop-container\", \"container\": \"fluxweb_shop\"}],"
                            " \"schedule\": [{\"run\": \"install:napp\", \"until\": \"docker containers.prune\"},"
                            "  {\"run\": \"stop-container:fluxweb_shop\"}],"
                            " \"expect\": {\"violates\": [\"container-lost\"]}}";

/* The schedule cannot be followed. */
static const char stuck[] = "{\"name\": \"stuck\", \"summary\": \"cannot be followed\","
                            " \"world\": {\"apps\": [{\"name\": \"shop\"}, {\"name\": \"napp\"}]},"
                            " \"actors\": [{\"actor\": \"install\", \"app\": \"napp\"}],"
                            " \"schedule\": [{\"run\": \"install:napp\", \"until\": \"fdm appips\"}]}";

static const char *library[] = {"scenarios/races/03-standby-stops-while-the-guard-decrypts.json",
                                "scenarios/faults/03-install-rolls-back.json",
                                "scenarios/faults/08-crash-during-install.json",
                                "scenarios/faults/10-retryable-find.json",
                                "scenarios/upkeep/17-restore.json",
                                "scenarios/syncthing/08-ill-folder-ends-in-removal.json",
                                "scenarios/regressions/found/06-container-lost-install-races-with-check.json"};

static void write_trace(struct sink *sink, const struct run_record *record)
{
    static const struct report_options options = {0};

    sink_init(sink);
    trace_write(sink, &record, 1, &options);
}

static struct trace read_trace(struct arena *arena, const struct sink *sink)
{
    struct trace trace;
    struct trace_mistake mistake = {0};

    if (!trace_read(arena, "t.jsonl", sink->text, sink->length, &trace, &mistake)) {
        fail_msg("line %u: %s", mistake.line, mistake.message);
    }
    return trace;
}

/* Of every documented member, whether some line had it. */
static bool occurred[128];

static void note_members(const char *text)
{
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    for (const char *end = strchr(text, '\n'); end != NULL; text = end + 1, end = strchr(text, '\n')) {
        const struct value *line = value_parse(&arena, text, (size_t)(end - text));
        const char *kind = value_get_text(line, "kind");
        uint32_t known = 1;

        assert_non_null(kind);
        for (unsigned i = 0; trace_members[i].name != NULL; i++) {
            if (strcmp(trace_line_kind(trace_members[i].line), kind) == 0 &&
                value_get(line, trace_members[i].name) != NULL) {
                occurred[i] = true;
                known++;
            }
        }
        assert_int_equal(known, value_count(line));
        arena_reset(&arena);
    }
}

static void check_round_trip(struct test_run *test, const struct scenario *scenario, const char *revision)
{
    struct run_record *record = test_run_scenario(test, scenario, revision, 0);
    struct sink once, twice;

    write_trace(&once, record);
    struct trace trace = read_trace(&test->arena, &once);

    assert_int_equal(trace.count, 1);
    assert_int_equal(trace.runs[0].line, 1);
    assert_int_equal(trace.runs[0].record.event_count, record->event_count);
    assert_int_equal(trace.runs[0].record.violation_count, record->violation_count);
    assert_int_equal(trace.runs[0].record.task_count, record->task_count);
    for (uint32_t i = 0; i < record->violation_count; i++) {
        assert_int_equal(trace.runs[0].record.violations[i].event, record->violations[i].event);
        assert_int_equal(trace.runs[0].record.violations[i].step, record->violations[i].step);
    }
    write_trace(&twice, &trace.runs[0].record);
    assert_int_equal(once.length, twice.length);
    assert_memory_equal(once.text, twice.text, once.length);
    note_members(once.text);
    sink_free(&once);
    sink_free(&twice);
}

static void test_reading_and_writing_gives_the_same_bytes(void **state)
{
    static const char *const revisions_played[] = {"8.9.1", "8.9.2"};
    struct test_run test;

    (void)state;
    test_run_begin(&test);
    for (size_t r = 0; r < 2; r++) {
        for (size_t i = 0; i < sizeof library / sizeof library[0]; i++) {
            struct scenario_mistake mistake = {NULL};
            const struct scenario *scenario = scenario_load(&test.arena, library[i], &mistake);

            assert_non_null(scenario);
            check_round_trip(&test, scenario, revisions_played[r]);
        }
        check_round_trip(&test, test_scenario(&test, stuck), revisions_played[r]);
        check_round_trip(&test, test_scenario(&test, small), revisions_played[r]);
    }
    for (unsigned i = 0; trace_members[i].name != NULL; i++) {
        if (!occurred[i]) {
            fail_msg("%s.%s is documented and occurs nowhere", trace_line_kind(trace_members[i].line),
                     trace_members[i].name);
        }
    }
    test_run_end(&test);
}

/* A trace stands alone: the scenario in its header makes the same run. */
static void test_a_trace_carries_its_scenario(void **state)
{
    struct test_run test;
    struct scenario_mistake mistake = {NULL};
    struct sink sink;

    (void)state;
    test_run_begin(&test);
    uint64_t hash = test_run_text(&test, small, "8.9.1")->trace_hash;

    write_trace(&sink, test_run_text(&test, small, "8.9.1"));
    struct trace trace = read_trace(&test.arena, &sink);
    const char *source = value_json(&test.arena, trace.runs[0].record.source);
    const struct scenario *again = scenario_parse(&test.arena, "t.jsonl", source, strlen(source), &mistake);

    assert_non_null(again);
    assert_true(test_run_scenario(&test, again, "8.9.1", 0)->trace_hash == hash);
    assert_true(trace.runs[0].record.trace_hash == hash);
    sink_free(&sink);
    test_run_end(&test);
}

static void test_a_trace_is_told_from_a_scenario(void **state)
{
    (void)state;
    assert_true(trace_is_one("{\"kind\":\"header\"}\n", 18));
    assert_true(trace_is_one("{\"kind\":\"hea", 12));
    assert_true(trace_is_one("{\"a\": 1, \"kind\":\"header\"}", 25));
    assert_false(trace_is_one(small, strlen(small)));
    assert_false(trace_is_one("{\n\"kind\": 1}", 12));
    assert_false(trace_is_one("", 0));
}

/* What happens to a good trace's text, and what is said then. */
static const struct {
    const char *what;
    const char *from, *to; /* the first place is replaced; to NULL: the text ends there */
    uint32_t line;         /* 0: any */
    const char *said;
} mutilations[] = {
    {"another version", "\"version\":1", "\"version\":2", 1, "version is 2, expected 1"},
    {"another format", "drydock-trace", "strace", 1, "expected \"drydock-trace\""},
    {"no version", "\"version\":1,", "", 1, "no \"version\""},
    {"truncated between lines", "{\"kind\":\"footer\"", NULL, 0, "ends before its footer"},
    {"truncated within a line", "\"trace_hash\"", NULL, 0, "none of a trace"},
    {"only a header", "\n", NULL, 2, "ends before its footer"},
    {"a line is gone", "{\"kind\":\"log\"", "", 0, "none of a trace"},
    {"a kind", "\"kind\":\"log\"", "\"kind\":\"lag\"", 0, "there is no kind \"lag\""},
    {"a kind with a line break", "\"kind\":\"log\"", "\"kind\":\"l\\ng\"", 0, "there is no kind \"l\\ng\""},
    {"a long kind", "\"kind\":\"log\"", "\"kind\":\"xääääääääääääääääääää\"", 0, "ä ..."},
    {"two headers", "\"kind\":\"task\"", "\"kind\":\"header\"", 3, "expected the footer of the run before it"},
    {"no header", "\"kind\":\"header\"", "\"kind\":\"task\"", 1, "expected header"},
    {"an effect", "daemon get", "demon get", 0,
     "effect is \"demon getzelnodestatus\", expected one of `drydock list effects`"},
    {"a type", "\"at_ms\":0", "\"at_ms\":\"0\"", 2, "at_ms is \"0\", expected whole number"},
    {"a fraction", "\"at_ms\":0", "\"at_ms\":0.5", 2, "expected whole number"},
    {"an unknown member", "\"at_ms\":0", "\"at_ms\":0,\"x\":1", 2, "unknown member \"x\""},
    {"a member less", "\"at_ms\":0,", "", 2, "no \"at_ms\""},
    {"a task's number", "\"task_number\":0", "\"task_number\":7", 3, "expected one more than the task's before"},
    {"a task's name", "\"kind\":\"task\",\"at_ms\":0,\"task\":\"", "\"kind\":\"task\",\"at_ms\":0,\"task\":\"x", 3,
     "as task number 0 is called"},
    {"a cause", "\"cause\":", "\"cause\":9", 0, "expected the number of an event before this one"},
    {"the events' number", "\"events\":", "\"events\":1", 0, "as many as there are lines above"},
    {"a verdict", "\"verdict\":\"", "\"verdict\":\"in", 0, "expected held, violated or inconclusive"},
    {"the hash", "\"trace_hash\":\"", "\"trace_hash\":\"0", 0, "expected 16 hexadecimal digits"},
    {"a count", "\"prunes\"", "\"primes\"", 0, "expected a count of \"prunes\""},
    {"a count of another kind", "\"prunes\":", "\"prunes\":-", 0, "expected a count of \"prunes\""},
    {"an error", "\"error\":{\"message\"", "\"error\":{\"massage\"", 0, "expected a \"message\""},
    {"a strategy", "\"strategy\":\"", "\"strategy\":\"x", 1, "expected script, random, course or clients"},
};

static void test_a_mutilated_trace_is_refused(void **state)
{
    struct test_run test;
    struct sink good, bad;

    (void)state;
    test_run_begin(&test);
    write_trace(&good, test_run_text(&test, small, "8.9.1"));
    for (size_t i = 0; i < sizeof mutilations / sizeof mutilations[0]; i++) {
        const char *place = strstr(good.text, mutilations[i].from);
        struct trace trace;
        struct trace_mistake mistake = {0};

        assert_non_null(place);
        sink_init(&bad);
        sink_add_n(&bad, good.text, (size_t)(place - good.text));
        if (mutilations[i].to != NULL) {
            sink_add(&bad, mutilations[i].to);
            sink_add(&bad, place + strlen(mutilations[i].from));
        }
        if (trace_read(&test.arena, "t.jsonl", bad.text, bad.length, &trace, &mistake)) {
            fail_msg("%s: accepted", mutilations[i].what);
        }
        if (strstr(mistake.message, mutilations[i].said) == NULL ||
            (mutilations[i].line != 0 && mistake.line != mutilations[i].line)) {
            fail_msg("%s: line %u: %s", mutilations[i].what, mistake.line, mistake.message);
        }
        sink_free(&bad);
    }
    sink_free(&good);
    test_run_end(&test);
}

/* A header is one however it is spelled, and there is room for each. */
static void test_headers_in_other_words(void **state)
{
    enum { RUNS = 300 };
    static const char header[] = "{\"kind\":\"header\"";
    struct test_run test;
    struct trace trace;
    struct trace_mistake mistake = {0};
    struct sink good, many;

    (void)state;
    test_run_begin(&test);
    write_trace(&good, test_run_text(&test, small, "8.9.1"));
    sink_init(&many);
    for (unsigned i = 0; i < RUNS; i++) {
        sink_add(&many, "{\"kind\":\"h\\u0065ader\"");
        sink_add(&many, good.text + strlen(header));
    }
    assert_true(trace_read(&test.arena, "t.jsonl", many.text, many.length, &trace, &mistake));
    assert_int_equal(trace.count, RUNS);
    for (uint32_t i = 0; i < RUNS; i++) {
        assert_string_equal(trace.runs[i].record.scenario, "small");
        assert_int_equal(trace.runs[i].record.event_count, trace.runs[0].record.event_count);
        assert_int_equal(trace.runs[i].line, 1 + i * (trace.runs[0].record.event_count + 2));
    }
    sink_free(&good);
    sink_free(&many);
    test_run_end(&test);
}

/* Whatever a byte becomes: the text is refused, or read as something that can be compared and written. */
static void test_bytes_that_change(void **state)
{
    enum { TURNS = 1500 };
    static const char bytes[] = "0123456789-.{}[]\",:ntx\\ \xff";
    struct test_run test;
    struct prng chance = {1};
    struct sink good;
    unsigned accepted = 0;

    (void)state;
    test_run_begin(&test);
    const struct run_record *record = test_run_text(&test, small, "8.9.1");

    write_trace(&good, record);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        struct arena arena;
        struct trace trace;
        struct trace_mistake mistake = {0};
        char *place = &good.text[prng_below(&chance, (uint32_t)good.length)];
        const char before = *place;

        arena_init(&arena, arena_source_malloc());
        *place = bytes[prng_below(&chance, sizeof bytes - 1)];
        if (trace_read(&arena, "t.jsonl", good.text, good.length, &trace, &mistake)) {
            struct run_diff diff;
            struct sink again;

            accepted++;
            run_diff(&arena, record, &trace.runs[0].record, &diff);
            write_trace(&again, &trace.runs[0].record);
            sink_free(&again);
        } else {
            assert_true(mistake.line > 0 && mistake.message[0] != '\0');
        }
        *place = before;
        arena_reset(&arena);
    }
    assert_true(accepted > TURNS / 10 && accepted < TURNS); /* most bytes are of texts */
    sink_free(&good);
    test_run_end(&test);
}

static void test_a_run_without_events_is_no_trace(void **state)
{
    struct test_run test;
    struct trace trace;
    struct trace_mistake mistake = {0};
    struct sink sink;

    (void)state;
    test_run_begin(&test);
    const struct run_options options = {.revision = revision_by_name("8.9.1")};
    const struct run_record *record =
        scenario_run(test_scenario(&test, small), &options, &test.memory, &test.arena, &test.event_arena);

    write_trace(&sink, record);
    assert_false(trace_read(&test.arena, "t.jsonl", sink.text, sink.length, &trace, &mistake));
    assert_int_equal(mistake.line, 2);
    assert_non_null(strstr(mistake.message, "events were not kept"));
    sink_free(&sink);
    test_run_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading_and_writing_gives_the_same_bytes),
        cmocka_unit_test(test_a_trace_carries_its_scenario),
        cmocka_unit_test(test_a_trace_is_told_from_a_scenario),
        cmocka_unit_test(test_a_mutilated_trace_is_refused),
        cmocka_unit_test(test_headers_in_other_words),
        cmocka_unit_test(test_bytes_that_change),
        cmocka_unit_test(test_a_run_without_events_is_no_trace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
