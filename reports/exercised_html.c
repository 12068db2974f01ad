/* What the runs have exercised, as a page that needs nothing else: calls × failures, pairs, oracles. */
#include "reports/exercised.h"
#include "reports/report.h"
#include "reports/xml.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>drydock: what the runs have "
    "exercised</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n"
    ":root{color-scheme:light dark;--line:#8884;--met:#1a7f3733;--not:#cf222e22}\n"
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:90rem;padding:0 1rem}\n"
    ".wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px;margin:.5rem 0 2rem}\n"
    "th,td{border-bottom:1px solid var(--line);padding:.15rem .6rem;text-align:left;white-space:nowrap}\n"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}td.met{background:var(--met)}td.not{background:var(--not)}"
    "\n"
    "th.turned{writing-mode:vertical-rl;transform:rotate(180deg);vertical-align:bottom;padding:.6rem .15rem}\n"
    "tr:hover{background:var(--line)}code{font-size:12px}\n</style></head><body>\n"
    "<h1>What the runs have exercised</h1>\n";

static void add_cell(struct sink *sink, const char *text)
{
    sink_add(sink, "<td>");
    xml_text(sink, text);
    sink_add(sink, "</td>");
}

static void add_number(struct sink *sink, const char *class, uint64_t number)
{
    sink_printf(sink, "<td class=\"n %s\">%llu</td>", class, (unsigned long long)number);
}

static void add_share(struct sink *sink, struct exercised_share share, const char *what)
{
    sink_printf(sink, "<p><strong>%llu of %llu</strong> %s (%.1f %%).</p>\n", (unsigned long long)share.part,
                (unsigned long long)share.whole, what, exercised_percent(share));
}

static void add_calls(struct sink *sink, const struct exercised *exercised)
{
    sink_add(sink, "<h2>Calls of core/ and the failures they met</h2>\n");
    add_share(sink, exercised_failures(exercised), "failures that these calls can meet were met");
    sink_add(sink, "<div class=\"wide\"><table><thead><tr><th>place</th><th>effect</th><th>undisturbed</th>");
    for (unsigned fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
        sink_add(sink, "<th class=\"turned\">");
        xml_text(sink, fault_info((enum fault_kind)fault)->name);
        sink_add(sink, "</th>");
    }
    sink_add(sink, "</tr></thead><tbody>\n");
    for (uint32_t i = 0; i < exercised->call_count; i++) {
        const struct exercised_call *call = &exercised->calls[i];

        sink_add(sink, "<tr>");
        add_cell(sink, call->place);
        add_cell(sink, effect_info(call->effect)->name);
        add_number(sink, "", call->times[FAULT_NONE]);
        for (unsigned fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
            if ((effect_info(call->effect)->faults & 1U << fault) == 0) {
                sink_add(sink, "<td></td>");
            } else {
                add_number(sink, call->times[fault] > 0 ? "met" : "not", call->times[fault]);
            }
        }
        sink_add(sink, "</tr>\n");
    }
    sink_add(sink, "</tbody></table></div>\n");
}

static void add_pairs(struct sink *sink, const struct exercised *exercised)
{
    uint32_t count = 0;
    const struct exercised_pair *pairs = exercised_pairs(exercised, &count);

    sink_add(sink, "<h2>Conflicting effects of tasks that were under way together</h2>\n");
    add_share(sink, exercised_orders(exercised), "pairs ran in both orders");
    sink_add(sink,
             "<div class=\"wide\"><table><thead><tr><th>one</th><th>other</th><th>one first</th><th>other first</th>"
             "</tr></thead><tbody>\n");
    for (uint32_t i = 0; i < count; i++) {
        sink_add(sink, "<tr>");
        add_cell(sink, effect_info(pairs[i].first)->name);
        add_cell(sink, effect_info(pairs[i].second)->name);
        sink_printf(sink, "<td class=\"%s\">%s</td><td class=\"%s\">%s</td></tr>\n", pairs[i].forwards ? "met" : "not",
                    pairs[i].forwards ? "ran" : "never", pairs[i].backwards ? "met" : "not",
                    pairs[i].backwards ? "ran" : "never");
    }
    sink_add(sink, "</tbody></table></div>\n");
}

static void add_oracles(struct sink *sink, const struct exercised *exercised)
{
    sink_add(sink, "<h2>Oracles</h2>\n");
    add_share(sink, exercised_oracles(exercised), "oracles were violated by some run");
    sink_add(sink, "<div class=\"wide\"><table><thead><tr><th>oracle</th><th>cases weighed</th><th>excused</th>"
                   "<th>nearest to its bound</th><th>violations</th><th>in runs</th></tr></thead><tbody>\n");
    for (uint32_t i = 0; i < exercised->oracle_count; i++) {
        const struct exercised_oracle *oracle = &exercised->oracles[i];

        sink_add(sink, "<tr>");
        add_cell(sink, oracle->name);
        add_number(sink, "", oracle->weighed);
        add_number(sink, "", oracle->excused);
        if (oracle->nearest_pct > 0) {
            sink_printf(sink, "<td class=\"n\">%u %%</td>", oracle->nearest_pct);
        } else {
            sink_add(sink, "<td></td>");
        }
        add_number(sink, oracle->violations > 0 ? "met" : "not", oracle->violations);
        add_number(sink, "", oracle->runs_violated);
        sink_add(sink, "</tr>\n");
    }
    sink_add(sink, "</tbody></table></div>\n");
}

void exercised_html_write(struct sink *sink, const struct run_record *const *records, size_t count,
                          const struct report_options *options)
{
    struct arena arena;
    struct exercised exercised;

    (void)options;
    arena_init(&arena, arena_source_malloc());
    exercised_of(&exercised, &arena, records, count);
    sink_add(sink, head);
    sink_printf(sink, "<p>%u runs.</p>\n", exercised.run_count);
    add_calls(sink, &exercised);
    add_pairs(sink, &exercised);
    add_oracles(sink, &exercised);
    sink_add(sink, "</body></html>\n");
    arena_reset(&arena);
}
