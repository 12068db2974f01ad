/* The world of a run in progress, for a person who has stopped there. */
#ifndef DRYDOCK_SIM_SEARCH_WORLD_TEXT_H
#define DRYDOCK_SIM_SEARCH_WORLD_TEXT_H

#include "reports/sink.h"
#include "sim/kernel/kernel.h"

/* Containers, networks, rows, volumes, mounts, folders, the node's flags and caches, and the live tasks. */
void world_text_write(struct sink *sink, struct kernel *kernel);
/* What a live task is about to do: "install:napp is about to apply docker containers.prune {...}". In `arena`. */
const char *task_words(struct arena *arena, const struct kernel_task *task);

#endif
