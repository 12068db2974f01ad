/* What the scenario expects against what the run did. */
#include "sim/scenario/runner.h"

#include <string.h>

void expectation_unmet(struct runner *runner, const char *format, ...)
{
    struct run_record *record = runner->record;
    struct run_unmet *unmet = table_add(runner->recorder.arena, (void **)&record->unmet, &record->unmet_count,
                                        &record->unmet_size, sizeof record->unmet[0]);
    va_list arguments;

    va_start(arguments, format);
    unmet->message = arena_vprintf(runner->recorder.arena, format, arguments);
    va_end(arguments);
}

/* The entry of the revision, else the one for all; NULL: none, and nothing may be violated. */
static const struct expectation *find_expectation(const struct scenario *scenario, const char *revision)
{
    const struct expectation *general = NULL;

    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expectation = &scenario->expectations[i];

        if (expectation->revision == NULL) {
            general = expectation;
        } else if (strcmp(expectation->revision, revision) == 0) {
            return expectation;
        }
    }
    return general;
}

static uint32_t times_violated(const struct run_record *record, const char *oracle)
{
    uint32_t times = 0;

    for (uint32_t i = 0; i < record->violation_count; i++) {
        times += strcmp(record->violations[i].oracle, oracle) == 0;
    }
    return times;
}

static void mark_expected(struct run_record *record, const char *oracle, bool expected)
{
    for (uint32_t i = 0; i < record->violation_count; i++) {
        if (strcmp(record->violations[i].oracle, oracle) == 0) {
            record->violations[i].expected = expected;
        }
    }
}

static void check_oracles(struct runner *runner, const struct expectation *expectation)
{
    for (unsigned i = 0; i < ORACLE_COUNT; i++) {
        const char *name = oracle_info((enum oracle_id)i)->name;
        uint32_t times = times_violated(runner->record, name);
        bool expected = expectation != NULL && expectation->violates[i];

        mark_expected(runner->record, name, expected);
        if (expected && times == 0) {
            expectation_unmet(runner, "expected %s to be violated, and it held", name);
        } else if (!expected && times > 0) {
            expectation_unmet(runner, "expected %s to hold, and it was violated %u time%s", name, times,
                              times == 1 ? "" : "s");
        }
    }
}

/* "1", "at least 13", "1 to 3", "at most 2". */
static const char *range_text(struct runner *runner, uint64_t min, uint64_t max)
{
    struct arena *arena = &runner->kernel.arena;

    if (min == max) {
        return arena_printf(arena, "%llu", (unsigned long long)min);
    }
    if (max == UINT64_MAX) {
        return arena_printf(arena, "at least %llu", (unsigned long long)min);
    }
    return min == 0 ? arena_printf(arena, "at most %llu", (unsigned long long)max)
                    : arena_printf(arena, "%llu to %llu", (unsigned long long)min, (unsigned long long)max);
}

static void check_range(struct runner *runner, const char *what, uint64_t number, uint64_t min, uint64_t max)
{
    if (number < min || number > max) {
        expectation_unmet(runner, "expected %s %s, got %llu", range_text(runner, min, max), what,
                          (unsigned long long)number);
    }
}

static const char *expected_state(const struct expected_container *expected)
{
    if (!expected->exists) {
        return "absent";
    }
    return expected->any_state ? "present" : container_state_name(expected->state);
}

static void check_container(struct runner *runner, const struct expected_container *expected)
{
    const struct container *container = docker_engine_container(&runner->kernel.world.docker, expected->name);
    bool met = expected->exists == (container != NULL) &&
               (container == NULL || expected->any_state || container->state == expected->state);

    if (!met) {
        expectation_unmet(runner, "expected container %s to be %s at the end, and it is %s", expected->name,
                          expected_state(expected),
                          container == NULL ? "absent" : container_state_name(container->state));
    }
}

static void check_effect(struct runner *runner, const struct expected_effect *expected)
{
    const struct run_record *record = runner->record;
    uint64_t times = 0;

    for (uint32_t i = 0; i < record->event_count; i++) {
        const struct run_event *event = &record->events[i];

        times += event->kind == RUN_EFFECT && event->applied_ms >= 0 &&
                 effect_pattern_matches(&expected->pattern, event->effect, event->object) &&
                 (expected->task == NULL || strcmp(record->tasks[event->task], expected->task) == 0);
    }
    check_range(runner,
                arena_printf(&runner->kernel.arena, "× %s%s%s", expected->pattern.text,
                             expected->task == NULL ? "" : " in ", expected->task == NULL ? "" : expected->task),
                times, expected->min, expected->max);
}

static void check_log(struct runner *runner, const struct expected_log *expected)
{
    const struct run_record *record = runner->record;
    bool found = false;

    for (uint32_t i = 0; i < record->event_count && !found; i++) {
        found = record->events[i].kind == RUN_LOG && strstr(record->events[i].text, expected->contains) != NULL;
    }
    if (found == expected->absent) {
        expectation_unmet(runner, "expected %s log line to contain \"%s\"", expected->absent ? "no" : "a",
                          expected->contains);
    }
}

static void check_app(struct runner *runner, const struct expected_app *expected)
{
    bool installed = oracle_has_row(&runner->oracles, expected->name);

    if (installed != expected->installed) {
        expectation_unmet(runner, "expected app %s to be %s at the end, and it is %s", expected->name,
                          expected->installed ? "installed" : "removed", installed ? "installed" : "removed");
    }
}

static void check_details(struct runner *runner, const struct expectation *expectation)
{
    for (uint32_t i = 0; i < expectation->count_count; i++) {
        const struct expected_count *expected = &expectation->counts[i];

        check_range(runner, run_count_name(expected->count), runner->record->counts[expected->count], expected->min,
                    expected->max);
    }
    for (uint32_t i = 0; i < expectation->container_count; i++) {
        check_container(runner, &expectation->containers[i]);
    }
    for (uint32_t i = 0; i < expectation->effect_count; i++) {
        check_effect(runner, &expectation->effects[i]);
    }
    for (uint32_t i = 0; i < expectation->log_count; i++) {
        check_log(runner, &expectation->logs[i]);
    }
    for (uint32_t i = 0; i < expectation->app_count; i++) {
        check_app(runner, &expectation->apps[i]);
    }
}

bool expectations_want_events(const struct runner *runner)
{
    const struct expectation *expectation = find_expectation(runner->scenario, runner->record->revision);

    return expectation != NULL && expectation->effect_count + expectation->log_count > 0;
}

void expectations_check(struct runner *runner)
{
    struct run_record *record = runner->record;
    const struct expectation *expectation = find_expectation(runner->scenario, record->revision);

    check_oracles(runner, expectation);
    if (expectation != NULL) {
        check_details(runner, expectation);
    }
    if (record->violation_count > 0) {
        record->verdict = RUN_VIOLATED;
    } else if (record->inconclusive_because != NULL) {
        record->verdict = RUN_INCONCLUSIVE;
    } else {
        record->verdict = RUN_HELD;
    }
    if (record->inconclusive_because != NULL) {
        expectation_unmet(runner, "%s", record->inconclusive_because);
    }
    record->as_expected = record->unmet_count == 0;
}
