/* A course: how a run goes, written as the places where it leaves the default order.
 *
 * The default order switches as little as it can: the task that moved last goes on while it can move, else the first
 * that can, in the kernel's order. When nothing can move, time passes; an actor "at any time" is held and starts when
 * time cannot pass, or has no longer to wait than the scenario's window, in the scenario's order. So the empty course
 * runs one actor after the other.
 *
 * A turn names its place by a task, a call of it and a moment, so it means the same when something else is taken out of
 * the scenario. Turns are taken in their order, each once.
 */
#ifndef DRYDOCK_SIM_SCENARIO_COURSE_H
#define DRYDOCK_SIM_SCENARIO_COURSE_H

#include "core/effect.h"

struct kernel_task;
struct runner;

enum moment { MOMENT_START, MOMENT_APPLY, MOMENT_RESUME, MOMENT_COUNT };

struct turn {
    const char *at;        /* label of the task that would move next; NULL: when time passes */
    enum moment moment;    /* what that transition would be: */
    enum effect_id effect; /* (not of a start) */
    uint32_t nth;          /* of the task's calls of this effect; or which time passing it is. From 1 */
    const char *run;       /* label of the task that moves instead; a held actor starts */
};

struct course {
    struct turn *turns;
    uint32_t count;
};

/* How far a run has come on a course. Zero it at the start. */
struct course_place {
    uint32_t taken;  /* turns */
    uint32_t passes; /* how often time has passed */
    uint32_t last;   /* number of the task that moved last, plus 1; 0 after time has passed */
};

enum course_step {
    COURSE_MOVE,  /* a task moves */
    COURSE_PASS,  /* time passes, or actors start */
    COURSE_OVER,  /* the run is over */
    COURSE_STUCK, /* the task that was to take over cannot move */
};

struct course_choice {
    enum course_step step;
    struct kernel_task *task; /* COURSE_MOVE */
    uint64_t starts;          /* COURSE_PASS: bits of the held actors that start */
};

/* What happens next on a course. The caller does it: kernel_step_task() or course_pass(). */
struct course_choice course_next(struct runner *runner, const struct course *course, struct course_place *place);
/* Time passes if it can, then these held actors start. */
void course_pass(struct runner *runner, uint64_t starts);
/* Runs to the end along the scenario's course. */
void course_follow(struct runner *runner);

/* Whether something is left to do where nothing can move; else the run is over. */
bool course_goes_on(const struct runner *runner);
/* Whether time can pass where nothing can move. */
bool course_can_wait(const struct runner *runner);
/* The held actors as bits, and the one whose task has a label (0: none). */
uint64_t course_held(const struct runner *runner);
uint64_t course_held_by_label(const struct runner *runner, const char *label);
/* The task that moves next by default, where something can move. */
struct kernel_task *course_default_task(const struct runner *runner, uint32_t last);
/* The ready task of a label, NULL: none. */
struct kernel_task *course_ready_task(const struct runner *runner, const char *label);
/* The place where a task stands that can move, as a turn says it, for `run` to take over. Texts are the task's. */
struct turn course_turn(const struct kernel_task *task, const char *run);
const char *moment_name(enum moment moment); /* "start", "apply", "resume" */

#endif
