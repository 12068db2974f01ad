/* drydock sweep: the words of its command line. */
#include "sim/cli/option_places.h"
#include "sim/cli/sweep.h"

bool read_sweep_command(struct arena *arena, int argc, char **argv, struct sweep_command *command)
{
    struct sweep_options *options = &command->options;
    struct sweep_bounds *bounds = &options->bounds;
    uint32_t heals = 0;
    bool strikes = false;
    bool strikes_given = false;
    const struct option_place places[] = {
        {"revision", place_revisions, .target = &command->revisions},
        {"without", place_without, .target = &options->run.without},
        {"seed", place_seed, &options->run.seed, .given = &options->run.seed_given},
        {"fault-kinds", place_fault_kinds, .target = &bounds->faults},
        {"ports", place_ports, .target = &bounds->ports},
        {"once", place_stays, .target = &bounds->stays},
        {"sticky", place_stays, .target = &bounds->stays},
        {"both", place_stays, .target = &bounds->stays},
        {"heals", place_number, &heals, .min = 1, .max = HEALS_MAX},
        {"crashes", place_yes, &strikes, .given = &strikes_given},
        {"no-crashes", place_no, &strikes, .given = &strikes_given},
        {"pairs", place_yes, .target = &options->pairs},
        {"all", place_yes, .target = &bounds->all},
        {"jobs", place_jobs, .target = &options->jobs},
        {"time", place_duration, .target = &command->time_ms},
        {"save", place_text, .target = &command->save},
        {"strict", place_yes, .target = &command->strict},
        {"format", place_json, .target = &command->json},
        {"output", place_text, .target = &command->output},
    };

    if (!read_options(VERB_SWEEP, argc, argv, places, sizeof places / sizeof places[0]) ||
        !take_files("sweep", argc, argv, arena, &command->files)) {
        return false;
    }
    add_heals(&bounds->stays, heals);
    bounds->strikes = strikes_given ? strikes : command->files.count == 1;
    return true;
}
