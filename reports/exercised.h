/* What runs have exercised, beyond lines: which calls of core/ met which failures, which conflicting effects came in
 * which order, and how near each oracle came to a violation. Gathered from records that have their events. */
#ifndef DRYDOCK_REPORTS_EXERCISED_H
#define DRYDOCK_REPORTS_EXERCISED_H

#include "reports/run_record.h"

/* A call of core/: a line that issues effects, and one of them. */
struct exercised_call {
    const char *place; /* "core/db.c:85"; the record's */
    enum effect_id effect;
    uint64_t times[FAULT_COUNT]; /* answered, by what was injected; [FAULT_NONE]: nothing */
    uint64_t refused;            /* of those with nothing injected, how often the answer was an error */
};

/* Two effects of different tasks on the same object, of which at least one writes. */
struct exercised_pair {
    enum effect_id first, second; /* by number; the same effect twice has only one order */
    bool forwards, backwards;
};

struct exercised_oracle {
    const char *name;
    uint64_t weighed, excused, violations;
    uint32_t runs_violated;
    unsigned nearest_pct;
};

struct exercised {
    struct arena *arena;
    uint32_t run_count;
    struct exercised_call *calls; /* by file, line and effect */
    uint32_t call_count, call_size;
    uint32_t *call_slots; /* while gathering; open addressing: index + 1; 0: free */
    uint32_t slot_count;
    bool before[EFFECT_COUNT][EFFECT_COUNT]; /* the one was applied before the other, while both tasks were under way */
    struct exercised_oracle *oracles;
    uint32_t oracle_count;
};

/* Gathers what these runs have exercised. Everything is allocated in `arena`; names are those of the records, which
 * must live as long. */
void exercised_of(struct exercised *exercised, struct arena *arena, const struct run_record *const *records,
                  size_t count);
/* The conflicting pairs that ran, in the order of effects.def; in the arena, `*count` of them. */
struct exercised_pair *exercised_pairs(const struct exercised *exercised, uint32_t *count);

/* Of a whole, a part. */
struct exercised_share {
    uint64_t part, whole;
};

/* Percent; 0 of nothing. */
double exercised_percent(struct exercised_share share);
/* Adds, of one call: of the failures that faults.def has for its effect, those that it met, bits 1 << enum fault_kind.
 */
void exercised_share_failures(struct exercised_share *share, enum effect_id effect, uint32_t met);
/* The failures that a call met: bits 1 << enum fault_kind. */
uint32_t exercised_met(const struct exercised_call *call);
/* Failures that the calls met, of all that faults.def has for their effects. */
struct exercised_share exercised_failures(const struct exercised *exercised);
/* Pairs that ran in both orders, of those that ran. */
struct exercised_share exercised_orders(const struct exercised *exercised);
/* Oracles that some run violated, of all. */
struct exercised_share exercised_oracles(const struct exercised *exercised);

#endif
