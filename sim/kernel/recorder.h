/* Writes down what a run does: events, counts and the trace hash of reports/run_record.h.
 *
 * Requests and answers die with their task, so the record keeps copies, each content once (a loop asks the same thing a
 * thousand times). The hash runs over every transition, change and log line, in order; it covers nothing that depends
 * on the machine.
 */
#ifndef DRYDOCK_SIM_KERNEL_RECORDER_H
#define DRYDOCK_SIM_KERNEL_RECORDER_H

#include "reports/run_record.h"
#include "sim/kernel/kernel.h"

enum { RECORDER_SENT_COUNT = 16 }; /* more than there are broadcasts under way at once */

struct recorder_slot {
    uint64_t hash;
    const void *kept; /* a value or a string; NULL: free */
};

struct recorder {
    struct kernel *kernel;
    struct arena *arena;  /* of the record */
    struct arena *events; /* of its events and their values: may be given back earlier */
    struct run_record *record;
    bool keep_events;                       /* else only counts, violations and the hash are kept */
    bool hushed;                            /* not even the hash */
    struct run_event scratch;               /* what is written down of an event that is not kept */
    struct recorder_slot *values, *strings; /* open addressing */
    uint32_t value_count, value_size, string_count, string_size;
    uint64_t sent[RECORDER_SENT_COUNT]; /* hashes of the messages sent last, a ring */
    uint32_t sent_next;
    bool flags[FLAG_COUNT]; /* of the FluxOS process, as far as their changes are written down */
    bool sent_is_new;       /* of the last peers send: its message had gone to nobody before */
};

/* record must be zeroed but for what describes the run; its memory comes from `arena`, that of events and what
 * they show from `events` (which may be the same). */
void recorder_init(struct recorder *recorder, struct kernel *kernel, struct arena *arena, struct arena *events,
                   struct run_record *record, bool keep_events);

/* From now on only counts and violations are written down: record->trace_hash means nothing. Not with keep_events. */
void recorder_hush(struct recorder *recorder);

void recorder_started(struct recorder *recorder, struct kernel_task *task);
void recorder_issued(struct recorder *recorder, struct kernel_task *task, struct effect *effect);
void recorder_applied(struct recorder *recorder, struct kernel_task *task, struct effect *effect,
                      enum fault_kind fault);
void recorder_resumed(struct recorder *recorder, struct kernel_task *task, struct effect *effect);
void recorder_immediate(struct recorder *recorder, struct kernel_task *task, struct effect *effect);
/* Writes down world->changes as the doing of `cause` (an event's index, or RUN_NONE for the world itself). */
void recorder_changes(struct recorder *recorder, uint32_t cause, uint32_t task);
/* A line of the run's own: RUN_STEP, RUN_CRASH. The text is copied. */
void recorder_line(struct recorder *recorder, enum run_event_kind kind, const char *text);
/* A violation of the oracle of this name and definition (kept by pointer) by `task` (NULL: time or the world), caused
 * by the event (RUN_NONE: none). The other texts are copied. */
void recorder_violation(struct recorder *recorder, const char *oracle, const char *broken_when,
                        struct kernel_task *task, uint32_t cause, const char *object, const char *message);
#endif
