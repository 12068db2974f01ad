/* An ablation as SARIF 2.1.0: a result per switch that nothing notices, at the line that defines the switch, and one
 * per scenario that is not as expected before anything is taken out, at the scenario. */
#include "reports/ablation_report.h"
#include "reports/sarif.h"

static const struct sarif_rule unnoticed_switch = {
    "unnoticed-switch", "Nothing notices that the switch is taken out of the release: no scenario tests it."};
static const struct sarif_rule red_before = {
    "red-before", "A scenario is not as expected with every switch in, so it cannot judge any."};

/* `what`: the switch or the scenario, and `name` its name. */
static void finish_result(cJSON *result, const struct sarif_rule *rule, const struct ablation *ablation,
                          const char *what, const char *name, cJSON *location)
{
    struct sink words;

    cJSON_AddItemToArray(cJSON_AddArrayToObject(result, "locations"), location);
    sink_init(&words);
    sink_printf(&words, "%s|%s|%s", rule->id, name, ablation->revision);
    sarif_add_fingerprint(result, "ablation/v1", words.text);
    sink_free(&words);
    cJSON *properties = cJSON_AddObjectToObject(result, "properties");

    json_add_text(properties, what, name);
    json_add_text(properties, "revision", ablation->revision);
}

void ablation_sarif_write(struct sink *sink, const struct ablation *ablation, const struct report_options *options)
{
    struct sarif sarif = sarif_new();
    char text[ABLATION_TEXT_SIZE];

    (void)options;
    for (uint32_t i = 0; i < ablation->switch_count; i++) {
        if (ablation_noticed(ablation, i) == 0) {
            const struct ablation_switch *missing = &ablation->switches[i];

            ablation_unnoticed(ablation, i, text, sizeof text);
            finish_result(sarif_add_result(&sarif, &unnoticed_switch, "error", text), &unnoticed_switch, ablation,
                          "switch", missing->name, sarif_location(missing->file, missing->line, missing->what));
        }
    }
    for (uint32_t i = 0; i < ablation->scenario_count; i++) {
        const struct ablation_scenario *scenario = &ablation->scenarios[i];

        if (scenario->unmet != NULL) {
            struct sink words;

            sink_init(&words);
            sink_printf(&words, "%s on %s, with every switch in: %s", scenario->name, ablation->revision,
                        scenario->unmet);
            finish_result(sarif_add_result(&sarif, &red_before, "error", words.text), &red_before, ablation, "scenario",
                          scenario->name, sarif_location(scenario->file, 1, NULL));
            sink_free(&words);
        }
    }
    if (ablation->scenario_count < ablation->planned) {
        ablation_sum(ablation, text, sizeof text);
        sarif_unfinished(&sarif, text);
    }
    sarif_write(sink, &sarif);
}
