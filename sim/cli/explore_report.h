/* What `drydock explore` says when it is done. */
#ifndef DRYDOCK_SIM_CLI_EXPLORE_REPORT_H
#define DRYDOCK_SIM_CLI_EXPLORE_REPORT_H

#include "reports/sink.h"
#include "sim/search/explore_repros.h"

/* A scenario on a release, explored. */
struct explored {
    const struct scenario *scenario;
    struct explore_options options;
    struct exploration exploration;
    struct found_repro *repros; /* one per finding */
    const char *save;           /* directory of the repros, NULL: not kept */
};

void explore_text_write(struct sink *sink, const struct explored *explored, uint32_t count);
void explore_json_write(struct sink *sink, const struct explored *explored, uint32_t count, struct arena *arena);

#endif
