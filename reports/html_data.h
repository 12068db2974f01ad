/* What the HTML report knows of its runs, as JSON: each distinct text and value once, events as columns of integers.
 *
 *   {"drydock": version, "effects": [[name, port, whether it is immediate]], "faults": [name], "kinds": [name],
 *    "runs": [{"scenario", "summary", "file", "revision", "without", "seed", "verdict", "because", "as_expected",
 *              "unmet": [text], "violations": [{"oracle", "at", "task", "effect", "object", "message", "event"}],
 *              "counts": [[name, number, what]], "start", "virtual_ms", "trace_hash", "tasks": [string],
 *              "first_world", "last_world": value or null, "count": number of events, "events": {column: [integer per
 * event]}}], "coverage": null or [{"file", "lines": [total, reached by each run…], "branches": [the same]}], "strings":
 * [text], "values": [any JSON]}
 *
 * Columns: place in the tables above for kind, effect, fault; `string` or `value` are places in those tables + 1, 0 for
 * none: args, result, error (values), text, object, detail, place (strings). Instants are virtual ms: `at` less the
 * previous event's `at`, `applied` less `at` and `resumed` less `applied`, −1 for never. `task` and `violation` are
 * places + 1, 0 for none; `cause` says how many events ago its cause was, 0 for none. `applied_step` is less the last
 * one before it, 0 for never; `resumed_step` less `applied_step`, + 1, 0 for never. `told` is 1 for what a brief story
 * tells (story.h). */
#ifndef DRYDOCK_REPORTS_HTML_DATA_H
#define DRYDOCK_REPORTS_HTML_DATA_H

#include "reports/coverage.h"
#include "reports/run_record.h"
#include "reports/sink.h"

/* Equal records, equal bytes: nothing of the machine is in it. `coverage` of the same runs, in their order, or NULL. */
void html_data_write(struct sink *sink, const struct run_record *const *records, size_t count,
                     const struct coverage *coverage);

#endif
