#include "reports/ablation_report.h"

#include <stdio.h>

const struct ablation_format ablation_formats[] = {
#define FORMAT(name, writer) {name, writer},
#include "reports/ablation_formats.def"
    {NULL, NULL},
};

const char *const ablation_format_names[] = {
#define FORMAT(name, writer) name,
#include "reports/ablation_formats.def"
    NULL,
};

static const struct {
    const char *name;
    char letter;
    const char *what;
} signs[ABLATION_SIGN_COUNT] = {
#define SIGN(ID, name, letter, what) {name, letter, what},
#include "reports/ablation_signs.def"
};

const char *ablation_sign_name(enum ablation_sign sign)
{
    return signs[sign].name;
}

char ablation_sign_letter(enum ablation_sign sign)
{
    return signs[sign].letter;
}

const char *ablation_sign_what(enum ablation_sign sign)
{
    return signs[sign].what;
}

bool ablation_notices(const struct ablation *ablation, const struct ablation_cell *cell)
{
    return cell->sign >= ablation->least;
}

uint32_t ablation_count(const struct ablation *ablation, uint32_t number, enum ablation_sign least)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        count += ablation->scenarios[i].cells[number].sign >= least;
    }
    return count;
}

uint32_t ablation_showing(const struct ablation *ablation, uint32_t number, enum ablation_sign sign)
{
    return ablation_count(ablation, number, sign) - ablation_count(ablation, number, (enum ablation_sign)(sign + 1));
}

uint32_t ablation_noticed(const struct ablation *ablation, uint32_t number)
{
    return ablation_count(ablation, number, ablation->least);
}

static bool breaks_an_oracle(const struct ablation_cell *cell)
{
    return cell->oracle != NULL && !cell->gone;
}

static bool is_before(const struct ablation_cell *one, const struct ablation_cell *other)
{
    return breaks_an_oracle(one) != breaks_an_oracle(other) ? breaks_an_oracle(one) : one->depth < other->depth;
}

uint32_t ablation_first(const struct ablation *ablation, uint32_t number)
{
    uint32_t first = ablation->scenario_count;

    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        const struct ablation_cell *cell = &ablation->scenarios[i].cells[number];

        if (ablation_notices(ablation, cell) &&
            (first == ablation->scenario_count || is_before(cell, &ablation->scenarios[first].cells[number]))) {
            first = i;
        }
    }
    return first;
}

uint32_t ablation_red(const struct ablation *ablation)
{
    uint32_t red = 0;

    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        red += ablation->scenarios[i].unmet != NULL;
    }
    return red;
}

bool ablation_passes(const struct ablation *ablation)
{
    bool passes = ablation->scenario_count == ablation->planned && ablation_red(ablation) == 0;

    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        passes = passes && ablation_noticed(ablation, i) > 0;
    }
    return passes;
}

bool ablation_tells(const struct ablation *ablation, const struct ablation_scenario *scenario)
{
    bool tells = scenario->unmet != NULL;

    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        tells = tells || ablation_notices(ablation, &scenario->cells[i]);
    }
    return tells;
}

void ablation_by(const struct ablation_cell *cell, char *text, size_t size)
{
    if (cell->oracle != NULL) {
        snprintf(text, size, "%s%s", cell->oracle, cell->gone ? " held" : "");
    } else {
        snprintf(text, size, "%s", cell->sign == ABLATION_EXPECTATION ? "an expectation" : "counts");
    }
}

void ablation_unnoticed(const struct ablation *ablation, uint32_t number, char *text, size_t size)
{
    static const char *const words[ABLATION_SIGN_COUNT] = {
        [ABLATION_ORACLE] = "violations", [ABLATION_COUNT] = "counts", [ABLATION_TRACE] = "the trace"};
    size_t length =
        (size_t)snprintf(text, size, "nothing notices that %s is taken out of %s: %u of %u scenarios ask for it",
                         ablation->switches[number].name, ablation->revision,
                         ablation_count(ablation, number, ABLATION_SAME), ablation->scenario_count);

    for (unsigned sign = ABLATION_TRACE; sign < ABLATION_EXPECTATION && length < size; sign++) {
        uint32_t count = ablation_showing(ablation, number, (enum ablation_sign)sign);

        if (count > 0) {
            length += (size_t)snprintf(text + length, size - length, ", in %u %s differ%s", count, words[sign],
                                       sign == ABLATION_TRACE ? "s" : "");
        }
    }
}

void ablation_sum(const struct ablation *ablation, char *text, size_t size)
{
    uint32_t noticed = 0;
    uint32_t noticing = 0;
    size_t length = 0;

    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        noticed += ablation_noticed(ablation, i) > 0;
    }
    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        noticing += ablation->scenarios[i].unmet == NULL && ablation_tells(ablation, &ablation->scenarios[i]);
    }
    length = (size_t)snprintf(text, size, "%s: %u of %u switches noticed, by %u of %u scenarios", ablation->revision,
                              noticed, ablation->switch_count, noticing, ablation->scenario_count);
    if (ablation->scenario_count < ablation->planned && length < size) {
        snprintf(text + length, size - length, "; inconclusive: %u scenarios were not run",
                 ablation->planned - ablation->scenario_count);
    }
}
