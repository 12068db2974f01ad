/* Synthetic stages: small programs of shared objects, run as tasks of the real kernel, for the searches to be measured
 * and checked on. Each step of a task is one effect, so it is a scheduling point; what it touches is known beforehand.
 */
#ifndef DRYDOCK_SIM_SEARCH_PROGRAMS_H
#define DRYDOCK_SIM_SEARCH_PROGRAMS_H

#include "sim/search/stage.h"

enum { PROGRAM_TASKS_MAX = 8, PROGRAM_STEPS_MAX = 32, PROGRAM_OBJECTS_MAX = 32, PROGRAM_ACTS_MAX = 3 };

enum act_kind {
    ACT_READ,  /* register := object */
    ACT_LOOK,  /* reads the object and forgets it */
    ACT_WRITE, /* object := value */
    ACT_ADD,   /* object += value, as a write that reads */
    ACT_COUNT, /* object += value, an addition that commutes with others */
    ACT_CLAIM, /* register = 0: object += 1, else other += 1 */
};

struct program_act {
    enum act_kind kind;
    uint32_t object, other;
    int64_t value;
};

/* One effect: its acts happen at once. */
struct program_step {
    struct program_act acts[PROGRAM_ACTS_MAX];
    uint32_t act_count;
    bool fails; /* refused: nothing happens, and the register is −1 */
};

struct program {
    const char *name;
    uint32_t task_count;
    uint32_t step_counts[PROGRAM_TASKS_MAX];
    struct program_step steps[PROGRAM_TASKS_MAX][PROGRAM_STEPS_MAX];
    uint32_t object_count;
    uint32_t claimed_count; /* objects below this one must be 1 at most in the end */
    uint32_t again_count;   /* how often, when all tasks are done, the run passes on and all start again */
    uint32_t ways;          /* of passing on: object 0 += way */
    bool knows_state;       /* resting runs with the same values are told to be the same */
};

/* exploration.md, Two benchmarks: N tasks, each starts a container that all share. */
void program_start_race(struct program *program, uint32_t tasks);
/* Likewise: list, check, await, act. commuting: additions to a slot commute. */
void program_lcaa(struct program *program, uint32_t tasks, uint32_t rounds, uint32_t slots, bool commuting);
/* 2 to 4 tasks of 2 to 6 steps on a few objects, some of which may fail. */
void program_generate(struct program *program, uint64_t seed);
/* 2 tasks of 2 steps that start again twice, with 2 ways of passing on. */
void program_generate_again(struct program *program, uint64_t seed);

/* A run of a program. */
struct program_run;
/* The stage on which a program plays; memory is the runs', and `runs` belongs to the caller. With `fused`, a step's
 * apply and resume are one transition. */
struct program_stage {
    const struct program *program;
    bool fused;
    struct machine *machine;
    struct memory *memory;
    struct arena arena;
    struct program_run *run;
    uint32_t objects[PROGRAM_OBJECTS_MAX]; /* in the machine's catalogue */
};
struct stage program_stage(struct program_stage *stage, struct memory *memory);
/* A number for everything that can be told at the end of the run: the objects' values and what the tasks read. */
uint64_t program_outcome(const struct program_stage *stage);

#endif
