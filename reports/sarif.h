/* What the SARIF reports share: the log of one run of drydock, its rules, a location from a path. SARIF 2.1.0
 * (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html). */
#ifndef DRYDOCK_REPORTS_SARIF_H
#define DRYDOCK_REPORTS_SARIF_H

#include "reports/json.h"

struct sarif {
    cJSON *log, *rules, *results, *invocation; /* of the log, which owns the others */
};

struct sarif_rule {
    const char *id;
    const char *description; /* one sentence: when there is a result of it */
};

/* A log without results; sarif_write() or cJSON_Delete(sarif.log) frees it. */
struct sarif sarif_new(void);
/* Says that the work was not done to its end, and why (3.20.14, 3.20.21). */
void sarif_unfinished(struct sarif *sarif, const char *why);
/* A result at the end of the log's, which owns it; the rule is added to the log when it is new. level: "error",
 * "warning" or "note" (3.27.10). */
cJSON *sarif_add_result(struct sarif *sarif, const struct sarif_rule *rule, const char *level, const char *text);
/* What makes the result the same in the next log (3.27.17). kind: "violation/v1". */
void sarif_add_fingerprint(cJSON *result, const char *kind, const char *fingerprint);
/* Prints the log into the sink and deletes it. */
void sarif_write(struct sink *sink, struct sarif *sarif);

/* The caller owns what these make. text: what happens there; NULL: nothing is said. */
cJSON *sarif_location(const char *path, int line, const char *text);
cJSON *sarif_location_of_place(const char *place, const char *text); /* place: "core/db.c:85" */

#endif
