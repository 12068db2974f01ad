#include "sim/cli/replay_stops.h"

#include "sim/cli/cli.h"
#include "sim/cli/save.h"
#include "sim/search/world_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool stops_take_until(struct stops *stops, struct arena *arena, const char *text)
{
    const char *colon = strrchr(text, ':');
    char *end = NULL;
    unsigned long nth = colon == NULL ? 1 : strtoul(colon + 1, &end, 10);
    const char *name = colon == NULL ? text : arena_string_n(arena, text, (size_t)(colon - text));

    if (colon != NULL && (colon[1] < '0' || colon[1] > '9' || *end != '\0' || nth == 0 || nth > UINT32_MAX)) {
        complain("replay: \"%s\" is no number of a call, expected a whole number from 1", colon + 1);
        return false;
    }
    if (!effect_by_name(name, &stops->until_effect) || effect_info(stops->until_effect)->immediate) {
        complain("replay: there is no effect \"%s\"; `drydock list effects` lists them", name);
        return false;
    }
    stops->until = text;
    stops->until_nth = (uint32_t)nth;
    return true;
}

bool stops_any(const struct stops *stops)
{
    return stops->step || stops->until != NULL || stops->break_oracle != NULL;
}

/* The breakpoint must see its arguments, however much is optimised. */
__attribute__((noinline, used)) void replay_stop_here(struct runner *runner, const struct kernel_task *task)
{
    __asm__ volatile("" : : "r"(runner), "r"(task) : "memory");
}

/* ---- showing ------------------------------------------------------------------------------------------------ */

static void show(struct stops *stops)
{
    stops->failed = !deliver(&stops->sink, NULL) || stops->failed;
}

static void show_world(struct stops *stops, struct runner *runner)
{
    world_text_write(&stops->sink, &runner->kernel);
    show(stops);
}

/* What has changed since it was shown last. */
static void add_changes(struct stops *stops, const struct run_record *record)
{
    for (; stops->events_seen < record->event_count; stops->events_seen++) {
        const struct run_event *event = &record->events[stops->events_seen];

        if (event->kind == RUN_CHANGE) {
            sink_printf(&stops->sink, "    %s%s%s%s%s\n", event->text, event->object == NULL ? "" : ": ",
                        event->object == NULL ? "" : event->object, event->detail == NULL ? "" : " ",
                        event->detail == NULL ? "" : event->detail);
        } else if (event->kind == RUN_VIOLATION) {
            sink_printf(&stops->sink, "    ✗ %s: %s\n", event->text, event->detail);
        } else if (event->kind == RUN_CRASH) {
            sink_printf(&stops->sink, "    %s\n", event->text);
        }
    }
}

static void add_about(struct stops *stops, struct runner *runner, const struct kernel_task *task)
{
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    sink_printf(&stops->sink, "%s  %s\n", value_iso_date(&arena, runner->kernel.world.now_ms),
                task == NULL ? "nothing can move: time passes" : task_words(&arena, task));
    arena_reset(&arena);
}

/* Waits for a person: Enter goes on, c without stops, q ends it, w shows the world. */
static bool ask(struct stops *stops, struct runner *runner)
{
    char line[64];

    while (stops->waits) {
        fputs("[Enter: next, c: to the end, w: world, q: quit] ", stdout);
        fflush(stdout);
        if (fgets(line, sizeof line, stdin) == NULL || line[0] == 'q') {
            stops->quit = true;
            return false;
        }
        if (line[0] == 'w') {
            show_world(stops, runner);
            continue;
        }
        if (line[0] == 'c') {
            stops->stepping = false;
        }
        break;
    }
    return true;
}

/* ---- stopping ----------------------------------------------------------------------------------------------- */

static bool is_until(struct stops *stops, const struct kernel_task *task)
{
    return stops->until != NULL && task != NULL && task->state == TASK_ISSUED &&
           task->effect->id == stops->until_effect && ++stops->until_seen == stops->until_nth;
}

static bool before(void *context, struct runner *runner, const struct kernel_task *task)
{
    struct stops *stops = context;

    if (is_until(stops, task)) {
        stops->reached = true;
        replay_stop_here(runner, task);
        add_changes(stops, runner->record);
        add_about(stops, runner, task);
        show_world(stops, runner);
        stops->stepping = stops->step;
        return stops->step ? ask(stops, runner) : false;
    }
    if (stops->stepping) {
        add_changes(stops, runner->record);
        add_about(stops, runner, task);
        show(stops);
        return ask(stops, runner);
    }
    stops->events_seen = runner->record->event_count; /* a stop shows what the last transition has changed */
    return true;
}

/* Whether the oracle to stop at has been broken since this was asked last. */
static bool is_broken(struct stops *stops, const struct run_record *record)
{
    bool broken = false;

    for (; stops->break_oracle != NULL && stops->violations_seen < record->violation_count; stops->violations_seen++) {
        broken = broken || strcmp(record->violations[stops->violations_seen].oracle, stops->break_oracle) == 0;
    }
    return broken;
}

static bool after(void *context, struct runner *runner)
{
    struct stops *stops = context;

    if (stops->reached || !is_broken(stops, runner->record)) {
        return true;
    }
    stops->reached = true;
    add_changes(stops, runner->record);
    show_world(stops, runner);
    stops->stepping = stops->step;
    return stops->step;
}

struct replay_watch stops_watch(struct stops *stops)
{
    sink_init(&stops->sink);
    stops->waits = isatty(STDIN_FILENO) == 1;
    stops->stepping = stops->step && stops->until == NULL && stops->break_oracle == NULL;
    return (struct replay_watch){stops, before, after};
}

void stops_at_end(struct stops *stops, struct runner *runner)
{
    if (stops->quit) {
        return;
    }
    if (!stops->reached && is_broken(stops, runner->record)) {
        stops->reached = true;
        add_changes(stops, runner->record);
        show_world(stops, runner);
    } else if (stops->stepping) {
        add_changes(stops, runner->record);
        show(stops);
    }
}
