/* drydock regress: repros as a regression suite. */
#include "sim/cli/cli.h"

#include "reports/report.h"
#include "sim/cli/recordings.h"
#include "sim/scenario/file_text.h"
#include "sim/scenario/json_text.h"
#include "sim/search/replay.h"
#include "sim/search/repro.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JOBS_MAX = 256, SAID_BYTES_MAX = 1000 };

/* What a process says of a repro. */
struct outcome {
    bool done;
    bool same;
    bool finds; /* it has diverged and still finds what it found */
    enum run_verdict verdict;
    int64_t wall_us;
    char divergence[SAID_BYTES_MAX];
};

struct suite {
    struct arena arena;
    report_writer *write;
    const char *output;
    bool update;
    uint32_t jobs;
    const struct scenario **repros;
    uint32_t count, size;
    uint32_t skipped;         /* files of directories that are no repros */
    struct outcome *outcomes; /* per repro, shared with the processes */
};

/* ---- the suite ---------------------------------------------------------------------------------------------- */

static bool add_file(struct suite *suite, const char *file, bool named)
{
    struct scenario_mistake mistake = {NULL};
    const struct scenario *scenario = scenario_load(&suite->arena, file, &mistake);

    if (scenario == NULL) {
        fprintf(stderr, "%s\n", mistake.text);
        return false;
    }
    if (scenario->has_course) {
        *(const struct scenario **)table_add(&suite->arena, (void **)&suite->repros, &suite->count, &suite->size,
                                             sizeof(const struct scenario *)) = scenario;
    } else if (named) {
        fprintf(stderr, "%s:1:1: this is no repro, expected a scenario with a \"course\"\n", file);
        return false;
    } else {
        suite->skipped++;
    }
    return true;
}

static bool add_operand(struct suite *suite, const char *operand)
{
    struct file_list files = {0};
    struct stat status;
    bool good = true;

    if (!collect_files(&suite->arena, operand, &files)) {
        return false;
    }
    bool named = stat(operand, &status) == 0 && !S_ISDIR(status.st_mode);

    for (uint32_t i = 0; i < files.count; i++) {
        good = add_file(suite, files.names[i], named) && good;
    }
    return good;
}

/* ---- replaying ---------------------------------------------------------------------------------------------- */

static int64_t clock_us(void)
{
    enum { US_PER_S = 1000000, NS_PER_US = 1000 };
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US;
}

static void replay_one(const struct scenario *repro, struct outcome *outcome, struct memory *memory)
{
    struct arena arena;
    struct repro_steps expected = {0};
    uint32_t line = 0;

    arena_init(&arena, arena_source_malloc());
    int64_t start_us = clock_us();
    bool readable = repro_steps_read(&arena, repro->found.steps, &expected, &line);
    struct replay *replay =
        replay_run(repro,
                   &(struct replay_options){.revision = repro->revisions[0],
                                            .without = repro->found.without & repro->revisions[0]->switches,
                                            .expected = repro->found.steps != NULL && readable ? &expected : NULL},
                   memory, &arena);
    const char *divergence =
        readable ? replay_divergence(replay) : arena_printf(&arena, "found.steps[%u] cannot be read", line);

    outcome->same = divergence == NULL;
    outcome->finds = divergence != NULL && replay->left == NULL && replay_finds(replay);
    outcome->verdict = replay->record->verdict;
    outcome->wall_us = clock_us() - start_us;
    snprintf(outcome->divergence, sizeof outcome->divergence, "%s", divergence == NULL ? "" : divergence);
    outcome->done = true;
    replay_free(replay);
    repro_steps_free(&expected);
    arena_reset(&arena);
}

/* Every jobs-th repro from `first` on. */
static void replay_share(struct suite *suite, uint32_t first)
{
    struct memory memory;

    replay_memory(&memory);
    for (uint32_t i = first; i < suite->count; i += suite->jobs) {
        replay_one(suite->repros[i], &suite->outcomes[i], &memory);
    }
    memory_free(&memory);
}

static bool replay_all(struct suite *suite)
{
    bool good = true;

    if (suite->jobs == 1) {
        replay_share(suite, 0);
        return true;
    }
    fflush(stdout);
    for (uint32_t i = 0; i < suite->jobs; i++) {
        pid_t process = fork();

        if (process == 0) {
            replay_share(suite, i);
            _exit(EXIT_AS_EXPECTED);
        }
        good = good && process > 0;
    }
    while (wait(NULL) > 0) {
    }
    for (uint32_t i = 0; i < suite->count; i++) {
        good = good && suite->outcomes[i].done;
    }
    if (!good) {
        fputs("drydock: regress: a process that replays repros did not end well\n", stderr);
    }
    return good;
}

/* ---- reporting ---------------------------------------------------------------------------------------------- */

/* Whether all is well with a repro, once it is updated if that is to be. */
static bool is_well(const struct suite *suite, uint32_t index)
{
    return suite->outcomes[index].same || (suite->update && suite->outcomes[index].finds);
}

static const char *said(struct suite *suite, uint32_t index)
{
    const struct outcome *outcome = &suite->outcomes[index];

    return arena_printf(&suite->arena, "%s%s", outcome->divergence,
                        !outcome->finds ? ""
                        : suite->update ? " (finds the same: trace and steps are rewritten)"
                                        : " (finds the same: see --update)");
}

static struct run_record *record_of(struct suite *suite, uint32_t index)
{
    const struct scenario *repro = suite->repros[index];
    const struct outcome *outcome = &suite->outcomes[index];
    struct run_record *record = arena_alloc(&suite->arena, sizeof *record);

    record->scenario = repro->name;
    record->file = repro->file;
    record->revision = repro->revisions[0]->name;
    record->without = arena_alloc(&suite->arena, SWITCH_COUNT * sizeof *record->without);
    for (unsigned i = 0; i < SWITCH_COUNT; i++) {
        if ((repro->found.without & (1u << i)) != 0) {
            record->without[record->without_count++] = switch_info(i)->name;
        }
    }
    record->verdict = outcome->verdict;
    record->as_expected = is_well(suite, index);
    record->wall_us = outcome->wall_us;
    if (!outcome->same) {
        record->unmet = arena_alloc(&suite->arena, sizeof *record->unmet);
        record->unmet[0].message = said(suite, index);
        record->unmet_count = 1;
    }
    return record;
}

/* A line per repro. */
static void text_write(struct sink *sink, const struct run_record *const *records, size_t count,
                       const struct report_options *options)
{
    (void)options;
    for (size_t i = 0; i < count; i++) {
        const struct run_record *record = records[i];
        bool same = record->unmet_count == 0;

        sink_printf(sink, "%-8s  %s%s%s\n",
                    same                  ? "ok"
                    : record->as_expected ? "updated"
                                          : "diverged",
                    record->file, same ? "" : ": ", same ? "" : record->unmet[0].message);
    }
}

static bool report(struct suite *suite)
{
    const struct run_record **records = arena_alloc(&suite->arena, suite->count * sizeof(const struct run_record *));
    const struct report_options options = {.color = false};
    struct sink sink;
    uint32_t well = 0;

    for (uint32_t i = 0; i < suite->count; i++) {
        records[i] = record_of(suite, i);
        well += records[i]->as_expected;
    }
    sink_init(&sink);
    suite->write(&sink, records, suite->count, &options);
    if (suite->write == text_write) {
        sink_printf(&sink, "%u repros: %u %s, %u diverged", suite->count, well,
                    suite->update ? "as found or updated" : "as found", suite->count - well);
        if (suite->skipped > 0) {
            sink_printf(&sink, "; %u other scenarios skipped", suite->skipped);
        }
        sink_add(&sink, "\n");
    }
    bool good = sink_deliver(&sink, suite->output);

    if (!good) {
        fprintf(stderr, "drydock: %s: %s\n", suite->output == NULL ? "standard output" : suite->output,
                strerror(errno));
    }
    sink_free(&sink);
    return good;
}

/* ---- updating ----------------------------------------------------------------------------------------------- */

static bool update_one(struct suite *suite, const char *file, struct memory *memory)
{
    struct scenario_mistake mistake = {NULL};
    struct sink sink;
    size_t length = 0;
    char *text = file_text(file, JSON_SIZE_MAX, &length);

    if (text == NULL) {
        fprintf(stderr, "drydock: %s: %s\n", file, strerror(errno));
        return false;
    }
    const char *updated =
        repro_updated(&suite->arena, file, arena_string_n(&suite->arena, text, length), memory, &mistake);

    free(text);
    if (updated == NULL) {
        fprintf(stderr, "%s\n", mistake.text);
        return false;
    }
    sink_init(&sink);
    sink_add(&sink, updated);
    bool good = sink_deliver(&sink, file);

    if (!good) {
        fprintf(stderr, "drydock: %s: %s\n", file, strerror(errno));
    }
    sink_free(&sink);
    return good;
}

static bool update_all(struct suite *suite)
{
    struct memory memory;
    bool good = true;

    replay_memory(&memory);
    for (uint32_t i = 0; i < suite->count; i++) {
        if (suite->outcomes[i].finds) {
            good = update_one(suite, suite->repros[i]->file, &memory) && good;
        }
    }
    memory_free(&memory);
    return good;
}

/* ---- the verb ----------------------------------------------------------------------------------------------- */

static bool take_format(struct suite *suite, const char *text)
{
    static const struct {
        const char *name;
        report_writer *write;
    } formats[] = {{"text", text_write}, {"junit", junit_report_write}, {"tap", tap_report_write}};

    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(formats[i].name, text) == 0) {
            suite->write = formats[i].write;
            return true;
        }
    }
    complain("regress: there is no format \"%s\", expected text, junit or tap", text);
    return false;
}

static bool take_jobs(struct suite *suite, const char *text)
{
    char *end = NULL;
    unsigned long jobs = strtoul(text, &end, 10);

    if (text[0] < '1' || text[0] > '9' || *end != '\0' || jobs > JOBS_MAX) {
        complain("regress: \"%s\" is no number of processes, expected a whole number from 1 to %d", text, JOBS_MAX);
        return false;
    }
    suite->jobs = (uint32_t)jobs;
    return true;
}

static bool take_option(struct suite *suite, const char *name, const char *argument)
{
    if (strcmp(name, "format") == 0) {
        return take_format(suite, argument);
    }
    if (strcmp(name, "jobs") == 0) {
        return take_jobs(suite, argument);
    }
    if (strcmp(name, "output") == 0) {
        suite->output = argument;
    } else {
        suite->update = true;
    }
    return true;
}

static bool read_command_line(struct suite *suite, int argc, char **argv)
{
    int option = 0;
    bool good = true;

    while (option >= 0) {
        if (!next_option(VERB_REGRESS, argc, argv, &option) ||
            (option >= 0 && !take_option(suite, option_table[option].name, optarg))) {
            return false;
        }
    }
    if (optind == argc) {
        complain("regress: expected at least one repro or directory; see `drydock help regress`");
        return false;
    }
    for (int i = optind; i < argc; i++) {
        good = add_operand(suite, argv[i]) && good;
    }
    if (good && suite->count == 0) {
        complain("regress: no repros here: none of %u scenarios has a \"course\"", suite->skipped);
        return false;
    }
    return good;
}

static int run_suite(struct suite *suite)
{
    size_t bytes = suite->count * sizeof *suite->outcomes;
    bool good = true;

    suite->outcomes = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (suite->outcomes == MAP_FAILED) {
        perror("drydock: memory");
        return EXIT_INTERNAL_ERROR;
    }
    if (!replay_all(suite) || !report(suite) || (suite->update && !update_all(suite))) {
        munmap(suite->outcomes, bytes);
        return EXIT_INTERNAL_ERROR;
    }
    for (uint32_t i = 0; i < suite->count; i++) {
        good = good && is_well(suite, i);
    }
    munmap(suite->outcomes, bytes);
    return good ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
}

int verb_regress(int argc, char **argv)
{
    struct suite suite = {.write = text_write, .jobs = 1};
    int status = EXIT_UNUSABLE_INPUT;

    arena_init(&suite.arena, arena_source_malloc());
    if (read_command_line(&suite, argc, argv)) {
        status = run_suite(&suite);
    }
    arena_reset(&suite.arena);
    return status;
}
