/* The record of one run: the form that sim/ fills in and that every report is made from.
 *
 * All of it lives in one arena of the run's; reports only read. Instants are virtual milliseconds since the epoch;
 * nothing here but wall_us depends on the machine, and no report but the JSON field of that name shows it.
 */
#ifndef DRYDOCK_REPORTS_RUN_RECORD_H
#define DRYDOCK_REPORTS_RUN_RECORD_H

#include "core/effect.h"

enum run_count {
#define COUNT(ID, name, what) RUN_COUNT_##ID,
#include "reports/counts.def"
    RUN_COUNT_COUNT
};

enum run_event_kind {
    RUN_EFFECT,    /* issued, applied, resumed: one event, filled in as it goes */
    RUN_CHANGE,    /* what an effect or an actor of the world changed, or a flag of the process ("flag set") */
    RUN_LOG,       /* a line of FluxOS's log */
    RUN_NOTE,      /* what the logic did, in its own terms (core/notes.def) */
    RUN_TASK,      /* a task started: text = its name */
    RUN_STEP,      /* the schedule: a step begins; text says it as the scenario does */
    RUN_VIOLATION, /* an oracle was broken; index into violations */
    RUN_CRASH,     /* the process died, or started again: text says which */
};

#define RUN_NONE UINT32_MAX /* no task, no event, no violation */

struct run_event {
    enum run_event_kind kind;
    int64_t at_ms;    /* issued */
    uint32_t task;    /* index into tasks, RUN_NONE for the world itself */
    uint32_t cause;   /* RUN_CHANGE, RUN_VIOLATION: the event that brought it about, or RUN_NONE */
    uint32_t at_step; /* the transition it happened in, RUN_EFFECT: was issued in; 0 before the first */

    enum effect_id effect;    /* RUN_EFFECT */
    enum fault_kind fault;    /* RUN_EFFECT: FAULT_NONE or what was injected */
    const char *place;        /* RUN_EFFECT: where in core/ it was issued, "core/db.c:85"; NULL: not by core/ */
    const struct value *args; /* RUN_EFFECT: the request */
    const struct value
        *result; /* RUN_EFFECT: NULL when it failed or was never applied; RUN_NOTE: the reason, text, or NULL */
    const struct error *error; /* RUN_EFFECT */
    int64_t applied_ms;        /* RUN_EFFECT: −1 when it never was */
    int64_t resumed_ms;        /* RUN_EFFECT: −1 when it never was */
    uint32_t applied_step;     /* RUN_EFFECT: place of apply and resume among all transitions; 0 when never */
    uint32_t resumed_step;

    const char
        *text; /* RUN_LOG: the line; RUN_NOTE: the note's name; RUN_CHANGE: its name; RUN_TASK, RUN_STEP, RUN_CRASH */
    const char *object; /* what it is about; NULL when nothing */
    const char
        *detail; /* RUN_LOG: level; RUN_NOTE: the app; RUN_CHANGE: its detail; RUN_EFFECT: the operand; may be NULL */
    uint32_t violation; /* RUN_VIOLATION */
};

struct run_violation {
    const char *oracle;
    const char *broken_when; /* the oracle's definition */
    bool expected;           /* the scenario says that this oracle is broken on this release */
    int64_t at_ms;
    const char *task;   /* NULL: the world, or time */
    const char *effect; /* name; NULL when a state and no effect broke it */
    const char *place;  /* where core/ issued that effect, "core/db.c:85"; NULL: nowhere there */
    const char *object;
    const char *message; /* one sentence, with the names of those concerned */
    uint32_t event;      /* index of its RUN_VIOLATION event */
    uint32_t step;       /* the task's transition among all, from 1; 0: the world, or time */
    uint64_t depth;      /* transitions so far, whoever broke it */
};

/* How an oracle was put to the test. */
struct run_oracle {
    const char *name;
    uint64_t weighed;     /* cases that it looked at, or instants at which a bound of its was running */
    uint64_t excused;     /* of them those that an exemption alone kept from being violations */
    unsigned nearest_pct; /* of a bound, how much was used up at most, violations left out: 99 is the most */
};

struct run_unmet {
    const char *message; /* what was expected and what came instead */
};

enum run_verdict { RUN_HELD, RUN_VIOLATED, RUN_INCONCLUSIVE };

struct run_record {
    const char *scenario;
    const char *summary; /* NULL when the scenario has none */
    const char *file;
    const char *revision;
    const char **without; /* names of switches taken out */
    uint32_t without_count;
    uint64_t seed;
    const char *strategy;       /* who chose the order: "script", "random", "course", or "clients" of a served Engine */
    const struct value *source; /* the scenario's file as read, borrowed from the scenario; NULL: unknown */

    enum run_verdict verdict;
    const char *inconclusive_because; /* NULL unless inconclusive */
    bool as_expected;
    struct run_unmet *unmet; /* expectations not met, in the scenario's order */
    uint32_t unmet_count, unmet_size;

    struct run_violation *violations; /* in the order of time */
    uint32_t violation_count, violation_size;
    struct run_oracle *oracles; /* each, in their order; only with events */
    uint32_t oracle_count;
    uint64_t counts[RUN_COUNT_COUNT];

    int64_t clock_start_ms;
    int64_t virtual_ms; /* how long the run lasted */
    uint64_t transitions;
    int64_t wall_us;
    uint64_t trace_hash;

    /* The world before anything has moved and at the end, as sim/scenario/world_value.h gives it; NULL unless events
     * are kept. The RUN_CHANGE events lead from the one to the other. */
    const struct value *first_world, *last_world;
    const char **tasks; /* names, in order of start */
    uint32_t task_count, task_size;
    struct run_event *events;
    uint32_t event_count, event_size;
};

const char *run_count_name(enum run_count count);
const char *run_count_what(enum run_count count);
const char *run_verdict_name(enum run_verdict verdict); /* "held", "violated", "inconclusive" */

#endif
