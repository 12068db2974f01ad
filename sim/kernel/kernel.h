/* The kernel: owner of time, order and failure of one run.
 *
 * An effect has three moments (design.md, Scheduling): *issue*, when the task blocks; *apply*, when the world changes
 * and the answer is fixed; *resume*, when the task sees the answer and runs to its next issue. Apply and resume are
 * separate transitions; what can move stands in the ready queue, first in first out; who moves next is the caller's
 * choice (kernel_step). When nothing can move, time goes to the next deadline (kernel_advance). Equal deadlines keep
 * the order in which they were set.
 *
 * Invariants: a task is in exactly one of the states below; the world is touched by apply and by timers only; now_ms
 * never goes back; a run is a function of what the caller put in and of its choices, nothing else.
 *
 * A kernel lives in the memory it is given and is thrown away with it.
 */
#ifndef DRYDOCK_SIM_KERNEL_KERNEL_H
#define DRYDOCK_SIM_KERNEL_KERNEL_H

#include "core/node.h"
#include "fakes/world.h"
#include "sim/kernel/coroutine.h"
#include "sim/kernel/memory.h"
#include "sim/kernel/prng.h"

enum {
    KERNEL_STACK_SIZE = 256 * 1024, /* of a task; only what is touched costs memory. AddressSanitizer needs the room */
};

enum task_state {
    TASK_NEW,     /* next: start */
    TASK_ISSUED,  /* next: apply */
    TASK_PENDING, /* an issued call that is slow: apply at its deadline */
    TASK_APPLIED, /* next: resume */
    TASK_ASLEEP,  /* clock delay: resume at its deadline */
    TASK_DONE,
};

struct kernel;

/* What a task is called, for people: "check", "check#2" (its second round), "check/1" (its first child). A loop that
 * spawns its next round is a child of a child of a child, whose name is as long as the loop has run, and few are ever
 * asked for: kernel_label() makes them. */
struct kernel_label {
    const struct kernel_label *parent; /* NULL: text is what the caller gave */
    uint32_t number;                   /* of the child, from 1 */
    const char *text;                  /* NULL: nobody has asked yet */
    struct arena *arena;               /* of the kernel */
};

struct kernel_task {
    struct task task; /* core's view; task.host leads back here */
    enum task_state state;
    uint32_t number; /* in order of start, from 0; names the task in records, or those that had it one after another */
    uint32_t origin; /* what the caller tagged it with (an actor's index); children inherit it */
    /* Names the task whatever the order of the others: its parent's identity and how many children that one had before,
     * or what the caller gave. */
    uint64_t identity;
    uint32_t child_count;
    struct kernel_label *label;    /* the same for people: kernel_label() */
    uint32_t issued[EFFECT_COUNT]; /* how often it has issued each effect, the one in progress included */
    struct prng prng;              /* what its logic asks for (node random): the same whatever the others do */
    /* A search's (sim/search): a small number for the identity, and when the task was started. */
    uint32_t slot, cause_phase, cause_event;
    uint64_t seen;      /* hash of all that it has seen: the same, and it stands where it stood then */
    const char *object; /* of the effect that was applied last, as the search keeps it */
    bool spawned;       /* by another task [F] */
    bool of_node;       /* dies with the process */
    bool passing;       /* kernel_start.passing */
    struct arena arena;
    struct coroutine coroutine;
    void (*run)(struct task *task, const void *argument);
    const void *argument;
    struct effect *effect; /* issued and not resumed */
    uint32_t event;        /* of that effect, the observer's */
    int64_t deadline_ms;   /* PENDING, ASLEEP */
    bool slow;             /* the issued call was made slow */
    bool queued;           /* stands in the ready queue */
    enum fault_kind fault; /* that hit the call applied last */
    struct kernel_task *next_free;
};

/* What the kernel tells; all may be NULL. The observer must not change the run. */
struct kernel_observer {
    void *context;
    void (*started)(void *context, struct kernel_task *task);
    void (*issued)(void *context, struct kernel_task *task, struct effect *effect);
    /* world->changes holds what it changed. */
    void (*applied)(void *context, struct kernel_task *task, struct effect *effect, enum fault_kind fault);
    void (*resumed)(void *context, struct kernel_task *task, struct effect *effect);
    void (*immediate)(void *context, struct kernel_task *task, struct effect *effect); /* log, note, cell */
    void (*ended)(void *context, struct kernel_task *task, bool killed);
    void (*time_moved)(void *context, int64_t from_ms);
};

/* Decides, at the moment of apply, whether a call fails; FAULT_NONE for none. */
struct kernel_faults {
    void *context;
    enum fault_kind (*pick)(void *context, struct kernel_task *task, const struct effect *effect);
    /* At issue: how long the call is slow, 0 for not at all. */
    int64_t (*slowness_ms)(void *context, struct kernel_task *task, const struct effect *effect);
    /* After an apply, before anything else moves: the process may crash here, the engine restart. May be NULL. */
    void (*strike)(void *context, struct kernel_task *task, const struct effect *effect);
};

/* What a replay of a recorded run puts in the place of the fakes and of chance (sim/conform). Both may be NULL. */
struct kernel_inputs {
    void *context;
    /* Sets the answer of an effect that is about to be applied, and returns true; then the world is not asked. */
    bool (*answer)(void *context, struct kernel_task *task, struct effect *effect);
    /* A whole number below `bound`. */
    uint32_t (*chance)(void *context, struct kernel_task *task, uint32_t bound);
};

/* Something that happens at an instant without a task: an actor starts, a fault heals. */
struct kernel_timer {
    int64_t at_ms;
    uint64_t order;
    void (*fire)(void *context, uint32_t tag);
    void *context;
    uint32_t tag;
};

struct kernel {
    struct memory *memory;
    struct arena arena; /* of the run: world, tables, record */
    struct arena still; /* strings and values made before kernel_settle() */
    struct world world;
    struct node node;
    struct arena node_arena;
    bool node_up;
    uint64_t seed;
    struct prng choices;    /* the random strategy's */
    bool choose_microtasks; /* random strategy: micro-awaits may let another task go first */
    bool fused;             /* apply and resume are one transition: for stages without stale answers */
    bool log_unread;        /* no observer looks at the texts of log lines; kernel_hush_log() */
    struct kernel_observer observer;
    struct kernel_faults faults;
    struct kernel_inputs inputs;

    struct kernel_task **tasks; /* all ever started and not recycled, in order of start */
    uint32_t task_count, task_size;
    struct kernel_task *free_tasks, *free_passing;
    uint32_t task_number;
    struct kernel_task **ready; /* ring */
    uint32_t ready_first, ready_count, ready_size;
    struct kernel_timer *timers; /* binary heap by (at_ms, order) */
    uint32_t timer_count, timer_size;
    uint64_t timer_order;
    struct kernel_task *running;
    uint64_t step_count; /* transitions so far */
};

/* Makes an empty kernel at instant now_ms; the caller builds the world and calls kernel_boot(). */
void kernel_init(struct kernel *kernel, struct memory *memory, uint64_t seed, int64_t now_ms);
/* Between these the world is built: what is made then and never changes, strings and values, a saved moment of the run
 * (sim/kernel/snapshot.h) need not hold. */
void kernel_build(struct kernel *kernel);
void kernel_settle(struct kernel *kernel);
/* Starts the FluxOS process. config is copied; what it points to must live as long as the run. */
void kernel_boot(struct kernel *kernel, const struct node_config *config);
/* No observer looks at the texts of log lines, now and of processes to come: they need not be made. */
void kernel_hush_log(struct kernel *kernel);
/* The process dies: all its tasks end where they are, its memory is gone. */
void kernel_crash(struct kernel *kernel);

/* A task to be: the name is borrowed, the argument (size bytes) is copied. */
struct kernel_start {
    const char *name;
    uint32_t origin;
    const char *label; /* of its kernel_label; NULL: the name */
    bool of_node;
    bool spawned;
    /* One of many that come and go for as long as the run lasts, all of one name: it takes over number and label of one
     * that has ended, so that the run does not grow with their number. */
    bool passing;
    void (*run)(struct task *task, const void *argument);
    const void *argument;
    size_t size;
};
/* Puts a new task at the end of the ready queue. */
struct kernel_task *kernel_start(struct kernel *kernel, struct kernel_start start);
/* What the task is called; kept as long as the run. */
const char *kernel_label(const struct kernel_task *task);
/* Calls fire(context, tag) at instant at_ms (at once when that is past: with the next advance). */
void kernel_at(struct kernel *kernel, int64_t at_ms, void (*fire)(void *, uint32_t), void *context, uint32_t tag);

/* How many tasks can move now, and which (index from 0, first in first). */
uint32_t kernel_ready_count(const struct kernel *kernel);
struct kernel_task *kernel_ready(const struct kernel *kernel, uint32_t index);
/* Performs the next transition of the ready task at this index. */
void kernel_step(struct kernel *kernel, uint32_t index);
/* The same of a task that can move, wherever it stands. */
void kernel_step_task(struct kernel *kernel, struct kernel_task *task);
/* The next instant at which something is due, INT64_MAX for never. */
int64_t kernel_next_ms(const struct kernel *kernel);
/* Moves time to that instant and makes what is due there ready. */
void kernel_advance(struct kernel *kernel);
/* Moves time to an instant before the next due one. */
void kernel_advance_to(struct kernel *kernel, int64_t at_ms);
/* The clock is set forward by so much: instants are later, and what waits has as long to wait as before (timers run by
 * a clock that nobody sets). */
void kernel_jump(struct kernel *kernel, int64_t by_ms);

#endif
