#include "sim/search/search.h"

static bool tell(const struct search *search, bool violates, uint64_t class_hash)
{
    const struct search_watch *watch = &search->watch;

    return watch->execution == NULL || watch->execution(watch->context, search->machine, violates, class_hash);
}

static void count(struct search_counts *counts, bool violates, uint32_t depth)
{
    counts->executions++;
    counts->violating += violates;
    if (depth > counts->depth_max) {
        counts->depth_max = depth;
    }
}

static bool goes_on(struct search *search, bool wanted)
{
    if (!wanted) {
        search->stopped_by = SEARCH_WATCH_STOPPED;
        return false;
    }
    if (search->executions_max != 0 && search->counts.executions >= search->executions_max) {
        search->stopped_by = SEARCH_EXECUTIONS;
        return false;
    }
    return true;
}

bool search_execution(struct search *search, uint64_t class_hash)
{
    bool violates = machine_over(search->machine);

    count(&search->counts, violates, search->machine->depth);
    return goes_on(search, tell(search, violates, class_hash));
}

bool search_repeat(struct search *search, const struct repeat_end *end)
{
    search->counts.repeated++;
    search->counts.transitions += end->transitions;
    count(&search->counts, end->violates, end->depth);
    return goes_on(search, end->violates ? search->watch.again(search->watch.context, end->execution)
                                         : tell(search, false, end->class_hash));
}
