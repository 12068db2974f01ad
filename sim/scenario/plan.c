#include "sim/scenario/plan.h"

#include <assert.h>
#include <string.h>

static const struct strike_info strikes[STRIKE_COUNT] = {
    [STRIKE_NONE] = {"none", "nothing strikes"},
#define STRIKE(ID, name, what) [STRIKE_##ID] = {name, what},
#include "sim/scenario/strikes.def"
};

const struct strike_info *strike_info(enum strike_kind kind)
{
    assert((unsigned)kind < STRIKE_COUNT);
    return &strikes[kind];
}

bool strike_by_name(const char *name, enum strike_kind *kind)
{
    for (unsigned i = STRIKE_NONE + 1; i < STRIKE_COUNT; i++) {
        if (strcmp(strikes[i].name, name) == 0) {
            *kind = (enum strike_kind)i;
            return true;
        }
    }
    return false;
}

bool mishap_equal(const struct mishap *left, const struct mishap *right)
{
    return strcmp(left->task, right->task) == 0 && left->nth == right->nth && left->effect == right->effect &&
           left->fault == right->fault && left->strike == right->strike && left->fires == right->fires &&
           left->delay_ms == right->delay_ms;
}

bool mishap_stays(const struct mishap *mishap)
{
    return mishap->fires != 1;
}

const char *mishap_reach(struct arena *arena, const struct mishap *mishap)
{
    uint32_t more = mishap->fires - 1;

    if (!mishap_stays(mishap)) {
        return "";
    }
    if (mishap->fires == FIRES_FOREVER) {
        return ", and all such calls after it";
    }
    return more == 1 ? ", and the next such call" : arena_printf(arena, ", and the next %u such calls", more);
}

const char *mishap_name(const struct mishap *mishap)
{
    return mishap->fault == FAULT_NONE ? strike_info(mishap->strike)->name : fault_info(mishap->fault)->name;
}

const char *mishap_effect(const struct mishap *mishap)
{
    return mishap->fault != FAULT_NONE && !fault_info(mishap->fault)->happens ? "fails" : mishap_name(mishap);
}
