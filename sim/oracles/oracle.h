/* Oracles: what must never happen, watched at every transition (design.md, Oracles).
 *
 * An oracle looks at the run from outside: at what effects changed, at notes and flags of the node, at time passing, at
 * the world at rest. It judges FluxOS, not the scenario: what an actor of the world does is never a violation by
 * itself. Ground truth about apps (which containers, which volumes) is the scenario's, in clear.
 */
#ifndef DRYDOCK_SIM_ORACLES_ORACLE_H
#define DRYDOCK_SIM_ORACLES_ORACLE_H

#include "sim/kernel/recorder.h"
#include "sim/scenario/scenario.h"

struct oracles;

/* Who started a task, and for what. */
struct oracle_actor {
    enum actor_kind kind;
    const char *subject;
};

/* What is remembered per app. */
struct oracle_app {
    const struct scenario_app *app;
    bool installed_at_start;    /* of the task that installs it now */
    int64_t whole_since_ms;     /* all containers run since; −1: they do not */
    bool lapsed;                /* `dark` was reported for this lapse */
    uint32_t removed_told_task; /* the task that told the network of its removal, RUN_NONE: none did */
    uint32_t forgotten_task;    /* the task that took the row without having told, RUN_NONE: none */
    uint32_t forgotten_event;
    uint32_t removing_task;   /* the task that removes it now, RUN_NONE: none */
    int64_t waiting_since_ms; /* this node is its primary and it does not run; −1: not so */
    bool starved;             /* reported for this wait */
};

/* A failure seen before (retry-forever). */
struct oracle_failure {
    uint64_t key;   /* task, what failed, on what, how */
    uint64_t state; /* of what it is about, then */
    int64_t first_ms;
    uint64_t times;
    bool reported;
};

enum { ORACLE_FAILURES_MAX = 64, ORACLE_CLEAN_COUNT = 256 };

/* Who listens to what a transition makes the oracles read and write beside the world (whose own watch is told of that):
 * a cell of the node, or what they remember themselves, under a name of its own. `touched` NULL: nobody. */
struct oracle_watch {
    void *context;
    void (*touched)(void *context, const char *cell, const char *key, bool writes);
};

/* What is known from other runs of the same scenario: worlds at rest in which nothing was left over, by the names that
 * there are in them. Only saves work: what an oracle says is the same without. */
struct oracle_memory {
    uint64_t clean[ORACLE_CLEAN_COUNT];
};

struct oracles {
    struct kernel *kernel;
    struct recorder *recorder;
    const struct scenario *scenario;
    const char *node_ip;
    struct oracle_watch watch;
    struct oracle_memory *memory; /* NULL: this run is the only one */
    bool has_loop;                /* the master/slave loop runs in this scenario */
    int64_t unhealthy_ms;         /* when a call last failed by a fault; 0: never */
    bool has_check;               /* the hourly check runs in this scenario: `dark` means something */
    struct oracle_app *apps;
    uint32_t app_count;
    uint32_t removing_count, forgotten_count;     /* apps with a removing_task, with a forgotten_task */
    struct name_index app_names, container_names; /* to an app's index; nothing goes, so each stands where it was put */
    uint32_t flag_owner[FLAG_COUNT];              /* number of the task that set it, RUN_NONE: nobody */
    struct oracle_failure failures[ORACLE_FAILURES_MAX];
    uint32_t failure_count;
    struct run_oracle *tests; /* of the record, by oracle_id; NULL: nobody asks how near it came */
};

/* What an oracle wants to be told; NULL: nothing. */
struct oracle_hooks {
    void (*started)(struct oracles *oracles, struct kernel_task *task);
    void (*applied)(struct oracles *oracles, struct kernel_task *task, const struct effect *effect,
                    enum fault_kind fault);
    void (*noted)(struct oracles *oracles, struct kernel_task *task, const struct note *note);
    void (*flag_written)(struct oracles *oracles, struct kernel_task *task, enum flag_id flag, bool set);
    void (*ended)(struct oracles *oracles, struct kernel_task *task, bool killed);
    void (*time_moved)(struct oracles *oracles);
    void (*at_rest)(struct oracles *oracles); /* nothing is in progress any more: the end of a run */
};

void oracles_init(struct oracles *oracles, struct kernel *kernel, struct recorder *recorder,
                  const struct scenario *scenario, const char *node_ip);
void oracles_started(struct oracles *oracles, struct kernel_task *task);
void oracles_applied(struct oracles *oracles, struct kernel_task *task, const struct effect *effect,
                     enum fault_kind fault);
void oracles_immediate(struct oracles *oracles, struct kernel_task *task, const struct effect *effect);
void oracles_ended(struct oracles *oracles, struct kernel_task *task, bool killed);
void oracles_time_moved(struct oracles *oracles);
void oracles_at_rest(struct oracles *oracles);
/* What they remember, as one number: the same, and they will say the same of what follows. */
uint64_t oracles_hash(const struct oracles *oracles);

/* ---- for the oracles ------------------------------------------------------------------------------------------ */

extern const struct oracle_hooks container_hooks;    /* container-lost, data-destroyed */
extern const struct oracle_hooks removal_hooks;      /* app-wrongly-removed, row-forgotten */
extern const struct oracle_hooks announcement_hooks; /* phantom-running, dark */
extern const struct oracle_hooks flag_hooks;         /* flag-stuck, flag-cleared */
extern const struct oracle_hooks conduct_hooks;      /* split-primary, touched-in-backup, started-in-removal */
extern const struct oracle_hooks starvation_hooks;   /* starved */
extern const struct oracle_hooks retry_hooks;        /* retry-forever */
extern const struct oracle_hooks rest_hooks;         /* orphan */

/* Where the rows of installed apps are. */
#define ORACLE_ROWS_DB "localzelapps"
#define ORACLE_ROWS_COLLECTION "zelappsinformation"

/* Writes a violation down. task NULL: nobody in particular. */
void oracle_broken(struct oracles *oracles, enum oracle_id id, struct kernel_task *task, uint32_t cause,
                   const char *object, const char *format, ...) __attribute__((format(printf, 6, 7)));
/* The oracle has looked at a case and found no violation; `excused`: but for an exemption it would be one. */
void oracle_weighed(const struct oracles *oracles, enum oracle_id id, bool excused);
/* A bound of the oracle's is running, and this part (in the unit of `bound`) of it is used up. */
void oracle_neared(const struct oracles *oracles, enum oracle_id id, int64_t part, int64_t bound);
struct oracle_actor oracle_actor_of(const struct oracles *oracles, const struct kernel_task *task);
/* The app by name; NULL when the scenario has none. */
struct oracle_app *oracle_app(struct oracles *oracles, const char *name);
/* The app that a container or a volume file belongs to; NULL when none of the scenario's. */
struct oracle_app *oracle_app_of_container(struct oracles *oracles, const char *container);
struct oracle_app *oracle_app_of_volume(struct oracles *oracles, const char *volume);
bool oracle_has_row(struct oracles *oracles, const char *app);
/* Whether this task was asked to do away with the app: its owner's removal or redeploy, or the roll-back of its own
 * first install. */
bool oracle_was_asked(const struct oracles *oracles, const struct kernel_task *task, const struct oracle_app *app);
/* What is remembered of an app is about to be written. */
static inline void oracle_writes(struct oracles *oracles, const struct oracle_app *app)
{
    world_writes(&oracles->kernel->world, app, sizeof *app);
}
/* Sets one of an app's tasks, RUN_NONE for none; `count` is of the apps that have one. */
void oracle_set_task(struct oracles *oracles, const struct oracle_app *app, uint32_t *task, uint32_t number,
                     uint32_t *count);
/* The container engine's view of a component: NULL when its container does not exist. */
const struct container *oracle_container(const struct oracles *oracles, const char *app_id);
/* The verdict depends on this, or changes it: a cell by its name and key, something an oracle remembers. What an oracle
 * asks of the world must be told to world->watch. */
void oracle_touch(const struct oracles *oracles, const char *cell, const char *key, bool writes);

#endif
