/* What a comparison of strategies has shown, as text or JSON. */
#ifndef DRYDOCK_SIM_CLI_COMPARE_REPORT_H
#define DRYDOCK_SIM_CLI_COMPARE_REPORT_H

#include "reports/sink.h"
#include "sim/search/compare.h"

/* One release. */
struct compared {
    const struct scenario *scenario;
    struct compare_options options;
    struct comparison comparison;
    const char *stopped_by; /* NULL: nothing */
};

void compare_text_write(struct sink *sink, const struct compared *compared, uint32_t count);
void compare_json_write(struct sink *sink, const struct compared *compared, uint32_t count, struct arena *arena);

#endif
