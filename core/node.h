/* One FluxOS process: its memory, its tasks, and the door to everything else.
 *
 * struct node dies in a crash, and with it flags, caches and latches; what survives is behind the door. A struct task
 * is one chain of awaits: it owns an arena that is given back when the task ends. Core is called with the task that
 * runs.
 *
 * Invariants: what runs between two perform() calls is atomic (lifecycle.md 0.2 [S]); shared cells are read and written
 * through the accessors of cells.h only, so that a bench sees every access; nothing in core keeps state outside struct
 * node.
 */
#ifndef DRYDOCK_CORE_NODE_H
#define DRYDOCK_CORE_NODE_H

#include "core/cells.h"
#include "core/effect.h"
#include "core/memo.h"
#include "core/revision.h"

struct node;
struct task;

/* The one way out. On return effect->result or effect->error is set; until then the task is blocked. */
struct door {
    void *world;
    void (*perform)(void *world, struct task *task, struct effect *effect);
    bool log_unread; /* nobody looks at the texts of log lines: they are not made */
};

struct task {
    struct node *node;
    struct arena *arena; /* of this task; given back when it ends */
    const char *name;    /* "install:webapp", "check" … */
    const char *place;   /* where it called perform(), or a client that does on its behalf; NULL: nowhere in core/ */
    void *host;          /* the scheduler's own; core does not look */
};

/* The task, which remembers for reports where it makes a call that ends in effects: `core/install.c:50`. The functions
 * that end in effects are macros of the same name that say FROM_HERE. A file that does nothing but put other files'
 * requests on a wire (docker_service.c, db.c, shell.c …) defines CALLS_FOR_ITS_CALLERS: there the place stays what it
 * was. Such a call stands on one line, which lint sees to: of several, gcc takes the first and clang the last. */
#ifdef CALLS_FOR_ITS_CALLERS
#define FROM_HERE(task) task
#else
#define FROM_HERE(task) called_from(task, __FILE__ ":" LINE_TEXT(__LINE__))
#endif
#define LINE_TEXT(line) LINE_TEXT_OF(line)
#define LINE_TEXT_OF(line) #line

static inline struct task *called_from(struct task *task, const char *place)
{
    task->place = place;
    return task;
}

/* What [F] starts: run(task, argument) on a task of its own with the caller's name. The argument must be allocated in
 * the node's memory or copied by the scheduler: it is `size` bytes copied into the new task's arena. */
struct spawn {
    void (*run)(struct task *task, const void *argument);
    const void *argument;
    size_t size;
};

enum note_id {
#define NOTE(ID, name, what) NOTE_##ID,
#include "core/notes.def"
    NOTE_COUNT
};

struct note {
    enum note_id id;
    const char *app;    /* NULL when none */
    const char *object; /* container or identifier; NULL when none */
    const char *text;   /* the reason, when there is one; NULL otherwise */
};

/* What the process is started with: environment and configuration, constant while it lives. Strings are borrowed. */
struct node_config {
    const struct revision *revision; /* its switches decide between releases */
    uint32_t *asked;                 /* NULL, or where the bits of the switches that were asked for are added */
    const char *flux_dir;            /* "/home/abc/zelflux"; without a slash at its end (0.3) */
    const char *apps_folder;         /* "/home/abc/zelflux/ZelApps/"; with one (0.3) */
    int api_port;                    /* 16127 */
    const char *host_ip;             /* as labels of logs say it (2.7 step 3) */
    const char *host_id;             /* collateral's transaction hash followed by its output index */
    bool arcane;                     /* FLUXOS_PATH is set: enterprise apps can be decrypted (3.4) */
    bool upnp;
    bool static_ip;                     /* as running messages say it */
    double os_uptime_s_at_start;        /* seconds the host had been up at started_ms */
    int64_t started_ms;                 /* instant of the process start */
    const struct value *blocked_images; /* the node's own blocked repositories: array of text, or NULL */
    const struct value
        *always_restarted; /* owners whose containers restart always (2.7 step 1): array of text, or NULL */
    const struct value *enterprise_owners; /* owners who get CPU burst (2.7 step 5): array of text, or NULL */
    const struct value *outbound_peers;    /* addresses: array of text */
    const struct value *inbound_peers;
};

/* An enterprise record's `enterprise` (3.4) taken apart, and what it held when it was last opened. */
enum { SEALED_BLOBS = 8 };
struct sealed_blob {
    uint64_t text_hash;      /* of the base64 text; 0: no blob */
    const char *key_message; /* the RSA-encrypted AES key, base64 */
    const unsigned char *nonce;
    const unsigned char *ciphertext;
    size_t ciphertext_size;
    const unsigned char *tag;
    uint64_t opened_with; /* hash of the AES key that gave `plain` */
    const struct value *plain;
};

struct node {
    struct door door;
    struct node_config config;
    struct arena *memory; /* the process's */

    struct node_cells cells; /* through the accessors of cells.h only */

    /* enterprise.c: blobs read and opened before. A pure memo: what it holds changes no answer, so that its accesses
     * are not reported and node_hash() leaves it out. */
    struct sealed_blob sealed_blobs[SEALED_BLOBS];
    size_t next_sealed_blob;
    struct memo memo; /* of what is made of enterprise records, likewise */
};

/* Starts a process: everything as at boot. `memory` and what config points to must outlive the node. */
void node_start(struct node *node, struct arena *memory, struct door door, const struct node_config *config);

/* Sends an effect through the door and waits for the answer; returns effect->error. */
const struct error *perform(struct task *task, struct effect *effect);
#define perform(task, ...) perform(FROM_HERE(task), __VA_ARGS__)

/* ---- immediate effects ------------------------------------------------------------------------------------- */

int64_t now_ms(struct task *task);
/* Blocks for `ms` (clock delay). Never fails. */
void delay(struct task *task, int64_t ms);
#define delay(task, ...) delay(FROM_HERE(task), __VA_ARGS__)
/* [a]: a micro-await, lifecycle.md 0.2. */
void microtask(struct task *task);
/* A whole number in [0, bound). */
uint32_t random_below(struct task *task, uint32_t bound);
/* [F]: starts `run` on a task of its own with a copy of `argument`. */
void node_spawn(struct task *task, void (*run)(struct task *, const void *), const void *argument, size_t size);
/* A line of FluxOS's log. */
void log_info(struct task *task, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_warn(struct task *task, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_error(struct task *task, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Logs an error that goes no further; NULL: nothing. */
void log_failure(struct task *task, const struct error *error);
void take_note(struct task *task, enum note_id id, const char *app, const char *object, const char *text);

const char *note_name(enum note_id note);

/* Whether the running release has a change (switches.def). */
bool revision_has(const struct task *task, enum switch_bit bit);

/* Hash of all that the process's future can depend on: its cells with their contents, and when it was started. The rest
 * of its configuration is the same for every process of a run. What no task can tell is left out: the order of entries
 * (but for the order of use where a full cache drops by it), and memos. */
uint64_t node_hash(const struct node *node);
/* The same of one flag, scalar or cache by its name, as NODE_CELL reports it; 0: there is none. */
uint64_t node_cell_hash(const struct node *node, const char *name);

#endif
