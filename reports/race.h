/* Which two effects raced, as far as a record tells: a task looked at an object, another task changed it, and the first
 * went on by what it had seen and broke an oracle. (Lamport's happened-before is not asked: the record is one order.)
 */
#ifndef DRYDOCK_REPORTS_RACE_H
#define DRYDOCK_REPORTS_RACE_H

#include "reports/run_record.h"

#include <stdbool.h>

/* Indexes of events, or RUN_NONE. */
struct run_race {
    uint32_t breaking; /* the effect that broke the oracle; RUN_NONE: time did, or a step that is no effect */
    uint32_t look;     /* the breaking task's last look at the object before it; RUN_NONE: nothing raced */
    uint32_t change;   /* what another task did to the object in between; RUN_NONE with `look` */
};

/* Finds what raced for record->violations[violation]. The record needs its events: without them all are RUN_NONE.
 * Linear in the events before the violation. */
struct run_race run_race_of(const struct run_record *record, uint32_t violation);

/* Whether `name` stands in the text as a word of its own: "shop" is in "/flux/fluxweb_shop", not in "webshop". A NULL
 * text holds none. */
bool text_names(const char *text, const char *name);

#endif
