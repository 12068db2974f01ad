/* Ablation: each switch of a release is taken out, alone, and every scenario is run with and without it. Which of them
 * notice says what the library tests of the release.
 *
 * A scenario that never asks for a switch is not run without it: the two runs are the same one (run_options.asked).
 * Scenarios are done by processes side by side; what comes of it is the same for any number of them.
 */
#ifndef DRYDOCK_SIM_SEARCH_ABLATE_H
#define DRYDOCK_SIM_SEARCH_ABLATE_H

#include "reports/ablation_report.h"
#include "sim/scenario/runner.h"
#include "sim/search/workers.h"

struct ablate_options {
    const struct revision *revision;
    uint32_t switches;        /* those of its switches that are taken out, one at a time */
    enum ablation_sign least; /* that a scenario must show to notice: ABLATION_COUNT, or more */
    bool seed_given;
    uint64_t seed; /* instead of the scenarios' */
    uint32_t jobs;
    struct workers_shared *shared; /* `stop` ends it, with the scenarios that are done */
    void *context;
    void (*tick)(void *context); /* see struct workers; may be NULL */
};

/* What the run without a switch shows that the run with it does not. Texts are in `arena`, or the records'. */
struct ablation_cell ablate_judge(const struct run_record *with, const struct run_record *without, struct arena *arena);
/* One scenario, without each of the switches. */
struct ablation_scenario ablate_scenario(const struct scenario *scenario, const struct ablate_options *options,
                                         struct arena *arena);
/* All of them, which are meant for the release. false, with errno, when the system refuses. */
bool ablate(const struct scenario *const *scenarios, uint32_t count, const struct ablate_options *options,
            struct arena *arena, struct ablation *ablation);

#endif
