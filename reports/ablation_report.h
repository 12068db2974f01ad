/* What it comes to when each switch of a release is taken out alone and every scenario is run again, and the reports
 * made of that. sim/search/ablate.c fills it in; reports only read.
 *
 * It is mutation analysis with the switches as mutants (DeMillo, Lipton, Sayward 1978, "Hints on Test Data Selection"):
 * a switch that nothing notices is a change of the release that no scenario tests.
 */
#ifndef DRYDOCK_REPORTS_ABLATION_REPORT_H
#define DRYDOCK_REPORTS_ABLATION_REPORT_H

#include "reports/report.h"

/* What a run without the switch shows that the run with it does not: the first of these from below that fits. From
 * ABLATION_COUNT on the outcome is another one. */
enum ablation_sign {
#define SIGN(ID, name, letter, what) ABLATION_##ID,
#include "reports/ablation_signs.def"
    ABLATION_SIGN_COUNT
};

/* A scenario without one switch. */
struct ablation_cell {
    enum ablation_sign sign;
    const char *oracle; /* broken without the switch and not with it, or the other way round; NULL: no oracle tells */
    bool gone;          /* the other way round */
    const char *why;    /* one sentence; NULL when the outcome is the same */
    uint64_t depth;     /* transitions until then: until the violation, or to the end */
    int64_t after_ms;   /* virtual time until then */
};

struct ablation_scenario {
    const char *name, *file;
    const char *unmet;           /* the first expectation that is not met with every switch in; NULL: as expected */
    struct ablation_cell *cells; /* per switch */
};

struct ablation_switch {
    const char *name, *what;
    const char *file; /* the line that defines it */
    int line;
};

struct ablation {
    const char *revision;
    struct ablation_switch *switches; /* that were taken out, each alone */
    uint32_t switch_count;
    struct ablation_scenario *scenarios; /* that were run */
    uint32_t scenario_count;
    uint32_t planned;         /* scenarios that were to be run */
    enum ablation_sign least; /* that a scenario must show to notice: ABLATION_COUNT, or more */
};

const char *ablation_sign_name(enum ablation_sign sign); /* "expectation", "oracle" … */
char ablation_sign_letter(enum ablation_sign sign);      /* of the matrix */
const char *ablation_sign_what(enum ablation_sign sign);

/* Whether a scenario notices that the switch is missing. */
bool ablation_notices(const struct ablation *ablation, const struct ablation_cell *cell);
/* How many scenarios show `least` or more when this switch is missing. */
uint32_t ablation_count(const struct ablation *ablation, uint32_t number, enum ablation_sign least);
/* How many show exactly this. */
uint32_t ablation_showing(const struct ablation *ablation, uint32_t number, enum ablation_sign sign);
/* How many notice it. */
uint32_t ablation_noticed(const struct ablation *ablation, uint32_t number);
/* The scenario that notices it first: one where an oracle is broken before all others, then by depth, then by file.
 * ablation->scenario_count: none does. */
uint32_t ablation_first(const struct ablation *ablation, uint32_t number);
/* Scenarios that are not as expected with every switch in. */
uint32_t ablation_red(const struct ablation *ablation);
/* Whether all scenarios were run, all are as expected with every switch in, and each switch is noticed. */
bool ablation_passes(const struct ablation *ablation);
/* Whether the scenario notices any switch, or is red. */
bool ablation_tells(const struct ablation *ablation, const struct ablation_scenario *scenario);

/* "container-lost", "container-lost held", "an expectation", "counts": by what a cell notices. */
void ablation_by(const struct ablation_cell *cell, char *text, size_t size);
/* "nothing notices …", one sentence about a switch that nothing notices. */
void ablation_unnoticed(const struct ablation *ablation, uint32_t number, char *text, size_t size);
/* "8.9.2: 6 of 6 switches noticed, by 17 of 89 scenarios", and what was not done. */
void ablation_sum(const struct ablation *ablation, char *text, size_t size);
enum { ABLATION_TEXT_SIZE = 512 };

/* A report of one ablation. Of report_options: color, full (every scenario, and why it notices), quiet. */
typedef void ablation_writer(struct sink *sink, const struct ablation *ablation, const struct report_options *options);

#define FORMAT(name, writer) ablation_writer writer;
#include "reports/ablation_formats.def"

struct ablation_format {
    const char *name;
    ablation_writer *write;
};

extern const struct ablation_format ablation_formats[]; /* text first; a NULL name at the end */
extern const char *const ablation_format_names[];       /* the same; NULL at the end */

#endif
