/* drydock sweep: every call fails in every way it can. */
#include "sim/cli/sweep.h"

#include "sim/cli/save.h"

#include <stdio.h>
#include <unistd.h>

enum { PROGRESS_EVERY_MS = 100 };

/* ---- sweeping
 * -------------------------------------------------------------------------------------------------------------- */

struct job_list {
    const struct sweep_command *command;
    struct arena *arena;
    struct trial_bench bench;
    const struct scenario **scenarios;
    const struct sweep_result **results;
    uint32_t count, size, planned;
    int64_t start_ms, shown_ms;
    uint64_t findings;
};

static bool is_over(const struct job_list *jobs, int64_t now_ms)
{
    return was_interrupted() || (jobs->command->time_ms > 0 && now_ms - jobs->start_ms >= jobs->command->time_ms);
}

static bool go_on(void *context, const struct sweep_progress *progress)
{
    struct job_list *jobs = context;
    int64_t now_ms = clock_ms();

    if (isatty(STDERR_FILENO) && now_ms - jobs->shown_ms >= PROGRESS_EVERY_MS) {
        fprintf(stderr, "\r\033[K%u/%u %s (%s): %u of %u %s, %llu findings", jobs->count + 1, jobs->planned,
                progress->scenario, progress->revision, progress->done, progress->planned,
                progress->pairs ? "mishaps paired" : "mishaps",
                (unsigned long long)(jobs->findings + progress->findings));
        jobs->shown_ms = now_ms;
    }
    return !is_over(jobs, now_ms);
}

static bool sweep_one(struct job_list *jobs, const struct scenario *scenario, const struct revision *revision)
{
    const struct sweep_command *command = jobs->command;
    struct sweep_options options = command->options;
    struct sweep *sweep = NULL;

    options.run.revision = revision;
    options.run.without &= revision->switches;
    options.context = jobs;
    options.go_on = go_on;
    if (is_over(jobs, clock_ms())) {
        sweep = arena_alloc(jobs->arena, sizeof *sweep);
        sweep->result = (struct sweep_result){.scenario = scenario->name,
                                              .file = scenario->file,
                                              .revision = revision->name,
                                              .unswept_because = "the time was up before"};
    } else {
        sweep = sweep_scenario(&jobs->bench, scenario, &options, jobs->arena);
    }
    *(const struct sweep_result **)table_add(jobs->arena, (void **)&jobs->results, &jobs->count, &jobs->size,
                                             sizeof(const struct sweep_result *)) = &sweep->result;
    jobs->findings += sweep->result.finding_count;
    return command->save == NULL || sweep->result.finding_count == 0 ||
           save_repros(sweep, &jobs->bench, command->save, jobs->arena);
}

/* EXIT_AS_EXPECTED when it could. */
static int sweep_all(struct job_list *jobs)
{
    const struct sweep_command *command = jobs->command;

    jobs->planned =
        count_runs("sweep", &command->revisions, command->options.run.without, jobs->scenarios, command->files.count);
    if (jobs->planned == 0) {
        return EXIT_UNUSABLE_INPUT;
    }
    for (uint32_t i = 0; i < command->files.count; i++) {
        for (const struct revision *revision = revisions(); revision->name != NULL; revision++) {
            if (is_searched_on(&command->revisions, jobs->scenarios[i], revision) &&
                !sweep_one(jobs, jobs->scenarios[i], revision)) {
                return EXIT_INTERNAL_ERROR;
            }
        }
    }
    return EXIT_AS_EXPECTED;
}

/* ---- reporting
 * --------------------------------------------------------------------------------------------------------------- */

static bool report(const struct job_list *jobs)
{
    const struct sweep_command *command = jobs->command;
    struct report_options options = {.color = shows_color(command->output)};
    struct sink sink;

    sink_init(&sink);
    if (command->json) {
        sweep_json_write(&sink, jobs->results, jobs->count);
    } else {
        sweep_table_write(&sink, jobs->results, jobs->count, &options);
    }
    return deliver(&sink, command->output);
}

static int exit_status(const struct job_list *jobs)
{
    for (uint32_t i = 0; i < jobs->count && jobs->command->strict; i++) {
        const struct sweep_result *result = jobs->results[i];

        if (result->finding_count > 0) {
            return EXIT_NOT_AS_EXPECTED;
        }
    }
    return EXIT_AS_EXPECTED;
}

static int sweep_and_report(struct job_list *jobs)
{
    jobs->scenarios = load_all(jobs->arena, &jobs->command->files);
    if (jobs->scenarios == NULL) {
        return EXIT_UNUSABLE_INPUT;
    }
    trial_bench_init(&jobs->bench);
    stop_when_interrupted(NULL);
    jobs->start_ms = clock_ms();
    int status = sweep_all(jobs);

    if (jobs->shown_ms != 0) {
        fputs("\r\033[K", stderr);
    }
    if (status == EXIT_AS_EXPECTED) {
        status = report(jobs) ? exit_status(jobs) : EXIT_INTERNAL_ERROR;
    }
    trial_bench_free(&jobs->bench);
    return status;
}

int verb_sweep(int argc, char **argv)
{
    struct arena arena;
    struct sweep_command command = {
        .options = {.bounds = {.faults = UINT32_MAX, .ports = UINT32_MAX, .stays = {1, true}}, .jobs = default_jobs()}};
    struct job_list jobs = {.command = &command, .arena = &arena};
    int status = EXIT_UNUSABLE_INPUT;

    arena_init(&arena, arena_source_malloc());
    if (read_sweep_command(&arena, argc, argv, &command)) {
        status = sweep_and_report(&jobs);
    }
    arena_reset(&arena);
    return status;
}
