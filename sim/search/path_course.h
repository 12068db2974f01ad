/* The path of a run that a search has found, as a course (sim/scenario/course.h), and a run along a course on a
 * machine. */
#ifndef DRYDOCK_SIM_SEARCH_PATH_COURSE_H
#define DRYDOCK_SIM_SEARCH_PATH_COURSE_H

#include "sim/search/scenario_stage.h"

/* Who watches a run on its way: called before each transition (of the task) and each passing on (task NULL); false:
 * stop here. */
struct course_watch {
    void *context;
    bool (*next)(void *context, struct machine *machine, const struct kernel_task *task);
};

enum run_end { RUN_OVER, RUN_STUCK, RUN_STOPPED, RUN_ENDLESS };

enum { RUN_MOVES_MAX = 2 * 1000 * 1000 }; /* of a run along a course */

/* Runs the stage's scenario from its start along a course; watch may be NULL. *taken is how many of its turns were
 * taken. */
enum run_end machine_follow(struct machine *machine, struct scenario_stage *stage, const struct course *course,
                            const struct course_watch *watch, uint32_t *taken);

/* Goes from the start until all turns of a course are taken and the last one's task has moved: machine->path is then a
 * prefix for searches ("script, then any"). false when the run ends before. */
bool machine_take_turns(struct machine *machine, struct scenario_stage *stage, const struct course *course);

/* A course that grows, on the heap. */
struct course_draft {
    struct turn *turns;
    uint32_t count, size;
};

/* Writes the path of a run on another machine as a course, by running it again on this one; the labels of the other's
 * slots are those of `other`. Texts are the stage's. false when this stage cannot go that way. */
bool course_from_path(struct machine *machine, struct scenario_stage *stage, const struct machine *path_of,
                      const struct scenario_stage *other, struct course_draft *draft);

#endif
