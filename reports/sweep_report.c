#include "reports/sweep_report.h"

#include "core/heap.h"
#include "reports/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_WIDTH_MAX = 44, REVISION_WIDTH_MAX = 28, REVISION_TEXT_SIZE = 256 };

const char *sweep_class_name(enum sweep_class class)
{
    static const char *const names[SWEEP_CLASS_COUNT] = {
        [SWEEP_NOT_REACHED] = "not reached", [SWEEP_VIOLATING] = "violating", [SWEEP_SILENT] = "silent",
        [SWEEP_REPORTED] = "reported",       [SWEEP_RECOVERED] = "recovered", [SWEEP_ABSORBED] = "absorbed"};

    return names[class];
}

/* ---- sums
 * ------------------------------------------------------------------------------------------------------------ */

static uint64_t fired(const struct sweep_tally *tally)
{
    return tally->tried - tally->classes[SWEEP_NOT_REACHED];
}

static void add_tally(struct sweep_tally *sum, const struct sweep_tally *tally)
{
    sum->planned += tally->planned;
    sum->tried += tally->tried;
    for (uint32_t i = 0; i < SWEEP_CLASS_COUNT; i++) {
        sum->classes[i] += tally->classes[i];
    }
}

/* What all sweeps come to. The findings and unfired are not summed. */
static struct sweep_result sum_of(const struct sweep_result *const *results, size_t count)
{
    struct sweep_result sum = {.scenario = "together"};

    for (size_t i = 0; i < count; i++) {
        sum.calls += results[i]->calls;
        sum.folded += results[i]->folded;
        sum.firsts += results[i]->firsts;
        sum.firsts_done += results[i]->firsts_done;
        sum.endless_firsts += results[i]->endless_firsts;
        sum.with_pairs = sum.with_pairs || results[i]->with_pairs;
        add_tally(&sum.singles, &results[i]->singles);
        add_tally(&sum.pairs, &results[i]->pairs);
    }
    return sum;
}

/* ---- the table
 * --------------------------------------------------------------------------------------------------------- */

/* `8.9.2`, or `8.9.2 -guard-decrypts`, as revision_text() writes it of a run. */
static void release_text(const struct sweep_result *result, char *text, size_t size)
{
    const struct run_record record = {
        .revision = result->revision, .without = result->without, .without_count = result->without_count};

    revision_text(&record, text, size);
}

static const enum sweep_class columns[] = {SWEEP_VIOLATING, SWEEP_SILENT, SWEEP_REPORTED, SWEEP_RECOVERED,
                                           SWEEP_ABSORBED};

enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

static void add_counts(struct sink *sink, const struct sweep_tally *tally, const char *calls)
{
    sink_printf(sink, "  %7s  %8llu  %8llu", calls, (unsigned long long)tally->tried, (unsigned long long)fired(tally));
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) {
        sink_printf(sink, "  %9llu", (unsigned long long)tally->classes[columns[i]]);
    }
    sink_add(sink, "\n");
}

static void add_row(struct sink *sink, const struct sweep_result *result, int width)
{
    char release[REVISION_TEXT_SIZE] = "";
    char calls[24];

    if (result->revision != NULL) {
        release_text(result, release, sizeof release);
    }
    snprintf(calls, sizeof calls, "%llu", (unsigned long long)result->calls);
    sink_printf(sink, "%-*s  %-8s", width, result->scenario, release);
    if (result->unswept_because != NULL) {
        sink_printf(sink, "  not swept: %s\n", result->unswept_because);
        return;
    }
    add_counts(sink, &result->singles, calls);
    if (result->with_pairs) {
        sink_printf(sink, "%-*s  %-8s", width, "  in pairs", "");
        add_counts(sink, &result->pairs, "");
    }
}

static int name_width(const struct sweep_result *const *results, size_t count)
{
    size_t widest = sizeof "scenario" - 1;

    for (size_t i = 0; i < count; i++) {
        size_t width = strlen(results[i]->scenario);

        widest = width > widest ? width : widest;
    }
    return widest < NAME_WIDTH_MAX ? (int)widest : NAME_WIDTH_MAX;
}

static void add_table(struct sink *sink, const struct sweep_result *const *results, size_t count,
                      const struct report_options *options)
{
    int width = name_width(results, count);
    struct sweep_result sum = sum_of(results, count);

    sink_printf(sink, "%s%-*s  %-8s  %7s  %8s  %8s", color_code(options, COLOR_BOLD), width, "scenario", "revision",
                "calls", "mishaps", "fired");
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) {
        sink_printf(sink, "  %9s", sweep_class_name(columns[i]));
    }
    sink_printf(sink, "%s\n", color_code(options, COLOR_RESET));
    for (size_t i = 0; i < count; i++) {
        add_row(sink, results[i], width);
    }
    if (count > 1) {
        add_row(sink, &sum, width);
    }
}

/* ---- kinds
 * ----------------------------------------------------------------------------------------------------------- */

void sweep_kinds_add(struct sweep_kinds *kinds, const char *name)
{
    for (uint32_t i = 0; i < kinds->count; i++) {
        if (strcmp(kinds->names[i], name) == 0) {
            return;
        }
    }
    if (kinds->count < SWEEP_KINDS_MAX) {
        kinds->names[kinds->count++] = name;
    }
}

/* "refused, error-500", and of a pair "refused, error-500 + slow". */
static void add_kinds(struct sink *sink, const struct sweep_kinds kinds[SWEEP_MISHAPS_MAX])
{
    for (uint32_t i = 0; i < SWEEP_MISHAPS_MAX; i++) {
        for (uint32_t j = 0; j < kinds[i].count; j++) {
            sink_printf(sink, "%s%s", j > 0 ? ", " : i > 0 ? " + " : "", kinds[i].names[j]);
        }
    }
}

/* ---- findings, each once over all sweeps
 * ----------------------------------------------------------------------------------- */

struct merged {
    const struct sweep_result *result; /* that met it first */
    const struct sweep_finding *finding;
    struct sweep_kinds kinds[SWEEP_MISHAPS_MAX];
    uint64_t times;
    uint32_t sweeps;
    size_t order;
};

static int by_fingerprint(const void *left, const void *right)
{
    const struct merged *one = left;
    const struct merged *other = right;
    int difference = strcmp(one->finding->fingerprint, other->finding->fingerprint);

    return difference != 0 ? difference : (one->order > other->order) - (one->order < other->order);
}

static int by_class_and_order(const void *left, const void *right)
{
    const struct merged *one = left;
    const struct merged *other = right;

    if (one->finding->class != other->finding->class) {
        return one->finding->class < other->finding->class ? -1 : 1;
    }
    return (one->order > other->order) - (one->order < other->order);
}

static void merge_into(struct merged *merged, const struct merged *other)
{
    merged->times += other->times;
    merged->sweeps++;
    for (uint32_t i = 0; i < SWEEP_MISHAPS_MAX; i++) {
        for (uint32_t j = 0; j < other->kinds[i].count; j++) {
            sweep_kinds_add(&merged->kinds[i], other->kinds[i].names[j]);
        }
    }
}

/* All findings, each fingerprint once: violating ones first, then in the order in which they were met. To be free()d;
 * */
static struct merged *merge(const struct sweep_result *const *results, size_t count, size_t *merged_count)
{
    size_t all = 0;
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        all += results[i]->finding_count;
    }
    struct merged *merged = heap_take_zeroed(all + 1, sizeof *merged);

    for (size_t i = 0, place = 0; i < count; i++) {
        for (uint32_t j = 0; j < results[i]->finding_count; j++, place++) {
            const struct sweep_finding *finding = &results[i]->findings[j];

            merged[place] =
                (struct merged){results[i], finding, {finding->kinds[0], finding->kinds[1]}, finding->times, 1, place};
        }
    }
    *merged_count = 0;
    if (all == 0) {
        return merged;
    }
    qsort(merged, all, sizeof *merged, by_fingerprint);
    for (size_t i = 1; i < all; i++) {
        if (strcmp(merged[kept].finding->fingerprint, merged[i].finding->fingerprint) == 0) {
            merge_into(&merged[kept], &merged[i]);
        } else {
            merged[++kept] = merged[i];
        }
    }
    *merged_count = kept + 1;
    qsort(merged, *merged_count, sizeof *merged, by_class_and_order);
    return merged;
}

static void add_finding(struct sink *sink, const struct merged *merged, bool several,
                        const struct report_options *options)
{
    const struct sweep_finding *finding = merged->finding;
    char release[REVISION_TEXT_SIZE];

    release_text(merged->result, release, sizeof release);
    sink_printf(sink, "%s%s%s × %llu  %s\n",
                color_code(options, finding->class == SWEEP_VIOLATING ? COLOR_RED : COLOR_YELLOW),
                sweep_class_name(finding->class), color_code(options, COLOR_RESET), (unsigned long long)merged->times,
                finding->fingerprint);
    if (finding->class == SWEEP_VIOLATING) { /* of a silent one the fingerprint says it all */
        sink_printf(sink, "    %s\n", finding->why);
    }
    sink_printf(sink, "    %s\n", finding->mishap);
    if (merged->kinds[0].count > 1 || merged->kinds[1].count > 1) {
        sink_add(sink, "    likewise with ");
        add_kinds(sink, merged->kinds);
        sink_add(sink, "\n");
    }
    if (several) {
        sink_printf(sink, "    first in %s on %s", merged->result->scenario, release);
        sink_printf(sink, merged->sweeps > 1 ? ", in %u sweeps\n" : "\n", merged->sweeps);
    }
    if (finding->repro != NULL) {
        sink_printf(sink, "    %s\n", finding->replay);
    } else if (finding->no_repro != NULL) {
        sink_printf(sink, "    no repro: %s\n", finding->no_repro);
    }
}

/* ---- the end
 * ----------------------------------------------------------------------------------------------------------------- */

static void add_unfired(struct sink *sink, const struct sweep_result *const *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < results[i]->unfired_count; j++) {
            const struct sweep_unfired *unfired = &results[i]->unfired[j];

            sink_printf(sink, "never fired in %s on %s: %s: %s\n", results[i]->scenario, results[i]->revision,
                        unfired->mishap, unfired->because);
        }
    }
}

static bool all_complete(const struct sweep_result *const *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!results[i]->complete) {
            return false;
        }
    }
    return true;
}

static void add_sum(struct sink *sink, const struct sweep_result *const *results, size_t count, size_t findings)
{
    struct sweep_result sum = sum_of(results, count);

    sink_printf(sink, "%llu calls, %llu mishaps tried alone, %llu fired", (unsigned long long)sum.calls,
                (unsigned long long)sum.singles.tried, (unsigned long long)fired(&sum.singles));
    if (sum.with_pairs) {
        sink_printf(sink, "; %llu pairs tried, %llu fired", (unsigned long long)sum.pairs.tried,
                    (unsigned long long)fired(&sum.pairs));
    }
    sink_printf(sink, "; %zu distinct findings\n", findings);
    struct exercised_share share;

    sweep_failures(results, count, &share);
    sink_printf(sink, "%llu of %llu failures that these calls of core/ can meet were met\n",
                (unsigned long long)share.part, (unsigned long long)share.whole);
    if (sum.folded > 0) {
        sink_printf(sink, "%llu calls were left out as repetitions (--all tries them)\n",
                    (unsigned long long)sum.folded);
    }
    if (sum.endless_firsts > 0) {
        sink_printf(sink, "%llu mishaps were not paired: the run with them does not end\n",
                    (unsigned long long)sum.endless_firsts);
    }
    if (all_complete(results, count)) {
        sink_add(sink, "complete: every mishap within the bounds was tried\n");
    } else if (sum.singles.tried < sum.singles.planned || !sum.with_pairs) {
        sink_printf(sink, "inconclusive: %llu of %llu mishaps tried in %zu sweeps begun\n",
                    (unsigned long long)sum.singles.tried, (unsigned long long)sum.singles.planned, count);
    } else {
        sink_printf(sink, "inconclusive: %llu of %llu mishaps paired with what follows\n",
                    (unsigned long long)sum.firsts_done, (unsigned long long)sum.firsts);
    }
}

void sweep_table_write(struct sink *sink, const struct sweep_result *const *results, size_t count,
                       const struct report_options *options)
{
    size_t merged_count = 0;
    struct merged *merged = merge(results, count, &merged_count);

    add_table(sink, results, count, options);
    for (size_t i = 0; i < merged_count; i++) {
        if (i == 0 || merged[i].finding->class != merged[i - 1].finding->class) {
            sink_add(sink, "\n");
        }
        add_finding(sink, &merged[i], count > 1, options);
    }
    sink_add(sink, "\n");
    add_unfired(sink, results, count);
    add_sum(sink, results, count, merged_count);
    free(merged);
}

/* ---- JSON
 * --------------------------------------------------------------------------------------------------------------------
 */

static void add_tally_object(cJSON *object, const char *key, const struct sweep_tally *tally)
{
    cJSON *counts = cJSON_AddObjectToObject(object, key);

    cJSON_AddNumberToObject(counts, "tried", (double)tally->tried);
    cJSON_AddNumberToObject(counts, "fired", (double)fired(tally));
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) {
        cJSON_AddNumberToObject(counts, sweep_class_name(columns[i]), (double)tally->classes[columns[i]]);
    }
}

static void add_findings(cJSON *object, const struct sweep_result *result)
{
    cJSON *findings = cJSON_AddArrayToObject(object, "findings");
    cJSON *unfired = cJSON_AddArrayToObject(object, "unfired");

    for (uint32_t i = 0; i < result->finding_count; i++) {
        const struct sweep_finding *finding = &result->findings[i];
        cJSON *entry = cJSON_CreateObject();

        json_add_text(entry, "class", sweep_class_name(finding->class));
        json_add_text(entry, "fingerprint", finding->fingerprint);
        cJSON_AddNumberToObject(entry, "times", (double)finding->times);
        json_add_text(entry, "mishap", finding->mishap);
        struct sink kinds;

        sink_init(&kinds);
        add_kinds(&kinds, finding->kinds);
        json_add_text(entry, "kinds", kinds.text);
        sink_free(&kinds);
        json_add_text(entry, "why", finding->why);
        json_add_text(entry, "repro", finding->repro);
        json_add_text(entry, "replay", finding->replay);
        json_add_text(entry, "no_repro", finding->no_repro);
        cJSON_AddItemToArray(findings, entry);
    }
    for (uint32_t i = 0; i < result->unfired_count; i++) {
        cJSON *entry = cJSON_CreateObject();

        json_add_text(entry, "mishap", result->unfired[i].mishap);
        json_add_text(entry, "because", result->unfired[i].because);
        cJSON_AddItemToArray(unfired, entry);
    }
}

static cJSON *sweep_object(const struct sweep_result *result)
{
    cJSON *object = cJSON_CreateObject();

    json_add_text(object, "scenario", result->scenario);
    json_add_text(object, "file", result->file);
    json_add_text(object, "revision", result->revision);
    cJSON *without = cJSON_AddArrayToObject(object, "without");

    for (uint32_t i = 0; i < result->without_count; i++) {
        cJSON_AddItemToArray(without, cJSON_CreateString(result->without[i]));
    }
    cJSON_AddBoolToObject(object, "complete", result->complete);
    json_add_text(object, "unswept_because", result->unswept_because);
    cJSON_AddNumberToObject(object, "calls", (double)result->calls);
    cJSON_AddNumberToObject(object, "folded", (double)result->folded);
    cJSON_AddNumberToObject(object, "planned", (double)result->singles.planned);
    add_tally_object(object, "singles", &result->singles);
    if (result->with_pairs) {
        cJSON_AddNumberToObject(object, "firsts", (double)result->firsts);
        cJSON_AddNumberToObject(object, "firsts_done", (double)result->firsts_done);
        cJSON_AddNumberToObject(object, "endless_firsts", (double)result->endless_firsts);
        add_tally_object(object, "pairs", &result->pairs);
    }
    add_findings(object, result);
    return object;
}

void sweep_json_write(struct sink *sink, const struct sweep_result *const *results, size_t count)
{
    cJSON *object = cJSON_CreateObject();

    cJSON_AddBoolToObject(object, "complete", all_complete(results, count));
    struct exercised_share share;
    cJSON *met = cJSON_AddObjectToObject(object, "failures_met");

    sweep_failures(results, count, &share);
    cJSON_AddNumberToObject(met, "part", (double)share.part);
    cJSON_AddNumberToObject(met, "whole", (double)share.whole);
    cJSON *sweeps = cJSON_AddArrayToObject(object, "sweeps");

    for (size_t i = 0; i < count; i++) {
        cJSON_AddItemToArray(sweeps, sweep_object(results[i]));
    }
    json_write(sink, object);
}
