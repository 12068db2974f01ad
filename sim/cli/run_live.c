#include "sim/cli/run_live.h"

#include "core/value.h"
#include "sim/cli/cli.h"
#include "sim/cli/search_options.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ERROR_SIZE = 512, RUN_SIZE = 32, PROGRESS_EVERY_US = 200000 };

static volatile sig_atomic_t told_to_stop;
static int64_t shown_us;

static void on_signal(int number)
{
    (void)number;
    told_to_stop = 1;
}

static bool is_stopped(void)
{
    return told_to_stop != 0;
}

static void show_requests(uint64_t requests)
{
    int64_t now_us = clock_us();

    if (isatty(STDERR_FILENO) && now_us - shown_us > PROGRESS_EVERY_US) {
        (void)fprintf(stderr, "\r\033[K%llu requests to the Engine", (unsigned long long)requests);
        shown_us = now_us;
    }
}

static void clear_progress(void)
{
    if (isatty(STDERR_FILENO)) {
        (void)fputs("\r\033[K", stderr);
    }
}

struct live *run_live_open(const struct live_command *command)
{
    static char run[RUN_SIZE];
    char error[ERROR_SIZE];
    const struct sigaction action = {.sa_handler = on_signal};

    (void)snprintf(run, sizeof run, "%ld", (long)getpid()); /* among those at work at the same time */
    const struct live_options options = {
        .address = command->docker_host,
        .base_image = command->base_image == NULL ? "busybox:latest" : command->base_image,
        .run = run,
        .i_know = command->i_know,
        .stopped = is_stopped,
        .asked = show_requests,
    };
    struct live *live = live_open(&options, error, sizeof error);

    if (live == NULL) {
        complain("run: --docker-host %s", error);
        return NULL;
    }
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    return live;
}

struct run_record *run_live(struct live *live, const struct scenario *scenario, struct run_options *options,
                            struct memory *run_memory, struct arena *record_arena, struct arena *event_arena)
{
    char error[ERROR_SIZE];
    struct run_record *record = NULL;
    bool good = false;

    options->docker = live_begin(live, error, sizeof error);
    if (options->docker != NULL) {
        record = scenario_run(scenario, options, run_memory, record_arena, event_arena);
        good = live_end(live, error, sizeof error);
    }
    clear_progress();
    if (!good) {
        (void)fprintf(stderr, "drydock: run: %s: %s\n", scenario->name, error);
    } else if (is_stopped()) {
        (void)fprintf(stderr, "drydock: run: %s: interrupted; what it had on the Engine is removed\n", scenario->name);
    }
    return good && !is_stopped() ? record : NULL;
}

bool run_live_agreed(const struct live *live, const struct run_record *record, bool quiet)
{
    uint32_t count = 0;
    const struct live_mismatch *mismatches = live_mismatches(live, &count);

    if (count > 0 || !quiet) {
        (void)fprintf(stderr, "%s on %s: %llu requests to the Engine, %u kinds of difference from the fake\n",
                      record->scenario, record->revision, (unsigned long long)live_requests(live), count);
    }
    for (uint32_t i = 0; i < count; i++) {
        char at[sizeof "2026-01-01T00:00:00.000Z"];
        struct arena arena;

        arena_init(&arena, arena_source_malloc());
        (void)snprintf(at, sizeof at, "%s", value_iso_date(&arena, mismatches[i].first_ms));
        arena_reset(&arena);
        (void)fprintf(stderr, "  %s (%s%s%llu times, first at %s)\n", mismatches[i].what,
                      mismatches[i].object == NULL ? "" : mismatches[i].object,
                      mismatches[i].object == NULL ? "" : ", ", (unsigned long long)mismatches[i].count, at);
    }
    return count == 0;
}
