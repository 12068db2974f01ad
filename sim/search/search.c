#include "sim/search/search.h"

static bool tell(struct search *search, bool violates, uint32_t depth, uint64_t class_hash)
{
    struct search_counts *counts = &search->counts;

    counts->executions++;
    counts->violating += violates;
    if (depth > counts->depth_max) {
        counts->depth_max = depth;
    }
    if (search->watch.execution != NULL &&
        !search->watch.execution(search->watch.context, search->machine, violates, class_hash)) {
        search->stopped_by = SEARCH_WATCH_STOPPED;
        return false;
    }
    if (search->executions_max != 0 && counts->executions >= search->executions_max) {
        search->stopped_by = SEARCH_EXECUTIONS;
        return false;
    }
    return true;
}

bool search_execution(struct search *search, uint64_t class_hash)
{
    return tell(search, machine_over(search->machine), search->machine->depth, class_hash);
}

bool search_repeat(struct search *search, uint64_t class_hash, uint32_t transitions, uint32_t depth)
{
    search->counts.repeated++;
    search->counts.transitions += transitions;
    return tell(search, false, depth, class_hash);
}
