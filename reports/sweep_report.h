/* What a sweep of one scenario on one release has come to, and the reports made of that. sim/search/sweep.c fills it
 * in; reports only read.
 */
#ifndef DRYDOCK_REPORTS_SWEEP_REPORT_H
#define DRYDOCK_REPORTS_SWEEP_REPORT_H

#include "reports/exercised.h"
#include "reports/report.h"

/* How a run with a mishap ended. Each is what the first of these that fits says. */
enum sweep_class {
    SWEEP_NOT_REACHED, /* the mishap was armed and never fired */
    SWEEP_VIOLATING,   /* an oracle is broken on an object on which the run without the mishap does not break it */
    SWEEP_SILENT,      /* another outcome, and not a word of it */
    SWEEP_REPORTED,    /* another outcome, and a report: a warning, an error, a failure noted */
    SWEEP_RECOVERED,   /* the same outcome, after a report */
    SWEEP_ABSORBED,    /* the same outcome, and not a word */
    SWEEP_CLASS_COUNT
};

struct sweep_tally {
    uint64_t planned, tried;
    uint64_t classes[SWEEP_CLASS_COUNT];
};

enum { SWEEP_MISHAPS_MAX = 2, SWEEP_KINDS_MAX = 32 };

/* The kinds of a mishap that gave the same, each once. */
struct sweep_kinds {
    const char *names[SWEEP_KINDS_MAX];
    uint32_t count;
};
/* Adds one that is not there yet. */
void sweep_kinds_add(struct sweep_kinds *kinds, const char *name);

/* A fingerprint that a mishap, or a pair, gave. */
struct sweep_finding {
    enum sweep_class class; /* SWEEP_VIOLATING or SWEEP_SILENT */
    const char *fingerprint;
    const char *mishap;                          /* the first that gave it, in words */
    const char *why;                             /* what came of it, one sentence */
    struct sweep_kinds kinds[SWEEP_MISHAPS_MAX]; /* of the first mishap, and of the second of a pair */
    uint64_t times;
    const char *repro;    /* the file that it is kept in; NULL: none */
    const char *replay;   /* the command that replays it */
    const char *no_repro; /* why not, when one was asked for */
};

struct sweep_unfired {
    const char *mishap, *because;
};

/* A call of core/, and which failures it met: bits 1 << enum fault_kind. */
struct sweep_met {
    const char *place; /* "core/db.c:85" */
    enum effect_id effect;
    uint32_t faults;
};

struct sweep_result {
    const char *scenario, *file, *revision;
    const char **without; /* names of switches taken out */
    uint32_t without_count;
    const char *unswept_because; /* why nothing was tried; NULL */
    bool complete;               /* all that was planned was tried */
    uint64_t calls;              /* answered in the plain run */
    uint64_t folded;             /* of them left out as repetitions */
    bool with_pairs;
    struct sweep_tally singles, pairs;
    uint64_t firsts, firsts_done;   /* mishaps that were to be paired with what follows, and that were */
    uint64_t endless_firsts;        /* of them not paired: their run does not end */
    struct sweep_finding *findings; /* in the order in which they were first met */
    uint32_t finding_count, finding_size;
    struct sweep_unfired *unfired;
    uint32_t unfired_count, unfired_size;
    struct sweep_met *met; /* each call once */
    uint32_t met_count, met_size;
};

const char *sweep_class_name(enum sweep_class class); /* "violating", "silent" … */

/* Of the failures that the calls of core/ can meet, those that they met in one of these sweeps. false: no memory. */
void sweep_failures(const struct sweep_result *const *results, size_t count, struct exercised_share *share);

/* Text: a line per scenario and release, each finding once over all of them, the sum, what never fired. */
void sweep_table_write(struct sink *sink, const struct sweep_result *const *results, size_t count,
                       const struct report_options *options);
/* A JSON object: {complete, sweeps: [...]}. */
void sweep_json_write(struct sink *sink, const struct sweep_result *const *results, size_t count);

#endif
