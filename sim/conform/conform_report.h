/* How true drydock is to recordings, for people (text) and for machines (JSON, JUnit). */
#ifndef DRYDOCK_SIM_CONFORM_CONFORM_REPORT_H
#define DRYDOCK_SIM_CONFORM_CONFORM_REPORT_H

#include "reports/sink.h"
#include "sim/conform/replay.h"

typedef void conform_writer(struct sink *sink, const struct conformity *const *results, size_t count);

conform_writer conform_text_write;
conform_writer conform_json_write;
conform_writer conform_junit_write;

/* What is left out of the comparison, and why (left_out.def). */
void conform_explain_write(struct sink *sink);

#endif
