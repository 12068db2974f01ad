#include "reports/run_record.h"

static const struct {
    const char *name;
    const char *what;
} counts[RUN_COUNT_COUNT] = {
#define COUNT(ID, name, what) {name, what},
#include "reports/counts.def"
};

const char *run_count_name(enum run_count count)
{
    return counts[count].name;
}

const char *run_count_what(enum run_count count)
{
    return counts[count].what;
}

const char *run_verdict_name(enum run_verdict verdict)
{
    static const char *const names[] = {"held", "violated", "inconclusive"};

    return names[verdict];
}
