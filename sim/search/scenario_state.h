/* What a resting run of a scenario is, as one number: when two are the same, everything that can follow is. */
#ifndef DRYDOCK_SIM_SEARCH_SCENARIO_STATE_H
#define DRYDOCK_SIM_SEARCH_SCENARIO_STATE_H

#include "sim/search/scenario_stage.h"

/* 0: not known (the process is down). */
uint64_t scenario_state(const struct scenario_stage *stage);
/* To be told of what a task sees: the answer with which it goes on, and the cells that it reads. */
void scenario_state_resumed(const struct scenario_stage *stage, struct kernel_task *task, const struct effect *effect);
void scenario_state_read(const struct scenario_stage *stage, struct kernel_task *task, const struct effect *effect);

#endif
