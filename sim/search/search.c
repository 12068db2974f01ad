#include "sim/search/search.h"

bool search_execution(struct search *search, uint64_t class_hash)
{
    struct machine *machine = search->machine;
    struct search_counts *counts = &search->counts;
    bool violates = machine_over(machine);

    counts->executions++;
    counts->violating += violates;
    if (machine->depth > counts->depth_max) {
        counts->depth_max = machine->depth;
    }
    if (search->watch.execution != NULL &&
        !search->watch.execution(search->watch.context, machine, violates, class_hash)) {
        search->stopped_by = SEARCH_WATCH_STOPPED;
        return false;
    }
    if (search->executions_max != 0 && counts->executions >= search->executions_max) {
        search->stopped_by = SEARCH_EXECUTIONS;
        return false;
    }
    return true;
}
