#include "sim/search/finding_run.h"

struct finding_run finding_run(const struct machine *machine, const struct scenario_stage *stage, struct arena *arena)
{
    struct finding_run run = {machine, stage, arena, NULL, scenario_stage_moved_count(stage)};
    uint32_t moved = 0;

    run.footprints = arena_alloc(arena, (run.count + 1) * sizeof(const struct footprint *));
    for (uint32_t i = 0; i < machine->depth && moved < run.count; i++) {
        if (!machine->path[i].pass) {
            run.footprints[moved++] = machine->path[i].footprint;
        }
    }
    return run;
}

bool moves_conflict(const struct finding_run *run, int left, int right)
{
    return moved_at(run, left)->origin != moved_at(run, right)->origin && run->footprints[left] != NULL &&
           run->footprints[right] != NULL &&
           footprints_conflict(&run->machine->catalogue, run->footprints[left], run->footprints[right]);
}

/* Whether a transition conflicts with one of those marked before it. */
static bool follows_any(const struct finding_run *run, int index, int from, const bool *marked)
{
    for (int i = from; i < index; i++) {
        if (marked[i] && moves_conflict(run, i, index)) {
            return true;
        }
    }
    return false;
}

/* An actor's transitions follow one another, those of its rounds and children among them: once one is marked, so are
 * all after it. */
bool happens_before(const struct finding_run *run, int first, int second)
{
    bool *marked = arena_alloc(run->arena, (run->count + 1) * sizeof *marked);
    bool *actors = arena_alloc(run->arena, (run->stage->scenario.actor_count + 1) * sizeof *actors);

    for (int i = first; i < second; i++) {
        bool *actor = &actors[moved_at(run, i)->origin];

        *actor = *actor || i == first || follows_any(run, i, first, marked);
        marked[i] = *actor;
    }
    return actors[moved_at(run, second)->origin] || follows_any(run, second, first, marked);
}
