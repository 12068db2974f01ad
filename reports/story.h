/* Which events a reader of a brief story wants to know of: the timeline's choice, and what the HTML report shows first.
 */
#ifndef DRYDOCK_REPORTS_STORY_H
#define DRYDOCK_REPORTS_STORY_H

#include "reports/run_record.h"

/* What has been told so far; zeroed at the start of a run. */
struct story_filter {
    uint64_t last_message; /* hash of the message that was sent last */
};

/* Absence that is asked about, not a failure. */
bool story_is_question(const struct run_event *event);
/* A message that goes to one more peer: its event has been told before. */
bool story_repeats_message(struct story_filter *filter, const struct run_event *event);
/* Whether the event changes something that matters, fails, or says something. Events are asked about in order. */
bool story_tells(struct story_filter *filter, const struct run_event *event);

#endif
