/* Traces: what is refused is refused at a line; what is read is written as it was read, differs from itself in nothing,
 * and how it differs from another run can be told.
 *
 * Input: JSON lines. */
#include "reports/report.h"
#include "reports/run_diff.h"
#include "reports/trace.h"
#include "sim/fuzz/fuzz.h"
#include "sim/fuzz/json_mutator.h"
#include "sim/scenario/json_text.h"

#include <string.h>

enum { CONTEXT = 3 };

/* As for trace_read(), whose callers look at the lines first. */
static bool are_json(struct arena *arena, const char *text, size_t length)
{
    struct json_mistake mistake = {.message = NULL};

    for (const char *end = text + length; text < end;) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline == NULL ? end : newline;

        if (!json_check(arena, "the line", text, (size_t)(line_end - text), &mistake)) {
            return false;
        }
        text = line_end + 1;
    }
    return true;
}

static void write_again(struct sink *sink, const struct run_record *const *records, size_t count)
{
    static const struct report_options options = {0};

    sink_init(sink);
    trace_write(sink, records, count, &options);
}

static const struct run_record **records_of(struct arena *arena, const struct trace *trace)
{
    const struct run_record **records = arena_alloc(arena, trace->count * sizeof *records);

    for (uint32_t i = 0; i < trace->count; i++) {
        records[i] = &trace->runs[i].record;
    }
    return records;
}

/* What was read and written, read and written once more, has the same bytes. */
static void require_same_bytes(struct arena *arena, const struct run_record *const *records, uint32_t count)
{
    struct trace_mistake mistake = {0};
    struct trace again;
    struct sink once, twice;

    write_again(&once, records, count);
    REQUIRE(trace_read(arena, "again.jsonl", once.text, once.length, &again, &mistake),
            "what was written is refused at line %u: %s", mistake.line, mistake.message);
    REQUIRE(again.count == count, "%u runs were written, %u read", count, again.count);
    write_again(&twice, records_of(arena, &again), again.count);
    REQUIRE(once.length == twice.length && memcmp(once.text, twice.text, once.length) == 0,
            "written twice, it is not the same:\n%s%s", once.text, twice.text);
    sink_free(&once);
    sink_free(&twice);
}

static void require_no_difference(struct arena *arena, const struct run_record *record)
{
    struct run_diff diff;

    run_diff(arena, record, record, &diff);
    REQUIRE(run_diff_same(&diff), "a run differs from itself");
}

/* The first and the last run against each other, in words and as JSON. */
static void tell_difference(struct arena *arena, const struct trace *trace)
{
    const struct trace_run *runs[DIFF_SIDES] = {&trace->runs[0], &trace->runs[trace->count - 1]};
    struct diff_pair pair;
    struct sink sink;

    for (int side = 0; side < DIFF_SIDES; side++) {
        pair.sides[side] = (struct diff_side){&runs[side]->record, "fuzz.jsonl", runs[side]->line};
    }
    run_diff(arena, &runs[0]->record, &runs[1]->record, &pair.diff);
    sink_init(&sink);
    run_diff_text_write(&sink, &pair, 1, CONTEXT);
    run_diff_json_write(&sink, &pair, 1, CONTEXT);
    sink_free(&sink);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    return mutate_json(data, size, size_max, seed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct trace_mistake mistake = {0};
    struct trace trace;
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    if (!are_json(&arena, text, size)) {
        arena_reset(&arena);
        return -1; /* json_check() is the scenario target's */
    }
    if (!trace_read(&arena, "fuzz.jsonl", text, size, &trace, &mistake)) {
        REQUIRE(mistake.message != NULL && mistake.message[0] != '\0', "refused, and nothing is said");
        REQUIRE(mistake.line >= 1 && mistake.line <= fuzz_lines(data, size) + 1, "line %u of %zu", mistake.line,
                fuzz_lines(data, size));
    } else {
        const struct run_record **records = records_of(&arena, &trace);

        require_same_bytes(&arena, records, trace.count);
        for (uint32_t i = 0; i < trace.count; i++) {
            require_no_difference(&arena, records[i]);
        }
        tell_difference(&arena, &trace);
    }
    arena_reset(&arena);
    return 0;
}
