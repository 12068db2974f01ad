/* drydock ablate: which scenario notices which switch. */
#include "sim/search/ablate.h"

#include "sim/cli/option_places.h"
#include "sim/cli/report_files.h"
#include "sim/cli/save.h"

#include <stdio.h>
#include <unistd.h>

enum { PROGRESS_EVERY_MS = 100 };

struct ablate_command {
    struct arena arena;
    struct ablate_options options;
    unsigned format; /* place in ablation_formats */
    struct report_files reports;
    const char *output;
    bool strict, full, quiet;
    struct file_list files;
    int64_t shown_ms; /* when progress was shown last; 0: never */
};

/* ---- the words of the command line -------------------------------------------------------------------------- */

static bool place_format(const struct option_place *place, const char *verb, const char *text)
{
    return take_choice(verb, place->name, text, ablation_format_names, place->target);
}

static bool place_reports(const struct option_place *place, const char *verb, const char *text)
{
    struct ablate_command *command = place->target;

    return take_report_files(verb, &command->arena, text, ablation_format_names, &command->reports);
}

static const struct revision *newest(void)
{
    const struct revision *revision = revisions();

    while (revision[1].name != NULL) {
        revision++;
    }
    return revision;
}

static bool choose_switches(struct ablate_options *options)
{
    uint32_t foreign = options->switches & ~options->revision->switches;

    if (options->revision->switches == 0) {
        complain("ablate: %s has no switches, there is nothing to be taken out; `drydock list revisions` lists them",
                 options->revision->name);
        return false;
    }
    for (unsigned i = 0; i < SWITCH_COUNT; i++) {
        if ((foreign & (1u << i)) != 0) {
            complain("ablate: %s does not have %s; `drydock list revisions` lists what it has", options->revision->name,
                     switch_info(i)->name);
            return false;
        }
    }
    if (options->switches == 0) {
        options->switches = options->revision->switches;
    }
    return true;
}

static bool read_command_line(int argc, char **argv, struct ablate_command *command)
{
    struct ablate_options *options = &command->options;
    const struct option_place places[] = {
        {"revision", place_revision, .target = &options->revision},
        {"without", place_without, .target = &options->switches},
        {"seed", place_seed, &options->seed, .given = &options->seed_given},
        {"jobs", place_jobs, .target = &options->jobs},
        {"format", place_format, .target = &command->format},
        {"report", place_reports, .target = command},
        {"output", place_text, .target = &command->output},
        {"strict", place_yes, .target = &command->strict},
        {"full", place_yes, .target = &command->full},
        {"quiet", place_yes, .target = &command->quiet},
    };

    return read_options(VERB_ABLATE, argc, argv, places, sizeof places / sizeof places[0]) &&
           outputs_differ("ablate", command->output, NULL, &command->reports) && choose_switches(options) &&
           take_files("ablate", argc, argv, &command->arena, &command->files);
}

/* ---- taking out --------------------------------------------------------------------------------------------- */

static void tick(void *context)
{
    struct ablate_command *command = context;
    struct workers_shared *shared = command->options.shared;

    int64_t now_ms = clock_ms();

    if (isatty(STDERR_FILENO) && now_ms - command->shown_ms >= PROGRESS_EVERY_MS) {
        fprintf(stderr, "\r\033[K%u of %u scenarios done", atomic_load(&shared->done), atomic_load(&shared->count));
        command->shown_ms = now_ms;
    }
}

/* The scenarios that are meant for the release, in place; how many. */
static uint32_t keep_meant(const struct revision_list *list, const struct scenario **scenarios, uint32_t count)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (is_searched_on(list, scenarios[i], list->revisions[0])) {
            scenarios[kept++] = scenarios[i];
        }
    }
    return kept;
}

static void write_one(void *context, unsigned format, struct sink *sink)
{
    static const struct report_options plain = {0};

    ablation_formats[format].write(sink, context, &plain);
}

static bool report(const struct ablate_command *command, struct ablation *ablation)
{
    const struct report_options options = {
        .color = shows_color(command->output), .full = command->full, .quiet = command->quiet};
    struct sink sink;

    sink_init(&sink);
    ablation_formats[command->format].write(&sink, ablation, &options);
    return deliver(&sink, command->output) && deliver_files(&command->reports, command->quiet, write_one, ablation);
}

static int ablate_and_report(struct ablate_command *command)
{
    const struct revision_list list = {{command->options.revision}, 1};
    const struct scenario **scenarios = load_all(&command->arena, &command->files);
    struct ablation ablation;

    if (scenarios == NULL || count_runs("ablate", &list, 0, scenarios, command->files.count) == 0) {
        return EXIT_UNUSABLE_INPUT;
    }
    command->options.least = command->strict ? ABLATION_EXPECTATION : ABLATION_COUNT;
    command->options.shared = workers_shared_new();
    stop_when_interrupted(command->options.shared);
    bool good = ablate(scenarios, keep_meant(&list, scenarios, command->files.count), &command->options,
                       &command->arena, &ablation);

    if (!good) {
        perror("drydock: no workers");
    }
    stop_when_interrupted(NULL);
    workers_shared_free(command->options.shared);
    if (command->shown_ms != 0) {
        fputs("\r\033[K", stderr);
    }
    if (!good || !report(command, &ablation)) {
        return EXIT_INTERNAL_ERROR;
    }
    return ablation_passes(&ablation) ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
}

int verb_ablate(int argc, char **argv)
{
    struct ablate_command command = {.options = {.revision = newest(), .jobs = default_jobs()}};
    int status = EXIT_UNUSABLE_INPUT;

    command.options.context = &command;
    command.options.tick = tick;
    arena_init(&command.arena, arena_source_malloc());
    if (read_command_line(argc, argv, &command)) {
        status = ablate_and_report(&command);
    }
    arena_reset(&command.arena);
    return status;
}
