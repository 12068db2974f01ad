/* Container logs sent to one of the app's own components: lifecycle.md 2.7 step 3 and 12.5 (Labels, LogConfig).
 *
 * A component with LOG=COLLECT in its environment receives the logs of the app's components with LOG=SEND. */
#ifndef DRYDOCK_CORE_LOG_COLLECTOR_H
#define DRYDOCK_CORE_LOG_COLLECTOR_H

#include "core/app_spec.h"
#include "core/node.h"

/* The component collects the logs of its app. */
bool collects_logs(struct task *task, const struct component *component);

/* The component sends its logs to another of the app's. */
bool sends_logs(struct task *task, const struct component *component);

/* Where the app's collector is reached on `network`, by an inspect of its container. NULL: there is no collector, or it
 * has no address (an error of the inspect is logged). The text lives in the task's arena. */
const char *log_collector_ip(struct task *task, const struct app_spec *spec, const char *app, const char *network);

/* The body's Labels: who logs, for the collector to tell nodes apart. */
const struct value *log_labels(struct task *task, const char *app);

/* The body's HostConfig.LogConfig: gelf to the collector, or Docker's own file when `collector_ip` is NULL. */
const struct value *log_config(struct arena *arena, const char *collector_ip);

#endif
