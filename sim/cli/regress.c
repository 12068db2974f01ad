/* drydock regress: repros as a regression suite. */
#include "sim/cli/cli.h"

#include "core/value.h"
#include "reports/report.h"
#include "sim/cli/recordings.h"
#include "sim/cli/repro_file.h"
#include "sim/cli/save.h"
#include "sim/cli/search_options.h"
#include "sim/scenario/file_text.h"
#include "sim/scenario/json_text.h"
#include "sim/search/replay.h"
#include "sim/search/repro.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a process says of a repro. */
struct outcome {
    bool same;
    bool finds; /* it has diverged and still finds what it found */
    enum run_verdict verdict;
    int64_t wall_us;
    const char *divergence; /* NULL: none */
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
    struct outcome *outcomes; /* per repro */
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
    if (!scenario->has_course && !named) {
        suite->skipped++;
    } else {
        struct repro_steps steps = {0};
        bool good = read_repro(&suite->arena, scenario, &steps);

        repro_steps_free(&steps);
        if (!good) {
            return false;
        }
        *(const struct scenario **)table_add(&suite->arena, (void **)&suite->repros, &suite->count, &suite->size,
                                             sizeof(const struct scenario *)) = scenario;
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

static const struct value *outcome_value(struct arena *arena, const struct replay *replay, const char *divergence,
                                         int64_t wall_us)
{
    bool finds = divergence != NULL && replay->left == NULL && replay_finds(replay);

    return OBJECT(arena, {"finds", value_bool(finds)}, {"divergence", value_string(arena, divergence)},
                  {"verdict", value_number(arena, replay->record->verdict)},
                  {"wall_us", value_number(arena, (double)wall_us)});
}

static struct outcome read_outcome(struct arena *arena, const char *text)
{
    const struct value *value = value_parse(arena, text, strlen(text));
    const char *divergence = value_get_text(value, "divergence");

    return (struct outcome){.same = divergence == NULL,
                            .finds = value_truthy(value_get(value, "finds")),
                            .verdict = (enum run_verdict)value_get_number(value, "verdict", 0),
                            .wall_us = (int64_t)value_get_number(value, "wall_us", 0),
                            .divergence = divergence};
}

/* Replays one; in a process of its own, so what it says is a text. */
static const char *replay_one(void *context, uint32_t index, struct arena *arena)
{
    const struct suite *suite = context;
    const struct scenario *repro = suite->repros[index];
    struct repro_steps expected = {0};
    struct memory memory;
    uint32_t line = 0;

    replay_memory(&memory);
    int64_t start_us = clock_us();
    (void)repro_steps_read(arena, repro->found.steps, &expected, &line); /* add_file() has asked whether it can */
    struct replay *replay =
        replay_run(repro,
                   &(struct replay_options){.revision = repro->revisions[0],
                                            .without = repro->found.without & repro->revisions[0]->switches,
                                            .expected = repro->found.steps != NULL ? &expected : NULL},
                   &memory, arena);
    const char *divergence = replay_divergence(replay);
    const char *text = value_json(arena, outcome_value(arena, replay, divergence, clock_us() - start_us));

    replay_free(replay);
    repro_steps_free(&expected);
    memory_free(&memory);
    return text;
}

/* false after a message. */
static bool replay_all(struct suite *suite)
{
    const char **texts = arena_alloc(&suite->arena, (suite->count + 1) * sizeof *texts);
    struct workers workers = {
        .jobs = suite->jobs, .shared = workers_shared_new(), .context = suite, .work = replay_one};

    if (!workers_run(&workers, suite->count, &suite->arena, texts)) {
        perror("drydock: no workers");
        return false;
    }
    workers_shared_free(workers.shared);
    suite->outcomes = arena_alloc(&suite->arena, (suite->count + 1) * sizeof *suite->outcomes);
    for (uint32_t i = 0; i < suite->count; i++) {
        suite->outcomes[i] = read_outcome(&suite->arena, texts[i]);
    }
    return true;
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
    return deliver(&sink, suite->output);
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
    return deliver(&sink, file);
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
    static const char *const names[] = {"text", "junit", "tap", NULL};
    static report_writer *const writers[] = {text_write, junit_report_write, tap_report_write};
    unsigned number = 0;
    bool good = take_choice("regress", "format", text, names, &number);

    suite->write = writers[number];
    return good;
}

static bool take_option(struct suite *suite, const char *name, const char *argument)
{
    if (strcmp(name, "format") == 0) {
        return take_format(suite, argument);
    }
    if (strcmp(name, "jobs") == 0) {
        return take_jobs("regress", argument, &suite->jobs);
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
    bool good = true;

    if (!replay_all(suite) || !report(suite) || (suite->update && !update_all(suite))) {
        return EXIT_INTERNAL_ERROR;
    }
    for (uint32_t i = 0; i < suite->count; i++) {
        good = good && is_well(suite, i);
    }
    return good ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
}

int verb_regress(int argc, char **argv)
{
    struct suite suite = {.write = text_write, .jobs = default_jobs()};
    int status = EXIT_UNUSABLE_INPUT;

    arena_init(&suite.arena, arena_source_malloc());
    if (read_command_line(&suite, argc, argv)) {
        status = run_suite(&suite);
    }
    arena_reset(&suite.arena);
    return status;
}
